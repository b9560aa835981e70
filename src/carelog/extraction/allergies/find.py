"""The allergies and intolerances of a dialogue."""

from collections.abc import Iterator, Sequence
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.allergies.asked import (
    Anything,
    answer_of,
    anything_of,
    asked_for,
    asks_what_happens,
    confirms_none,
    denied_at,
)
from carelog.extraction.allergies.cues import (
    Cue,
    Named,
    Way,
    find_cues,
    listed_after,
    may_speak_of_allergies,
    may_tell_a_cause,
    named_before,
)
from carelog.extraction.allergies.merging import Fact, Kind, merge
from carelog.extraction.allergies.reactions import find_reactions, is_allergic
from carelog.extraction.exchange import AnswerKind, Question, QuestionForm, questions, read_answer, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vocabularies.allergens import Allergen
from carelog.extraction.whose import is_anothers
from carelog.extraction.wordsets import word_set
from carelog.record.types.allergy import Certainty, Severity, Status

_SEVERITIES: Final[dict[str, Severity]] = {
    "mild": "mild", "mildly": "mild", "slight": "mild", "slightly": "mild", "moderate": "moderate",
    "moderately": "moderate", "severe": "severe", "severely": "severe", "serious": "severe", "deathly": "severe",
    "terrible": "severe", "terribly": "severe",
}  # fmt: skip
_SEVERITY_REACH: Final = 4
_IFS: Final = word_set("if unless whether should would could agar")
_DOUBTS: Final = word_set("might may maybe possibly perhaps probably think suspect shayad")
_DOUBT_REACH: Final = 6
_OVER: Final = phrase_set(
    "used to be allergic | used to have | outgrew | outgrown | grew out of | no longer allergic | was allergic"
)
_NO_SUBSTANCE: Final = word_set(
    """
    anything something everything nothing that this them those these what which some many other certain lots stuff
    things medicine medicines medication medications food foods allergies symptoms seasonal environmental being having
    taking getting monday mondays mornings school homework exercise housework cleaning men women kids math
    commitment nonsense bullshit marriage work change people you how when would could
    """
)
_ENDS_A_NAME: Final = word_set(". , ! ? ; and or but so")
_SHORTEST_NAME: Final = 4
_GENERAL: Final = word_set("antibiotics antibiotic vaccines vaccine")
_CLAIMS: Final = word_set(
    """
    my your his her have has had 've i've you've got with history known i'm am im he's she's is are you're be been mujhe
    unko usko hai hain है मुझे
    """
)
_CLAIM_REACH: Final = 7
_MAYBE: Final = word_set("can may might could")
_REACTION_REACH: Final = 22
_OF_IT: Final = word_set("it they that which i he she my his her makes gives gave made causes caused , and . so")
_GIVES: Final = word_set("gives gave give makes made make causes caused cause")
_GIVES_REACH: Final = 3
_WHOM: Final = word_set("me him her my his us")
_BEFORE_LISTED: Final = word_set(
    """
    yes yeah yep yup well just only , . uh um the a to oh i i'm allergic have had my an some haan ji so sure mostly
    """
)
_OVER_REACH: Final = 16
_FURTHEST: Final = 40
_ASKED_BACK: Final = 2
_LONGEST_BEFORE: Final = 8


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
            question = _question_at(asked, denied.first)
            answer = answer_of(dialogue, turn, question) if question else None
            if question is None or confirms_none(question, words, answer):
                spans = (_quote(utterance, begin, end, denied.first, denied.end), *((answer.span,) if answer else ()))
                yield from _denied(words, denied, end, spans)
            continue
        for cue in find_cues(words, begin, end):
            for named in _named(words, begin, end, cue):
                if fact := _fact(dialogue, turn, (begin, end), cue, named, asked):
                    yield fact


def _denied(words: Sequence[Word], denied: Anything, end: int, spans: tuple[Span, ...]) -> Iterator[Fact]:
    """ "No drug allergies"; "no allergies to latex or iodine" denies those."""
    at = next((i + 1 for i in range(denied.first, denied.end) if words[i].norm == "to"), end)
    named = [n for n in listed_after(words, at, end) if n.allergen.name not in _GENERAL]
    for one in named:
        yield Fact(one.allergen.name, one.allergen.category, spans, certainty="refuted")
    if not named:
        yield Fact(anything_of(denied.category), denied.category, spans, certainty="refuted")


