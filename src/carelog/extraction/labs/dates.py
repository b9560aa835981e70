"""Results of the past: which of them have a time that the words tell."""

from datetime import datetime

from carelog.extraction import claims
from carelog.extraction.measured import told_until
from carelog.extraction.numbers import find_numbers
from carelog.extraction.timewords import Sense, find_time_words
from carelog.extraction.utterances import Utterance

_EARLIEST = 1950
_BESIDE = 1  # words


def middle_of_its_year(utterance: Utterance, first: int) -> datetime | None:
    """The middle of the year that the sentence of word `first` names: "in 2019", "last year". As with days, the middle
    stands for a stretch that has no instant of its own."""
    said_at = utterance.said_at
    if said_at is None:
        return None
    words = utterance.words
    begin, end = utterance.sentence_at(first)
    for k in range(begin, end - 1):
        norm, following = words[k].norm, words[k + 1].norm
        year = said_at.year - 1 if (norm, following) == ("last", "year") else None
        if norm == "in" and following.isdecimal() and len(following) == 4:
            year = int(following)
        if year is not None and _EARLIEST <= year < said_at.year and not _is_of_another_value(utterance, first, k):
            return datetime(year, 7, 2, 12, tzinfo=said_at.tzinfo)
    return None


def _is_of_another_value(utterance: Utterance, first: int, time: int) -> bool:
    """ "Creatinine 1.4, it was 1.1 last year, potassium 4.9": the time is told of the value right before it."""
    numbers = find_numbers(utterance)
    if time < first:
        return any(0 <= time - number.end <= _BESIDE for number in numbers)
    own = next((number.end for number in numbers if number.first == first), first)
    return any(own <= number.first and number.end <= time for number in numbers)


def is_of_an_untold_past(utterance: Utterance, first: int, end: int) -> bool:
    """The value at words `first` to `end` is old, and nothing tells how old: "it used to be 9"."""
    words = utterance.words
    start = claims.clause_start(words, first, reach=12)
    if not claims.long_past(words, start, told_until(words, end)) or middle_of_its_year(utterance, first):
        return False
    if any(words[k].norm == "last" and _is_of_another_value(utterance, first, k) for k in range(start, first)):
        return False
    sentence = utterance.sentence_at(first)
    return not any(
        told.sense is Sense.PAST and told.moment is not None and sentence[0] <= told.first < sentence[1]
        for told in find_time_words(utterance)
    )
