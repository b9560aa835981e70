"""What is arranged between two people, turn by turn: an appointment that is told, offered, taken, moved, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from carelog.extraction.appointments.answers import TAKING, agreed, declines, granted, is_chosen_to_cancel, is_rejected
from carelog.extraction.appointments.details import doctor_in
from carelog.extraction.appointments.named import DAYS, after_could, asks_for_one, days_in, given, is_taken_up, wished
from carelog.extraction.appointments.slots import Slot, find_slots
from carelog.extraction.appointments.statements import (
    Range,
    Statement,
    any_of,
    conditional,
    sentences_of,
    span_of,
)
from carelog.extraction.appointments.told import CANCELLING, is_set, statement_at, that_was, told
from carelog.extraction.appointments.wording import VISITS
from carelog.extraction.calendar_words import ORDINALS, WEEKDAYS
from carelog.extraction.claims import is_relation, speaks_for_subject
from carelog.extraction.exchange import questions
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

CUES: Final = (
    VISITS
    | word_set(
        """
    tomorrow tmrw tmr physical booked scheduled rescheduled opening
    openings available availability cancel cancelled canceled reschedule confirm confirmed confirming missed miss
    saw surgery procedure kal parso put fitted squeezed scan clinic physio dentist optician rehab
    review clips staples stitches sutures catheter drain cast plaster
    """
    )
    | (ORDINALS.keys() - {"first", "second"})
    | WEEKDAYS.keys()
)
_BOOKED: Final = phrase_set(
    """
    you're all set | you are all set | all set | you're booked | you are booked | booked you | i've booked | i booked |
    you're scheduled | you are scheduled | i've scheduled you | got you scheduled | put you down | got you down |
    have you down | you're down for | you're confirmed | is confirmed | is booked | is scheduled | i've got you in |
    i have you in | we'll see you | see you then | we will see you | you're in for | i've put you | moved you to |
    moved it to | switched you to | rescheduled you | rescheduled for | rescheduled to | ho gaya book | book ho gaya |
    book kar diya | i've arranged | i have arranged | we've arranged | we have arranged | i arranged |
    arranged for you |
    putting you down | putting her down | putting him down | i've put her down | i've put him down |
    put you in | fitted you in | squeezed you in | slotted you in | pencilled you in
    """
)
_OFFERED: Final = phrase_set(
    """
    i have | we have | i can do | we can do | i could do | she's got | he's got | she has | he has | they have |
    same time on | rakh du | rakh dun | rakh doon | rakh de | rakh dete | book kar du | book kar dun | fix kar du |
    how about | what about | opening | openings | available |
    would | we could do | there's | there is | i've got | we've got | can you come | can you make it | i can offer |
    i can get you in | next available | i can see you
    """
)
_MOVED: Final = phrase_set(
    """
    reschedule | rescheduling | move it | move my | move the | move that | change my | change the | change it |
    push it | push my | push back | bring forward | postpone | different day | different time | another day | shift my
    """
)
_GOING_ON: Final = ORDINALS.keys() | word_set(
    """
    st nd rd th set move moving change reschedule cancel cancelled day time works january february march april may
    june july august september october november december
    """
)
_TO_BE_MOVED: Final = phrase_set(
    """
    has to be moved | needs to be moved | have to move | need to move | need to reschedule | have to reschedule |
    has to be rescheduled | needs to be rescheduled | have to change | need to change
    """
)
_NAMED: Final = VISITS | word_set(
    "physical surgery procedure operation scan mri ct colonoscopy endoscopy biopsy dialysis chemo ultrasound mammogram "
    "check review clips staples stitches sutures catheter drain cast plaster"
)
_NOT_MISSED: Final = phrase_set(
    """
    it's actually | it is actually | actually it's | actually , it's | actually it is | it's not until | not until |
    no , it's | no it's | no , it is | it's tomorrow | it is tomorrow | it's on | your appointment is |
    you haven't missed | you have not missed | you didn't miss | you did not miss | nahi , | kal hai
    """
)
_ASKING: Final = phrase_set("when | what time | what day | do i have | which day | kab")
_CONFIRMING: Final = word_set("confirm confirming")
_OWNERS: Final = word_set("my our his her")
_NOT_TOLD: Final = word_set("? if or haven't didn't not")
_DOES: Final = word_set("is has goes sees")
_FIRST_PERSON: Final = word_set("i i'm i've i'd i'll me my we us our")
_WHEN: Final = word_set("when time day kab")


@dataclass(slots=True)
class Bookings:
    """What has been arranged so far: the appointments that are `known`, the slots that are `offered`, and the places
    among the known of the one that is being moved and of what was agreed on instead; whether it was `asked` when one
    is, and what the subject `wished` for; and whether the clinic `named` one without saying when, or is `asking` for
    one."""

    known: list[Statement] = field(default_factory=list)
    offered: list[Statement] = field(default_factory=list)
    moving: int | None = None
    instead: int | None = None
    asked: bool = False
    wished: Statement | None = None
    named: bool = False
    asking: bool = False

    def may_hear(self, utterance: Utterance) -> bool:
        """Whether the turn may be about an appointment: it names one, or a day, or answers an offer."""
        if not utterance.norms.isdisjoint(CUES):
            return True
        return bool(
            self.asked
            or self.offered
            or self.wished
            or self.named
            or self.asking
            or {"when", "next"} <= utterance.norms
            or (self.known and not utterance.norms.isdisjoint(_GOING_ON))
        )

    def hear(self, dialogue: Sequence[Utterance], i: int) -> None:
        """Take in turn `i`."""
        utterance = dialogue[i]
        heard = list(sentences_of(utterance))
        if speaks_for_subject(utterance):
            self._of_subject(utterance, heard)
            if self.offered:
                self._answered(utterance)
        else:
            self._of_clinic(dialogue, i, heard)

    def _of_subject(self, utterance: Utterance, heard: Sequence[Range]) -> None:
        for sentence in heard:
            words = utterance.words
            if _is_of_relative(words, sentence):
                continue
            norms = {words[k].norm for k in range(*sentence)}
            done = None if norms.isdisjoint(CUES) else that_was(utterance, sentence)
            if done is not None:
                self._note(done)
                continue
            arranged = None if norms.isdisjoint(DAYS) else given(utterance, sentence, asked=self.asking)
            if arranged is not None:
                self._note(arranged)
                continue
            if (self.known or self.named) and not norms.isdisjoint(_WHEN) and any_of(_ASKING, words, sentence):
                self.asked = True
            wish = None if norms.isdisjoint(DAYS) else wished(utterance, sentence)
            self.wished = wish or self.wished
            owned = not norms.isdisjoint(_OWNERS) and not norms.isdisjoint(DAYS)
            if norms.isdisjoint(_NAMED) and not owned and not (self.known and norms & {"it", "that"}):
                continue
            one = told(utterance, sentence)
            self.asked = self.asked or (one is None and any_of(_ASKING, words, sentence))
            if one is not None:
                self._note(one)
            if any_of(_MOVED, words, sentence):
                self._move()
            elif any_of(CANCELLING, words, sentence) and self.known and one is None:
                self.known[-1] = replace(self.known[-1], status="cancelled")

    def _of_clinic(self, dialogue: Sequence[Utterance], i: int, heard: Sequence[Range]) -> None:
        utterance, words = dialogue[i], dialogue[i].words
        booked = any(any_of(_BOOKED, words, sentence) for sentence in heard)
        if self.wished is not None and i and granted(dialogue, i - 1, days_in(self.wished.slot)):
            self._book(_supported(self.wished, utterance, 0))
        self.wished = None
        if self._was_not_missed(dialogue, i, heard):
            self.known.pop()
            self.asked = True
        self.named = not utterance.norms.isdisjoint(VISITS)
        self.asking = bool(heard) and asks_for_one(utterance, heard[-1])
        offered: list[Statement] = []
        for sentence in heard:
            slots = find_slots(utterance, *sentence)
            norms = {words[k].norm for k in range(*sentence)}
            missed = that_was(utterance, sentence) if "missed" in norms and norms.isdisjoint(_NOT_TOLD) else None
            if missed is not None and missed.status == "missed":
                if i + 1 == len(dialogue) or [w.norm for w in dialogue[i + 1].words[:1]] != ["no"]:
                    self._note(missed)
                continue
            one = None if norms.isdisjoint(_NAMED) else told(utterance, sentence)
            if one is not None and is_rejected(dialogue, i):
                continue
            if one is not None and is_chosen_to_cancel(dialogue, i):
                one = replace(one, status="cancelled")
            if one is not None and one.status == "cancelled" and "?" in norms and not agreed(dialogue, i):
                one = replace(one, status="scheduled")  # "Would you like to cancel it?" "No."
            if one is not None:
                if not norms.isdisjoint(_CONFIRMING) and agreed(dialogue, i):
                    one = replace(one, status="confirmed")
                self._note(one)
                if any_of(_TO_BE_MOVED, words, sentence):
                    self._move()
            elif (
                not slots
                or conditional(words, after_could(words, sentence), slots[0].first, slots[-1].end)
                or self._is_held_out(dialogue, i, sentence, slots)
            ) or (booked and is_rejected(dialogue, i)):
                continue
            elif booked and is_set(slots[-1]) and (slots[-1].hour or any_of(_BOOKED, words, sentence)):
                self._book(statement_at(utterance, sentence, slots[-1], "scheduled"))
            elif self.asked and slots[0].moment is not None:
                self._note(statement_at(utterance, sentence, slots[0], "scheduled"))
            elif (
                any_of(_OFFERED, words, sentence)
                or (self.offered and slots[-1].hour)
                or is_taken_up(dialogue, i, sentence, slots)
            ):
                made = [statement_at(utterance, sentence, s, "scheduled") for s in slots if s.timed]
                offered += [_with_doctor(one, utterance, heard) for one in made]
        self.offered = offered or self.offered
        self.asked = False

    def _was_not_missed(self, dialogue: Sequence[Utterance], i: int, heard: Sequence[Range]) -> bool:
        """ "(I missed it yesterday, was it at ten?) It's actually tomorrow at ten": it is still to come."""
        last = self.known[-1] if self.known else None
        if last is None or last.status != "missed" or not i or last.span.turn != dialogue[i - 1].turn.index:
            return False
        utterance, said_at = dialogue[i], dialogue[i].said_at
        for sentence in heard:
            if said_at is not None and any_of(_NOT_MISSED, utterance.words, sentence):
                slots = find_slots(utterance, *sentence)
                return any(slot.day is not None and date.fromisoformat(slot.day) > said_at.date() for slot in slots)
        return False

    def _is_held_out(self, dialogue: Sequence[Utterance], i: int, sentence: Range, slots: Sequence[Slot]) -> bool:
        """The known appointment is read back: "Thursday the twelfth at ten thirty?" - "That's the one"."""
        utterance = dialogue[i]
        if not self.known or not slots[0].hour or not agreed(dialogue, i):
            return False
        asked = utterance.words[sentence[1] - 1].norm == "?" or any(
            q.end >= sentence[1] - 1 for q in questions(utterance)
        )
        known = self.known[-1]
        same = known.slot is None or known.slot.day in (None, slots[0].day)
        if not asked or not same or len(slots) > 1:
            return False
        said = span_of(utterance, sentence, slots[0].first, slots[0].end)
        self.known[-1] = replace(known, slot=slots[0], support=(*known.support, said))
        return True

    def _move(self) -> None:
        if self.moving is None and self.known:
            self.moving = len(self.known) - 1

    def _answered(self, utterance: Utterance) -> None:
        """The subject takes one of the slots that are on offer, the last one that they name."""
        words = utterance.words
        if not words:
            return
        whole = (0, len(words))
        named = [
            (said, offer)
            for said in find_slots(utterance, *whole)
            for offer in self.offered
            if offer.slot and ((said.day and said.day == offer.slot.day) or _same_weekday(words, said, offer.slot))
        ]
        at = next((i for i in range(min(len(words), 12)) if TAKING.at(words, i)), None)
        if at is not None and words[utterance.sentence_at(at)[1] - 1].norm == "?":
            at = None  # "Is that okay with the parking?"
        end = utterance.sentence_at(at or 0)[1]
        following = utterance.sentence_at(end)[1] if end < len(words) else end
        refused = declines(words, (0, following if words[following - 1].norm == "?" else end))
        if len(self.offered) == 1 and at is not None and not refused:
            self._book(_supported(self.offered[0], utterance, at))
        elif named and (at is not None or not refused):
            said, offer = named[-1]
            self._book(_supported(offer, utterance, said.first))

    def _book(self, made: Statement) -> None:
        """A slot is agreed on; that of what was being moved is given up."""
        old = None if self.moving is None else self.known[self.moving]
        if old is None or made.slot is None or (old.slot is not None and old.slot.day == made.slot.day):
            self._note(made)
            return
        made = replace(
            made,
            doctor=made.doctor or old.doctor,
            specialty=made.specialty or old.specialty,
            kind=made.kind or old.kind,
            title=made.title if made.kind else old.title,
        )
        if self.instead is None:
            self.known[self.moving or 0] = replace(old, status="cancelled")
            self.instead = len(self.known)
            self.known.append(made)
        else:
            self.known[self.instead] = made

    def _note(self, new: Statement) -> None:
        """Add an appointment, or what was said anew of one that is known."""
        for k, known in enumerate(self.known):
            if _is_same(known, new):
                self.known[k] = _joined(known, new)
                return
        self.known.append(new)


def _is_of_relative(words: Sequence[Word], sentence: Range) -> bool:
    """ "My husband's seeing Dr Lee on Friday", in which nobody else has a part."""
    first, end = sentence
    if end - first < 3 or words[first].norm != "my" or not is_relation(words[first + 1].norm):
        return False
    does = words[first + 1].norm.endswith("'s") or words[first + 2].norm in _DOES
    return does and {word.norm for word in words[first + 1 : end]}.isdisjoint(_FIRST_PERSON)


def _supported(made: Statement, utterance: Utterance, i: int) -> Statement:
    """With the words that take it."""
    sentence = utterance.sentence_at(i)
    return replace(made, support=(*made.support, span_of(utterance, sentence, i, i + 1)))


def _with_doctor(made: Statement, utterance: Utterance, heard: Sequence[Range]) -> Statement:
    """With the doctor whom another sentence of the turn names: "I'd like Dr. Lee to see you. She has ..."."""
    for sentence in heard if made.doctor is None else ():
        doctor = doctor_in(utterance, *sentence)
        if doctor is not None:
            return replace(made, doctor=doctor, support=(span_of(utterance, sentence, *sentence), *made.support))
    return made


def _same_weekday(words: Sequence[Word], named: Slot, offered: Slot) -> bool:
    """ "Let's do the Tuesday": of those that were offered."""
    said = {WEEKDAYS.get(w.norm.removesuffix("'s")) for w in words[named.first : named.end]}
    return offered.day is not None and date.fromisoformat(offered.day).weekday() in said


def _is_same(known: Statement, new: Statement) -> bool:
    """Both are of one appointment: nothing that they say of the time differs."""
    if known.status in ("missed", "completed") or new.status in ("missed", "completed"):
        return known.status == new.status and known.title == new.title
    if _differ(known.specialty, new.specialty) or _differ(known.doctor, new.doctor):
        return False  # Two visits on one day, of which one has no hour.
    one, other = known.slot, new.slot
    if one is None or other is None:
        return known.title == new.title or new.status == "cancelled"
    if one.day is None or other.day is None:
        return one.text.lower() == other.text.lower()
    return one.day == other.day and (one.hour is None or other.hour is None or one.hour == other.hour)


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.lower() != other.lower()


def _joined(known: Statement, new: Statement) -> Statement:
    slot = new.slot if new.slot and (new.slot.hour or not known.slot or not known.slot.hour) else known.slot
    weaker = new.status == "scheduled" and known.status in ("confirmed", "cancelled")
    more = () if new.span == known.span else (new.span,)
    return replace(
        known,
        status=known.status if weaker else new.status,
        slot=slot,
        support=tuple(dict.fromkeys((*known.support, *more, *new.support))),
        kind=known.kind or new.kind,
        title=known.title if known.kind or not new.kind else new.title,
        doctor=known.doctor or new.doctor,
        specialty=known.specialty or new.specialty,
        location=known.location or new.location,
        virtual=known.virtual or new.virtual,
        reason=known.reason or new.reason,
    )
