"""Cases: short conversations in YAML, each with all that a careful reader would note of it.

A file holds the cases of one phenomenon, as a list:

    - name: list-answered-with-one
      about: question-answer
      opposite: list-answered-with-none       # its opposite, in the same file
      started: 2026-03-04T09:30:00+05:30      # by default Monday 2026-01-05, 9:00 UTC
      zone: Asia/Kolkata                      # the subject's; by default that of the conversation
      turns: ["D: Any fever or cough?", "P: Just the cough."]
      entries:                                # all of them; each names its type and the fields that matter
      - {type: symptom, name: cough, polarity: present}
      - {type: symptom, name: fever, polarity: absent, at: 2026-03-04}
      ignore: [mood]                          # types that are not looked at
      reviews: [{type: vitals, doubt: implausible}]
      urgency: urgent                         # not looked at where it is left out

Speakers are D (clinician), A (agent), P (patient), C (carer) and U (nobody says who). `at` is the day, or the hour, of
the entry's `occurred_at` on the subject's clock.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from carelog.extraction.urgency import Level
from carelog.kit.yamltext import YamlText, read
from carelog.kit.zones import is_zone
from carelog.record.registry import entry_types
from carelog.record.review.items import Doubt

STARTED: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
SPEAKERS: Final = {"D": "clinician", "A": "agent", "P": "patient", "C": "carer", "U": None}
URGENCIES: Final = tuple(level.name.lower() for level in Level)

_KEYS = frozenset({"name", "about", "opposite", "started", "zone", "turns", "entries", "ignore", "reviews", "urgency"})
_REVIEW_KEYS = frozenset({"type", "doubt", "fields"})


class WrongCase(ValueError):
    """A case that breaks the form above; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class ExpectedEntry:
    """An entry that must be found: its type, those of its fields that matter, and when it happened if that does."""

    type: str
    fields: Mapping[str, Any]
    at: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class ExpectedReview:
    """A doubt that must be raised. `fields`, those of the payload that are doubted, matter where they are given."""

    type: str
    doubt: Doubt
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation and what is to be read in it; `file` is the stem of the file's name."""

    file: str
    name: str
    about: str
    turns: tuple[tuple[str, str], ...]
    entries: tuple[ExpectedEntry, ...]
    reviews: tuple[ExpectedReview, ...]
    ignore: frozenset[str]
    opposite: str | None
    started: datetime
    zone: str | None
    urgency: str | None

    @property
    def id(self) -> str:
        return f"{self.file}::{self.name}"


def case_files(folder: Path) -> list[Path]:
    """The files of cases in a folder, by name."""
    return sorted(folder.glob("*.yaml"))


def load(path: Path) -> tuple[Case, ...]:
    """The cases of one file. Raises WrongCase, and ConfigurationError for what is not YAML."""
    text = read(path)
    given = text.value if text.value is not None else []
    if not isinstance(given, list):
        raise WrongCase(f"{path.name} is not a list of cases")
    cases = tuple(_Reader(text, path, index).case(item) for index, item in enumerate(given))
    names = Counter(case.name for case in cases)
    for index, case in enumerate(cases):
        if names[case.name] > 1:
            raise WrongCase(f"{path.name}: {case.name} stands {names[case.name]} times")
        if case.opposite is not None and (case.opposite == case.name or case.opposite not in names):
            place = text.line((index, "opposite"))
            raise WrongCase(f"{path.name} line {place}: {case.name} has no opposite {case.opposite!r} in this file")
    return cases


