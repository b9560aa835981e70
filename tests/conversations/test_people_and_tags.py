"""Identifiers, the patient, plain transcripts and tags."""

from datetime import UTC, datetime
from uuid import UUID

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations import (
    Conversation,
    Role,
    from_transcript,
    normal,
    patient_party,
    tags_of,
    with_tags,
)
from carelog.conversations.roles import role_of_name, role_of_word
from carelog.kit.errors import InvalidInput

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ID = UUID("0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")
START = "2026-01-05T09:00:00Z"


def with_parties(*parties: dict) -> Conversation:
    return Conversation.of({"uuid": str(ID), "parties": list(parties)})


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("tel", "tel:+1-202-555-0100;ext=7", "+12025550100"),
        ("tel", "+44 (0)20 7946 0958", "+442079460958"),
        ("tel", "(202) 555-0100", "2025550100"),
        ("tel", "TEL:100", "100"),
        ("tel", "+x", "+x"),
        ("mailto", "MAILTO:Asha%2Ba@Example.org?subject=hi", "asha+a@example.org"),
        ("mailto", " Asha@Example.org ", "asha@example.org"),
        ("name", " ASHA\t Rao ", "asha rao"),
        ("sip", "sips:Asha@Example.org;transport=tls", "asha@example.org"),
        ("uuid", ID.hex.upper(), ID.hex),
    ],
)
def test_identifiers_are_compared_in_their_normal_form(kind, given, expected):
    assert normal(kind, given) == expected
    assert normal(kind, expected) == expected


def test_every_party_is_found_by_all_its_identifiers():
    found = with_parties({"tel": "+1 202 555 0100", "name": "Asha"}, {"mailto": "a@b.org", "name": " "}).identifiers
    assert found == ((0, "tel", "+12025550100"), (0, "name", "asha"), (1, "mailto", "a@b.org"))


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        ([{"role": "doctor"}, {"role": "Patient"}], 1),
        ([{"name": "Asha"}], 0),
        ([{"type": "bot"}, {"name": "Asha"}], 1),
        ([{"name": "Dr. Sen"}, {"name": "Asha"}], 1),
        ([{"role": "patient"}, {"name": "someone"}], 0),
        ([{"name": "Asha"}, {"name": "Ravi"}], None),
        ([{"role": "mother"}], None),
        ([{"role": "mother"}, {"name": "Asha"}], None),
        ([{"role": "patient"}, {"role": "patient"}], None),
        ([{"role": "doctor"}], None),
        ([], None),
    ],
)
def test_whose_record_it_is(parties, expected):
    assert patient_party(with_parties(*parties)) == expected


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Dr. Sen", Role.CLINICIAN), ("Nurse", Role.CLINICIAN), ("Asha Rao, MD", Role.CLINICIAN),
        ("Medical assistant", Role.CLINICIAN), ("डॉक्टर", Role.CLINICIAN), ("Virtual assistant", Role.AGENT),
        ("AI", Role.AGENT), ("Clinic AI", Role.AGENT), ("Receptionist", Role.AGENT), ("Patient", Role.PATIENT),
        ("Caller 1", Role.PATIENT), ("मरीज", Role.PATIENT), ("मरीज़", Role.PATIENT), ("Patient's wife", Role.CARER),
        ("Mom", Role.CARER), ("Asha", Role.UNKNOWN), ("Ai Tanaka", Role.UNKNOWN), ("Md Rahim", Role.UNKNOWN),
        ("Ann Friend", Role.UNKNOWN), ("Speaker 1", Role.UNKNOWN), ("", Role.UNKNOWN),
    ],
)  # fmt: skip
def test_what_labels_say(label, role):
    assert role_of_name(label) is role


def test_a_role_is_told_by_any_of_its_words():
    assert role_of_word("AI nurse") is Role.AGENT
    assert role_of_word("primary_care-physician") is Role.CLINICIAN
    assert role_of_word("customer") is Role.PATIENT


def test_a_transcript_becomes_one_dialog_for_each_utterance():
    text = "00:00 AI: Any pain?\n00:04 Asha: In my knee.\n00:09 AI: Since when?"
    document = from_transcript(text, uuid=ID, created_at=NOON, started_at=NOON, subject="Call", application="calls")
    conversation = Conversation.of(document)
    assert conversation.title == "Call"
    assert [d["start"] for d in document["dialog"]] == [
        "2026-01-05T12:00:00Z",
        "2026-01-05T12:00:04Z",
        "2026-01-05T12:00:09Z",
    ]
    assert [(turn.text, turn.speaker, turn.role) for turn in conversation.turns] == [
        ("Any pain?", "AI", Role.AGENT),
        ("In my knee.", "Asha", Role.PATIENT),
        ("Since when?", "AI", Role.AGENT),
    ]
    assert patient_party(conversation) == 1


