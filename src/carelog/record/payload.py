"""What the payloads of entries are made of."""

from pydantic import BaseModel, ConfigDict, Field


class Payload(BaseModel):
    """The base of every entry type's payload: immutable, no unknown keys, absent stays None."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    def headline(self) -> str:
        """One short line for lists and tables, such as 'chest pain: absent'."""
        raise NotImplementedError


class Quantity(BaseModel):
    """A number with its UCUM unit (https://ucum.org), as stored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float
    unit: str = Field(min_length=1, max_length=40)

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"
