"""Speech to text in three protocols: what goes out, and the one form that comes back."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import submission
from recognisers import Deepgram, Heard, Sarvam
from small_http import Asked, Server, answer, definition, in_turn, serving

from carelog.ai.calls import Calls
from carelog.ai.endpoint import Endpoint, EndpointDefinition
from carelog.ai.failures import EndpointFailure, EndpointRefusal, EndpointTimeout
from carelog.ai.speech import Audio, Transcript, Wanted, transcribe
from carelog.conversations import text_at

SOUND = bytes(range(256)) * 4
AUDIO = Audio(SOUND, "recording.wav", "audio/wav", 12.5)
CALL = (Heard("How are you today?", 0.0, 1.5, 0), Heard("I slept badly.", 2.0, 4.0, 1))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARS_KEY", "ears-key")


def ears(server: Server, speaks: str, **more: Any) -> Endpoint:
    url = f"http://127.0.0.1:{server.port}"
    told = definition(server, speaks=speaks, url=url, api_key_env="EARS_KEY", **more)
    return Endpoint.of("ears", EndpointDefinition.model_validate(told))


class Pauses:
    """Lets no time pass, and notes how long it would have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


async def deepgram(does: Deepgram, wanted: Wanted = Wanted(), **more: Any) -> Transcript:
    async with serving(does) as server, Calls(ears(server, "deepgram", **more), sleep=Pauses()) as calls:
        return await transcribe(calls, "nova-3", AUDIO, wanted)


async def sarvam(does: Sarvam, wanted: Wanted = Wanted(), audio: Audio = AUDIO, **more: Any) -> Transcript:
    async with serving(does) as server, Calls(ears(server, "sarvam", **more), sleep=Pauses()) as calls:
        does.port = server.port
        return await transcribe(calls, "saarika:v2.5", audio, wanted)


async def heard(does: Any, **options: Any) -> tuple[Transcript, Asked]:
    async with serving(does) as server, Calls(ears(server, "openai", tries=1)) as calls:
        return await transcribe(calls, "ears-1", AUDIO, Wanted(**options)), server.got[0]


async def test_openai_takes_a_form_and_tells_segments_and_words() -> None:
    verbose = {
        "task": "transcribe",
        "text": " I slept well.",
        "language": "english",
        "duration": 2.5,
        "segments": [{"id": 0, "start": 0.0, "end": 2.5, "text": " I slept well.", "tokens": [1, 2], "speaker": "A"}],
        "words": [{"word": "I", "start": 0.0, "end": 0.2}],
    }
    told, request = await heard(in_turn(answer(200, verbose)), language="en-IN")
    assert told == {
        "text": " I slept well.",
        "language": "english",
        "duration": 2.5,
        "segments": [{"start": 0.0, "end": 2.5, "text": " I slept well.", "speaker": "A"}],
        "words": [{"start": 0.0, "end": 0.2, "word": "I"}],
    }
    assert request.path == "/audio/transcriptions"
    assert request.headers["authorization"] == "Bearer ears-key"
    assert request.form["file"] == [SOUND]
    assert request.form["model"] == [b"ears-1"]
    assert request.form["language"] == [b"en"]
    assert request.form["timestamp_granularities[]"] == [b"segment", b"word"]


async def test_the_times_of_words_are_left_out_where_they_are_not_wanted() -> None:
    words = {"text": "I", "words": [{"word": "I"}], "segments": None}
    told, request = await heard(in_turn(answer(200, words)), words=False)
    assert told == {"text": "I"}
    assert request.form["timestamp_granularities[]"] == [b"segment"]
    plain = await deepgram(Deepgram(CALL), Wanted(words=False))
    assert "words" not in plain


@pytest.mark.parametrize("speaks", ["openai", "deepgram", "sarvam"])
@pytest.mark.parametrize("body", [b"{}", b'{"text": null}', b"[1]", b"plain words", b'{"results": {}}'])
async def test_a_transcript_of_another_shape_is_a_failure(speaks: str, body: bytes) -> None:
    async with serving(in_turn(answer(200, body))) as server, Calls(ears(server, speaks)) as calls:
        with pytest.raises(EndpointFailure) as failed:
            await transcribe(calls, "ears-1", AUDIO, Wanted())
    assert not isinstance(failed.value, EndpointRefusal)


