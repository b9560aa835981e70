"""One finding for each condition, from everything that was claimed of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from carelog.extraction.finding import Finding, Span
from carelog.extraction.vocabularies.conditions import Known
from carelog.record.types.condition import ICD_10_CM, Certainty, Condition, Severity, Status
from carelog.record.values import Code

_MOST_SPANS = 4
# Of two statuses, the one that tells more; a passing condition that is there now was there before as well.
_LASTING: tuple[Status | None, ...] = ("managed", "resolved", "active", None)
_PASSING: tuple[Status | None, ...] = ("managed", "active", "resolved", None)


@dataclass(frozen=True, slots=True)
class Fact:
    """One claim with what was said beside it."""

    condition: Known
    spans: tuple[Span, ...]
    certainty: Certainty
    status: Status | None = None
    severity: Severity | None = None
    onset: str | None = None
    diagnosed_by: str | None = None

    def with_(self, other: "Fact") -> "Fact":
        """This fact with what a later one says; what was settled last holds, and a suspicion gives way."""
        if other.certainty != self.certainty and self.certainty == "suspected":
            return replace(other, spans=(*other.spans, *self.spans)[:_MOST_SPANS])
        if other.certainty not in (self.certainty, "suspected"):
            return other
        if other.certainty != self.certainty:
            return self
        order = _LASTING if self.condition.lasting else _PASSING
        joined = replace(
            self,
            status=min((self.status, other.status), key=order.index),
            severity=self.severity or other.severity,
            onset=self.onset or other.onset,
            diagnosed_by=self.diagnosed_by or other.diagnosed_by,
        )
        if joined == self:
            return self
        spans = (*self.spans, *(span for span in other.spans if span not in self.spans))
        return replace(joined, spans=spans[:_MOST_SPANS])


def merge(facts: Iterable[Fact]) -> list[Finding]:
    """Findings in the order in which their conditions were first claimed; a kind stands for what it is a kind of."""
    by_name: dict[str, Fact] = {}
    for fact in facts:
        name = fact.condition.name
        by_name[name] = by_name[name].with_(fact) if name in by_name else fact
    return [_finding(fact) for fact in _specific(list(by_name.values()))]


def _specific(facts: Sequence[Fact]) -> list[Fact]:
    """Of "diabetes" and "type 2 diabetes" only the latter, with what was said of either."""
    kept = list(facts)
    for fact in facts:
        kinds = [other for other in kept if other.condition.general == fact.condition.name]
        same = [other for other in kinds if other.certainty == fact.certainty]
        if len(same) == 1 and fact in kept:
            kept[kept.index(same[0])] = same[0].with_(replace(fact, condition=same[0].condition))
            kept.remove(fact)
    return kept


def _finding(fact: Fact) -> Finding:
    condition = fact.condition
    code = condition.past_code if fact.status == "resolved" and condition.past_code else condition.code
    if fact.certainty == "confirmed" and fact.status is None and condition.past_code:
        code = None  # Whether it is now or was once, nobody said, and the two have codes of their own.
    payload = Condition(
        name=condition.name,
        codes=(Code(system=ICD_10_CM, code=code),) if code else None,
        status=fact.status,
        certainty=fact.certainty,
        severity=fact.severity,
        onset=fact.onset,
        diagnosed_by=fact.diagnosed_by,
    )
    return Finding(type="condition", payload=payload, spans=fact.spans)
