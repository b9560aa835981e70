"""`transcribe`: recordings inside and outside of the vCon become turns, by a real server."""

import base64
import gzip
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from made_up import chain, submission
from one_link import applied, failure, made_up, outcome, work_on
from recognisers import Deepgram, Heard
from small_http import Asked, Server, answer, context, definition, in_turn, serving

from carelog.conversations import Conversation, Role
from carelog.identity import operator
from carelog.kit.errors import ConfigurationError
from carelog.links.contents import content_hash
from carelog.pipeline import LinkError, LinkWaits, Outcome, PermanentLinkError
from carelog.pipeline.link import make_link
from carelog.pipeline.run import RunState

ME = operator()
Opened = Callable[..., Any]
SOUND = bytes(range(256)) * 4
TOLD = {
    "text": "How are you? I slept badly.",
    "language": "english",
    "duration": 4.0,
    "segments": [
        {"start": 0.0, "end": 1.5, "text": "How are you?", "speaker": "A"},
        {"start": 2.0, "end": 4.0, "text": "I slept badly.", "speaker": "B"},
    ],
}
PEOPLE = [{"tel": "+12025550100", "name": "Ana Reyes", "role": "patient"}, {"name": "Desk", "role": "agent"}]


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def recording(**changes: Any) -> dict[str, Any]:
    inside = {"encoding": "base64url", "body": base64.urlsafe_b64encode(SOUND).decode().rstrip("=")}
    outside = {"url", "content_hash"} & changes.keys()
    dialog = {"type": "recording", "start": "2026-01-05T08:00:00+00:00", "parties": [0, 1], "mediatype": "audio/x-wav",
              "filename": "ana-reyes.wav", **({} if outside else inside), **changes}  # fmt: skip
    return {key: value for key, value in dialog.items() if value is not None}


def ears(server: Server, **more: Any) -> dict[str, Any]:
    """What the link is made with where the server is the endpoint that transcribes."""
    return context(server, roles=["transcribe"], **more)


def call(*dialogs: dict[str, Any]) -> Conversation:
    return made_up(parties=PEOPLE, dialog=list(dialogs))


async def test_a_recording_becomes_turns_with_their_speakers_and_times() -> None:
    given = call(recording())
    async with serving(in_turn(answer(200, TOLD))) as server:
        after = applied(await outcome("transcribe", {"language": "en"}, given, ears(server)), given)
    [request] = server.got
    assert request.form["file"] == [SOUND]
    assert b'filename="recording.wav"' in request.body
    assert b"ana" not in request.body
    [analysis] = after.document["analysis"]
    assert (analysis["type"], analysis["dialog"], analysis["vendor"]) == ("transcript", 0, "default")
    assert [turn.text for turn in after.turns] == ["How are you?", "I slept badly."]
    assert [turn.speaker for turn in after.turns] == ["A", "B"]
    assert [turn.start.second for turn in after.turns if turn.start] == [0, 2]
    assert {turn.dialog for turn in after.turns} == {0}


async def test_words_without_speakers_are_turns_too() -> None:
    given = call(recording())
    async with serving(in_turn(answer(200, {"text": "I slept badly."}))) as server:
        after = applied(await outcome("transcribe", {"format": "json"}, given, ears(server)), given)
    assert "timestamp_granularities[]" not in server.got[0].form
    assert [(turn.text, turn.role) for turn in after.turns] == [("I slept badly.", Role.UNKNOWN)]


async def test_silence_is_a_transcript_without_words() -> None:
    given = call(recording())
    async with serving(in_turn(answer(200, {"text": "", "segments": []}))) as server:
        after = applied(await outcome("transcribe", {}, given, ears(server)), given)
        assert after.turns == ()
        assert await outcome("transcribe", {}, after, ears(server)) == Outcome()
    assert len(server.got) == 1


async def test_only_recordings_without_a_transcript_are_heard() -> None:
    text = {"type": "text", "start": "2026-01-05T08:00:00+00:00", "parties": 0, "encoding": "none", "body": "Hello."}
    short, long, odd = recording(duration=2), recording(duration=3), recording(mediatype="image/png")
    given = call(text, recording(), short, long, recording(), odd).with_analysis(
        {"type": "transcript", "dialog": [0, 1], "vendor": "v", "encoding": "none", "body": "Hello."}
    )
    emptied = given.with_analysis({"type": "transcript", "dialog": 4, "vendor": "v"})
    async with serving(in_turn(answer(200, TOLD))) as server:
        result = await outcome("transcribe", {"minimum_duration": 3}, emptied, ears(server))
    after = applied(result, emptied)
    assert [analysis["dialog"] for analysis in after.document["analysis"]] == [[0, 1], 4, 3, 4]


