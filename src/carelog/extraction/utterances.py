"""Turns cut into words and sentences once, for every extractor to read.

Words are compared by `norm`: lower case, curly quotes made straight. Hyphens between letters separate words
("light-headed" reads as "light headed"), digits and letters are apart ("20mg" is "20", "mg"), and numbers keep
their inner point or comma ("98.6", "1,000").
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from carelog.conversations.turns import Turn
from carelog.extraction.finding import Span
from carelog.kit.zones import zone as zone_named
from carelog.record.values import EARLIEST, LATEST

_MARKS = r"\u0900-\u0963\u0970-\u097f\u200c\u200d"
_LETTERS = rf"(?:[^\W\d_]++|[{_MARKS}]++)++"
_WORD = re.compile(
    rf"[a-zA-Z]++(?:['’][a-zA-Z]++)*+(?![\w'’{_MARKS}])"  # What the next would find too, and sooner.
    rf"|{_LETTERS}(?:['’]{_LETTERS})*+"
    r"|\d++(?:[.,:]\d++)*+"  # 98.6  1,000  7:30
    r"|[^\w\s\-–—'’\"“”*_]"
)
_ENDS = frozenset(".?!।…\n")

V = TypeVar("V")


class Word(NamedTuple):
    """A word, number or mark of punctuation at `start` to `end` of the turn's text."""

    norm: str
    start: int
    end: int


_SPAN = re.Match.span
_word = partial(tuple.__new__, Word)  # Sooner made than by Word(), and a visit has thousands.


@dataclass(frozen=True, slots=True)
class Utterance:
    """A turn with its words; `sentences` are half-open ranges of word indices, end marks included. `norms` are the
    words that there are, for who looks for some of them. `said_at` is when it was said, on the subject's clock, as far
    as that is known."""

    turn: Turn
    words: tuple[Word, ...]
    sentences: tuple[tuple[int, int], ...]
    norms: frozenset[str]
    said_at: datetime | None = None

    @property
    def text(self) -> str:
        return self.turn.text

    def sentence_at(self, i: int) -> tuple[int, int]:
        """The sentence that word `i` is in."""
        return next(sentence for sentence in self.sentences if i < sentence[1])

    def span(self, first: int = 0, end: int | None = None) -> Span:
        """Where the words `first` up to, not including, `end` stand; all of them when left out."""
        return Span(self.turn.index, self.words[first].start, self.words[(end or len(self.words)) - 1].end)

    def quote(self, first: int, end: int) -> str:
        """The text from word `first` up to, not including, word `end`."""
        return self.turn.text[self.words[first].start : self.words[end - 1].end]


def words_of(text: str) -> tuple[Word, ...]:
    """The words, numbers and marks of a text, in their order.

    >>> [w.norm for w in words_of("Took 20mg, light-headed. BP 140/90")]
    ['took', '20', 'mg', ',', 'light', 'headed', '.', 'bp', '140', '/', '90']
    """
    lower = _norm(text)
    spans = map(_SPAN, _WORD.finditer(text))
    if len(lower) == len(text):
        return tuple([_word((lower[start:end], start, end)) for start, end in spans])
    # Some letters are longer in lower case, such as the Turkish I with a dot.
    return tuple([_word((_norm(text[start:end]), start, end)) for start, end in spans])


def _norm(text: str) -> str:
    return text.lower().replace("’", "'")


def read(turns: Iterable[Turn], *, started_at: datetime | None = None, zone: str = "UTC") -> list[Utterance]:
    """Cut every turn into words and sentences. A line break ends a sentence too. A turn that does not say when it
    was said was said when the conversation began; `zone` is the subject's."""
    clock = zone_named(zone)
    return [_read(turn, clock, turn.start or started_at) for turn in turns]


