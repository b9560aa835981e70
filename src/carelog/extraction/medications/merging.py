"""One finding for each medicine and strength, from everything that was said of it.

A missed dose ends nothing: it is a finding of its own beside what is taken, with the one strength of that. What is
stopped in a later turn ends the one strength that was taken until then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from carelog.extraction.finding import Finding, Span
from carelog.extraction.vocabularies.drugs import Drug
from carelog.record.payload import Quantity
from carelog.record.types.medication import Frequency, Medication, Route, Status

# Of two things said of one strength, the one that tells more: an order after "you're on it" is a refill.
_TELLING: tuple[Status | None, ...] = ("stopped", "changed", "started", "ordered", "missed", "taking", "asked", None)


_LOCAL: frozenset[str | None] = frozenset(
    {"nasal", "spray", "topical", "cream", "ointment", "gel", "ophthalmic", "otic"}
)


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
    instructions: str | None = None
    started: str | None = None
    stopped: str | None = None
    prescribed_by: str | None = None
    tentative: bool = False  # The status gives way to another.
    settled: bool = False  # Told by who takes it, not planned: what was taken before is over.

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
            settled=self.settled or other.settled,
            frequency=self.frequency or other.frequency,
            form=self.form or other.form,
            route=self.route or other.route,
            reason=self.reason or other.reason,
            instructions=self.instructions or other.instructions,
            started=self.started or other.started,
            stopped=self.stopped or other.stopped,
            prescribed_by=self.prescribed_by or other.prescribed_by,
        )
        if joined == self:
            return self
        return replace(joined, spans=(*self.spans, *(s for s in other.spans if s not in self.spans)))


def merge(facts: Iterable[Fact]) -> list[Finding]:
    """Findings in the order in which their medicine and strength were first said."""
    by_drug: dict[str, list[Fact]] = {}
    for fact in facts:
        by_drug.setdefault(fact.key, []).append(fact)
    return [_finding(fact) for same in by_drug.values() for product in _products(same) for fact in _merged(product)]


def _products(facts: Sequence[Fact]) -> Iterable[Sequence[Fact]]:
    """The facts of one ingredient, set apart where two brands of it are for two places of the body.

    An inhaled and a nasal steroid are two medicines; Norvasc and amlodipine, or Tylenol and Panadol, are one.
    """
    brands: dict[str, set[str | None]] = {}
    for fact in facts:
        if fact.drug.name != fact.drug.ingredient:
            brands.setdefault(fact.drug.name, set()).update({fact.route, fact.form} & _LOCAL)
    if len(brands) < 2 or len({frozenset(ways) for ways in brands.values()}) < 2:
        return [facts]
    apart: dict[str, list[Fact]] = {}
    latest = next(iter(brands))
    for fact in facts:
        latest = fact.drug.name if fact.drug.name in brands else latest
        apart.setdefault(latest, []).append(fact)
    return apart.values()


def _merged(facts: Sequence[Fact]) -> list[Fact]:
    """The facts of one medicine."""
    lasting = _lasting([fact for fact in facts if fact.status != "missed"])
    missed = [fact for fact in facts if fact.status == "missed"]
    if not missed:
        return lasting
    event = missed[0]
    for other in missed[1:]:
        event = replace(event.with_(other), dose=event.dose or other.dose)
    if not lasting:
        return [event]
    if all(fact.status in (None, "asked") for fact in lasting):
        event = replace(event, dose=event.dose or lasting[0].dose)
        return [event.with_(replace(lasting[0], status=None)), *(f for f in lasting[1:] if f.dose != event.dose)]
    doses = {fact.dose for fact in lasting if fact.dose is not None and fact.status != "stopped"}
    if event.dose is None and len(doses) == 1:
        event = replace(event, dose=doses.pop())
    return [*lasting, event]


def _lasting(facts: Iterable[Fact]) -> list[Fact]:
    """One fact for each strength; what was said without one joins the first, unless it is that the medicine stopped."""
    by_dose: dict[Quantity | None, Fact] = {}
    told = list(facts)
    for fact in told:
        by_dose[fact.dose] = by_dose[fact.dose].with_(fact) if fact.dose in by_dose else fact
    bare = by_dose.pop(None, None)
    dosed = list(by_dose.values())
    if any(fact.status not in (None, "asked") for fact in dosed):
        dosed = [fact for fact in dosed if fact.status != "asked"]  # "Is it 20?" "They cut it to 10."
    dosed = _in_force(dosed)
    if bare is None:
        return dosed
    stopped = bare.status == "stopped" and not bare.tentative
    ended = [fact for fact in told if fact.dose is None and fact.status == "stopped"]
    if stopped and len(dosed) == 1 and dosed[0].status in ("taking", "asked", None) and _is_after(ended[-1], dosed[0]):
        return [replace(dosed[0].with_(replace(bare, status=None)), status="stopped")]  # "I take 20." "Stop it."
    if stopped and len(dosed) == 1 and dosed[0].status is None:
        return [replace(dosed[0].with_(replace(bare, status=None)), status="stopped")]
    if not dosed or (stopped and all(fact.status != bare.status for fact in dosed)):
        return [bare, *dosed]
    return [_filled(dosed[0], bare), *dosed[1:]]


def _in_force(dosed: Sequence[Fact]) -> list[Fact]:
    """Without the one strength that was taken until it was changed: "you're on 50?" "They put it up to 100."; where the
    change is only planned ("I'm on 50." "Let's go up to 100."), that one is of no status."""
    planned = [fact for fact in dosed if fact.status == "changed" and not fact.settled]
    taken = [fact for fact in dosed if fact.status == "taking"]
    if len(planned) == 1 and len(taken) == 1 and _last_word(taken[0]) <= _last_word(planned[0]):
        return [replace(fact, status=None) if fact is taken[0] else fact for fact in dosed]
    changed = [fact for fact in dosed if fact.settled and fact.status in ("changed", "taking")]
    until_then = [fact for fact in dosed if fact.status in (None, "taking") and not fact.settled]
    if len(changed) != 1 or len(until_then) != 1:
        return list(dosed)
    return [fact for fact in dosed if fact is not until_then[0]]


def _last_word(fact: Fact) -> tuple[int, int]:
    """Where the last that was said of it ends."""
    return max((span.turn, span.end) for span in fact.spans)


def _is_after(one: Fact, other: Fact) -> bool:
    """Whether one was said later."""
    return min(one.spans) > max(span for span in other.spans if span.turn == other.spans[0].turn)


def _filled(dosed: Fact, bare: Fact) -> Fact:
    """A strength keeps its own status: the bare mention may speak of the time before a change."""
    keeps = dosed.status is not None or bare.tentative
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
        instructions=fact.instructions,
        started=fact.started if fact.status not in ("missed", "asked") else None,
        stopped=fact.stopped if fact.status == "stopped" else None,
        prescribed_by=fact.prescribed_by,
    )
    return Finding(type="medication", payload=payload, spans=fact.spans)
