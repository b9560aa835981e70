"""Merging: the examples of RFC 7396, and what a second telling adds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.record import parse_payload
from carelog.record.merging import merge_patch, patched, payload_json, told_again


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [  # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, JSON)
def test_to_merge_twice_is_to_merge_once(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_an_empty_patch_changes_nothing(target: dict[str, Any]) -> None:
    assert merge_patch(target, {}) == target


def test_a_part_of_a_profile_changes_and_the_rest_stays() -> None:
    before = parse_payload("profile", {"blood_type": "AB-", "dietary_preferences": ["vegetarian"]})
    after = payload_json(patched("profile", before, {"blood_type": "AB+"}))
    assert after == {"blood_type": "AB+", "dietary_preferences": ["vegetarian"]}


def test_told_again_adds_what_was_missing_and_takes_what_has_changed_but_keeps_the_name_it_had() -> None:
    at = "2026-03-04T10:00:00Z"
    before = parse_payload(
        "appointment", {"title": "Eye check with Dr Rao", "scheduled_at": at, "status": "confirmed", "notes": "fast"}
    )
    again = parse_payload("appointment", {"title": "eye check", "scheduled_at": at, "location": "Pune"})
    assert payload_json(told_again("appointment", before, again)) == payload_json(before) | {"location": "Pune"}
    cancelled = parse_payload("appointment", {"title": "eye check", "scheduled_at": at, "status": "cancelled"})
    assert payload_json(told_again("appointment", before, cancelled))["status"] == "cancelled"
