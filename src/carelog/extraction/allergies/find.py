"""The allergies and intolerances of a dialogue."""

from collections.abc import Iterator, Sequence
from typing import Final

from carelog.extraction.allergies.asked import (
    Anything,
    answer_to_asker,
    anything_of,
    asked_for,
    asks_what_happens,
    confirms_none,
    denied_at,
)
from carelog.extraction.allergies.claims import (
    IFS,
    claimed_of,
    listed_first,
    named_by,
    question_at,
    quote_of,
    reactions_in,
)
from carelog.extraction.allergies.cues import (
    find_cues,
    listed_after,
    may_speak_of_allergies,
    may_tell_a_cause,
    named_before,
)
from carelog.extraction.allergies.merging import Fact, merge
from carelog.extraction.allergies.reactions import find_reactions, is_allergic
from carelog.extraction.exchange import AnswerKind, Question, questions, read_answer, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.whose import is_anothers
from carelog.extraction.wordsets import word_set

_GENERAL: Final = word_set("antibiotics antibiotic vaccines vaccine")
_OF_IT: Final = word_set("it they that which i he she my his her makes gives gave made causes caused , and . so")
_GIVES: Final = word_set("gives gave give makes made make causes caused cause")
_GIVES_REACH: Final = 3
_WHOM: Final = word_set("me him her my his us")
_ASKED_BACK: Final = 2


def find_allergies(dialogue: Sequence[Utterance]) -> list[Finding]:
    """Every substance that the subject is said not to bear, or to bear, one finding for each.

    >>> from carelog.conversations.turns import Role, Turn
    >>> from carelog.extraction.utterances import read
    >>> asked = Turn(0, "Any allergies?", "/0", speaker="D", role=Role.CLINICIAN)
    >>> told = Turn(1, "Penicillin, I get hives.", "/1", speaker="P", role=Role.PATIENT)
    >>> [found] = find_allergies(read([asked, told]))
    >>> found.payload.headline()
    'allergy: penicillin (hives)'
    """
    facts: list[Fact] = []
    awaited = -1  # The turn that answers a question for allergies.
    latest = -1 - _ASKED_BACK  # The turn that last told of one.
    for turn, utterance in enumerate(dialogue):
        told: list[Fact] = []
        speaks = may_speak_of_allergies(utterance.norms)
        if speaks:
            told += _stated(dialogue, turn)
        if turn == awaited:
            told += _answered(dialogue, turn)
        if may_tell_a_cause(utterance.norms):
            told += _caused(utterance)
        if facts and not told and turn <= latest + _ASKED_BACK and asks_what_happens(dialogue[turn - 1]):
            told = _what_happens(utterance, facts[-1])
        awaited = turn + 1 if speaks else awaited
        latest = turn if told else latest
        facts += told
    return merge(facts)


def _stated(dialogue: Sequence[Utterance], turn: int) -> Iterator[Fact]:
    """What the sentences of a turn state, and what its questions ask with the answers."""
    utterance = dialogue[turn]
    words = utterance.words
    asked = questions(utterance)
    for begin, end in utterance.sentences:
        if not may_speak_of_allergies(frozenset(word.norm for word in words[begin:end])):
            continue
        denied = next((d for i in range(begin, end) if (d := denied_at(words, i, end))), None)
        if denied is not None and not is_anothers(utterance, begin, denied.first, denied.end):
            question = question_at(asked, denied.first)
            answer = answer_to_asker(dialogue, turn, question) if question else None
            if question is None or confirms_none(question, words, answer):
                spans = (quote_of(utterance, begin, end, denied.first, denied.end), *((answer.span,) if answer else ()))
                yield from _denied(words, denied, end, spans)
            continue
        for cue in find_cues(words, begin, end):
            for named in named_by(words, begin, end, cue):
                if fact := claimed_of(dialogue, turn, (begin, end), cue, named, asked):
                    yield fact


def _denied(words: Sequence[Word], denied: Anything, end: int, spans: tuple[Span, ...]) -> Iterator[Fact]:
    """ "No drug allergies"; "no allergies to latex or iodine" denies those."""
    at = next((i + 1 for i in range(denied.first, denied.end) if words[i].norm == "to"), end)
    named = [n for n in listed_after(words, at, end) if n.allergen.name not in _GENERAL]
    for one in named:
        yield Fact(one.allergen.name, one.allergen.category, spans, certainty="refuted")
    if not named:
        yield Fact(anything_of(denied.category), denied.category, spans, certainty="refuted")


def _answered(dialogue: Sequence[Utterance], turn: int) -> list[Fact]:
    """What the turn answers to a question for allergies in general: a list, or that there is none."""
    if not turn or same_speaker(dialogue[turn - 1], dialogue[turn]):
        return []
    asking, utterance = dialogue[turn - 1], dialogue[turn]
    asked = asked_for(asking)
    if asked is None:
        return []
    question, category = asked
    words = utterance.words
    own = quote_of(asking, *asking.sentence_at(question.first), question.first, question.end)
    listed = listed_first(utterance)
    answer = read_answer(utterance, turn)
    if not listed and answer is not None and answer.kind is AnswerKind.NO and not _names_one(asking, question):
        return [Fact(anything_of(category), category, (own, answer.span), certainty="refuted")]
    if not listed:
        return []
    reactions, spans = reactions_in(utterance, listed[-1].end)
    told = find_reactions(words, listed[-1].end, len(words)) if len(listed) == 1 else []
    allergic = not told or any(is_allergic(reaction) for reaction in told)
    begin, end = utterance.sentence_at(listed[0].first)
    quote = quote_of(utterance, begin, end, listed[0].first, min(listed[-1].end, end))
    shared = reactions if len(listed) == 1 else ()
    return [
        Fact(
            named.allergen.name,
            named.allergen.category,
            (own, quote, *(spans if shared else ())),
            kind="allergy" if allergic else None,
            reactions=shared,
        )
        for named in listed
    ]


def _names_one(asking: Utterance, question: Question) -> bool:
    """ "Are you allergic to sulfa?" asks for one substance, whose answer is read with it."""
    words = asking.words
    return any(
        named_by(words, question.first, question.end, cue) for cue in find_cues(words, question.first, question.end)
    )


def _caused(utterance: Utterance) -> Iterator[Fact]:
    """ "Amoxicillin gives me hives": a reaction that allergies have, after a substance."""
    words = utterance.words
    for begin, end in utterance.sentences:
        for i in range(begin, end):
            if words[i].norm not in _GIVES or i + 1 >= end or words[i + 1].norm not in _WHOM:
                continue
            reactions = [r for r in find_reactions(words, i + 1, min(end, i + 8)) if is_allergic(r)]
            near = [n for at in range(i, max(begin, i - _GIVES_REACH), -1) for n in named_before(words, begin, at)]
            if not reactions or not near or is_anothers(utterance, begin, near[0].first, near[0].end):
                continue
            before = {word.norm for word in words[begin : near[0].first]}
            if before & IFS:
                continue
            span = quote_of(utterance, begin, end, near[0].first, reactions[-1].end)
            names = tuple(dict.fromkeys(reaction.name for reaction in reactions))
            yield Fact(near[0].allergen.name, near[0].allergen.category, (span,), reactions=names)


def _what_happens(utterance: Utterance, fact: Fact) -> list[Fact]:
    """What is answered to "what happens then?"."""
    reactions, spans = reactions_in(utterance, 0)
    if not reactions or fact.certainty == "refuted":
        return []
    return [Fact(fact.substance, fact.category, spans, reactions=reactions)]
