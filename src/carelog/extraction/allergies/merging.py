"""One finding for each substance, from everything that was said of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from carelog.extraction.finding import Finding, Span
from carelog.record.types.allergy import Allergy, Category, Certainty, Severity, Status

Kind = Literal["allergy", "intolerance"]
_MOST_SPANS = 4
_MOST_REACTIONS = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """What was said once of one substance."""

    substance: str
    category: Category | None
    spans: tuple[Span, ...]
    kind: Kind | None = None
    reactions: tuple[str, ...] = ()
    severity: Severity | None = None
    status: Status | None = None
    certainty: Certainty | None = None

    def with_(self, other: "Fact") -> "Fact":
        """This fact with what only a later one says; who tells of one does not have none."""
        if (self.certainty == "refuted") != (other.certainty == "refuted"):
            return other if self.certainty == "refuted" else self
        reactions = tuple(dict.fromkeys((*self.reactions, *other.reactions)))[:_MOST_REACTIONS]
        joined = replace(
            self,
            kind=self.kind or other.kind,
            reactions=reactions,
            severity=self.severity or other.severity,
            status=other.status if self.status in (None, "active") and other.status else self.status,
            certainty=self.certainty if self.certainty == other.certainty else None,
        )
        if joined == self:
            return self
        spans = (*self.spans, *(span for span in other.spans if span not in self.spans))
        return replace(joined, spans=spans[:_MOST_SPANS])


def merge(facts: Iterable[Fact]) -> list[Finding]:
    """Findings in the order in which their substances were first named. Where something is reacted to, nothing says
    any more that "anything" is borne."""
    by_name: dict[str, Fact] = {}
    for fact in facts:
        by_name[fact.substance] = by_name[fact.substance].with_(fact) if fact.substance in by_name else fact
    reacted = {fact.category for fact in by_name.values() if fact.certainty != "refuted"}
    return [_finding(fact) for fact in by_name.values() if not _is_contradicted(fact, reacted)]


def _is_contradicted(fact: Fact, reacted: set[Category | None]) -> bool:
    if fact.certainty != "refuted" or fact.substance not in ("anything", "any medication", "any food"):
        return False
    return bool(reacted) if fact.substance == "anything" else fact.category in reacted


def _finding(fact: Fact) -> Finding:
    payload = Allergy(
        substance=fact.substance,
        kind=fact.kind,
        category=fact.category,
        reactions=fact.reactions or None,
        severity=fact.severity,
        status=fact.status,
        certainty=fact.certainty,
    )
    return Finding(type="allergy", payload=payload, spans=fact.spans)
