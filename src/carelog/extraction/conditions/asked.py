"""What questions ask about conditions, and what their answers grant."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.answered import answer_of
from carelog.extraction.conditions.claims import Claim, Mention, Page
from carelog.extraction.conditions.cues import (
    Cue,
    Meaning,
    is_speculation,
    names_its_medicine,
    names_something_else,
)
from carelog.extraction.exchange import (
    AnswerKind,
    Question,
    QuestionForm,
    answer_to,
    open_questions,
    same_speaker,
)
from carelog.extraction.finding import Span
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.utterances import Utterance
from carelog.extraction.whose import answers_for_family, asks_of_family, is_anothers
from carelog.extraction.wordsets import word_set

_ASKS_FOR_CONDITIONS: Final = phrase_set(
    """
    medical problems | health problems | medical conditions | medical condition | health conditions |
    health condition | medical history | past history | chronic conditions | chronic illnesses | chronic disease |
    conditions | illnesses | medical issues | health issues | diagnosed with | history of | koi bimari |
    other problems | past medical history | been diagnosed | kya bimari | कोई बीमारी
    """
)
_SPOKEN_OF: Final = phrase_set(
    """
    signs of | sign of | know what | know about | know how | talk to you about | talked to you about | tell you about |
    told you about | explain | explained | heard of | heard about | read about | ghar me kisi | ghar mein kisi |
    anyone in | anybody in
    """
)
_CHECKED: Final = word_set(
    """
    dekha dekhi dekhe check checked kiya karaya karayi karwaya naapa napa napi nikala normal theek thik sahi kaisa kaisi
    kitna kitni control देखा देखी चेक नापा नापी नार्मल नॉर्मल ठीक कैसा कितना कंट्रोल
    """
)
_CHECKED_REACH: Final = 3
_DISOWNING: Final = phrase_table(
    {
        True: """
            i don't have that | i do n't have that | i don't have it | i do n't have it | i never had |
            i've never had | i never have had | i've never been | i was never | that's wrong | that is wrong |
            that's not right | that isn't right | that is n't right | that's incorrect | that's a mistake |
            that's not me | not me | i never was | only when i was | just when i was | only in pregnancy
        """,
        False: """
            i don't | i do n't | i wasn't | i was n't | i'm not | i am not | i haven't | i have n't | i didn't |
            i did n't | i don't have | i do n't have | never
        """,
    }
)
_FILLING: Final = word_set("no nope well , . uh um oh actually but er")
_ENDING: Final = frozenset(".!?;")
_BEFORE_LISTED: Final = word_set(
    """
    yes yeah yep yup well just only , . uh um the a my i i've got have had and also so sure mostly haan ji ok okay
    some a bit of mild severe really like you know oh let's see high chronic
    """
)
_PRESUPPOSING: Final = word_set("how when where who how's")
_SO: Final = frozenset(
    {("i", "am"), ("i", "do"), ("i", "have"), ("he", "is"), ("she", "is"), ("he", "does"), ("she", "does")}
)
_OPENING: Final = 3
_TREATING: Final = word_set("which what")
_LONGEST_LIST: Final = 25
_FURTHEST_ASKED: Final = 14


def granted(
    dialogue: Sequence[Utterance], turn: int, page: Page, mention: Mention, question: Question, claim: Claim | None
) -> tuple[Claim, tuple[Span, ...]] | None:
    """The claim that a question makes together with its answer, and the answer's words."""
    utterance = page.utterance
    if utterance.turn.role not in (Role.CLINICIAN, Role.AGENT, Role.UNKNOWN):
        return None
    if asks_of_family(utterance, question.first, question.end) or _is_answered_for_family(dialogue, turn, question):
        return None
    if (claim is None or claim.cue.meaning is not Meaning.OWNED) and (
        _is_of_something_else(page, mention, question) or names_something_else(utterance.words, mention.end)
    ):
        return None
    if turn + 1 < len(dialogue) and question in open_questions(utterance) and disowns(dialogue[turn + 1], mention):
        return None
    presupposed = claim is not None and (
        claim.cue.meaning is Meaning.OWNED
        or (question.form is QuestionForm.OPEN and utterance.words[question.first].norm in _PRESUPPOSING)
        or (claim.cue.meaning in (Meaning.TREATED, Meaning.ASSESSED) and _asks_what_for(utterance, question))
    )
    if claim is not None and presupposed:
        asked_since = claim.cue.meaning is Meaning.HAD and utterance.words[claim.cue.first - 1].norm == "you"
        return (replace(claim, cue=claim.cue._replace(meaning=Meaning.HAS)) if asked_since else claim), ()
    if question.form is QuestionForm.OPEN:
        return None
    answer = answer_of(dialogue, turn, question)
    if question.form is QuestionForm.STATED:
        if answer is not None and (answer.kind is AnswerKind.NO or _is_another_type(dialogue[turn + 1], page, mention)):
            return None
        agreed = answer is not None and answer.kind is AnswerKind.YES
        if claim is None and names_its_medicine(utterance.words, mention.end):
            return None  # "You take the thyroid tablet?"
        negative = any(map(is_negative, utterance.words[question.first : question.end]))
        if claim is None and agreed and (not negative or _says_so_itself(dialogue[turn + 1])):
            claim = Claim(Cue(mention.first, mention.first, Meaning.HAS), "confirmed")
        return (claim, (answer.span,) if answer is not None and agreed else ()) if claim is not None else None
    asked = [m for m in page.mentions if question.first <= m.first < question.end]
    if answer is None or answer.kind is not AnswerKind.YES or len(asked) > 1 or mention.named.ambiguous:
        return None
    if names_its_medicine(utterance.words, mention.end):
        return None  # "You take the thyroid tablet?"
    before = utterance.words[question.first : mention.first]
    if is_speculation(utterance.words, question.first, mention.first):
        return None  # "Are you worried about getting a stroke?"
    if len(before) > _FURTHEST_ASKED or any(map(is_negative, before)):
        return None
    had = any(word.norm == "had" for word in before)
    cue = Cue(
        question.first, question.first + 1, Meaning.HAD if had and not mention.named.condition.lasting else Meaning.HAS
    )
    return Claim(cue, "confirmed"), (answer.span,)


