"""The rules of entry types that look beyond one payload, as pure functions; one for each type that has any."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from carelog.identity import Principal
from carelog.kit.errors import Conflict, Forbidden, InvalidInput
from carelog.record.duplicates import text_likeness
from carelog.record.entries import Entry
from carelog.record.payload import Payload
from carelog.record.registry import entry_types


class LastContact(Conflict):
    """The only emergency contact of a record stays."""

    code = "contact.last"


@dataclass(frozen=True, slots=True)
class Step:
    """A change that is about to be made. `before` is None for an entry that begins or comes back, `after` for one that
    is retracted. `near` are active entries of the record and of the catalogue, those that the rule asked for among
    them; `by` is None for what a conversation says."""

    id: UUID
    before: Payload | None
    after: Payload | None
    near: Sequence[Entry]
    by: Principal | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is to be written. `also` are other entries that change with it; `notes` are told to whoever made the
    change, and name no values."""

    after: Payload | None
    also: Mapping[UUID, Payload] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """`judge` decides about a step; it raises a CarelogError to refuse it. Before that, it is given the record's
    entries of the types in `looks_at`, and what the fields in `refers` name, which are entries of those types."""

    judge: Callable[[Step], Ruling] = lambda step: Ruling(step.after)
    looks_at: tuple[str, ...] = ()
    refers: Mapping[str, str] = field(default_factory=dict)


def looks_around(type_name: str) -> bool:
    """Whether an entry of this type is written with regard to others: it may be a duplicate, or has rules."""
    kind = entry_types()[type_name]
    return kind.one or kind.model.sameness is not None or type_name in RULES


def looked_at(type_name: str) -> frozenset[str]:
    """The types of the entries that the rules of this type look at."""
    rule = RULES.get(type_name)
    return frozenset((*rule.looks_at, *rule.refers.values())) if rule else frozenset()


def judge(type_name: str, step: Step) -> Ruling:
    """What the rules of the type make of a step. Raises InvalidInput, Conflict or Forbidden to refuse it."""
    rule = RULES.get(type_name)
    if rule is None:
        return Ruling(step.after)
    _check_references(rule, step)
    return rule.judge(step)


def references(type_name: str, payload: Payload) -> Iterable[UUID]:
    """The entries that a payload names and a rule asks about."""
    rule = RULES.get(type_name)
    values = (getattr(payload, name) for name in rule.refers) if rule else ()
    return [value for value in values if value is not None]


def _check_references(rule: Rule, step: Step) -> None:
    """What is named must be there, but for what was named before: it may have been retracted since."""
    there = {(near.id, near.type) for near in step.near if _in_force(near)}
    for name, kind in rule.refers.items():
        named = getattr(step.after, name, None)
        if named is not None and named != getattr(step.before, name, None) and (named, kind) not in there:
            raise _no_such(name, kind)


def _no_such(name: str, kind: str) -> InvalidInput:
    problem = f"must be the id of an active {kind} that this record may name"
    return InvalidInput(f"/payload/{name} {problem}", details={"problems": [{"place": f"/{name}", "problem": problem}]})


def _contact(step: Step) -> Ruling:
    """A record keeps its last contact, and one at most is primary: a new primary takes the place of the old one. When
    the primary one goes, none is chosen in its stead: whom to call first is for people to say."""
    others = [near for near in step.near if near.type == "emergency_contact" and near.id != step.id]
    was_primary = bool(getattr(step.before, "is_primary", False))
    if step.after is None:
        if not others:
            raise LastContact("the last emergency contact cannot be retracted: add another one first")
        return Ruling(None, notes=("no emergency contact is primary now",) if was_primary else ())
    if getattr(step.after, "is_primary", False):
        demoted = {near.id: changed_in(near.payload, is_primary=False) for near in others if _is_primary(near.payload)}
        return Ruling(step.after, demoted, ("another emergency contact is no longer primary",) if demoted else ())
    return Ruling(step.after, notes=("no emergency contact is primary now",) if was_primary else ())


def _is_primary(payload: Payload) -> bool:
    return bool(getattr(payload, "is_primary", False))


def _dose(step: Step) -> Ruling:
    """A dose that names no schedule belongs to the one active schedule of that medication, if there is exactly one."""
    dose = step.after
    if dose is None or step.before is not None or getattr(dose, "schedule_id", None) is not None:
        return Ruling(dose)
    meant = [
        near.id
        for near in step.near
        if near.type == "medication_schedule" and _in_force(near) and _same_medication(near.payload, dose)
    ]
    return Ruling(changed_in(dose, schedule_id=meant[0]) if len(meant) == 1 else dose)


def _in_force(near: Entry) -> bool:
    return bool(getattr(near.payload, "active", True))


def _same_medication(one: Payload, other: Payload) -> bool:
    ids = {getattr(payload, "medication_id", None) for payload in (one, other)}
    if None not in ids:
        return len(ids) == 1
    names = [name for payload in (one, other) if (name := getattr(payload, "name", None))]
    return len(names) == 2 and text_likeness(*names) == 1


def _check_in(step: Step) -> Ruling:
    """Who reviews, and when, is set here and believed of nobody; only clinicians and admins review."""
    if step.after is None:
        return Ruling(None)
    status, was = (getattr(payload, "status", "pending") for payload in (step.after, step.before))
    if status == was:
        kept: dict[str, Any] = {name: getattr(step.before, name, None) for name in ("reviewed_by", "reviewed_at")}
        return Ruling(changed_in(step.after, **kept))
    if step.by is None or step.by.role not in ("clinician", "admin"):
        raise Forbidden("only a clinician or an admin reviews check-ins")
    seen = {"reviewed_by": step.by.id, "reviewed_at": step.at}
    return Ruling(changed_in(step.after, **(dict.fromkeys(seen) if status == "pending" else seen)))


def changed_in(payload: Payload, **changes: Any) -> Payload:
    """A payload with some fields changed, checked again; the fields that nobody set stay so."""
    said = {name: getattr(payload, name) for name in payload.model_fields_set}
    return type(payload).model_validate(said | changes)


RULES: Final[Mapping[str, Rule]] = {
    "check_in": Rule(_check_in),
    "emergency_contact": Rule(_contact, looks_at=("emergency_contact",)),
    "medication_log": Rule(
        _dose,
        looks_at=("medication_schedule",),
        refers={"schedule_id": "medication_schedule", "medication_id": "medication"},
    ),
    "medication_schedule": Rule(refers={"medication_id": "medication"}),
    "meditation_log": Rule(refers={"session_id": "meditation_session"}),
    "protocol": Rule(refers={"treatment_id": "treatment"}),
}
