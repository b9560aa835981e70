"""Values that the payloads of several entry types are made of.

Where a unit is fixed it stands in the field's name (`protein_g`); where it can vary the value is a `Quantity`.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AnyUrl,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    UrlConstraints,
    model_validator,
)

EARLIEST: Final = date(1850, 1, 1)
LATEST: Final = date(2200, 12, 31)
"""The days that a record can speak of: beyond them stands a slip, not a fact."""


_A_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _moment_written_out(value: Any) -> Any:
    # Pydantic would take numbers, and texts of digits, for seconds since 1970.
    if not (isinstance(value, datetime) or (isinstance(value, str) and _A_DAY.match(value))):
        raise ValueError("a moment is written as in RFC 3339")
    return value


def _day_written_out(value: Any) -> Any:
    if not (isinstance(value, date) or (isinstance(value, str) and _A_DAY.fullmatch(value.strip()))):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


def _moment_in_reach(moment: datetime) -> datetime:
    if not EARLIEST.year < moment.year < LATEST.year:
        raise ValueError(f"the year lies between {EARLIEST.year} and {LATEST.year}")
    return moment


def _day_in_reach(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"the year lies between {EARLIEST.year} and {LATEST.year}")
    return day


def _real_part_of_calendar(text: str) -> str:
    _day_in_reach(date.fromisoformat(text + "0000-01-01"[len(text) :]))
    return text


Moment = Annotated[AwareDatetime, BeforeValidator(_moment_written_out), AfterValidator(_moment_in_reach)]
"""RFC 3339 with its offset from UTC; a time without one is refused."""

Day = Annotated[date, BeforeValidator(_day_written_out), AfterValidator(_day_in_reach)]
"""A date of the calendar, YYYY-MM-DD."""

PartialDate = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$", examples=["2019", "2019-03"]),
    AfterValidator(_real_part_of_calendar),
]
"""A date as far as it is known: YYYY, YYYY-MM or YYYY-MM-DD."""

LocalTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]
"""A time on the subject's own clock, HH:MM."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _in_order_of_the_week(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    return tuple(sorted(set(days), key=WEEKDAYS.index))


Days = Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7), AfterValidator(_in_order_of_the_week)]
"""Days of the week, each once, from Monday on."""

LocalTimes = Annotated[
    tuple[LocalTime, ...], Field(min_length=1, max_length=24), AfterValidator(lambda times: tuple(sorted(set(times))))
]


def _without_credentials(url: AnyUrl) -> AnyUrl:
    if url.username or url.password:
        raise ValueError("an address holds no user name and no password")
    return url


HttpsUrl = Annotated[
    AnyUrl,
    UrlConstraints(max_length=2000, allowed_schemes=["https"], host_required=True),
    AfterValidator(_without_credentials),
]

Language = Annotated[
    str, Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["en-IN", "hi"])
]
"""A language tag (BCP 47)."""

Text = Annotated[str, Field(min_length=1, max_length=200)]
Said = Annotated[str, Field(min_length=1, max_length=80)]
"""A few words, as somebody said them."""

Notes = Annotated[str, Field(min_length=1, max_length=4000)]

Loinc = Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$", examples=["4548-4"])]
"""A code of LOINC (https://loinc.org)."""


class Value(BaseModel):
    """The base of the values inside payloads: immutable, no unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, defer_build=True
    )


# How codes of the systems that Carelog knows are written: LOINC with its answers (LA) and parts (LP), SNOMED CT by its
# identifiers' length (SCTID, 6 to 18 digits), ICD-10-CM by the guidelines of CDC/NCHS, section I.A.2.
_WRITTEN: Final = {
    "http://loinc.org": re.compile(r"(L[APGL])?\d{1,8}-\d"),
    "http://snomed.info/sct": re.compile(r"[1-9]\d{5,17}"),
    "http://hl7.org/fhir/sid/icd-10-cm": re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?"),
    "http://www.nlm.nih.gov/research/umls/rxnorm": re.compile(r"\d{1,8}"),
}


class Code(Value):
    """A code of a terminology: LOINC, SNOMED CT, ICD-10-CM, RxNorm or any other that has an address."""

    system: str = Field(
        max_length=200,
        pattern=r"^[a-z][a-z0-9+.-]*:\S+$",
        description="The URI of the terminology, as in FHIR",
        examples=["http://hl7.org/fhir/sid/icd-10-cm"],
    )
    code: str = Field(min_length=1, max_length=60, description="The code itself", examples=["E11.9"])
    display: str | None = Field(default=None, min_length=1, max_length=300, description="What the code says in words")

    @model_validator(mode="after")
    def _written_as_its_system_does(self) -> Self:
        written = _WRITTEN.get(self.system)
        if written and not written.fullmatch(self.code):
            raise ValueError("this is not how a code of that system is written")
        return self


Codes = Annotated[tuple[Code, ...], Field(min_length=1, max_length=10)]


class Interval(Value):
    """From `low` up to and including `high`, in the unit of the value beside it; either end may be open."""

    low: float | None = Field(default=None, description="The lowest value that belongs to it")
    high: float | None = Field(default=None, description="The highest value that belongs to it")

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a range has a low or a high end")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("the low end of a range lies below its high end")
        return self

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.low is None:
            return f"up to {self.high:g}"
        return f"from {self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"


class Money(Value):
    """An amount in a currency."""

    amount: Decimal = Field(ge=0, max_digits=12, decimal_places=2, description="At most two decimal places")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217", examples=["INR"])

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def shown(moment: datetime) -> str:
    """A moment in a headline, to the minute, on the clock that it was written by.

    >>> shown(datetime.fromisoformat("2026-03-15T10:00:00+05:30"))
    '2026-03-15 10:00'
    """
    return moment.strftime("%Y-%m-%d %H:%M")


def joined(*parts: object) -> str:
    """The parts that there are, one after another with commas."""
    return ", ".join(str(part) for part in parts if part is not None and part != "")
