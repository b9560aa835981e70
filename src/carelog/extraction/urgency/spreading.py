"""Chest pain that goes on into an arm, the jaw or the neck, told apart from the pain: "Chest pain?" "Yes. It goes down
my arm."."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from carelog.extraction.urgency.mention import Mention
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

SIGN: Final = "pain that spreads"

_GOES: Final = word_set(
    """
    go goes going spread spreads spreading radiate radiates radiating radiated shoot shoots shooting move moves moving
    travel travels travelling traveling runs
    """
)
_WAY: Final = word_set("down into to up through along towards toward")
_BETWEEN: Final = word_set(
    "down into to up through along towards toward my your his her the left right also both out all way back and then or"
)
_THERE: Final = word_set("arm arms jaw neck shoulder shoulders")
TRIGGERS: Final = _THERE
_ASKED_WHERE: Final = word_set("anywhere elsewhere where")
_SITES: Final = re.compile(
    r"\b(chest|seen[ea]|back|neck|hip|knee|shoulder|elbow|leg|foot|stomach|belly|head|ear|tooth|throat)\b|(सीने)",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[a-z]+")
_CHEST: Final = frozenset({"chest", "seene", "seena", "सीने"})
_OPENING: Final = 3


def spreading(utterance: Utterance, before: Sequence[str]) -> Iterator[Mention]:
    """Where pain is said, or asked, to spread. `before` are the texts of the turns before it, of which the last that
    names a place tells what pain is spoken of."""
    if utterance.norms.isdisjoint(_THERE):
        return
    words = utterance.words
    for i, word in enumerate(words):
        asked_where = i < _OPENING and word.norm in _WAY and _asks_where(before)
        if word.norm not in _GOES and not asked_where:
            continue
        k = i + 1
        while k < len(words) and words[k].norm in _BETWEEN:
            k += 1
        if k < len(words) and words[k].norm in _THERE and _is_of_chest([*before, utterance.text[: word.start]]):
            yield Mention(SIGN, i, k + 1)


def _asks_where(before: Sequence[str]) -> bool:
    asked = _WORD.findall(before[-1].lower()) if before else []
    return not _ASKED_WHERE.isdisjoint(asked) and not _GOES.isdisjoint(asked)


def _is_of_chest(texts: Sequence[str]) -> bool:
    named = [match.group().lower() for text in texts for match in _SITES.finditer(text)]
    return bool(named) and named[-1] in _CHEST
