"""`analyze`, `analyze_and_label`, `check_and_tag` and `detect_engagement`, over a real server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from made_up import chain, submission
from one_link import applied, failure, made_up, outcome, work_on
from small_http import Asked, answer, context, definition, in_turn, said, serving

from carelog.conversations import Conversation, tags_of
from carelog.identity import operator
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import LinkError, LinkParked, Outcome, PermanentLinkError
from carelog.pipeline.link import make_link
from carelog.pipeline.run import RunState

ME = operator()
Opened = Callable[..., Any]
CHECK = {"evaluation_question": "Is pain told of?", "tag_name": "pain", "tag_value": "yes"}


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def call() -> Conversation:
    """Two sides, the patient's by name."""
    turns = [(1, "How are you?"), (0, "My head\naches."), (1, "Since when?")]
    dialog = [
        {
            "type": "text",
            "start": f"2026-01-05T08:00:{n:02}+00:00",
            "parties": who,
            "mediatype": "text/plain",
            "encoding": "none",
            "body": text,
        }
        for n, (who, text) in enumerate(turns)
    ]
    parties = [{"tel": "+12025550100", "name": "Ana Reyes", "role": "patient"}, {"name": "Desk", "role": "agent"}]
    return made_up(parties=parties, dialog=dialog)


async def test_analyze_asks_about_the_words_and_keeps_the_answer() -> None:
    conversation = call()
    async with serving(in_turn(said("A headache.", model="made-up-1-2026"))) as server:
        result = await outcome("analyze", {"prompt": "Sum it up.", "temperature": None}, conversation, context(server))
    [request] = server.got
    assert request.json["messages"][-1]["content"] == (
        "Sum it up.\n\nAgent: How are you?\nPatient: My head aches.\nAgent: Since when?"
    )
    assert "temperature" not in request.json
    assert "Ana" not in str(request.json)
    [analysis] = applied(result, conversation).document["analysis"]
    mark = analysis.pop("carelog")
    assert mark["link"] == "analyze"
    assert analysis == {
        "type": "summary",
        "dialog": [0, 1, 2],
        "vendor": "default",
        "product": "made-up-1-2026",
        "mediatype": "text/plain",
        "encoding": "none",
        "body": "A headache.",
    }


async def test_nothing_is_asked_twice_unless_it_is_wanted() -> None:
    conversation = call()
    async with serving(in_turn(said("A headache."))) as server:
        here = context(server, cache=False)
        first = applied(await outcome("analyze", {}, conversation, here), conversation)
        assert await outcome("analyze", {}, first, here) == Outcome()
        assert len(server.got) == 1
        for options in ({"again": True}, {"prompt": "And now?"}, {"model": "other-1"}, {"analysis_type": "report"}):
            assert len((await outcome("analyze", options, first, here)).changes) == 1
        assert len(server.got) == 5
        more = first.with_dialog({**first.document["dialog"][1], "body": "And my back."})
        assert len((await outcome("analyze", {}, more, here)).changes) == 1


async def test_a_summary_of_another_maker_does_not_stand_for_the_answer() -> None:
    given = call().with_analysis({"type": "summary", "vendor": "carelog", "encoding": "none", "body": "Aches."})
    async with serving(in_turn(said("A headache."))) as server:
        assert len((await outcome("analyze", {}, given, context(server))).changes) == 1


async def test_each_dialog_by_itself() -> None:
    conversation = call()
    async with serving(lambda asked: said(f"{len(asked.body)}")) as server:
        result = await outcome("analyze", {"per_dialog": True}, conversation, context(server))
        after = applied(result, conversation)
        assert [analysis["dialog"] for analysis in after.document["analysis"]] == [0, 1, 2]
        assert await outcome("analyze", {"per_dialog": True}, after, context(server)) == Outcome()


async def test_the_source_may_be_another_analysis() -> None:
    report = {
        "type": "report",
        "dialog": 1,
        "vendor": "lab",
        "encoding": "json",
        "body": {"text": {"long": "All fine."}},
    }
    given = call().with_analysis(report)
    async with serving(in_turn(said("Fine."))) as server:
        source = {"analysis_type": "report", "text_location": "body.text.long"}
        result = await outcome("analyze", {"source": source}, given, context(server))
        assert server.got[0].json["messages"][-1]["content"].endswith("\n\nAll fine.")
        assert applied(result, given).document["analysis"][-1]["dialog"] == 1
        nowhere = {"analysis_type": "report", "text_location": "body.words"}
        assert await outcome("analyze", {"source": nowhere}, given, context(server)) == Outcome()
        assert len(server.got) == 1