def _read(turn: Turn, clock: tzinfo, at: datetime | None) -> Utterance:
    words = words_of(turn.text)
    said = [word[0] for word in words]
    ends = [i + 1 for i, norm in enumerate(said) if norm in _ENDS]
    if "\n" in turn.text:
        pairs = enumerate(pairwise(words), start=1)
        broken = [i for i, (word, following) in pairs if "\n" in turn.text[word.end : following.start]]
        ends = sorted({*ends, *broken})
    if words and ends[-1:] != [len(words)]:
        ends.append(len(words))
    sentences = tuple(zip([0, *ends], ends, strict=False))
    said_at = _on(clock, at) if at else None
    return Utterance(turn=turn, words=words, sentences=sentences, norms=frozenset(said), said_at=said_at)


def _on(clock: tzinfo, at: datetime) -> datetime | None:
    """The moment on that clock; None for one that no record can hold, from which no other can be told."""
    return at.astimezone(clock) if EARLIEST < at.date() < LATEST else None


class PhraseTable(Generic[V]):
    """Finds the longest known phrase that begins at a word, in time that does not grow with the table.

    >>> table = PhraseTable({"chest pain": 1, "chest": 2})
    >>> table.at(words_of("any chest-pain today"), 1)
    (2, 1)
    """

    def __init__(self, phrases: Iterable[tuple[str, V]] | dict[str, V]) -> None:
        # By their first words. The tree below one is made when it is first said: most of a vocabulary never is.
        self._phrases: dict[str, list[tuple[str, V]]] = {}
        self._roots: dict[str, _Node[V]] = {}
        for phrase, value in phrases.items() if isinstance(phrases, dict) else phrases:
            if norms := _norms(phrase):
                self._phrases.setdefault(norms[0], []).append((phrase, value))

    def _root(self, first: str) -> "_Node[V]":
        root = _Node[V]()
        for phrase, value in self._phrases[first]:
            node = root
            for norm in _norms(phrase)[1:]:
                node = node.after.setdefault(norm, _Node())
            if not node.values:
                node.values = (value,)
        self._roots[first] = root
        return root

    def at(self, words: Sequence[Word], index: int) -> tuple[int, V] | None:
        """(number of words, value) of the longest phrase that begins at `index`, or None."""
        first = words[index][0]
        if first not in self._phrases:  # As most often.
            return None
        node: _Node[V] | None = self._roots.get(first) or self._root(first)
        found: tuple[int, V] | None = None
        length = 1
        while node is not None:
            if node.values:
                found = length, node.values[0]
            if index + length == len(words):
                break
            node = node.after.get(words[index + length][0])
            length += 1
        return found

    def stands_in(self, words: Sequence[Word], begin: int, end: int) -> bool:
        """Whether a phrase begins among the words `begin` to `end`."""
        phrases = self._phrases
        return any(words[i][0] in phrases and self.at(words, i) is not None for i in range(begin, end))

    def within(self, words: Sequence[Word], begin: int = 0, end: int | None = None) -> Iterator[tuple[int, int, V]]:
        """(first word, end, value) of every phrase in the words `begin` to `end`, from left to right, the longest at
        each place.

        >>> table = PhraseTable({"chest pain": 1, "chest": 2, "pain in": 3})
        >>> list(table.within(words_of("chest pain in the chest")))
        [(0, 2, 1), (4, 5, 2)]
        """
        stop = len(words) if end is None else end
        phrases = self._phrases
        i = begin
        while i < stop:
            found = self.at(words, i) if words[i][0] in phrases else None
            if found is None or i + found[0] > stop:
                i += 1
                continue
            yield i, i + found[0], found[1]
            i += found[0]


def _norms(phrase: str) -> list[str]:
    """The words of a phrase; most are plain ones, and there are thousands."""
    if phrase.isascii() and phrase.islower() and phrase.replace(" ", "").isalpha():
        return phrase.split()
    return [_norm(word) for word in _WORD.findall(phrase)]


class _Node(Generic[V]):
    """A word in the tree of phrases; `values` holds one value where a phrase ends here."""

    __slots__ = ("after", "values")

    def __init__(self) -> None:
        self.after: dict[str, _Node[V]] = {}
        self.values: tuple[V, ...] = ()
