"""When each finding happened, as far as the words say: a pure pass over what the finders found.

The time words of a fact's own clause count, then those that its sentence opened with, then those of the question that
it answers, then those of the sentence before in the same breath ("I checked it yesterday. It was 150"). What moment
they become is told in `timewords`.

- Only what happens at a time is dated: readings, meals, sleep, exercise, moods, doses missed, visits that were. What
  lasts is told now, and "since Monday" is its onset. A symptom is dated where it is told as an episode.
- Last night's sleep belongs to the day before, on which that night began.
- What the words put into the future has not occurred: a meal, a walk or a reading of tomorrow is no finding.
- Where the words have no one meaning, it happened when it was said, as without them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from carelog.extraction.claims import speaks_for_subject
from carelog.extraction.exchange import questions, same_speaker
from carelog.extraction.finding import Finding, Implausible, Span
from carelog.extraction.timewords import Sense, TimeWords, find_time_words
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_HAPPENING: Final = frozenset(
    {"vitals", "lab_result", "food", "water", "sleep", "exercise", "mood", "symptom", "medication", "appointment"}
)
_DONE: Final = frozenset({"vitals", "food", "water", "sleep", "exercise"})
_HAPPENED: Final = {"medication": frozenset({"missed"}), "appointment": frozenset({"missed", "completed"})}
_JOINTS: Final = word_set(", ; and but so then while because alright okay aur और lekin लेकिन though whereas")
_OLD: Final = timedelta(days=365)
_FARTHEST: Final = 25
"""So many words away a time may stand: transcripts without marks have sentences without end."""
_ONSETS: Final = word_set("started start starting began begin begun onset still been shuru शुरू worsened worse")
_WAS: Final = word_set(
    """
    was were had did took went ate drank walked ran slept felt got came checked measured showed read tha thi था थी
    थे missed forgot skipped weighed ended
    """
)
_PRESENT: Final = word_set("is am are 's has have i'm i've it's he's she's there's hai hain है हैं will i'll")
_IS: Final = _PRESENT | word_set("today now currently")
_IS_NOW: Final = word_set("is are 's")
_OPENING: Final = 3
"""Words that a sentence may open with before its time."""
_PREDICATES: Final = _WAS | _PRESENT | word_set("i he she it we they you that who which been be felt then")


def dated(findings: Iterable[Finding | Implausible], dialogue: Sequence[Utterance]) -> list[Finding | Implausible]:
    """The findings, each that happened at another time than it was told with `happened_at`, without those to come."""
    times = _Times(dialogue)
    found: list[Finding | Implausible] = []
    for finding in findings:
        if isinstance(finding, Implausible) or finding.type not in _HAPPENING or finding.happened_at is not None:
            found.append(finding)
            continue
        told = times.of(finding)
        if told is None or told.sense is Sense.NOW:
            found.append(finding)
        elif told.sense is Sense.AHEAD:
            if finding.type not in _DONE or (told.today and finding.type == "vitals"):
                found.append(finding)  # What was read has been, whatever the clock says.
        elif told.moment is not None and _happened(finding):
            if not (finding.type == "symptom" and times.is_of_old(finding, told.moment)):
                found.append(replace(finding, happened_at=told.moment))
        else:
            found.append(finding)
    return found


def _happened(finding: Finding) -> bool:
    """It is of a kind that happens at a time."""
    happened = _HAPPENED.get(finding.type)
    return happened is None or getattr(finding.payload, "status", None) in happened


class _Times:
    """The time words of a dialogue, each turn read once and only where it is needed."""

    def __init__(self, dialogue: Sequence[Utterance]) -> None:
        self._dialogue = dialogue
        self._place = {utterance.turn.index: i for i, utterance in enumerate(dialogue)}
        self._read: dict[int, list[TimeWords]] = {}

    def of(self, finding: Finding) -> TimeWords | None:
        place = self._place.get(finding.spans[0].turn)
        if place is None or self._dialogue[place].said_at is None:
            return None
        utterance, found = self._dialogue[place], self._in(place)
        anchor = _anchor(utterance, finding)
        sentence = next((s for s in utterance.sentences if s[0] <= anchor < s[1]), None)
        if sentence is None:
            return None
        own = [t for t in found if sentence[0] <= t.first < sentence[1]]
        if own:
            told = _of_clause(utterance.words, sentence, own, anchor)
            if told and finding.type == "vitals" and _is_of_the_last_told(utterance.words, sentence, told, anchor):
                told = None
        elif finding.type == "symptom":  # it lasts: what was said before it need not be of the same time
            told = self._of_question(place, finding.spans[1:]) if len(finding.spans) > 1 else None
        else:
            told = self._of_question(place, finding.spans[1:]) or self._of_breath(place, sentence)
        if told is None or finding.type != "symptom" or told.sense is not Sense.PAST:
            return told
        words = utterance.words
        between = {word.norm for word in words[min(told.end, anchor) : max(told.first, anchor + 1)]}
        episode = _STILL.isdisjoint(between) and _is_episode(words[slice(*sentence)], finding)
        return told if episode else None

    def is_of_old(self, finding: Finding, moment: datetime) -> bool:
        """It was over a year ago: no symptom of the present."""
        said_at = self._dialogue[self._place[finding.spans[0].turn]].said_at
        return said_at is not None and said_at - moment > _OLD

    def _in(self, place: int) -> list[TimeWords]:
        if place not in self._read:
            self._read[place] = find_time_words(self._dialogue[place])
        return self._read[place]

    def _of_question(self, place: int, support: Sequence[Span]) -> TimeWords | None:
        """Of the question just before: "What did you eat yesterday?"."""
        if not place or same_speaker(self._dialogue[place - 1], self._dialogue[place]):
            return None
        asking = self._dialogue[place - 1]
        found = self._in(place - 1)
        if not found or not (
            speaks_for_subject(self._dialogue[place]) or any(s.turn == asking.turn.index for s in support)
        ):
            return None
        last = asking.sentences[-1]
        asked = [q for q in questions(asking) if q.end >= last[0]]
        return _only([t for t in found if any(q.first <= t.first < max(q.end, last[1]) for q in asked)])

    def _of_breath(self, place: int, sentence: tuple[int, int]) -> TimeWords | None:
        """Of the sentence before, which this one goes on from in the past tense."""
        utterance = self._dialogue[place]
        number = utterance.sentences.index(sentence)
        if not number:
            return None
        norms = {word.norm for word in utterance.words[sentence[0] : sentence[1]]}
        if norms.isdisjoint(_WAS) or not norms.isdisjoint(_IS):
            return None
        before = utterance.sentences[number - 1]
        told = _only([t for t in self._in(place) if before[0] <= t.first < before[1]])
        return told if told is not None and told.sense is Sense.PAST else None


def _anchor(utterance: Utterance, finding: Finding) -> int:
    """The word of the turn at which the fact itself stands within its quote: that of its name, or the last one."""
    words, span = utterance.words, finding.spans[0]
    starts = [word.start for word in words]
    first = max(0, bisect_right(starts, span.start) - 1)
    last = max(first, bisect_right(starts, span.end - 1) - 1)
    name = str(getattr(finding.payload, "name", "") or "").split()
    for wanted in reversed(name):
        stem = wanted[:4]
        for i in range(first, last + 1):
            if words[i].norm.startswith(stem):
                return i
    while last > first and not words[last].norm[0].isalnum():
        last -= 1
    return last if finding.type != "symptom" else first


def _of_clause(
    words: Sequence[Word], sentence: tuple[int, int], own: Sequence[TimeWords], anchor: int
) -> TimeWords | None:
    """Of the clause that the fact stands in; or else of what was told last before it; or of the only one after it."""
    inside = {i for t in own for i in range(t.first, t.end)}
    first = next((i + 1 for i in range(anchor - 1, sentence[0] - 1, -1) if _cuts(words, i, inside)), sentence[0])
    end = next((i for i in range(anchor + 1, sentence[1]) if _cuts(words, i, inside)), sentence[1])
    own = [t for t in own if t.first - anchor <= _FARTHEST and anchor - t.end <= _FARTHEST]
    clause = [t for t in own if t.first < end and first < t.end]
    if clause:
        return _only(clause)
    before = [t for t in own if t.end <= first and t.sense is not Sense.AHEAD and not _is_compared(words, sentence, t)]
    if before:
        goes_on = _PRESENT.isdisjoint([word.norm for word in words[first:end]])
        return before[-1] if goes_on else None
    after = [t for t in own if t.first >= end and t.sense is not Sense.AHEAD]
    listed = len(after) == 1 and _PREDICATES.isdisjoint([word.norm for word in words[end : after[0].first]])
    return after[0] if listed else None


def _is_compared(words: Sequence[Word], sentence: tuple[int, int], told: TimeWords) -> bool:
    """ "Creatinine 1.4, it was 1.1 last year, potassium 4.9": the time of what the value is held against alone."""
    begin = next((i for i in range(told.first - 1, sentence[0], -1) if words[i].norm == ","), None)
    return (
        begin is not None
        and words[begin + 1].norm in {"it", "that", "they", "up", "down"}
        and any(word.norm in {"was", "were", "from"} for word in words[begin + 1 : begin + 3])
    )


def _is_of_the_last_told(words: Sequence[Word], sentence: tuple[int, int], told: TimeWords, anchor: int) -> bool:
    """ "You were two oh three in december your blood pressure is one eighteen": without a mark between, the time ends
    what was told before."""
    closes = told.end <= anchor and told.first - sentence[0] > _OPENING
    between = [word.norm for word in words[told.end : anchor]]
    return closes and told.sense is Sense.PAST and not _IS_NOW.isdisjoint(between) and _WAS.isdisjoint(between)


def _cuts(words: Sequence[Word], i: int, inside: set[int]) -> bool:
    return i not in inside and words[i].norm in _JOINTS


def _only(told: Sequence[TimeWords]) -> TimeWords | None:
    """The one time that these words tell; None where they tell several."""
    senses = {(t.sense, t.moment) for t in told}
    return told[0] if len(senses) == 1 else None


def _is_episode(sentence: Sequence[Word], finding: Finding) -> bool:
    """Told as something that was, and not as what has been so since: "I had a headache yesterday"."""
    payload = finding.payload
    if getattr(payload, "duration", None) or getattr(payload, "onset", None) or getattr(payload, "trend", None):
        return False
    norms = [word.norm for word in sentence]
    if "since" in norms and norms[norms.index("since") - 1] not in ("nothing", "none", "never", "not", "fine"):
        return False
    if getattr(payload, "polarity", None) == "absent" and not _OVER.isdisjoint(norms):
        return False  # "on Friday, but it's gone now"
    return _ONSETS.isdisjoint(norms) and not (_WAS | _TOLD_AS_PAST).isdisjoint(norms)


_STILL: Final = _PRESENT | word_set("sometimes feels hurts gets gives swells keeps always usually often still")
_OVER: Final = word_set("gone stopped resolved cleared disappeared subsided over better theek ठीक")
_TOLD_AS_PAST: Final = word_set("hua hui हुआ हुई hurt threw vomited fell fainted passed couldn't could didn't no")
