"""Medications as they were talked about: taking, started, changed, stopped, ordered, missed or asked."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Codes, Notes, PartialDate, Text, Value

Status = Literal["taking", "started", "changed", "stopped", "ordered", "missed", "asked"]
Route = Literal[
    "oral", "inhaled", "topical", "subcutaneous", "intramuscular", "intravenous", "ophthalmic", "otic",
    "nasal", "rectal", "vaginal", "sublingual", "transdermal",
]  # fmt: skip


class Frequency(Value):
    """How often, as said, and as numbers where the words give them."""

    text: str = Field(min_length=1, max_length=120, description="As said", examples=["twice a day"])
    times_per_day: float | None = Field(default=None, gt=0, le=24, description="How many times a day; 0.5: every other")
    as_needed: bool = Field(default=False, description="Whether it is taken only when needed")


@entry_type("medication", prefix="medication", fhir="MedicationStatement", path="medications")
class Medication(Payload):
    """One medication. `name` as said, lower case; `ingredient` where the vocabulary knows it.

    A dose that was taken is a `medication_log`, and when doses are due a `medication_schedule`.
    """

    filters: ClassVar = ("status", "name", "ingredient", "route")

    name: str = Field(min_length=1, max_length=120, description="The medication", examples=["metformin"])
    ingredient: str | None = Field(default=None, min_length=1, max_length=160, description="What it acts by")
    dose: Quantity | None = Field(default=None, description="How much at a time, with its UCUM unit")
    route: Route | None = Field(default=None, description="How it gets into the body")
    form: str | None = Field(default=None, min_length=1, max_length=40, description="tablet, capsule, inhaler, ...")
    frequency: Frequency | None = Field(default=None, description="How often")
    status: Status | None = Field(default=None, description="Whether the subject takes it, and what changed")
    reason: str | None = Field(default=None, min_length=1, max_length=120, description="What it is taken for")
    strength: Quantity | None = Field(default=None, description="What one tablet, puff or the like of it holds")
    codes: Codes | None = Field(default=None, description="Its codes: RxNorm, SNOMED CT")
    instructions: Notes | None = Field(default=None, description="How to take it", examples=["after meals"])
    started: PartialDate | None = Field(default=None, description="Since when: YYYY, YYYY-MM or a day")
    stopped: PartialDate | None = Field(default=None, description="Until when: YYYY, YYYY-MM or a day")
    prescribed_by: Text | None = Field(default=None, description="Who prescribed it")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    def headline(self) -> str:
        parts = [
            self.name,
            str(self.dose) if self.dose else None,
            self.route,
            self.frequency.text if self.frequency else None,
        ]
        line = " ".join(p for p in parts if p)
        return f"{line}: {self.status}" if self.status else line
