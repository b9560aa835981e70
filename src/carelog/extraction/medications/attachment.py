"""Which cue of a turn is about a mention: the nearest before it, or one right after it."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.medications.cues import Cue, stands_last
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

FURTHEST_LEFT = 14
_CLAUSE_ENDS = word_set("but because although except")
_FURTHEST_RIGHT = 8
_CHANGE_REACH = 6
_PLAIN_BETWEEN = word_set(
    """
    was were is are am has have had been be being that which i he she we you they it got get just also currently
    ( now , already recently ve 'm i've i'm it's we've you've only regularly usually actually still me us doctor
    ne ko uh um main maine roz subah shaam raat din mein me do baar ek khane ke baad se pehle bhi hi abhi both
    so the
    """
)
_CHANGE_BETWEEN = word_set(
    """
    the your my her his a an dose dosage of on up down that this uh um , amount strength you to over from
    medication medicine back daily some little bit to me him as well also and or current
    """
)
_WHO = word_set("i he she")
_MEALS = word_set("breakfast lunch dinner supper meal meals smoking drinking")
_BEGINS_WHOLE = word_set("got is has went")  # "Amlodipine got finished"
_STAYING = word_set("stays stay remains unchanged")
_MARKS = frozenset(".,;)")
_LISTING = word_set("aur or and और , mg mcg ug tab tablet goli")
_EXCHANGING = word_set("swap swapped switch switched replace change changed")
_FOR_ANOTHER = word_set("to for with")
_LISTED = frozenset(",;")
_UNITS = word_set("mg mcg ug ml g units tablet tablets , ( :")
_NOW = word_set("now currently ab अब instead")
_HOLDING = word_set("hold holding")
_AWAY = word_set("put throw threw chuck chucked toss tossed gave give")
_AWAY_REACH = 3
_TAKING = frozenset({"taking", "take"})


class Bounds(NamedTuple):
    """The words of a turn between which a mention's cue stands: its sentence's `begin` and `end`, the `first` word of
    its name or of the strength before it, and the word `stop` that names the next medicine."""

    begin: int
    first: int
    end: int
    stop: int


def cue_of(reading: Reading, named: Sequence[Mention], mention: Mention, bounds: Bounds) -> Cue | None:
    """The cue that is about the mention; `named` are all mentions of the turn."""
    if away := _put_away(reading.words, mention, bounds):
        return away
    left = _left(reading, named, bounds.begin, bounds.first)
    right = _right(reading, mention.end, min(bounds.end, bounds.stop))
    return _stronger(left, right, bounds.first) or _verb_of_list(reading, named, mention, bounds.end)


def _is_of_one_before(
    words: Sequence[Word], begin: int, first: int, cue: Cue, between: Sequence[str], named: Sequence[Mention]
) -> bool:
    """Whether a cue before a name ended what is said of another: "telma band kar di, ab amlong", "aspirin (stopped),
    clopidogrel", "I was on Paxil, now Lexapro"."""
    if cue.meaning not in ("stopped", "missed", "tried"):
        return False
    if between and not _NOW.isdisjoint(word.norm for word in words[max(begin, first - 2) : first]):
        return True  # "I was on Paxil, now just Lexapro."
    if words[first - 1].norm == "on" and any(word.norm == "off" for word in words[cue.first : cue.end]):
        return True  # "I went off Zoloft and on Lexapro."
    others = any(begin <= other.first and other.end <= cue.first for other in named)
    last = max((m.end for m in named if begin <= m.first and m.end <= cue.first and not m.drug.kind), default=None)
    if last is not None and not _LISTED.isdisjoint(between[:1]):
        own = [word.norm for word in words[last : cue.first]]
        if all(norm[0].isdecimal() or norm in _UNITS for norm in own):
            return True  # "Aspirin 81 stopped, plavix 75."
    return others and (")" in between or (stands_last(words, cue) and not _NOW.isdisjoint(between)))


def _put_away(words: Sequence[Word], mention: Mention, bounds: Bounds) -> Cue | None:
    """ "You can put the salbutamol away", "the Clenil is finished"."""
    after = [word.norm for word in words[mention.end : mention.end + 2]]
    before = {word.norm for word in words[max(bounds.begin, mention.first - _AWAY_REACH) : mention.first]}
    if after[:1] == ["away"] and not _AWAY.isdisjoint(before):
        return Cue(mention.end, mention.end + 1, "stopped")
    if mention.first > 0 and words[mention.first - 1].norm in _HOLDING:
        return Cue(mention.first - 1, mention.first, "stopped")  # "Hold metformin before the scan."
    owns = words[mention.end - 1].norm.endswith("'s")
    over = after[1:] if after[:1] in (["is"], ["'s"]) else after[:1] if owns else []
    return Cue(mention.end, mention.end + 1, "stopped") if over[:1] == ["finished"] else None


def _left(reading: Reading, named: Sequence[Mention], begin: int, first: int) -> Cue | None:
    """The nearest cue before word `first` of its sentence that can be about it."""
    words = reading.words
    nearest: Cue | None = None
    for cue in reading.cues:
        gap = first - cue.end
        if cue.first < begin or gap < 0 or gap > FURTHEST_LEFT or cue.meaning == "considered":
            continue
        between = [word.norm for word in words[cue.end : first]]
        if _is_of_one_before(words, begin, first, cue, between, named):
            continue
        if any(norm in _CLAUSE_ENDS for norm in between):
            continue
        if cue.meaning == "changed" and not _is_object(between):
            continue  # "Lower your blood pressure with" changes no medicine.
        if cue.meaning == "missed" and not _MEALS.isdisjoint(between):
            continue  # "Do not skip breakfast after insulin"
        if words[cue.end - 1].norm == "from" and "to" in between:
            cue = cue._replace(meaning="changed")  # "Switch you from one to another": the other.
        if words[cue.first].norm in _EXCHANGING and cue.meaning == "stopped" and not _FOR_ANOTHER.isdisjoint(between):
            cue = cue._replace(meaning="changed")  # "Swap the one for the other".
        if nearest is None or nearest.meaning != "may i":  # "Should I start" asks, whatever follows.
            nearest = cue
    return nearest


def _right(reading: Reading, first: int, end: int) -> Cue | None:
    """The cue after a name where nothing else stands between: "lisinopril was stopped"."""
    words = reading.words
    for cue in reading.cues:
        if not first <= cue.first < end or cue.first - first > _FURTHEST_RIGHT:
            continue
        verb_last = stands_last(words, cue)
        if cue.meaning in ("considered", "may i", "take") and not verb_last:
            return None
        between = [word.norm for word in words[first : cue.first]]
        other = [norm for norm in between if norm not in _PLAIN_BETWEEN and not norm[0].isdigit()]
        if verb_last:
            return cue if len(other) <= 2 else None
        if words[cue.first].norm in _STAYING:
            return cue if not other else None
        done = cue.meaning in ("taking", "missed") or words[cue.first].norm.endswith(("ed", "en", "ing", "quit", "cut"))
        if _is_told_of_what_was_named(between, cue):
            return cue
        ends = cue.end >= len(words) or words[cue.end].norm in _MARKS
        whole = bool(between) or words[cue.first].norm in _BEGINS_WHOLE or (cue.meaning == "stopped" and ends)
        return cue if whole and not other and done else None
    return None


def _is_told_of_what_was_named(between: Sequence[str], cue: Cue) -> bool:
    """ "The other one, glimepiride, in the function I forgot." """
    named = between[:1] == [","] and between[-1:] and between[-1] in _WHO
    return bool(named) and cue.meaning in ("missed", "stopped") and _MEALS.isdisjoint(between)


def _verb_of_list(reading: Reading, named: Sequence[Mention], mention: Mention, end: int) -> Cue | None:
    """ "Telma 40 aur Ecosprin 75 roz leta hoon": in Hindi the verb of a list stands after its last name."""
    words, last = reading.words, mention
    if mention.drug.kind:
        return None  # "BP ki goli, Telma 40": one medicine, told twice.
    for other in named[bisect_left(named, mention.first, key=lambda one: one.first) :]:
        if other.first >= end:
            break
        if other.first >= last.end:
            gap = [word.norm for word in words[last.end : other.first]]
            if not all(norm in _LISTING or norm[0].isdecimal() for norm in gap):
                return None
            last = other
    cue = _right(reading, last.end, end) if last is not mention else None
    return cue if cue is not None and stands_last(words, cue) else None


def _stronger(left: Cue | None, right: Cue | None, first: int) -> Cue | None:
    """Of a cue before and one after: the one after where it tells an event or is clearly nearer."""
    if left is None or right is None:
        return left or right
    if left.meaning == "may i":
        return left
    if right.meaning in ("stopped", "changed", "missed", "started") and left.meaning in _TAKING:
        return right
    return right if first - left.end > 4 else left


def _is_object(between: Sequence[str]) -> bool:
    return len(between) <= _CHANGE_REACH and all(norm in _CHANGE_BETWEEN for norm in between)
