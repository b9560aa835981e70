"""A turn without what is not so in it."""

from collections.abc import Iterable, Iterator
from typing import Final

from carelog.extraction.blanking import read_blanked
from carelog.extraction.unreal.figures import FIGURES
from carelog.extraction.unreal.others import OTHERS
from carelog.extraction.unreal.stories import STORIES
from carelog.extraction.utterances import Utterance

_WAYS: Final = (*STORIES, *FIGURES, *OTHERS)
_CUES: Final = frozenset[str]().union(*(way.cues for way in _WAYS))
_BY_CUE: Final = {cue: tuple(way for way in _WAYS if cue in way.cues) for cue in _CUES}


def real(dialogue: Iterable[Utterance]) -> list[Utterance]:
    """The turns, each with spaces in the place of what is not so in it: the other words stand where they stood.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = real(read([Turn(0, "I dreamt that I had gout. I do have a cough.", "/t")]))
    >>> said.text
    'I dreamt                . I do have a cough.'
    """
    return [
        utterance if utterance.norms.isdisjoint(_CUES) else read_blanked(utterance, _unreal(utterance))
        for utterance in dialogue
    ]


def _unreal(utterance: Utterance) -> Iterator[tuple[int, int]]:
    text, role = utterance.text.replace("’", "'"), utterance.turn.role
    for way in {way for cue in utterance.norms & _CUES for way in _BY_CUE[cue]}:
        if not way.roles or role in way.roles:
            yield from way.places(text)
