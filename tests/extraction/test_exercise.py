"""Exercise that was done, and the walking that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.exercise import find_exercise
from carelog.extraction.finding import Finding
from carelog.extraction.utterances import read
from carelog.extraction.wordsets import word_set

ROLES = {"P": Role.PATIENT, "A": Role.AGENT, "D": Role.CLINICIAN, "C": Role.CARER}


def found(*lines: str) -> list[Finding]:
    """'P: ...' is said by the patient, 'A:' by an agent, 'D:' by a doctor, 'C:' by a carer."""
    return find_exercise(read(Turn(i, line[3:], f"/d/{i}", role=ROLES[line[0]]) for i, line in enumerate(lines)))


def headlines(*lines: str) -> list[str]:
    return [finding.payload.headline() for finding in found(*lines)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("P: I went for a walk", ["walking"]),
        ("P: I went for a 30 minute walk this morning", ["walking, 30 min"]),
        ("P: I walked two miles", ["walking, 3.22 km"]),
        ("P: walked 5 km", ["walking, 5 km"]),
        ("P: I walked 10,000 steps", ["walking, 10000 steps"]),
        ("P: I walked 30 min & slept 7 hrs", ["walking, 30 min"]),
        ("P: 8000 steps today", ["walking, 8000 steps"]),
        ("P: I walked 10k steps", ["walking, 10000 steps"]),
        ("P: I ran a 10k yesterday", ["running, 10 km"]),
        ("P: did yoga for half an hour", ["yoga, 30 min"]),
        ("P: I do yoga three times a week", ["yoga, three times a week"]),
        ("P: I go to the gym 3 times a week", ["workout, 3 times a week"]),
        ("P: I worked out for an hour", ["workout, 60 min"]),
        ("P: I've been doing a lot of hiking", ["hiking"]),
        ("P: I'm walking about a mile and a half a day", ["walking, 2.41 km, a day"]),
        ("P: brisk walk for 40 minutes every day", ["walking, 40 min, moderate, every day"]),
        ("P: I jogged for 20 minutes and did some push ups", ["jogging, 20 min", "strength training"]),
        ("P: I ride my bike for about 45 minutes", ["cycling, 45 min"]),
        ("P: I was playing tennis on Saturday", ["tennis"]),
        ("P: aadha ghanta walk ki", ["walking, 30 min"]),
        ("P: subah 3 km walk kiya", ["walking, 3 km"]),
        ("C: he walked for 20 minutes", ["walking, 20 min"]),
    ],
)
def test_exercise_with_what_was_said_of_it(line: str, expected: list[str]) -> None:
    assert headlines(line) == expected


@pytest.mark.parametrize(
    ("question", "answer", "headline"),
    [
        ("Do you exercise?", "Yes, I walk every morning", "walking, every morning"),
        ("How often do you exercise?", "three times a week", "exercise, three times a week"),
        ("How many steps did you walk?", "About six thousand", "walking, 6000 steps"),
        ("How long did you walk?", "thirty minutes", "walking, 30 min"),
        ("Did you go for a walk today?", "Yes", "walking"),
    ],
)
def test_answers_are_supported_by_their_question(question: str, answer: str, headline: str) -> None:
    [finding] = found(f"A: {question}", f"P: {answer}")
    assert finding.payload.headline() == headline
    assert [span.turn for span in finding.spans] == [1, 0]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Do you exercise?", "Yes"),
        ("How is your diet and exercise?", "Yeah I check my sugar three times a week"),
        ("Did you do your yoga today?", "No"),
        ("Does it hurt when you walk?", "Yes, after ten minutes"),
        ("How often should you walk?", "every day"),
    ],
)
def test_answers_that_tell_of_no_exercise(question: str, answer: str) -> None:
    assert found(f"A: {question}", f"P: {answer}") == []


@pytest.mark.parametrize(
    "line",
    [
        "D: walk 20 minutes every day",
        "D: I went for a walk",
        "P: you said I need to exercise",
        "P: I should walk more",
        "P: I plan to swim every day",
        "P: I can walk a mile",
        "P: trying to exercise regularly",
        "P: I haven't been running",
        "P: yoga nahi kiya",
        "P: I stopped going to the gym",
        "P: I used to run five miles",
        "P: my wife goes to the gym every day",
        "P: I was walking up the stairs and fell",
        "P: I walked into the kitchen",
        "P: when I walk my knee hurts",
        "P: it hurts after walking 10 minutes",
        "P: I ran out of pills",
        "P: running a fever",
        "P: I run a business 5 days a week",
        "P: there are 12 steps to my door",
        "P: my goal is 8000 steps",
        "P: my back felt stiff and stretched",
    ],
)
def test_moving_about_plans_and_other_people_are_no_exercise(line: str) -> None:
    assert found(line) == []


def test_two_lengths_leave_the_length_open() -> None:
    assert headlines("P: I'm walking a mile, maybe two miles every day") == ["walking, every day"]


WORDS = list(
    word_set("i went for a walk walked did yoga 30 minutes two miles steps 8000 every day not to , . gym run ki a")
)


@given(st.lists(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=4))
def test_any_dialogue_yields_findings_inside_its_turns(texts: list[str]) -> None:
    turns = [Turn(i, text, "/t", role=(Role.AGENT, Role.PATIENT)[i % 2]) for i, text in enumerate(texts)]
    for finding in find_exercise(read(turns)):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(turns[span.turn].text)
