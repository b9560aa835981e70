"""`extract` with a model: alone, beside the local engine, and while its endpoint is down."""

from collections.abc import Callable
from typing import Any

import pytest
from made_up import chain, submission
from model_server import Model, fact, turn_saying
from one_link import applied, failure, made_up, outcome
from scraped import Scraped
from small_http import answer, context, definition, serving

from carelog.extraction.local import ENGINE
from carelog.identity import operator
from carelog.kit.breaker import FAILURES, REST
from carelog.kit.clock import ManualClock
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import Outcome, PermanentLinkError
from carelog.pipeline.link import make_link
from carelog.pipeline.run import RunState
from carelog.record.rereading.coverage import Coverage
from carelog.telemetry import metrics

ME = operator()
TALK = "I have a headache. I take metformin 500 mg twice a day."


def reads(*facts: Callable[[int], Any]) -> Callable[[str, str], list[Any]]:
    return lambda id_, text: [make(turn_saying(text, "headache")) for make in facts]


def headache(polarity: str = "present", **more: str) -> Callable[[int], Any]:
    return lambda turn: fact("symptom", turn, "I have a headache", {"name": "headache", **more}, polarity=polarity)


def metformin(turn: int) -> Any:
    fields = {"name": "metformin", "dose": "500 mg", "frequency": "twice a day", "status": "taking"}
    return fact("medication", turn, "I take metformin 500 mg twice a day", fields)


def told(result: Outcome) -> list[tuple[str, str]]:
    return [(entry.recorded_by, entry.payload.headline()) for entry in result.entries]


async def test_the_local_engine_is_what_reads_by_default() -> None:
    link = make_link("extract", {})
    assert not link.checkpoint
    result = await outcome("extract", {}, made_up(TALK))
    assert told(result) == [
        ("local/2", "headache: present"),
        ("local/2", "metformin 500 mg twice a day: taking"),
    ]
    assert result.changes == ()


async def test_a_model_reads_where_it_is_told_to() -> None:
    conversation = made_up(TALK)
    async with serving(Model(reads(headache(severity="mild"), metformin))) as server:
        here = context(server, prices={"prompt": 2, "completion": 4})
        assert make_link("extract", {"engine": "llm"}, here).checkpoint
        result = await outcome("extract", {"engine": "llm"}, conversation, here)
    assert told(result) == [
        ("llm/2", "headache: present, mild"),
        ("llm/2", "metformin 500 mg twice a day: taking"),
    ]
    [analysis] = applied(result, conversation).document["analysis"]
    assert (analysis["type"], analysis["vendor"], analysis["product"]) == ("extraction", "default", "made-up-1")
    body = analysis["body"]
    assert (body["engine"], body["facts"], body["usage"]["cached_tokens"]) == ("llm/2", {"kept": 2}, 800)
    assert body["usage"]["cost"] == pytest.approx((1000 * 2 + 50 * 4) / 1e6)


async def test_only_wanted_types_are_kept() -> None:
    async with serving(Model(reads(headache(), metformin))) as server:
        options = {"engine": "llm", "types": ["symptom"]}
        assert told(await outcome("extract", options, made_up(TALK), context(server))) == [
            ("llm/2", "headache: present")
        ]


async def test_both_agree() -> None:
    conversation = made_up(TALK)
    async with serving(Model(reads(headache(), metformin))) as server:
        result = await outcome("extract", {"engine": "both"}, conversation, context(server))
    assert [by for by, _ in told(result)] == ["local/2", "local/2"]
    assert {entry.confidence for entry in result.entries} == {"agreed"}
    assert result.reviews == ()
    [analysis] = applied(result, conversation).document["analysis"]
    assert analysis["body"]["compared"] == {"agreed": 2}
    assert analysis["body"]["disputed"] == []


async def test_where_they_contradict_each_other_both_readings_are_kept_for_a_person() -> None:
    conversation = made_up(TALK)
    async with serving(Model(reads(headache("absent")))) as server:
        result = await outcome("extract", {"engine": "both"}, conversation, context(server))
    assert told(result)[0] == ("local/2", "headache: present")
    body = applied(result, conversation).document["analysis"][0]["body"]
    assert body["compared"] == {"disputed": 1, "only_local": 1}
    [disputed] = body["disputed"]
    assert (disputed["type"], disputed["fields"]) == ("symptom", ["polarity"])
    assert [disputed[e]["payload"]["polarity"] for e in ("local/2", "llm/2")] == ["present", "absent"]
    assert disputed["llm/2"]["quotes"] == [{"turn": 0, "quote": "I have a headache."}]
    [doubt] = result.reviews
    assert (doubt.doubt, doubt.fields, doubt.about) == ("disputed", ("polarity",), result.entries[0])
    assert [reading.payload["polarity"] for reading in doubt.readings] == ["present", "absent"]
    assert [entry.confidence for entry in result.entries] == ["disputed", "single"]


