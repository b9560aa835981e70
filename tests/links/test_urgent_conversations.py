"""What follows where something urgent was said: the lane, the analysis, the tag, the notification, and who is told."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission
from mail_server import Mailbox, mail_server
from one_link import applied, made_up, outcome
from reminding import notified
from sending import deliveries, webhook
from signed_in import sign_in
from small_http import in_turn, serving

from carelog.app import Carelog
from carelog.conversations import Conversation
from carelog.conversations.tags import tags_of
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.pipeline import Outcome, Work
from carelog.pipeline.run import Lane
from carelog.record.joining import join
from carelog.telemetry import metrics

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]
ME = operator()
URGENT = "I have chest pain and I'm short of breath."
ROUTINE = "I have a runny nose."
SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


def mail(mailbox: Mailbox) -> dict[str, Any]:
    plain = {"type": "smtp", "host": "localhost", "port": mailbox.port, "tls": "none"}
    return {"email": {**plain, "sent_from": "clinic@example.org"}}


def analyses(conversation: Conversation) -> list[dict[str, Any]]:
    return [a for a in conversation.document.get("analysis", []) if a["type"] == "urgency"]


async def take_in(carelog: Carelog, text: str = URGENT, *, drain: bool = True, **more: Any) -> tuple[UUID, UUID]:
    """The conversation and its subject."""
    [receipt] = await carelog.intake.accept(ME, [submission(text, **more)])
    if drain:
        await carelog.worker.drain()
    assert receipt.subject_id is not None
    return receipt.conversation_id, receipt.subject_id


async def test_flags_name_their_rules_their_sources_and_quotes_that_stand() -> None:
    conversation = made_up(URGENT)
    result = await outcome("extract", {}, conversation)
    assert result.lane is Lane.URGENT
    read = applied(result, conversation)
    assert tags_of(read)["urgency"] == "urgent"
    [analysis] = analyses(read)
    assert analysis["body"]["level"] == "urgent"
    [flag] = analysis["body"]["flags"]
    assert flag["rule"] == "chest-pain-cardiac"
    assert flag["sources"][0]["url"].startswith("https://www.nice.org.uk/")
    for quote in flag["quotes"]:
        assert URGENT[quote["start"] : quote["end"]] == quote["quote"]


async def test_what_is_routine_leaves_no_mark() -> None:
    result = await outcome("extract", {}, made_up(ROUTINE))
    assert (result.changes, result.lane, result.alert) == ((), None, None)


async def test_a_follow_up_is_tagged_and_hastens_nothing() -> None:
    conversation = made_up("My blood pressure was 186 over 110, but I feel fine.")
    result = await outcome("extract", {}, conversation)
    assert (result.lane, result.alert) == (None, None)
    assert tags_of(applied(result, conversation))["urgency"] == "follow-up"


async def test_it_can_be_turned_off() -> None:
    result = await outcome("extract", {"urgency": False}, made_up(URGENT))
    assert (result.changes, result.lane, result.alert) == ((), None, None)


async def test_entry_types_that_are_left_out_are_looked_at_all_the_same() -> None:
    result = await outcome("extract", {"types": ["food"]}, made_up(URGENT))
    assert result.lane is Lane.URGENT
    assert {entry.type for entry in result.entries} == {"notification"}


async def test_what_was_told_is_not_told_again() -> None:
    conversation = made_up(URGENT)
    first = await outcome("extract", {}, conversation)
    again = await outcome("extract", {}, applied(first, conversation))
    assert (again.changes, again.alert, again.lane) == ((), None, Lane.URGENT)
    assert not [entry for entry in again.entries if entry.type == "notification"]


async def test_what_others_say_of_urgency_keeps_nothing_from_being_told() -> None:
    conversation = made_up(URGENT)
    first = await outcome("extract", {}, conversation)
    [analysis] = analyses(applied(first, conversation))
    again = await outcome("extract", {}, conversation.with_analysis({**analysis, "vendor": "another"}))
    assert again.alert == first.alert is not None


@pytest.mark.parametrize(("started", "alerted"), [("2025-12-30T09:00:00Z", True), ("2025-12-20T09:00:00Z", False)])
async def test_of_the_talk_of_long_ago_nobody_is_alerted(started: str, alerted: bool) -> None:
    said = {"type": "text", "start": started, "parties": 0, "mediatype": "text/plain", "encoding": "none"}
    result = await outcome("extract", {}, made_up(dialog=[{**said, "body": URGENT}]))
    assert (result.alert is not None) is alerted
    assert [entry.type for entry in result.entries].count("notification") == 1
    assert result.lane is Lane.URGENT


async def test_levels_are_counted_and_nothing_else() -> None:
    await outcome("extract", {}, made_up(URGENT))
    page = metrics.page().decode()
    assert 'carelog_urgency_total{level="urgent"}' in page
    assert "chest" not in page


async def test_the_rest_of_the_run_and_what_it_routes_to_go_in_the_urgent_lane(opened: Opened) -> None:
    chains = {
        "record": chain(
            "extract", {"tag_router": {"tag_routes": {"urgency:urgent": "call_back"}}}, {"delay": {"seconds": 60}}
        ),
        "call_back": {"links": [{"tag": {"tags": ["called"]}}]},
        "other": chain({"tag": {"tags": ["seen"]}}),
    }
    async with opened(chains=chains) as carelog:
        await take_in(carelog)
        lanes = {run.chain: run.lane for run in (await carelog.runs.page(ME)).items}
    assert lanes == {"record": Lane.URGENT, "call_back": Lane.URGENT, "other": Lane.ROUTINE}


async def test_the_record_shows_an_unread_notification_that_quotes_what_was_said(carelog: Carelog) -> None:
    _, subject = await take_in(carelog)
    [entry] = await notified(carelog, subject)
    assert entry.payload.headline().startswith("Urgent: Chest pain")
    assert (entry.source, entry.recorded_by) == ("derived", "urgency/1")
    assert entry.evidence


async def test_those_to_whom_the_record_is_granted_are_told_once_and_nothing_of_what_it_is(
    opened: Opened, clock: ManualClock
) -> None:
    async with mail_server() as mailbox, opened(senders=mail(mailbox)) as carelog:
        _, subject = await take_in(carelog, ROUTINE)
        nurse = await sign_in(carelog, "clinician", verified=True)
        carer = await sign_in(carelog, "carer", verified=True)
        unverified = await sign_in(carelog, "carer")
        former = await sign_in(carelog, "carer", verified=True)
        await sign_in(carelog, "clinician", verified=True)  # a stranger
        for someone in (nurse, carer, unverified):
            await carelog.grants.give(ME, subject, user=someone.id, access="read_only")
        soon = clock.now() + timedelta(hours=1)
        await carelog.grants.give(ME, subject, user=former.id, access="full", expires_at=soon)
        clock.advance(seconds=7200)
        conversation, _ = await take_in(carelog)
        await carelog.postman.drain()
        assert sorted(letter["To"] for letter in mailbox.letters) == sorted([nurse.email, carer.email])
        for letter in mailbox.letters:
            said = f"{letter['Subject']} {letter.get_content()}".lower()
            assert str(conversation) in said
            assert not any(word in said for word in ("chest", "pain", "breath"))


@SQLITE
async def test_two_chains_over_one_conversation_tell_once(opened: Opened) -> None:
    async with mail_server() as mailbox:
        chains = {"one": chain("extract"), "two": chain("extract")}
        async with opened(senders=mail(mailbox), chains=chains) as carelog:
            _, subject = await take_in(carelog, ROUTINE)
            nurse = await sign_in(carelog, "clinician", verified=True)
            await carelog.grants.give(ME, subject, user=nurse.id, access="full")
            await take_in(carelog)
            await carelog.postman.drain()
            assert len(mailbox.letters) == 1


@SQLITE
async def test_where_clinicians_see_all_they_are_told_of_what_nobody_else_looks_after(opened: Opened) -> None:
    async with mail_server() as mailbox, opened(senders=mail(mailbox), clinicians_see="all") as carelog:
        doctor = await sign_in(carelog, "clinician", verified=True)
        await sign_in(carelog, "carer", verified=True)
        await take_in(carelog)
        await carelog.postman.drain()
        assert [letter["To"] for letter in mailbox.letters] == [doctor.email]


@SQLITE
async def test_of_a_record_that_becomes_a_part_of_another_meanwhile_those_of_the_other_are_told(
    opened: Opened, scripted: Callable[[str, Behaviour], None]
) -> None:
    chains = {"record": chain(scripted_link("join"), "extract")}
    async with mail_server() as mailbox, opened(senders=mail(mailbox), chains=chains) as carelog:
        scripted("join", lambda _: Outcome())
        _, other = await take_in(carelog, ROUTINE, tel="+12025550111")
        nurse = await sign_in(carelog, "clinician", verified=True)
        await carelog.grants.give(ME, other, user=nurse.id, access="full")

        async def joins(work: Work) -> Outcome:
            async with carelog.health.write() as connection:
                await join(connection, work.subject_id, other, work.now, by="test")
            return Outcome()

        scripted("join", joins)
        await take_in(carelog)
        await carelog.postman.drain()
        assert [letter["To"] for letter in mailbox.letters] == [nurse.email]


@SQLITE
async def test_a_webhook_is_told_of_whom_it_is(opened: Opened) -> None:
    async with serving(in_turn()) as server, opened(senders=webhook("webhook", server)) as carelog:
        _, subject = await take_in(carelog)
        [delivery] = await deliveries(carelog)
        assert (delivery.channel, delivery.recipient) == ("webhook", f"subject:{subject}")


@SQLITE
async def test_without_a_sender_nothing_is_queued(carelog: Carelog) -> None:
    await take_in(carelog)
    assert await deliveries(carelog) == []
