"""Sleep: how long, how well, from when to when. What one turn says of it is one finding.

Trouble sleeping as a complaint is a symptom and not read here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carelog.extraction import claims
from carelog.extraction.durations import Duration, find_durations
from carelog.extraction.exchange import Answer, AnswerKind, read_answer, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.sleep import Quality, Sleep

_SLEPT = word_set("slept soya soyi soyaa soye सोया सोई")
_SLEEPING = word_set("sleeping sleep asleep")
_NOUNS = word_set("sleep neend nind नींद sleep's")
_GOODNESS = word_set("well good okay ok fine")
_HINDI = word_set("neend nind नींद")
_ASKED = _SLEPT | _SLEEPING | _NOUNS
_CUES = _ASKED | word_set("bed woke wake nap napped")

_QUALITIES: dict[Quality, str] = {
    "excellent": "excellent|excellently|amazing|amazingly|wonderful|wonderfully|perfect|perfectly|fantastic",
    "good": "good|great|well|pretty well|very well|soundly|sound|deeply|nicely|peacefully|like a baby|like a log|"
    "like a rock|achhi|acchi|achi|badhiya|अच्छी|अच्छा",
    "fair": "okay|ok|fine|alright|all right|so so|decent|decently|fair|average|not bad|not too bad|not so bad|theek|"
    "thik|ठीक",
    "poor": "poor|poorly|bad|badly|terrible|terribly|horrible|horribly|awful|restless|restlessly|disturbed|broken|"
    "fitfully|rough|lousy|interrupted|not good|not great|not well|not so good|not so great|not so well|"
    "not very well|not very good|not too good|not too well|not that good|not that great|not that well|n't good|"
    "n't great|n't well|kharab|खराब",
}
_QUALITY: PhraseTable[Quality] = PhraseTable(
    (phrase, quality) for quality, phrases in _QUALITIES.items() for phrase in phrases.split("|")
)
_HARDLY = word_set("barely hardly scarcely")
_NOT = word_set("not n't didn't don't haven't couldn't hasn't wasn't isn't never nahi nahin नहीं doesn't")
_DEGREES = word_set(
    """
    is was has been have 's are pretty very really quite so too fairly kind of sort just actually much a lot better
    the last night these days lately recently my well mostly generally usually overall i've i again : , this past
    week it it's that though hai thi aayi aai raat ko रात को बहुत bahut
    """
)
_AT_ALL = frozenset({("at", "all"), ("much",), ("enough",), ("a", "wink"), ("last", "night")})
_TO_BED_PHRASES = (
    "went to bed|go to bed|went to sleep|go to sleep|fell asleep|fall asleep|in bed|got to bed|get to bed|"
    "got to sleep|slept"
)
_WAKING_PHRASES = "woke up|wake up|woke|woken up|got up|get up|waking up|up at"
_TO_BED, _WAKING = (
    PhraseTable((phrase, True) for phrase in phrases.split("|")) for phrases in (_TO_BED_PHRASES, _WAKING_PHRASES)
)
_CLOCK = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")
_AT = word_set("at around about by like until till")
_HALVES = word_set("am pm a.m p.m o'clock baje")
_ASKING_OTHERWISE = word_set(
    """
    trouble problem problems difficulty issues issue apnea should if would medication pills help
    """
)


@dataclass(frozen=True, slots=True)
class _Night:
    """What a turn says of sleep, and the words that say it."""

    hours: float | None = None
    quality: Quality | None = None
    started: str | None = None
    ended: str | None = None
    first: int = 10**9
    end: int = 0

    def seen(self, first: int, end: int) -> "_Night":
        return replace(self, first=min(self.first, first), end=max(self.end, end))

    @property
    def says_something(self) -> bool:
        return self.end > 0


def find_sleep(dialogue: Sequence[Utterance]) -> list[Finding]:
    """What the subject said of sleep, one finding a turn, with the question where the turn answers one.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "I slept badly, about five and a half hours. I should sleep eight hours."
    >>> [finding.payload.headline() for finding in find_sleep(read([Turn(0, said, "/t")]))]
    ['sleep: 5.5 h, poor']
    """
    found: list[Finding] = []
    cues_before: list[int] = []
    for i, utterance in enumerate(dialogue):
        cues = [k for k, word in enumerate(utterance.words) if word.norm in _CUES]
        asked, cues_before = cues_before, cues
        if not (asked or cues) or not claims.speaks_for_subject(utterance):
            continue
        night = _stated(utterance, cues) if cues else _Night()
        question: tuple[Span, ...] = ()
        if asked and not night.says_something and not same_speaker(dialogue[i - 1], utterance):
            night, question = _answered(dialogue[i - 1], utterance)
        if night.says_something:
            span = _whole(utterance, night) if question else _span(utterance, night.first, night.end)
            payload = Sleep(hours=night.hours, quality=night.quality, started=night.started, ended=night.ended)
            found.append(Finding("sleep", payload, (span, *question)))
    return found


def _span(utterance: Utterance, first: int, end: int) -> Span:
    return Span(utterance.turn.index, utterance.words[first].start, utterance.words[end - 1].end)


def _whole(utterance: Utterance, night: _Night) -> Span:
    """An answer with the sentences it stands in: "Five hours, maybe. Not great." """
    first = next(s for s in utterance.sentences if s[0] <= night.first < s[1])
    last = next(s for s in utterance.sentences if s[0] < night.end <= s[1])
    start, end = quoted(utterance.words, (first[0], last[1]), night.first, night.end)
    return _span(utterance, start, max(end, night.end))


def _stated(utterance: Utterance, cues: Sequence[int]) -> _Night:
    words, night = utterance.words, _Night()
    numbers = find_numbers(utterance)
    durations = find_durations(utterance, numbers)
    for cue in cues:
        if night.end > cue + 1 or not _is_own(utterance, cue):
            continue
        if night.hours is None and (length := _length(utterance, cue, durations)):
            night = replace(night.seen(min(cue, length[0]), max(cue + 1, length[1])), hours=length[2])
        if night.quality is None and (said := _quality_at(words, cue)):
            night = replace(night.seen(said[0], said[1]), quality=said[2])
    return _with_times(utterance, night, numbers)


def _is_own(utterance: Utterance, cue: int) -> bool:
    """The sleep at that word is the subject's own and real: no advice, no if, no other person."""
    words, norm = utterance.words, utterance.words[cue].norm
    start = claims.clause_start(words, cue, reach=7)
    before = words[start:cue]
    if claims.of_another(utterance, cue) or claims.of_carer_self(utterance, cue):
        return False
    if claims.long_past(words, start, cue + 6):
        return False
    if norm in {"bed", "woke", "wake", "asleep"}:
        return False
    supposed = [word.norm for word in before[-4:] if word.norm in claims.SUPPOSING - {"trying", "every"}]
    return not supposed and not any(word.norm in {"trouble", "problems", "problem", "apnea"} for word in before)


