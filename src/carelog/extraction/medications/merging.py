"""One finding for each medicine and strength, from everything that was said of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from carelog.extraction.finding import Finding, Span
from carelog.extraction.vocabularies.drugs import Drug
from carelog.record.payload import Quantity
from carelog.record.types.medication import Frequency, Medication, Route, Status

# Of two things said of one strength, the one that tells more: an order after "you're on it" is a refill.
_TELLING: tuple[Status | None, ...] = ("stopped", "changed", "started", "ordered", "missed", "taking", "asked", None)
# What is an event of its own even where the strength is not repeated.
_EVENTS: frozenset[Status | None] = frozenset({"stopped", "missed"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One mention with all that was said beside it."""

    drug: Drug
    spans: tuple[Span, ...]
    dose: Quantity | None = None
    status: Status | None = None
    frequency: Frequency | None = None
    form: str | None = None
    route: Route | None = None
    reason: str | None = None
    tentative: bool = False  # The status gives way to another.

    @property
    def key(self) -> str:
        return self.drug.ingredient or self.drug.name

    def with_(self, other: "Fact") -> "Fact":
        """This fact with what only the other one says, and the other's words where they add something."""
        statuses: list[Status | None] = [f.status for f in (self, other) if f.status and not f.tentative]
        joined = replace(
            self,
            status=min(statuses or [self.status or other.status], key=_TELLING.index),
            tentative=not statuses and (self.tentative or other.tentative),
            frequency=self.frequency or other.frequency,
            form=self.form or other.form,
            route=self.route or other.route,
            reason=self.reason or other.reason,
        )
        if joined == self:
            return self
        return replace(joined, spans=(*self.spans, *(s for s in other.spans if s not in self.spans)))


def merge(facts: Iterable[Fact]) -> list[Finding]:
    """Findings in the order in which their medicine and strength were first said."""
    by_drug: dict[str, dict[Quantity | None, Fact]] = {}
    for fact in facts:
        same = by_drug.setdefault(fact.key, {})
        same[fact.dose] = same[fact.dose].with_(fact) if fact.dose in same else fact
    merged: list[Fact] = []
    for same in by_drug.values():
        bare = same.pop(None, None)
        dosed = list(same.values())
        event = bare is not None and bare.status in _EVENTS and not bare.tentative
        if bare is not None and dosed and not (event and all(d.status != bare.status for d in dosed)):
            dosed[0] = _filled(dosed[0], bare)
            bare = None
        merged += [bare] if bare is not None else []
        merged += dosed
    return [_finding(fact) for fact in merged]


def _filled(dosed: Fact, bare: Fact) -> Fact:
    """A strength keeps its own status: the bare mention may speak of the time before a change."""
    keeps = dosed.status is not None or bare.tentative or bare.status == "asked"
    return dosed.with_(replace(bare, status=dosed.status, tentative=False) if keeps else bare)


def _finding(fact: Fact) -> Finding:
    payload = Medication(
        name=fact.drug.name,
        ingredient=fact.drug.ingredient,
        dose=fact.dose,
        route=fact.route,
        form=fact.form,
        frequency=fact.frequency,
        status=fact.status,
        reason=fact.reason,
    )
    return Finding(type="medication", payload=payload, spans=fact.spans)
