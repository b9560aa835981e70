"""How long and how well the subject slept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.finding import Finding
from carelog.extraction.sleep import find_sleep
from carelog.extraction.utterances import read
from carelog.extraction.wordsets import word_set

ROLES = {"P": Role.PATIENT, "A": Role.AGENT, "D": Role.CLINICIAN, "C": Role.CARER}


def found(*lines: str) -> list[Finding]:
    """'P: ...' is said by the patient, 'A:' by an agent, 'D:' by a doctor, 'C:' by a carer."""
    return find_sleep(read(Turn(i, line[3:], f"/d/{i}", role=ROLES[line[0]]) for i, line in enumerate(lines)))


def headlines(*lines: str) -> list[str]:
    return [finding.payload.headline() for finding in found(*lines)]


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        ("P: slept six hours", "sleep: 6 h"),
        ("P: I only slept about four and a half hours last night", "sleep: 4.5 h"),
        ("P: I got 7 hours of sleep", "sleep: 7 h"),
        ("P: Sleep: 7h", "sleep: 7 h"),
        ("P: I slept badly, about five hours", "sleep: 5 h, poor"),
        ("P: raat ko chhe ghante soya", "sleep: 6 h"),
        ("P: I've been sleeping well", "sleep: good"),
        ("P: no i sleep like a rock", "sleep: good"),
        ("P: my sleep has been terrible", "sleep: poor"),
        ("P: I slept okay", "sleep: fair"),
        ("P: I'm not sleeping well", "sleep: poor"),
        ("P: barely sleeping", "sleep: poor"),
        ("P: I haven't been sleeping at all", "sleep: poor"),
        ("P: neend achhi aayi", "sleep: good"),
        ("P: neend nahi aayi", "sleep: poor"),
        ("P: went to bed at eleven, woke up at six thirty", "sleep: from eleven, to six thirty"),
        ("P: I slept from eleven to six", "sleep: from eleven, to six"),
        ("P: slept at 11 pm and got up at 6:30 am", "sleep: from 11 pm, to 6:30 am"),
        ("C: she slept 8 hours", "sleep: 8 h"),
    ],
)
def test_hours_quality_and_times(line: str, headline: str) -> None:
    assert headlines(line) == [headline]


@pytest.mark.parametrize(
    ("question", "answer", "headline"),
    [
        ("How did you sleep?", "Not great", "sleep: poor"),
        ("How's your sleep?", "Pretty good.", "sleep: good"),
        ("How was your sleep?", "It was okay, I got around 6 hours", "sleep: 6 h, fair"),
        ("How many hours do you sleep?", "about six", "sleep: 6 h"),
        ("How long did you sleep?", "seven and a half hours", "sleep: 7.5 h"),
        ("Are you sleeping well?", "Yes", "sleep: good"),
        ("Are you sleeping well?", "No", "sleep: poor"),
    ],
)
def test_answers_are_supported_by_their_question(question: str, answer: str, headline: str) -> None:
    [finding] = found(f"A: {question}", f"P: {answer}")
    assert finding.payload.headline() == headline
    assert [span.turn for span in finding.spans] == [1, 0]


@pytest.mark.parametrize(
    "line",
    [
        "D: you slept six hours",
        "D: you should sleep eight hours",
        "P: I need 8 hours of sleep",
        "P: I should sleep eight hours",
        "P: I get six to seven hours of sleep",
        "P: my husband slept 4 hours",
        "P: the baby slept well",
        "P: last year I slept 4 hours",
        "P: I slept for three days",
        "P: I took a sleeping pill two hours ago",
        "P: my arm fell asleep",
        "P: I always slept with two pillows",
        "P: I woke up at 2 in the morning with chest pain",
        "P: I can't sleep",
        "P: I have trouble sleeping",
        "P: I stayed in bed",
    ],
)
def test_what_tells_nothing_of_how_the_subject_slept(line: str) -> None:
    assert found(line) == []


def test_a_no_to_trouble_is_no_quality() -> None:
    assert found("A: Any trouble sleeping?", "P: No") == []
    assert found("A: Okay, and does it affect your sleep?", "P: Yes") == []


WORDS = list(
    word_set("i slept sleep six hours well not at eleven 11 pm to bed went woke up of , . good barely 10:30 neend")
)


@given(st.lists(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=4))
def test_any_dialogue_yields_findings_inside_its_turns(texts: list[str]) -> None:
    turns = [Turn(i, text, "/t", role=(Role.AGENT, Role.PATIENT)[i % 2]) for i, text in enumerate(texts)]
    for finding in find_sleep(read(turns)):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(turns[span.turn].text)
