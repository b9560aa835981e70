"""Which signs of danger are told of the subject, as a fact, of now, and not denied."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from carelog.conversations.turns import Role, Turn
from carelog.extraction.claims import long_past, of_another, of_carer_self, speaks_for_subject
from carelog.extraction.clauses import clauses
from carelog.extraction.exchange import AnswerKind, Question, answer_to, questions
from carelog.extraction.finding import Span
from carelog.extraction.negation import Clause, Denial, denial, is_negative
from carelog.extraction.pieces import in_pieces
from carelog.extraction.quoting import quoted
from carelog.extraction.symptoms import context, persons
from carelog.extraction.unreal import real
from carelog.extraction.urgency.amounts import (
    GLUCOSE_FAR_OUT,
    GLUCOSE_OUT,
    INFANT,
    INFANT_FEVER,
    asks_for_glucose,
    asks_how_far_along,
    asks_how_many_were_taken,
    glucose_in_answer,
    many_in_answer,
    weeks_in_answer,
)
from carelog.extraction.urgency.mention import Mention
from carelog.extraction.urgency.named import TRIGGERS, named
from carelog.extraction.utterances import Utterance, Word, read
from carelog.extraction.wordsets import word_set

_MARKS = str.maketrans(dict.fromkeys('.,?!;:"()[]…।-–—/', " ") | {"’": "'"})
_OF_OLD = word_set("history once childhood teenager")
_YEAR = re.compile(r"(?:19|20)\d\d")
_THOUGHT = word_set("yes yeah yep sometimes thought haan kabhi several nearly often most half")
_OF_ONESELF = word_set("me my myself i i've mera meri mere")
_I_AM = word_set("i i'm im am i've")
_FELT_REACH = 3  # words
_SAYING = word_set("said says cried cries thought shouted sang sings whispered goes asked yelled replied screamed")
_MEANING = word_set("thinking considering planning contemplating going gonna about having want wanting")
_MEANT_REACH = 6  # words
_MEANT_AFTER = 3
_OF_A_CHILD = ("unresponsive", "blue lips", "overdose", "battery swallowed")
_CHILDREN = word_set("baby son daughter child toddler newborn infant kid grandson granddaughter")
_KIN = _CHILDREN | word_set(
    """
    husband wife partner mother mom mum father dad brother sister grandma grandmother grandpa grandfather aunt uncle
    friend roommate boyfriend girlfriend
    """
)
_OF_KIN = ("unresponsive", "facial droop")
_HINDI_KIN = word_set(
    """
    papa mummy maa pitaji pati patni biwi dada dadi nana nani beta beti bachcha baccha bachchi पापा मम्मी माँ मां पिताजी
    पति पत्नी दादा दादी नाना नानी बेटा बेटी बच्चा बच्ची
    """
)
_NOT_NOW = word_set(
    """
    was were had died dead ago since years months stroke palsy bell's night nights snores snoring apnea always tha thi
    the था थी
    """
)
_BY_ANYONE = (INFANT, GLUCOSE_OUT, GLUCOSE_FAR_OUT)
_BEFORE = 2  # turns
_YES = (AnswerKind.YES, AnswerKind.ONLY)


class Sign(NamedTuple):
    """A sign of danger and the words that tell it."""

    name: str
    spans: tuple[Span, ...]


def signs_told(turns: Sequence[Turn], *, zone: str, started_at: datetime) -> list[Sign]:
    """Every sign that the turns tell, in their order. Only turns that hold a word of danger are read."""
    read_turns: dict[int, Utterance] = {}
    pieces = in_pieces(turns)

    def at(i: int) -> Utterance:
        if i not in read_turns:
            [read_turns[i]] = real(read([pieces.turns[i]], started_at=started_at, zone=zone))
        return read_turns[i]

    found: list[Sign] = []
    for i, turn in enumerate(pieces.turns):
        if TRIGGERS.isdisjoint(turn.text.lower().translate(_MARKS).split()):
            continue
        before = [earlier.text for earlier in pieces.turns[max(0, i - _BEFORE) : i]]
        found += _of_turn(at(i), at(i + 1) if i + 1 < len(pieces.turns) else None, before)
    return [Sign(sign.name, tuple(map(pieces.put_back, sign.spans))) for sign in found]


def _of_turn(utterance: Utterance, reply: Utterance | None, before: Sequence[str]) -> Iterator[Sign]:
    yield from _number_answered(utterance, reply)
    mentions = list(named(utterance, before))
    if not mentions:
        return
    cut, asked = clauses(utterance), questions(utterance)
    for mention in mentions:
        question = next((q for q in asked if q.first <= mention.first < q.end), None)
        if question is not None or not speaks_for_subject(utterance):
            answered = _answered(utterance, reply, question)
            if answered is not None and not _is_supposed(utterance, cut, mention):
                yield Sign(mention.sign, (answered, _span(utterance, mention)))
            elif question is None and mention.sign in _BY_ANYONE and not _is_supposed(utterance, cut, mention):
                yield Sign(mention.sign, (_span(utterance, mention),))
            continue
        if _is_told(utterance, cut, mention):
            yield Sign(mention.sign, (_span(utterance, mention),))


def _number_answered(utterance: Utterance, reply: Utterance | None) -> Iterator[Sign]:
    """ "How many did you take?" "About thirty."."""
    if reply is None or not speaks_for_subject(reply) or speaks_for_subject(utterance):
        return
    mention = None
    if asks_how_many_were_taken(utterance):
        mention = many_in_answer(reply)
    elif asks_for_glucose(utterance):
        mention = glucose_in_answer(reply)
    elif asks_how_far_along(utterance):
        mention = weeks_in_answer(reply)
    elif _asks_whether_safe(utterance):
        answer = answer_to([utterance, reply], 0, questions(utterance)[-1:])
        if answer is not None and answer.kind is AnswerKind.NO:
            yield Sign("afraid at home", (answer.span, utterance.span()))
    if mention is not None:
        yield Sign(mention.sign, (reply.span(mention.first, mention.end), utterance.span()))


def _asks_whether_safe(utterance: Utterance) -> bool:
    """ "Do you feel safe at home?"."""
    return {"you", "safe", "home"} <= utterance.norms and bool(questions(utterance))


def _answered(utterance: Utterance, reply: Utterance | None, question: Question | None) -> Span | None:
    """The words of a yes to the question."""
    if question is None or reply is None or not speaks_for_subject(reply):
        return None
    answer = answer_to([utterance, reply], 0, [question])
    if answer is None:
        return None
    if answer.kind is AnswerKind.OTHER:  # "I have thought about it"
        denies = any(is_negative(word) for word in reply.words)
        return answer.span if not (denies or reply.norms.isdisjoint(_THOUGHT)) else None
    return answer.span if answer.kind in _YES and not answer.limited else None


def _is_told(utterance: Utterance, cut: Sequence[Clause], mention: Mention) -> bool:
    words = utterance.words
    clause = next((c for c in cut if c[0] <= mention.first < c[1]), (0, len(words)))
    place = range(mention.first, mention.end)
    denied = denial(words, clause, mention.first, mention.end, place) is Denial.DENIED
    if denied or _is_not_meant(words, clause, mention.first):
        return False
    if (not mention.as_plan and _is_supposed(utterance, cut, mention)) or _is_of_old(utterance, clause, cut):
        return False
    if utterance.turn.role is not Role.CARER and _is_quoted(words, mention):
        return False
    if any(words[i].norm in _OF_ONESELF for i in place) and utterance.turn.role is not Role.CARER:
        return True  # "everyone would be better off without me"
    if utterance.turn.role is Role.CARER:  # "I can't wake her"
        return mention.sign == "unresponsive" or not of_carer_self(utterance, mention.first)
    if mention.sign == INFANT_FEVER or (mention.sign in _OF_A_CHILD and _is_of_own_child(utterance, mention)):
        return True
    if mention.sign == "afraid at home":
        return not _I_AM.isdisjoint(word.norm for word in words[max(0, mention.first - _FELT_REACH) : mention.first])
    if mention.sign in _OF_KIN and _is_of_kin_now(utterance, mention):
        return True
    return not (
        persons.is_of_other(words, clause, mention.first)
        or persons.is_third_person(words, clause, mention.first)
        or of_another(utterance, mention.first, reach=8)
        or _goes_on_of_another(utterance, cut, clause)
    )


def _is_not_meant(words: Sequence[Word], clause: Clause, first: int) -> bool:
    """ "I'm not thinking of ending my life"."""
    return any(
        is_negative(words[i]) and any(word.norm in _MEANING for word in words[i + 1 : min(first, i + _MEANT_AFTER)])
        for i in range(max(clause[0], first - _MEANT_REACH), first)
    )


def _is_of_own_child(utterance: Utterance, mention: Mention) -> bool:
    """ "My baby isn't breathing", which somebody should look at whosever record it is."""
    words = utterance.words[utterance.sentence_at(mention.first)[0] : mention.end]
    return any(word.norm == "my" and later.norm in _CHILDREN for word, later in pairwise(words))


def _is_of_kin_now(utterance: Utterance, mention: Mention) -> bool:
    """ "My husband isn't breathing", in a sentence that tells of no other time."""
    begin, end = utterance.sentence_at(mention.first)
    words = utterance.words
    if any(word.norm in _NOT_NOW for word in words[begin:end]):
        return False
    before = words[begin : mention.end]
    mine = any(word.norm == "my" and later.norm.removesuffix("'s") in _KIN for word, later in pairwise(before))
    return mine or any(word.norm in _HINDI_KIN for word in before)


def _is_quoted(words: Sequence[Word], mention: Mention) -> bool:
    """Words of a story or a song: "I can't breathe, she said", "I can't breathe without you"."""
    after = [word.norm for word in words[mention.end : mention.end + 4]]
    if after[:1] == ["without"] or (after[:1] == ["through"] and "nose" in after):
        return True
    return not _SAYING.isdisjoint(after) and "i" not in after


def _goes_on_of_another(utterance: Utterance, cut: Sequence[Clause], clause: Clause) -> bool:
    """The clause takes its subject from one before it in the sentence, which is of somebody else."""
    words = utterance.words
    sentence = next((s for s in utterance.sentences if s[0] <= clause[0] < s[1]), clause)
    before = [c for c in cut if sentence[0] <= c[0] < clause[0]]
    own = persons.is_first_person(words, clause, clause[1])
    return not own and any(persons.is_of_other(words, c, c[1]) for c in before[-2:])


def _is_supposed(utterance: Utterance, cut: Sequence[Clause], mention: Mention) -> bool:
    clause = next((c for c in cut if c[0] <= mention.first < c[1]), (0, len(utterance.words)))
    return context.is_supposed(utterance.words, clause, mention.first, observer=False)


def _is_of_old(utterance: Utterance, clause: Clause, cut: Sequence[Clause]) -> bool:
    words = utterance.words
    sentence = next((s for s in utterance.sentences if s[0] <= clause[0] < s[1]), clause)
    norms = {words[i].norm for i in range(*sentence) if words[i - 1].norm != "at"}  # "all at once"
    if utterance.said_at is not None and any(_YEAR.fullmatch(n) and int(n) < utterance.said_at.year for n in norms):
        return True
    return long_past(words, *sentence) or context.is_past(words, clause, cut) or not norms.isdisjoint(_OF_OLD)


def _span(utterance: Utterance, mention: Mention) -> Span:
    sentence = utterance.sentence_at(mention.first)
    first, end = quoted(utterance.words, sentence, mention.first, mention.end)
    end = max(end, mention.end)
    return utterance.span(first, end)
