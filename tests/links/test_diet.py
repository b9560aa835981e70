"""`diet`: contents are taken out or moved, and nothing that was to be moved is lost."""

import base64
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from made_up import chain, submission
from one_link import applied, failure, made_up, outcome, work_on
from small_http import Asked, answer, in_turn, serving

from carelog.conversations import Conversation, tags_of, with_tags
from carelog.identity import operator
from carelog.kit.errors import ConfigurationError
from carelog.links.contents import content_hash
from carelog.pipeline import Outcome, PermanentLinkError
from carelog.pipeline.link import make_link
from carelog.pipeline.run import RunState

ME = operator()
Opened = Callable[..., Any]
PHOTO = b"\x89PNG made up"
START = "2026-01-05T08:00:00+00:00"


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def full() -> Conversation:
    """A text, a photo, a report outside, a summary and a transcript."""
    photo = {"start": START, "party": 0, "dialog": 0, "mediatype": "image/png", "filename": "ana.png",
             "encoding": "base64url", "body": base64.urlsafe_b64encode(PHOTO).decode()}  # fmt: skip
    report = {"start": START, "party": 0, "dialog": 0, "purpose": "report", "mediatype": "application/pdf",
              "url": "https://example.org/r.pdf", "content_hash": content_hash(b"pdf")}  # fmt: skip
    summary = {"type": "summary", "dialog": 0, "vendor": "v", "encoding": "none", "body": "Aches.", "prompt": "Sum up."}
    transcript = {"type": "transcript", "attachment": 0, "vendor": "v", "encoding": "none", "body": "Aches."}
    given = made_up(attachments=[photo, report], analysis=[summary, transcript])
    return with_tags(given, {"topic": "care"})


async def dieted(options: dict[str, Any], given: Conversation) -> dict[str, Any]:
    return applied(await outcome("diet", options, given), given).document


async def test_dialogs_lose_their_words_and_keep_their_place() -> None:
    given = full()
    after = await dieted({"remove_dialog_body": True}, given)
    [dialog] = given.document["dialog"]
    assert after["dialog"] == [{key: value for key, value in dialog.items() if key not in ("body", "encoding")}]
    assert after["attachments"] == given.document["attachments"]
    assert after["analysis"] == given.document["analysis"]


async def test_analyses_lose_their_contents_all_or_by_type() -> None:
    given = full()
    after = await dieted({"remove_analysis": ["summary"]}, given)
    assert after["analysis"] == [{"type": "summary", "dialog": 0, "vendor": "v"}, given.document["analysis"][1]]
    after = await dieted({"remove_analysis": True}, given)
    assert after["analysis"][1] == {"type": "transcript", "attachment": 0, "vendor": "v"}


async def test_attachments_lose_their_contents_by_media_type_or_purpose() -> None:
    given = full()
    frame = {"start": START, "party": 0, "dialog": 0}
    after = await dieted({"remove_attachment_types": ["image/png"]}, given)
    assert after["attachments"][0] == {**frame, "mediatype": "image/png"}
    assert after["attachments"][1:] == given.document["attachments"][1:]
    after = await dieted({"remove_attachment_types": ["report"]}, given)
    assert after["attachments"][1] == {**frame, "purpose": "report", "mediatype": "application/pdf"}
    assert tags_of(Conversation.of(after)) == {"topic": "care"}


async def test_system_prompts_go_from_everywhere() -> None:
    hidden = {"type": "report", "vendor": "v", "encoding": "json", "body": {"a": [{"system_prompt": "Obey.", "b": 1}]}}
    given = made_up(analysis=[hidden], system_prompt="Obey.")
    after = await dieted({"remove_system_prompts": True}, given)
    assert after["analysis"][0]["body"] == {"a": [{"b": 1}]}
    assert "system_prompt" not in after


async def test_a_conversation_without_any_of_it_is_not_changed() -> None:
    options = {"remove_analysis": True, "remove_attachment_types": ["image/png"], "remove_system_prompts": True}
    assert await outcome("diet", options, made_up()) == Outcome()


async def test_what_another_chain_has_made_meanwhile_stays() -> None:
    given = full()
    result = await outcome("diet", {"remove_dialog_body": True, "remove_analysis": True}, given)
    other = given.with_analysis({"type": "summary", "vendor": "w", "encoding": "none", "body": "New."})
    reworded = Conversation.of(other.document | {"dialog": [other.document["dialog"][0] | {"body": "Corrected."}]})
    after = applied(result, reworded).document
    assert after["dialog"][0]["body"] == "Corrected."
    assert [analysis.get("body") for analysis in after["analysis"]] == [None, None, "New."]


