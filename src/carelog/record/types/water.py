"""Water and how much of it."""

from pydantic import Field

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type


@entry_type("water", prefix="water", fhir="Observation")
class Water(Payload):
    """What was drunk: in mL when a volume was said; glasses and bottles stay what was said."""

    amount: Quantity | None = None
    said: str = Field(min_length=1, max_length=80)

    def headline(self) -> str:
        return f"water: {self.amount or self.said}"
