"""Which signs of danger are told of the subject, as a fact, of now, and not denied."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from carelog.conversations.turns import Role, Turn
from carelog.extraction.claims import long_past, of_another, of_carer_self, speaks_for_subject
from carelog.extraction.exchange import AnswerKind, Question, answer_to, questions
from carelog.extraction.finding import Span
from carelog.extraction.negation import Clause, Denial, clauses, denial, is_negative
from carelog.extraction.numbers import find_numbers
from carelog.extraction.pieces import in_pieces
from carelog.extraction.quoting import quoted
from carelog.extraction.symptoms import context
from carelog.extraction.urgency.phrases import PHRASES, TOGETHER, TRIGGERS, Together
from carelog.extraction.utterances import Utterance, Word, read
from carelog.extraction.wordsets import word_set

_MARKS = str.maketrans(dict.fromkeys('.,?!;:"()[]…।-–—/', " ") | {"’": "'"})
_AGES = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30.4, "months": 30.4}
_INFANT_DAYS = 90
_OF_OLD = word_set("history once childhood teenager")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MANY = 10
_PILLS = word_set("pills tablets capsules goliyan goliyaan")
_TAKEN = word_set("took taken swallowed swallow ate kha khayi kha li")
_THOUGHT = word_set("yes yeah yep sometimes thought haan kabhi")
_OF_ONESELF = word_set("me my myself i i've mera meri mere")
_SAYING = word_set("said says cried cries thought shouted sang sings whispered goes asked yelled replied screamed")
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
            [read_turns[i]] = read([pieces.turns[i]], started_at=started_at, zone=zone)
        return read_turns[i]

    found: list[Sign] = []
    for i, turn in enumerate(pieces.turns):
        if TRIGGERS.isdisjoint(turn.text.lower().translate(_MARKS).split()):
            continue
        found += _of_turn(at(i), at(i + 1) if i + 1 < len(pieces.turns) else None)
    return [Sign(sign.name, tuple(map(pieces.put_back, sign.spans))) for sign in found]


class _Mention(NamedTuple):
    sign: str
    first: int
    end: int


def _of_turn(utterance: Utterance, reply: Utterance | None) -> Iterator[Sign]:
    named, near = list(_phrases(utterance)), _may_be_together(utterance)
    cut = clauses(utterance) if named or near else []
    mentions = [*named, *_together(utterance, cut, near), *_infants(utterance), *_many_pills(utterance)]
    if not mentions:
        return
    asked = questions(utterance)
    for mention in mentions:
        question = next((q for q in asked if q.first <= mention.first < q.end), None)
        if question is not None or not speaks_for_subject(utterance):
            answered = _answered(utterance, reply, question)
            if answered is not None and not _is_supposed(utterance, cut, mention):
                yield Sign(mention.sign, (answered, _span(utterance, mention)))
            elif question is None and mention.sign == "under three months":
                yield Sign(mention.sign, (_span(utterance, mention),))
            continue
        if _is_told(utterance, cut, mention):
            yield Sign(mention.sign, (_span(utterance, mention),))


def _phrases(utterance: Utterance) -> Iterator[_Mention]:
    for first, end, sign in PHRASES.within(utterance.words):
        yield _Mention(sign, first, end)


def _may_be_together(utterance: Utterance) -> list[Together]:
    return [one for one in TOGETHER if all(not utterance.norms.isdisjoint(group) for group in one.groups)]


def _together(utterance: Utterance, cut: Sequence[Clause], near: Sequence[Together]) -> Iterator[_Mention]:
    for first, end in cut if near else ():
        norms = {word.norm for word in utterance.words[first:end]}
        for together in near:
            if all(not norms.isdisjoint(group) for group in together.groups):
                rest = frozenset().union(*together.groups)
                places = [i for i in range(first, end) if utterance.words[i].norm in rest]
                yield _Mention(together.sign, places[0], places[-1] + 1)


def _infants(utterance: Utterance) -> Iterator[_Mention]:
    """ "Six weeks old"."""
    words = utterance.words
    for i, word in enumerate(words):
        if word.norm != "old" or i < 2 or words[i - 1].norm not in _AGES:
            continue
        number = next((n for n in find_numbers(utterance) if n.end == i - 1), None)
        count = number.value if number else 1 if words[i - 2].norm in ("a", "one") else None
        if count is not None and 0 < count * _AGES[words[i - 1].norm] <= _INFANT_DAYS:
            yield _Mention("under three months", number.first if number else i - 2, i + 1)


def _many_pills(utterance: Utterance) -> Iterator[_Mention]:
    """ "I took twenty paracetamol tablets"."""
    words = utterance.words
    for i, word in enumerate(words):
        if word.norm not in _PILLS:
            continue
        number = next((n for n in find_numbers(utterance) if n.end <= i <= n.end + 2), None)
        if number is None or number.value < _MANY:
            continue
        before = range(number.first - 1, max(-1, number.first - 4), -1)
        verb = next((k for k in before if words[k].norm in _TAKEN), None)
        if verb is not None:
            yield _Mention("overdose", verb, i + 1)


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


def _is_told(utterance: Utterance, cut: Sequence[Clause], mention: _Mention) -> bool:
    words = utterance.words
    clause = next((c for c in cut if c[0] <= mention.first < c[1]), (0, len(words)))
    named = range(mention.first, mention.end)
    if denial(words, clause, mention.first, mention.end, named) is Denial.DENIED:
        return False
    if _is_supposed(utterance, cut, mention) or _is_of_old(utterance, clause, cut):
        return False
    if utterance.turn.role is not Role.CARER and _is_quoted(words, mention):
        return False
    if any(words[i].norm in _OF_ONESELF for i in named) and utterance.turn.role is not Role.CARER:
        return True  # "everyone would be better off without me"
    if utterance.turn.role is Role.CARER:
        return not of_carer_self(utterance, mention.first)
    return not (
        context.is_of_other(words, clause, mention.first)
        or context.is_third_person(words, clause, mention.first)
        or of_another(utterance, mention.first, reach=8)
        or _goes_on_of_another(utterance, cut, clause)
    )


def _is_quoted(words: Sequence[Word], mention: _Mention) -> bool:
    """Words of a story or a song: "I can't breathe, she said", "I can't breathe without you"."""
    after = [word.norm for word in words[mention.end : mention.end + 4]]
    if after[:1] == ["without"]:
        return True
    return not _SAYING.isdisjoint(after) and "i" not in after


def _goes_on_of_another(utterance: Utterance, cut: Sequence[Clause], clause: Clause) -> bool:
    """The clause takes its subject from one before it in the sentence, which is of somebody else."""
    words = utterance.words
    sentence = next((s for s in utterance.sentences if s[0] <= clause[0] < s[1]), clause)
    before = [c for c in cut if sentence[0] <= c[0] < clause[0]]
    own = context.is_first_person(words, clause, clause[1])
    return not own and any(context.is_of_other(words, c, c[1]) for c in before[-2:])


def _is_supposed(utterance: Utterance, cut: Sequence[Clause], mention: _Mention) -> bool:
    clause = next((c for c in cut if c[0] <= mention.first < c[1]), (0, len(utterance.words)))
    return context.is_supposed(utterance.words, clause, mention.first, observer=False)


def _is_of_old(utterance: Utterance, clause: Clause, cut: Sequence[Clause]) -> bool:
    words = utterance.words
    sentence = next((s for s in utterance.sentences if s[0] <= clause[0] < s[1]), clause)
    norms = {word.norm for word in words[sentence[0] : sentence[1]]}
    if utterance.said_at is not None and any(_YEAR.fullmatch(n) and int(n) < utterance.said_at.year for n in norms):
        return True
    return long_past(words, *sentence) or context.is_past(words, clause, cut) or not norms.isdisjoint(_OF_OLD)


def _span(utterance: Utterance, mention: _Mention) -> Span:
    sentence = utterance.sentence_at(mention.first)
    first, end = quoted(utterance.words, sentence, mention.first, mention.end)
    end = max(end, mention.end)
    return utterance.span(first, end)
