"""What is proposed and not arranged yet: follow-ups, referrals and tests to come."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from carelog.extraction.appointments.details import doctor_in, location_in, specialty_in, virtual_in
from carelog.extraction.appointments.slots import Slot, find_slots
from carelog.extraction.appointments.statements import Range, Statement, any_of, conditional, denied, span_of
from carelog.extraction.appointments.wording import SPECIALTIES, TESTS
from carelog.extraction.claims import speaks_for_subject
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

_FOLLOW_UP_WORDS: Final = """
    see you back | see you again | see you | seeing you back | seeing you again | see me back | see me again |
    see me | see dr | see doctor | see the doctor | ring you again | call you again | phone you again |
    front desk will book | reception will book | see him back | see her back | come see me | see us |
    set up an appointment | schedule an appointment |
    make an appointment | book an appointment | schedule a follow up | schedule a visit | follow up | followup |
    follow back up | come back | have you back | have you come back | bring you back | return to clinic |
    return to see | return visit | return | recheck | re check | check back | be back | bring him | bring her |
    bring them | bring the baby | come in | come to the clinic | come by | stop by | wapas aana | aana | aaiye |
    aa jaana | aa jaiye | aaiyega | dikhana | dikha dena | dikhaiye | le aana | le aaiye | milte hain | आना | आइए |
    दिखाना | आ जाना | wapas aaiye | dobara aaiye | dobara dikhaiye
"""
_REFER_WORDS: Final = """
    refer you | referring you | refer him | refer her | a referral | the referral | referral | send you to |
    sending you to | get you in with | get you in to see | set you up with | have you see | like you to see |
    want you to see | consult with | a consult | put in a consult | get you to see | get you over to |
    get you set up with
"""
_ORDER_WORDS: Final = """
    order | ordering | orders for | schedule | scheduling | get | getting | obtain | send you for |
    sending you for | set you up for | set up | do | sign you up for | book | go ahead and get | send you over for |
    go for | repeat | booking you for | booking you in for | book you in for | booking | putting you down for |
    put you down for | arrange | arranging | organise | organising | organize | request | requesting | putting in for
