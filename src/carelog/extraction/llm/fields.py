"""The fields of facts, and how code reads each from the words that say it.

A model gives a field either as a choice among a few words, or as words of its quote. It never gives a number, a unit,
a code or a name of its own: those are read here, from the turn's own text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from carelog.extraction.durations import find_durations
from carelog.extraction.labs.units import unit_said
from carelog.extraction.medications.doses import find_doses
from carelog.extraction.medications.frequencies import find_frequencies
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.symptoms.lexicon import NOTHING, lexicon
from carelog.extraction.symptoms.mentions import mentions
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.measures import measure_at
from carelog.extraction.vocabularies.conditions import load_conditions
from carelog.extraction.vocabularies.drugs import Drug, find_in_long_tail, load_drugs
from carelog.extraction.vocabularies.labs import lab_of
from carelog.extraction.when import Direction, resolve
from carelog.extraction.wordsets import word_set
from carelog.kit.errors import InvalidInput
from carelog.record.types import allergy, appointment, condition, exercise, food, medication, mood, sleep, symptom
from carelog.record.types.condition import ICD_10_CM
from carelog.record.types.vitals import RANGES

_STAND_INS = word_set(
    """
    it that this these those one ones them something medicine medicines medication medications meds med pill pills
    tablet tablets capsule capsules drug drugs dose doses shot shots the a an my your his her our their same new old
    other i you he she we they me him us is are was were be been have had has do did not no yes yeah okay ok for with on
    in at to of by from and or but so as if then thing things some any really very just
    """
)
_BEGINNING = word_set("since ago started began yesterday today morning night")
_MEASURED: Final = (
    "heart_rate", "temperature", "glucose", "spo2", "weight", "height", "respiratory_rate",
)  # fmt: skip


class Said(NamedTuple):
    """The words `first` up to, not including, `end` of a turn."""

    utterance: Utterance
    first: int
    end: int

    @property
    def at(self) -> datetime | None:
        """When it was said, on the subject's clock, as far as that is known."""
        return self.utterance.said_at

    @property
    def text(self) -> str:
        return " ".join(self.utterance.quote(self.first, self.end).split())

    def overlaps(self, first: int, end: int) -> bool:
        return first < self.end and self.first < end


Values = dict[str, Any]
Reader = Callable[[Said, Values], Any]
"""From words, and what was read of the fact before, to a value of the payload; None where they give none. Raises
InvalidInput where they give one that cannot be."""


