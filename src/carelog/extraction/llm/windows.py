"""What goes into one question: short transcripts together, long ones in windows that overlap."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from carelog.extraction.utterances import Utterance

T = TypeVar("T")


class Line(NamedTuple):
    """Some or all words of a turn, on one line."""

    turn: int
    text: str


def lines_of(utterances: Sequence[Utterance], longest: int) -> list[Line]:
    """Every turn as a line; a turn longer than that as several, cut between sentences where it can be, each beginning
    with the sentence that the one before ended with. None is longer but a sentence that cannot be cut at a space."""
    return [Line(number, text) for number, said in enumerate(utterances) for text in _cut(said, longest)]


def _cut(utterance: Utterance, longest: int) -> list[str]:
    whole = " ".join(utterance.text.split())
    if len(whole) <= longest:
        return [whole] if whole else []
    pieces: list[str] = []
    for first, end in utterance.sentences:
        pieces += _broken(" ".join(utterance.quote(first, end).split()), longest // 2)
    windows = windowed([len(piece) + 1 for piece in pieces], longest, overlap=longest // 2)
    return [" ".join(pieces[first:end]) for first, end in windows]


def _broken(text: str, longest: int) -> list[str]:
    pieces: list[str] = []
    while len(text) > longest:
        at = text.rfind(" ", 0, longest + 1)
        if at <= 0:
            at = text.find(" ", longest)
        if at < 0:
            break
        pieces.append(text[:at])
        text = text[at + 1 :]
    return [*pieces, text] if text else pieces


def windowed(sizes: Sequence[int], longest: int, *, overlap: int) -> list[tuple[int, int]]:
    """Half-open ranges that cover all items in order, each of no more than `longest` together unless it is a single
    item. A range begins with as many items of the one before as fit into `overlap`, one at least where it fits.

    >>> windowed([3, 3, 3, 3], 6, overlap=3)
    [(0, 2), (1, 3), (2, 4)]
    """
    ranges: list[tuple[int, int]] = []
    first = 0
    while first < len(sizes):
        end, total = first + 1, sizes[first]
        while end < len(sizes) and total + sizes[end] <= longest:
            total += sizes[end]
            end += 1
        ranges.append((first, end))
        if end == len(sizes):
            break
        again, taken = end, 0
        while (
            again - 1 > first
            and taken + sizes[again - 1] <= overlap
            and taken + sizes[again - 1] + sizes[end] <= longest
        ):
            again -= 1
            taken += sizes[again]
        first = again
    return ranges


def packed(items: Sequence[tuple[T, int]], longest: int, most: int) -> list[list[T]]:
    """The items in their order, together as long as they are no larger than `longest` and no more than `most`.

    >>> packed([("a", 2), ("b", 3), ("c", 4)], 5, 10)
    [['a', 'b'], ['c']]
    """
    groups: list[list[T]] = []
    room = 0
    for item, size in items:
        if not groups or size > room or len(groups[-1]) >= most:
            groups.append([])
            room = longest
        groups[-1].append(item)
        room -= size
    return groups
