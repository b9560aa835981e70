"""Of several people in one conversation, the record gets what is told of the one whose record it is."""

from typing import Any

import pytest

from carelog.conversations import Conversation
from carelog.extraction.local import extract
from carelog.kit.ids import new_id

NURSE = {"name": "Joy", "role": "nurse"}
ANIL = {"name": "Anil", "role": "patient", "tel": "+12025550171"}
BELA = {"name": "Bela", "tel": "+12025550172"}
DEV = {"name": "Dev", "tel": "+12025550173"}


def found(parties: list[dict[str, Any]], *said: tuple[int, str]) -> list[str]:
    dialog = [
        {
            "type": "text",
            "start": f"2026-01-05T10:{n:02}:00+00:00",
            "parties": party,
            "mediatype": "text/plain",
            "encoding": "none",
            "body": text,
        }
        for n, (party, text) in enumerate(said)
    ]
    document = {"uuid": str(new_id()), "created_at": "2026-01-05T10:00:00Z", "parties": parties, "dialog": dialog}
    entries = extract(Conversation.of(document)).entries
    return [str(e.payload.model_dump().get("name")) for e in entries]


def test_what_others_of_a_group_tell_of_themselves_is_not_the_patients() -> None:
    said = (
        (0, "Good morning everybody, how have you been?"),
        (1, "I had a headache last night."),
        (2, "My feet are numb."),
        (3, "I have chest pain since the morning, and I take insulin 10 units at night."),
        (2, "No problems for me, no fever."),
    )
    assert found([NURSE, ANIL, BELA, DEV], *said) == ["headache"]
    assert found([NURSE, ANIL, BELA | {"role": "roommate"}, DEV | {"role": "observer"}], *said) == ["headache"]


def test_a_question_that_another_answers_is_not_answered_for_the_patient() -> None:
    assert found([NURSE, ANIL, DEV], (0, "Any chest pain?"), (2, "Yes, I do."), (1, "I am fine.")) == []
    assert found([NURSE, ANIL, DEV], (0, "Any chest pain?"), (1, "Yes, I do."), (2, "I am fine.")) == ["chest pain"]


def test_who_is_with_the_patient_tells_of_them() -> None:
    said = ((0, "What brings you in?"), (2, "He has had a fever since Monday. I am worn out."), (1, "And a cough."))
    assert found([NURSE, ANIL, BELA], *said) == ["fever", "cough"]


def test_an_interpreter_speaks_for_the_patient() -> None:
    said = ((0, "What brings you in?"), (2, "I have a headache."))
    assert found([NURSE, ANIL, BELA | {"role": "interpreter"}], (1, "Namaste."), *said) == ["headache"]


def test_of_two_patients_nobody_knows_whose_record_it_is() -> None:
    said = ((0, "How are you both?"), (1, "I have a headache."), (2, "My feet are numb."))
    assert found([NURSE, ANIL, BELA | {"role": "patient"}], *said) == []


@pytest.mark.parametrize("other", [{"role": "patient", "tel": "+1 202 555 0171"}, {"role": "patient", "name": "anil"}])
def test_a_patient_who_is_there_twice_is_one(other: dict[str, Any]) -> None:
    said = ((0, "How are you?"), (1, "I have a headache."), (2, "My feet are numb."))
    assert found([NURSE, ANIL, other], *said) == ["headache", "numbness"]


def test_a_stranger_beside_a_patient_alone_may_be_who_looks_after_them() -> None:
    assert found([DEV, ANIL], (0, "Any chest pain?"), (1, "Yes.")) == ["chest pain"]
