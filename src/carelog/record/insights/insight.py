"""What an insight is: something that the record shows, with all that it rests on; or what is missing to say it."""

from collections.abc import Iterable
from typing import Any, Final, Literal

from pydantic import AwareDatetime, Field

from carelog.record.units import spoken
from carelog.record.values import Value

Area = Literal[
    "vitals", "labs", "medication", "food", "water", "sleep", "mood", "exercise", "symptoms", "protocols", "record"
]
Kind = Literal[
    "trend", "out_of_range", "adherence", "protocol", "gap", "correlation", "symptom", "intake", "contradiction"
]
Priority = Literal["low", "medium", "high", "urgent"]

_SHOWN: Final = 100


class Period(Value):
    """From `since` up to, and not including, `until`."""

    since: AwareDatetime
    until: AwareDatetime


class Confidence(Value):
    """How far the data bears a statement, from 0 to 1, and what that number is."""

    value: float = Field(ge=0, le=1)
    how: str


class Insight(Value):
    """One thing that the record shows. It describes, and diagnoses nothing."""

    id: str = Field(description="Its kind and what it is about", examples=["trend:vitals.weight"])
    kind: Kind
    area: Area
    title: str
    text: str = Field(description="What was found, in a sentence or two; or what is missing to find anything")
    status: Literal["found", "not_enough_data"] = "found"
    missing: str | None = Field(default=None, description="What is missing, where there is not enough data")
    period: Period
    numbers: dict[str, float | int | str | bool | None] = Field(
        default_factory=dict, description="What the text rests on, by name"
    )
    confidence: Confidence | None = Field(default=None, description="Absent where a count needs none")
    entries: tuple[str, ...] = Field(default=(), description=f"Context ids, of the newest {_SHOWN} at most")
    entries_in_all: int = Field(default=0, description="How many entries it rests on")


class Recommendation(Value):
    """Something to do about an insight. It never says to begin, to stop or to change a medication."""

    category: Area
    title: str
    description: str
    priority: Priority
    actionable: bool = Field(description="Whether the subject can do it by themselves")
    insight: str = Field(description="The id of the insight that it rests on")
    entries: tuple[str, ...] = Field(default=(), description="Context ids of that insight")


def resting_on(context_ids: Iterable[str]) -> dict[str, Any]:
    """The members of an insight that name its entries; `context_ids` come the earliest first."""
    every = list(dict.fromkeys(context_ids))
    return {"entries": tuple(every[-_SHOWN:]), "entries_in_all": len(every)}


def not_enough(kind: Kind, about: str, area: Area, title: str, missing: str, period: Period, **more: Any) -> Insight:
    return Insight(
        id=f"{kind}:{about}", kind=kind, area=area, title=title, text=f"Not enough data: {missing}.",
        status="not_enough_data", missing=missing, period=period, **more,
    )  # fmt: skip


def amount(value: float, unit: str) -> str:
    """
    >>> amount(128.0, "mm[Hg]"), amount(97, "%"), amount(3.5, "{step}")
    ('128 mmHg', '97 %', '3.5 of 5')
    """
    return f"{round(value, 1 if abs(value) >= 10 else 2):g} {spoken(unit)}".rstrip()


def counted(number: int, noun: str) -> str:
    """
    >>> counted(1, "reading"), counted(3, "day")
    ('1 reading', '3 days')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