async def test_deepgram_gets_the_sound_itself_and_tells_who_spoke_when() -> None:
    server = Deepgram(CALL)
    told = await deepgram(server)
    assert server.sounds == [("audio/wav", SOUND)]
    assert server.parameters == [
        {"model": "nova-3", "smart_format": "true", "utterances": "true", "detect_language": "true", "diarize": "true"}
    ]
    assert told["text"] == "How are you today? I slept badly."
    assert told["segments"] == [
        {"start": 0.0, "end": 1.5, "text": "How are you today?", "speaker": 0},
        {"start": 2.0, "end": 4.0, "text": "I slept badly.", "speaker": 1},
    ]
    assert told["words"][0] == {"start": 0.0, "end": 0.375, "word": "How", "speaker": 0}
    assert (told["language"], told["duration"]) == ("en", 12.5)


async def test_deepgram_hears_channels_apart_in_the_order_of_their_times() -> None:
    stereo = (Heard("Any pain?", 0.0, 1.0, channel=0), Heard("No.", 1.5, 2.0, channel=1), Heard("Good.", 3.0, 4.0))
    server = Deepgram(stereo)
    told = await deepgram(server, Wanted(language="hi", channels=True))
    assert server.parameters[0]["multichannel"] == "true"
    assert server.parameters[0]["language"] == "hi"
    assert not {"diarize", "detect_language"} & server.parameters[0].keys()
    assert [(s["channel"], s["text"]) for s in told["segments"]] == [(0, "Any pain?"), (1, "No."), (0, "Good.")]
    assert "text" not in told
    assert [word["word"] for word in told["words"]] == ["Any", "pain?", "No.", "Good."]


async def test_silence_is_a_transcript_without_words() -> None:
    assert (await deepgram(Deepgram(())))["text"] == ""
    assert (await sarvam(Sarvam(())))["text"] == ""


async def test_sarvam_hears_a_short_voice_note_at_once() -> None:
    server = Sarvam((Heard("Mujhe bukhar hai.", 0.0, 2.0),))
    told = await sarvam(server, Wanted(language="hi", speakers=False))
    [form] = server.forms
    assert (form["model"], form["language_code"], form["with_timestamps"]) == ([b"saarika:v2.5"], [b"hi-IN"], [b"true"])
    assert form["file"] == [SOUND]
    assert told["text"] == "Mujhe bukhar hai."
    assert told["language"] == "hi-IN"
    assert told["words"][-1]["word"] == "hai."
    assert not server.jobs


async def test_sarvam_tells_voices_apart_in_a_job() -> None:
    server = Sarvam(CALL)
    told = await sarvam(server)
    [job] = server.jobs
    assert job == {
        "model": "saarika:v2.5",
        "language_code": "unknown",
        "with_timestamps": True,
        "with_diarization": True,
    }
    assert server.stored == {"recording.wav": SOUND}
    assert [(s["speaker"], s["start"], s["text"]) for s in told["segments"]] == [
        (0, 0.0, "How are you today?"),
        (1, 2.0, "I slept badly."),
    ]
    assert told["text"] == "How are you today? I slept badly."


@pytest.mark.parametrize("seconds", [None, 31.0])
async def test_what_may_be_long_is_heard_in_a_job_too(seconds: float | None) -> None:
    server = Sarvam((Heard("Mujhe bukhar hai.", 0.0, 2.0),))
    told = await sarvam(server, Wanted(speakers=False), Audio(SOUND, "recording.mp3", "audio/mpeg", seconds))
    assert told["text"] == "Mujhe bukhar hai."
    assert "segments" not in told
    assert server.jobs[0]["with_diarization"] is False


async def test_the_storage_of_a_job_is_never_shown_the_key() -> None:
    server = Sarvam(CALL)
    await sarvam(server)
    assert [headers.get("x-ms-blob-type") for headers in server.stored_headers] == ["BlockBlob", None]
    assert not any("ears-key" in "".join(headers.values()) for headers in server.stored_headers)


async def test_a_storage_elsewhere_is_reached_over_https_or_not_at_all() -> None:
    server = Sarvam(CALL, storage="http://storage.example")
    with pytest.raises(EndpointRefusal, match="not reached over https"):
        await sarvam(server)
    assert not server.stored


async def test_a_job_is_looked_at_less_and_less_often() -> None:
    does, pauses = Sarvam(CALL, looks=7), Pauses()
    async with serving(does) as server, Calls(ears(server, "sarvam"), sleep=pauses) as calls:
        does.port = server.port
        await transcribe(calls, "saarika:v2.5", AUDIO, Wanted())
    assert pauses.seconds == [1, 2, 3, 5, 10, 10, 10]


