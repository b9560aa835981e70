"""Whether words speak of the subject's life as it is, or of somebody else, of long ago, of an if.

Pure look-ups on the words around a place. Each test errs towards doubt: an entry that is missing can be
asked for, one that is wrong is believed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.exchange import QuestionForm, open_questions
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set

_RELATIONS = word_set(
    """
    husband wife mother mom mum mommy mummy father dad daddy papa son daughter brother sister sibling friend
    neighbor neighbour aunt auntie uncle grandmother grandma grandfather grandpa cousin partner boyfriend girlfriend
    spouse nephew niece roommate colleague coworker boss parents kids children grandson granddaughter baby infant
    newborn twins dog cat maa maan mataji pita pitaji pati patni biwi beta beti bhai behen behan bahen dada dadi nana
    nani
    saas sasur chacha chachi bua bachcha bachche bachchi dost माँ मां पिता पिताजी पति पत्नी बीवी बेटा बेटे बेटी भाई
    बहन दादा दादी
    नाना नानी सास ससुर चाचा चाची बच्चा बच्चे बच्ची दोस्त
    """
)
_OTHERS = (
    _RELATIONS
    | {f"{word}'s" for word in _RELATIONS}
    | word_set(
        """
        his her hers their theirs he she he's she's they they're uska uski uske unka unki unke usko unko usne unhone
        उसका उसकी उसके उनका उनकी उनके उसको उनको उसने उन्होंने
        """
    )
)
_RELATED = _RELATIONS | {f"{word}'s" for word in _RELATIONS}
_PATIENTS = word_set("whose patients somebody someone people")
_OWN = word_set("my mine mera meri mere मेरा मेरी मेरे")
_SELF = word_set("i i'm i've i'd me myself im ive main maine mujhe मैं मैंने मुझे")
_YOU = word_set("you your yourself you're you've")
_WITNESSING = word_set("notice noticed noticing see seen saw give gave giving think know tell check checked there")
_MARKS = frozenset(".?!;।…\n")
_IFS = word_set(
    """
    if unless whenever suppose supposing should shouldn't would wouldn't could couldn't might goal target ideally
    agar अगर yadi यदि
    """
)
_REQUESTS = ("tell me", "let me know", "give me", "share your", "send me", "bataiye", "batao")
_LONG_UNITS = word_set("year years month months week weeks decade decades yrs")
_LAST_TIMES = word_set(
    """
    year month time visit appointment summer winter spring fall autumn checkup physical admission january february
    march april may june july august september october november december
    """
)
_PAST = {
    "used": frozenset({"to"}),
    "back": frozenset({"then", "in", "when"}),
    "last": _LAST_TIMES,
    "previous": _LAST_TIMES,
    "previously": frozenset(),
    "formerly": frozenset(),
    "childhood": frozenset(),
}


_BEFORE_HINDI = word_set("pehle पहले")
_SPAN_HINDI = word_set("se din dino hafte mahine saal ghante ghanta minute khane se से दिन हफ्ते महीने साल घंटे")
_WAS_HINDI = word_set("tha thi the था थी थे")
_YOUNGER: PhraseTable[bool] = phrase_set(
    """
    in high school | in college | in school | as a child | as a kid | as a teenager | as a teen | when i was a child |
    when i was a kid | when i was young | when i was younger | when i was a teenager | when i was pregnant |
    when i was in school | when i was in college | when i was in high school | when i got married | at my wedding |
    in my twenties | in my thirties | in my teens | in my last pregnancy | in my first pregnancy
    """
)


def is_relation(norm: str) -> bool:
    """Whether a word names a relative or the like, be it as an owner."""
    return norm in _RELATED


def speaks_for_subject(utterance: Utterance) -> bool:
    """The speaker is the subject, speaks for the subject, or is nobody known to be anyone else."""
    return utterance.turn.role in {Role.PATIENT, Role.CARER, Role.UNKNOWN}


def clause_start(words: Sequence[Word], i: int, *, reach: int = 12) -> int:
    """Where the sentence of word `i` begins, no further than `reach` words back."""
    first = max(0, i - reach)
    for k in range(i - 1, first - 1, -1):
        if words[k].norm in _MARKS:
            return k + 1
    return first


def of_another(utterance: Utterance, i: int, *, reach: int = 4) -> bool:
    """What stands at word `i` is some other person's ("my husband's pressure", a doctor's "my own").

    A carer speaks of the subject as "he" or "my mother", a clinician who dictates as "she".
    """
    role, words = utterance.turn.role, utterance.words
    if role is Role.CARER and _of_carers_own(words, clause_start(words, i, reach=reach), i):
        return True
    before = {word.norm for word in words[clause_start(words, i, reach=reach) : i]}
    if role in {Role.CLINICIAN, Role.AGENT} and before & (_OWN | _PATIENTS):
        return True  # "I had a patient whose sugar was 600"
    if role is Role.AGENT:
        return bool(before & _RELATED)  # "His oxygen" is the subject's, of whom a carer is asked.
    return role not in {Role.CARER, Role.CLINICIAN} and bool(before & _OTHERS)


def _of_carers_own(words: Sequence[Word], first: int, i: int) -> bool:
    """ "My sugar", and not "my mother's sugar"."""
    before = {word.norm for word in words[first:i]}
    return bool(before & _OWN) and not before & _OTHERS


def of_carer_self(utterance: Utterance, i: int, *, reach: int = 8) -> bool:
    """What stands at word `i` a carer says of themself ("I slept three hours") and not of the subject."""
    if utterance.turn.role is not Role.CARER:
        return False
    words = utterance.words
    for word in reversed(words[clause_start(words, i, reach=reach) : i]):
        if word.norm in _OTHERS:
            return False
        if word.norm in _SELF:
            return True
    return False


def asks_carer_of_self(asking: Utterance, question: "Asked", replying: Utterance) -> bool:
    """A carer is asked "how did you sleep?" and answers for themself; "have you noticed" asks of the subject."""
    if replying.turn.role is not Role.CARER:
        return False
    norms = {word.norm for word in asking.words[question.first : question.end]}
    return bool(norms & _YOU) and not norms & (_OTHERS | _WITNESSING)


def hypothetical(words: Sequence[Word], first: int, end: int) -> bool:
    """An if, a should or a goal stands among the words `first` to `end`."""
    return any(word.norm in _IFS for word in words[max(0, first) : end])


def long_past(words: Sequence[Word], first: int, end: int) -> bool:
    """The words `first` to `end` speak of a time clearly gone: "last year", "two months ago", "in high school"."""
    first, end = max(0, first), min(end, len(words))
    if _YOUNGER.stands_in(words, first, end):
        return True
    for k in range(first, end):
        norm = words[k].norm
        if norm in _BEFORE_HINDI and (not k or words[k - 1].norm not in _SPAN_HINDI):
            return any(words[i].norm in _WAS_HINDI for i in range(k, end))  # "Pehle sugar 250 rehti thi."
        if norm == "ago" and k and words[k - 1].norm in _LONG_UNITS:
            return True
        following = _PAST.get(norm)
        if following is not None and (not following or (k + 1 < len(words) and words[k + 1].norm in following)):
            return True
    return False


class Asked(NamedTuple):
    """Words `first` up to `end` of a turn ask for something; `polar`: for a yes or no."""

    first: int
    end: int
    polar: bool


def asked_in(asking: Utterance) -> list[Asked]:
    """What the next speaker is asked for: by the open questions of a turn, or by its last sentence ("Tell me ...").

    A question may begin before the words that make it one: "how much water | did you drink".
    """
    words = asking.words
    opened = [
        Asked(clause_start(words, question.first, reach=6), question.end, question.form is not QuestionForm.OPEN)
        for question in open_questions(asking)
    ]
    if opened or not asking.sentences:
        return opened
    first, end = asking.sentences[-1]
    norms = " ".join(word.norm for word in words[first : first + 10])
    return [Asked(first, end, False)] if any(request in norms for request in _REQUESTS) else []


SUBJECTS = word_set("i i've we we've i'm we're ive im maine hum humne main")
_CARERS_SUBJECTS = word_set("he she he's she's they we we've unhone usne wo woh vo उन्होंने उसने वो वह")
_OTHER_SUBJECTS = word_set(
    """
    you he she they he's she's they've they're you've you're who people kids everyone somebody someone it it's that
    which there
    """
)
_BETWEEN = word_set(
    """
    just only also then usually already recently finally always generally mostly normally simply probably even
    actually really have 've had been was am 'm are were did sometimes often so um uh like basically today yesterday
    still regularly currently now about maybe
    """
)
DENYING = word_set(
    """
    not n't never didn't don't haven't hadn't wasn't can't cannot couldn't won't wouldn't shouldn't hardly barely
    skip skipped without avoid avoided avoiding stopped quit except rarely nahi nahin nahii mat bina नहीं मत ain't
    isn't aren't
    """
)
SUPPOSING = word_set(
    """
    if when whenever unless should would could might may can will want wanted like liked love try trying going gonna
    gon used able need wish hate prefer allowed supposed before until to every once i'd i'll we'll let's craving jab
    agar hope hoping plan planning must ought while
    """
)
_JOINING = frozenset({",", "and", "then", "so"})
_FILLING = frozenset({"uh", "um", "like", "regularly"})
_PROGRESSIVE = word_set("been am i'm 'm was were we're im")


def own_act(utterance: Utterance, verb: int, *, bare: bool, opened: bool = False) -> bool:
    """The subject did what the verb at that word says: not another person, not denied, not only supposed.

    `bare`: the verb may also open its clause without a subject ("Had two eggs", "walked and ran"). `opened`: what
    stands before it opens a clause.
    """
    words, carer = utterance.words, utterance.turn.role is Role.CARER
    start = clause_start(words, verb, reach=7)
    k = verb - 1
    while k >= start and (words[k].norm in _BETWEEN or _is_filling_comma(words, k)):
        k -= 1
    before = words[k].norm if k >= start else ""
    own = before in (_CARERS_SUBJECTS | _RELATIONS if carer else SUBJECTS)
    opening = before in _JOINING or (bare and (opened or before in {"", "yes", "yeah", ":"}))
    if not (own or opening) or long_past(words, start, verb + 8):
        return False
    if not own and before in _JOINING and not _goes_on_own(words, start, k, carer=carer, bare=bare):
        return False
    reach = words[max(start, k - 3) : verb]
    return all(word.norm not in DENYING and word.norm not in SUPPOSING for word in reach)


def _is_filling_comma(words: Sequence[Word], k: int) -> bool:
    """ "I, uh, had" """
    return words[k].norm == "," and k > 0 and (words[k - 1].norm in _FILLING or words[k + 1].norm in _FILLING)


def _goes_on_own(words: Sequence[Word], start: int, k: int, *, carer: bool, bare: bool) -> bool:
    """Before the "and" at word `k` the subject speaks too: "I came home and had rice", not "she came home and ..."."""
    for word in reversed(words[start:k]):
        if word.norm in SUBJECTS:
            return not carer
        if word.norm in _OTHER_SUBJECTS or word.norm in _RELATIONS:
            return carer and word.norm in _CARERS_SUBJECTS
    return bare and start == clause_start(words, k, reach=40)  # "Ate rice and drank tea"


def progressive(words: Sequence[Word], verb: int) -> bool:
    """The word is part of "have been eating", "was walking" and the like."""
    return any(word.norm in _PROGRESSIVE for word in words[max(0, verb - 3) : verb])