def _question_at(asked: Sequence[Question], word: int) -> Question | None:
    return next((question for question in asked if question.first <= word < question.end), None)


def _named(words: Sequence[Word], begin: int, end: int, cue: Cue) -> list[Named]:
    if cue.names_before:
        return named_before(words, begin, cue.first)
    found = listed_after(words, cue.end, end)
    if found or words[cue.first].norm != "allergic" or words[cue.end - 2].norm != "allergic" or cue.end >= end:
        return found
    at = cue.end + (words[cue.end].norm in ("the", "a"))
    known = at < end and len(words[at].norm) >= _SHORTEST_NAME and words[at].norm.isalpha()
    closes = at + 1 >= end or words[at + 1].norm in _ENDS_A_NAME
    if not known or not closes or words[at].norm in _NO_SUBSTANCE:
        return []
    return [Named(at, at + 1, Allergen(words[at].norm, None))]


def _fact(
    dialogue: Sequence[Utterance],
    turn: int,
    sentence: tuple[int, int],
    cue: Cue,
    named: Named,
    asked: Sequence[Question],
) -> Fact | None:
    """What a cue says of one substance; None when it says nothing of the subject's."""
    utterance = dialogue[turn]
    words, (begin, end) = utterance.words, sentence
    at = min(cue.first, named.first)
    begin = max(begin, at - _FURTHEST)
    if is_anothers(utterance, begin, at, max(cue.end, named.end)):
        return None
    if any(word.norm in _IFS for word in words[begin:at]):
        return None
    may = any(word.norm in _MAYBE for word in words[begin:at])
    if may and utterance.turn.role in (Role.CLINICIAN, Role.AGENT):
        return None  # "It can cause an allergic reaction"
    if cue.names_before and not _is_claimed(words, begin, named, cue):
        return None
    kind: Kind | None = "allergy" if cue.way is Way.ALLERGY or _calls_it_allergic(words, begin, cue) else None
    spans = [_quote(utterance, begin, end, at, max(cue.end, named.end))]
    question = _question_at(asked, at)
    certainty: Certainty | None = None
    if question is not None:
        answer = answer_of(dialogue, turn, question)
        if answer is None or answer.kind not in (AnswerKind.YES, AnswerKind.NO):
            return None
        certainty = "refuted" if answer.kind is AnswerKind.NO else None
        if question.form is QuestionForm.OPEN:
            return None
        several = [n for c in find_cues(words, begin, end) for n in _named(words, begin, end, c)]
        told = {n.allergen for n in _listed(dialogue[answer.reply])} if answer.reply != turn else set()
        if certainty is None and len(several) > 1 and named.allergen not in told:
            return None  # "Penicillin or sulfa?" "Yes."
        spans.append(answer.span)
        reactions, reaction_spans = _reactions_in(dialogue[answer.reply], 0) if answer.reply != turn else ((), ())
    else:
        if cue.way not in (Way.INTOLERANCE, Way.NOT_TAKEN) and _is_denied(words, begin, at):
            certainty = "refuted"
        elif any(word.norm in _DOUBTS for word in words[max(begin, at - _DOUBT_REACH) : at]):
            certainty = "suspected"
        reactions, reaction_spans = _reactions_in(utterance, max(cue.end, named.end))
    if cue.way is Way.REACTION and words[cue.first].norm.startswith("anaphyla"):
        reactions = ("anaphylaxis", *(r for r in reactions if r != "anaphylaxis"))
    if cue.way is Way.NOT_TAKEN:
        if not reactions:
            return None
        found = find_reactions(words, named.end, len(words))
        kind = None if any(is_allergic(reaction) for reaction in found) else "intolerance"
    if cue.way is Way.INTOLERANCE:
        kind = "intolerance"
    refuted = certainty == "refuted"
    if refuted and cue.way is not Way.ALLERGY:
        return None
    return Fact(
        substance=named.allergen.name,
        category=named.allergen.category,
        spans=tuple(spans) if refuted else (*spans, *reaction_spans),
        kind=None if refuted else kind,
        reactions=() if refuted else reactions,
        severity=None if refuted else _severity(words, begin, at),
        status=None if refuted else _status(words, sentence, cue),
        certainty=certainty,
    )


def _is_claimed(words: Sequence[Word], begin: int, named: Named, cue: Cue) -> bool:
    """ "I have a peanut allergy", "my peanut allergy"; not "peanut allergy affects one in fifty"."""
    near = (*words[max(begin, named.first - _CLAIM_REACH) : cue.first], *words[cue.end : cue.end + 1])
    return any(word.norm in _CLAIMS for word in near)


