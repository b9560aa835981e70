"""`extract`: reads what was said and writes it into the subject's record."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, InstanceOf, ValidationInfo, model_validator

from carelog.ai.endpoint import Endpoint
from carelog.ai.failures import EndpointFailure
from carelog.ai.redaction import RedactionFailed
from carelog.conversations import Conversation
from carelog.extraction.agreement import Comparison, Pair, compare
from carelog.extraction.grounding import ground
from carelog.extraction.local import ENGINE as LOCAL
from carelog.extraction.local import extract
from carelog.links.endpoints import endpoint_named, failure_of
from carelog.pipeline import AddAnalysis, Link, LinkOptions, Outcome, PermanentLinkError, Work
from carelog.record.entries import NewEntry
from carelog.telemetry import metrics

if TYPE_CHECKING:
    from carelog.extraction.llm.engine import Reading


def _where_one_is_asked(name: object, info: ValidationInfo) -> Endpoint | None:
    return None if info.data.get("engine", "local") == "local" else endpoint_named(name, info)


class ExtractOptions(LinkOptions):
    """`types` limits which entry types are kept; all of them when it is not given. `engine` says who reads: with
    `local` nothing leaves the machine, `llm` asks the model of an AI endpoint, `both` compares the two. The other
    options are for the model: with `redact`, nothing that names a person is sent; `window` is how many characters go
    into one question, and `together` how many conversations at the most."""

    types: tuple[str, ...] | None = None
    engine: Literal["local", "llm", "both"] = "local"
    endpoint: Annotated[InstanceOf[Endpoint] | None, BeforeValidator(_where_one_is_asked)] = Field(
        default="default", validate_default=True
    )
    model: str | None = Field(default=None, min_length=1)
    temperature: float | None = Field(default=0, ge=0, le=2)
    redact: bool = True
    together: int = Field(default=4, ge=1, le=50)
    window: int = Field(default=12_000, ge=1000, le=500_000)

    @model_validator(mode="after")
    def _has_model(self) -> Self:
        if self.endpoint and not (self.model or self.endpoint.model):
            raise ValueError(f"model: neither the link nor the endpoint {self.endpoint.name!r} names one")
        return self


class ExtractLink(Link[ExtractOptions]):
    """Runs the engines."""

    options_model = ExtractOptions

    def __init__(self, options: ExtractOptions) -> None:
        super().__init__(options)
        self.checkpoint = options.endpoint is not None  # a model is not to be paid twice

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        local: list[list[NewEntry] | Exception]
        local = [[] for _ in batch] if self.options.engine == "llm" else await asyncio.to_thread(_locally, batch)
        endpoint = self.options.endpoint
        if endpoint is None:
            return [one if isinstance(one, Exception) else Outcome(entries=self._wanted(one)) for one in local]
        readings = await self._read(endpoint, [(work.conversation, work.zone) for work in batch])
        return [self._told(endpoint, *each) for each in zip(batch, local, readings, strict=True)]

    async def _read(
        self, endpoint: Endpoint, conversations: Sequence[tuple[Conversation, str]]
    ) -> "list[Reading | Exception]":
        # Here, since those that ask no model need not wait for what asks one.
        from carelog.ai.calls import Calls
        from carelog.extraction.llm.engine import LlmEngine, LlmOptions

        options = self.options
        asking = LlmOptions(
            model=options.model or endpoint.model or "",
            temperature=options.temperature,
            redact=options.redact,
            together=options.together,
            window=options.window,
        )
        async with Calls(endpoint) as calls:
            return await LlmEngine(calls, asking).read(conversations)

    def _told(
        self, endpoint: Endpoint, work: Work, local: list[NewEntry] | Exception, reading: "Reading | Exception"
    ) -> Outcome | Exception:
        """What becomes of a conversation that a model was asked about."""
        if isinstance(local, Exception):
            return local
        match reading:
            case EndpointFailure():
                return failure_of(reading)
            case RedactionFailed():
                return PermanentLinkError(reading.message)
            case Exception():
                return reading
        if reading.model is None:
            return Outcome(entries=self._wanted(local))  # nothing was said
        from carelog.extraction.llm.engine import ENGINE

        entries = ground(reading.held.findings, work.conversation, zone=work.zone, engine=ENGINE).entries
        body: dict[str, Any] = {"engine": ENGINE, "usage": reading.usage.as_json(), "facts": dict(reading.held.fates)}
        found: Sequence[NewEntry] = entries
        if self.options.engine == "both":
            comparison = compare(local, entries)
            metrics.compared(_verdicts(comparison))
            body |= {"compared": _verdicts(comparison), "disputed": [_shown(pair) for pair in comparison.disputed]}
            found = comparison.entries
        analysis = {
            "type": "extraction",
            "vendor": endpoint.name,
            "product": reading.model,
            "mediatype": "application/json",
            "encoding": "json",
            "body": body,
        }
        return Outcome(changes=(AddAnalysis(analysis),), entries=self._wanted(found))

    def _wanted(self, entries: Sequence[NewEntry]) -> tuple[NewEntry, ...]:
        wanted = self.options.types
        return tuple(e for e in entries if wanted is None or e.type in wanted)


def _locally(batch: Sequence[Work]) -> list[list[NewEntry] | Exception]:
    """For a thread of its own: reading is work for the processor, and requests must be answered meanwhile."""
    return [_local(work) for work in batch]


def _local(work: Work) -> list[NewEntry] | Exception:
    try:
        return list(extract(work.conversation, zone=work.zone).entries)
    except Exception as error:  # noqa: BLE001  becomes this run's failure
        return error


def _verdicts(comparison: Comparison) -> dict[str, int]:
    counts = {
        "agreed": len(comparison.agreed),
        "disputed": len(comparison.disputed),
        "only_local": len(comparison.only_local),
        "only_llm": len(comparison.only_other),
    }
    return {verdict: count for verdict, count in counts.items() if count}


def _shown(pair: Pair) -> dict[str, Any]:
    """Both readings of one thing, for who decides between them."""

    def reading(entry: NewEntry) -> dict[str, Any]:
        quotes = [{"turn": evidence.turn, "quote": evidence.quote} for evidence in entry.evidence]
        return {"payload": entry.payload.model_dump(mode="json", exclude_none=True), "quotes": quotes}

    return {
        "type": pair.local.type,
        "fields": list(pair.differing),
        LOCAL: reading(pair.local),
        pair.other.recorded_by: reading(pair.other),
    }