def test_speakers_are_matched_to_the_parties_that_are_known():
    parties = [{"tel": "+12025550100", "role": "patient"}, {"name": "Dr. Sen"}]
    text = "Caller: hello\nDr. Sen: hi\nMother: she fell"
    document = from_transcript(text, uuid=ID, created_at=NOON, started_at=NOON, parties=parties)
    assert document["parties"] == [*parties, {"name": "Mother", "role": "carer"}]
    assert [dialog["parties"] for dialog in document["dialog"]] == [0, 1, 2]


def test_a_text_without_speakers_is_one_dialog():
    given = {"uuid": ID, "created_at": NOON, "started_at": NOON}
    document = from_transcript("  I slept badly.\nBP: 120/80 ", parties=[{"name": "Asha"}], **given)
    assert [(d["body"], d["parties"]) for d in document["dialog"]] == [("I slept badly.\nBP: 120/80", 0)]
    unknown = from_transcript("I slept badly.", **given)
    assert unknown["parties"] == []
    assert Conversation.of(unknown).turns[0].role is Role.PATIENT


@pytest.mark.parametrize("text", ["", " \n\t", "\ud800"])
def test_a_transcript_without_words_is_refused(text):
    with pytest.raises(InvalidInput):
        from_transcript(text, uuid=ID, created_at=NOON, started_at=NOON)


DIALOG = {"type": "text", "start": START, "body": "hi", "encoding": "none", "parties": 0}


def document(**more: object) -> dict:
    return {"uuid": str(ID), "parties": [{"name": "Asha"}], "dialog": [DIALOG], **more}


@pytest.mark.parametrize("place", ["purpose", "type"])
@pytest.mark.parametrize(
    "body", [["triage:urgent", "seen:", "bare", ":no name", 7], '["triage: urgent", "seen", "bare"]']
)
def test_tags_are_read_as_others_write_them(place, body):
    attachment = {place: "tags", "start": START, "party": 0, "dialog": 0, "body": body, "encoding": "json"}
    read = tags_of(Conversation.of(document(attachments=[attachment])))
    assert read == {"triage": "urgent", "seen": "", "bare": ""}


def test_tags_are_written_to_an_attachment_where_one_is_allowed():
    tagged = with_tags(Conversation.of(document()), {"link": "https://example.org"}, at=NOON)
    assert tagged.document["attachments"] == [
        {
            "purpose": "tags", "start": "2026-01-05T12:00:00Z", "party": 0, "dialog": 0,
            "mediatype": "application/json", "encoding": "json", "body": ["link:https://example.org"],
        }
    ]  # fmt: skip
    assert tags_of(tagged) == {"link": "https://example.org"}
    assert "analysis" not in tagged.document


@pytest.mark.parametrize("more", [{"dialog": []}, {"parties": [], "dialog": [{**DIALOG, "parties": []}]}])
def test_and_to_an_analysis_where_an_attachment_has_nothing_to_name(more):
    tagged = with_tags(Conversation.of(document(**more)), {"a": "1"})
    assert [(item["type"], item["body"]) for item in tagged.document["analysis"]] == [("tags", ["a:1"])]


def test_a_new_value_takes_the_old_ones_place_and_others_stay():
    first = with_tags(Conversation.of(document()), {"a": "1", "b": "2"})
    second = with_tags(first, {"a": "3", "c": "4"})
    assert second.document["attachments"][0]["body"] == ["a:3", "b:2", "c:4"]
    assert len(second.document["attachments"]) == 1
    assert tags_of(first) == {"a": "1", "b": "2"}
    assert with_tags(second, {"a": "3"}) is second


@pytest.mark.parametrize("name", ["", " ", "a:b"])
def test_a_tag_needs_a_name_without_a_colon(name):
    with pytest.raises(InvalidInput):
        with_tags(Conversation.of(document()), {name: "x"})


@given(st.from_regex(r"\+(1[2-9]|91[6-9])[0-9]{9}", fullmatch=True))
def test_a_number_that_is_taken_as_it_stands_is_what_the_whole_look_at_it_makes_of_it(number: str) -> None:
    whole = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.E164)
    assert normal("tel", number) == whole == number
