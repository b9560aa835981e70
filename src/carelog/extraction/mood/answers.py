"""Moods and energy in answer to a question: "How is your mood?" "Pretty good." """

from collections.abc import Sequence
from typing import Final, NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.claims import Asked, asks_carer_of_self
from carelog.extraction.exchange import AnswerKind, Question, QuestionForm, answer_to, open_questions, same_speaker
from carelog.extraction.finding import Span
from carelog.extraction.mood.said import Said, feeling_at, level_after, spoken
from carelog.extraction.mood.scales import level_of
from carelog.extraction.mood.words import FEELINGS, IN_ONESELF, MARKS_OF_MOOD, MIND, PLAIN_FEELINGS, begins_feeling
from carelog.extraction.numbers import find_numbers
from carelog.extraction.symptoms.persons import is_first_person
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

_SCALES: Final = word_set("scale rate ten 10 rating score")
_SOON: Final = 6  # words
_FRAGMENT: Final = 3  # words: "And mood?"
_OF_SUBJECT: Final = word_set("he she he's she's they")
_HESITATING: Final = word_set("well oh ah um uh er honestly , a bit")


class Answered(NamedTuple):
    """What the words of a turn say, borne out by `other`: the question, or the answer to it."""

    utterance: Utterance
    said: Said
    other: Span


def answered(dialogue: Sequence[Utterance], position: int) -> Answered | None:
    """ "How is your mood?" - "pretty good"; "have you been feeling down?" - "yes"."""
    asking = dialogue[position]
    if MARKS_OF_MOOD.isdisjoint(asking.norms) and IN_ONESELF.isdisjoint(asking.norms):
        return None
    opened = [q for q in open_questions(asking) if _asks_of_mind(asking, q.first, q.end)]
    if not opened or position + 1 == len(dialogue) or same_speaker(asking, dialogue[position + 1]):
        return None
    answer, question = answer_to(dialogue, position), opened[-1]
    reply = dialogue[answer.reply] if answer else dialogue[position + 1]
    if asks_carer_of_self(asking, Asked(question.first, question.end, question.form is not QuestionForm.OPEN), reply):
        return None
    words = asking.words
    asked = asking.span(question.first, question.end)
    told = _rated(asking, question, reply)
    if told is None and (question.form is QuestionForm.OPEN or question.end - question.first <= _FRAGMENT):
        told = _in_words(reply)
    if told is not None:
        return Answered(reply, told, asked)
    if question.form is QuestionForm.OPEN or answer is None or answer.kind is not AnswerKind.YES:
        return None
    within = (question.first, question.end)
    feelings = [said for i in range(*within) if (said := feeling_at(words, i, within)) is not None]
    # "Down, depressed or hopeless?" - "yes": which of them was not said.
    return Answered(asking, feelings[0], answer.span) if len(feelings) == 1 else None


def _rated(asking: Utterance, question: Question, reply: Utterance) -> Said | None:
    """ "How is your energy from one to ten?" - "maybe a four"."""
    asked = {word.norm for word in asking.words[question.first :]}
    numbers = [] if asked.isdisjoint(_SCALES) else find_numbers(reply)
    if not numbers or numbers[0].first > _SOON or numbers[0].value not in range(11):
        return None
    number, value = numbers[0], int(numbers[0].value)
    if "energy" in asked:
        return Said(number.first, number.end, energy=level_of(value), energy_score=value or None)
    return Said(number.first, number.end, level=level_of(value))


def _in_words(reply: Utterance) -> Said | None:
    norms = [word.norm for word in reply.words[:_SOON]]
    begin = next((i for i, norm in enumerate(norms) if norm not in _HESITATING), 0)
    if begin == 1 and norms[0] == "well":
        begin = 0
    level = level_after(reply.words, begin, len(reply.words))
    if level is None and reply.turn.role is Role.CARER and norms[begin : begin + 1] and norms[begin] in _OF_SUBJECT:
        level = level_after(reply.words, begin + 1, len(reply.words))
    if level is None and (felt := FEELINGS.at(reply.words, begin)) is not None:
        return Said(begin, begin + felt[0], level=felt[1], feeling=spoken(reply.words, begin, begin + felt[0]))
    if level is None:
        return None
    value, first, end = level
    if reply.turn.role is Role.CARER and is_first_person(reply.words, (0, len(reply.words)), first):
        return None
    return Said(first, end, level=value, feeling=spoken(reply.words, first, end))


def _asks_of_mind(asking: Utterance, first: int, end: int) -> bool:
    words = asking.words
    opening = range(asking.sentence_at(first)[0], first)  # "And in yourself, how have you been?"
    if any(words[i].norm in IN_ONESELF and words[i - 1].norm == "in" for i in opening if i):
        return True
    return any(
        words[i].norm in MIND
        or words[i].norm in PLAIN_FEELINGS
        or words[i].norm == "energy"
        or (words[i].norm in IN_ONESELF and i > 0 and words[i - 1].norm == "in")
        or begins_feeling(words, i)
        for i in range(first, end)
    )
