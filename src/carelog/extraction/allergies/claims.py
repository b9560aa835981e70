"""What a cue says of one substance, alone or with the answer to the question that it stands in."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.allergies.asked import answer_to_asker
from carelog.extraction.allergies.cues import (
    Cue,
    Named,
    Way,
    closes_a_name,
    find_cues,
    itemised,
    listed_after,
    named_before,
)
from carelog.extraction.allergies.merging import Fact, Kind
from carelog.extraction.allergies.reactions import find_reactions, is_allergic, is_allergic_name
from carelog.extraction.claims import is_relation
from carelog.extraction.exchange import AnswerKind, Question, QuestionForm, same_speaker
from carelog.extraction.finding import Span
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vocabularies.allergens import Allergen, allergen_at
from carelog.extraction.whose import is_anothers
from carelog.extraction.wordsets import word_set
from carelog.record.types.allergy import Certainty, Severity, Status

_SEVERITIES: Final[dict[str, Severity]] = {
    "mild": "mild", "mildly": "mild", "slight": "mild", "slightly": "mild", "moderate": "moderate",
    "moderately": "moderate", "severe": "severe", "severely": "severe", "serious": "severe", "deathly": "severe",
    "terrible": "severe", "terribly": "severe",
}  # fmt: skip
_SEVERITY_REACH: Final = 4
IFS: Final = word_set("if unless whether should would could agar")
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
_SHORTEST_NAME: Final = 4
_LONGEST_NAME: Final = 60
_POINTING: Final = word_set("that it those them these")
_POINTED_BACK: Final = 16
_CLAIMS: Final = word_set(
    """
    my your his her have has had 've i've you've got with history known i'm am im he's she's is are you're be been mujhe
    unko usko hai hain है मुझे
    """
)
_CLAIM_REACH: Final = 7
_MAYBE: Final = word_set("can may might could")
_REACTION_REACH: Final = 22
_BEFORE_LISTED: Final = word_set(
    """
    yes yeah yep yup well just only , . uh um the a to oh i i'm allergic have had my an some haan ji so sure mostly
    """
)
_WRONG: Final = phrase_set(
    """
    that's wrong | that is wrong | which is wrong | it's wrong | is wrong | that's not true | that is not true |
    which isn't true | which is not true | that isn't true | that's not right | that isn't right | isn't right |
    that's a mistake | is a mistake | was a mistake | it's a mistake | that's an error | is an error |
    that's incorrect | is incorrect | i'm not | i am not | i never was | it turned out i'm not |
    it turns out i'm not | turned out i'm not | turns out i'm not | galat hai | गलत है | गलत लिखा है
    """
)
_BEFORE_WRONG: Final = word_set(", . but and though well so no lekin woh wo ye yeh लेकिन वह यह")
_WRONG_OPENING: Final = 2
_FLAT: Final = word_set("no doctor sir ma'am ji")
_OVER_REACH: Final = 16
_FURTHEST: Final = 40
_LONGEST_BEFORE: Final = 8


def claimed_of(
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
    at = cue.first if named.end <= cue.first and not cue.names_before else min(cue.first, named.first)
    begin = max(begin, at - _FURTHEST)
    if is_anothers(utterance, begin, at, max(cue.end, named.end)):
        return None
    if any(word.norm in IFS for word in words[begin:at]):
        return None
    may = any(word.norm in _MAYBE for word in words[begin:at])
    if may and utterance.turn.role in (Role.CLINICIAN, Role.AGENT):
        return None  # "It can cause an allergic reaction"
    if cue.names_before and not _is_claimed(words, begin, named, cue):
        return None
    kind: Kind | None = "allergy" if cue.way is Way.ALLERGY or _calls_it_allergic(words, begin, cue) else None
    own = quote_of(utterance, begin, end, at, max(cue.end, named.end))
    question = question_at(asked, at)
    claimed = (
        _stated_plainly(utterance, begin, at, cue, named)
        if question is None
        else _confirmed(dialogue, turn, (begin, end), named, question)
    )
    if claimed is None:
        return None
    if question is None and (wrong := _called_wrong(dialogue, turn, max(cue.end, named.end))):
        claimed = claimed._replace(certainty="refuted", answers=(wrong,))
    certainty, reactions = claimed.certainty, claimed.reactions
    told = find_reactions(words, cue.first, cue.end) if cue.way is Way.REACTION else None  # "Hives from penicillin"
    told = told or itemised(words, named_by(words, begin, end, cue), named, end)
    if told is not None:
        reactions = tuple(dict.fromkeys(reaction.name for reaction in told))
    if cue.way is Way.REACTION and words[cue.first].norm.startswith("anaphyla"):
        reactions = ("anaphylaxis", *(r for r in reactions if r != "anaphylaxis"))
    if cue.way is Way.REACTION and not reactions:
        reactions = tuple(dict.fromkeys(r.name for r in find_reactions(words, cue.first, cue.end) if is_allergic(r)))
    if cue.way is Way.NOT_TAKEN:
        since = named.end
        if not reactions and named.end < cue.first:  # "Codeine makes me sick, I can't take it"
            reactions = tuple(dict.fromkeys(r.name for r in find_reactions(words, named.end, cue.first)))
        if not reactions:
            return None
        found = find_reactions(words, since, len(words))
        kind = None if any(is_allergic(reaction) for reaction in found) else "intolerance"
    if cue.way is Way.INTOLERANCE:
        kind = "intolerance"
    if _only_upsets(claimed, question, reactions):
        kind, certainty = "intolerance", None
    refuted = certainty == "refuted"
    if refuted and cue.way is not Way.ALLERGY:
        return None
    return Fact(
        substance=named.allergen.name,
        category=named.allergen.category,
        spans=(own, *claimed.answers) if refuted else (own, *claimed.answers, *claimed.reaction_spans),
        kind=None if refuted else kind,
        reactions=() if refuted else reactions,
        severity=None if refuted else _severity(words, begin, at),
        status=None if refuted else _status(words, sentence, cue),
        certainty=certainty,
    )


def _only_upsets(claimed: "_Claimed", question: Question | None, reactions: Sequence[str]) -> bool:
    """ "I'm not allergic to ibuprofen, it just upsets my stomach"."""
    plain = question is None and claimed.certainty == "refuted" and not claimed.answers
    return plain and bool(reactions) and not any(is_allergic_name(name) for name in reactions)


class _Claimed(NamedTuple):
    """How sure a cue is of its substance, by whose answers, and what the substance does."""

    certainty: Certainty | None
    answers: tuple[Span, ...]
    reactions: tuple[str, ...]
    reaction_spans: tuple[Span, ...]


def _confirmed(
    dialogue: Sequence[Utterance], turn: int, stretch: tuple[int, int], named: Named, question: Question
) -> _Claimed | None:
    """What a question for a substance and its answer say together; None where that is nothing."""
    words = dialogue[turn].words
    answer = answer_to_asker(dialogue, turn, question)
    if answer is None or answer.kind not in (AnswerKind.YES, AnswerKind.NO) or question.form is QuestionForm.OPEN:
        return None
    refuted, elsewhere = answer.kind is AnswerKind.NO, answer.reply != turn
    several = [n for c in find_cues(words, *stretch) for n in named_by(words, *stretch, c)]
    told = {n.allergen for n in listed_first(dialogue[answer.reply])} if elsewhere else set()
    if not refuted and len(several) > 1 and named.allergen not in told:
        return None  # "Penicillin or sulfa?" "Yes."
    reactions, spans = reactions_in(dialogue[answer.reply], 0) if elsewhere else ((), ())
    return _Claimed("refuted" if refuted else None, (answer.span,), reactions, spans)


def _stated_plainly(utterance: Utterance, begin: int, at: int, cue: Cue, named: Named) -> _Claimed:
    """What is no question: "I'm not allergic to latex", "I think I'm allergic to latex"."""
    words = utterance.words
    certainty: Certainty | None = None
    if (cue.way not in (Way.INTOLERANCE, Way.NOT_TAKEN) and _is_denied(words, begin, at)) or (
        utterance.turn.role is not Role.CLINICIAN
        and (_is_taken_back(words, max(cue.end, named.end)) or _was_thought(words, begin, at, max(cue.end, named.end)))
    ):
        certainty = "refuted"
    elif any(word.norm in _DOUBTS for word in words[max(begin, at - _DOUBT_REACH) : at]):
        certainty = "suspected"
    return _Claimed(certainty, (), *reactions_in(utterance, max(cue.end, named.end)))


def _called_wrong(dialogue: Sequence[Utterance], turn: int, end: int) -> Span | None:
    """ "(Your chart says penicillin allergy.) No, that's wrong": the words that say so. A no alone only says it of what
    ends the turn, at word `end`: "You're allergic to penicillin. Anything else?" "No." is of others."""
    told_to = dialogue[turn].turn.role in (Role.CLINICIAN, Role.AGENT)
    if not told_to or turn + 1 >= len(dialogue) or same_speaker(dialogue[turn], dialogue[turn + 1]):
        return None
    reply = dialogue[turn + 1]
    if instead := named_instead(reply):
        return reply.span(0, instead[-1].end)
    ends = all(not word.norm[0].isalnum() and word.norm != "?" for word in dialogue[turn].words[end:])
    if ends and _is_flat_no(reply.words):
        return reply.span(0, len(reply.words))
    for first, stop, _ in _WRONG.within(reply.words):
        if first <= _WRONG_OPENING and closes_a_name(reply.words, stop, len(reply.words)):
            return reply.span(0, stop)
    return None


def _is_flat_no(words: Sequence[Word]) -> bool:
    """ "No.", "No, doctor.", "No, that's my sister"."""
    norms = [word.norm for word in words if word.norm[0].isalnum()]
    if norms[:1] not in (["no"], ["nope"], ["nahi"]):
        return False
    return set(norms[1:]) <= _FLAT or (norms[1:3] in (["that's", "my"], ["it's", "my"]) and is_relation(norms[-1]))


def _is_taken_back(words: Sequence[Word], end: int) -> bool:
    """ "(My chart says penicillin allergy) but that's wrong"; not "... and my address is wrong"."""
    at = end
    while at < len(words) and words[at].norm in _BEFORE_WRONG:
        at += 1
    found = _WRONG.at(words, at) if at < len(words) else None
    return found is not None and closes_a_name(words, at + found[0], len(words))


def _is_claimed(words: Sequence[Word], begin: int, named: Named, cue: Cue) -> bool:
    """ "I have a peanut allergy", "my peanut allergy"; not "peanut allergy affects one in fifty"."""
    near = (*words[max(begin, named.first - _CLAIM_REACH) : cue.first], *words[cue.end : cue.end + 1])
    return any(word.norm in _CLAIMS for word in near)


def _calls_it_allergic(words: Sequence[Word], begin: int, cue: Cue) -> bool:
    return any(word.norm == "allergic" for word in words[max(begin, cue.first - 1) : cue.end])


def _was_thought(words: Sequence[Word], begin: int, at: int, end: int) -> bool:
    """ "I thought I was allergic to penicillin, but they tested me and I'm not"."""
    before = {word.norm for word in words[max(begin, at - _DOUBT_REACH) : at]}
    return "thought" in before and any(word.norm in ("but", "turned", "turns", "until") for word in words[end:])


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


def question_at(asked: Sequence[Question], word: int) -> Question | None:
    """The question that word `word` stands in."""
    return next((question for question in asked if question.first <= word < question.end), None)


def named_by(words: Sequence[Word], begin: int, end: int, cue: Cue) -> list[Named]:
    """The substances that a cue is about; after "allergic to" also one that is not known."""
    if cue.names_before:
        return named_before(words, begin, cue.first)
    found = listed_after(words, cue.end, end)
    if not found and cue.end < end and words[cue.end].norm in _POINTING and _closes(words, cue.end + 1, end):
        return _named_last(words, begin, cue.first)  # "Not the tramadol, I'm allergic to that."
    if found or words[cue.first].norm != "allergic" or words[cue.end - 2].norm != "allergic" or cue.end >= end:
        return found
    at = cue.end + (words[cue.end].norm in ("the", "a"))
    known = at < end and _SHORTEST_NAME <= len(words[at].norm) <= _LONGEST_NAME and words[at].norm.isalpha()
    if not known or not closes_a_name(words, at + 1, end) or words[at].norm in _NO_SUBSTANCE:
        return []
    return [Named(at, at + 1, Allergen(words[at].norm, None))]


def _closes(words: Sequence[Word], at: int, end: int) -> bool:
    return closes_a_name(words, at, end) or words[at].norm in ("too", "as", "one")


def _named_last(words: Sequence[Word], begin: int, at: int) -> list[Named]:
    """The substance that the sentence named last before word `at`."""
    for first in range(at - 1, max(begin, at - _POINTED_BACK) - 1, -1):
        if match := allergen_at(words, first):
            return [Named(first, first + match[0], match[1])]
    return []


def listed_first(utterance: Utterance) -> list[Named]:
    """ "Yes, penicillin and latex": substances at the beginning of an answer, or of its second sentence."""
    words = utterance.words
    listed = _listed_from(words, 0)
    if listed or len(utterance.sentences) < 2:
        return listed
    begin = utterance.sentences[1][0]
    later = [] if any(map(is_negative, words[:begin])) else _listed_from(words, begin)
    return later if later and _closes(words, later[-1].end, len(words)) else []


def _listed_from(words: Sequence[Word], begin: int) -> list[Named]:
    at = begin
    while at < min(len(words), begin + _LONGEST_BEFORE) and words[at].norm in _BEFORE_LISTED:
        at += 1
    return listed_after(words, at, len(words)) if at < len(words) else []


def names_after_no(utterance: Utterance) -> bool:
    """ "(Any allergies?) No, penicillin.", which may mean either."""
    named = _listed_from(utterance.words, 1) if len(utterance.words) > 1 else []
    return bool(named) and named[-1].end >= len(utterance.words) - 1


def named_instead(utterance: Utterance) -> list[Named]:
    """ "(You're allergic to sulfa.) No, penicillin." """
    words = utterance.words
    if len(words) < 3 or words[0].norm not in ("no", "nope", "nahi") or words[1].norm not in (",", ".", "to"):
        return []
    named = _listed_from(words, 2)
    return named if named and _closes(words, named[-1].end, len(words)) else []


def reactions_in(utterance: Utterance, first: int) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The reactions told right after word `first`, in its sentence or the next."""
    words = utterance.words
    stop = min(len(words), first + _REACTION_REACH)
    later = next(
        (cue.first for b, e in utterance.sentences if first <= b < stop for cue in find_cues(words, b, e)), stop
    )
    found = find_reactions(words, first, min(stop, later))
    if not found:
        return (), ()
    sentence = utterance.sentence_at(found[0].first)
    span = quote_of(utterance, *sentence, found[0].first, min(found[-1].end, sentence[1]))
    return tuple(dict.fromkeys(reaction.name for reaction in found)), (span,)


def quote_of(utterance: Utterance, begin: int, end: int, first: int, last: int) -> Span:
    """What is quoted of a sentence for the words `first` to `last`: these at least."""
    start, stop = quoted(utterance.words, (begin, end), first, min(last, end))
    start, stop = min(start, first), max(stop, min(last, end))
    return utterance.span(start, stop)
