"""Questions for allergies, and what is answered to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.allergies.cues import Named, listed_after
from carelog.extraction.answered import answer_of
from carelog.extraction.exchange import (
    Answer,
    AnswerKind,
    Question,
    QuestionForm,
    open_questions,
    questions,
)
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.whose import asks_of_family
from carelog.extraction.wordsets import word_set
from carelog.record.types.allergy import Category

_ASKING: Final = word_set("allergic allergy allergies allergi एलर्जी intolerances reacts")
_NOT_ASKING: Final = word_set("aren't not n't isn't")
_OF_MEDICINES: Final = word_set(
    "medication medications medicine medicines drug drugs med meds dawai dawa antibiotics antibiotic दवा दवाई nkda"
)
_OF_FOODS: Final = word_set("food foods khane खाने")
_OF_BOTH: Final = word_set("anything else")
_OF_THE_AIR: Final = word_set("seasonal environmental anyone family")
_CHART: Final = phrase_set(
    """
    i have | i've got | i've | i see | we have | we've got | it says | i got | there's | i've here | i have here |
    i've got here | my notes say | the chart says | it says here | i have down | i've got down
    """
)
_NOTED: Final = word_set("down here listed noted written in on the your my chart file notes record . ! ? right")
_WHAT_HAPPENS: Final = phrase_set(
    """
    what happens | what happened | what kind of reaction | what sort of reaction | what reaction |
    what was the reaction | what's the reaction | what does it do | what did it do | what type of reaction |
    what do you get | what did you get | what is your reaction | what's your reaction | what kind of reactions |
    kya hota hai | what happens when
    """
)
_HAPPENS_WHEN: Final = phrase_set(
    """
    what happens when you take | what happens if you take | what happens when you have | what happens if you have |
    what happens when you eat | what happens if you eat | what happens when you use | what happens if you use |
    what happens after you take | what happened when you took | what happened when you had |
    what happened when you ate | what happened after you took | what happened when you used |
    what happens when he takes | what happens when she takes | what happens when he has | what happens when she has |
    what happens when he eats | what happens when she eats
    """
)
_DENIALS: Final = phrase_set(
    """
    no known drug allergies | no known drug allergy | no known allergies | no known medication allergies |
    no known food allergies | no drug allergies | no allergies | no medication allergies | no food allergies | nkda |
    nka | no known medicine allergies | no allergy | no medicine allergies | no real allergies | no other allergies |
    not allergic to anything | n't allergic to anything | not allergic to any | n't allergic to any |
    don't have any allergies | do n't have any allergies | doesn't have any allergies | does n't have any allergies |
    do not have any allergies | don't have allergies | do n't have allergies | don't have any drug allergies |
    do n't have any drug allergies | denies any allergies | denies allergies | denies drug allergies |
    denies any drug allergies | never been allergic to anything | haven't been allergic to anything |
    don't have any known allergies | do n't have any known allergies | without any allergies | without allergies |
    does not have any allergies | don't have any food allergies | do n't have any food allergies | koi allergy nahi |
    koi allergy nahin | allergy nahi hai | allergy nahin hai | कोई एलर्जी नहीं | एलर्जी नहीं है
    """
)
_AFTER_REACH: Final = 6
_CLOSERS: Final = word_set(". ? ! ; but")


@dataclass(frozen=True, slots=True)
class Anything:
    """Words `first` to `end` deny allergies in general, or those of one category."""

    first: int
    end: int
    category: Category | None


def anything_of(category: Category | None) -> str:
    """What is named where allergies in general are denied."""
    return {"medication": "any medication", "food": "any food"}.get(category or "", "anything")


def _category(words: Sequence[Word]) -> Category | None:
    norms = {word.norm for word in words}
    if not norms.isdisjoint(_OF_BOTH) or (norms & _OF_FOODS and norms & _OF_MEDICINES):
        return None
    if not norms.isdisjoint(_OF_MEDICINES):
        return "medication"
    return None if norms.isdisjoint(_OF_FOODS) else "food"


def denied_at(words: Sequence[Word], i: int, end: int) -> Anything | None:
    """ "No known drug allergies", "not allergic to any medicines" at word `i`."""
    match = _DENIALS.at(words, i)
    if match is None:
        return None
    stop = i + match[0]
    if words[stop - 1].norm in ("any", "allergies", "allergy") and stop < end:
        while stop < min(end, i + match[0] + _AFTER_REACH) and words[stop].norm not in _CLOSERS | {",", "and"}:
            stop += 1
    category: Category | None = "medication" if words[i].norm == "nkda" else _category(words[i:stop])
    return Anything(i, stop, category)


def asked_for(asking: Utterance) -> tuple[Question, Category | None] | None:
    """The open question of a turn that asks for allergies in general, and of what kind; not for hay fever."""
    if _ASKING.isdisjoint(asking.norms):
        return None
    for question in open_questions(asking):
        end = asking.sentence_at(question.first)[1]
        words = asking.words[question.first : end]
        norms = {word.norm for word in words}
        if norms & _NOT_ASKING and words[0].norm in ("what", "which"):
            continue  # "What aren't you allergic to?"
        if norms & _ASKING and not norms & _OF_THE_AIR and not asks_of_family(asking, question.first, end):
            return question, _category(words)
    return None


@dataclass(frozen=True, slots=True)
class Charted:
    """A question for allergies that goes on with what the chart says: "Any allergies? I've got aspirin down." """

    question: Question
    category: Category | None
    named: tuple[Named, ...]
    end: int


def charted(asking: Utterance) -> Charted | None:
    """What a clinician reads from the chart right after asking for allergies, at the end of the turn."""
    if _ASKING.isdisjoint(asking.norms) or asking.turn.role not in (Role.CLINICIAN, Role.AGENT):
        return None
    asked = [q for q in questions(asking) if not _ASKING.isdisjoint(w.norm for w in asking.words[q.first : q.end])]
    if not asked or asks_of_family(asking, asked[-1].first, asked[-1].end):
        return None
    question, words = asked[-1], asking.words
    begin = asking.sentence_at(question.first)[1]
    match = _CHART.at(words, begin) if begin < len(words) else None
    if match is None or asking.sentence_at(begin)[1] != len(words):
        return None
    named = listed_after(words, begin + match[0], len(words))
    if not named or any(word.norm not in _NOTED for word in words[named[-1].end :]):
        return None
    return Charted(question, _category(words[question.first : question.end]), tuple(named), len(words))


def asks_what_happens(asking: Utterance) -> bool:
    """ "What kind of reaction did you have?" """
    return any(_WHAT_HAPPENS.at(asking.words, i) for i in range(len(asking.words)))


def taken_as_asked(asking: Utterance) -> list[Named]:
    """The substances of "what happens when you take aspirin?"."""
    asked = _HAPPENS_WHEN.within(asking.words)
    return [named for _, stop, _ in asked for named in listed_after(asking.words, stop, len(asking.words))]


def answer_to_asker(dialogue: Sequence[Utterance], turn: int, question: Question) -> Answer | None:
    """How the question of one who is not the patient is answered."""
    return None if dialogue[turn].turn.role is Role.PATIENT else answer_of(dialogue, turn, question)


def confirms_none(question: Question, words: Sequence[Word], answer: Answer | None) -> bool:
    """ "No known drug allergies?" "No." and "... right?" "Yes." both say that there is none."""
    negative = any(word.norm in ("no", "nkda") for word in words[question.first : question.first + 3])
    if question.form is QuestionForm.OPEN or answer is None:
        return False
    return answer.kind is AnswerKind.NO or (negative and answer.kind is AnswerKind.YES)
