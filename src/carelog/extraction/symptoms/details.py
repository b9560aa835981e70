"""What is said of a symptom besides that it is there: how bad, since when, how often, what brings it on or eases it."""

from dataclasses import dataclass, replace
from typing import Final

from carelog.extraction.durations import find_durations
from carelog.extraction.ended import clause_about_it
from carelog.extraction.negation import Clause
from carelog.extraction.symptoms.course import frequency, trend, trend_at, trend_said
from carelog.extraction.symptoms.influences import relief, situation, trigger
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.onset import duration, onset
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.severity import rated, score, severity, severity_said
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Severity, Trend

_BUT: Final = word_set("but , and though still much now par lekin")
_HINDI_ME: Final = word_set("mujhe muje मुझे")
_LEADING: Final = word_set(", . and but so well um uh now then honestly i think i'd say probably")
_IT: Final = word_set("it it's its they they've they're that that's this these the all")
_LIST: Final = 40  # symptoms in one clause
_SHORT_SENTENCE: Final = 10  # words
_BESIDE_A_TIME: Final = word_set(
    "now maybe about around for like i think probably going on so it's been , . ? ! um uh over almost"
)


@dataclass(frozen=True, slots=True)
class Details:
    """As the fields of the entry type; None was not said."""

    severity: Severity | None = None
    score: int | None = None
    trend: Trend | None = None
    duration: str | None = None
    onset: str | None = None
    frequency: str | None = None
    trigger: str | None = None
    relief: str | None = None

    def filled(self, other: "Details") -> "Details":
        """These, and of the other those that are missing here."""
        if self == NO_DETAILS:
            return other
        missing = {
            field: said
            for field in self.__slots__
            if getattr(self, field) is None and (said := getattr(other, field)) is not None
        }
        return replace(self, **missing) if missing else self

    def adds_to(self, other: "Details") -> bool:
        """Whether the other lacks any of these."""
        return other.filled(self) != other


NO_DETAILS: Final = Details()


def details_beside(reading: Reading, mention: Mention, clause: Clause) -> Details:
    """What is said in the clause of a mention and in what goes on about it; of an endless list, nothing."""
    if sum(clause[0] <= other.first < clause[1] for other in reading.mentions) > _LIST:
        return NO_DETAILS
    said = _in_clause(reading, mention, clause)
    more = _going_on(reading, mention, clause)
    return said.filled(_about_it(reading, mention, more)) if more is not None else said


def details_of_answer(utterance: Utterance, sentence: tuple[int, int], *, known: bool = False) -> Details:
    """What a sentence adds that answers whether one has a symptom: "yes, since Monday, a seven out of ten".

    `known`: it was asked how a known one is, so that "better" is its trend.
    """
    words = utterance.words
    number = score(words, sentence)
    return Details(
        severity=rated(number) if number is not None else severity_said(words, sentence),
        score=number,
        trend=trend_said(words, sentence) if known else trend(words, sentence),
        duration=duration(utterance, sentence, bare=True),
        onset=onset(utterance, sentence),
        frequency=frequency(utterance, sentence),
        trigger=situation(utterance, sentence),
        relief=relief(utterance, sentence),
    )


def _in_clause(reading: Reading, mention: Mention, clause: Clause) -> Details:
    words, utterance = reading.words, reading.utterance
    alone = sum(clause[0] <= other.first < clause[1] for other in reading.mentions) == 1
    number = score(words, (mention.end, clause[1]))
    timed = _with_time_before(reading, clause)
    going = trend(words, clause) if alone else None
    following = _next(reading, mention)
    if going is None and reading.ends_clause(mention, clause):
        going = _trend_next(reading, clause)
    return Details(
        severity=severity(words, clause, mention.first, mention.end, following)
        or (rated(number) if number is not None else None),
        score=number,
        trend=going,
        duration=duration(utterance, timed) or _added(reading, mention),
        onset=onset(utterance, timed),
        frequency=frequency(utterance, clause),
        trigger=trigger(utterance, reading.sentence_of(mention), (mention.first, mention.end), following, clause[0]),
        relief=relief(utterance, clause) if alone else None,
    )


def _about_it(reading: Reading, mention: Mention, stretch: tuple[int, int]) -> Details:
    words, utterance = reading.words, reading.utterance
    number = score(words, stretch)
    # "It gets worse | when I climb stairs, | and ice helps."
    end = next(last for first, last in utterance.sentences if first <= stretch[0] < last)
    wide = stretch[0], min(end, _next(reading, mention))
    return Details(
        severity=rated(number) if number is not None else severity_said(words, stretch),
        score=number,
        trend=trend(words, stretch),
        duration=duration(utterance, stretch),
        onset=onset(utterance, stretch),
        frequency=frequency(utterance, stretch),
        trigger=trigger(utterance, wide, (wide[0], wide[0]), wide[1], wide[0]),
        relief=relief(utterance, wide),
    )


def _going_on(reading: Reading, mention: Mention, clause: Clause) -> tuple[int, int] | None:
    """The next clause, or the next sentence, if it goes on about what was just named: "It started last night." """
    if not reading.ends_clause(mention, clause):
        return None
    about = clause_about_it(reading.words, reading.clauses, clause)
    if about is not None:
        return about
    following = next((s for s in reading.utterance.sentences if s[0] >= clause[1]), None)
    if following is None or any(clause[1] <= other.first < following[1] for other in reading.mentions):
        return None
    first = following[0]
    while first < following[1] and reading.words[first].norm in _LEADING:
        first += 1
    goes_on = first < following[1] and reading.words[first].norm in _IT
    return (first, following[1]) if goes_on or _helps(reading, following) else None


def _helps(reading: Reading, sentence: tuple[int, int]) -> bool:
    """ "Rest helps." """
    return relief(reading.utterance, sentence) is not None


def _next(reading: Reading, mention: Mention) -> int:
    """Where the next symptom is named."""
    return min(
        (other.first for other in reading.mentions if other.first >= mention.end), default=len(reading.words) + 1
    )


def _trend_next(reading: Reading, clause: Clause) -> Trend | None:
    """ "Headache still there | but less than yesterday"."""
    words, at = reading.words, clause[1]
    while at < len(words) and words[at].norm in _BUT:
        at += 1
    return trend_at(words, at) if at < len(words) and at > clause[1] else None


def _with_time_before(reading: Reading, clause: Clause) -> Clause:
    """ "Kal raat se mujhe bukhar hai", "Over the past two weeks | I've had": the time stands before the subject."""
    words = reading.words
    first = next(s[0] for s in reading.utterance.sentences if s[0] <= clause[0] < s[1])
    if first == clause[0] or any(first <= other.first < clause[0] for other in reading.mentions):
        return clause
    before = words[first].norm in _TIME_FIRST or words[clause[0]].norm in _HINDI_ME
    return (first, clause[1]) if before else clause


_TIME_FIRST: Final = word_set("over for since in during")


def _added(reading: Reading, mention: Mention) -> str | None:
    """A time in a sentence of its own, before anything else is named: "Tingling in the toes. Two months now?" """
    utterance = reading.utterance
    stop = min((m.first for m in reading.mentions if m.first > mention.first), default=len(utterance.words))
    near = [s for s in utterance.sentences if mention.end <= s[0] and s[1] <= stop and s[1] - s[0] <= _SHORT_SENTENCE]
    if not near:
        return None
    for begin, after, _ in find_durations(utterance):
        for first, end in near:
            beside = (*utterance.words[first:begin], *utterance.words[after:end])
            if first <= begin < end and all(word.norm in _BESIDE_A_TIME for word in beside):
                return utterance.quote(begin, after)
    return None
