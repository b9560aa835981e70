"""W3C Trace Context (https://www.w3.org/TR/trace-context/): the `traceparent` by which a trace goes from process to
process. It is kept with every run, whether anything is traced or not, so that a dead letter can name its trace."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_TRACEPARENT: Final = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})(?P<span>[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?",
    re.ASCII | re.DOTALL,
)
_SAMPLED: Final = 0x01


class TraceContext(NamedTuple):
    """One place in one trace. `sampled`: whoever began the trace records it."""

    trace_id: str
    span_id: str
    sampled: bool

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}"


def parse(traceparent: str | None) -> TraceContext | None:
    """What a `traceparent` says; None when there is none, or one that is not valid (section 3.2.2). A later version
    is read as far as version 00 goes (section 4.2).

    >>> parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    TraceContext(trace_id='0af7651916cd43dd8448eb211c80319c', span_id='b7ad6b7169203331', sampled=True)
    >>> parse("00-00000000000000000000000000000000-b7ad6b7169203331-01") is None
    True
    """
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match is None or (match["version"] == "00" and match["more"]):
        return None
    return TraceContext(match["trace"], match["span"], bool(int(match["flags"], 16) & _SAMPLED))


def new_traceparent(headers: Mapping[str, str], request_id: str) -> str:
    """The `traceparent` of a request that is not traced here: the caller's, handed on as it came; else one that
    begins with the request, made of its id, and marked as not recorded.

    >>> new_traceparent({}, "7d8a6f1f3c9e4b6d9a53c0d7e5a1b2c4")[:35]
    '00-7d8a6f1f3c9e4b6d9a53c0d7e5a1b2c4'
    """
    caller = parse(headers.get("traceparent"))
    if caller:
        return str(caller)
    digest = hashlib.sha256(request_id.encode()).hexdigest()
    own = TraceContext(request_id, digest[:16], sampled=False)
    return str(own if parse(str(own)) else own._replace(trace_id=digest[32:]))


def trace_id(traceparent: str | None) -> str | None:
    """The trace that it belongs to, as it is shown and searched for: 32 hexadecimal digits."""
    context = parse(traceparent)
    return context.trace_id if context else None
