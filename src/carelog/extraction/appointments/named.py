"""Days and hours that are named without a word of booking: told of, wished for, offered and taken, asked for."""

from collections.abc import Collection, Sequence
from typing import Final

from carelog.extraction.appointments.answers import taken_up
from carelog.extraction.appointments.slots import Slot, find_slots
from carelog.extraction.appointments.statements import Range, Statement, any_of, conditional, denied
from carelog.extraction.appointments.told import is_set, statement_at
from carelog.extraction.appointments.wording import VISITS
from carelog.extraction.calendar_words import MONTHS, ORDINALS, WEEKDAYS
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.professionals import professional_before
from carelog.extraction.utterances import Utterance, Word, words_of
from carelog.extraction.wordsets import word_set

DAYS: Final = (
    WEEKDAYS.keys()
    | ORDINALS.keys()
    | MONTHS.keys()
    | {"tomorrow", "tmrw", "tmr", "today", "kal", "parso", "th", "st", "rd"}
)
"""Without one of these words no day is named."""
_GIVEN: Final = phrase_set(
    """
    put me in | put me down | booked me | got me in | fitted me in | squeezed me in | given me | gave me |
    have me down | got me down | put him in | put her in | booked him | booked her | got him in | got her in |
    put us in | booked us | i'm booked | one booked | it booked | i am booked | i'm down for | we're booked |
    i've booked | i booked
    """
)
"""How somebody tells of what a clinic arranged for them."""
_SEES: Final = phrase_set(
    "i see | i'm seeing | i am seeing | i'm to see | he sees | she sees | he's seeing | she's seeing | i'm due to see"
)
_COMING: Final = word_set("coming visiting comes visits seeing")
_TELLING_WHEN: Final = word_set("that's that is it's it yes yeah oh , i've got the one booked for on at have")
_DOING: Final = word_set(
    """
    take taking start starting stop stopping hold skip dose doses tablet tablets pill pills capsule injection insulin
    medicine eat drink fast fasting text email send since until till before after every was were had did been
    result results  prescription ready deliver delivered delivery open opens close closes
    """
)
"""What is to be done at that hour, or is ready by then, is no visit."""
_WENT: Final = word_set("fell woke came went took gave saw felt slept began hurt ate drank got")
_MADE: Final = word_set("booked scheduled rescheduled arranged moved confirmed need needed freed cancelled")
_CALL_US: Final = phrase_set(
    "call us | call me | call the | call back | ring us | ring me | ring the | phone us | phone the"
)
_NO_DAYS: Final = frozenset({"today", "tonight", "by"})
_ASKED_FOR: Final = VISITS | word_set(
    "scan clinic physio dentist optician rehab operation surgery procedure mri ct ultrasound biopsy chemo dialysis echo"
)
_SEEN_BY: Final = word_set("doctor seen see dr nurse consultant midwife specialist surgeon")
_OF_THE_PAST: Final = word_set("was were last did had been")
_COULD: Final = word_set("could would should")


def given(utterance: Utterance, sentence: Range, *, asked: bool) -> Statement | None:
    """What a clinic is told to have arranged: "they've put me in for Friday", "the nurse is coming tomorrow at ten",
    "I see Dr. Rao on the ninth", and, where it was `asked` ("and the scan?"), "that's the fourteenth"."""
    words = utterance.words
    slot = next(iter(find_slots(utterance, *sentence)), None)
    if slot is None or not is_set(slot) or conditional(words, sentence, slot.first, slot.end):
        return None
    before = words[sentence[0] : slot.first]
    made = statement_at(utterance, sentence, slot, "scheduled")
    if asked and all(word.norm in _TELLING_WHEN for word in before) and words[sentence[1] - 1].norm != "?":
        return made
    if denied(words, sentence, slot.first):
        return None
    if any_of(_SEES, words, sentence) and (slot.hour or slot.day):
        return made if made.doctor or made.specialty else None
    comes = slot.hour is not None and not _COMING.isdisjoint([w.norm for w in before])
    comes = comes and professional_before(utterance, sentence[0], slot.first) is not None
    return made if comes or any_of(_GIVEN, words, sentence) else None


def wished(utterance: Utterance, sentence: Range) -> Statement | None:
    """A day and an hour that the subject asks for: "could I come on Friday at three?"."""
    slots = find_slots(utterance, *sentence)
    if len(slots) != 1 or not slots[0].hour or utterance.words[sentence[1] - 1].norm != "?":
        return None
    return statement_at(utterance, sentence, slots[0], "scheduled")


def is_taken_up(dialogue: Sequence[Utterance], i: int, sentence: Range, slots: Sequence[Slot]) -> bool:
    """Turn `i` names a day and an hour, and the next speaker takes it, in whatever words: "Friday at twenty past ten,
    then." "Lovely."."""
    words = dialogue[i].words
    if len(slots) != 1 or not slots[0].timed or not _NO_DAYS.isdisjoint(slots[0].text.lower().split()):
        return False
    norms = {word.norm for word in words[slice(*sentence)]}
    own = any(word.norm == "my" for word in words[sentence[0] : slots[0].first])
    if own or not norms.isdisjoint(_DOING | _WENT) or any_of(_CALL_US, words, sentence):
        return False
    if any(norm.endswith("ed") and norm not in _MADE for norm in norms):
        return False  # "So you collapsed on Sunday at two?"
    return taken_up(dialogue, i, days_in(slots[0]))


def days_in(slot: Slot | None) -> Collection[str]:
    """The words of it that name the day."""
    return frozenset({word.norm for word in words_of(slot.text)} & DAYS) if slot else frozenset()


def asks_for_one(utterance: Utterance, sentence: Range) -> bool:
    """ "And the scan?": a question for an appointment to come, which names no day itself."""
    norms = {word.norm for word in utterance.words[slice(*sentence)]}
    words = [word.norm for word in utterance.words[slice(*sentence)]]
    named = not norms.isdisjoint(_ASKED_FOR) or ("when" in norms and "next" in words and not norms.isdisjoint(_SEEN_BY))
    asks = "?" in norms and named and norms.isdisjoint(_OF_THE_PAST)
    return asks and not find_slots(utterance, *sentence)


def after_could(words: Sequence[Word], sentence: Range) -> Range:
    """ "Could she come on Friday at two?" offers, and supposes nothing."""
    asks = words[sentence[1] - 1].norm == "?"
    return (sentence[0] + 1, sentence[1]) if asks and words[sentence[0]].norm in _COULD else sentence
