"""Long turns in pieces: a visit that came as one block of text, or as speech without a single mark.

What is said of a symptom or a medicine is looked for in its sentence and its turn, once for each that is named. In
pieces of a bounded length that takes time in proportion to the text, however it is cut into turns.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from carelog.conversations.turns import Turn
from carelog.extraction.finding import Finding, Implausible, Span

LONGEST: Final = 4_000
"""Characters of a turn that is read at once: some five minutes of speech."""
_PIECE: Final = 2_000
_PAUSES: Final = (
    re.compile(r"[.?!।…]+\s+|\n+"),
    re.compile(
        r"\s(?=(?:but|so|then|because|i|i'm|i've|okay|ok|yeah|yes|well|lekin|phir|main|mujhe|लेकिन|फिर|मुझे)\s)", re.I
    ),
    re.compile(r"\s"),
)
"""Where speech is cut, the best first; hardly ever before "and" or "or", across which a denial may reach."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Turns of a readable length, numbered anew. `_origins` has the turn of each and where in it the piece begins."""

    turns: tuple[Turn, ...]
    _origins: tuple[tuple[int, int], ...]

    def put_back(self, span: Span) -> Span:
        """The place, in the turns as they came, of a span of the pieces."""
        turn, begin = self._origins[span.turn]
        return Span(turn, begin + span.start, begin + span.end)

    def whole(self, finding: Finding | Implausible) -> Finding | Implausible:
        """The finding with its spans put back."""
        return replace(finding, spans=tuple(self.put_back(span) for span in finding.spans))


def in_pieces(turns: Sequence[Turn]) -> Pieces:
    """Turns of more than LONGEST characters cut at the ends of sentences, or else where a speaker goes on.

    >>> pieces = in_pieces([Turn(0, "Well. " * 1_000 + "I have a cough.", "/t")])
    >>> [len(piece.text) for piece in pieces.turns]
    [1998, 1998, 2019]
    >>> pieces.put_back(Span(2, 2013, 2018))
    Span(turn=0, start=6009, end=6014)
    """
    cut: list[Turn] = []
    origins: list[tuple[int, int]] = []
    for position, turn in enumerate(turns):
        for begin, end in _cuts(turn.text):
            whole = len(cut) == turn.index and end - begin == len(turn.text)
            text = turn.text[begin:end]
            cut.append(turn if whole else replace(turn, index=len(cut), text=text, offset=turn.offset + begin))
            origins.append((position, begin))
    return Pieces(tuple(cut), tuple(origins))


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of characters that the text is cut into; all of it in one where it is short enough."""
    begin = 0
    while len(text) - begin > LONGEST:
        window = text[begin : begin + _PIECE]
        ends = next((found for pause in _PAUSES if (found := _ends(pause, window))), [_PIECE])
        end = begin + ends[-1]
        yield begin, end
        begin = end
    yield begin, len(text)


def _ends(pause: re.Pattern[str], window: str) -> list[int]:
    return [match.end() for match in pause.finditer(window, _PIECE // 2)]
