"""The parameters of FHIR searches, read into what they look for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import QueryParams

from carelog.api.errors import invalid, problem
from carelog.kit.errors import InvalidInput
from carelog.record.fhir.kinds import Kind, kinds
from carelog.record.fhir.paging import Place
from carelog.record.fhir.search import Order, Search, Span, Token

DEFAULT_COUNT: Final = 50
MOST: Final = 500
JSON_FORMATS: Final = frozenset({"json", "application/json", "application/fhir+json"})
_PAGING: Final = frozenset({"_count", "_page", "_format"})
_SORT: Final = "_sort"
_UPDATED: Final = "_lastUpdated"
_WORDS: Final = "text"

Given = Sequence[tuple[str, str]]
"""The parameters of an address, in their order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for, and which of it; a `count` of 0 asks how many there are. `given` is what was read of its
    parameters."""

    search: Search
    count: int
    place: Place | None
    given: Given


@dataclass(frozen=True, slots=True)
class Paging:
    count: int
    place: Place | None


def known_parameters(kind: Kind) -> frozenset[str]:
    return frozenset({*kind.parameters, *([_SORT] if kind.sorts else [])})


@cache
def described_parameters() -> Mapping[str, tuple[str, tuple[str, ...] | None]]:
    """The parameters of all searches: their types, and the kinds that have them; None where all have."""
    served: dict[str, tuple[str, list[str]]] = {}
    for kind in kinds().values():
        for name, type_ in kind.parameters.items():
            served.setdefault(name, (type_, []))[1].append(kind.name)
        if kind.sorts:
            served.setdefault(_SORT, ("special", []))[1].append(kind.name)
    every = len(kinds())
    return MappingProxyType(
        {name: (type_, None if len(of) == every else tuple(of)) for name, (type_, of) in sorted(served.items())}
    )


def paging_of(given: QueryParams, known: Iterable[str] = ()) -> Paging:
    """Raises InvalidInput for a parameter that the operation does not have: ignoring a misspelt one would show more
    than was asked for."""
    strange = {name.partition(":")[0] for name in given} - _PAGING - set(known)
    if strange:
        raise invalid(
            [problem("/query", f"holds a parameter that is not one of: {', '.join(sorted({*known, *_PAGING}))}")]
        )
    if any("\x00" in text for pair in given.multi_items() for text in pair):
        raise invalid([problem("/query", "holds the character U+0000")])
    if (given.get("_format") or "json").partition(";")[0] not in JSON_FORMATS:
        raise invalid([problem("/query/_format", "must be json")])
    count = given.get("_count") or str(DEFAULT_COUNT)
    if not (count.isascii() and count.isdecimal() and len(count) < 10):
        raise invalid([problem("/query/_count", "must be a whole number")])
    page = given.get("_page") or None
    try:
        place = None if page is None else Place.parse(page)
    except InvalidInput:
        raise invalid([problem("/query/_page", "is not one that was given out")]) from None
    return Paging(min(int(count), MOST), place)


def without_strangers(kind: Kind, given: QueryParams) -> QueryParams:
    """The parameters that searches of this kind have, for callers who want the others ignored."""
    known = known_parameters(kind) | _PAGING
    return QueryParams([pair for pair in given.multi_items() if pair[0].partition(":")[0] in known])


def asked_of(kind: Kind, given: QueryParams) -> Asked:
    """What is looked for. Every parameter must hold, and for each, one of the values that commas separate. Raises
    InvalidInput with every problem."""
    paging = paging_of(given, known_parameters(kind))
    reading = _Reading(kind)
    # A parameter without a value is not there; but where it names whose or which, passing over it would show all.
    naming = {*kind.patient, "_id", "target"}
    asked = [(name, value) for name, value in given.multi_items() if value or name.partition(":")[0] in naming]
    for name, value in asked:
        if name not in _PAGING:
            reading.take(name, value)
    if reading.problems:
        raise invalid(reading.problems)
    told = [(name, str(paging.count) if name == "_count" else value) for name, value in asked]
    return Asked(reading.search(), paging.count, paging.place, told)


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    kind: Kind
    problems: list[dict[str, str]] = field(default_factory=list)
    subjects: set[UUID] | None = None
    targets: set[UUID] | None = None
    ids: set[str] | None = None
    lists: dict[str, list[Any]] = field(default_factory=dict)
    order: Order | None = None

    def take(self, given_name: str, value: str) -> None:
        name, _, modifier = given_name.partition(":")
        parts = _parted(value)
        if name in self.kind.patient and name != "target":
            if modifier not in ("", "Patient"):
                self._refuse(name, "has a modifier that is not read here")
            self.subjects = self._referred(name, parts, "Patient", self.subjects)
        elif name in self.kind.tokens and modifier in ("", _WORDS):
            wanted = tuple(Token(None, None, part) if modifier else Token.parse(part) for part in parts)
            self._add("tokens", (self.kind.tokens[name], wanted))
        elif modifier:
            self._refuse(name, "has a modifier that is not read here")
        else:
            self._take_plain(name, value, parts)

    def _take_plain(self, name: str, value: str, parts: Sequence[str]) -> None:
        if name == "_id":
            self.ids = set(parts) if self.ids is None else self.ids & set(parts)
        elif name == "target":
            self.targets = self._referred(name, parts, None, self.targets)
        elif name == "_tag":
            self._add("tags", tuple(map(Token.parse, parts)))
        elif name == "identifier":
            self._add("identifiers", tuple(map(Token.parse, parts)))
        elif name == "name":
            if not all(part.strip() for part in parts):
                self._refuse(name, "must not be empty")
            self._add("names", tuple(parts))
        elif name == _SORT:
            self._sort(value)
        else:
            spans = _spans(name, [value], self.problems)
            self.lists.setdefault("updated" if name == _UPDATED else "happened", []).extend(spans)

    def search(self) -> Search:
        return Search(
            kind=self.kind,
            subjects=None if self.subjects is None else tuple(sorted(self.subjects)),
            ids=None if self.ids is None else tuple(sorted(self.ids)),
            targets=None if self.targets is None else tuple(sorted(self.targets)),
            order=self.order,
            **{name: tuple(found) for name, found in self.lists.items()},
        )

    def _add(self, name: str, found: object) -> None:
        self.lists.setdefault(name, []).append(found)

    def _refuse(self, name: str, sentence: str) -> None:
        self.problems.append(problem(f"/query/{name}", sentence))

    def _referred(self, name: str, parts: Sequence[str], kind: str | None, before: set[UUID] | None) -> set[UUID]:
        found = {_reference(part, kind) for part in parts}
        ids = {id_ for id_ in found if id_ is not None}
        if len(ids) < len(found):
            self._refuse(name, f"must be the id of a {kind}" if kind else "must be references")
        return ids if before is None else before & ids

    def _sort(self, value: str) -> None:
        name = value.removeprefix("-")
        if self.order is not None or name not in self.kind.sorts:
            self._refuse(_SORT, f"must be one of: {', '.join(self.kind.sorts)}; with - before it for the latest first")
            return
        self.order = Order("updated" if name == _UPDATED else "happened", ascending=name == value)


def _parted(value: str) -> list[str]:
    r"""The values that commas part; `\,` is a comma of a value (https://hl7.org/fhir/R4/search.html#escaping).

    >>> _parted(r"a,b\,c")
    ['a', 'b,c']
    """
    parts = [""]
    escaped = False
    for character in value:
        if escaped or character not in ",\\":
            parts[-1] += character
            escaped = False
        elif character == ",":
            parts.append("")
        else:
            escaped = True
    return parts


def spans_of(given: QueryParams, name: str) -> tuple[Span, ...]:
    """Raises InvalidInput."""
    problems: list[dict[str, str]] = []
    found = _spans(name, given.getlist(name), problems)
    if problems:
        raise invalid(problems)
    return tuple(found)


def _spans(name: str, values: Iterable[str], problems: list[dict[str, str]]) -> list[Span]:
    found = [Span.parse(value.replace(" ", "+")) for value in values]
    if None in found:
        problems.append(
            problem(f"/query/{name}", "must be a date, with one of eq, ne, gt, lt, ge, le, sa, eb before it")
        )
    return [span for span in found if span is not None]


def _reference(text: str, kind: str | None) -> UUID | None:
    """The id in a reference: alone, behind its kind, or at the end of an address."""
    before, _, id_ = text.rpartition("/")
    if before and kind is not None and before.rpartition("/")[2] != kind:
        return None
    try:
        return UUID(id_)
    except ValueError:
        return None


def named(values: Sequence[str]) -> list[str]:
    """The values of a parameter that may be given several times, or once with commas."""
    return [part for value in values for part in value.split(",") if part]
