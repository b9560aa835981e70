"""Where a turn names signs of danger, be they so or not."""

from collections.abc import Iterator, Sequence
from typing import Final

from carelog.extraction.clauses import clauses
from carelog.extraction.negation import Clause
from carelog.extraction.urgency import amounts, phrases, spreading, threats, together
from carelog.extraction.urgency.accidents import ACCIDENTS
from carelog.extraction.urgency.mention import Mention
from carelog.extraction.urgency.phrases import PHRASES
from carelog.extraction.urgency.together import TOGETHER, Together
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

_TOGETHER: Final = (*TOGETHER, *ACCIDENTS)
TRIGGERS: Final = (
    phrases.TRIGGERS | together.triggers(_TOGETHER) | amounts.TRIGGERS | threats.TRIGGERS | spreading.TRIGGERS
)
"""The words without which no sign can be named: turns that hold none need not be read."""

_SUICIDAL: Final = "suicidal thoughts"
_WISHING: Final = word_set("wish wishing wished")
_WISH_REACH: Final = 4  # words


def named(utterance: Utterance, before: Sequence[str]) -> Iterator[Mention]:
    """Every sign that the turn names. `before` are the texts of the turns before it."""
    for first, end, sign in PHRASES.within(utterance.words):
        yield Mention(sign, first, end, as_plan=sign == _SUICIDAL and _is_wished(utterance, first))
    yield from amounts.amounts(utterance)
    yield from threats.threats(utterance)
    yield from spreading.spreading(utterance, before)
    near = [one for one in _TOGETHER if all(not utterance.norms.isdisjoint(group) for group in one.groups)]
    if near:
        yield from _together(utterance, clauses(utterance), near)


def _is_wished(utterance: Utterance, first: int) -> bool:
    """ "I wish I could | go to sleep and never wake up": the wish is the sign."""
    return any(word.norm in _WISHING for word in utterance.words[max(0, first - _WISH_REACH) : first])


def _together(utterance: Utterance, cut: Sequence[Clause], near: Sequence[Together]) -> Iterator[Mention]:
    for first, end in cut:
        norms = {word.norm for word in utterance.words[first:end]}
        for one in near:
            if any(norms.isdisjoint(group) for group in one.groups) or _is_explained(utterance, first, one):
                continue
            rest = frozenset().union(*one.groups)
            places = [i for i in range(first, end) if utterance.words[i].norm in rest]
            yield Mention(one.sign, places[0], places[-1] + 1)


def _is_explained(utterance: Utterance, first: int, one: Together) -> bool:
    """ "My arm went numb | because I slept on it"."""
    sentence = utterance.words[slice(*utterance.sentence_at(first))]
    return any(word.norm in one.unless for word in sentence)
