"""Food: what was eaten, as much as was said of it. Energy and macros are never guessed."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Moment, Notes

Meal = Literal["breakfast", "lunch", "dinner", "snack", "supplement", "beverage", "other"]
Grams = Annotated[float, Field(ge=0, le=5000)]


@entry_type("food", prefix="food", fhir="Observation")
class Food(Payload):
    """One food, one entry. Energy and macros are those of the whole amount that was eaten."""

    has_been: ClassVar = True
    filters: ClassVar = ("meal", "name", "estimated")

    name: str = Field(min_length=1, max_length=120, description="What was eaten or drunk", examples=["rice and dal"])
    amount: str | None = Field(default=None, min_length=1, max_length=60, description="As said: 'two', 'a bowl'")
    meal: Meal | None = Field(default=None, description="The meal that it was part of")
    energy_kcal: float | None = Field(default=None, ge=0, le=20000, description="Energy, in kcal")
    quantity: Quantity | None = Field(default=None, description="The amount with its UCUM unit: g, mL, {serving}")
    protein_g: Grams | None = Field(default=None, description="Protein, in g")
    carbohydrate_g: Grams | None = Field(default=None, description="Carbohydrate, in g")
    fat_g: Grams | None = Field(default=None, description="Fat, in g")
    fibre_g: Grams | None = Field(default=None, description="Dietary fibre, in g")
    sugar_g: Grams | None = Field(default=None, description="Sugars, in g")
    estimated: bool | None = Field(
        default=None,
        description="Whether energy and macros were looked up for such a food, and not said or read off it",
    )
    eaten_at: Moment | None = Field(default=None, description="When it was eaten")
    notes: Notes | None = Field(default=None, description="How it was")

    def happens_at(self) -> datetime | None:
        return self.eaten_at

    def headline(self) -> str:
        line = ", ".join(p for p in [self.name, self.amount or (self.quantity and str(self.quantity))] if p)
        return f"{line} ({self.meal})" if self.meal else line
