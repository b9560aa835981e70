"""Water and how much of it."""

from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Moment, Notes, Said


@entry_type("water", prefix="water", fhir="Observation")
class Water(Payload):
    """What was drunk: in mL when a volume was said; glasses and bottles stay what was said."""

    has_been: ClassVar = True

    amount: Quantity | None = Field(default=None, description="How much, in mL")
    said: Said | None = Field(default=None, description="How much, in the speaker's words")
    drunk_at: Moment | None = Field(default=None, description="When it was drunk")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    @model_validator(mode="after")
    def _some_of_it(self) -> Self:
        if self.amount is None and self.said is None:
            raise ValueError("water has an amount or what was said")
        if self.amount and (self.amount.unit != "mL" or not 0 < self.amount.value <= 20000):
            raise ValueError("the amount is in mL, above 0 and up to 20000")
        return self

    def happens_at(self) -> datetime | None:
        return self.drunk_at

    def headline(self) -> str:
        return f"water: {self.amount or self.said}"
