"""Around every request: an id, a line in the log, a count and a span; headers that every answer has; HEAD."""

import logging
import re
import time
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog.kit.ids import new_id
from carelog.telemetry import metrics
from carelog.telemetry.trace_context import new_traceparent, trace_id
from carelog.telemetry.tracing import Tracer

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

# Asked every few seconds by whoever watches the process; not worth a trace.
_WATCHERS = ("/health", "/metrics")
# How long it takes to look at a password or an address would help a stranger guess.
_UNTIMED = "/api/auth/"

# Nothing of a record may stay in a cache, be framed by another site, or be rendered as a page.
SAFE_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Given to every answer, but for those that it has a value of its own for."""

_SAFE: Final = tuple((name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items())


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110 section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


class Requests:
    """Takes the caller's `X-Request-ID` or makes one, returns it with every answer, and logs, counts and traces the
    request. Every answer has SAFE_HEADERS, and says in `Server-Timing` (https://www.w3.org/TR/server-timing/) how long
    it took until it began, except for signing in.

    Logs name the operation, never the path, since search terms are part of an address. What the request leads to
    belongs to the trace of its `traceparent`, or to a new one: `request.state.trace`.
    """

    def __init__(self, app: ASGIApp, tracer: Tracer | None = None) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id().hex
        span = self._tracer.request(headers) if self._tracer and not scope["path"].startswith(_WATCHERS) else None
        trace = (span.traceparent if span else None) or new_traceparent(headers, request_id)
        scope.setdefault("state", {}).update(request_id=request_id, trace=trace)
        status = None

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message["headers"]
                names = {name for name, _ in own}
                took = b"app;dur=%.3f" % ((time.perf_counter() - began) * 1000)
                timing = [] if scope["path"].startswith(_UNTIMED) else [(b"server-timing", took)]
                message["headers"] = [
                    *own,
                    *(header for header in _SAFE if header[0] not in names),
                    (b"x-request-id", request_id.encode()),
                    *timing,
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - began
            operation = getattr(scope.get("route"), "name", None)
            metrics.requested(operation, status, seconds)
            if span:
                span.end(operation, status)
            log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "trace_id": trace_id(trace),
                    "operation": operation,
                    "status": status,
                    "ms": round(seconds * 1000),
                },
            )
