"""The number that answers "on a scale of ten, how bad is your pain?"."""

from dataclasses import replace

from carelog.extraction.exchange import Question
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms.details import NO_DETAILS, Details
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.severity import rated, score, score_said
from carelog.extraction.symptoms.statements import Statement

_SCALE = phrase_set("scale of | scale from | out of ten | out of 10 | one to ten | 1 to 10 | zero to ten | 0 to 10")


def with_rating(told: Statement, rating: int) -> Statement:
    """A symptom that is rated zero is absent."""
    if rating == 0:
        return replace(told, polarity="absent", details=NO_DETAILS)
    return replace(told, details=Details(severity=rated(rating), score=rating).filled(told.details))


def rating_in(reading: Reading, question: Question, reply: Reading) -> int | None:
    """The number that answers "on a scale of ten, how would you rate your pain?"; none at all is 0."""
    begin = next(first for first, end in reading.utterance.sentences if first <= question.first < end)
    if not any(_SCALE.at(reading.words, i) is not None for i in range(begin, question.end)):
        return None
    sentence = reply.utterance.sentences[0]
    number = score(reply.words, sentence)
    return number if number is not None else score_said(reply.words, sentence)