def _length(utterance: Utterance, cue: int, durations: Sequence[Duration]) -> tuple[int, int, float] | None:
    """The hours beside the word: "slept about six hours", "six hours of sleep"."""
    words = utterance.words
    for duration in durations:
        if duration.seconds is None or not 0 < duration.seconds <= 86400:
            continue
        hourly = words[duration.end - 1].norm in {"minutes", "minute", "min", "mins"} or duration.seconds % 60 == 0
        if words[duration.end - 1].norm in {"day", "days", "night", "nights", "din", "raat"} or not hourly:
            continue
        after = [word.norm for word in words[cue + 1 : duration.first]]
        before = [word.norm for word in words[duration.end : cue]]
        near = (
            duration.first > cue and len(after) <= 6 and not any(w in ".?!" or w in _NOT or w in "but" for w in after)
        )
        leads = duration.end <= cue and before in ([], ["of"], ["of", "good"], ["of", "solid"], ["ki"], ["worth", "of"])
        if not (near or leads):
            continue
        place = duration.first if leads else cue
        start = claims.clause_start(words, place, reach=4)
        denied = any(
            word.norm in _NOT or word.norm in {"need", "needs", "than", "after"} for word in words[start:place]
        )
        late = any(w in {"after", "than", "need", "ago", "every", "before"} for w in after)
        if not denied and not late and (duration.end >= len(words) or words[duration.end].norm not in {"ago", "later"}):
            return duration.first, duration.end, round(duration.seconds / 3600, 2)
    return None


