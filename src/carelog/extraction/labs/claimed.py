"""Whether a result in words is one: no order, no hope, no question, no other person's."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.exchange import QuestionForm, questions
from carelog.extraction.labs.mentions import Mention
from carelog.extraction.measured import is_anothers
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_NOT_YET: Final = word_set(
    """
    if whether unless will would should could might may want wanna wan need hope hoping hopefully until once sure order
    repeat recheck let's expect when pending waiting wait goal target ideal ideally agar we'll i'll i'd you'd used
    """
)
_CUTS: Final = word_set(". ? ! ; , : । but because so then")
_REACH: Final = 9
_EXAMINED: Final = word_set(
    """
    neck palpation palpate palpated exam examination enlarged nodule nodules tender tenderness supple lymph size feel
    feels feeling listening lungs midline goiter thyromegaly lymphadenopathy
    """
)
_AROUND: Final = 25


def is_result(utterance: Utterance, mention: Mention, first: int) -> bool:
    """The result that begins at word `first` is one that the subject has got."""
    words = utterance.words
    begin, end = min(mention.first, first), max(mention.end, first)
    if is_anothers(utterance, begin) or not _NOT_YET.isdisjoint(_leading(words, begin, end)):
        return False
    if mention.lab.substance and not mention.lab.units and _is_examined(words, begin):
        return False
    return not any(
        question.form is QuestionForm.POLAR and question.first <= first < question.end
        for question in questions(utterance)
    )


def _leading(words: Sequence[Word], begin: int, end: int) -> set[str]:
    k = begin
    while k and begin - k < _REACH and words[k - 1].norm not in _CUTS:
        k -= 1
    return {word.norm for word in words[k:end]}


def _is_examined(words: Sequence[Word], i: int) -> bool:
    """ "The neck is supple, the thyroid is normal": an organ under the hand and no test."""
    around = {word.norm for word in words[max(0, i - _AROUND) : i + _AROUND]}
    return not around.isdisjoint(_EXAMINED)