async def test_a_conversation_without_words_is_not_asked_about() -> None:
    silent = {"type": "incomplete", "disposition": "no-answer", "start": "2026-01-05T08:00:00Z", "parties": [0]}
    async with serving(in_turn(said("Nothing."))) as server:
        assert await outcome("analyze", {}, made_up(dialog=[silent]), context(server)) == Outcome()
    assert server.got == []


async def test_labels_become_tags() -> None:
    conversation = call()
    labels = ["headache", "topic:pain", " ", "a\nb", "x" * 81, ":none"]
    async with serving(in_turn(said(f'```json\n{{"labels": {labels!r}}}\n```'.replace("'", '"')))) as server:
        result = await outcome("analyze_and_label", {}, conversation, context(server))
    assert server.got[0].json["response_format"] == {"type": "json_object"}
    after = applied(result, conversation)
    assert tags_of(after) == {"headache": "headache", "topic": "pain"}
    [analysis] = after.document["analysis"]
    assert (analysis["type"], analysis["encoding"], analysis["body"]) == (
        "labeled_analysis",
        "json",
        {"labels": labels},
    )


async def test_only_labels_that_are_known_become_tags() -> None:
    conversation = call()
    async with serving(in_turn(said('{"labels": ["headache", "vip"]}'))) as server:
        result = await outcome("analyze_and_label", {"labels": ["headache"]}, conversation, context(server))
    assert tags_of(applied(result, conversation)) == {"headache": "headache"}
    assert "The only labels are: headache." in server.got[0].json["messages"][-1]["content"]


async def test_a_label_does_not_replace_a_tag() -> None:
    conversation = applied(await outcome("tag", {"tags": ["clinic:north"]}, call()), call())
    async with serving(in_turn(said('{"labels": ["clinic:south", "new"]}'))) as server:
        result = await outcome("analyze_and_label", {}, conversation, context(server))
    assert tags_of(applied(result, conversation)) == {"clinic": "north", "new": "new"}


@pytest.mark.parametrize("applies", [True, False])
async def test_a_yes_gives_the_tag_and_both_are_kept(applies: bool) -> None:
    conversation = call()
    async with serving(in_turn(said(f'{{"applies": {str(applies).lower()}}}'))) as server:
        after = applied(await outcome("check_and_tag", CHECK, conversation, context(server)), conversation)
    assert tags_of(after) == ({"pain": "yes"} if applies else {})
    assert after.document["analysis"][0]["body"] == {"tag": "pain:yes", "applies": applies}
    assert "Is pain told of?" in server.got[0].json["messages"][-1]["content"]


async def test_the_same_question_may_give_two_tags() -> None:
    conversation = call()
    async with serving(in_turn(said('{"applies": true}'))) as server:
        for name in ("pain", "urgent", "pain"):
            result = await outcome("check_and_tag", {**CHECK, "tag_name": name}, conversation, context(server))
            conversation = applied(result, conversation)
    assert tags_of(conversation) == {"pain": "yes", "urgent": "yes"}
    assert len(server.got) == 2


@pytest.mark.parametrize(("told", "value"), [("true", "true"), (" False.\n", "false")])
async def test_engagement_becomes_a_tag(told: str, value: str) -> None:
    conversation = call()
    async with serving(in_turn(said(told))) as server:
        after = applied(await outcome("detect_engagement", {}, conversation, context(server)), conversation)
    assert tags_of(after) == {"engagement": value}
    assert after.document["analysis"][0]["body"] == value


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("analyze_and_label", {}, "headache"),
        ("analyze_and_label", {}, '{"labels": "headache"}'),
        ("analyze_and_label", {}, '{"labels": [1]}'),
        ("check_and_tag", CHECK, '{"applies": "yes"}'),
        ("check_and_tag", CHECK, "[true]"),
        ("check_and_tag", CHECK, "{}"),
        ("detect_engagement", {}, "I think that they both did."),
    ],
)
async def test_an_answer_to_something_else_is_a_failure_to_be_tried_again(
    name: str, options: dict[str, Any], told: str
) -> None:
    async with serving(in_turn(said(told))) as server:
        failed = await failure(name, options, call(), context(server))
    assert not isinstance(failed, PermanentLinkError)
    assert told not in failed.message


