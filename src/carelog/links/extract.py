"""`extract`: reads what was said and writes it into the subject's record."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, InstanceOf, ValidationInfo, model_validator

from carelog.ai.endpoint import Endpoint, EndpointRole
from carelog.ai.failures import EndpointFailure
from carelog.ai.redaction import RedactionFailed
from carelog.extraction.agreement import Comparison, Pair, compare
from carelog.extraction.grounding import Grounded, ground
from carelog.extraction.local import ENGINE as LOCAL
from carelog.extraction.local import extract
from carelog.links.endpoints import endpoint_named, failure_of, held_back_of
from carelog.links.urgent import urgency
from carelog.pipeline import AddAnalysis, Link, LinkOptions, Outcome, PermanentLinkError, Work
from carelog.record.ahead import as_told, past
from carelog.record.entries import NewEntry
from carelog.record.evidence import Evidence, overlap
from carelog.record.rereading.coverage import Coverage
from carelog.record.review.items import Doubt, NewReview
from carelog.record.review.items import Reading as ReviewReading
from carelog.telemetry import metrics

if TYPE_CHECKING:
    from carelog.extraction.llm.engine import Reading

_NOTHING: Final = Grounded(())


def _where_one_is_asked(name: object, info: ValidationInfo) -> Endpoint | None:
    engine = info.data.get("engine", "local")
    return None if engine == "local" else endpoint_named(name, info, EndpointRole.EXTRACT)


class ExtractOptions(LinkOptions):
    """`types` limits which entry types are kept; all of them when it is not given. `engine` says who reads: with
    `local` nothing leaves the machine, `llm` asks the model of an AI endpoint, `both` compares the two. The other
    options are for the model: with `redact`, nothing that names a person is sent; `window` is how many characters go
    into one question, and `together` how many conversations at the most. With `urgency`, what needs care now is looked
    for in what was read."""

    types: tuple[str, ...] | None = None
    urgency: bool = True
    engine: Literal["local", "llm", "both"] = "local"
    endpoint: Annotated[InstanceOf[Endpoint] | None, BeforeValidator(_where_one_is_asked)] = Field(
        default=None, validate_default=True
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
        outcomes = await self._read_all(batch)
        if self.options.urgency:
            outcomes = await asyncio.to_thread(_with_urgency, batch, outcomes)
        return [
            one if isinstance(one, Exception) else self._wanted(_dated(work, one))
            for work, one in zip(batch, outcomes, strict=True)
        ]

    async def _read_all(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        """What was read, of whatever types."""
        local: list[Grounded | Exception]
        local = [_NOTHING] * len(batch) if self.options.engine == "llm" else await asyncio.to_thread(_locally, batch)
        endpoint = self.options.endpoint
        if endpoint is None:
            return [one if isinstance(one, Exception) else self._outcome(one, LOCAL) for one in local]
        readings = await self._read(endpoint, batch)
        return [self._told(endpoint, *each) for each in zip(batch, local, readings, strict=True)]

    async def _read(self, endpoint: Endpoint, batch: Sequence[Work]) -> "list[Reading | Exception]":
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
        held_back = await held_back_of(endpoint, batch)
        asked = [(work.conversation, work.zone) for work, busy in zip(batch, held_back, strict=True) if not busy]
        async with Calls(endpoint) as calls:
            readings = iter(await LlmEngine(calls, asking).read(asked))
        return [busy or next(readings) for busy in held_back]

    def _told(
        self, endpoint: Endpoint, work: Work, local: Grounded | Exception, reading: "Reading | Exception"
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
        from carelog.extraction.llm.engine import ENGINE

        both = self.options.engine == "both"
        engines = (LOCAL, ENGINE) if both else (ENGINE,)
        if reading.model is None:
            return self._outcome(local, *engines)  # nothing was said
        theirs = _grounded(reading, work, ENGINE)
        body: dict[str, Any] = {"engine": ENGINE, "usage": reading.usage.as_json(), "facts": dict(reading.held.fates)}
        found = theirs
        if both:
            comparison = compare(local.entries, theirs.entries)
            metrics.compared(_verdicts(comparison))
            body |= {"compared": _verdicts(comparison), "disputed": [_shown(pair) for pair in comparison.disputed]}
            found = Grounded(comparison.entries, (*_both_doubt(local, theirs), *map(_disputed, comparison.disputed)))
        analysis = {
            "type": "extraction",
            "vendor": endpoint.name,
            "product": reading.model,
            "mediatype": "application/json",
            "encoding": "json",
            "body": body,
        }
        return self._outcome(found, *engines, analysis=analysis)

    def _outcome(self, found: Grounded, *engines: str, analysis: Mapping[str, Any] | None = None) -> Outcome:
        types = self.options.types
        return Outcome(
            changes=(AddAnalysis(analysis),) if analysis else (),
            entries=found.entries,
            reviews=found.reviews,
            covers=tuple(Coverage(engine, None if types is None else frozenset(types)) for engine in engines),
        )

    def _wanted(self, outcome: Outcome) -> Outcome:
        types = self.options.types
        if types is None:
            return outcome
        entries = tuple(e for e in outcome.entries if e.type in types or e.source == "derived")
        return replace(outcome, entries=entries, reviews=tuple(r for r in outcome.reviews if r.type in types))


def _dated(work: Work, outcome: Outcome) -> Outcome:
    """What was read, and nothing of what has been ahead of now. After urgency: what is of a wrong clock is urgent all
    the same."""
    told_at = work.conversation.started_at
    dated = [as_told(entry, told_at, work.now) for entry in outcome.entries]
    become = {id(entry): one for entry, one in zip(outcome.entries, dated, strict=True)}

    def of(review: NewReview) -> NewReview:
        about = review.about and become.get(id(review.about), review.about)
        return replace(review, about=about, occurred_at=past(review.type, review.occurred_at, told_at, work.now))

    return replace(outcome, entries=tuple(dated), reviews=tuple(map(of, outcome.reviews)))


def _with_urgency(batch: Sequence[Work], outcomes: Sequence[Outcome | Exception]) -> list[Outcome | Exception]:
    """For a thread of its own, as `_locally`."""
    return [
        outcome if isinstance(outcome, Exception) else _urgent(work, outcome)
        for work, outcome in zip(batch, outcomes, strict=True)
    ]


def _urgent(work: Work, outcome: Outcome) -> Outcome | Exception:
    try:
        more = urgency(work, outcome.entries)
    except Exception as error:  # noqa: BLE001  becomes this run's failure
        return error
    changes, entries = (*outcome.changes, *more.changes), (*outcome.entries, *more.entries)
    return replace(outcome, changes=changes, entries=entries, lane=more.lane, alert=more.alert)


def _locally(batch: Sequence[Work]) -> list[Grounded | Exception]:
    """For a thread of its own: reading is work for the processor, and requests must be answered meanwhile."""
    return [_local(work) for work in batch]


def _local(work: Work) -> Grounded | Exception:
    try:
        return extract(work.conversation, zone=work.zone)
    except Exception as error:  # noqa: BLE001  becomes this run's failure
        return error


def _grounded(reading: "Reading", work: Work, engine: str) -> Grounded:
    """What a model said that stands in the conversation, and what of the rest a person may judge."""
    held = reading.held
    found = ground([*held.findings, *held.implausible], work.conversation, zone=work.zone, engine=engine)
    claimed = ground(held.ungrounded, work.conversation, zone=work.zone, engine=engine).reviews
    return replace(found, reviews=(*found.reviews, *(replace(one, doubt=Doubt.UNGROUNDED) for one in claimed)))


def _both_doubt(local: Grounded, theirs: Grounded) -> Iterator[NewReview]:
    """What either engine doubts; of what both do, the local engine's reading: a person is asked once."""
    yield from local.reviews
    for one in theirs.reviews:
        if not any(one.type == mine.type and overlap(_quotes(one), _quotes(mine)) for mine in local.reviews):
            yield one


def _quotes(review: NewReview) -> list[Evidence]:
    return [quote for reading in review.readings for quote in reading.evidence]


def _disputed(pair: Pair) -> NewReview:
    """What a person is to decide; the local engine's reading stands in the record meanwhile."""
    mine = pair.local
    readings = (ReviewReading.told(mine), ReviewReading.told(pair.other))
    return NewReview(
        mine.type, Doubt.DISPUTED, readings, mine.occurred_at, mine.occurred_zone, pair.differing, about=mine
    )


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