async def test_a_recording_that_is_too_large_is_refused_before_it_is_sent() -> None:
    async with serving(in_turn(answer(200, TOLD))) as server:
        failed = await failure("transcribe", {"max_bytes": 1000}, call(recording()), ears(server))
    assert isinstance(failed, PermanentLinkError)
    assert failed.message == "/dialog/0 holds more than 1000 bytes"
    assert server.got == []


@pytest.mark.parametrize(
    "wrong", [{"language": "English please"}, {"endpoint": "nobody"}, {"format": "srt"}, {"minimum_duration": -1}]
)
async def test_wrong_options_are_refused_with_the_configuration(wrong: dict[str, Any]) -> None:
    async with serving(in_turn(None)) as server:
        with pytest.raises(ConfigurationError, match=f"link 'transcribe', {next(iter(wrong))}"):
            make_link("transcribe", wrong, ears(server))


async def from_outside(
    tls: ssl.SSLContext, file: Callable[[Asked], bytes | None], *, hashes: Any = content_hash(SOUND), **options: Any
) -> Outcome | LinkError:
    """What becomes of a recording that is served at a URL."""
    async with serving(in_turn(answer(200, TOLD))) as listening, serving(file, tls) as files:
        given = call(recording(url=f"https://localhost:{files.port}/a.wav", content_hash=hashes))
        link = make_link("transcribe", {"allow_private": True, **options}, ears(listening))
        [result] = await link.run_batch([work_on(given)])
        assert not isinstance(result, Outcome) or listening.got[0].form["file"] == [SOUND]
        assert isinstance(result, Outcome) or listening.got == []
    assert isinstance(result, Outcome | LinkError)
    return result


async def test_a_recording_outside_of_the_vcon_is_fetched(tls: ssl.SSLContext) -> None:
    both = [content_hash(SOUND), content_hash(SOUND, "sha256")]
    for hashes in (content_hash(SOUND), both):
        result = await from_outside(tls, in_turn(answer(200, SOUND)), hashes=hashes)
        assert isinstance(result, Outcome)
        assert len(result.changes) == 1


async def test_a_redirect_is_followed_a_few_times(tls: ssl.SSLContext) -> None:
    once = in_turn(answer(302, location="/b.wav"), answer(200, SOUND))
    assert isinstance(await from_outside(tls, once), Outcome)
    for elsewhere in ("/round", "http://localhost/a.wav", "ftp://localhost/a"):
        failed = await from_outside(tls, in_turn(answer(302, location=elsewhere)))
        assert isinstance(failed, PermanentLinkError)


@pytest.mark.parametrize("hashes", [content_hash(b"other"), "md4-AAAA", [content_hash(SOUND), content_hash(b"other")]])
async def test_what_is_not_what_its_hash_says_is_not_heard(tls: ssl.SSLContext, hashes: Any) -> None:
    failed = await from_outside(tls, in_turn(answer(200, SOUND)), hashes=hashes)
    assert isinstance(failed, PermanentLinkError)
    assert failed.message == "/dialog/0/url leads to something else than its content_hash says"


@pytest.mark.parametrize(("status", "permanent"), [(404, False), (429, False), (503, False), (403, True), (410, True)])
async def test_a_file_that_is_not_to_be_had(tls: ssl.SSLContext, status: int, permanent: bool) -> None:
    failed = await from_outside(tls, in_turn(answer(status)))
    assert isinstance(failed, LinkError)
    assert isinstance(failed, PermanentLinkError) is permanent
    assert failed.message == f"/dialog/0/url answered {status}"


async def test_a_file_that_is_too_large_or_does_not_come(tls: ssl.SSLContext) -> None:
    large = await from_outside(tls, in_turn(answer(200, SOUND)), max_bytes=1000)
    silent = await from_outside(tls, in_turn(None), fetch_timeout_seconds=0.2)
    assert isinstance(large, PermanentLinkError)
    assert isinstance(silent, LinkError)
    assert not isinstance(silent, PermanentLinkError)


async def test_what_is_sent_packed_is_not_unpacked(tls: ssl.SSLContext) -> None:
    """A few kilobytes, packed twice, unpack to gigabytes before anybody can count them."""
    asked: list[Asked] = []

    def packed(request: Asked) -> bytes:
        asked.append(request)
        return answer(200, gzip.compress(SOUND), content_encoding="gzip")

    failed = await from_outside(tls, packed)
    assert isinstance(failed, PermanentLinkError)
    assert failed.message == "/dialog/0/url leads to what is sent in another encoding than was asked for"
    assert asked[0].headers["accept-encoding"] == "identity"


