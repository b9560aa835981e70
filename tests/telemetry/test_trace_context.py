"""The `traceparent`: read as W3C has it, handed on, or made of the request's id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.telemetry.trace_context import TraceContext, new_traceparent, parse, trace_id

VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_hex = st.text("0123456789abcdef", min_size=1)
contexts = st.builds(
    lambda trace, span, sampled: TraceContext(f"{trace:032x}", f"{span:016x}", sampled),
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.booleans(),
)


@given(contexts)
def test_what_is_written_is_read(context: TraceContext) -> None:
    assert parse(str(context)) == context
    assert len(str(context)) == 55


@pytest.mark.parametrize(
    "broken",
    [
        None,
        "",
        VALID.upper(),
        f" {VALID}",
        f"{VALID}\n",
        f"{VALID}-more",
        f"ff{VALID[2:]}",
        "00-" + "0" * 32 + VALID[35:],
        VALID[:36] + "0" * 16 + "-01",
        VALID[:-1],
        VALID.replace("b", "g"),
        VALID.replace("-", "_"),
        VALID.replace("0", "٠"),
    ],
)
def test_what_is_not_valid_is_no_trace(broken: str | None) -> None:
    assert parse(broken) is None
    assert trace_id(broken) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert parse(f"01{VALID[2:]}-what-is-new") == parse(VALID)
    assert parse(f"01{VALID[2:]}more") is None


def test_other_flags_do_not_hide_whether_it_is_recorded() -> None:
    later, off = parse(f"{VALID[:-2]}03"), parse(f"{VALID[:-2]}02")
    assert later and later.sampled
    assert off and not off.sampled


def test_the_callers_trace_is_handed_on_as_it_came() -> None:
    assert new_traceparent({"traceparent": VALID}, "request-1") == VALID


@given(st.one_of(st.text(), _hex, st.just("0" * 32)), st.text())
def test_any_request_gets_a_trace_of_its_own(request_id: str, header: str) -> None:
    made = new_traceparent({"traceparent": header}, request_id)
    context = parse(made)
    assert context
    assert parse(header) or not context.sampled
    assert made == new_traceparent({"traceparent": header}, request_id)


def test_two_requests_have_two_traces() -> None:
    assert trace_id(new_traceparent({}, "one")) != trace_id(new_traceparent({}, "two"))


def test_an_id_that_can_be_a_trace_id_is_the_trace_id() -> None:
    assert trace_id(new_traceparent({}, "7d8a6f1f3c9e4b6d9a53c0d7e5a1b2c4")) == "7d8a6f1f3c9e4b6d9a53c0d7e5a1b2c4"