async def test_what_the_endpoint_says_of_trouble_reaches_the_run() -> None:
    async with serving(in_turn(answer(429, retry_after="30"), answer(401))) as server:
        busy = await failure("analyze", {}, call(), context(server))
        refused = await failure("analyze", {}, call(), context(server))
    assert (type(busy), busy.retry_after) == (LinkParked, timedelta(seconds=30))
    assert (type(refused), refused.message) == (PermanentLinkError, "AI endpoint 'default' answered 401")


async def test_one_conversation_s_failure_touches_no_other_and_few_are_asked_about_at_once() -> None:
    def does(asked: Asked) -> bytes:
        return answer(500) if b"broken" in asked.body else said("Fine.")

    async with serving(does) as server:
        link = make_link("analyze", {}, context(server, max_concurrency=3))
        results = await link.run_batch([work_on(made_up("broken" if n % 4 == 0 else "good")) for n in range(12)])
    assert [isinstance(result, LinkError) for result in results] == [n % 4 == 0 for n in range(12)]
    assert server.most_open <= 3


async def test_a_sample_and_a_condition_limit_what_is_asked() -> None:
    tagged = applied(await outcome("tag", {"tags": ["topic:care"]}, call()), call())
    async with serving(in_turn(said("Fine."))) as server:
        here = context(server, cache=False)
        assert await outcome("analyze", {"sampling_rate": 0}, call(), here) == Outcome()
        for includes, asked in (("topic:care", 1), ("topic:sales", 1)):
            condition = {"section": "attachments", "type": "tags", "includes": includes}
            await outcome("analyze", {"only_if": condition}, tagged, here)
            assert len(server.got) == asked
        report = tagged.with_analysis({"type": "report", "vendor": "lab", "encoding": "json", "body": {"a": ["ok"]}})
        for includes, asked in (('["ok"]', 2), ("not ok", 2)):
            condition = {"section": "analysis", "type": "report", "includes": includes}
            await outcome("analyze", {"only_if": condition}, report, here)
            assert len(server.got) == asked


@pytest.mark.parametrize(
    ("name", "options", "why"),
    [
        ("analyze", {"endpoint": "far"}, r"endpoint: ai_endpoints has no 'far' \(there are default\)"),
        ("analyze", {"model": ""}, "model"),
        ("analyze", {"temperature": 3}, "temperature"),
        ("analyze", {"analysis_type": "transcript"}, "analysis_type"),
        ("analyze", {"analysis_type": "Transcription"}, "analysis_type"),
        ("analyze", {"analysis_type": "tags"}, "analysis_type"),
        ("analyze", {"sampling_rate": 2}, "sampling_rate"),
        ("check_and_tag", {**CHECK, "tag_name": "a:b"}, "tag_name"),
        ("check_and_tag", {"tag_name": "a", "tag_value": "b"}, "evaluation_question"),
    ],
)
async def test_wrong_options_are_refused_with_the_configuration(name: str, options: dict[str, Any], why: str) -> None:
    async with serving(in_turn(None)) as server:
        with pytest.raises(ConfigurationError, match=why):
            make_link(name, options, context(server))
        with pytest.raises(ConfigurationError, match="neither the link nor the endpoint 'default' names one"):
            make_link("analyze", {}, context(server, model=None))


@pytest.mark.parametrize("name", ["analyze", "analyze_and_label", "detect_engagement"])
def test_without_an_endpoint_there_is_no_such_link(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"link '{name}', endpoint: the setting ai_endpoints has none"):
        make_link(name, {})


async def test_in_a_chain_the_answers_stand_in_the_vcon(opened: Opened) -> None:
    def does(asked: Asked) -> bytes:
        wants_json = "response_format" in asked.json
        return said('{"labels": ["pain"], "applies": true}' if wants_json else "true")

    links = ["analyze", "analyze_and_label", {"check_and_tag": CHECK}, "detect_engagement"]
    async with (
        serving(does) as server,
        opened(chains={"record": chain(*links)}, ai_endpoints={"default": definition(server)}) as carelog,
    ):
        [receipt] = await carelog.intake.accept(ME, [submission()])
        await carelog.worker.drain()
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 1}
        stored = (await carelog.conversations.get(ME, receipt.conversation_id)).conversation
    kinds = [analysis["type"] for analysis in stored.document["analysis"]]
    assert kinds == ["summary", "labeled_analysis", "tag_evaluation", "engagement_analysis"]
    assert tags_of(stored) == {"pain": "yes", "engagement": "true"}
