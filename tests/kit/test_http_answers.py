"""What another server's headers say is taken as it is meant, or not at all."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.kit.http import LONGEST_WAIT, retry_after

_ZONES = st.integers().map(lambda zone: f"Mon, 05 Jan 2026 09:00:00 {zone:+}")


@given(st.text() | _ZONES | st.integers().map(str))
def test_a_pause_is_within_reason_whatever_is_asked_for(value: str) -> None:
    wait = retry_after(value)
    assert wait is None or timedelta(0) <= wait <= LONGEST_WAIT


@pytest.mark.parametrize("zone", ["+99999999999999999999", "-99999999999999999999"])
def test_a_zone_that_there_is_not_asks_for_nothing(zone: str) -> None:
    assert retry_after(f"Mon, 05 Jan 2026 09:00:00 {zone}") is None