async def test_private_addresses_are_not_asked(tls: ssl.SSLContext) -> None:
    asked: list[Asked] = []

    def file(request: Asked) -> bytes:
        asked.append(request)
        return answer(200, SOUND)

    failed = await from_outside(tls, file, allow_private=False)
    assert isinstance(failed, PermanentLinkError)
    assert failed.message == "/dialog/0/url leads to an address that is not public"
    assert asked == []


async def test_nobody_is_believed_to_be_whom_they_cannot_prove_to_be(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    failed = await from_outside(tls, in_turn(answer(200, SOUND)))
    assert isinstance(failed, LinkError)
    assert "cannot be reached" in failed.message


async def test_in_a_chain_what_was_said_reaches_the_record(opened: Opened) -> None:
    told = {"text": "My blood pressure was 142 over 88 this morning."}
    given = submission(parties=[{"tel": "+12025550100", "role": "patient"}], dialog=[recording(parties=0)])
    async with (
        serving(in_turn(answer(200, told))) as server,
        opened(
            chains={"record": chain("transcribe", "extract")},
            ai_endpoints={"ears": definition(server, roles=["transcribe"])},
        ) as carelog,
    ):
        [receipt] = await carelog.intake.accept(ME, [given])
        await carelog.worker.drain()
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 1}
        entries = (await carelog.record.page(ME, receipt.subject_id)).items
    assert [entry.payload.headline() for entry in entries] == ["blood pressure 142/88 mmHg"]


async def test_without_an_endpoint_the_conversation_waits() -> None:
    failed = await failure("transcribe", {}, call(recording()))
    assert isinstance(failed, LinkWaits)
    assert failed.code == "transcript.needed"
    assert await outcome("transcribe", {}, made_up("Hello.")) == Outcome()
    assert await outcome("transcribe", {"minimum_duration": 5}, call(recording(duration=2))) == Outcome()
    assert await outcome("transcribe", {"sampling_rate": 0}, call(recording())) == Outcome()


async def test_an_endpoint_for_chat_is_not_asked_to_listen() -> None:
    async with serving(in_turn(answer(200, TOLD))) as server:
        failed = await failure("transcribe", {}, call(recording()), context(server))
        assert isinstance(failed, LinkWaits)
        assert await outcome("transcribe", {"endpoint": "default"}, call(recording()), context(server)) != Outcome()


async def test_one_that_only_transcribes_is_not_asked_questions() -> None:
    async with serving(in_turn(None)) as server:
        with pytest.raises(ConfigurationError, match="speaks deepgram, and transcribes alone"):
            make_link("analyze", {"endpoint": "default"}, context(server, speaks="deepgram"))


async def test_the_channels_of_a_call_are_its_parties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARS_KEY", "ears-key")
    heard = (Heard("Any fever?", 0.0, 1.0, channel=1), Heard("No fever, a bad cough.", 1.5, 3.0, channel=0))
    given = call(recording())
    async with serving(Deepgram(heard)) as server:
        url = f"http://127.0.0.1:{server.port}"
        made = ears(server, speaks="deepgram", url=url, api_key_env="EARS_KEY")
        after = applied(await outcome("transcribe", {"channels": True}, given, made), given)
    assert [(turn.party, turn.role, turn.text) for turn in after.turns] == [
        (1, Role.AGENT, "Any fever?"),
        (0, Role.PATIENT, "No fever, a bad cough."),
    ]
    assert [turn.start.second for turn in after.turns if turn.start] == [0, 1]


async def test_voices_are_told_apart_unless_one_alone_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARS_KEY", "ears-key")
    does = Deepgram((Heard("I slept badly.", 0.0, 1.0, 0),))
    async with serving(does) as server:
        url = f"http://127.0.0.1:{server.port}"
        made = ears(server, speaks="deepgram", url=url, api_key_env="EARS_KEY")
        alone = call(recording(parties=0))
        after = applied(await outcome("transcribe", {}, alone, made), alone)
        await outcome("transcribe", {}, call(recording(parties=[0, 1])), made)
        await outcome("transcribe", {"speakers": False}, call(recording(parties=[0, 1])), made)
    assert ["diarize" in asked for asked in does.parameters] == [False, True, False]
    assert [(turn.party, turn.role) for turn in after.turns] == [(0, Role.PATIENT)]
