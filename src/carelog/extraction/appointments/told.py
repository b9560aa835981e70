"""What one sentence tells of an appointment that there is, or was."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.appointments.details import doctor_in, location_in, reason_in, specialty_in, virtual_in
from carelog.extraction.appointments.slots import Slot, find_slots
from carelog.extraction.appointments.statements import Range, Statement, any_of, conditional, denied, span_of
from carelog.extraction.appointments.wording import KINDS, SPECIALTIES, TESTS, TITLES, VISITS
from carelog.extraction.calendar_words import MONTHS, WEEKDAYS
from carelog.extraction.claims import of_another
from carelog.extraction.exchange import questions
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.when import Direction
from carelog.extraction.wordsets import word_set
from carelog.record.types.appointment import Kind, Status

CANCELLING: Final = phrase_set("cancel | cancelled | canceled | cancelling | canceling | called off | call off")
_MISSED: Final = phrase_set(
    """
    missed my | miss my | miss the | miss our | missing my | missed the | missed our | missed an | missed his |
    missed her | missed your | didn't make it to | did n't make it to | couldn't make it to | couldn't come to |
    didn't come to | didn't go to | forgot my | forgot about my | did not make it to | wasn't able to make
    """
)
_SEEN: Final = phrase_set(
    """
    i saw | we saw | i've seen | went to see | went to the | had my | had an appointment | had a visit | had his | had
    her |
    he saw | she saw | i visited
    """
)
_SESSIONS: Final = word_set("session sessions class dialysis chemo physio therapy checkup test scan clinic")
_HAVE: Final = word_set("meri mera hai have has had i've got 've is 's was your my you're his her our the there's an a")
_MENU: Final = word_set("press reply dial")
_WHETHER: Final = word_set("did is was has have were")
_POLITE: Final = word_set("do did does would could can")


def _visit_in(words: Sequence[Word], of: Range) -> int | None:
    """Where an appointment is named: not the "physical" of an examination or a therapy."""
    for k in range(*of):
        if words[k].norm in VISITS:
            return k
        pair = words[k].norm, words[k + 1].norm if k + 1 < of[1] else ""
        if pair == ("check", "up") or (pair[0] == "review" and pair[1] in _IS_ON and words[k - 1].norm not in _VERBS):
            return k
        if words[k].norm in _OUT and words[min(k + 1, of[1] - 1)].norm in _COME:
            return k  # "Clips come out Thursday"
        if words[k].norm in _PROCEDURES and not _SETTING.isdisjoint([w.norm for w in words[k : of[1]]]):
            return k
        if words[k - 1].norm in _WHOSE and _is_at(words, k, of[1]):
            return k
        following = words[k + 1].norm if k + 1 < len(words) else ""
        if words[k].norm == "physical" and words[k - 1].norm in _PHYSICALS and following not in _NO_VISITS:
            return k
    return None


def _is_at(words: Sequence[Word], k: int, end: int) -> bool:
    """What is named is on some day: "my eye clinic is on Tuesday", "your scan's tomorrow"."""
    found = SPECIALTIES.at(words, k) or TESTS.at(words, k)
    after = k + (found[0] if found else 1)
    if after >= end or not (found or words[k].norm in _PROCEDURES or words[k].norm.removesuffix("'s") in _SESSIONS):
        return False
    at = after + (words[after].norm in ("is", "'s"))
    at += at < end and words[at].norm in ("on", "at", "in")
    said = words[k].norm.endswith("'s") or at > after
    return said and at < end and (words[at].norm in _DAYS or words[at].norm[0].isdecimal())


_IS_ON: Final = word_set("is on at 's")
_VERBS: Final = word_set("to will we'll i'll they'll and we i they please can let's")
_OUT: Final = word_set("clips staples stitches sutures catheter drain cast plaster")
_COME: Final = word_set("come comes coming")
_WHOSE: Final = word_set("my your his her our")
_DAYS: Final = WEEKDAYS.keys() | MONTHS.keys() | word_set("the this next tomorrow today kal parso a two three four six")
_PROCEDURES: Final = word_set(
    """
    surgery procedure operation scan mri ct colonoscopy endoscopy biopsy dialysis chemo ultrasound mammogram
    vaccination
    """
)
_SETTING: Final = word_set("scheduled booked set")
_PHYSICALS: Final = word_set("annual yearly my your a his her")
_NO_VISITS: Final = word_set("exam examination therapy therapist activity health pain exercise education")


def that_was(utterance: Utterance, sentence: Range) -> Statement | None:
    """An appointment that was missed or kept."""
    words = utterance.words
    for i in range(*sentence):
        missed, seen = _MISSED.at(words, i), _SEEN.at(words, i)
        if not missed and not seen:
            continue
        slot = next(iter(find_slots(utterance, *sentence, Direction.PAST)), None) or _yesterday(utterance, sentence)
        specialty = specialty_in(utterance, i, min(sentence[1], i + 10))
        doctor = doctor_in(utterance, i, min(sentence[1], i + 10))
        visit = any(words[k].norm in VISITS or words[k].norm in _SESSIONS for k in range(i, min(sentence[1], i + 8)))
        denied_or_other = denied(words, sentence, i) or _is_anothers(utterance, i + 1)
        if missed and (visit or specialty) and not denied_or_other and not conditional(words, sentence, i, i + 1):
            return _made(utterance, sentence, (i, sentence[1]), "missed", slot, specialty, doctor)
        if seen and slot and visit and any_of(CANCELLING, words, (i, sentence[1])) and not denied_or_other:
            to_come = next(iter(find_slots(utterance, *sentence)), slot)  # "I had one on Thursday, but I cancelled it."
            return _made(utterance, sentence, (i, sentence[1]), "cancelled", to_come, specialty, doctor)
        if seen and slot and (visit or specialty or doctor) and not denied_or_other:
            return _made(utterance, sentence, (i, sentence[1]), "completed", slot, specialty, doctor)
    return None


def _yesterday(utterance: Utterance, sentence: Range) -> Slot | None:
    for i in range(*sentence):
        if utterance.words[i].norm in ("yesterday", "ago"):
            first = max(sentence[0], i - 2) if utterance.words[i].norm == "ago" else i
            return Slot(first, i + 1, utterance.quote(first, i + 1))
    return None


def told(utterance: Utterance, sentence: Range) -> Statement | None:
    """An appointment that there is: "your appointment is on March 4", "I have an appointment with ..."."""
    words = utterance.words
    noun = _visit_in(words, sentence)
    if noun is None or _is_anothers(utterance, noun):
        return None
    slots = [s for s in find_slots(utterance, *sentence) if is_set(s) and abs(s.first - noun) < 16]
    reach = max(noun, slots[0].end) if slots else noun
    menu = not _MENU.isdisjoint(utterance.norms)  # "Press 1 to confirm, 2 to cancel."
    cancelled = not menu and any_of(CANCELLING, words, (max(sentence[0], noun - 6), min(sentence[1], reach + 7)))
    asks = words[sentence[0]].norm in _POLITE or any(
        q.first <= noun < q.end and words[q.first].norm in _POLITE for q in questions(utterance)
    )
    wished = {w.norm for w in words[max(sentence[0], noun - 6) : noun]} & _WISHING
    if cancelled and words[sentence[0]].norm in _WHETHER and words[sentence[1] - 1].norm == "?":
        return None  # "Did you cancel my Thursday appointment?"
    if not slots or (asks and not cancelled) or denied(words, sentence, noun) or (wished and not cancelled):
        return None
    if conditional(words, sentence, noun, noun + 1) and not cancelled:
        return None
    near = words[max(sentence[0], noun - 6) : min(sentence[1], noun + 4)]
    by_itself = words[noun].norm in _OUT or words[noun].norm == "review"
    if noun > sentence[0] and not by_itself and not any(w.norm in _HAVE for w in near):
        return None  # A message may begin with it: "appt tomorrow 6 pm".
    status: Status = "cancelled" if cancelled else "scheduled"
    return _made(utterance, sentence, (noun, sentence[1]), status, slots[0], noun=noun)


def is_set(slot: Slot) -> bool:
    """A day or an hour of its own: "in two weeks" is a plan, and "today" alone is this very visit."""
    return slot.hour is not None or (slot.day is not None and not _VAGUE & set(slot.text.lower().split()))


_VAGUE: Final = frozenset({"today", "tonight", "in", "within", "week", "weeks", "month", "months"})
_WISHING: Final = word_set("make schedule book get want need like wanted arrange")


def statement_at(utterance: Utterance, sentence: Range, slot: Slot, status: Status) -> Statement:
    return _made(utterance, sentence, (slot.first, slot.end), status, slot)


def _made(
    utterance: Utterance,
    sentence: Range,
    of: Range,
    status: Status,
    slot: Slot | None,
    specialty: str | None = None,
    doctor: str | None = None,
    noun: int | None = None,
) -> Statement:
    specialty = specialty or specialty_in(utterance, *sentence)
    virtual = virtual_in(utterance, *sentence)
    kind = _kind(utterance, sentence) if noun is None else _kind(utterance, (max(sentence[0], noun - 3), noun + 1))
    by_telephone = virtual and any(word.norm in _TELEPHONE for word in utterance.words[slice(*sentence)])
    title = TITLES.get(kind) or ("Telephone visit" if by_telephone else "Video visit" if virtual else None)
    first, end = min(of[0], slot.first if slot else of[0]), max(min(of[1], of[0] + 6), slot.end if slot else 0)
    return Statement(
        span=span_of(utterance, sentence, first, max(first + 1, min(end, sentence[1]))),
        status=status,
        title=title or (f"{specialty.capitalize()} visit" if specialty else "Appointment"),
        kind=kind,
        slot=slot,
        doctor=doctor or doctor_in(utterance, *sentence),
        specialty=specialty,
        location=location_in(utterance, *sentence),
        virtual=virtual,
        reason=reason_in(utterance, noun, sentence[1]) if noun is not None else None,
    )


_TELEPHONE: Final = word_set("phone telephone")


def _kind(utterance: Utterance, of: Range) -> Kind | None:
    return next((found[1] for i in range(*of) if (found := KINDS.at(utterance.words, i))), None)


def _is_anothers(utterance: Utterance, i: int) -> bool:
    """ "My wife has an appointment", and not "my wife says that I have one"."""
    before = [word.norm for word in utterance.words[max(0, i - 4) : i]]
    return of_another(utterance, i, reach=8) and not ("i" in before or "i've" in before or before[-1:] == ["my"])