async def test_a_model_that_reads_nothing_takes_nothing_away() -> None:
    conversation = made_up(TALK)
    async with serving(Model(lambda id_, text: [])) as server:
        result = await outcome("extract", {"engine": "both"}, conversation, context(server))
    assert len(result.entries) == 2


async def test_what_a_model_claims_of_words_that_were_said_is_for_a_person_and_what_nobody_said_is_nothing() -> None:
    quote = "I take metformin 500 mg twice a day"
    another_dose = {"name": "metformin", "dose": "850 mg", "frequency": "twice a day", "status": "taking"}
    another_drug = {"name": "lisinopril", "dose": "500 mg", "status": "taking"}
    claimed = (
        lambda turn: fact("medication", turn, quote, another_dose),
        lambda turn: fact("medication", turn, quote, another_drug),
        lambda turn: fact("medication", turn, "I take lisinopril", {"name": "lisinopril"}),
    )
    async with serving(Model(reads(*claimed))) as server:
        result = await outcome("extract", {"engine": "llm"}, made_up(TALK), context(server))
    assert result.entries == ()
    assert [(one.doubt, one.fields, one.readings[0].payload) for one in result.reviews] == [
        ("ungrounded", ("dose",), another_dose),
        ("ungrounded", ("name",), another_drug),
    ]
    assert {one.readings[0].evidence[0].quote for one in result.reviews} == {quote + "."}


async def test_a_model_that_claims_much_does_not_bury_whoever_judges_it() -> None:
    claimed = [
        lambda turn, n=n: fact("medication", turn, "I take metformin", {"name": f"made-up {n}"}) for n in range(40)
    ]
    async with serving(Model(reads(*claimed))) as server:
        result = await outcome("extract", {"engine": "llm"}, made_up(TALK), context(server))
    assert len(result.reviews) == 5


async def test_a_value_that_nobody_alive_can_have_is_for_a_person() -> None:
    said = "My temperature was 470 degrees Celsius."
    claimed = {"kind": "temperature", "value": "470 degrees Celsius"}
    model = Model(lambda id_, text: [fact("vitals", turn_saying(text, "temperature"), said, claimed)])
    async with serving(model) as server:
        result = await outcome("extract", {"engine": "llm"}, made_up(said), context(server))
    assert result.entries == ()
    assert [one.doubt for one in result.reviews] == ["implausible"]


async def test_an_engine_says_what_it_has_read_also_where_it_found_nothing() -> None:
    nothing = await outcome("extract", {"types": ["symptom"]}, made_up("Good morning."))
    assert (nothing.entries, nothing.covers) == ((), (Coverage(ENGINE, frozenset({"symptom"})),))
    async with serving(Model(reads())) as server:
        both = await outcome("extract", {"engine": "both"}, made_up(TALK), context(server))
    assert both.covers == (Coverage(ENGINE), Coverage("llm/2"))