def _calls_it_allergic(words: Sequence[Word], begin: int, cue: Cue) -> bool:
    return any(word.norm == "allergic" for word in words[max(begin, cue.first - 1) : cue.end])


def _is_denied(words: Sequence[Word], begin: int, at: int) -> bool:
    near = words[max(begin, at - 4) : at]
    return any(is_negative(word) or word.norm in ("denies", "without", "nahi") for word in near)


def _severity(words: Sequence[Word], begin: int, at: int) -> Severity | None:
    near = [word.norm for word in words[max(begin, at - _SEVERITY_REACH) : at + 1]]
    return next((_SEVERITIES[norm] for norm in reversed(near) if norm in _SEVERITIES), None)


def _status(words: Sequence[Word], sentence: tuple[int, int], cue: Cue) -> Status | None:
    first, end = max(sentence[0], cue.first - _OVER_REACH), min(sentence[1], cue.end + _OVER_REACH)
    if any(_OVER.at(words, i) for i in range(first, end)):
        return "resolved"
    return None if cue.had or cue.way in (Way.REACTION, Way.NOT_TAKEN) else "active"


def _reactions_in(utterance: Utterance, first: int) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The reactions told right after word `first`, in its sentence or the next."""
    words = utterance.words
    stop = min(len(words), first + _REACTION_REACH)
    later = next(
        (cue.first for b, e in utterance.sentences if first <= b < stop for cue in find_cues(words, b, e)), stop
    )
    found = find_reactions(words, first, min(stop, later))
    if not found:
        return (), ()
    sentence = next((b, e) for b, e in utterance.sentences if b <= found[0].first < e)
    span = _quote(utterance, *sentence, found[0].first, min(found[-1].end, sentence[1]))
    return tuple(dict.fromkeys(reaction.name for reaction in found)), (span,)


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
    own = _quote(asking, *_sentence(asking, question.first), question.first, question.end)
    listed = _listed(utterance)
    answer = read_answer(utterance, turn)
    if not listed and answer is not None and answer.kind is AnswerKind.NO and not _names_one(asking, question):
        return [Fact(anything_of(category), category, (own, answer.span), certainty="refuted")]
    if not listed:
        return []
    reactions, spans = _reactions_in(utterance, listed[-1].end)
    told = find_reactions(words, listed[-1].end, len(words)) if len(listed) == 1 else []
    allergic = not told or any(is_allergic(reaction) for reaction in told)
    begin, end = _sentence(utterance, listed[0].first)
    quote = _quote(utterance, begin, end, listed[0].first, min(listed[-1].end, end))
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


def _listed(utterance: Utterance) -> list[Named]:
    """ "Yes, penicillin and latex": substances at the beginning of an answer."""
    words = utterance.words
    at = 0
    while at < min(len(words), _LONGEST_BEFORE) and words[at].norm in _BEFORE_LISTED:
        at += 1
    return listed_after(words, at, len(words)) if at < len(words) else []


def _names_one(asking: Utterance, question: Question) -> bool:
    """ "Are you allergic to sulfa?" asks for one substance, whose answer is read with it."""
    words = asking.words
    return any(
        _named(words, question.first, question.end, cue) for cue in find_cues(words, question.first, question.end)
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
            if before & _IFS:
                continue
            span = _quote(utterance, begin, end, near[0].first, reactions[-1].end)
            names = tuple(dict.fromkeys(reaction.name for reaction in reactions))
            yield Fact(near[0].allergen.name, near[0].allergen.category, (span,), reactions=names)


def _what_happens(utterance: Utterance, fact: Fact) -> list[Fact]:
    """What is answered to "what happens then?"."""
    reactions, spans = _reactions_in(utterance, 0)
    if not reactions or fact.certainty == "refuted":
        return []
    return [Fact(fact.substance, fact.category, spans, reactions=reactions)]


def _sentence(utterance: Utterance, word: int) -> tuple[int, int]:
    return next((b, e) for b, e in utterance.sentences if b <= word < e)


def _quote(utterance: Utterance, begin: int, end: int, first: int, last: int) -> Span:
    start, stop = quoted(utterance.words, (begin, end), first, min(last, end))
    start, stop = min(start, first), max(stop, min(last, end))
    return Span(utterance.turn.index, utterance.words[start].start, utterance.words[stop - 1].end)
