"""What a medicine that is named without a verb is, by who names it: taken, read from a list, or ordered."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.finding import Span
from carelog.extraction.medications.frequencies import Often
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.pairing import Pair
from carelog.extraction.medications.plans import topic_at
from carelog.extraction.medications.reading import Reading
from carelog.extraction.quoting import quoted
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_INTRODUCING = frozenset({"a", "an", "some"})
_AGREEING = word_set("yes yeah yep right correct exactly haan हाँ हां")
_RIGHT = word_set("right correct it")
_QUESTION_REACH = 8
_ASKED_REACH = 8
_HOW_REACH = 4  # Words after a name in which it is still asked how often.


class Naming(NamedTuple):
    """A mention in its dialogue; the next medicine of its turn is named by word `following`."""

    readings: Sequence[Reading]
    turn: int
    mention: Mention
    following: int

    def quote(self, first: int, end: int) -> Span:
        """The words `first` to `end` with those around them that make them understood."""
        utterance = self.readings[self.turn].utterance
        begin, stop = quoted(utterance.words, utterance.sentence_at(first), first, end)
        return utterance.span(begin, max(stop, end))


def status_of_list(place: Naming, p: Pair | None, often: Often | None) -> Status | None:
    """Who says "Lipitor, at bedtime" of themselves takes it so; a clinician reads it from a list or prescribes it."""
    reading = place.readings[place.turn]
    teller = place.readings[p.dose_turn] if p else reading
    asked = any(q.first <= place.mention.first < q.end for q in reading.questions)
    if asked and (p is None or p.dose_turn == place.turn) and not is_asked_how_often(place):
        return None
    if asked and is_asked_of_past(reading, place.mention):
        return None
    if is_of_taker(teller) or asked or (often and is_asked_how_often(place)):
        return None if p is not None and p.dose.target else "taking"
    if _repeats(place):
        return "taking"
    if _is_new(reading, place.mention):
        return "ordered"
    return topic_at(place.readings, place.turn, place.mention.first) or ("taking" if _is_agreed_to(place) else None)


def _is_new(reading: Reading, mention: Mention) -> bool:
    """ "Atorvastatin 40 at night, then.", "for the nose, a Beconase spray": a clinician's plan without a verb."""
    words = reading.words
    end = reading.utterance.sentence_at(mention.first)[1]
    last = [word.norm for word in words[max(mention.end, end - 3) : end]]
    if last[:2] == [",", "then"] and last[2:] != ["?"]:
        return True
    return mention.first > 0 and words[mention.first - 1].norm in _INTRODUCING


def _is_agreed_to(place: Naming) -> bool:
    """ "So it's the metoprolol, a hundred once a day." "Yes." """
    reply = place.turn + 1
    if place.following < len(place.readings[place.turn].words) or reply >= len(place.readings):
        return False
    there = place.readings[reply]
    said = [word.norm for word in there.words[:2]]
    return is_of_taker(there) and (
        not _AGREEING.isdisjoint(said[:1]) or (said[:1] == ["that's"] and not _RIGHT.isdisjoint(said))
    )


def _repeats(place: Naming) -> bool:
    """Whether the turn before, of whoever takes it, named it and did not ask about it: "and atorvastatin at night." -
    "That's it exactly. Atorvastatin twenty."."""
    if place.turn == 0:
        return False
    before = place.readings[place.turn - 1]
    if not is_of_taker(before):
        return False
    first, end, _ = place.mention
    name = [word.norm for word in place.readings[place.turn].words[first:end]]
    norms = [word.norm for word in before.words]
    return any(
        norms[at : at + len(name)] == name and not any(q.first <= at < q.end for q in before.questions)
        for at in range(len(norms) - len(name) + 1)
    )


def is_asked_of_past(reading: Reading, mention: Mention) -> bool:
    """ "What strength was the calcium?": its answer tells nothing of today."""
    before = {word.norm for word in reading.words[: mention.first][-2:]}
    return not before.isdisjoint(("was", "were")) and any(q.first <= mention.first < q.end for q in reading.questions)


def is_asked_how_often(place: Naming) -> bool:
    """ "How often do you use the albuterol?", "and the albuterol, how often?"."""
    words, mention = place.readings[place.turn].words, place.mention
    asked = {word.norm for word in words[max(0, mention.first - _QUESTION_REACH) : mention.end + _HOW_REACH]}
    return place.following == len(words) and len(words) - mention.end <= _ASKED_REACH and {"how", "often"} <= asked


def is_of_taker(reading: Reading) -> bool:
    return reading.utterance.turn.role in (Role.PATIENT, Role.CARER)
