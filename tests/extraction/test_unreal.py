"""What is not so is taken out of a turn, and nothing else is."""

import re
from pathlib import Path

from evaluation.cases import load
from evaluation.judging import conversation_of
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.unreal import real
from carelog.extraction.unreal.figures import FIGURES
from carelog.extraction.unreal.others import OTHERS
from carelog.extraction.unreal.stories import STORIES
from carelog.extraction.utterances import Utterance, read

_WAYS = (*STORIES, *FIGURES, *OTHERS)
_CASES = Path(__file__).parent / "cases"


def _told() -> list[Utterance]:
    return [
        utterance
        for path in sorted(_CASES.glob("late-u*.yaml"))
        for case in load(path)
        for utterance in read(conversation_of(case).turns)
    ]


def test_a_way_of_saying_it_has_a_cue_in_whatever_it_matches() -> None:
    matched = 0
    for utterance in _told():
        for way in _WAYS:
            if any(way.places(utterance.text)):
                matched += 1
                assert not way.cues.isdisjoint(utterance.norms), (way.cues, utterance.text)
    assert matched > 40


def test_a_turn_without_anything_of_it_is_the_same_turn() -> None:
    dialogue = read([Turn(0, "I have a cough, and my knee is killing me.", "/t", role=Role.PATIENT)])
    assert real(dialogue)[0] is dialogue[0]


def test_a_role_decides_whose_own_words_they_are() -> None:
    said = "I have asthma myself."
    told = {role: real(read([Turn(0, said, "/t", role=role)]))[0].text for role in (Role.CLINICIAN, Role.PATIENT)}
    assert "asthma" not in told[Role.CLINICIAN]
    assert told[Role.PATIENT] == said


_SAID = """
    i dreamt that in the film song goes says said leaflet form asks my name is own myself killing me job kill die
    laughing haha woke and stopped pain sapne mein सपने में character has called dizzy with joy another patient had
    Rash Street Fever 5.5 ' : ? ! , . ’ 'i "i "
"""
_WORDS = st.lists(st.sampled_from([*_SAID.split(), "\n"]), max_size=60).map(" ".join)


@given(_WORDS, st.sampled_from(Role))
def test_what_is_left_stands_where_it_stood(text: str, role: Role) -> None:
    [before] = read([Turn(0, text, "/t", role=role)])
    [after] = real([before])
    assert len(after.text) == len(text)
    assert all(now in (then, " ") for then, now in zip(text, after.text, strict=True))
    assert real([after])[0].said_at == before.said_at
    assert [after.text[w.start : w.end].lower() for w in after.words] == [w.norm for w in after.words]


def test_a_long_turn_of_nothing_but_cues_is_read_in_time() -> None:
    for cue in ('she said "i ', "in the film ", "my own ", "i have x ", "i dreamt ", "leaflet says ", "a, film a "):
        text = cue * (4_000 // len(cue))
        [after] = real(read([Turn(0, text, "/t", role=Role.CLINICIAN)]))
        assert len(re.sub(r"\s", "", after.text)) <= len(text)