def _quality_at(words: Sequence[Word], cue: int) -> tuple[int, int, Quality] | None:
    """(first, end, quality) of how well the sleep at word `cue` is said to be."""
    start = claims.clause_start(words, cue, reach=4)
    before = [word.norm for word in words[start:cue]]
    denied = next((start + k for k in range(len(before) - 1, -1, -1) if before[k] in _NOT), None)
    k = cue + 1
    while k < len(words) and k - cue <= 8:
        if said := _QUALITY.at(words, k):
            quality = said[1]
            if denied is not None and quality in {"good", "excellent"}:
                return denied, k + said[0], "poor"
            if denied is not None:
                return None
            first = next((j for j in (cue - 1, cue - 2) if j >= start and words[j].norm in {"my", "been", "i"}), cue)
            return min(first, cue), k + said[0], quality
        if words[k].norm in _NOT:
            denied = k if denied is None else denied
        elif words[k].norm not in _DEGREES:
            break
        k += 1
    if denied is not None and words[cue].norm in _HINDI and denied > cue:
        return cue, denied + 1, "poor"
    if any(word in _HARDLY for word in before[-3:]):
        return cue - next(n for n in range(1, 4) if words[cue - n].norm in _HARDLY), cue + 1, "poor"
    rest = tuple(word.norm for word in words[cue + 1 : cue + 3])
    if denied is not None and (rest in _AT_ALL or rest[:1] in _AT_ALL):
        return denied, cue + 1 + (len(rest) if rest in _AT_ALL else 1), "poor"
    goodness = [word.norm for word in words[max(start, cue - 2) : cue]]
    if goodness and goodness[-1] in {"good", "great", "bad", "poor", "terrible", "decent"} and denied is None:
        # "Had a good sleep"
        found = _QUALITY.at(words, cue - 1)
        return (cue - 1, cue + 1, found[1]) if found else None
    return None


def _with_times(utterance: Utterance, night: _Night, numbers: Sequence[Number]) -> _Night:
    words = utterance.words
    for i, word in enumerate(words):
        if word.norm in {"went", "go", "fell", "fall", "got", "get", "slept", "in"}:
            to_bed = _TO_BED.at(words, i)
            clock = to_bed and _clock(utterance, i + to_bed[0], numbers)
            if to_bed and clock and night.started is None and _is_told(utterance, i):
                night = replace(night.seen(i, clock[1]), started=utterance.quote(*clock))
        elif word.norm in {"woke", "woken", "wake", "got", "up"} and night.started and night.ended is None:
            waking = _WAKING.at(words, i)
            clock = waking and _clock(utterance, i + waking[0], numbers)
            if clock and _is_told(utterance, i):
                night = replace(night.seen(i, clock[1]), ended=utterance.quote(*clock))
    if night.started and night.ended is None:
        return _until(utterance, night, numbers)
    return night


def _is_told(utterance: Utterance, i: int) -> bool:
    start = claims.clause_start(utterance.words, i, reach=3)
    before = {word.norm for word in utterance.words[start:i]}
    return not (before & (_NOT | {"should", "if", "before", "when", "want", "can", "can't"})) and not (
        claims.of_another(utterance, i)
        or claims.of_carer_self(utterance, i)
        or claims.long_past(utterance.words, start, i + 8)
    )


def _until(utterance: Utterance, night: _Night, numbers: Sequence[Number]) -> _Night:
    """ "Slept from eleven to six"."""
    words = utterance.words
    if night.end < len(words) and words[night.end].norm in {"to", "till", "until"}:
        clock = _clock(utterance, night.end + 1, numbers, bare=True)
        if clock:
            return replace(night.seen(night.end, clock[1]), ended=utterance.quote(*clock))
    return night


