"""How a turn answers what was asked: yes, no, only this, or something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from carelog.extraction.exchange_fillers import AUXILIARIES, MARKS, skip_fillers
from carelog.extraction.exchange_plain import (
    BREAKS,
    PLAIN_REPLIES,
    SPOKEN_TO,
    AnswerKind,
    closes,
    late_reply,
    past_asking_back,
    taken_back,
)
from carelog.extraction.exchange_questions import Question, open_questions
from carelog.extraction.exchange_replies import REPLIES
from carelog.extraction.finding import Span
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set


@dataclass(frozen=True, slots=True)
class Answer:
    """`span` covers the answering words ("uh, no"), or the whole reply when it is OTHER.

    `reply` is the replying turn's position in the dialogue; `first` and `rest` are the indices in that turn of the
    first answering word and of the first word after the answer. `limited` marks a no that belongs to the phrase
    after it ("no fever"): it denies that phrase, and only by the way whatever else was asked.
    """

    kind: AnswerKind
    span: Span
    reply: int
    rest: int
    first: int = 0
    limited: bool = False


_DENYING = phrase_set(
    """
    i don't think so | i do n't think so | i don't think there is | i do n't think there is |
    i don't think i have | i do n't think i have | i haven't noticed any | i have n't noticed any |
    i have not noticed any | not that i know of | not that i've noticed | not that i noticed | i don't have any |
    i do n't have any | i haven't had any | i have n't had any
    """
)
_ASIDES = phrase_set(
    """
    i wish i could | touch wood | knock on wood | knock wood | thank god | god forbid | ha | haha |
    let me think | let me think about it | let me think about that | let me see | good question |
    that's a good question | i'd have to think | i would have to think | i have my days |
    i have my moments | i have my ups and downs | we all have our days | everybody does
    """
)
_HUMMED = phrase_set(
    "and how | and then some | now and again | now and then | uh huh | uh uh | mm hmm | mm hm | mm mm | nuh uh | "
    "unh unh"
)  # of words that fill, alone
_ASKING_AGAIN = phrase_set("sorry | pardon | what was that | say again | come again | what's that | excuse me | what")
_CONFIRMING = word_set("yes yeah yep right mm hmm uh huh , in your the any so i mean have you like or")
_FEW = 6  # words
_PHRASE = 4  # words that a "no" denies, and the next one
_NOT_BEFORE_REPLY = frozenset(
    {"to", "toh", "तो", "or", "say", "said", "saying", "is", "there", "have", "had", "of", "with", "has"}
)
_OPEN_ENDED = word_set(
    """
    have n't haven't not do don't did didn't am i'm was wasn't does doesn't is isn't are has hasn't
    had it's there's they do have can bearable tolerable manageable terrible awful excruciating horrendous
    unbearable intermittent moderate mild severe bad ongoing streak spot speck drop trace smear streaks specks
    they're he's she's once always to very extremely tons loads plenty lots heaps
    any did
    never nil zero zip hardly wish only such way in too much many often what sadly sure does everywhere afraid
    """
)
_DENYING_ON = frozenset({"not", "n't", "never"})
_TAKING_OBJECTS = word_set("seen noticed told say says")  # "I have not seen", not "I have not seen my sister"
_ONESELF = word_set("i i've")
_OF_THEM = word_set("some one them")  # "I have some", not "I have some news"
_CLEAR_YES = word_set("yes yeah yep yup yea")


def answer_to(dialogue: Sequence[Utterance], i: int, opened: Sequence[Question] | None = None) -> Answer | None:
    """How the turn after turn `i` of the dialogue answers its open question, or None.

    None when turn `i` leaves no question open, or nobody else speaks next, or the next turn is only a back-channel
    ("okay"). `opened` stands in for the open questions where the caller knows better what is asked.
    """
    if i + 1 >= len(dialogue) or not (open_questions(dialogue[i]) if opened is None else opened):
        return None
    at = i + 1
    if at + 2 < len(dialogue) and _gives_back(dialogue[at]) and _says_again(dialogue[at + 1], dialogue[i]):
        at += 2
    if same_speaker(dialogue[i], dialogue[at]) or not dialogue[at].words:
        return None
    return read_answer(dialogue[at], at)


def _gives_back(replying: Utterance) -> bool:
    """A few words that only ask what was asked: "Swelling?", "Sorry, what?" """
    words = replying.words
    if not words or len(words) > _FEW:
        return False
    asks_back = words[-1].norm == "?" or any(_ASKING_AGAIN.at(words, i) is not None for i in range(len(words)))
    return asks_back and all(word.norm not in PLAIN_REPLIES for word in words)


def _says_again(repeating: Utterance, asking: Utterance) -> bool:
    """The asker confirms or repeats the question in a few words, and asks nothing new: "Yeah, in your legs." """
    words = repeating.words
    if not same_speaker(repeating, asking) or len(words) > 2 * _FEW:
        return False
    said = {word.norm for word in asking.words}
    return all(word.norm in said or word.norm in _CONFIRMING or word.norm in MARKS for word in words)


def answer_within(utterance: Utterance, question: Question, position: int) -> Answer | None:
    """The answer that stands in the asking turn itself, as in typed check-ins and where a transcript has merged turns.

    Only a plain yes or no counts, or what denies in a few words, right after the question or, without punctuation, at
    the end of its stretch.
    """
    words = utterance.words
    for at in range(question.first + 1, min(question.end + 1, len(words))):
        kind = PLAIN_REPLIES.get(words[at].norm)
        if kind is None or words[at - 1].norm in _NOT_BEFORE_REPLY:
            continue
        end = at + 1
        while end < len(words) and words[end].norm in PLAIN_REPLIES:
            kind = PLAIN_REPLIES[words[end].norm]
            end += 1
        if closes(words, end):
            return Answer(kind, Span(utterance.turn.index, words[at].start, words[end - 1].end), position, end, at)
    denied = _DENYING.at(words, question.end) if question.end < len(words) else None
    if denied is not None:
        end = question.end + denied[0]
        span = Span(utterance.turn.index, words[question.end].start, words[end - 1].end)
        return Answer(AnswerKind.NO, span, position, end, question.end)
    return None


def read_answer(replying: Utterance, position: int) -> Answer | None:
    """The words with which a turn answers, whatever was asked; None for a mere back-channel ("okay")."""
    words = replying.words
    begin = skip_fillers(words, 0)
    begin = next((i for i in range(begin) if _HUMMED.at(words, i) is not None), begin)
    aside = _ASIDES.at(words, begin) if begin < len(words) else None
    if aside is not None and closes(words, begin + aside[0]):
        begin = skip_fillers(words, begin + aside[0])
    if begin == len(words):
        return None
    begin = past_asking_back(words, begin, replying.sentences)
    kind: AnswerKind | None = None
    at = first = begin
    end = begin
    while at < len(words):
        match = REPLIES.at(words, at)
        if match is None:
            break
        length, said = match
        # "no, only the cough" limits a no; "yeah, no" is a no and "no, yeah" a yes: the last word counts.
        if said is AnswerKind.OTHER and kind is not None:
            break
        if said is AnswerKind.ONLY and kind is not None:
            break
        if kind is AnswerKind.NO and said is AnswerKind.YES and _limits_to_a_time(words, at):
            kind, end = said, at + length  # "no, only when I climb stairs": then it is there
            break
        # "no i do have a cough" and "no some days": what follows a clear no is a statement of its own.
        if kind is AnswerKind.NO and said is AnswerKind.YES and words[at].norm not in _CLEAR_YES:
            break
        if kind is AnswerKind.YES and said is AnswerKind.NO and words[at].norm != "no":
            break
        # "i have not | thrown up", "i do | some walking": an auxiliary answers only where its sentence ends.
        last = words[at + length - 1].norm
        if last in _TAKING_OBJECTS and not _ends_answer(words, at + length):
            break
        if said is AnswerKind.YES and _goes_on_to_deny(words, at + length):
            break  # "he has | not fallen"
        open_ended = last in _OPEN_ENDED or (last in _OF_THEM and words[at].norm in _ONESELF)
        if open_ended and not closes(words, at + length):
            break
        kind, end = said, at + length
        if said is AnswerKind.OTHER:
            break
        at = skip_fillers(words, end)
    if kind is not None and (put_right := taken_back(words, begin, replying.sentences)) is not None:
        kind, first, end = put_right
    if kind is None:
        late = late_reply(words, begin, replying.sentences)
        if late is not None:
            kind, first, end = late
    if kind is None or kind is AnswerKind.OTHER:
        span = Span(replying.turn.index, words[0].start, words[-1].end)
        return Answer(AnswerKind.OTHER, span, position, begin, begin)
    if kind is AnswerKind.NO and end < len(words) and _negates_a_phrase(words, first, end):
        # "no fever": the no belongs to what it stands before; it is still a no to the question.
        span = Span(replying.turn.index, words[first].start, words[end - 1].end)
        return Answer(kind, span, position, first, first, limited=not _denies_again(words, end))
    return Answer(kind, Span(replying.turn.index, words[first].start, words[end - 1].end), position, end, first)


def _goes_on_to_deny(words: Sequence[Word], at: int) -> bool:
    return words[at - 1].norm in AUXILIARIES and at < len(words) and words[at].norm in _DENYING_ON


def _denies_again(words: Sequence[Word], at: int) -> bool:
    """ "No pain, no, it just looks fat": the second no is of all that was asked."""
    end = min(len(words), at + _PHRASE)
    again = next((i for i in range(at, end) if PLAIN_REPLIES.get(words[i].norm) is AnswerKind.NO), None)
    return again is not None and closes(words, again + 1) and words[again - 1].norm not in MARKS


def _ends_answer(words: Sequence[Word], at: int) -> bool:
    """ "Not that I've noticed", or "not that I've noticed no" where nobody writes the comma."""
    if at >= len(words) or words[at].norm in BREAKS or words[at].norm in SPOKEN_TO:
        return True
    return PLAIN_REPLIES.get(words[at].norm) is not None and closes(words, at + 1)


def _limits_to_a_time(words: Sequence[Word], at: int) -> bool:
    following = words[at + 1].norm if at + 1 < len(words) else ""
    return words[at].norm in ("only", "just", "mostly") and following in ("when", "if", "at")


def same_speaker(one: Utterance, other: Utterance) -> bool:
    """Whether two turns have the same speaker, by party, else by label, else by role."""
    a, b = one.turn, other.turn
    if a.party is not None and b.party is not None:
        return a.party == b.party
    if a.speaker is not None and b.speaker is not None:
        return a.speaker == b.speaker
    return a.role == b.role


def _negates_a_phrase(words: Sequence[Word], first: int, end: int) -> bool:
    return end - first == 1 and words[end].norm not in BREAKS and words[end].norm not in SPOKEN_TO
