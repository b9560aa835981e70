"""Whatever a payload holds, it is either refused or can be shown, placed in time and reminded of."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from entry_examples import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from carelog.kit.errors import InvalidInput
from carelog.record import entry_types, parse_payload

NOW = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999-14:00", "2200-12-31", "2199-12-31T23:59:59Z", "1850", "23:59"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@cache
def payloads(type_name: str) -> st.SearchStrategy[dict[str, Any]]:
    """An example, with some fields that hold anything: made once for each type, which takes a third of the time."""
    examples = EXAMPLES[type_name]
    values = VALUES | st.sampled_from([value for other in examples for value in other.values()] or [None])
    fields = st.sampled_from(sorted(entry_types()[type_name].model.model_fields))
    return st.builds(
        lambda one, other: {**one, **other}, st.sampled_from(examples), st.dictionaries(fields, values, max_size=4)
    )


@pytest.mark.parametrize("type_name", entry_types())
@settings(max_examples=40)
@given(data=st.data(), zone=ZONES)
def test_a_payload_is_refused_or_can_be_shown(type_name: str, data: st.DataObject, zone: ZoneInfo) -> None:
    try:
        read = parse_payload(type_name, data.draw(payloads(type_name)))
    except InvalidInput as refused:
        assert refused.details["problems"]
        return
    line = read.headline()
    assert line.strip()
    assert len(line) < 2000
    happens, due = read.happens_at(), read.next_due(NOW, zone)
    assert happens is None or happens.astimezone(UTC) - timedelta(days=31) > datetime.min.replace(tzinfo=UTC)
    assert due is None or due > NOW
    assert parse_payload(type_name, read.model_dump(mode="json", exclude_none=True)) == read
