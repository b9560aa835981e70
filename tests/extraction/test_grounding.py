"""Grounding: whatever an extractor claims, an entry's quotes stand in the conversation, or there is no entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import submission

from carelog.conversations import Conversation
from carelog.conversations.content import text_at
from carelog.extraction.finding import Finding, Span
from carelog.extraction.grounding import ground
from carelog.extraction.local import extract
from carelog.record.types.symptom import Symptom

PAYLOAD = Symptom(name="cough", polarity="present")
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
numbers = st.integers(-3, 60)
spans = st.builds(Span, numbers, numbers, numbers)


def conversation(bodies: list[str], start: str = "2026-01-05T08:00:00Z") -> Conversation:
    """A vCon with a dialog for each body, two speakers in turn."""
    dialog = [
        {
            "type": "text",
            "start": start,
            "parties": n % 2,
            "mediatype": "text/plain",
            "encoding": "none",
            "body": body,
        }
        for n, body in enumerate(bodies)
    ]
    parties = [{"name": "Desk", "role": "agent"}, {"name": "Ana", "role": "patient"}]
    return submission(parties=parties, dialog=dialog).conversation


def stands(document: dict[str, object], entry_evidence: object) -> bool:
    e = entry_evidence
    return text_at(document, e.pointer)[e.start : e.end] == e.quote  # type: ignore[attr-defined]


@given(bodies=st.lists(words, min_size=1, max_size=4), claimed=st.lists(st.lists(spans, min_size=1, max_size=3)))
def test_only_what_stands_in_the_conversation_becomes_evidence(bodies: list[str], claimed: list[list[Span]]) -> None:
    given_conversation = conversation(bodies)
    findings = [Finding("symptom", PAYLOAD, tuple(group)) for group in claimed]
    grounded = ground(findings, given_conversation, zone="UTC", engine="test")
    assert len(grounded.entries) + grounded.dropped == len(findings)
    for entry in grounded.entries:
        assert all(stands(given_conversation.document, e) and e.quote.strip() for e in entry.evidence)


@given(bodies=st.lists(words, min_size=1, max_size=3), data=st.data())
def test_a_span_within_a_turn_is_never_dropped(bodies: list[str], data: st.DataObject) -> None:
    given_conversation = conversation(bodies)
    turns = [turn for turn in given_conversation.turns if turn.text.strip()]
    if not turns:
        return
    turn = data.draw(st.sampled_from(turns))
    start = data.draw(st.integers(0, len(turn.text) - 1))
    end = data.draw(st.integers(start + 1, len(turn.text)))
    finding = Finding("symptom", PAYLOAD, (Span(turn.index, start, end),))
    entries = ground([finding], given_conversation, zone="UTC", engine="test").entries
    if turn.text[start:end].strip():
        assert [e.quote for entry in entries for e in entry.evidence] == [turn.text[start:end]]


_TALK = st.sampled_from(
    [
        "Any chest pain, fever or cough?",
        "no just the cough",
        "I take metformin 500 mg twice a day 😣",
        "BP was 142 over 88, sugar one forty two.",
        "Slept six hours; ate two rotis.",
        "मुझे बुखार है, sir dard bhi.",
        "Are you taking your lisinopril?",
        "yes, twenty milligrams",
        "İt hurts — my knee’s swollen!",
    ]
)


@given(bodies=st.lists(st.one_of(_TALK, words, st.builds("{} {}".format, _TALK, words)), min_size=1, max_size=6))
def test_the_whole_engine_quotes_what_was_said_whatever_is_said(bodies: list[str]) -> None:
    given_conversation = conversation(bodies)
    for entry in extract(given_conversation).entries:
        assert entry.evidence
        assert all(stands(given_conversation.document, e) for e in entry.evidence)
        assert entry.payload.headline()


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_the_first_and_last_hours_of_time_are_read_in_any_zone(start: str, zone: str) -> None:
    given_conversation = conversation(["I had a headache yesterday, and I see you tomorrow at 9 am."], start=start)
    assert extract(given_conversation, zone=zone).entries