"""
_FOLLOW_UP: Final = phrase_set(_FOLLOW_UP_WORDS)
_BACK: Final = phrase_set("back in")
_REFER: Final = phrase_set(_REFER_WORDS)
_ORDER: Final = phrase_set(_ORDER_WORDS)
CUES: Final = frozenset(
    phrase.split()[0] for words in (_FOLLOW_UP_WORDS, _REFER_WORDS, _ORDER_WORDS) for phrase in words.split("|")
)
"""The words with which plans begin: a turn without any holds none."""

_UNSETTLED: Final = phrase_set(
    """
    let me check | let me ask | not yet | do it yet | we'll see if | we'll see how | we'll see what | we'll see about |
    we'll see . | we'll see , | i'll check
    """
)
_TO_COME: Final = word_set(
    """
    i'll 'll we'll will let's lets let going gonna like want need needs recommend i'd 'd we'd would should plan
    planning you'll please must have karva karwa karenge have
    """
)
_OF_THE_PAST: Final = word_set(
    """
    had did was were reviewed showed shows results result ordered last previous already came yesterday ago been done
    got looked saw tried couldn't
    """
)
_ILLNESS: Final = word_set(
    "pain headache headaches it they symptoms symptom cough fever rash bleeding swelling weight voice "
    "result results report reports bloods swab biopsies"
)
_TABLES: Final = (_REFER, _FOLLOW_UP, _ORDER)
_NOT_A_VISIT: Final = word_set("blood labs imaging of ct mri x questions question")


def may_plan(utterance: Utterance) -> bool:
    """Whether a turn can propose anything: most hold none of the words and are not looked at further."""
    if not utterance.norms.isdisjoint(CUES):
        return True
    return "back" in utterance.norms and any(_BACK.at(utterance.words, first) for first, _ in utterance.sentences)


def plans_in(utterance: Utterance, sentence: Range) -> Iterator[Statement]:
    """What this sentence of a clinician, or of who tells what the clinician said, proposes."""
    words = utterance.words
    cues = [i for i in range(*sentence) if words[i][0] in CUES]
    if not cues and words[sentence[0]][0] != "back":
        return
    hits = [(i, table, found[0]) for i in cues for table in _TABLES if (found := table.at(words, i))]
    if _BACK.at(words, sentence[0]):
        hits.insert(0, (sentence[0], _FOLLOW_UP, 2))  # "Back in six weeks."
    if not hits or any_of(_UNSETTLED, words, sentence):
        return
    if speaks_for_subject(utterance) and not _retold({words[i].norm for i in range(*sentence)}):
        return
    slots = find_slots(utterance, *sentence)
    taken: set[str] = set()
    for i, table, length in hits:
        made: Iterable[Statement | None]
        if table is _ORDER:
            made = _tests(utterance, sentence, i, i + length, slots)
        elif table is _REFER:
            made = [_referral(utterance, sentence, i, i + length)]
        else:
            made = [_follow_up(utterance, sentence, i, i + length, slots)]
        for one in made:
            if one is not None and one.title not in taken and not (table is _FOLLOW_UP and "Follow-up" in taken):
                taken |= {one.title, "Follow-up"} if table is not _ORDER else {one.title}
                yield one


def _retold(norms: set[str]) -> bool:
    """ "The doctor wants to see me back in a month"."""
    return not norms.isdisjoint(("wants", "wanted", "asked", "told", "said")) and not norms.isdisjoint(
        ("doctor", "dr", "he", "she", "they", "cardiologist", "surgeon", "specialist")
    )


def _follow_up(utterance: Utterance, sentence: Range, cue: int, end: int, slots: Sequence[Slot]) -> Statement | None:
    words = utterance.words
    slots = [s for s in slots if s.hour or _TODAY.isdisjoint(s.text.lower().split())]
    slot = next((s for s in slots if s.first >= cue), None) or next((s for s in slots if s.end <= cue), None)
    if end < sentence[1] and words[end].norm in _NOT_A_VISIT:
        return None
    near = min(sentence[1], end + 8)
    specialty = specialty_in(utterance, end, near)
    if specialty is None and speaks_for_subject(utterance):
        specialty = specialty_in(utterance, sentence[0], cue)  # "my cardiologist wants to see me"
    named = specialty is not None and any(w.norm == "with" for w in words[end : end + 3])
    named = named or words[cue].norm in _DESKS
    if slot is None and not named:
        return None
    if slot is not None and abs(slot.first - end) > 16:
        return None
    last = slot.end if slot else near
    before = [w.norm for w in words[max(sentence[0], cue - 3) : cue]]
    if denied(words, sentence, cue) or conditional(words, sentence, cue, last) or set(before) & _ILLNESS:
        return None
    if words[cue].norm in ("return", "come") and not _asks_to(before):
        return None
    if words[cue].norm == "back" and (cue > sentence[0] or slot is None or slot.first > end):
        return None  # "Your back in six weeks"
    first = min(cue, slot.first) if slot else cue
    return Statement(
        span_of(utterance, sentence, first, max(end, last)),
        "proposed",
        f"{specialty.capitalize()} follow-up" if specialty else "Follow-up",
        "follow_up",
        slot,
        doctor_in(utterance, *sentence),
        specialty,
        location_in(utterance, *sentence),
        virtual_in(utterance, *sentence),
    )


_DESKS: Final = word_set("front reception")
_TODAY: Final = frozenset({"today", "tonight"})


def _asks_to(before: Sequence[str]) -> bool:
    """Somebody is to come: not "the pain comes back"."""
    asking = {
        "you",
        "to",
        "please",
        "and",
        "then",
        "i'll",
        "we'll",
        "just",
        ",",
        "can",
        "will",
        "should",
        "me",
        "ll",
        "'ll",
    }
    return not before or before[-1] in asking


def _referral(utterance: Utterance, sentence: Range, cue: int, end: int) -> Statement | None:
    words = utterance.words
    near = min(sentence[1], end + 10)
    specialty = specialty_in(utterance, end, near)
    if specialty is None and cue > sentence[0] and words[cue].norm == "referral":
        specialty = specialty_in(utterance, max(sentence[0], cue - 3), cue)
    doctor = doctor_in(utterance, cue, near)
    if (specialty is None and doctor is None) or denied(words, sentence, cue):
        return None
    before = {w.norm for w in words[max(sentence[0], cue - 6) : cue]}
    last = next((i + found[0] for i in range(end, near) if (found := SPECIALTIES.at(words, i))), near)
    if conditional(words, sentence, cue, last) or before & _OF_THE_PAST or specialty == "emergency medicine":
        return None
    return Statement(
        span_of(utterance, sentence, cue, last),
        "proposed",
        f"{specialty.capitalize()} referral" if specialty else "Referral",
        "consultation",
        next((s for s in find_slots(utterance, cue, sentence[1]) if s.first - last < 8), None),
        doctor,
        specialty,
    )


def _tests(utterance: Utterance, sentence: Range, cue: int, end: int, slots: Sequence[Slot]) -> Iterator[Statement]:
    """The tests that are to be made, as far as the words go on listing them."""
    words = utterance.words
    before = {w.norm for w in words[max(sentence[0], cue - 7) : cue]}
    planned = bool(before & _TO_COME) or any(w.endswith("'ll") for w in before)
    ordering = words[cue].norm in _ORDERING or (cue == sentence[0] and words[cue].norm == "get" and bool(slots))
    if not (planned or ordering) or before & _OF_THE_PAST:
        return
    if denied(words, sentence, cue) or speaks_for_subject(utterance) or before & _IN_GENERAL:
        return
    i, gap = end, 0
    while i < sentence[1] and gap <= 7:
        found = TESTS.at(words, i)
        if found is None:
            if words[i].norm in _STOPPING:
                return
            i, gap = i + 1, gap + 1
            continue
        last = i + found[0]
        if conditional(words, sentence, cue, last):
            return
        slot = next((s for s in slots if s.first >= last and s.first - last < 8), None)
        yield Statement(
            span_of(utterance, sentence, cue, last), "proposed", found[1], "test", slot,
            location=location_in(utterance, cue, sentence[1]),
        )  # fmt: skip
        i, gap = last, 0


_ORDERING: Final = word_set("ordering scheduling sending booking arranging organising requesting putting")
_IN_GENERAL: Final = word_set("sometimes often usually they people")
_STOPPING: Final = word_set("results result back if but because so that which showed when")
