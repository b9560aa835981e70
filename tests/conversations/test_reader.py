"""How turns are read from the shapes in which conversations come."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from carelog.conversations import Conversation, Role, from_transcript, text_at
from carelog.conversations.speakers import split_speakers
from carelog.kit.ids import new_id

START = "2026-01-05T09:00:00+05:30"
DOCTOR, PATIENT = {"name": "Dr. Sen"}, {"name": "Asha Rao", "tel": "+12025550100"}


def text_dialog(body: object, parties: object = 0, **more: object) -> dict:
    encoding = "none" if isinstance(body, str) else "json"
    return {
        "type": "text", "start": START, "parties": parties, "mediatype": "text/plain", "body": body,
        "encoding": encoding, **more,
    }  # fmt: skip


def transcript(body: object, **more: object) -> dict:
    return {"type": "transcript", "vendor": "x", "dialog": 0, "body": body, "encoding": "json", **more}


def recording(parties: object = (0, 1)) -> dict:
    return {"type": "recording", "start": START, "parties": list(parties), "mediatype": "audio/ogg"}


def conversation(dialog: list, analysis: list = (), parties: list = (DOCTOR, PATIENT), **more: object) -> Conversation:
    document = {
        "uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071",
        "parties": list(parties),
        "dialog": dialog,
        "analysis": list(analysis),
        **more,
    }
    read = Conversation.parse(json.dumps(document))
    for turn in read.turns:
        assert text_at(document, turn.pointer)[turn.offset : turn.offset + len(turn.text)] == turn.text
    return read


def said(read: Conversation) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in read.turns]


def seconds(read: Conversation) -> list[float]:
    return [(turn.start - datetime.fromisoformat(START)).total_seconds() for turn in read.turns]


def test_text_dialogs_are_turns_of_their_senders():
    read = conversation([text_dialog("Any pain?", 0), text_dialog("No, none.", [1, 0])])
    assert said(read) == [("Dr. Sen", "Any pain?"), ("Asha Rao", "No, none.")]
    assert [turn.role for turn in read.turns] == [Role.CLINICIAN, Role.PATIENT]
    assert [(turn.dialog, turn.party) for turn in read.turns] == [(0, 0), (1, 1)]
    assert read.turns[0].start == datetime(2026, 1, 5, 3, 30, tzinfo=UTC)
    assert read.turns[0].start.utcoffset() == timedelta(hours=5, minutes=30)


def test_the_originator_wrote_the_text_where_one_is_named():
    assert conversation([text_dialog("hello", [0, 1], originator=1)]).turns[0].party == 1


def test_an_encoded_body_is_decoded_before_it_is_quoted():
    body = base64.urlsafe_b64encode("  आज बुखार है ✓".encode()).decode().rstrip("=")
    read = conversation([text_dialog(body, 1, encoding="base64url")])
    assert (read.turns[0].text, read.turns[0].offset) == ("आज बुखार है ✓", 2)


def test_bytes_that_are_no_text_are_not_read():
    body = base64.urlsafe_b64encode(b"\xff\xd8\xff\x00").decode()
    assert conversation([text_dialog(body, encoding="base64url")]).turns == ()
    assert conversation([text_dialog("aGk", encoding="base64url", mediatype="image/png")]).turns == ()


def test_html_is_read_by_text_node():
    markup = "<style>p{}</style><p>Slept <b>badly</b></p><!-- <p>no</p> --><p>Mom&#39;s fine</p><script>x"
    read = conversation([text_dialog(markup, 1, mediatype="text/html")])
    assert [turn.text for turn in read.turns] == ["Slept", "badly", "Mom&#39;s fine"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Doctor: Any pain?\nPatient: No.\nDoctor: Good.", ["Doctor", "Patient", "Doctor"]),
        ("[doctor] any pain\n[patient] no\n[patient_guest] she fell", ["doctor", "patient", "patient_guest"]),
        ("AI: Hello. How are you? Caller: Fine. AI: Good.", ["AI", "Caller", "AI"]),
        ("12:03 Asha Rao: hi\n12:04 Dr. Sen: hello", ["Asha Rao", "Dr. Sen"]),
        ("[00:01:02] Speaker 1: hi\n[00:01:09] Speaker 2: hello", ["Speaker 1", "Speaker 2"]),
        ("Doctor (00:12): hi\nPatient (00:15): hello", ["Doctor", "Patient"]),
        ("**Assistant:** hi\n\n**User:** hello", ["Assistant", "User"]),
        ("डॉक्टर: कैसे हैं?\nमरीज़: ठीक हूँ", ["डॉक्टर", "मरीज़"]),
        ("Asha: hi there\nRavi: hello\nAsha: how is it", ["Asha", "Ravi", "Asha"]),
        ("Doctor: hi\nRavi: hello", ["Doctor", "Ravi"]),
        ("Nurse: how are you all?\nAnil: fine\nBela: my feet are numb\nDev: a cough\nNurse: good",
         ["Nurse", "Anil", "Bela", "Dev", "Nurse"]),
        ("Caller: I have a headache", ["Caller"]),
        ("[31/12/2025, 21:15:07] Asha: took it\n[31/12/2025, 21:16:00] Ravi: ok", ["Asha", "Ravi"]),
        ("12/31/25, 9:15\u202fPM - Asha: took it\n12/31/25, 9:16\u202fPM - +91 98200 12345: ok",
         ["Asha", "+91 98200 12345"]),
        ("WEBVTT\n\n00:01.000 --> 00:04.000\n<v Dr. Sen>Any pain?</v>\n\n00:05.000 --> 00:06.000\n<v Asha>No",
         ["Dr. Sen", "Asha"]),
        ("WEBVTT\n\n00:01.000 --> 00:04.000\nPat Q: My knee.\n\n00:05.000 --> 00:06.000\nPriya Menon: Since?\n\n"
         "00:07.000 --> 00:08.000\nPat Q: May\n\n00:09.000 --> 00:10.000\nPriya Menon: Oh",
         ["Pat Q", "Priya Menon", "Pat Q", "Priya Menon"]),
    ],
)  # fmt: skip
def test_a_text_with_a_pattern_of_speakers_is_cut(body, expected):
    read = conversation([text_dialog(body, [0, 1])])
    assert [turn.speaker for turn in read.turns] == expected
    assert not any(":" in turn.text for turn in read.turns)


@pytest.mark.parametrize(
    "body",
    [
        "Note: take with food",
        "BP: 120/80",
        "BP: 120/80\nPulse: 70\nBP: 118/78\nPulse: 72",
        "Morning: metformin\nEvening: aspirin\nMorning: metformin",
        "8:00 Breakfast: eggs\n13:00 Lunch: rice",
        "Doctor: told me to rest",
        "Patient: Asha Rao\nDoctor: Dr. Sen\nDate: 2026-01-05",
        "Patient: Asha Rao\nMedication: Metformin",
        "Metformin: with food\nAspirin: at night\nMetformin: once more\nDate: today",
        "My question: is it safe?\nI asked twice: no answer",
        "see https://example.org and\nhttps://example.com",
        "at 7:30: two tablets",
        "My eye clinic is on Tuesday at 2:15.",
    ],
)
def test_a_text_that_merely_holds_colons_stays_whole(body):
    assert split_speakers(body) == []
    assert [turn.text for turn in conversation([text_dialog(body, 1)]).turns] == [body]


def test_a_turn_goes_on_over_lines_and_keeps_what_looks_like_a_label():
    read = conversation([text_dialog("Doctor: Your values\nBP: 120/80\nPatient: ok\nthanks", [0, 1])])
    assert said(read) == [("Doctor", "Your values\nBP: 120/80"), ("Patient", "ok\nthanks")]
    assert [turn.party for turn in read.turns] == [0, 1]


def test_a_time_of_day_is_no_time_in_the_recording():
    read = conversation([text_dialog("12:03 Doctor: hi\n12:04 Patient: hello", [0, 1])])
    assert seconds(read) == [0, 0]


@pytest.mark.parametrize(
    ("export", "days"),
    [
        ("[31/12/2025, 21:15:07] Asha: one\n[01/01/2026, 09:16:00] Ravi: two", ["2025-12-31", "2026-01-01"]),
        ("12/31/25, 9:15\u202fPM - Asha: one\n1/2/26, 12:05\u202fAM - Ravi: two", ["2025-12-31", "2026-01-02"]),
        ("05/01/2026, 9:12 am - Asha: one\n06/01/2026, 9:13 am - Ravi: two", ["2026-01-05", "2026-01-06"]),
        ("[1/5/26, 9:12:44 AM] Asha: one\n[1/6/26, 9:13:00 AM] Ravi: two", ["2026-01-05", "2026-01-06"]),
        ("05.01.26, 21:12 - Asha: one\n06.01.26, 21:13 - Ravi: two", ["2026-01-05", "2026-01-06"]),
        ("2026-01-05, 21:12 - Asha: one\n2026-01-06, 21:13 - Ravi: two", ["2026-01-05", "2026-01-06"]),
        ("45/45/2026, 9:12 am - Asha: one\n46/45/2026, 9:13 am - Ravi: two", ["2026-02-01", "2026-02-01"]),
    ],
)
def test_messages_of_an_export_keep_their_dates(export: str, days: list[str]) -> None:
    handed = datetime(2026, 2, 1, 8, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    read = Conversation.of(from_transcript(export, uuid=new_id(), created_at=handed, started_at=handed))
    assert [turn.start.date().isoformat() for turn in read.turns if turn.start] == days
    assert {turn.start.utcoffset() for turn in read.turns if turn.start} == {timedelta(hours=5, minutes=30)}


def test_notices_of_a_messenger_are_said_by_nobody():
    body = "[1/5/26, 9:00:00] Messages are end-to-end encrypted\n[1/5/26, 9:01:00] Asha: hello"
    assert said(conversation([text_dialog(body)])) == [("Asha", "hello")]


TIMED = [
    {"speaker": "Doctor", "start": 1.5, "text": "Any pain?"},
    {"speaker": "Patient", "start": 3, "text": "No."},
]


@pytest.mark.parametrize(
    "body",
    [
        TIMED,
        {"segments": TIMED},
        json.dumps({"segments": TIMED}),
        {"text": "Any pain? No.", "segments": TIMED},
        [{"party": 0, "start": 1.5, "message": "Any pain?"}, {"parties": [1], "start": "3.0", "body": "No."}],
        [
            {"parties": 1, "start": "2026-01-05T03:30:03Z", "text": "No."},
            {"parties": 0, "start": "2026-01-05T03:30:01.5Z", "text": "Any pain?"},
        ],
        {"results": {"utterances": [{"channel": 0, "speaker": 0, "start": 1.5, "transcript": "Any pain?"},
                                    {"channel": 1, "speaker": 0, "start": 3.0, "transcript": "No."}]}},
        {"results": {"channels": [
            {"alternatives": [{"transcript": "Any pain?", "paragraphs": {"paragraphs": [
                {"sentences": [{"text": "Any pain?", "start": 1.5}]}]}}]},
            {"alternatives": [{"transcript": "No.", "words": [
                {"word": "no", "punctuated_word": "No.", "start": 3.0, "speaker": 0}]}]},
        ]}},
        "00:01.5 Doctor: Any pain?\n00:03 Patient: No.",
        ["00:01.5 Doctor: Any pain?", "00:03 Patient: No."],
    ],
)  # fmt: skip
def test_transcripts_of_every_vendor_say_the_same(body):
    read = conversation([recording()], [transcript(body)])
    assert [turn.text for turn in read.turns] == ["Any pain?", "No."]
    assert [turn.party for turn in read.turns] == [0, 1]
    assert [turn.role for turn in read.turns] == [Role.CLINICIAN, Role.PATIENT]
    assert [turn.dialog for turn in read.turns] == [0, 0]
    assert seconds(read) == [1.5, 3]


def test_deepgram_paragraphs_are_turns_of_the_whole_transcript():
    sentences = [{"text": "Hello.", "start": 1}, {"text": "Any pain?", "start": 2}]
    alternative = {
        "transcript": "Hello. Any pain? No.",
        "paragraphs": {
            "paragraphs": [
                {"speaker": 0, "sentences": sentences},
                {"speaker": 1, "sentences": [{"text": "No.", "start": 4}]},
            ]
        },
    }
    read = conversation([recording()], [transcript({"results": {"channels": [{"alternatives": [alternative]}]}})])
    assert said(read) == [("Speaker 0", "Hello. Any pain?"), ("Speaker 1", "No.")]
    assert seconds(read) == [1, 4]


def test_segments_are_joined_to_sentences_where_no_speaker_is_told():
    pieces = ["Hello.", " I take twenty", " milligrams.", " Daily"]
    body = {"text": "".join(pieces), "segments": [{"text": text, "start": i} for i, text in enumerate(pieces)]}
    read = conversation([recording()], [transcript(body)])
    assert [turn.text for turn in read.turns] == ["Hello.", "I take twenty milligrams.", "Daily"]
    assert seconds(read) == [0, 1, 3]


def test_instructions_to_a_model_were_not_said():
    body = [
        {"role": "system", "content": "Ask about chest pain."},
        {"role": "assistant", "content": "Any pain?"},
        {"role": "user", "content": "No."},
    ]
    read = conversation([recording()], [transcript(body)], parties=[{}, {}])
    assert [(turn.text, turn.role) for turn in read.turns] == [("Any pain?", Role.AGENT), ("No.", Role.PATIENT)]


def test_a_dialog_with_text_is_not_read_again_from_its_transcript_or_translation():
    analysis = [transcript("hi"), {**transcript("hello"), "type": "translation"}]
    assert [turn.text for turn in conversation([text_dialog("namaste")], analysis).turns] == ["namaste"]


def test_the_first_transcript_with_words_is_read():
    analysis = [transcript({}), transcript("Doctor: hi\nPatient: hello"), transcript("again")]
    assert [turn.text for turn in conversation([recording()], analysis).turns] == ["hi", "hello"]


def test_turns_come_by_dialog():
    dialogs = [recording(), text_dialog("second"), recording()]
    analysis = [transcript("third", dialog=2), transcript("first", dialog=0)]
    assert [turn.text for turn in conversation(dialogs, analysis).turns] == ["first", "second", "third"]


def test_the_transcript_of_a_voice_note_is_read_beside_text():
    attachment = {"start": "2026-01-05T10:00:00+05:30", "party": 1, "dialog": 0, "url": "https://example.org",
                  "content_hash": "sha256-abc"}  # fmt: skip
    note = {"type": "transcript", "vendor": "x", "attachment": 0, "body": "my head hurts", "encoding": "none"}
    read = conversation([text_dialog("see my note", 1)], [note], attachments=[attachment])
    assert [(turn.text, turn.dialog, turn.party) for turn in read.turns] == [
        ("see my note", 0, 1),
        ("my head hurts", None, 1),
    ]
    assert read.turns[1].start == datetime(2026, 1, 5, 4, 30, tzinfo=UTC)


def test_speakers_a_recogniser_could_not_tell_apart_have_no_role():
    body = [{"speaker": 0, "text": "Any pain?"}, {"speaker": 0, "text": "No."}]
    read = conversation([recording()], [transcript(body)])
    assert {turn.role for turn in read.turns} == {Role.UNKNOWN}


@pytest.mark.parametrize(
    ("parties", "roles"),
    [
        ([{"role": "doctor"}, {}], [Role.CLINICIAN, Role.PATIENT]),
        ([{"type": "bot"}, {}], [Role.AGENT, Role.PATIENT]),
        ([{"name": "AI"}, {"role": "mother"}], [Role.AGENT, Role.CARER]),
        ([{"role": "carer"}, {}], [Role.CARER, Role.UNKNOWN]),
        ([{}, {}], [Role.UNKNOWN, Role.UNKNOWN]),
        ([{"role": "patient"}, {}], [Role.PATIENT, Role.UNKNOWN]),
    ],
)
def test_roles_are_stated_or_what_is_left(parties, roles):
    read = conversation([text_dialog("hi", 0), text_dialog("hello", 1)], parties=parties)
    assert [turn.role for turn in read.turns] == roles


def test_a_single_speaker_is_the_patient_unless_another_is():
    assert conversation([text_dialog("hi", 0)], parties=[{}]).turns[0].role is Role.PATIENT
    beside = conversation([text_dialog("hi", 0)], parties=[{}, {"role": "patient"}])
    assert beside.turns[0].role is Role.UNKNOWN


def test_a_document_that_nests_without_end_is_read_in_peace():
    inner: object = "deep"
    for _ in range(120):
        inner = {"results": [inner]}
    assert conversation([recording()], [transcript(inner)]).turns == ()
