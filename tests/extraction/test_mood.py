"""Mood and energy: what is said of the mind, and the many uses of "good"."""

import pytest

from carelog.conversations.turns import Role, Turn
from carelog.extraction.mood import find_mood
from carelog.extraction.utterances import Utterance, read
from carelog.record.types.mood import Mood

_ROLES = {"P": Role.PATIENT, "C": Role.CLINICIAN, "?": Role.UNKNOWN}


def dialogue(*lines: str) -> list[Utterance]:
    return read(
        Turn(index=i, text=line[3:], pointer=f"/dialog/{i}/body", party="PC?".index(line[0]), role=_ROLES[line[0]])
        for i, line in enumerate(lines)
    )


def moods(*lines: str) -> list[tuple[str | None, str | None, str | None]]:
    payloads = [finding.payload for finding in find_mood(dialogue(*lines))]
    return [(p.level, p.feeling, p.energy) for p in payloads if isinstance(p, Mood)]


@pytest.mark.parametrize(
    ("said", "level", "feeling"),
    [
        ("I've been feeling down lately", "low", "down"),
        ("I've been pretty anxious about everything", None, "anxious"),
        ("my mood is good", "good", "good"),
        ("My mood has n't been great", "low", "n't been great"),
        ("I'm feeling great emotionally", "very_good", "great"),
        ("emotionally I'm doing okay", "neutral", "okay"),
        ("i'm in good spirits", "good", "good"),
        ("I feel hopeless", "very_low", "hopeless"),
        ("I'm not happy", "low", "not happy"),
        ("I feel really sad these days", "low", "sad"),
        ("main bahut udas hoon", "low", "udas"),
        ("mood theek hai", "neutral", "theek"),
    ],
)
def test_a_mood_in_the_words_people_use(said: str, level: str | None, feeling: str) -> None:
    assert [(lvl, f) for lvl, f, _ in moods(f"P: {said}") if f] == [(level, feeling)]


@pytest.mark.parametrize(
    "line",
    [
        "P: Good morning, doctor.",
        "P: I'm good, how are you?",
        "P: I feel better since the new tablets",
        "P: I've been down to the lake",
        "P: my blood pressure has been low",
        "P: I sat down and it was good",
        "P: I'm not depressed",
        "P: I haven't been feeling sad",
        "P: my wife is anxious about the results",
        "P: if I get anxious I call my son",
        "P: I used to feel depressed in college",
        "P: the doctor is happy with my numbers",
        "C: you might feel anxious before the test",
        "P: the nervous system is complicated",
    ],
)
def test_what_tells_no_mood(line: str) -> None:
    assert moods(line) == []


@pytest.mark.parametrize(
    ("said", "energy"),
    [
        ("I have no energy", "low"),
        ("I do n't have much energy", "low"),
        ("my energy is good", "good"),
        ("I've got plenty of energy", "good"),
    ],
)
def test_energy_only_when_energy_is_spoken_of(said: str, energy: str) -> None:
    assert moods(f"P: {said}") == [(None, None, energy)]
    assert moods("P: I feel sad") == [("low", "sad", None)]


def test_a_question_about_mood_and_its_answer() -> None:
    assert moods("C: How has your mood been?", "P: pretty good") == [("good", "pretty good", None)]
    assert moods("C: have you been feeling anxious?", "P: yeah, a bit") == [(None, "anxious", None)]
    assert moods("C: have you been feeling anxious?", "P: no") == []
    assert moods("C: feeling down, depressed or hopeless?", "P: yes") == []
    assert moods("C: How are you today?", "P: pretty good") == []


def test_the_last_word_on_a_feeling_is_kept_with_its_quote() -> None:
    said = dialogue("P: I feel sad", "P: I still feel so sad")
    [finding] = find_mood(said)
    [span] = finding.spans
    assert said[span.turn].text[span.start : span.end] == "I still feel so sad"
    assert span.turn == 1