async def test_a_job_that_fails_is_refused_and_one_without_end_is_given_up() -> None:
    with pytest.raises(EndpointRefusal, match="could not transcribe"):
        await sarvam(Sarvam(CALL, ends="Failed"))
    with pytest.raises(EndpointTimeout, match="within an hour"):
        await sarvam(Sarvam(CALL, looks=10_000))


FAULTS: list[tuple[int, type[EndpointFailure]]] = [
    (400, EndpointRefusal),
    (401, EndpointRefusal),
    (402, EndpointRefusal),
    (413, EndpointRefusal),
    (500, EndpointFailure),
    (503, EndpointFailure),
]


@pytest.mark.parametrize(("status", "kind"), FAULTS)
@pytest.mark.parametrize("recogniser", [Deepgram, Sarvam])
async def test_what_a_recogniser_answers_fails_as_elsewhere(
    recogniser: Callable[..., Any], status: int, kind: type[EndpointFailure]
) -> None:
    does = recogniser(CALL, faults=[answer(status, {"err_msg": "SECRET WORDS"})] * 9)
    hears = deepgram if isinstance(does, Deepgram) else sarvam
    with pytest.raises(EndpointFailure) as failed:
        await hears(does)
    assert isinstance(failed.value, EndpointRefusal) is (kind is EndpointRefusal)
    assert "SECRET" not in failed.value.message


@pytest.mark.parametrize("recogniser", [Deepgram, Sarvam])
async def test_one_that_is_busy_for_long_lets_the_run_wait(recogniser: Callable[..., Any]) -> None:
    does = recogniser(CALL, faults=[answer(429, retry_after="77")] * 9)
    hears = deepgram if isinstance(does, Deepgram) else sarvam
    with pytest.raises(EndpointFailure) as failed:
        await hears(does, tries=3)
    assert failed.value.retry_after is not None
    assert failed.value.retry_after.total_seconds() >= 77
    assert len(does.faults) == 8


async def test_a_failure_is_made_up_for_by_the_next_try() -> None:
    told = await deepgram(Deepgram(CALL, faults=[answer(500)]), tries=2)
    assert told["text"].startswith("How are you")
    assert (await sarvam(Sarvam(CALL, faults=[answer(502)]), tries=2))["text"].startswith("How are you")


async def test_silence_of_the_server_is_a_timeout() -> None:
    with pytest.raises(EndpointTimeout):
        await deepgram(Deepgram(CALL, faults=[None]), timeout_seconds=0.2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(0, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def spoiled(whole: Any, at: int, part: Any) -> Any:
    """The answer with one of its parts, counted from the outermost, replaced."""
    places: list[tuple[Any, Any]] = []
    waiting = [whole]
    while waiting:
        node = waiting.pop(0)
        inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in inner:
            places.append((node, key))
            waiting.append(value)
    if places:
        node, key = places[at % len(places)]
        node[key] = part
    return whole


@pytest.mark.parametrize("speaks", ["deepgram", "sarvam"])
@settings(max_examples=40)
@given(changes=st.lists(st.tuples(st.integers(0, 200), JSON), max_size=3))
async def test_whatever_a_recogniser_answers_is_a_transcript_or_a_failure(
    speaks: str, changes: list[tuple[int, Any]]
) -> None:
    told_well = Deepgram(CALL)._answer({"diarize": "true", "detect_language": "true"})
    body = told_well if speaks == "deepgram" else Sarvam(CALL)._transcript(diarized=True)
    for at, part in changes:
        body = spoiled(body, at, part)
    dialog = {"type": "recording", "start": "2026-01-05T09:00:00Z", "parties": 0, "mediatype": "audio/wav",
              "encoding": "base64url", "body": "AAAA"}  # fmt: skip
    async with serving(in_turn(answer(200, body))) as server, Calls(ears(server, speaks, tries=1)) as calls:
        short = Audio(SOUND, "recording.wav", "audio/wav", 5.0)
        try:
            told = await transcribe(calls, "ears-1", short, Wanted(speakers=speaks == "deepgram"))
        except EndpointFailure:
            return
    call = submission(dialog=[dialog]).conversation
    heard = call.with_analysis({"type": "transcript", "dialog": 0, "vendor": "v", "encoding": "json", "body": told})
    assert all(text_at(heard.document, turn.pointer)[turn.offset :].startswith(turn.text) for turn in heard.turns)
