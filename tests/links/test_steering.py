"""Links that say whether, when and how long a conversation goes on: `jq`, `sampler`, `delay`, `expire`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from made_up import chain, submission
from one_link import failure, made_up, outcome, work_on

from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import Outcome, PermanentLinkError
from carelog.pipeline.link import make_link
from carelog.pipeline.run import RunState

ME = operator()
Opened = Callable[..., Any]


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def goes_on(filter_: str, **options: Any) -> bool:
    return not (await outcome("jq", {"filter": filter_, **options}, made_up())).stop


@pytest.mark.parametrize(
    ("filter_", "matches"),
    [
        ('.parties[0].role == "patient"', True),
        ('.parties[0].role == "agent"', False),
        (".dialog[].body", True),
        (".analysis", False),
        (".analysis[]?", False),
        ("empty", False),
        ('[.dialog[] | select(.type == "recording")] | length', False),
        ('[.dialog[] | select(.type == "recording")]', False),
        ('""', False),
        ("false, true", False),
        ("true, false", True),
    ],
)
async def test_jq_lets_what_matches_go_on(filter_: str, matches: bool) -> None:
    assert await goes_on(filter_) is matches
    assert await goes_on(filter_, forward_matches=False) is not matches


@pytest.mark.parametrize("program", [".[", "nothing_of_the_kind", '"', ".a | | .b", "$there_is_none"])
def test_a_jq_program_that_cannot_be_compiled_is_refused_with_the_configuration(program: str) -> None:
    with pytest.raises(ConfigurationError, match="link 'jq', filter: "):
        make_link("jq", {"filter": program})


async def test_jq_sees_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-made-up")
    for program in ("env", "$ENV", "[env[]]", '"\\(env.SOME_KEY // "")"', "$ENV.SOME_KEY"):
        assert not await goes_on(program), program


@pytest.mark.parametrize(
    "program", ['import "secret" as $s {search: "FOLDER"}; $s', 'include "secret" {search: "FOLDER"}; .']
)
def test_jq_reads_no_files(program: str, tmp_path: Any) -> None:
    (tmp_path / "secret.json").write_text('"sk-made-up"')
    (tmp_path / "secret.jq").write_text("def secret: 1;")
    with pytest.raises(ConfigurationError, match="filter"):
        make_link("jq", {"filter": program.replace("FOLDER", str(tmp_path))})


@pytest.mark.parametrize("program", ["input", ".uuid.x", "error(.dialog[0].body)", ".dialog[0].body | fromjson"])
async def test_a_jq_program_that_fails_is_a_failure_which_says_nothing_of_the_conversation(program: str) -> None:
    failed = await failure("jq", {"filter": program}, made_up("My secret is safe."))
    assert isinstance(failed, PermanentLinkError)
    assert "secret" not in failed.message


async def test_jq_writes_nothing_of_the_conversation(capfd: pytest.CaptureFixture[str]) -> None:
    assert await goes_on("debug | stderr")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("program", ["def f: f; f", "repeat(.) | select(false)", "[limit(1; repeat(1) | empty)]"])
async def test_a_jq_program_without_end_fails(program: str) -> None:
    failed = await failure("jq", {"filter": program, "timeout_seconds": 0.1}, made_up())
    assert "longer than 0.1 s" in failed.message
    assert not isinstance(failed, PermanentLinkError)


async def test_a_jq_program_without_measure_fails() -> None:
    failed = await failure("jq", {"filter": 'def f: . + . | f; "word" | f', "timeout_seconds": 30}, made_up())
    assert "memory" in failed.message


async def test_a_conversation_over_which_jq_fails_holds_up_no_other() -> None:
    program = """
        def endless: endless;
        .dialog[0].body | if . == "endless" then endless elif . == "bad" then error else . == "good" end
    """
    link = make_link("jq", {"filter": program, "timeout_seconds": 0.2})
    told = ["good", "endless", "other", "bad", "endless", "good"]
    results = await link.run_batch([work_on(made_up(text)) for text in told])
    kinds = [result.stop if isinstance(result, Outcome) else type(result).__name__ for result in results]
    assert kinds == [False, "LinkError", True, "PermanentLinkError", "LinkError", False]


async def test_jq_reads_a_vcon_that_was_written_over_several_lines() -> None:
    from carelog.conversations import Conversation

    pretty = Conversation.parse(made_up().json.replace(",", ",\r\n").replace("{", "{\n"))
    assert not (await outcome("jq", {"filter": ".parties[0].tel"}, pretty)).stop


async def kept(options: dict[str, Any], of: int = 400) -> int:
    link = make_link("sampler", options)
    results = await link.run_batch([work_on(made_up()) for _ in range(of)])
    return sum(isinstance(result, Outcome) and not result.stop for result in results)


async def test_the_sampler_keeps_about_its_part() -> None:
    assert await kept({"value": 0}) == 0
    assert await kept({"value": 100}) == 400
    assert 40 < await kept({"method": "percentage", "value": 25}) < 160
    assert 40 < await kept({"method": "modulo", "value": 4}) < 160
    assert await kept({"method": "modulo", "value": 1}) == 400
    assert 100 < await kept({"method": "rate", "value": 2}) < 220  # 1 - exp(-1/2) is 0.39


async def test_the_sampler_decides_alike_every_time_and_by_its_seed() -> None:
    batch = [work_on(made_up()) for _ in range(100)]
    first, again, other = [
        await make_link("sampler", {"value": 50, "seed": seed}).run_batch(batch) for seed in (1, 1, "two")
    ]
    assert first == again != other


async def test_the_sampler_takes_the_first_of_each_so_many_seconds() -> None:
    options = {"method": "time_based", "value": 60}
    for moment, goes in (("08:05:00", True), ("08:05:00.9", True), ("08:05:01", False), ("08:05:59", False)):
        made = made_up(created_at=f"2026-01-05T{moment}+00:00")
        assert (await outcome("sampler", options, made)).stop is not goes


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 101},
        {"value": -1},
        {"method": "rate", "value": 0},
        {"method": "modulo", "value": 0},
        {"method": "modulo", "value": 2.5},
        {"method": "time_based", "value": 0},
        {"method": "whim"},
    ],
)
def test_a_sampler_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="link 'sampler'"):
        make_link("sampler", wrong)


async def test_delay_and_expire_say_how_long() -> None:
    assert await outcome("delay", {"seconds": 90}, made_up()) == Outcome(wait=timedelta(seconds=90))
    assert await outcome("expire", {"seconds": 3600}, made_up()) == Outcome(expire_in=timedelta(hours=1))
    for name in ("delay", "expire"):
        with pytest.raises(ConfigurationError, match=f"link '{name}', seconds"):
            make_link(name, {"seconds": -1})


async def test_in_a_chain_a_delay_lets_time_pass(opened: Opened, clock: ManualClock) -> None:
    async with opened(chains={"record": chain({"delay": {"seconds": 90}}, {"tag": {"tags": ["later"]}})}) as carelog:
        await carelog.intake.accept(ME, [submission()])
        await carelog.worker.drain()
        assert await carelog.runs.counts(ME) == {RunState.QUEUED: 1}
        clock.advance(seconds=89)
        await carelog.worker.drain()
        assert await carelog.runs.counts(ME) == {RunState.QUEUED: 1}
        clock.advance(seconds=1)
        await carelog.worker.drain()
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 1}


async def test_in_a_chain_only_what_passes_goes_on(opened: Opened) -> None:
    links = [
        {"jq": {"filter": '.dialog[0].body | test("headache")'}},
        {"sampler": {"method": "modulo", "value": 1}},
        {"expire": {"seconds": 86400}},
        {"tag": {"tags": ["passed"]}},
    ]
    async with opened(chains={"record": chain(*links)}) as carelog:
        await carelog.intake.accept(ME, [submission(text) for text in ("I have a headache.", "All is well.")])
        await carelog.worker.drain()
        runs = (await carelog.runs.page(ME)).items
        assert {run.state for run in runs} == {RunState.FINISHED}
        assert sorted(run.stopped for run in runs) == [False, True]
