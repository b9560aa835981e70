"""Merging: a change to a payload as RFC 7396 has it, and what a second telling adds to the first."""

from collections.abc import Mapping, Sequence
from typing import Any

from carelog.record.evidence import Evidence
from carelog.record.payload import Payload
from carelog.record.registry import parse_payload


def merge_patch(target: Any, patch: Any) -> Any:
    """The target with a JSON merge patch applied (RFC 7396 section 2): null removes, objects merge, all else replaces.

    >>> merge_patch({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}})
    {'b': {'c': 4, 'd': 3}}
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def payload_json(payload: Payload) -> dict[str, Any]:
    """A payload as it is stored: what is unknown is left out."""
    dumped: dict[str, Any] = payload.model_dump(mode="json", exclude_none=True)
    return dumped


def patched(type_name: str, payload: Payload, patch: Mapping[str, Any]) -> Payload:
    """Raises InvalidInput when the result is not one of the type."""
    return parse_payload(type_name, merge_patch(payload_json(payload), patch))


def told_again(type_name: str, before: Payload, again: Payload) -> Payload:
    """What an entry holds once it has been told again: what it lacked is added, and what has changed is as it was told
    last, but for the fields by which the two are known to be the same."""
    old = payload_json(before)
    said = again.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    compared = before.sameness.weights if before.sameness else {}
    return parse_payload(type_name, old | {n: v for n, v in said.items() if n not in compared or n not in old})


def filled(type_name: str, before: Payload, again: Payload) -> Payload:
    """A payload with what it lacks of what was said again; what it says, stays."""
    said = again.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    return parse_payload(type_name, said | payload_json(before))


def with_evidence(before: Sequence[Evidence], more: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Each quote once, in the order in which they were said."""
    return tuple(dict.fromkeys([*before, *more]))
