"""What is searched for, as plain data: what the parameters of an address ask for, and whether a resource is that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from carelog.record.fhir.elements import Json, Resource, codings, moment_of, objects
from carelog.record.fhir.kinds import Kind

_DATE: Final = re.compile(r"(?P<prefix>[a-z]{2})?(?P<date>\d{4}(-\d\d(-\d\d(T[^ ]+)?)?)?)")
# What has a code alone has it from one of FHIR's own systems, such as http://hl7.org/fhir/observation-status.
_OF_FHIR: Final = "http://hl7.org/fhir/"
_PREFIXES: Final = frozenset({"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"})


@dataclass(frozen=True, slots=True)
class Token:
    """A code that is looked for: in any system where that is None, in none where it is empty. Or else words, with which
    what a code says begins."""

    system: str | None
    code: str | None
    words: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Token":
        """
        >>> token = Token.parse("http://loinc.org|8867-4")
        >>> token.system, token.code
        ('http://loinc.org', '8867-4')
        """
        system, bar, code = text.partition("|")
        return cls(system, code or None) if bar else cls(None, text)

    def found_in(self, element: Any) -> bool:
        """Whether an element has it: a CodeableConcept, a code, or a list of either."""
        if self.words is not None:
            return any(text.casefold().startswith(self.words.casefold()) for text in _texts(element))
        if isinstance(element, str):
            return self.code == element and (not self.system or self.system.startswith(_OF_FHIR))
        if isinstance(element, list):
            return any(map(self.found_in, element))
        if self.system is None:
            return any(c["code"] == self.code for c in codings(element))
        return any(c.get("system", "") == self.system and self.code in (None, c["code"]) for c in codings(element))

    def names(self, identifier: Json) -> bool:
        """Whether it is this Identifier."""
        of_system = self.system is None or identifier.get("system", "") == self.system
        return of_system and self.code in (None, identifier.get("value"))


def _texts(element: Any) -> Iterator[str]:
    for a_concept in element if isinstance(element, list) else [element]:
        if isinstance(a_concept, dict):
            said = [a_concept.get("text"), *(c.get("display") for c in codings(a_concept))]
            yield from (text for text in said if isinstance(text, str))


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from `since` up to, and not including, `until`; either end may be open. All others where `inverted`."""

    since: datetime | None = None
    until: datetime | None = None
    inverted: bool = False

    @classmethod
    def parse(cls, text: str) -> "Span | None":
        """A date parameter (https://hl7.org/fhir/R4/search.html#date): None for what is none.

        >>> Span.parse("ge2026-01").since.isoformat()
        '2026-01-01T00:00:00+00:00'
        >>> Span.parse("2026-01-05").until.isoformat()
        '2026-01-06T00:00:00+00:00'
        """
        match = _DATE.fullmatch(text)
        prefix = (match["prefix"] or "eq") if match else ""
        begins = moment_of(match["date"]) if match else None
        if match is None or begins is None or prefix not in _PREFIXES:
            return None
        try:
            ends = _end(match["date"], begins)
        except (OverflowError, ValueError):
            return None
        match prefix:
            case "gt" | "sa":
                return cls(since=ends)
            case "ge":
                return cls(since=begins)
            case "lt" | "eb":
                return cls(until=begins)
            case "le":
                return cls(until=ends)
            case _:
                return cls(begins, ends, inverted=prefix == "ne")

    def onwards(self) -> "Span":
        """From its beginning on."""
        return Span(self.since)

    def holds(self, moment: datetime) -> bool:
        inside = (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)
        return inside is not self.inverted


def _end(text: str, begins: datetime) -> datetime:
    """The first moment that a date does not hold any more, as exact as it was written."""
    match len(text):
        case 4:
            return begins.replace(year=begins.year + 1)
        case 7:
            return begins.replace(year=begins.year + begins.month // 12, month=begins.month % 12 + 1)
        case 10:
            return begins + timedelta(days=1)
        case _:
            return begins + (timedelta.resolution if "." in text else timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class Order:
    """By when it happened or by when it was last written, the latest first unless `ascending`."""

    by: Literal["happened", "updated"]
    ascending: bool = False


Tokens: TypeAlias = tuple[Token, ...]
"""One of which is to be there."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: each of these must hold, and one of those within each. `tokens` are by the element, `names`
    the beginnings of a name or of one of its words."""

    kind: Kind
    subjects: tuple[UUID, ...] | None = None
    ids: tuple[str, ...] | None = None
    targets: tuple[UUID, ...] | None = None
    identifiers: tuple[Tokens, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    happened: tuple[Span, ...] = ()
    updated: tuple[Span, ...] = ()
    tokens: tuple[tuple[str, Tokens], ...] = ()
    tags: tuple[Tokens, ...] = ()
    order: Order | None = None

    def is_when(self, moment: datetime) -> bool:
        """Whether what happens and is written at one moment was so when it is looked for."""
        return all(span.holds(moment) for span in (*self.happened, *self.updated))

    def fits(self, resource: Resource) -> bool:
        """Whether a resource was written then, and has the codes that are looked for."""
        written = moment_of(resource["meta"]["lastUpdated"])
        if written is None or not all(span.holds(written) for span in self.updated):
            return False
        for element, wanted in self.tokens:
            if not any(token.found_in(resource.get(element)) for token in wanted):
                return False
        tag = {"coding": objects(resource.get("meta", {}).get("tag"))}
        if not all(any(token.found_in(tag) for token in wanted) for wanted in self.tags):
            return False
        named = objects(resource.get("identifier"))
        return all(any(token.names(i) for i in named for token in wanted) for wanted in self.identifiers)
