"""Observations of other systems that have no type of their own here: an index, a score, an answer to a survey."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Codes, Notes, Text, Value, joined


class Part(Value):
    """One of several things that were observed together."""

    name: Text = Field(description="What was observed")
    codes: Codes | None = Field(default=None, description="Its codes")
    value: Quantity | None = Field(default=None, description="A measured value with its UCUM unit")
    text: Text | None = Field(default=None, description="What was observed, in words")
    answer: Codes | None = Field(default=None, description="The codes of what was observed")

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if self.value and (self.text or self.answer):
            raise ValueError("a part has a value or a text")
        return self


@entry_type("observation", prefix="observation", fhir="Observation", path="observations")
class Observed(Payload):
    """One observation, in numbers, in words or in parts."""

    has_been: ClassVar = True
    filters: ClassVar = ("name", "category")

    name: Text = Field(description="What was observed", examples=["Body mass index"])
    codes: Codes | None = Field(default=None, description="Its codes: LOINC, SNOMED CT")
    category: Annotated[str, Field(max_length=60, pattern=r"^\S+$")] | None = Field(
        default=None, description="Its category, by FHIR's codes", examples=["survey", "vital-signs"]
    )
    value: Quantity | None = Field(default=None, description="A measured value with its UCUM unit")
    text: Notes | None = Field(default=None, description="What was observed, in words", examples=["never smoker"])
    answer: Codes | None = Field(default=None, description="The codes of what was observed")
    holds: bool | None = Field(default=None, description="Whether it is so, where that is the question")
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="What was observed together"
    )
    interpretation: Text | None = Field(default=None, description="What it means, by whoever observed it")
    observer: Text | None = Field(default=None, description="Who observed it")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if sum(given is not None for given in (self.value, self.text, self.holds)) > 1:
            raise ValueError("an observation has a value, a text or a truth")
        if self.answer and (self.value or self.holds is not None):
            raise ValueError("the codes of an answer belong to a text")
        return self

    def headline(self) -> str:
        truth = {True: "yes", False: "no", None: None}[self.holds]
        parts = ", ".join(joined(f"{part.name}: {part.value or part.text}") for part in self.parts or ())
        told = joined(self.value, self.text, truth, parts)
        line = f"{self.name}: {told}" if told else self.name
        return line if len(line) <= 200 else line[:197].rstrip() + "..."
