"""Words that nobody is to read: spaces take their place, so that all others stand, and are quoted, where they stood."""

from collections.abc import Iterable
from dataclasses import replace

from carelog.conversations.turns import Turn
from carelog.extraction.utterances import Utterance, read


def blanked(turn: Turn, places: Iterable[tuple[int, int]]) -> Turn:
    """The turn with spaces in those places of its text, (start, end) each."""
    gone = list(places)
    if not gone:  # as most often
        return turn
    characters = list(turn.text)
    for start, end in gone:
        characters[start:end] = " " * (end - start)
    text = "".join(characters)
    return turn if text == turn.text else replace(turn, text=text)


def read_blanked(utterance: Utterance, places: Iterable[tuple[int, int]]) -> Utterance:
    """The same of a turn that has been read."""
    turn = blanked(utterance.turn, places)
    if turn is utterance.turn:
        return utterance
    [left] = read([turn])
    return replace(left, said_at=utterance.said_at)