def _is_of_something_else(page: Page, mention: Mention, question: Question) -> bool:
    """ "BP dekha?", "BP normal hai?", "do you know the signs of a heart attack?": whose answer grants no illness."""
    words = page.utterance.words
    if any(_SPOKEN_OF.at(words, i) for i in range(question.first, mention.first)):
        return True
    after = {word.norm for word in words[mention.end : min(question.end, mention.end + _CHECKED_REACH)]}
    return mention.named.ambiguous and not _CHECKED.isdisjoint(after)


def disowns(reply: Utterance, mention: Mention) -> bool:
    """ "(How long have you had diabetes?) I don't.", "that's wrong", "I don't have diabetes, that's my wife"."""
    if reply.turn.role not in (Role.PATIENT, Role.CARER, Role.UNKNOWN):
        return False
    words = reply.words
    start = next((i for i, word in enumerate(words) if word.norm not in _FILLING), len(words))
    if any(_is_less(named, mention) for named in Page(reply).mentions if named.first - start <= 1):
        return True
    match = _DISOWNING.at(words, start) if start < len(words) else None
    if match is None:
        return False
    end = start + match[0]
    if match[1] or end == len(words) or words[end].norm in _ENDING:
        return True
    named = {named.named.condition for named in Page(reply).mentions if named.first - end <= 1}
    return words[end - 1].norm == "have" and mention.named.condition in named


def _is_less(named: Mention, mention: Mention) -> bool:
    """ "(You're diabetic.) Pre-diabetic." """
    return named.named.condition.name == "prediabetes" and "diabetes" in mention.named.condition.name.split()


def _is_answered_for_family(dialogue: Sequence[Utterance], turn: int, question: Question) -> bool:
    """ "(History of cancer?) In my family." """
    if turn + 1 >= len(dialogue) or same_speaker(dialogue[turn], dialogue[turn + 1]):
        return False
    return answers_for_family(dialogue[turn + 1]) and question in open_questions(dialogue[turn])


def _is_another_type(reply: Utterance, page: Page, mention: Mention) -> bool:
    """ "(You were diagnosed with type 2 diabetes?) Type 1, actually." """
    norms = [word.norm for word in reply.words[: _OPENING + 1]]
    if "type" not in norms[:-1] or "type" not in mention.named.condition.name:
        return False
    asked = [word.norm for word in page.utterance.words[mention.first : mention.end]]
    return norms[norms.index("type") + 1] not in asked


def _says_so_itself(reply: Utterance) -> bool:
    """ "(You're not diabetic, are you?) I am, yes." """
    opening = reply.words[:_OPENING]
    said = [word.norm for word in opening]
    return not any(map(is_negative, opening)) and any(pair in _SO for pair in pairwise(said))


def _asks_what_for(utterance: Utterance, question: Question) -> bool:
    """ "Which tablets is he on for the asthma?" """
    opening = utterance.words[max(0, question.first - _OPENING) : question.first + 1]
    return any(word.norm in _TREATING for word in opening)


def is_taken_back(dialogue: Sequence[Utterance], turn: int) -> bool:
    """ "Our records show you have asthma. Is that correct?" "No." """
    utterance = dialogue[turn]
    opened = open_questions(utterance)
    if not opened or utterance.turn.role not in (Role.CLINICIAN, Role.AGENT, Role.UNKNOWN):
        return False
    answer = answer_to(dialogue, turn)
    return answer is not None and answer.kind is AnswerKind.NO


def is_listed(dialogue: Sequence[Utterance], turn: int, page: Page, mention: Mention) -> bool:
    """Whether the mention answers, by itself, a question for conditions: "Any medical problems?" "Just asthma." """
    if not turn or mention.first > _LONGEST_LIST:
        return False
    if page.utterance.turn.role in (Role.CLINICIAN, Role.AGENT):
        return False
    asking, words = dialogue[turn - 1], page.utterance.words
    if same_speaker(asking, page.utterance):
        return False
    if any(
        (word.norm not in _BEFORE_LISTED or is_negative(word)) and i not in page.named
        for i, word in enumerate(words[: mention.first])
    ):
        return False
    if is_anothers(page.utterance, page.sentence_of(mention)[0], mention.first, mention.end):
        return False  # "Diabetes, in my family."
    if mention.named.ambiguous and not _names_it(asking, mention):
        return False
    return any(_asks_for_conditions(asking, question) for question in open_questions(asking))


def _names_it(asking: Utterance, mention: Mention) -> bool:
    """ "Sickle cell, asthma, ulcer?" "Ulcer." """
    return any(named.named.condition == mention.named.condition for named in Page(asking).mentions)


def _asks_for_conditions(asking: Utterance, question: Question) -> bool:
    if asks_of_family(asking, question.first, question.end):
        return False
    names = any(question.first <= m.first < question.end for m in Page(asking).mentions)
    return names or any(_ASKS_FOR_CONDITIONS.at(asking.words, i) for i in range(question.first, question.end))
