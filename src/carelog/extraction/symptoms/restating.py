"""What a clinician gives back of what was just told: "I puff up by suppertime" - "Okay, so some swelling at night."

It names in two or three words what was described in many. It is no question, and it follows no denial, unless it sums
up what was told before ("so reflux and constipation").
"""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.exchange import AnswerKind, read_answer, same_speaker
from carelog.extraction.exchange_fillers import MARKS, only_fillers
from carelog.extraction.symptoms.examination import is_finding
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_STATING: Final = word_set(
    """
    is are was were am be can can't could may might will would should shall must do does did don't have has had having
    take takes taking took give gives giving start starts stop stops try use using help helps treat want wants need
    needs let let's going go gonna check look looks see order refer call come means mean happens happen make makes
    cause causes think guess know tell say said says hear read if when whenever unless until because since as for from
    about against than what why how who which any it's that's there's i'm i'll i've i'd we'll we we're
    you'd you'll it'd it'll they'd they'll he'd she'd
    """
)
_GOING_ON: Final = word_set(
    "is are was were can could may might will would should happens means medicine medication medications pill pills "
    "test tests goes usually sometimes often or"
)
_LEADING: Final = 6  # Words before what is given back, those that fill not counted.
_OPENING: Final = 12  # Words within which it stands.
_SUMMING: Final = "so"


def restates(readings: Sequence[Reading], position: int, mention: Mention) -> bool:
    """Whether the mention stands in such a remark: no verb, right at the beginning of the turn, after an account.

    Where nobody punctuates, only what begins with "so" is taken for one: "okay chest pain" may well ask.
    """
    if position == 0 or mention.first > _OPENING:
        return False
    reading, before = readings[position], readings[position - 1].utterance
    if same_speaker(before, reading.utterance) or not before.words:
        return False
    words = reading.words
    first, end = reading.sentence_of(mention)
    summed = any(word.norm == _SUMMING for word in words[first : mention.first])
    if words[end - 1].norm != "." and not summed:
        return False
    led = [words[i] for i in range(mention.first) if i not in reading.named]
    if any(word.norm in _STATING for word in led):
        return False
    plain = [word for word in led if not only_fillers([word]) and word.norm not in MARKS]
    if len(plain) > _LEADING:
        return False
    stop = min(end, reading.clause_of(mention)[1])
    if any(words[i].norm in _GOING_ON for i in range(mention.end, stop) if i not in reading.named):
        return False
    if is_finding(words, reading.utterance.sentences, mention.first):
        return False
    answer = read_answer(before, position - 1)
    return summed or (answer is not None and answer.kind is not AnswerKind.NO)
