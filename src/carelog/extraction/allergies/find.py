"""The allergies and intolerances of a dialogue."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.allergies.asked import (
    Anything,
    Charted,
    answer_to_asker,
    anything_of,
    asked_for,
    asks_what_happens,
    charted,
    confirms_none,
    denied_at,
    taken_as_asked,
)
from carelog.extraction.allergies.claims import (
    IFS,
    claimed_of,
    listed_first,
    named_by,
    named_instead,
    names_after_no,
    question_at,
    quote_of,
    reactions_in,
)
from carelog.extraction.allergies.cues import (
    Named,
    find_cues,
    itemised,
    listed_after,
    may_speak_of_allergies,
    may_tell_a_cause,
    named_before,
)
from carelog.extraction.allergies.exceptions import APART, excepted
from carelog.extraction.allergies.merging import Fact, merge
from carelog.extraction.allergies.reactions import find_reactions, is_allergic
from carelog.extraction.exchange import AnswerKind, Question, questions, read_answer, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.whose import answers_for_family, is_anothers
from carelog.extraction.wordsets import word_set

_APART_REACH: Final = 7  # words
_ALLERGIC: Final = word_set("allergic allergy allergies")
_ANYTHING: Final = word_set("anything any else other")
_GENERAL: Final = word_set("antibiotics antibiotic vaccines vaccine")
_OF_IT: Final = word_set("it they that which i he she my his her makes gives gave made causes caused , and . so")
_GIVES: Final = word_set("gives gave give makes made make causes caused cause brings brought bring")
_GIVES_REACH: Final = 3
_WHOM: Final = word_set("me him her my his us")
_HAPPENS: Final = word_set("happens happened")
_ASKED_BACK: Final = 2
_ASKED_ON: Final = 4  # turns after an answer
_LONGEST_ASKED: Final = 5  # words
_FROM: Final = word_set("se से")
_FURTHER: Final = word_set("new further additional")
_I_DO: Final = phrase_set("i do | i have | i am | i've got | yes")
_I_DO_REACH: Final = 3
_ITEM_REACH: Final = 6  # words
_AFTER_I_DO: Final = word_set(": , - have one to . allergic it's")
_NO_ALLERGY: Final = phrase_set(
    """
    not an allergy | isn't an allergy | wasn't an allergy | not a real allergy | not a true allergy |
    not really an allergy | not a proper allergy | not allergic really | not really allergic | not exactly allergic |
    more of an intolerance | more an intolerance | not so much an allergy
    """
)


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
            told += _itemised(utterance) if not told and turn != awaited else ()
        if turn == awaited:
            told += _answered(dialogue, turn)
        if turn and not told and may_speak_of_allergies(dialogue[turn - 1].norms):
            told += _instead(dialogue, turn)
        if may_tell_a_cause(utterance.norms):
            told += _caused(utterance)
        if not told and 0 < awaited <= turn <= awaited + _ASKED_ON:
            told += _asked_on(dialogue, turn)
        if facts and turn == latest + 1 and (end := _denial_of_an_allergy(utterance)):
            facts[-1], told = _as_intolerance(utterance, facts[-1], end), []
        elif facts and not told and turn == latest + 1 and _agrees(utterance, turn):
            told = _what_happens(utterance, facts[-1], only_allergic=True)
        elif facts and not told and turn <= latest + _ASKED_BACK and asks_what_happens(dialogue[turn - 1]):
            told = _what_happens(utterance, facts[-1])
        if not told and turn and not _HAPPENS.isdisjoint(dialogue[turn - 1].norms):
            told = _happens_with(dialogue, turn)
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
            but_for = excepted(words, denied.first, begin, end)
            question = question_at(asked, denied.first)
            answer = answer_to_asker(dialogue, turn, question) if question else None
            turned = question is not None and turn + 1 < len(dialogue) and _turned(dialogue[turn + 1])
            if question is None or (not turned and confirms_none(question, words, answer)):
                spans = (quote_of(utterance, begin, end, denied.first, denied.end), *((answer.span,) if answer else ()))
                told = _denied(words, denied, end, spans) if but_for is None else _but_for(but_for, spans)
                yield from told
            if but_for != []:
                continue
        yield from _excepted(utterance, begin, end)
        for cue in find_cues(words, begin, end):
            for named in named_by(words, begin, end, cue):
                if fact := claimed_of(dialogue, turn, (begin, end), cue, named, asked):
                    yield fact


def _excepted(utterance: Utterance, begin: int, end: int) -> Iterator[Fact]:
    """ "Are you allergic to anything else, apart from cats?": the cats are known."""
    words = utterance.words
    if utterance.turn.role not in (Role.CLINICIAN, Role.AGENT):
        return
    for first, stop, _ in APART.within(words, begin, end):
        before = {word.norm for word in words[max(begin, first - _APART_REACH) : first]}
        if before.isdisjoint(_ALLERGIC) or before.isdisjoint(_ANYTHING):
            continue
        for named in listed_after(words, stop, end):
            span = quote_of(utterance, begin, end, begin, named.end)
            yield Fact(named.allergen.name, named.allergen.category, (span,), kind="allergy", status="active")


def _denied(words: Sequence[Word], denied: Anything, end: int, spans: tuple[Span, ...]) -> Iterator[Fact]:
    """ "No drug allergies"; "no allergies to latex or iodine" denies those."""
    if denied.first and words[denied.first - 1].norm in _FROM:
        for one in named_before(words, 0, denied.first):  # "Sulfa se allergy nahi hai."
            yield Fact(one.allergen.name, one.allergen.category, spans, certainty="refuted")
        return
    at = next((i + 1 for i in range(denied.first, denied.end) if words[i].norm == "to"), end)
    named = [n for n in listed_after(words, at, end) if n.allergen.name not in _GENERAL]
    for one in named:
        yield Fact(one.allergen.name, one.allergen.category, spans, certainty="refuted")
    if not named:
        yield Fact(anything_of(denied.category), denied.category, spans, certainty="refuted")


def _but_for(named: Sequence[Named], spans: tuple[Span, ...]) -> Iterator[Fact]:
    """ "None except penicillin": what is excepted is an allergy."""
    for one in named:
        yield Fact(one.allergen.name, one.allergen.category, spans, kind="allergy", status="active")


def _answered(dialogue: Sequence[Utterance], turn: int) -> list[Fact]:
    """What the turn answers to a question for allergies in general: a list, or that there is none."""
    if not turn or same_speaker(dialogue[turn - 1], dialogue[turn]):
        return []
    asking, utterance = dialogue[turn - 1], dialogue[turn]
    asked = asked_for(asking)
    if asked is None:
        chart = charted(asking)
        return _confirmed(asking, utterance, chart) if chart is not None else []
    question, category = asked
    words = utterance.words
    own = quote_of(asking, *asking.sentence_at(question.first), question.first, question.end)
    listed = [*(first := listed_first(utterance)), *(_listed_on(utterance) if first else ())]
    answer = read_answer(utterance, turn)
    if not listed and answer is not None and answer.kind is AnswerKind.NO:
        but_for = excepted(words, 0, 0, len(words))
        if but_for is not None:
            end = max((named.end for named in but_for), default=1)
            return list(_but_for(but_for, (own, utterance.span(0, end))))
        if turned := _turned(utterance):
            return [
                Fact(n.allergen.name, n.allergen.category, (own, utterance.span(0, n.end)), kind="allergy")
                for n in turned
            ]
        further = {word.norm for word in asking.words[question.first : question.end]} & _FURTHER
        if _names_one(asking, question) or names_after_no(utterance) or further:
            return []  # "Any new allergies?" "No." leaves the old ones.
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
        _of_list(words, listed, named, (own, quote))
        or Fact(
            named.allergen.name,
            named.allergen.category,
            (own, quote, *(spans if shared else ())),
            kind="allergy" if allergic else None,
            reactions=shared,
        )
        for named in listed
    ]


def _instead(dialogue: Sequence[Utterance], turn: int) -> list[Fact]:
    """ "You're allergic to sulfa." "No, penicillin." """
    told, utterance = dialogue[turn - 1], dialogue[turn]
    if told.turn.role not in (Role.CLINICIAN, Role.AGENT) or same_speaker(told, utterance) or not told.sentences:
        return []
    begin, end = told.sentences[-1]
    cues = find_cues(told.words, begin, end)
    if told.words[end - 1].norm == "?" or not any(named_by(told.words, begin, end, cue) for cue in cues):
        return []
    own = told.span(begin, end)
    named = named_instead(utterance)
    spans = (own, utterance.span(0, named[-1].end)) if named else ()
    return [Fact(one.allergen.name, one.allergen.category, spans, "allergy", status="active") for one in named]


def _listed_on(utterance: Utterance) -> Iterator[Named]:
    """ "Sulfa gives me a rash. | Codeine makes me itch.": further sentences that each begin with a substance."""
    words = utterance.words
    for begin, end in utterance.sentences[1:]:
        named = listed_after(words, begin, end)
        if named and named[0].first == begin and find_reactions(words, named[-1].end, end):
            yield from named


def _of_list(words: Sequence[Word], listed: Sequence[Named], named: Named, spans: tuple[Span, ...]) -> Fact | None:
    """One substance of a list that tells what each of them does; None where it is no such list."""
    told = itemised(words, listed, named, min(len(words), named.end + _ITEM_REACH))
    if told is None:
        return None
    reactions = tuple(dict.fromkeys(reaction.name for reaction in told))
    allergic = not told or any(is_allergic(reaction) for reaction in told)
    one = named.allergen
    return Fact(one.name, one.category, spans, kind="allergy" if allergic else None, reactions=reactions)


def _itemised(utterance: Utterance) -> Iterator[Fact]:
    """ "Penicillin - hives, sulfa - rash, latex", typed or said with nothing else."""
    words = utterance.words
    for begin, end in utterance.sentences:
        listed = listed_after(words, begin, end)
        told = [r for named in listed for r in itemised(words, listed, named, end) or ()]
        if len(listed) > 1 and len([r for r in told if is_allergic(r)]) > 1:
            span = utterance.span(begin, max(listed[-1].end, told[-1].end))
            yield from (fact for named in listed if (fact := _of_list(words, listed, named, (span,))))


def _turned(reply: Utterance) -> list[Named]:
    """ "(No allergies?) No, I do: penicillin." """
    words = reply.words
    at = next((end for first, end, _ in _I_DO.within(words) if first <= _I_DO_REACH), None)
    if at is None:
        return []
    at = next((i for i in range(at, len(words)) if words[i].norm not in _AFTER_I_DO), len(words))
    return listed_after(words, at, len(words))


def _confirmed(asking: Utterance, utterance: Utterance, chart: Charted) -> list[Fact]:
    """ "(Any allergies? I've got aspirin down.) Aspirin, yeah, it sets my chest off"; a no leaves open what is so."""
    listed = listed_first(utterance)
    answer = read_answer(utterance, utterance.turn.index)
    if not listed and (answer is None or answer.kind is not AnswerKind.YES):
        return []
    own = asking.span(chart.question.first, chart.end)
    reactions, spans = reactions_in(utterance, 0)
    told = utterance.span(*utterance.sentences[0])
    return [
        Fact(one.allergen.name, one.allergen.category, (own, told, *spans), kind="allergy", reactions=reactions)
        for one in (listed or chart.named)
    ]


def _asked_on(dialogue: Sequence[Utterance], turn: int) -> list[Fact]:
    """ "(Any allergies? ...) Latex?" "Latex yes, my hands swell up": a substance that is asked for in a word."""
    asking, utterance = dialogue[turn - 1], dialogue[turn]
    begin, end = asking.sentences[-1] if asking.sentences else (0, 0)
    if same_speaker(asking, utterance) or not 1 < end - begin <= _LONGEST_ASKED or asking.words[end - 1].norm != "?":
        return []
    named, answer = listed_after(asking.words, begin, end), read_answer(utterance, turn)
    again = [n for n in listed_first(utterance) if n.allergen in [one.allergen for one in named]]
    yes = answer is not None and answer.kind is AnswerKind.YES
    if len(named) != 1 or named[0].end < end - 1 or not (yes or again) or named[0].allergen.category == "medication":
        return []  # "Aspirin?" may ask what is taken.
    own = asking.span(begin, end)
    reactions, spans = reactions_in(utterance, 0)
    answered = utterance.span(*utterance.sentences[0])
    one = named[0].allergen
    return [Fact(one.name, one.category, (own, answered, *spans), kind="allergy", reactions=reactions)]


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


def _denial_of_an_allergy(utterance: Utterance) -> int | None:
    """Where the words end that say "(You're allergic to it?) It's not an allergy really, it just makes me sick"."""
    return next((end for _, end, _ in _NO_ALLERGY.within(utterance.words)), None)


def _as_intolerance(utterance: Utterance, fact: Fact, end: int) -> Fact:
    reactions, spans = reactions_in(utterance, end)
    if fact.certainty == "refuted":
        return fact
    span = spans or (utterance.span(*utterance.sentences[0]),)
    return replace(fact, kind="intolerance", reactions=reactions or fact.reactions, spans=(*fact.spans, *span))


def _agrees(utterance: Utterance, turn: int) -> bool:
    """ "(You're allergic to latex, is that right?) Yes, my hands swell up"."""
    answer = read_answer(utterance, turn)
    return answer is not None and answer.kind is AnswerKind.YES


def _what_happens(utterance: Utterance, fact: Fact, *, only_allergic: bool = False) -> list[Fact]:
    """What is answered to "what happens then?"."""
    reactions, spans = reactions_in(utterance, 0)
    if only_allergic and not any(is_allergic(r) for r in find_reactions(utterance.words, 0, len(utterance.words))):
        return []
    if not reactions or fact.certainty == "refuted":
        return []
    return [Fact(fact.substance, fact.category, spans, reactions=reactions)]


def _happens_with(dialogue: Sequence[Utterance], turn: int) -> list[Fact]:
    """ "(What happens when you take aspirin?) My lips swell": an allergy where the reaction is one of allergies."""
    asking, utterance = dialogue[turn - 1], dialogue[turn]
    named = taken_as_asked(asking)
    reactions = [r for r in find_reactions(utterance.words, 0, len(utterance.words)) if is_allergic(r)]
    if len(named) != 1 or not reactions or same_speaker(asking, utterance) or answers_for_family(utterance):
        return []
    one = named[0]
    own = quote_of(asking, *asking.sentence_at(one.first), one.first, one.end)
    told, spans = reactions_in(utterance, 0)
    return [Fact(one.allergen.name, one.allergen.category, (own, *spans), "allergy", told)] if told else []
