"""Allergies and intolerances; every sentence is made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.allergies import find_allergies
from carelog.extraction.utterances import read, words_of
from carelog.extraction.vocabularies.allergens import Allergen, allergen_at
from carelog.extraction.wordsets import word_set
from carelog.record.types.allergy import Allergy

ROLES = {"D": Role.CLINICIAN, "P": Role.PATIENT, "C": Role.CARER, "A": Role.AGENT, "U": Role.UNKNOWN}


def allergies(*lines: str) -> list[Allergy]:
    turns = []
    for index, line in enumerate(lines):
        who, text = line.split(": ", 1)
        turns.append(Turn(index, text, f"/dialog/{index}/body", speaker=who, role=ROLES[who]))
    found = []
    for finding in find_allergies(read(turns)):
        assert isinstance(finding.payload, Allergy)
        found.append(finding.payload)
    return found


def headlines(*lines: str) -> list[str]:
    return [allergy.headline() for allergy in allergies(*lines)]


@pytest.mark.parametrize(
    ("said", "allergen"),
    [
        ("sulfa", Allergen("sulfa drugs", "medication")),
        ("bee stings", Allergen("bee stings", "environment")),
        ("flu shot", Allergen("flu vaccine", "biologic")),
        ("mango", Allergen("mangoes", "food")),
        ("Augmentin", Allergen("augmentin", "medication")),
    ],
)
def test_a_substance_is_known_with_its_category(said: str, allergen: Allergen) -> None:
    assert allergen_at(words_of(said), 0) == (len(words_of(said)), allergen)


@pytest.mark.parametrize(
    ("told", "not_told"),
    [
        ("P: I'm allergic to latex.", "P: My son is allergic to latex."),
        ("P: I have a shellfish allergy.", "P: I had shellfish for dinner."),
        ("P: I'm allergic to amoxicillin.", "D: If you're allergic to amoxicillin, tell the nurse."),
        ("P: Codeine makes me itch.", "P: Codeine makes me sleepy."),
        ("P: I couldn't tolerate the statin.", "P: I couldn't find the statin."),
        ("P: I can't take naproxen, it upsets my stomach.", "P: I can't take naproxen before the surgery."),
        ("D: You had an allergic reaction to the contrast.", "D: It may cause an allergic reaction to the contrast."),
        ("P: Mujhe anda se allergy hai.", "P: Mujhe anda pasand hai."),
    ],
)
def test_an_allergy_is_told_and_not_only_its_substance(told: str, not_told: str) -> None:
    assert len(allergies(told)) == 1
    assert allergies(not_told) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("D: Any drug allergies?", "P: No."), ["allergy: any medication, refuted"]),
        (("D: Any food allergies?", "P: None."), ["allergy: any food, refuted"]),
        (("D: Any allergies?", "P: No."), ["allergy: anything, refuted"]),
        (("D: Any seasonal allergies?", "P: No."), []),
        (("D: No allergies to latex or iodine?", "P: No."), ["allergy: latex, refuted", "allergy: iodine, refuted"]),
        (("D: Does anyone in your family have allergies?", "P: No."), []),
        (("D: NKDA.",), ["allergy: any medication, refuted"]),
    ],
)
def test_that_there_is_none_is_kept_for_what_was_asked(lines: tuple[str, ...], expected: list[str]) -> None:
    assert headlines(*lines) == expected


def test_a_reaction_that_is_asked_for_later_belongs_to_the_substance() -> None:
    told = headlines(
        "D: Any allergies?", "P: Yes, sulfa.", "D: What happens when you take it?", "P: My face swells up."
    )
    assert told == ["allergy: sulfa drugs (swelling)"]


def test_a_yes_to_two_does_not_say_which() -> None:
    asked = "D: Are you allergic to penicillin or sulfa?"
    assert headlines(asked, "P: Yes.") == []
    assert headlines(asked, "P: Penicillin, yes.") == ["allergy: penicillin"]


def test_who_tells_of_one_does_not_have_none() -> None:
    assert headlines("D: Any allergies?", "P: No.", "P: Oh wait, I'm allergic to latex.") == ["allergy: latex"]


WORDS = st.sampled_from(
    sorted(
        word_set(
            """
            i am i'm allergic to allergy penicillin eggs latex and or no not any allergies ? . , yes hives gives me
            can't take it upsets my stomach if mother reaction had a bad intolerant nkda
            """
        )
    )
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=12), min_size=1, max_size=4))
def test_every_quote_stands_in_its_turn(spoken: list[list[str]]) -> None:
    turns = [
        Turn(i, " ".join(words), f"/{i}", speaker="DP"[i % 2], role=(Role.CLINICIAN, Role.PATIENT)[i % 2])
        for i, words in enumerate(spoken)
    ]
    for finding in find_allergies(read(turns)):
        assert finding.spans
        assert all(turns[s.turn].text[s.start : s.end].strip() for s in finding.spans)
