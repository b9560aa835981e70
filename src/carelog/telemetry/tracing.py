"""Traces by OpenTelemetry, from a request to its conversation's last link and its copies.

Off unless the setting `otel` is on; OpenTelemetry is not even imported then, and there is no Tracer: callers check `if
tracer:`. Where spans go is set by the standard OTEL_* variables
(https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).

Spans tell what was done, when, to which run; never anything of a conversation.
"""

import asyncio
import threading
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from carelog.kit.errors import ConfigurationError
from carelog.telemetry.trace_context import TraceContext, parse

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_CLOSING_SECONDS: Final = 5


class Part(NamedTuple):
    """One item of a batch: the `traceparent` that it came with, the ids that it is known by, and the kind of error that
    it ended with."""

    trace: str | None
    ids: Mapping[str, UUID]
    error: str | None = None


class RequestSpan:
    """A request under way. `traceparent` is the parent of all spans that follow from it; None where OTEL_SDK_DISABLED
    turns everything off."""

    def __init__(self, span: "Span") -> None:
        context = span.get_span_context()
        place = TraceContext(f"{context.trace_id:032x}", f"{context.span_id:016x}", context.trace_flags.sampled)
        self.traceparent = str(place) if context.is_valid else None
        self._span = span

    def end(self, operation: str | None, status: int | None) -> None:
        """`operation` is the name of the route; `status` is None when the client had left."""
        from opentelemetry.trace import StatusCode

        if operation:
            self._span.update_name(operation)
        if status:
            self._span.set_attribute("http.response.status_code", status)
            if status >= 500:
                self._span.set_status(StatusCode.ERROR)
        self._span.end()


class Tracer:
    """Makes spans."""

    def __init__(self, provider: "TracerProvider") -> None:
        from carelog import __version__

        self._provider = provider
        self._tracer = provider.get_tracer("carelog", __version__)

    def request(self, headers: Mapping[str, str]) -> RequestSpan:
        """Begin the span of a request, within the caller's trace when it names one."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind

        caller = parse(headers.get("traceparent"))
        context = _within(caller) if caller else Context()
        return RequestSpan(self._tracer.start_span("request", context=context, kind=SpanKind.SERVER))

    def batch(self, name: str, parts: Iterable[Part], seconds: float, **attributes: str) -> None:
        """Trace a batch that has just ended: a span for each item whose trace is recorded, in that trace, each as long
        as the batch took. `attributes` are the same for all of them."""
        from opentelemetry.trace import StatusCode

        ended = time.time_ns()
        began = ended - int(seconds * 1e9)
        named = {f"carelog.{key}": value for key, value in attributes.items()}
        for part in parts:
            context = parse(part.trace)
            if context is None or not context.sampled:
                continue
            ids = {f"carelog.{key}": str(id_) for key, id_ in part.ids.items()}
            span = self._tracer.start_span(
                name, context=_within(context), start_time=began, attributes={**named, **ids}
            )
            if part.error is not None:
                span.set_attribute("error.type", part.error)
                span.set_status(StatusCode.ERROR)
            span.end(ended)

    async def close(self) -> None:
        """Send what is not sent yet; this takes some seconds at most."""
        # The SDK may wait for a silent collector longer than a process has time to end.
        closing = threading.Thread(target=self._provider.shutdown, daemon=True, name="last spans")
        closing.start()
        await asyncio.to_thread(closing.join, _CLOSING_SECONDS)


def open_tracer() -> Tracer:
    """A tracer that sends spans over OTLP/HTTP. Raises ConfigurationError when OpenTelemetry is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError(
            "traces need OpenTelemetry: pip install 'carelog[otel]', or set CARELOG_OTEL=0", details={"key": "otel"}
        ) from None
    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: "carelog"}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracer(provider)


def _within(parent: TraceContext) -> "Context":
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    span = SpanContext(
        int(parent.trace_id, 16), int(parent.span_id, 16), is_remote=True, trace_flags=TraceFlags(int(parent.sampled))
    )
    return set_span_in_context(NonRecordingSpan(span), Context())
