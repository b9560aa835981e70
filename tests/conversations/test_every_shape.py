"""What holds for every conversation: made-up vCons of every shape that the draft allows, and what is none."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carelog.conversations import Conversation, patient_party, tags_of, text_at, with_tags
from carelog.kit.errors import InvalidInput

quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

UUIDS = st.uuids(version=4).map(str)
DATES = st.builds(
    lambda moment, zone: moment.isoformat(timespec="seconds") + zone,
    st.datetimes(),
    st.sampled_from(["Z", "+00:00", "-00:00", "+05:30", "-08:00", ".25Z"]),
).filter(lambda text: not text.startswith(("0001", "9999")))
HASHES = st.sampled_from(["sha512-" + "Ab_-" * 21 + "Ab", "sha256-abc", ["sha512-" + "0" * 86, "sha3512-x"]])

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
UNKNOWN_KEYS = st.dictionaries(WORDS.map(lambda name: f"x_{name}"), JSON_VALUES, max_size=2)

LINES = st.sampled_from(
    [
        "Doctor: Any pain?", "Patient: A little, since Monday.", "[nurse] sit down", "BP: 120/80", "Note: with food",
        "00:12 Asha: hello", "Speaker 1: yes", "AI: Hello. Caller: Hi.", "", "डॉक्टर: कैसे हैं?", "just words", "  ",
        "[31/12/2025, 21:15:07] Asha: took it", "00:00:01.000 --> 00:00:02.000", "<v Asha>hm</v>", "<b>bold</b>",
    ]
)  # fmt: skip
SPEECH = st.lists(LINES | WORDS, max_size=5).map("\n".join)


def _items(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    item = st.fixed_dictionaries(
        {"text": text},
        optional={
            "parties": st.sampled_from([0, 1, [0, 1], 99]),
            "speaker": st.sampled_from(["A", "Dr. Sen", 0, 1, None, {"name": "Asha"}]),
            "role": st.sampled_from(["user", "assistant", "system"]),
            "start": st.floats(0, 5000) | DATES | st.just("12.5") | st.none(),
            "channel": st.integers(0, 3),
        },
    )
    return st.lists(item, max_size=4)


def _whisper(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"text": " ".join(item["text"].strip() for item in items), "segments": items}


def _deepgram(items: list[dict[str, Any]], *, paragraphs: bool) -> dict[str, Any]:
    sentences = [{"text": item["text"], "start": 1.5, "end": 2} for item in items]
    words = [{"word": w, "start": 0.5, "speaker": i % 2} for i, w in enumerate(["so", "it", "is"])]
    alternative = {"transcript": " ".join(item["text"] for item in items) or "so it is", "words": words}
    if paragraphs:
        alternative["paragraphs"] = {"paragraphs": [{"sentences": sentences, "speaker": 0}]}
    return {"results": {"channels": [{"alternatives": [alternative]}, {"alternatives": []}]}}


TRANSCRIPTS = st.one_of(
    SPEECH,
    _items(SPEECH),
    _items(SPEECH).map(_whisper),
    st.builds(_deepgram, _items(SPEECH), paragraphs=st.booleans()),
    st.lists(SPEECH, max_size=4),
    _items(SPEECH).map(lambda items: {"utterances": items}),
    _items(SPEECH).map(_whisper).map(json.dumps),
    JSON_VALUES,
)


@st.composite
def contents(draw: st.DrawFn, value: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Content inside, encoded in any way; outside; or none."""
    kind = draw(st.sampled_from(["none", "json", "base64url", "url", "absent", "empty"]))
    body = draw(value)
    text = body if isinstance(body, str) else json.dumps(body)
    match kind:
        case "none":
            return {"body": text, "encoding": "none"}
        case "json":
            return {"body": body, "encoding": "json"}
        case "base64url":
            encoded = base64.urlsafe_b64encode(text.encode()).decode()
            return {"body": draw(st.sampled_from([encoded, encoded.rstrip("=")])), "encoding": "base64url"}
        case "url":
            return {"url": "https://example.org/a?b=c", "content_hash": draw(HASHES)}
        case "empty":
            return {"body": ""}
        case _:
            return {}


PARTIES = st.fixed_dictionaries(
    {},
    optional={
        "tel": st.sampled_from(["tel:+911234567890", "+1 (202) 555-0100", "100", "anything"]),
        "mailto": st.sampled_from(["a@example.org", "mailto:A@example.org?subject=x"]),
        "name": st.sampled_from(["Asha", "Dr. Sen", "anonymous", "AI", " "]) | WORDS,
        "role": st.sampled_from(["patient", "doctor", "mother", "agent", "observer", 7]),
        "type": st.sampled_from(["person", "bot", "organization"]),
        "did": st.just("did:web:example.org"),
        "civicaddress": st.none() | st.just({"country": "IN", "a1": "MH"}),
    },
)