def _clock(utterance: Utterance, i: int, numbers: Sequence[Number], *, bare: bool = False) -> tuple[int, int] | None:
    """The words of the time of day after "at" or "around" at word `i`: "eleven", "10:30 pm", "half past ten"."""
    words, first = utterance.words, i
    while i < len(words) and i - first < 3 and words[i].norm in _AT | {"from", "last", "night", "today"}:
        bare = bare or words[i].norm in _AT or words[i].norm == "from"
        i += 1
    if i >= len(words):
        return None
    if words[i].norm in {"midnight", "noon"}:
        return i, i + 1
    end = _clock_end(words, i, numbers)
    if end is None:
        return None
    marked = end < len(words) and words[end].norm in _HALVES
    while end < len(words) and words[end].norm in _HALVES:
        end += 1
    if not (bare or marked or ":" in words[i].norm):
        return None
    follows = words[end].norm if end < len(words) else ""
    return None if follows in {"hours", "hour", "minutes", "times", "days", "years", "pillows", "percent"} else (i, end)


def _clock_end(words: Sequence[Word], i: int, numbers: Sequence[Number]) -> int | None:
    if words[i].norm in {"half", "quarter"} and i + 2 < len(words) and words[i + 1].norm in {"past", "to"}:
        return next((n.end for n in numbers if n.first == i + 2 and 1 <= n.value <= 12), None)
    if ":" in words[i].norm:
        return i + 1 if _CLOCK.fullmatch(words[i].norm) else None
    for number in numbers:
        if number.first == i:
            hour, minute = divmod(number.value, 100) if number.value > 12 else (number.value, 0)
            return number.end if number.value.is_integer() and 1 <= hour <= 12 and minute < 60 else None
    return None


def _answered(asking: Utterance, utterance: Utterance) -> tuple[_Night, tuple[Span, ...]]:
    """ "How did you sleep?" "Not great." "How many hours do you sleep?" "About six." """
    nothing: tuple[_Night, tuple[Span, ...]] = (_Night(), ())
    for question in claims.asked_in(asking):
        norms = [word.norm for word in asking.words[question.first : question.end]]
        if not _ASKED.intersection(norms) or _ASKING_OTHERWISE.intersection(norms):
            continue
        if claims.asks_carer_of_self(asking, question, utterance):
            return nothing
        said = read_answer(utterance, utterance.turn.index)
        if said is None:
            return nothing
        span = Span(asking.turn.index, asking.words[question.first].start, asking.words[question.end - 1].end)
        night = _answers(utterance, norms, said, polar=question.polar)
        return night, (span,)
    return nothing


def _answers(utterance: Utterance, asked: Sequence[str], answer: Answer, *, polar: bool) -> _Night:
    words, numbers, night = utterance.words, find_numbers(utterance), _Night()
    for duration in find_durations(utterance, numbers):
        if night.hours is None and duration.first <= 8 and duration.seconds and duration.seconds <= 86400:
            night = replace(night.seen(duration.first, duration.end), hours=round(duration.seconds / 3600, 2))
    if "hours" in asked or "long" in asked:
        if night.hours is None and len(numbers) == 1 and numbers[0].first <= 5 and 0 < numbers[0].value <= 16:
            night = replace(night.seen(numbers[0].first, numbers[0].end), hours=numbers[0].value)
        return night
    if not polar:
        return _with_quality(utterance, night)
    slept = max(k for k, norm in enumerate(asked) if norm in _ASKED)
    hoped = [norm for norm in asked[slept + 1 : slept + 4] if norm in _GOODNESS]
    if hoped and answer.kind in {AnswerKind.YES, AnswerKind.NO} and answer.rest:
        good: Quality = "good" if hoped[0] in {"well", "good"} else "fair"
        quality = "poor" if answer.kind is AnswerKind.NO else good
        return replace(night.seen(0, min(answer.rest, len(words))), quality=quality)
    return night


def _with_quality(utterance: Utterance, night: _Night) -> _Night:
    """An answer that says how it was: "pretty good", "it was okay", "five hours, maybe. Not great."."""
    words = utterance.words
    for n, (first, end) in enumerate(utterance.sentences[:3]):
        for k in range(first, min(end, first + 6)):
            if said := _QUALITY.at(words, k):
                return replace(night.seen(k, k + said[0]), quality=said[1])
            if n and words[k].norm not in _DEGREES:
                break
    return night
