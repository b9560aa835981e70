"""Medications as they were talked about: taking, started, changed, stopped, ordered, missed or asked."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type

Status = Literal["taking", "started", "changed", "stopped", "ordered", "missed", "asked"]
Route = Literal[
    "oral", "inhaled", "topical", "subcutaneous", "intramuscular", "intravenous", "ophthalmic", "otic",
    "nasal", "rectal", "vaginal", "sublingual", "transdermal",
]  # fmt: skip


class Frequency(BaseModel):
    """How often, as said, and as numbers where the words give them."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    text: str = Field(min_length=1, max_length=120)
    times_per_day: float | None = Field(default=None, gt=0, le=24)
    as_needed: bool = False


@entry_type("medication", prefix="medication", fhir="MedicationStatement")
class Medication(Payload):
    """One medication. `name` as said, lower case; `ingredient` where the vocabulary knows it."""

    name: str = Field(min_length=1, max_length=120)
    ingredient: str | None = Field(default=None, max_length=160)
    dose: Quantity | None = None
    route: Route | None = None
    form: str | None = Field(default=None, max_length=40, description="tablet, capsule, inhaler, ...")
    frequency: Frequency | None = None
    status: Status | None = None
    reason: str | None = Field(default=None, max_length=120)

    def headline(self) -> str:
        parts = [
            self.name,
            str(self.dose) if self.dose else None,
            self.route,
            self.frequency.text if self.frequency else None,
        ]
        line = " ".join(p for p in parts if p)
        return f"{line}: {self.status}" if self.status else line