class _Reader:
    """Reads one case of a file."""

    def __init__(self, text: YamlText, path: Path, index: int) -> None:
        self._text = text
        self._path = path
        self._index = index

    def case(self, given: object) -> Case:
        item = self._mapping(given, _KEYS)
        return Case(
            file=self._path.stem,
            name=self._string(item, "name"),
            about=self._string(item, "about"),
            turns=tuple(self._turns(item)),
            entries=tuple(self._entry(entry, i) for i, entry in enumerate(self._list(item, "entries", needed=True))),
            reviews=tuple(self._review(review, i) for i, review in enumerate(self._list(item, "reviews"))),
            ignore=frozenset(self._type(name, "ignore") for name in self._list(item, "ignore")),
            opposite=self._string(item, "opposite") if "opposite" in item else None,
            started=self._started(item),
            zone=self._zone(item),
            urgency=self._urgency(item),
        )

    def _turns(self, item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for i, line in enumerate(self._list(item, "turns", needed=True)):
            speaker, mark, words = line.partition(": ") if isinstance(line, str) else ("", "", "")
            if speaker not in SPEAKERS or not mark or not words.strip():
                raise self._wrong(f"a turn is one of {', '.join(SPEAKERS)}, a colon, and words", "turns", i)
            yield speaker, words

    def _entry(self, given: object, i: int) -> ExpectedEntry:
        if not isinstance(given, dict):
            raise self._wrong("an entry is a mapping", "entries", i)
        fields = {key: value for key, value in given.items() if key not in ("type", "at")}
        kind = self._type(given.get("type"), "entries", i)
        for name in fields:
            if name not in entry_types()[kind].model.model_fields:
                raise self._wrong(f"{kind} has no field {name!r}", "entries", i, name)
        return ExpectedEntry(kind, fields, self._moment(given["at"], "entries", i, "at") if "at" in given else None)

    def _review(self, given: object, i: int) -> ExpectedReview:
        item = self._mapping(given, _REVIEW_KEYS, "reviews", i)
        if item.get("doubt") not in list(Doubt):
            raise self._wrong(f"a doubt is one of {', '.join(Doubt)}", "reviews", i)
        fields = tuple(map(str, item["fields"])) if "fields" in item else None
        return ExpectedReview(self._type(item.get("type"), "reviews", i), Doubt(item["doubt"]), fields)

    def _type(self, name: object, *place: str | int) -> str:
        if not isinstance(name, str) or name not in entry_types():
            raise self._wrong(f"there is no entry type {name!r}", *place)
        return name

    def _started(self, item: Mapping[str, Any]) -> datetime:
        if "started" not in item:
            return STARTED
        started = self._moment(item["started"], "started")
        if not isinstance(started, datetime) or started.tzinfo is None:
            raise self._wrong("started is a moment with its offset from UTC", "started")
        return started

    def _moment(self, given: object, *place: str | int) -> date | datetime:
        if isinstance(given, date):
            return given
        try:
            return datetime.fromisoformat(str(given))
        except ValueError:
            raise self._wrong(f"{given!r} is neither a day nor a moment", *place) from None

    def _zone(self, item: Mapping[str, Any]) -> str | None:
        if "zone" not in item:
            return None
        name = self._string(item, "zone")
        if not is_zone(name):
            raise self._wrong(f"there is no time zone {name!r}", "zone")
        return name

    def _urgency(self, item: Mapping[str, Any]) -> str | None:
        if "urgency" not in item:
            return None
        if item["urgency"] not in URGENCIES:
            raise self._wrong(f"urgency is one of {', '.join(URGENCIES)}", "urgency")
        return str(item["urgency"])

    def _mapping(self, given: object, known: frozenset[str], *place: str | int) -> Mapping[str, Any]:
        if not isinstance(given, dict):
            raise self._wrong("this is not a mapping", *place)
        if unknown := [key for key in given if key not in known]:
            raise self._wrong(f"there is no key {unknown[0]!r}", *place, unknown[0])
        return given

    def _list(self, item: Mapping[str, Any], key: str, *, needed: bool = False) -> list[Any]:
        if key not in item and not needed:
            return []
        given = item.get(key)
        if not isinstance(given, list) or (needed and key == "turns" and not given):
            raise self._wrong(f"{key} is a list", key)
        return given

    def _string(self, item: Mapping[str, Any], key: str) -> str:
        given = item.get(key)
        if not isinstance(given, str) or not given.strip():
            raise self._wrong(f"{key} is missing", key)
        return given

    def _wrong(self, problem: str, *place: str | int) -> WrongCase:
        line = self._text.line((self._index, *place))
        return WrongCase(f"{self._path.name} line {line}: {problem}")
