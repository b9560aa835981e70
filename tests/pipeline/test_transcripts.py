"""Recordings without a transcript: the conversation waits, and goes on when somebody hands one in."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission, symptom_of
from small_http import Asked, answer, definition, in_turn, serving

from carelog.app import Carelog
from carelog.conversations import Conversation
from carelog.conversations.handed_transcript import HandedTranscript
from carelog.conversations.search import ConversationQuery
from carelog.identity import Principal, operator
from carelog.identity.principal import SCOPES
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Conflict, Forbidden, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.pipeline import AddAnalysis, LinkWaits, Outcome, Work
from carelog.pipeline.gauges import gauges
from carelog.pipeline.intake import Receipt
from carelog.pipeline.run import RunState
from carelog.pipeline.runs import RunQuery
from carelog.pipeline.submission import Submission
from carelog.record import Entry

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]

SOUND = base64.urlsafe_b64encode(bytes(range(64))).decode().rstrip("=")
LINES = "Agent: How are you?\nPatient: I have a headache."
PEOPLE = [{"tel": "+12025550100", "name": "Ana Reyes", "role": "patient"}, {"name": "Desk", "role": "agent"}]


def recording(**more: Any) -> dict[str, Any]:
    return {"type": "recording", "start": "2026-01-05T08:00:00+00:00", "parties": [0, 1], "mediatype": "audio/wav",
            "encoding": "base64url", "body": SOUND, **more}  # fmt: skip


def call(*dialogs: dict[str, Any], **more: Any) -> Submission:
    return submission(parties=PEOPLE, dialog=list(dialogs) or [recording()], **more)


def lines(text: str = LINES, dialog: int | None = None) -> HandedTranscript:
    return HandedTranscript(text, "text/plain", dialog)


def last_turn(work: Work) -> Outcome:
    """Finds a symptom, quoting the last turn."""
    conversation = work.conversation
    turn = conversation.turns[-1]
    entry = symptom_of(conversation)
    [quote] = entry.evidence
    place = {"turn": turn.index, "pointer": turn.pointer, "start": turn.offset}
    quote = quote.model_copy(update={**place, "end": turn.offset + len(turn.text), "quote": turn.text})
    return Outcome(entries=(replace(entry, evidence=(quote,)),))


@pytest.fixture
async def carelog(opened: Opened, scripted: Script) -> Any:
    """A Carelog that hears, if it can, and then reads."""
    scripted("read", last_turn)
    async with opened(chains={"record": chain("transcribe", scripted_link("read"))}) as whole:
        yield whole


async def accept(carelog: Carelog, given: Submission) -> UUID:
    [receipt] = await carelog.intake.accept(ME, [given])
    assert receipt.error is None
    await carelog.worker.drain()
    return receipt.conversation_id


async def states(carelog: Carelog) -> list[str]:
    return sorted(str(run.state) for run in (await carelog.runs.page(ME)).items)


async def needing(carelog: Carelog) -> list[UUID]:
    page = await carelog.conversations.page(ME, ConversationQuery(among=carelog.transcripts.needing()))
    return [item.id for item in page.items]


async def entries(carelog: Carelog, conversation: UUID) -> list[Entry]:
    stored = await carelog.conversations.get(ME, conversation)
    return (await carelog.record.page(ME, stored.subject_id)).items


async def every_entry(carelog: Carelog, receipts: Sequence[Receipt]) -> list[Entry]:
    subjects = {receipt.subject_id for receipt in receipts if receipt.subject_id}
    return [entry for subject in subjects for entry in (await carelog.record.page(ME, subject, limit=200)).items]


async def test_a_recording_waits_for_as_long_as_it_takes_and_is_no_failure(
    carelog: Carelog, clock: ManualClock
) -> None:
    conversation = await accept(carelog, call())
    clock.advance(seconds=400 * 86_400)
    await carelog.worker.drain()
    await carelog.maintenance.round()
    [run] = (await carelog.runs.page(ME)).items
    assert (run.state, run.tries, run.lease) == (RunState.WAITING, 0, None)
    assert run.error is not None
    assert (run.error["code"], run.error["link"]) == ("transcript.needed", "transcribe")
    assert await needing(carelog) == [conversation]
    assert await carelog.dead_letters.count(ME) == 0
    async with carelog.health.read() as connection:
        found = await gauges(connection, clock.now())
    assert [(g.chain, g.runs, g.oldest_seconds) for g in found.waiting] == [("record", 1, 400 * 86_400.0)]
    assert all(lane.queued == lane.running == 0 for lane in found.lanes)


async def test_a_transcript_wakes_the_run_and_is_quoted(carelog: Carelog) -> None:
    conversation = await accept(carelog, call())
    receipt = await carelog.transcripts.add(ME, conversation, lines())
    assert (receipt.added, receipt.dialog, len(receipt.runs)) == (True, 0, 1)
    await carelog.worker.drain()
    assert await states(carelog) == ["finished"]
    assert await needing(carelog) == []
    [entry] = await entries(carelog, conversation)
    [quote] = entry.evidence
    assert (quote.quote, quote.pointer) == ("I have a headache.", "/analysis/0/body")
    assert [item.id for item in (await carelog.conversations.page(ME, ConversationQuery(words="headache"))).items]


async def test_it_waits_across_a_restart(opened: Opened, scripted: Script) -> None:
    scripted("read", last_turn)
    chains = {"record": chain("transcribe", scripted_link("read"))}
    async with opened(chains=chains) as carelog:
        conversation = await accept(carelog, call())
    async with opened(chains=chains) as carelog:
        await carelog.worker.drain()
        assert await states(carelog) == ["waiting"]
        await carelog.transcripts.add(ME, conversation, lines())
        await carelog.worker.drain()
        assert await states(carelog) == ["finished"]


async def test_what_waits_goes_on_once_there_is_a_recogniser(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    scripted("read", last_turn)
    chains = {"record": chain("transcribe", scripted_link("read"))}
    async with opened(chains=chains) as carelog:
        conversation = await accept(carelog, call())
        await carelog.maintenance.round()
        assert await states(carelog) == ["waiting"]
    told = {"text": "I have a headache."}
    async with serving(in_turn(answer(200, told))) as server:
        ears = definition(server, roles=["transcribe"])
        async with opened(chains=chains, ai_endpoints={"ears": ears}) as carelog:
            clock.advance(seconds=61)
            await carelog.maintenance.round()
            await carelog.worker.drain()
            assert await states(carelog) == ["finished"]
            [entry] = await entries(carelog, conversation)
            assert entry.evidence[0].quote == "I have a headache."


VTT = (
    "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>How are you?</v>\n\n00:03.000 --> 00:05.000\n<v Patient>I cough.</v>\n"
)
SRT = "1\n00:00:01,000 --> 00:00:02,000\nAgent: How are you?\n\n2\n00:00:03,000 --> 00:00:05,000\nPatient: I cough.\n"
FIRST, SECOND = "How are you?", "I cough."
UTTERANCES = {
    "results": {
        "utterances": [
            {"start": 1, "speaker": 0, "transcript": FIRST},
            {"start": 3, "speaker": 1, "transcript": SECOND},
        ]
    }
}
DIARIZED = {
    "transcript": f"{FIRST} {SECOND}",
    "diarized_transcript": {
        "entries": [
            {"transcript": FIRST, "start_time_seconds": 1.0, "end_time_seconds": 2.0, "speaker_id": "0"},
            {"transcript": SECOND, "start_time_seconds": 3.0, "end_time_seconds": 5.0, "speaker_id": "1"},
        ]
    },
}
SEGMENTS = {
    "text": f"{FIRST} {SECOND}",
    "segments": [
        {"start": 1, "speaker": "agent", "text": FIRST},
        {"start": 3, "speaker": "patient", "text": SECOND},
    ],
}


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("text", "mediatype", "named"),
    [
        ("Agent: How are you?\nPatient: I cough.", "text/plain", True),
        (VTT, "text/vtt", True),
        (SRT, "application/x-subrip", True),
        (json.dumps(UTTERANCES), "application/json", False),
        (json.dumps(SEGMENTS), "application/json", True),
        (json.dumps(DIARIZED), "application/json", False),
    ],
)
async def test_transcripts_come_in_many_forms(carelog: Carelog, text: str, mediatype: str, named: bool) -> None:
    conversation = await accept(carelog, call())
    await carelog.transcripts.add(ME, conversation, HandedTranscript(text, mediatype, vendor="nurse"))
    await carelog.worker.drain()
    stored = (await carelog.reader.get(ME, conversation)).conversation
    assert [turn.text for turn in stored.turns] == ["How are you?", "I cough."]
    assert [turn.role.value for turn in stored.turns] == (["agent", "patient"] if named else ["unknown"] * 2)
    if mediatype != "text/plain":
        assert [turn.start.second for turn in stored.turns if turn.start] == [1, 3]
    assert stored.document["analysis"][0]["vendor"] == "nurse"
    assert await states(carelog) == ["finished"]


async def test_the_same_transcript_again_changes_nothing(carelog: Carelog) -> None:
    conversation = await accept(carelog, call())
    await carelog.transcripts.add(ME, conversation, lines())
    await carelog.worker.drain()
    again = await carelog.transcripts.add(ME, conversation, lines())
    assert (again.added, again.dialog, again.runs) == (False, 0, ())
    stored = (await carelog.reader.get(ME, conversation)).conversation
    assert len(stored.document["analysis"]) == 1
    assert await states(carelog) == ["finished"]
    with pytest.raises(Conflict):
        await carelog.transcripts.add(ME, conversation, lines("Patient: I am fine."))
    with pytest.raises(Conflict):
        await carelog.transcripts.add(ME, conversation, lines("Patient: I am fine.", dialog=0))


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "handed",
    [
        lines("  \n "),
        HandedTranscript("{}", "application/json"),
        HandedTranscript('{"text": ', "application/json"),
        HandedTranscript("WEBVTT\n", "text/vtt"),
        lines(dialog=1),
        lines(dialog=7),
    ],
    ids=["blank", "no-words", "broken", "no-cues", "a-text", "nowhere"],
)
async def test_what_is_no_transcript_of_a_recording_is_refused(carelog: Carelog, handed: HandedTranscript) -> None:
    text = {"type": "text", "start": "2026-01-05T08:00:00+00:00", "parties": 0, "encoding": "none", "body": "Hello."}
    conversation = await accept(carelog, call(recording(), text))
    with pytest.raises(InvalidInput):
        await carelog.transcripts.add(ME, conversation, handed)
    assert await states(carelog) == ["waiting"]
    assert "analysis" not in (await carelog.reader.get(ME, conversation)).conversation.document


async def test_of_several_recordings_each_needs_its_own(carelog: Carelog) -> None:
    conversation = await accept(carelog, call(recording(), recording()))
    with pytest.raises(InvalidInput) as refused:
        await carelog.transcripts.add(ME, conversation, lines())
    assert refused.value.details == {"dialogs": [0, 1]}
    await carelog.transcripts.add(ME, conversation, lines(dialog=1))
    await carelog.worker.drain()
    assert await states(carelog) == ["waiting"]
    assert (await carelog.transcripts.add(ME, conversation, lines("Patient: I cough."))).dialog == 0
    await carelog.worker.drain()
    assert await states(carelog) == ["finished"]


async def test_only_who_may_change_the_record_hands_one_in(carelog: Carelog) -> None:
    conversation = await accept(carelog, call())
    stored = await carelog.conversations.get(ME, conversation)
    scopes = frozenset(SCOPES)
    stranger = Principal(id="stranger", scopes=scopes, subjects=frozenset({new_id()}))
    with pytest.raises(NotFound):
        await carelog.transcripts.add(stranger, conversation, lines())
    looking = frozenset({stored.subject_id})
    reader = Principal(id="reader", scopes=scopes, subjects=looking, read_only=looking)
    with pytest.raises(Forbidden):
        await carelog.transcripts.add(reader, conversation, lines())
    without = Principal(id="without", scopes=frozenset({"conversations:read"}))
    with pytest.raises(Forbidden):
        await carelog.transcripts.add(without, conversation, lines())
    with pytest.raises(NotFound):
        await carelog.transcripts.add(ME, new_id(), lines())
    assert await states(carelog) == ["waiting"]


async def test_one_that_comes_while_the_run_is_in_hand_is_not_missed(opened: Opened, scripted: Script) -> None:
    """The run has read the conversation when the transcript comes, and nobody waits yet who could be woken."""
    came: list[Carelog] = []

    async def it_comes(work: Work) -> Outcome:
        if came:
            await came.pop().transcripts.add(ME, work.conversation_id, lines())
        return Outcome()

    scripted("it comes", it_comes)
    scripted("read", last_turn)
    links = chain(scripted_link("it comes"), "transcribe", scripted_link("read"))
    async with opened(chains={"record": links}) as carelog:
        came.append(carelog)
        conversation = await accept(carelog, call())
        assert set(await states(carelog)) == {"finished"}
        assert len(await entries(carelog, conversation)) == 1


async def test_one_that_comes_when_the_run_is_past_asking_is_read_behind_it(opened: Opened, scripted: Script) -> None:
    came: list[Carelog] = []
    heard: list[int] = []

    async def it_comes(work: Work) -> Outcome:
        heard.append(len(work.conversation.turns))
        if came:
            receipt = await came.pop().transcripts.add(ME, work.conversation_id, lines())
            assert len(receipt.runs) == 1
        return last_turn(work) if work.conversation.turns else Outcome()

    scripted("it comes", it_comes)
    links = chain({"transcribe": {"minimum_duration": 10}}, scripted_link("it comes"))
    async with opened(chains={"record": links}) as carelog:
        came.append(carelog)
        conversation = await accept(carelog, call(recording(duration=5)))
        assert await states(carelog) == ["finished", "finished"]
        assert heard == [0, 2]
        assert len(await entries(carelog, conversation)) == 1


async def test_one_that_comes_while_a_recogniser_listens_is_the_only_one(opened: Opened, scripted: Script) -> None:
    came: list[tuple[Carelog, UUID]] = []

    async def listens(asked: Asked) -> AsyncIterator[bytes]:
        while not came:
            await asyncio.sleep(0.01)
        carelog, conversation = came[0]
        await carelog.transcripts.add(ME, conversation, lines())
        yield answer(200, {"text": "Something else that was misheard."})

    scripted("read", last_turn)
    async with serving(listens) as server:
        ears = {"ears": definition(server, roles=["transcribe"])}
        chains = {"record": chain("transcribe", scripted_link("read"))}
        async with opened(chains=chains, ai_endpoints=ears) as carelog:
            [receipt] = await carelog.intake.accept(ME, [call()])
            came.append((carelog, receipt.conversation_id))
            await carelog.worker.drain()
            stored = (await carelog.reader.get(ME, receipt.conversation_id)).conversation
            assert [turn.text for turn in stored.turns] == ["How are you?", "I have a headache."]
            assert len(stored.document["analysis"]) == 1
            assert len(await entries(carelog, receipt.conversation_id)) == 1


async def test_transcripts_that_race_with_the_workers_are_each_read_once(opened: Opened, scripted: Script) -> None:
    scripted("read", last_turn)
    chains = {"record": chain({"tag": {"tags": ["seen"]}}, "transcribe", scripted_link("read"))}
    async with opened(chains=chains) as carelog, opened(chains=chains) as other:
        given = [call() for _ in range(30)]
        receipts = await carelog.intake.accept(ME, given)
        adding = [carelog.transcripts.add(ME, receipt.conversation_id, lines()) for receipt in receipts]
        await asyncio.gather(*adding[::2], carelog.worker.drain(), other.worker.drain(), *adding[1::2])
        await carelog.worker.drain()
        assert set(await states(carelog)) == {"finished"}
        quotes = [entry.evidence[0].conversation for entry in await every_entry(carelog, receipts)]
        assert sorted(quotes) == sorted(receipt.conversation_id for receipt in receipts)


async def test_a_transcript_that_another_chain_makes_will_do(opened: Opened, scripted: Script) -> None:
    made = {"type": "transcript", "dialog": 0, "vendor": "v", "encoding": "none", "body": LINES}
    scripted("write down", lambda work: Outcome(changes=(AddAnalysis(made),)))
    scripted("read", last_turn)
    chains = {
        "record": chain("transcribe", scripted_link("read")),
        "ears": {"links": [scripted_link("write down")], "ingress_lists": ["ears"]},
    }
    async with opened(chains=chains) as carelog:
        conversation = await accept(carelog, call())
        assert await states(carelog) == ["waiting"]
        await carelog.intake.send(ME, [conversation], "ears")
        await carelog.worker.drain()
        assert await states(carelog) == ["finished", "finished"]
        assert len(await entries(carelog, conversation)) == 1


async def test_a_newer_document_with_a_transcript_wakes_the_run_too(carelog: Carelog) -> None:
    given = call()
    conversation = await accept(carelog, given)
    made = {"type": "transcript", "dialog": 0, "vendor": "v", "encoding": "none", "body": LINES}
    newer = Conversation.of(given.conversation.document | {"analysis": [made]})
    await accept(carelog, replace(given, conversation=newer, replaces=True))
    assert await states(carelog) == ["finished"]
    assert len(await entries(carelog, conversation)) == 1


async def test_what_waits_holds_up_no_later_message(carelog: Carelog, opened: Opened, scripted: Script) -> None:
    chains = {"record": {"channels": ["whatsapp"], "links": ["transcribe", scripted_link("read")]}}
    async with opened(chains=chains) as talking:
        await accept(talking, replace(call(), channel="whatsapp"))
        await accept(talking, replace(submission("I slept well."), channel="whatsapp"))
        assert await states(talking) == ["finished", "waiting"]


async def test_where_nobody_waits_the_chains_read_the_conversation_again(opened: Opened, scripted: Script) -> None:
    scripted("read", lambda work: last_turn(work) if work.conversation.turns else Outcome())
    async with opened(chains={"record": chain(scripted_link("read"))}) as carelog:
        conversation = await accept(carelog, call())
        assert await states(carelog) == ["finished"]
        receipt = await carelog.transcripts.add(ME, conversation, lines())
        assert len(receipt.runs) == 1
        await carelog.worker.drain()
        assert len(await entries(carelog, conversation)) == 1
        runs = (await carelog.runs.page(ME, RunQuery(conversation_id=conversation))).items
        assert sorted((run.pass_, run.state) for run in runs) == [(1, "finished"), (2, "finished")]


async def test_what_waits_for_something_else_needs_no_transcript(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    def waits(_work: Work) -> Outcome:
        raise LinkWaits("somebody has to sign")

    scripted("wait", waits)
    async with opened(chains={"record": chain(scripted_link("wait"))}) as carelog:
        await accept(carelog, submission())
        assert await states(carelog) == ["waiting"]
        assert await needing(carelog) == []
        async with carelog.health.read() as connection:
            assert (await gauges(connection, clock.now())).waiting == ()


async def test_what_waits_is_deleted_with_its_conversation(carelog: Carelog) -> None:
    conversation = await accept(carelog, call())
    assert await carelog.deletion.delete(ME, [conversation]) == [conversation]
    assert await needing(carelog) == []
    assert await states(carelog) == []
