"""How what another system says keeps to the rules of the record. An import is not refused for them: it is kept without
what they do not allow, and whoever sent it is told. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from carelog.kit.errors import CarelogError, Forbidden
from carelog.record.fhir.mappings import mappings
from carelog.record.fhir.reception import LINKED
from carelog.record.payload import Payload
from carelog.record.rules import RULES, LastContact, Ruling, Step, changed_in, judge

_REVIEW: Final = ("status", "reviewed_by", "reviewed_at")


def admitted(type_name: str, step: Step) -> Ruling:
    """What the rules make of it, without the entries that it names and that are not there, and without a review by
    somebody who may not review. Raises LastContact, and InvalidInput where nothing is left that could be kept."""
    notes: tuple[str, ...] = ()
    while True:
        try:
            ruling = judge(type_name, step)
        except LastContact:
            raise
        except CarelogError as refused:
            step, note = _without(step, refused)
            notes += (note,)
        else:
            return replace(ruling, notes=notes + ruling.notes)


def _without(step: Step, refused: CarelogError) -> tuple[Step, str]:
    """The step without what it was refused for. Raises the refusal where that cannot be left out."""
    left: Mapping[str, Any]
    if isinstance(refused, Forbidden):
        left = {name: getattr(step.before, name, None) for name in _REVIEW} if step.before else _UNREVIEWED
        note = "kept without the review: only a clinician or an admin reviews check-ins"
    else:
        names = [str(p["place"]).removeprefix("/") for p in refused.details.get("problems", ())]
        left = dict.fromkeys(names)
        note = f"kept without {', '.join(names)}, which names nothing that this record may name"
    if step.after is None or all(getattr(step.after, name, None) == value for name, value in left.items()):
        raise refused
    try:
        return replace(step, after=changed_in(step.after, **left)), note
    except ValidationError:
        raise refused from None


_UNREVIEWED: Final = {"status": "pending", "reviewed_by": None, "reviewed_at": None}


def renamed(payload: Payload, ids: Mapping[str, str]) -> Payload:
    """The payload with the entries that it names by the ids they have here."""
    moved = {
        name: UUID(ids[str(value)])
        for name in type(payload).model_fields
        if isinstance(value := getattr(payload, name), UUID) and str(value) in ids
    }
    return changed_in(payload, **moved) if moved else payload


@cache
def depth(kind: str) -> int:
    """How many steps its resources stand behind those that they name: 0 when they name none."""
    linked = LINKED.get(kind)
    found = [_depth(mapping.type) for mapping in mappings().values() if mapping.resource == kind]
    return max([1 + depth(linked.kind) if linked else 0, *found])


def _depth(type_name: str) -> int:
    rule = RULES.get(type_name)
    return 1 + max(map(_depth, rule.refers.values())) if rule and rule.refers else 0