async def test_redaction_that_fails_is_for_a_person_to_see() -> None:
    async with serving(Model(reads(headache()))) as server:
        failed = await failure("extract", {"engine": "llm"}, made_up("[NAME_1] has a headache."), context(server))
        assert isinstance(failed, PermanentLinkError)
        assert server.got == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"engine": "llm"}, "ai_endpoints"),
        ({"engine": "both", "endpoint": "far"}, "endpoint"),
        ({"engine": "gpt"}, "engine"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        make_link("extract", options)


def test_a_model_must_be_named() -> None:
    from carelog.ai.endpoint import EndpointDefinition, Endpoints

    nameless = EndpointDefinition.model_validate({"url": "http://127.0.0.1:1/v1"})
    with pytest.raises(ConfigurationError, match="model"):
        make_link("extract", {"engine": "llm"}, {"ai": Endpoints({"default": nameless})})


async def test_an_endpoint_that_is_down_parks_runs_and_loses_none(opened: Any, clock: ManualClock) -> None:
    model = Model(reads(headache()), faults=[answer(500)] * (FAILURES + 4))
    async with serving(model) as server:
        settings = {
            "ai_endpoints": {"default": definition(server)},
            "chains": {"record": chain({"extract": {"engine": "llm", "together": 1}}, max_tries=2)},
        }
        async with opened(**settings) as carelog:
            before = failures()
            # As many fail as open the breaker; the others are parked, however often it opens again.
            submissions = [submission("I have a headache.", tel=f"+120255501{n:02}") for n in range(FAILURES + 3)]
            receipts = await carelog.intake.accept(ME, submissions)
            codes: set[str] = set()
            for _ in range(20):
                await carelog.worker.drain()
                runs = await carelog.runs.several(ME, [id_ for receipt in receipts for id_ in receipt.runs])
                codes |= {run.error["code"] for run in runs if run.error}
                clock.advance(seconds=REST.first.total_seconds())
            assert codes == {"link.failed", "link.parked"}
            # Who is kept away does not try, and so cannot fail.
            assert failures() - before < FAILURES
            assert {run.state for run in runs} == {RunState.FINISHED}


async def test_limits_park_runs_until_there_is_room(opened: Any, clock: ManualClock) -> None:
    model = Model(reads(headache()))
    async with serving(model) as server:
        settings = {
            "ai_endpoints": {"default": definition(server, requests_per_minute=2, structured="json_schema")},
            "chains": {"record": chain({"extract": {"engine": "llm", "together": 1}}, max_tries=1)},
        }
        async with opened(**settings) as carelog:
            talks = [submission(f"I have a headache. {n}", tel=f"+120255503{n:02}") for n in range(5)]
            await carelog.intake.accept(ME, talks)
            for done in (2, 4, 5):
                await carelog.worker.drain()
                assert (await carelog.runs.counts(ME))[RunState.FINISHED] == len(model.questions) == done
                clock.advance(seconds=62)
            assert await carelog.runs.counts(ME) == {RunState.FINISHED: 5}


async def test_one_person_who_writes_without_end_holds_up_nobody_else(opened: Any, clock: ManualClock) -> None:
    model = Model(reads(headache()))
    async with serving(model) as server:
        settings = {
            "ai_endpoints": {"default": definition(server, person_per_minute=1)},
            "chains": {"record": chain({"extract": {"engine": "llm"}}, max_tries=1)},
        }
        async with opened(**settings) as carelog:
            tels = ["+12025550401"] * 3 + ["+12025550402"]
            talks = [submission(f"I have a headache. {n}", tel=tel) for n, tel in enumerate(tels)]
            receipts = await carelog.intake.accept(ME, talks)
            await carelog.worker.drain()
            runs = await carelog.runs.several(ME, [id_ for receipt in receipts for id_ in receipt.runs])
            waiting = [run for run in runs if run.state is RunState.QUEUED]
            assert {run.subject_id for run in waiting} == {receipts[0].subject_id}
            assert [(run.error or {}).get("code") for run in waiting] == ["link.parked"] * 2
            assert len({run.due_at for run in waiting}) == 2, "each is told another time"
            for _ in range(2):
                clock.advance(seconds=62)
                await carelog.worker.drain()
            assert await carelog.runs.counts(ME) == {RunState.FINISHED: len(tels)}


async def test_the_endpoint_is_that_with_the_role_unless_one_is_named() -> None:
    from carelog.ai.endpoint import EndpointDefinition, Endpoints

    there = {
        name: EndpointDefinition.model_validate({"url": "http://127.0.0.1:1/v1", "model": "m", "roles": roles})
        for name, roles in {"default": [], "careful": ["extract"], "chatty": ["chat"]}.items()
    }
    here = {"ai": Endpoints(there)}
    assert make_link("extract", {"engine": "llm"}, here).options.endpoint.name == "careful"
    assert make_link("extract", {"engine": "llm", "endpoint": "default"}, here).options.endpoint.name == "default"
    assert make_link("analyze", {}, here).options.endpoint.name == "chatty"


LIES = (
    fact("medication", 0, "I take warfarin", {"name": "warfarin"}),
    fact("medication", 0, TALK, {"name": "metformin", "dose": "5000 mg"}),
    fact("vitals", 0, TALK, {"kind": "heart_rate", "value": "500"}),
    fact("symptom", 0, "I have a fever", {"name": "fever"}),
    "not a fact",
)


async def test_a_model_that_lies_and_an_endpoint_that_fails_lose_nothing_and_make_nothing_up(
    opened: Any, clock: ManualClock
) -> None:
    cut = answer(200, {"choices": [{"finish_reason": "length", "message": {"content": '{"conv'}}]})
    faults = [
        answer(500),
        cut,
        answer(429, retry_after="0"),
        answer(200, b"<html>"),
        answer(200, b'{"choices": [{'),
        None,
    ]
    model = Model(reads(headache(), metformin, *(lambda turn, lie=lie: lie for lie in LIES)), faults=faults * 3)
    async with serving(model) as server:
        settings = {
            "ai_endpoints": {"default": definition(server, timeout_seconds=0.3, tries=2)},
            "chains": {"record": chain({"extract": {"engine": "llm"}})},
        }
        async with opened(**settings) as carelog:
            receipts = await carelog.intake.accept(ME, [submission(TALK, tel=f"+120255502{n:02}") for n in range(9)])
            for _ in range(20):
                await carelog.worker.drain()
                if await carelog.runs.counts(ME) == {RunState.FINISHED: len(receipts)}:
                    break
                clock.advance(seconds=900)
            assert await carelog.runs.counts(ME) == {RunState.FINISHED: len(receipts)}
            for receipt in receipts:
                found = (await carelog.record.page(ME, receipt.subject_id)).items
                assert sorted(entry.payload.headline() for entry in found) == [
                    "headache: present",
                    "metformin 500 mg twice a day: taking",
                ]
                assert all(quote.quote in TALK for entry in found for quote in entry.evidence)


def failures() -> float:
    """Tries of `extract` that this process counts as failed."""
    return Scraped(metrics.page().decode()).value("carelog_runs_failed_total", chain="record", link="extract")
