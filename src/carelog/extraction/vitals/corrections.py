"""A reading that is put right in a turn of its own: "BP 183/90", then "sorry 138 not 183"; "no wait, it was 142"."""

from collections.abc import Sequence
from dataclasses import replace

from carelog.extraction.exchange import same_speaker
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.slips import SORRY
from carelog.extraction.utterances import Utterance, read
from carelog.extraction.wordsets import word_set

_REACH = 3  # Turns back to what it puts right.
_BESIDE = SORRY | word_set("i it was is it's my not no , . ! : - that should be is hai tha to")
_NOES = word_set("no nope nahi nahin नहीं")


def refuses(utterance: Utterance) -> bool:
    """Whether a turn says no to what was just read back and then gives a number: "No, one thirty"."""
    words = utterance.words
    return len(words) > 2 and words[0].norm in _NOES and words[1].norm in {",", ".", "it", "it's", "i"}


def corrected_turn(dialogue: Sequence[Utterance], i: int) -> tuple[int, Utterance] | None:
    """The number of the turn that turn `i` puts right and how it then reads, where only a number is given anew.

    "Sorry 138 not 183" and "*138" do; which of several numbers "138" stands for must be plain.
    """
    correction = dialogue[i]
    numbers = find_numbers(correction)
    beside = [word.norm for k, word in enumerate(correction.words) if not any(n.first <= k < n.end for n in numbers)]
    if not numbers or not all(norm in _BESIDE for norm in beside):
        return None
    for k in range(i - 1, max(-1, i - 1 - _REACH), -1):
        earlier = dialogue[k]
        if not same_speaker(earlier, correction):
            continue
        wrong = _wrong(find_numbers(earlier), numbers, beside)
        if wrong is None:
            continue
        right = correction.quote(numbers[0].first, numbers[0].end)
        start, end = earlier.words[wrong.first].start, earlier.words[wrong.end - 1].end
        text = earlier.text[:start] + right + earlier.text[end:]
        return k, read([replace(earlier.turn, text=text)])[0]
    return None


def _wrong(said: Sequence[Number], numbers: Sequence[Number], beside: Sequence[str]) -> Number | None:
    """Which of the numbers `said` before the correction is about."""
    if len(numbers) == 2 and "not" in beside:
        return next((number for number in said if number.value == numbers[1].value), None)
    if len(numbers) != 1 or not 1 <= len(said) <= 2:
        return None
    return min(said, key=lambda number: abs(number.value - numbers[0].value))
