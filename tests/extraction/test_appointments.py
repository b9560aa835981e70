"""Appointments: whatever is said, and whenever; what a conversation leaves standing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.appointments import find_appointments
from carelog.extraction.utterances import Utterance, read
from carelog.extraction.wordsets import word_set

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
ROLES = {"D": Role.CLINICIAN, "A": Role.AGENT, "P": Role.PATIENT}


def talk(*turns: str, at: datetime = AT) -> list[Utterance]:
    said = [Turn(i, turn[3:], f"/t{i}", role=ROLES[turn[0]]) for i, turn in enumerate(turns)]
    return read(said, started_at=at)


def lines(*turns: str) -> list[str]:
    return [finding.payload.headline() for finding in find_appointments(talk(*turns))]


@pytest.mark.parametrize(
    ("hour", "at"),
    [
        ("ten thirty", "10:30"),
        ("2", "14:00"),
        ("noon", "12:00"),
        ("4:15 pm", "16:15"),
        ("eight in the evening", "20:00"),
    ],
)
def test_an_hour_is_read_where_only_one_can_be_meant(hour: str, at: str) -> None:
    assert lines(f"A: Your appointment is tomorrow at {hour}.") == [f"Appointment, 2026-01-06 {at}: scheduled"]


def test_an_hour_that_may_be_of_either_half_of_the_day_stays_as_it_was_said() -> None:
    assert lines("A: Your appointment is tomorrow at seven.") == ["Appointment, tomorrow at seven: scheduled"]


def test_what_is_said_twice_is_one() -> None:
    again = ["D: I'll see you back in two weeks.", "P: Okay.", "D: Good. See you in two weeks then."]
    assert lines(*again) == ["Follow-up, in two weeks: proposed"]


def test_who_changes_their_mind_has_the_last_one_that_was_agreed_on() -> None:
    said = [
        "P: I have an appointment on Thursday at 9 am and I need to move it.",
        "A: I have Friday at 2 pm or Tuesday at 10 am.",
        "P: Friday works.",
        "A: You're all set for Friday at 2 pm.",
        "P: Oh wait, that's no good. Could I have the Tuesday after all?",
        "A: Sure, I've moved you to Tuesday at 10 am.",
    ]
    assert lines(*said) == [
        "Appointment, 2026-01-08 09:00: cancelled",
        "Appointment, 2026-01-06 10:00: scheduled",
    ]


def test_quotes_hold_the_words_that_took_an_offer() -> None:
    dialogue = talk("A: I have Wednesday at 11 am.", "P: Perfect, I'll take it.")
    [finding] = find_appointments(dialogue)
    assert [dialogue[s.turn].text[s.start : s.end] for s in finding.spans] == [
        "I have Wednesday at 11 am.",
        "Perfect, I'll take it.",
    ]


_SAID = st.lists(
    st.sampled_from(
        sorted(
            word_set(
                """
            appointment your my have i've got see you back follow up in two weeks next month on monday friday the
            twelfth 18th march 4 at ten thirty 3 pm cancel move it reschedule missed i saw dr. Lee cardiologist
            refer you to order an mri if not all set booked perfect that works no ? . , yes tomorrow years ten
            hundred physical clinic at for video visit
            """
            )
        )
    ),
    min_size=1,
    max_size=18,
).map(" ".join)
_MOMENTS = st.datetimes(datetime(1851, 1, 1), datetime(2199, 12, 1))  # noqa: DTZ001  the zone is given below


@given(st.lists(st.tuples(st.sampled_from("DAP"), _SAID), min_size=1, max_size=6), _MOMENTS)
def test_nothing_that_is_said_breaks_it(turns: list[tuple[str, str]], at: datetime) -> None:
    dialogue = talk(*(f"{who}: {text}" for who, text in turns), at=at.replace(tzinfo=UTC))
    for finding in find_appointments(dialogue):
        for span in finding.spans:
            assert dialogue[span.turn].text[span.start : span.end].strip()


def test_names_without_end_are_left_out() -> None:
    long = "X" + "x" * 300
    assert lines(f"A: Your appointment with Dr. {long} is tomorrow at 2 pm.") == [
        "Appointment, 2026-01-06 14:00: scheduled"
    ]