MOVE = {"remove_dialog_body": True, "remove_attachment_types": ["image/png", "report"], "remove_analysis": ["summary"]}


async def test_bodies_are_put_below_a_url_under_their_hash(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_TOKEN", "made-up")
    given = full()
    async with serving(in_turn(answer(201)), tls) as store:
        base = f"https://localhost:{store.port}/kept"
        after = await dieted({**MOVE, "put_media_to_url": base, "media_token_env": "STORE_TOKEN"}, given)
    words = given.document["dialog"][0]["body"].encode()
    for item, data in ((after["dialog"][0], words), (after["attachments"][0], PHOTO)):
        assert item["content_hash"] == content_hash(data)
        assert item["url"] == f"{base}/{given.uuid}/{content_hash(data)}"
        assert "body" not in item
    assert {request.path: request.body for request in store.got} == {
        f"/kept/{given.uuid}/{content_hash(data)}": data for data in (words, PHOTO)
    }
    assert {request.method for request in store.got} == {"PUT"}
    assert {request.headers["authorization"] for request in store.got} == {"Bearer made-up"}
    assert after["attachments"][0]["filename"] == "ana.png"
    assert after["attachments"][1] == given.document["attachments"][1], "what is outside already is left there"
    assert "body" not in after["analysis"][0]


async def test_bodies_are_posted_as_the_conserver_does() -> None:
    given = full()

    def keep(asked: Asked) -> bytes:
        return answer(200, {"url": f"https://media.example.org/{asked.json['dialog_id']}"})

    async with serving(keep) as store:
        url = f"http://127.0.0.1:{store.port}/media"
        after = await dieted({"remove_dialog_body": True, "post_media_to_url": url}, given)
    [request] = store.got
    words = given.document["dialog"][0]["body"]
    assert request.json == {
        "content": words,
        "encoding": "none",
        "mediatype": "text/plain",
        "content_hash": content_hash(words.encode()),
        "vcon_uuid": str(given.uuid),
        "dialog_id": "0",
    }
    assert after["dialog"][0]["url"] == "https://media.example.org/0"


@pytest.mark.parametrize(
    ("told", "permanent"),
    [
        (answer(500), False),
        (answer(507), False),
        (answer(403), True),
        (answer(302, location="https://example.org"), True),
        (answer(200, b"thanks"), True),
        (answer(200, {"url": "http://media.example.org/0"}), True),
        (answer(200, {"url": None}), True),
    ],
)
async def test_what_was_not_moved_is_not_taken_out(told: bytes, permanent: bool) -> None:
    async with serving(in_turn(told)) as store:
        options = {**MOVE, "post_media_to_url": f"http://127.0.0.1:{store.port}/media"}
        failed = await failure("diet", options, full())
    assert isinstance(failed, PermanentLinkError) is permanent
    assert "headache" not in failed.message


async def test_a_failure_over_one_conversation_touches_no_other() -> None:
    def keep(asked: Asked) -> bytes:
        return answer(500) if asked.json["content"] == "bad" else answer(200, {"url": "https://example.org/1"})

    async with serving(keep) as store:
        options = {"remove_dialog_body": True, "post_media_to_url": f"http://127.0.0.1:{store.port}/media"}
        link = make_link("diet", options)
        results = await link.run_batch([work_on(made_up(text)) for text in ("good", "bad", "good")])
    assert [isinstance(result, Outcome) for result in results] == [True, False, True]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, "say what is to be removed"),
        ({**MOVE, "put_media_to_url": "http://example.org"}, "https"),
        ({**MOVE, "put_media_to_url": "https://example.org/?a=b"}, "query"),
        ({**MOVE, "put_media_to_url": "https://a.example", "post_media_to_url": "https://b.example"}, "either"),
        ({**MOVE, "media_token_env": "NO_SUCH_TOKEN"}, "NO_SUCH_TOKEN"),
    ],
)
def test_a_diet_that_makes_no_sense_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        make_link("diet", wrong)


async def test_in_a_chain_the_words_go_and_the_record_stays(opened: Opened) -> None:
    links = ["extract", {"diet": {"remove_dialog_body": True}}]
    async with opened(chains={"record": chain(*links)}) as carelog:
        [receipt] = await carelog.intake.accept(ME, [submission("I have a headache.")])
        await carelog.worker.drain()
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 1}
        stored = (await carelog.conversations.get(ME, receipt.conversation_id)).conversation
        entries = (await carelog.record.page(ME, receipt.subject_id)).items
    assert stored.turns == ()
    assert [entry.evidence[0].quote for entry in entries] == ["I have a headache."]
