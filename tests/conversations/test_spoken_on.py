"""When a plain transcript was spoken, by what it says itself."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations import Conversation, from_transcript
from carelog.conversations.spoken_on import moment_in, spoken_on

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def talk(text: str) -> list[tuple[str, str | None, str]]:
    """What was said, by whom, and when."""
    read = Conversation.of(from_transcript(text, uuid=UUID(int=7), created_at=NOW, started_at=NOW))
    return [(turn.text, turn.speaker, str(turn.start)) for turn in read.turns]


@pytest.mark.parametrize(
    ("top", "moment"),
    [
        ("Date: 2024-03-06", "2024-03-06 12:00:00+00:00"),
        ("**Visit date:** March 6, 2024", "2024-03-06 12:00:00+00:00"),
        ("# Call\n\nRecorded on: 6th Mar 2024 at 4:05 pm", "2024-03-06 16:05:00+00:00"),
        ("Date of visit: 2024-03-06T10:02:00+05:30", "2024-03-06 10:02:00+05:30"),
        ("Date: 03/06/2024", None),
        ("Date: 2024-02-31", None),
        ("Date of birth: 6 March 1961", None),
        ("Nurse: The date: 2024-03-06?", None),
    ],
)
def test_a_line_at_the_top_tells_the_day(top: str, moment: str | None) -> None:
    found = spoken_on(f"{top}\nNurse: Any fever?\nPatient: No.")
    assert (str(found) if found else None) == moment


def test_a_date_that_somebody_says_is_no_day_of_speaking() -> None:
    assert spoken_on("Nurse: When?\n" * 6 + "Date: 2024-03-06") is None


@given(st.text())
def test_any_text_tells_a_moment_with_a_zone_or_none(text: str) -> None:
    for found in (spoken_on(text), spoken_on(f"Date: {text}"), moment_in(text)):
        assert found is None or found.tzinfo is not None


def test_lines_that_begin_with_a_moment_keep_their_speakers_and_moments() -> None:
    assert talk("2024-03-06T10:02:00Z Nurse: Any fever?\n2024-03-06 10:02:09 Patient: No.") == [
        ("Any fever?", "Nurse", "2024-03-06 10:02:00+00:00"),
        ("No.", "Patient", "2024-03-06 10:02:09+00:00"),
    ]


@pytest.mark.parametrize("head", ["Date: 2024-03-06", "Date: 2024-03-06\nReason: a check"])
def test_a_head_takes_no_speakers_from_a_talk(head: str) -> None:
    assert [speaker for _, speaker, _ in talk(f"{head}\nNurse: Any fever?\nPatient: No.")][-2:] == ["Nurse", "Patient"]


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-06 08:00 glucose: 110\n2024-03-06 20:00 glucose: 120",
        "Date: 2024-03-06\nPatient: Ines Example\nDoctor: Who\nReason: cough",
    ],
)
def test_a_diary_and_a_form_name_no_speakers(text: str) -> None:
    assert {speaker for _, speaker, _ in talk(text)} == {None}
