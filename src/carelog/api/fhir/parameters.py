"""The parameters of FHIR searches, read into what they look for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from starlette.datastructures import QueryParams

from carelog.api.errors import invalid, problem
from carelog.kit.errors import InvalidInput
from carelog.record.fhir.kinds import Kind
from carelog.record.fhir.paging import Place
from carelog.record.fhir.search import Search, Span, Token

DEFAULT_COUNT: Final = 50
MOST: Final = 500
_JSON: Final = frozenset({"json", "application/json", "application/fhir+json"})
_PAGING: Final = frozenset({"_count", "_page", "_format", "_pretty"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for, and which of it."""

    search: Search
    count: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class Paging:
    count: int
    place: Place | None


def known_parameters(kind: Kind) -> dict[str, str]:
    """The parameters that a kind is searched by, each with its type in a CapabilityStatement."""
    found = {"_id": "token", "_lastUpdated": "date", "_tag": "token"}
    if kind.name == "Patient":
        return {"_id": "token", "_lastUpdated": "date", "identifier": "token"}
    found |= dict.fromkeys(kind.patient, "reference")
    if kind.moment:
        found[kind.moment] = "date"
    return found | dict.fromkeys(kind.tokens, "token")


def paging_of(given: QueryParams, known: Iterable[str] = ()) -> Paging:
    """Raises InvalidInput for a parameter that the operation does not have: one that is misspelt, and dropped without
    a word, would show more than was asked for."""
    strange = {name.partition(":")[0] for name in given} - _PAGING - set(known)
    if strange:
        raise invalid([problem("/query", f"holds a parameter that is not one of: {', '.join(sorted(known))}")])
    if any("\x00" in value for _, value in given.multi_items()):
        raise invalid([problem("/query", "holds the character U+0000")])
    if given.get("_format", "json").partition(";")[0] not in _JSON:
        raise invalid([problem("/query/_format", "must be json")])
    count = given.get("_count", str(DEFAULT_COUNT))
    if not (count.isascii() and count.isdecimal() and len(count) < 10):
        raise invalid([problem("/query/_count", "must be a whole number")])
    page = given.get("_page")
    try:
        place = None if page is None else Place.parse(page)
    except InvalidInput:
        raise invalid([problem("/query/_page", "is not one that was given out")]) from None
    return Paging(min(max(int(count), 1), MOST), place)


def asked_of(kind: Kind, given: QueryParams) -> Asked:
    """Raises InvalidInput with every problem."""
    paging = paging_of(given, known_parameters(kind))
    problems: list[dict[str, str]] = []
    subjects: set[UUID] | None = None
    for name in kind.patient:
        kind_meant = None if name == "target" else "Patient"
        for value in given.getlist(name) if name != "target" else ():
            found = {id_ for part in value.split(",") if (id_ := _reference(part, kind_meant)) is not None}
            if not found:
                problems.append(problem(f"/query/{name}", "must be the id of a Patient"))
            subjects = found if subjects is None else subjects & found
    targets = None
    if "target" in given and "target" in kind.patient:
        targets = tuple(id_ for part in given["target"].split(",") if (id_ := _reference(part, None)) is not None)
    tokens: list[tuple[str, tuple[Token, ...]]] = []
    tags: tuple[Token, ...] = ()
    for given_name, value in given.multi_items():
        name, _, modifier = given_name.partition(":")
        if name in kind.tokens and modifier in ("", "text"):
            wanted = [Token(None, None, part) if modifier else Token.parse(part) for part in value.split(",")]
            tokens.append((kind.tokens[name], tuple(wanted)))
        elif name == "_tag":
            tags = tuple(map(Token.parse, value.split(",")))
        elif modifier:
            problems.append(problem(f"/query/{name}", "has a modifier that is not read here"))
    search = Search(
        kind=kind,
        subjects=None if subjects is None else tuple(sorted(subjects)),
        ids=tuple(given["_id"].split(",")) if "_id" in given else None,
        targets=targets,
        identifiers=tuple(map(Token.parse, given["identifier"].split(","))) if "identifier" in given else (),
        happened=_spans(given, kind.moment, problems) if kind.moment else (),
        updated=_spans(given, "_lastUpdated", problems),
        tokens=tuple(tokens),
        tags=tags,
    )
    if problems:
        raise invalid(problems)
    return Asked(search, paging.count, paging.place)


def spans_of(given: QueryParams, name: str) -> tuple[Span, ...]:
    """Raises InvalidInput."""
    problems: list[dict[str, str]] = []
    found = _spans(given, name, problems)
    if problems:
        raise invalid(problems)
    return found


def _spans(given: QueryParams, name: str, problems: list[dict[str, str]]) -> tuple[Span, ...]:
    found = [Span.parse(value.replace(" ", "+")) for value in given.getlist(name)]
    if None in found:
        problems.append(
            problem(f"/query/{name}", "must be a date, with one of eq, ne, gt, lt, ge, le, sa, eb before it")
        )
    return tuple(span for span in found if span is not None)


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