@st.composite
def dialogs(draw: st.DrawFn, parties: int) -> dict[str, Any]:
    index = st.integers(0, max(parties - 1, 0))
    slots = st.lists(index | st.lists(index, max_size=2) | st.none(), max_size=3)
    kind = draw(st.sampled_from(["text", "recording", "incomplete", "transfer", "empty"]))
    if kind == "empty" or not parties:
        return {}
    dialog: dict[str, Any] = {"type": kind, "start": draw(DATES), **draw(UNKNOWN_KEYS)}
    if kind == "transfer":
        return dialog | draw(st.fixed_dictionaries({}, optional={"transferor": index, "transfer_target": slots.map(
            lambda given: [i for i in given if isinstance(i, int)]
        )}))  # fmt: skip
    dialog |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "parties": index | slots,
                "originator": index,
                "duration": st.integers(0, 9) | st.floats(0, 99),
                "session_id": st.sampled_from([{}, {"local": "ab30317f1a784dc48ff824d0d3715d86"}]),
                "party_history": st.builds(
                    lambda party, time: [{"party": party, "time": time, "event": "join"}], index, DATES
                ),
            },
        )
    )
    if kind == "incomplete":
        return dialog | {"disposition": draw(st.sampled_from(["no-answer", "hung-up"]))}
    mediatypes = ["text/plain", "text/html", "text/plain; charset=utf-8"] if kind == "text" else ["audio/ogg"]
    dialog["mediatype"] = draw(st.sampled_from(mediatypes))
    return dialog | draw(contents(TRANSCRIPTS if kind == "text" else WORDS))


@st.composite
def vcons(draw: st.DrawFn) -> dict[str, Any]:
    """A document that the draft allows."""
    document: dict[str, Any] = {"uuid": draw(UUIDS), "created_at": draw(DATES), **draw(UNKNOWN_KEYS)}
    document["parties"] = draw(st.lists(PARTIES, max_size=3))
    if draw(st.booleans()):
        document["vcon"] = "0.4.0"
    document |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "subject": WORDS,
                "updated_at": DATES,
                "extensions": st.lists(WORDS, max_size=2) | st.none(),
                "critical": st.just([]),
                "amended": st.just({"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"}) | st.none(),
                "dialog": st.lists(dialogs(len(document["parties"])), max_size=3),
            },
        )
    )
    dialog_count = len(document.get("dialog", []))
    if draw(st.booleans()):
        which = st.sampled_from([{}, *({"dialog": i} for i in range(dialog_count)), {"dialog": []}])
        types = st.sampled_from(["transcript", "summary", "transcript-redacted"])
        document["analysis"] = [
            {"type": draw(types), "vendor": "x", **draw(which), **draw(contents(TRANSCRIPTS))}
            for _ in range(draw(st.integers(0, 3)))
        ]
    if dialog_count and document["parties"] and draw(st.booleans()):
        document["attachments"] = [
            {"start": draw(DATES), "party": 0, "dialog": dialog_count - 1, **draw(contents(JSON_VALUES))}
        ]
    return document


@quick
@given(vcons())
def test_every_valid_vcon_is_accepted_and_given_back_as_it_came(document):
    text = json.dumps(document, indent=1)
    conversation = Conversation.parse(text)
    assert conversation.json == text
    assert conversation.document == document
    assert Conversation.parse(Conversation.of(document).json) == conversation


@quick
@given(vcons())
def test_every_turn_stands_where_it_says(document):
    conversation = Conversation.of(document)
    for number, turn in enumerate(conversation.turns):
        assert turn.index == number
        assert turn.text.strip() == turn.text != ""
        assert text_at(document, turn.pointer)[turn.offset : turn.offset + len(turn.text)] == turn.text
        assert turn.dialog is None or turn.dialog < len(document["dialog"])
        assert turn.party is None or turn.party < len(document["parties"])
    assert all(found.value for found in conversation.identifiers)
    patient_party(conversation)
    assert conversation.started_at.utcoffset() == timedelta(0)


@quick
@given(vcons(), st.dictionaries(st.sampled_from(["triage", "seen by"]), st.sampled_from(["a", "b:c"])))
def test_every_conversation_can_be_tagged(document, tags):
    before = json.dumps(document)
    tagged = with_tags(Conversation.of(document), tags)
    assert tags_of(Conversation.parse(tagged.json)).items() >= tags.items()
    assert json.dumps(document) == before


@quick
@given(st.binary(max_size=80) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_no_vcon_is_invalid_input_and_nothing_else(data):
    with pytest.raises(InvalidInput):
        Conversation.parse(data)


@quick
@given(vcons(), st.data())
def test_a_vcon_with_one_value_exchanged_is_accepted_or_invalid_input(document, data):
    places = [document]
    while True:
        place = data.draw(st.sampled_from(places))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and data.draw(st.booleans()):
            places = [place[key]]
            continue
        place[key] = data.draw(JSON_VALUES)
        break
    try:
        conversation = Conversation.of(document)
    except InvalidInput:
        return
    assert all(text_at(document, turn.pointer)[turn.offset :].startswith(turn.text) for turn in conversation.turns)
