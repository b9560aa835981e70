"""What a clause says of a mood or of energy."""

from collections.abc import Sequence
from dataclasses import dataclass

from carelog.extraction.mood.scales import level_of, rated_after
from carelog.extraction.mood.words import (
    COPULAS,
    DEGREES,
    ENERGY,
    FEELING_VERBS,
    FEELINGS,
    HINDI_VERBS,
    LEVELS,
    MARKS,
    MIND,
    NOT_A_MOOD,
    OPENINGS,
    OPPOSITE,
    PLAIN_FEELINGS,
    TIRED,
    begins_feeling,
)
from carelog.extraction.negation import Clause, Denial, denial
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.mood import Level


@dataclass(frozen=True, slots=True)
class Said:
    """Words `first` up to, not including, `end` tell a mood."""

    first: int
    end: int
    level: Level | None = None
    feeling: str | None = None
    energy: Level | None = None
    energy_score: int | None = None


def energy_at(words: Sequence[Word], i: int, clause: Clause) -> Said | None:
    """ "I have no energy", "my energy is a 4 out of 10"."""
    if not words[i].norm.startswith("energ"):
        return None
    for begin in range(max(clause[0], i - 5), i + 1):
        match = ENERGY.at(words, begin)
        if match is not None and begin <= i < begin + match[0]:
            return Said(begin, begin + match[0], energy=match[1])
    rated = rated_after(words, i + 1, clause[1])
    if rated is None:
        return None
    return Said(i, rated[1], energy=level_of(rated[0]), energy_score=rated[0] or None)


def of_mind(words: Sequence[Word], i: int, clause: Clause) -> Said | None:
    """ "My mood is good", "doing well emotionally", "in good spirits"."""
    if words[i].norm not in MIND:
        return None
    stop = next((at for at in range(i, len(words)) if words[at].norm in MARKS), len(words))
    rated = rated_after(words, i + 1, stop)
    if rated is not None:
        return Said(i, rated[1], level=level_of(rated[0]))
    level = level_after(words, i + 1, stop) or _level_before(words, i, clause[0])
    if level is None:
        return None
    value, first, end = level
    return Said(min(first, i), max(end, i + 1), level=value, feeling=spoken(words, first, end))


def level_after(words: Sequence[Word], at: int, stop: int) -> tuple[Level, int, int] | None:
    """(level, first, end) of "[mood] has been pretty good", from word `at` on."""
    for i in range(at, min(stop, at + 7)):
        match = LEVELS.at(words, i)
        if match is not None:
            return match[1], i, i + match[0]
        if words[i].norm not in COPULAS and words[i].norm != "," and words[i].norm not in ("i", "n't", "not"):
            return None
    return None


def _level_before(words: Sequence[Word], at: int, begin: int) -> tuple[Level, int, int] | None:
    """The longest level whose words end right before word `at`."""
    for i in range(max(begin, at - 4), at):
        match = LEVELS.at(words, i)
        if match is not None and i + match[0] == at:
            return match[1], i, at
    return None


def feeling_at(words: Sequence[Word], i: int, clause: Clause) -> Said | None:
    """ "I've been feeling sad", "not happy"."""
    if words[i].norm == "blue" and any(word.norm in _COLOURED for word in words[clause[0] : clause[1]]):
        return None  # "His lips are blue"
    plain = words[i].norm in PLAIN_FEELINGS
    match = (1, "low") if plain else FEELINGS.at(words, i)
    if match is None:
        return None
    end = i + match[0]
    level: Level | None = match[1]
    following = words[end].norm if end < clause[1] else ""
    verb = i if following in HINDI_VERBS else _verb_before(words, i, clause[0], plain=plain)
    after = words[end].norm if end < len(words) else ""
    if words[i].norm in _ABOUT_SOMETHING and (after in _COMPLEMENTS or _begins_a_clause(words, end)):
        return None
    if verb is None or (plain and (following in NOT_A_MOOD or not _i_feel(words, clause[0], verb))):
        return None
    if denial(words, clause, i, end, frozenset()) is not Denial.NOT_DENIED:
        opposite = OPPOSITE.get(level)
        if opposite is None:
            return None
        return Said(i, end, level=opposite, feeling=f"not {spoken(words, i, end)}")
    return Said(verb, end, level=level, feeling=spoken(words, i, end))


def _i_feel(words: Sequence[Word], begin: int, verb: int) -> bool:
    before = [word.norm for word in words[begin:verb] if word.norm not in DEGREES | OPENINGS | FEELING_VERBS - _I]
    return not before or before[-1] in _I or (before[-1] == "have" and "i" in before)


def _begins_a_clause(words: Sequence[Word], at: int) -> bool:
    """ "So happy the bus came", and not "sad the last few weeks"."""
    following = words[at + 1].norm if at + 1 < len(words) else ""
    return at < len(words) and words[at].norm == "the" and following not in _OF_TIME


_OF_TIME = word_set("last past other whole entire same first next odd day days week time")
# "Happy to help", "worried that it broke": an attitude to one thing, not a mood.
_ABOUT_SOMETHING = word_set(
    """
    happy happier sad worried angry frustrated scared guilty content hopeful thrilled delighted optimistic fed
    frightened terrified petrified apprehensive gutted bummed
    """
)
_COMPLEMENTS = word_set(
    """
    to that with at i i'm i've it it's you we they he she about for by if because of when my his her your
    """
)
_COLOURED = word_set("lips lip face fingers finger skin nails toes toe hands hand feet foot baby tongue mouth")
_I = word_set("i i'm i've ive im you you're you've he's she's")


def _verb_before(words: Sequence[Word], i: int, begin: int, *, plain: bool) -> int | None:
    """The verb of feeling that leads to word `i` through words of degree and other feelings."""
    for at in range(i - 1, max(begin - 1, i - 8), -1):
        norm = words[at].norm
        if norm in FEELING_VERBS:
            return at if not plain or norm in ("feel", "feeling", "felt", "been") else None
        if norm not in DEGREES | TIRED and not begins_feeling(words, at) and norm not in PLAIN_FEELINGS:
            if norm in ("n't", "not", "never"):
                continue
            return None
    return None


def spoken(words: Sequence[Word], first: int, end: int) -> str:
    """The words in small letters, as feelings are kept."""
    return " ".join(word.norm for word in words[first:end])
