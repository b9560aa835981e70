"""What is claimed of one mention of a condition, by the words of its own sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.conditions.cues import (
    Cue,
    Meaning,
    find_cues,
    is_speculation,
    is_tight,
    names_its_medicine,
    names_something_else,
    reaches,
)
from carelog.extraction.exchange import Question, questions
from carelog.extraction.negation import is_negative
from carelog.extraction.numbers.words import UNITS
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vocabularies.conditions import Named, load_conditions
from carelog.extraction.whose import is_anothers, is_relative
from carelog.extraction.wordsets import word_set
from carelog.record.types.condition import Certainty


class Mention(NamedTuple):
    """A condition named by the words `first` up to, not including, `end`."""

    first: int
    end: int
    named: Named


@dataclass(frozen=True, slots=True)
class Claim:
    """What a cue claims of a mention."""

    cue: Cue
    certainty: Certainty


class Page:
    """One turn with the conditions that it names."""

    def __init__(self, utterance: Utterance) -> None:
        self.utterance = utterance
        self.mentions = tuple(_mentions(utterance))

    @cached_property
    def named(self) -> frozenset[int]:
        """The words of all names."""
        return frozenset(i for mention in self.mentions for i in range(mention.first, mention.end))

    @cached_property
    def questions(self) -> list[Question]:
        return questions(self.utterance)

    @cached_property
    def is_checked(self) -> bool:
        """Whether the turn ends by asking whether what it said is right: "is that correct?"."""
        return bool(self.questions) and any(
            word.norm in _CHECKING for word in self.utterance.words[self.questions[-1].first : self.questions[-1].end]
        )

    def sentence_of(self, mention: Mention) -> tuple[int, int]:
        return self.utterance.sentence_at(mention.first)

    def question_of(self, mention: Mention) -> Question | None:
        return next((q for q in self.questions if q.first <= mention.first < q.end), None)

    def next_name(self, mention: Mention) -> int:
        """The word at which the next condition is named."""
        return next((m.first for m in self.mentions if m.first >= mention.end), len(self.utterance.words))


def _mentions(utterance: Utterance) -> list[Mention]:
    known, first_words, telling = load_conditions()
    if telling.isdisjoint(utterance.norms):
        return []
    words, found, end = utterance.words, list[Mention](), 0
    for i in [i for i, word in enumerate(words) if word[0] in first_words]:
        if i >= end and (match := known.at(words, i)) is not None:
            end = i + match[0]
            found.append(Mention(i, end, match[1]))
    return found


_CHECKING: Final = word_set("right correct accurate true")
_TO_SUBJECT: Final = frozenset({Role.CLINICIAN, Role.AGENT})
_OF_PERSONS: Final = frozenset({Meaning.HAS, Meaning.HAD, Meaning.HISTORY, Meaning.DIAGNOSED, Meaning.OWNED})
_OWNERS: Final = {
    "my": frozenset({Role.PATIENT, Role.UNKNOWN}),
    "mere": frozenset({Role.PATIENT, Role.UNKNOWN}),
    "meri": frozenset({Role.PATIENT, Role.UNKNOWN}),
    "mera": frozenset({Role.PATIENT, Role.UNKNOWN}),
    "your": _TO_SUBJECT | {Role.UNKNOWN},
    "his": _TO_SUBJECT | {Role.CARER},
    "her": _TO_SUBJECT | {Role.CARER},
    "their": frozenset({Role.CARER}),
}
_SURE: Final = frozenset(
    {Meaning.HAS, Meaning.HISTORY, Meaning.DIAGNOSED, Meaning.IS, Meaning.RULED_OUT, Meaning.TREATED}
)
_TELLING: Final = word_set("said say says told tell found turned")
_DETERMINED: Final = word_set("the his her your my")
_TAKES: Final = word_set("take takes taking took on use uses using")
_LOOKING: Final = ("check", "test", "screen", "look", "scan", "wait", "swab", "jab", "vaccin", "ask", "sorry", "thank")
_MARKS: Final = frozenset(".?!;:,\n")
_TURNING: Final = word_set("but because although so though")
_NEGATIVE: Final = word_set("nobody denies denied denying neither nor without nahi nahin mat नहीं none")
_FURTHEST: Final = 40
"""Words from a mention beyond which, in talk without punctuation, nothing is said of it."""
_SEES: Final = word_set("see seeing")
_INSTEAD: Final = word_set("just only rather it's")
_SAID: Final = 2  # words of "they said"
_DENIAL_REACH: Final = 4
_COPULAS: Final = word_set(
    "am i'm 'm is he's she's you're are was 's im were i'm hoon hai be being became as also a an been not"
)
_IS_SOMETHING: Final = word_set("am i'm 'm is he's she's you're are was 's im")
_WAS: Final = word_set("was were be")
_SO_FAR: Final = word_set("weeks week months month about almost - twenty thirty forty")
_SINCE: Final = word_set("since from se")
_AFTER_PERSON: Final = word_set("they . , ! ? ; and but so since now too as or for because which who on too also as")
_ASKED_IF: Final = phrase_set(
    "asked if | asks if | asked me if | asked whether | asks whether | asked me whether | wanted to know if | "
    "wondered if"
)
_OPENING: Final = word_set("so then next now okay finally")
_QUALIFYING: Final = word_set("then next now , the your paroxysmal persistent chronic mild moderate severe and")
_CLOSES: Final = word_set(". , ! ? ; and or but so since for too as now right aur hai hain । और")
_THE: Final = word_set("the that this")
_HINDI_HAS: Final = word_set("hai hain h है हैं")
_HINDI_HAD: Final = word_set("tha thi the hua hui था थी हुआ हुई")
_HINDI_BETWEEN: Final = word_set("ki ka bimari problem ho gaya gayi aur bhi , बीमारी की और हो गया गई भी rehta rehti")
_HINDI_TO: Final = word_set("mujhe mujhko mereko unko usko inko unhe aapko ko मुझे उन्हें उनको उसको आपको को")
_HINDI_NOT: Final = word_set("nahi nahin नहीं kya क्या")
_TESTS: Final = word_set("test tests swab pcr antigen rapid")
_TEST_REACH: Final = 7
_PASSIVE_OUT: Final = phrase_set(
    "was ruled out | has been ruled out | is ruled out | been ruled out | got ruled out | ruled out"
)
_GUESSING: Final = word_set("think guess maybe might suspect probably wonder suppose shayad lagta")
_OTHERS_GUESS: Final = word_set("they doctor doctors he she")
_GUESSED_BY_OTHERS: Final = word_set("thinks")


def claim_of(page: Page, mention: Mention) -> Claim | None:
    """What is claimed of the mention, whether a question or a statement; None when nothing is."""
    utterance, words = page.utterance, page.utterance.words
    begin, end = page.sentence_of(mention)
    begin, end = max(begin, mention.first - _FURTHEST), min(end, mention.end + _FURTHEST)
    if mention.named.person and not _is_of_person(words, mention):
        return None
    if _ASKED_IF.stands_in(words, begin, mention.first):
        return None  # "He asked if I smoke, have diabetes"
    after = _told_after(utterance, (begin, end), mention)
    if after is not None:
        return None if is_anothers(utterance, begin, mention.first, end, spoken_of=False) else after
    if names_something_else(words, mention.end):
        return None
    cue = _hindi(words, begin, end, mention) or _cue(page, begin, mention)
    if cue is None or cue.meaning is Meaning.NOTHING or not _may_claim(page, cue, mention):
        return None
    spoken_of = cue.meaning in _OF_PERSONS and not any(w.norm in _TELLING for w in words[cue.first : cue.end])
    at = cue.first if words[cue.first].norm in _SEES else mention.first  # "I see somebody for anxiety"
    if is_anothers(utterance, begin, at, mention.end, spoken_of=spoken_of) or _is_weighed(words, cue, mention):
        return None
    clause = _clause(words, begin, min(cue.first, mention.first))
    if is_speculation(words, clause, cue.first) or is_speculation(words, cue.end, mention.first):
        return None
    if cue.meaning is Meaning.RULED_OUT:
        return Claim(cue, "refuted")
    if _is_denied(words, clause, cue, mention):
        return Claim(cue, "refuted") if _settles(page, cue, mention) else None
    if cue.meaning is Meaning.SUSPECTED:
        layman = utterance.turn.role not in _TO_SUBJECT and any(is_relative(w.norm) for w in words[clause : cue.end])
        return None if layman else Claim(cue, "suspected")  # "My friend thinks it's Lyme"
    if utterance.turn.role not in _TO_SUBJECT and cue.meaning is not Meaning.OWNED:
        said = {word.norm for word in words[max(clause, cue.first - _DENIAL_REACH) : mention.first]}
        if said & _GUESSING:
            return Claim(cue, "suspected") if said & _OTHERS_GUESS else None  # "I think I'm diabetic"
    return Claim(cue, "confirmed")


def _cue(page: Page, begin: int, mention: Mention) -> Cue | None:
    """The nearest cue before the mention that goes on to it."""
    words = page.utterance.words
    if mention.named.person:
        return Cue(max(0, mention.first - 1), mention.first, Meaning.HAS)
    before = words[mention.first - 1].norm if mention.first > begin else ""
    if before.endswith("'s") and is_relative(before) and page.utterance.turn.role is Role.CARER:
        return Cue(mention.first - 1, mention.first, Meaning.OWNED)  # "Dad's diabetes"
    for cue in reversed(find_cues(words, begin, mention.first)):
        if (
            _is_sign(page.utterance, cue.first)
            or cue.first in page.named
            or (_is_purpose(words, cue) and page.utterance.turn.role not in _TO_SUBJECT)
        ):
            continue
        if reaches(words, cue, mention.first, page.named):
            return cue
    if assessed := _assessed_without_verb(page, begin, mention):
        return assessed
    treats = mention.named.condition.lasting and any(w.norm in _TAKES for w in words[begin : mention.first])
    at = mention.first - 1 - (before in _DETERMINED)
    if treats and at >= begin and words[at].norm == "for":
        return Cue(at, mention.first, Meaning.TREATED)  # "I take it for hypertension", "... for the asthma"
    told = page.utterance.turn.role not in _TO_SUBJECT and before == "the" and mention.named.condition.lasting
    if told and at >= begin and words[at].norm == "for" and not _is_looked_for(words, begin, at):
        return Cue(at, mention.first, Meaning.TREATED)  # "The latanoprost at bedtime, for the glaucoma"
    return None


def _assessed_without_verb(page: Page, begin: int, mention: Mention) -> Cue | None:
    """ "So, paroxysmal atrial fibrillation.", "then hypertension, I'm not happy with it", "the back is a strain"."""
    words = page.utterance.words
    if page.utterance.turn.role not in _TO_SUBJECT or mention.named.ambiguous:
        return None
    before = [word.norm for word in words[begin : mention.first]]
    if before[-2:] in (["is", "a"], ["is", "an"]):
        return Cue(mention.first - 2, mention.first, Meaning.IS)
    after = words[mention.end].norm if mention.end < len(words) else "."
    opens = before[:1] and before[0] in _OPENING and set(before[1:]) <= _QUALIFYING
    plain = mention.named.condition.lasting and after in (".", ",")
    return Cue(begin, mention.first, Meaning.IS) if opens and plain else None


def _is_sign(utterance: Utterance, at: int) -> bool:
    """The "ve" of "-ve", "+ve"."""
    start = utterance.words[at].start
    return utterance.words[at].norm == "ve" and start > 0 and utterance.text[start - 1] in "-+"


def _is_purpose(words: Sequence[Word], cue: Cue) -> bool:
    return cue.meaning is Meaning.ASSESSED and words[cue.first].norm == "for"


def _is_looked_for(words: Sequence[Word], begin: int, at: int) -> bool:
    """ "They checked me for the glaucoma", "I'm waiting for the hernia"."""
    return any(word.norm.startswith(_LOOKING) for word in words[begin:at])


def _may_claim(page: Page, cue: Cue, mention: Mention) -> bool:
    """Whether that speaker can claim that with such words."""
    utterance, words = page.utterance, page.utterance.words
    role, owner = utterance.turn.role, words[cue.first].norm
    condition = mention.named.condition
    if mention.named.ambiguous:
        if cue.meaning not in _SURE:
            return False
        closes = mention.end == len(words) or words[mention.end].norm in _CLOSES
        settled = cue.meaning in (Meaning.RULED_OUT, Meaning.IS)
        between = {word.norm for word in words[cue.end : mention.first]}
        if settled and between & _DETERMINED:
            return False  # "This is your blood pressure"
        treated = cue.meaning is Meaning.TREATED and between <= _THE | _DETERMINED
        tight = treated or owner in _HINDI_TO or is_tight(words, cue, mention.first, page.named)
        if settled:
            return role in _TO_SUBJECT and (closes or cue.meaning is Meaning.RULED_OUT)
        return closes and tight
    if names_its_medicine(words, mention.end) and cue.meaning is not Meaning.OWNED:
        return False
    match cue.meaning:
        case Meaning.OWNED:
            return role in _OWNERS.get(owner, frozenset({Role.CARER}))
        case Meaning.IS:
            return role in _TO_SUBJECT
        case Meaning.ASSESSED if words[cue.end - 1].norm == ",":  # "Second, high cholesterol."
            closes = mention.end == len(words) or words[mention.end].norm in _MARKS | {"with", "and"}
            return role in _TO_SUBJECT and closes
        case Meaning.ASSESSED:
            the = words[cue.end - 1].norm == "the"
            return role in _TO_SUBJECT and (condition.lasting or not the)
        case Meaning.DIAGNOSED if words[cue.end - 1].norm == "said" and cue.end - cue.first == _SAID:
            return is_tight(words, cue, mention.first, page.named)  # "They said gestational diabetes"
        case Meaning.HAS if words[cue.end - 1].norm == "having":
            return condition.lasting  # "I am having thyroid", and not "a heart attack"
        case Meaning.SUSPECTED:
            before = [word.norm for word in words[max(0, cue.first - _DENIAL_REACH) : cue.first]]
            of_me = before[-1:] == ["i"] and not _OTHERS_GUESS.isdisjoint(before)  # "They think I might have"
            told = of_me or any(word.norm in _GUESSED_BY_OTHERS for word in words[cue.first : cue.end])
            return role in _TO_SUBJECT or told
        case _:
            return True


def _is_of_person(words: Sequence[Word], mention: Mention) -> bool:
    """ "I'm diabetic", "he's a known asthmatic"; not "a diabetic diet"."""
    opens = mention.first == 0 or words[mention.first - 1].norm in _MARKS
    if opens and mention.end < len(words) and words[mention.end].norm in _SINCE:
        return True  # "Diabetic since 2010", as a message
    if mention.end < len(words) and words[mention.end].norm not in _AFTER_PERSON:
        return False
    for i in range(mention.first - 1, max(-1, mention.first - 6), -1):
        norm = words[i].norm
        if words[mention.first].norm == "pregnant" and (norm in _SO_FAR or norm in UNITS or norm.isdecimal()):
            continue  # "I'm twenty-eight weeks pregnant"
        if norm in _WAS and words[mention.first].norm == "pregnant":
            return False
        if norm in _IS_SOMETHING:
            return not any(is_negative(word) for word in words[i : mention.first])
        if norm not in _COPULAS and norm not in {"and", "known", ",", "type", "two", "diabetic", "really", "severe"}:
            return False
    return False


def _hindi(words: Sequence[Word], begin: int, end: int, mention: Mention) -> Cue | None:
    """ "Mujhe sugar hai", "unko TB hui thi": in Hindi the verb stands last."""
    i = mention.end
    while i < end and (words[i].norm in _HINDI_BETWEEN or load_conditions().phrases.at(words, i)):
        i += 1
    if i >= end or words[i].norm not in _HINDI_HAS | _HINDI_HAD:
        return None
    to = next((k for k in range(mention.first - 1, begin - 1, -1) if words[k].norm in _HINDI_TO), None)
    if to is None or any(word.norm in _HINDI_NOT for word in words[begin : i + 2]):
        return None
    return Cue(to, to + 1, Meaning.HAS if words[i].norm in _HINDI_HAS else Meaning.HAD)


def _told_after(utterance: Utterance, sentence: tuple[int, int], mention: Mention) -> Claim | None:
    """ "Pneumonia was ruled out", "your strep test came back positive"."""
    words, end = utterance.words, mention.end
    if end >= sentence[1] or is_speculation(words, sentence[0], mention.first):
        return None
    if _PASSIVE_OUT.at(words, end):
        return Claim(Cue(mention.first, end, Meaning.RULED_OUT), "refuted")
    if words[end].norm in _TESTS:
        said = {word.norm for word in words[end : min(end + _TEST_REACH, sentence[1])]}
        if "negative" in said:
            return Claim(Cue(mention.first, end, Meaning.RULED_OUT), "refuted")
        if "positive" in said and "if" not in said:
            return Claim(Cue(mention.first, end, Meaning.FOUND), "confirmed")
    return None


def _clause(words: Sequence[Word], begin: int, at: int) -> int:
    """Where the clause of word `at` begins."""
    for i in range(at - 1, begin - 1, -1):
        if words[i].norm in _MARKS or words[i].norm in _TURNING:
            return i + 1
    return begin


def _is_weighed(words: Sequence[Word], cue: Cue, mention: Mention) -> bool:
    """ "Bronchitis or pneumonia"."""
    if cue.meaning is Meaning.HISTORY:
        return False
    after = mention.end < len(words) and words[mention.end].norm in ("or", "versus", "vs")
    return after or any(word.norm in ("or", "versus", "vs") for word in words[cue.end : mention.first])


def _is_denied(words: Sequence[Word], clause: int, cue: Cue, mention: Mention) -> bool:
    if cue.meaning is Meaning.OWNED:
        return False
    near = [*words[max(clause, cue.first - _DENIAL_REACH) : cue.first], *words[cue.first : mention.first]]
    instead = next((k for k in range(len(near) - 1, -1, -1) if near[k].norm in _INSTEAD), 0)
    if instead and near[instead - 1].norm == ",":
        near = near[instead:]  # "It's not pneumonia, just bronchitis"
    return any(is_negative(word) or word.norm in _NEGATIVE for word in near)


def _settles(page: Page, cue: Cue, mention: Mention) -> bool:
    """Whether a denial is a finding of who examines: "you don't have pneumonia", and not "you don't have a history"."""
    words = page.utterance.words
    if page.utterance.turn.role not in _TO_SUBJECT or page.question_of(mention) is not None:
        return False
    return cue.meaning in (Meaning.IS, Meaning.FOUND) or (
        cue.meaning is Meaning.HAS
        and not any(word.norm in ("history", "your") for word in words[cue.end : mention.first])
    )
