"""Amounts that are put right: "eight point seven, sorry, seven point eight"; in a turn of its own, "no wait, 7.8"."""

from collections.abc import Sequence
from typing import Final, Protocol

from carelog.extraction.durations import Duration
from carelog.extraction.exchange import questions, same_speaker
from carelog.extraction.measured import LINKS
from carelog.extraction.numbers import Number, may_hold_numbers
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

CORRECTING: Final = word_set(
    """
    sorry oops typo no actually correction mean meant make scratch excuse me nahi rather wait that's
    """
)
SORRY: Final = word_set("sorry oops correction typo meant mean wrong mistake actually galat nahi")
_LOOKING_AGAIN = phrase_set(
    """
    no wait | wait no | oh wait | wait a | let me check again | let me recheck | let me double check | checking again |
    let me look again | scratch that | hold on | that's not right | phir se dekha | ruko
    """
)
_MAY_CORRECT = SORRY | word_set("wait let scratch hold that's phir ruko checking")
_ASKING_BACK = word_set("sure right correct again repeat pardon really mean catch hear heard sorry")
_EXCUSED = word_set("for about to i'm im late that")  # "sorry for the delay"
_TURNS: Final = 3
_OPENING = 4  # Words within which a correction makes itself known.
_JUDGING = word_set("normal good great fine okay ok high low perfect for elevated better worse excellent")
_REACH: Final = 8  # words
_MOST_LATER: Final = 2  # amounts


class _Amount(Protocol):
    @property
    def first(self) -> int: ...


def put_right(words: Sequence[Word], amounts: Sequence[_Amount], k: int, end: int) -> int | None:
    """Which of the amounts puts right amount `k`, which is told up to word `end`; None where it stands."""
    for later in range(k + 1, min(len(amounts), k + 1 + _MOST_LATER)):
        between = [word.norm for word in words[end : amounts[later].first]]
        if len(between) > _REACH or not all(w in CORRECTING or w in LINKS or w in "?!-" for w in between):
            return None
        said = CORRECTING.intersection(between)
        judged = said == {"that's"} and not _JUDGING.isdisjoint(between)  # "2.4, and that's normal for seventy-one"
        if said and not judged and between[-1:] != ["not"]:
            return later
    return None


def with_slips_put_right(
    words: Sequence[Word], durations: Sequence[Duration], numbers: Sequence[Number]
) -> list[Duration]:
    """The durations as they were meant: "eight hours, no, six hours", "fifty minutes, sorry, fifteen"."""
    if len(numbers) < 2 or CORRECTING.isdisjoint([word.norm for word in words]):
        return list(durations)
    meant: list[Duration] = []
    replaced = -1
    for j, duration in enumerate(durations):
        if j == replaced:
            duration = duration._replace(first=meant.pop().first)
        later = put_right(words, durations, j, duration.end)
        replaced = j + 1 if later == j + 1 else -1
        meant.append(duration if later else _with_number_put_right(words, duration, numbers))
    return meant


def _with_number_put_right(words: Sequence[Word], duration: Duration, numbers: Sequence[Number]) -> Duration:
    k = next((k for k, number in enumerate(numbers) if number.first == duration.first), None)
    right = put_right(words, numbers, k, duration.end) if k is not None else None
    if k is None or right is None or duration.seconds is None or not numbers[k].value:
        return duration
    number = numbers[right]
    after = words[number.end].norm if number.end < len(words) else ""
    if after[:1].isalpha() and after != "not":
        return duration
    return Duration(duration.first, number.end, duration.seconds / numbers[k].value * number.value)


def is_about_the_same(between: Sequence[Utterance]) -> bool:
    """Whether the turns between a slip and its correction ask for nothing else: "124, noted", "are you sure?"."""
    return all(
        not questions(turn) or may_hold_numbers(turn) or not _ASKING_BACK.isdisjoint(turn.norms) for turn in between
    )


def says_only(utterance: Utterance, first: int, end: int) -> bool:
    """Whether a correction says nothing but the amount at words `first` to `end`: "no wait, it was 20 minutes"."""
    rest = (*utterance.words[:first], *utterance.words[end:])
    return all(w.norm in CORRECTING or w.norm in LINKS or not w.norm[0].isalnum() or w.norm == "not" for w in rest)


def puts_right(dialogue: Sequence[Utterance], i: int, told: int) -> bool:
    """Whether turn `i` puts right what its speaker told in the turn of index `told`, a few turns before, with nothing
    else asked for since."""
    if not corrects_a_message(dialogue[i]):
        return False
    before = dialogue[max(0, i - _TURNS) : i]
    teller = next((u for u in before if u.turn.index == told), None)
    if teller is None or not same_speaker(teller, dialogue[i]):
        return False
    return is_about_the_same([u for u in before if u.turn.index > told and not same_speaker(u, dialogue[i])])


def corrects_a_message(utterance: Utterance) -> bool:
    """Whether a turn puts right what was said before: "sorry, 138/90", "*138", "let me check again"."""
    if utterance.text.lstrip().startswith("*"):
        return True
    if _MAY_CORRECT.isdisjoint(utterance.norms):
        return False
    words = utterance.words
    opening = [word.norm for word in words[:_OPENING]]
    for i, norm in enumerate(opening):
        if norm in SORRY:
            return not (norm == "sorry" and opening[i + 1 : i + 2] and opening[i + 1] in _EXCUSED)
        if _LOOKING_AGAIN.at(words, i) is not None:
            return True
    return False
