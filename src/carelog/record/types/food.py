"""Food: what was eaten, as much as was said of it. Energy and macros are never guessed."""

from typing import Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type

Meal = Literal["breakfast", "lunch", "dinner", "snack"]


@entry_type("food", prefix="food", fhir="Observation")
class Food(Payload):
    """One food, one entry."""

    name: str = Field(min_length=1, max_length=120)
    amount: str | None = Field(default=None, max_length=60, description="As said: 'two', 'a bowl'")
    meal: Meal | None = None
    energy_kcal: float | None = Field(default=None, ge=0, le=20000)

    def headline(self) -> str:
        line = ", ".join(p for p in [self.name, self.amount] if p)
        return f"{line} ({self.meal})" if self.meal else line