@dataclass(frozen=True, slots=True)
class Words:
    """A field that is given in words of the quote."""

    read: Reader


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that is one of a few words."""

    of: tuple[str, ...]


def _words(longest: int, *, lower: bool = False) -> Words:
    def read(said: Said, _: Values) -> str | None:
        text = said.text.lower() if lower else said.text
        return text if len(text) <= longest else None

    return Words(read)


def _names_something(said: Said) -> bool:
    """More than words that stand for anything ("it", "the pill"), and marks."""
    words = said.utterance.words[said.first : said.end]
    return any(word.norm[0].isalnum() and word.norm not in _STAND_INS for word in words)


def _name(longest: int) -> Words:
    def read(said: Said, _: Values) -> str | None:
        return said.text.lower() if len(said.text) <= longest and _names_something(said) else None

    return Words(read)


def _symptom(said: Said, _: Values) -> str | None:
    """The name that the vocabulary has for the words, or the words themselves.

    What stands around them is read too: "hurts" of "my chest hurts" is chest pain.
    """
    for mention in mentions(said.utterance.words, lexicon()):
        if said.overlaps(mention.first, mention.end) and mention.name != NOTHING and not mention.bare:
            return mention.name
    return said.text.lower() if _names_something(said) else None


def drug_of(said: Said) -> Drug | None:
    """The medicine that the words name, where the vocabulary knows it."""
    words = said.utterance.words
    known = load_drugs().phrases.at(words, said.first)
    if known is not None and said.first + known[0] == said.end:
        return known[1]
    return find_in_long_tail(words[said.first].norm) if said.end == said.first + 1 else None


def _medicine(said: Said, values: Values) -> str | None:
    drug = drug_of(said)
    if drug is not None and drug.ingredient:
        values["ingredient"] = drug.ingredient
    if drug is not None:
        return drug.name
    return said.text.lower() if _names_something(said) else None


def _dose(said: Said, values: Values) -> Any:
    known = load_drugs().single.get(str(values.get("name")))
    unit = known.unit if known else "mg"
    doses = (d for d in find_doses(said.utterance) if said.overlaps(d.first, d.end) and not d.former)
    quantity = next((q for d in doses if d.unit is not None and (q := d.quantity(unit))), None)
    return quantity.model_dump() if quantity else None


def _frequency(said: Said, _: Values) -> Any:
    words = said.utterance.words
    start, end = words[said.first].start, words[said.end - 1].end
    found = (often for often in find_frequencies(said.utterance) if often.start < end and start < often.end)
    often = next(found, None)
    if often is not None:
        return often.frequency.model_dump()
    return {"text": said.text} if len(said.text) <= 120 else None


def _number(said: Said) -> Number | None:
    """The one number that the words hold; None where they hold several."""
    found = [number for number in find_numbers(said.utterance) if said.overlaps(number.first, number.end)]
    return found[0] if len(found) == 1 else None


def _pressure(said: Said, _: Values) -> Any:
    number = _number(said)
    return {"value": number.value, "unit": "mm[Hg]"} if number else None


def _measure(said: Said, values: Values) -> Any:
    kind = values.get("kind")
    if kind not in _MEASURED:
        return None
    numbers = find_numbers(said.utterance)
    for k, number in enumerate(numbers):
        if said.overlaps(number.first, number.end):
            measure = measure_at(said.utterance, numbers, k, kind)
            values["said"] = said.text[:80]
            return {"value": measure.value, "unit": RANGES[kind].unit} if measure else None
    return None


def _count(said: Said, _: Values) -> int | None:
    number = _number(said)
    return int(number.value) if number and number.value.is_integer() else None


def _lasting(unit_seconds: int) -> Words:
    def read(said: Said, _: Values) -> float | None:
        found = [d for d in find_durations(said.utterance) if said.overlaps(d.first, d.end)]
        if len(found) != 1 or found[0].seconds is None:
            return None
        return round(found[0].seconds / unit_seconds, 2)

    return Words(read)


def _since(field: str, longest: int) -> Words:
    """Words that may say since when, which then stands in the field beside them."""

    def read(said: Said, values: Values) -> str | None:
        norms = {word.norm for word in said.utterance.words[said.first : said.end]}
        if said.at is not None and norms & _BEGINNING:
            day = resolve(said.utterance, said.first, said.end, said.at, Direction.PAST).day
            if day is not None:
                values[field] = day
        return said.text if len(said.text) <= longest else None

    return Words(read)


def _onset(said: Said, _: Values) -> str | None:
    return resolve(said.utterance, said.first, said.end, said.at, Direction.PAST).day if said.at else None


def _appointed(said: Said, values: Values) -> str | None:
    if said.at is not None and values.get("status") not in {"completed", "missed"}:
        moment = resolve(said.utterance, said.first, said.end, said.at, Direction.FUTURE).moment(said.at)
        if moment is not None:
            values["scheduled_at"] = moment
    return said.text if len(said.text) <= 200 else None


def _condition(said: Said, values: Values) -> str | None:
    """The condition that the vocabulary knows by the words, with the code of having it or of having had it, or the
    words themselves."""
    known = load_conditions().phrases.at(said.utterance.words, said.first)
    if known is None or said.first + known[0] != said.end or known[1].ambiguous:
        return said.text.lower() if len(said.text) <= 200 and _names_something(said) else None
    condition = known[1].condition
    code = condition.past_code if values.get("status") == "resolved" else condition.code
    if code is not None:
        values["codes"] = [{"system": ICD_10_CM, "code": code}]
    return condition.name


def _test(said: Said, _: Values) -> str | None:
    """The laboratory test that the vocabulary knows by the words, or the words themselves."""
    lab = lab_of(said.text)
    return lab.name if lab else said.text if len(said.text) <= 200 else None


def _result(said: Said, values: Values) -> Any:
    """The one number that was said, in a unit of the test that was said or can be meant; with it goes its code. What
    is no number, or is one of a test that the vocabulary does not know, stays in words.

    Raises InvalidInput for what nobody's specimen can hold.
    """
    lab, number = lab_of(str(values.get("test"))), _number(said)
    if lab is None or number is None:
        values["text"] = said.text[:200]
        return None
    told = unit_said(lab, said.utterance.words, number.end)
    unit = told[1] if told else lab.unit_for(number.value)
    if unit is None or not unit.holds(number.value):
        raise InvalidInput("a value that is none of the test's")
    if unit.loinc is not None:
        values["loinc"] = unit.loinc
    return {"value": number.value, "unit": unit.ucum}


def _choice(literal: Any, *, without: tuple[str, ...] = ()) -> Choice:
    return Choice(tuple(word for word in get_args(literal) if word not in without))


FIELDS: Final[Mapping[str, Mapping[str, Words | Choice]]] = MappingProxyType(
    {
        "symptom": {
            "name": Words(_symptom),
            "severity": _choice(symptom.Severity),
            "trend": _choice(symptom.Trend),
            "body_site": _words(80, lower=True),
            "duration": _since("onset", 80),
            "frequency": _words(80),
            "trigger": _words(80),
            "relief": _words(80),
        },
        "medication": {
            "name": Words(_medicine),
            "dose": Words(_dose),
            "frequency": Words(_frequency),
            "route": _choice(medication.Route),
            "form": _words(40, lower=True),
            "status": _choice(medication.Status),
            "reason": _words(120),
            "started": Words(_onset),
            "stopped": Words(_onset),
        },
        "vitals": {
            "kind": Choice(("blood_pressure", *_MEASURED)),
            "value": Words(_measure),
            "systolic": Words(_pressure),
            "diastolic": Words(_pressure),
            "context": Choice(("fasting", "post_meal", "resting", "after_exercise", "pre_meal", "bedtime")),
        },
        "food": {"name": _name(120), "amount": _words(60), "meal": _choice(food.Meal)},
        "water": {"said": _words(80)},
        "sleep": {
            "hours": _lasting(3600),
            "quality": _choice(sleep.Quality),
            "started": _words(40),
            "ended": _words(40),
            "awakenings": Words(_count),
            "notes": _words(200),
        },
        "exercise": {
            "activity": _name(80),
            "minutes": _lasting(60),
            "steps": Words(_count),
            "intensity": _choice(exercise.Intensity),
            "frequency": _words(80),
        },
        "mood": {"level": _choice(mood.Level), "feeling": _words(80), "energy": _choice(mood.Level)},
        "allergy": {
            "substance": _name(200),
            "reaction": Words(lambda said, values: values.__setitem__("reactions", [said.text[:200]])),
            "kind": Choice(("allergy", "intolerance")),
            "category": _choice(allergy.Category),
            "severity": _choice(allergy.Severity),
        },
        "condition": {
            "status": _choice(condition.Status),  # before the name, whose code depends on it
            "name": Words(_condition),
            "certainty": _choice(condition.Certainty, without=("refuted",)),
            "severity": _choice(condition.Severity),
            "onset": Words(_onset),
        },
        "appointment": {
            "title": _words(200),
            "status": _choice(appointment.Status),
            "when": Words(_appointed),
            "doctor": _words(200),
            "location": _words(200),
            "kind": _choice(appointment.Kind),
        },
        "lab_result": {"test": Words(_test), "value": Words(_result), "text": _words(200)},
    }
)
