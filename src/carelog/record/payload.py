"""What the payloads of entries are made of."""

from datetime import datetime, tzinfo
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from carelog.kit.zones import local
from carelog.record.sameness import Sameness
from carelog.record.units import spoken


class Payload(BaseModel):
    """The base of every entry type's payload: immutable, no unknown keys, absent stays None.

    `filters` names the fields that lists may be filtered by; `sameness` says when two entries are about the same
    thing, for types where that matters; `by_the_clock` whether `next_due` is another one in another zone; `has_been`
    whether it is always of something that has been, and never of what is to come.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        allow_inf_nan=False,
        defer_build=True,  # a command that meets a few types does not wait for all of them
    )

    filters: ClassVar[tuple[str, ...]] = ()
    sameness: ClassVar[Sameness | None] = None
    by_the_clock: ClassVar[bool] = True
    has_been: ClassVar[bool] = False

    def happens_at(self) -> datetime | None:
        """When this happens, for payloads that say so themselves (an appointment's hour); it becomes `occurred_at`."""
        return None

    def next_due(self, after: datetime, zone: tzinfo) -> datetime | None:
        """When the subject is next to be reminded of this, strictly after a moment; None when never.

        `zone` is the subject's: wall-clock times are read on their clock, across changes to and from summer time.
        """
        return None

    def headline(self) -> str:
        """One short line for lists and tables, such as 'chest pain: absent'. Its moments are as they were written; see
        `Entry.headline`."""
        raise NotImplementedError

    def on_clock(self, zone_name: str) -> Self:
        """The same, with its moments on the clock of this zone."""
        moved = {name: local(at, zone_name) for name, at in self.__dict__.items() if isinstance(at, datetime)}
        return self.model_copy(update=moved) if moved else self


class Quantity(BaseModel):
    """A number with its UCUM unit (https://ucum.org), as stored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float
    unit: str = Field(min_length=1, max_length=40)

    def __str__(self) -> str:
        return f"{self.value:g} {spoken(self.unit)}"
