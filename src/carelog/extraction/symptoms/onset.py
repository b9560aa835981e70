"""How long a symptom has lasted, as said, and since when, as a date."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.durations import find_durations
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.when import Direction, resolve
from carelog.extraction.wordsets import word_set

Stretch = tuple[int, int]

_LEADING: Final = word_set("for past last now")
_APPROXIMATE: Final = word_set(
    """
    about around like almost nearly over maybe probably the past last good more than at least well
    """
)
_HINDI_TIMES: Final = word_set(
    """
    din dino dinon hafte hafta hafton mahine mahina saal ghante ghanta subah shaam raat kal parso aaj somvar mangalvar
    budhvar guruvar shukravar shanivar ravivar itvar दिन दिनों हफ्ते हफ़्ते हफ्तों हफ़्तों महीने साल घंटे सुबह शाम
    रात कल
    परसों आज सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार
    """
)
_HINDI_BEFORE_TIMES: Final = word_set(
    """
    ek do teen char chaar paanch panch chhe che saat aath nau das kal aaj kuch kai pichle एक दो तीन चार पांच
    पाँच छह छः सात आठ नौ दस कल आज कुछ कई परसों parso पिछले
    """
)
_SINCE: Final = word_set(
    """
    yesterday monday tuesday wednesday thursday friday saturday sunday morning night evening
    afternoon weekend week month year today january february march april may june july august
    september october november december christmas easter thanksgiving diwali holi summer winter spring fall
    autumn noon lunch dinner breakfast then surgery accident birth wedding
    """
)
_BEFORE_SINCE: Final = word_set("last this the early late about around a few couple of yesterday my day before mid")
_UNITS: Final = word_set(
    """
    minute minutes hour hours hrs day days night nights week weeks month months year years
    """
)
_COUNTED: Final = word_set("one two three four five six seven eight nine ten")
_BEGINNING: Final = phrase_set(
    """
    started | starting | began | begun | beginning | came on | come on | kicked in | set in |
    showed up | first noticed |
    noticed it | onset | flared up | first started | shuru hua | shuru hui | shuru hue | शुरू हुआ | शुरू हुई
    """
)
_CUTS: Final = frozenset({"and", "but", "when", "after", "because", "so", ".", ",", "?", "!", ";", "to"})
_WITHIN: Final = 8  # Words after "started" in which the time is told.


def duration(utterance: Utterance, around: Stretch, *, bare: bool = False) -> str | None:
    """As said: "three days", "the past two weeks", "since Tuesday". `bare`: in an answer, without a "for" as well."""
    words = utterance.words
    since = _first(words, around, "since")
    if since is not None:
        end = _since_end(words, since, around[1])
        return utterance.quote(since, end) if end is not None else None
    hindi = _hindi_since(words, around)
    if hindi is not None:
        return utterance.quote(*hindi)
    if not bare and not any(words[i].norm in _LEADING for i in range(*around)):
        return None
    for first, end, _ in find_durations(utterance):
        if not around[0] <= first < around[1]:
            continue
        lead = first
        while lead > around[0] and words[lead - 1].norm in _APPROXIMATE:
            lead -= 1
        led = any(words[i].norm in _LEADING for i in range(max(around[0], lead - 1), first))
        led = led or (end < len(words) and words[end].norm == "now")
        spaced = lead > around[0] and words[lead - 1].norm in ("every", "each")
        if (led or bare) and not spaced and not (end < len(words) and words[end].norm == "ago"):
            return utterance.quote(first, end)
    return None


def onset(utterance: Utterance, around: Stretch, *, bare: bool = False) -> str | None:
    """The day, month or year since when: of "since Monday", "started three days ago". None where that is left open.

    `bare`: in an answer to "when did it start?", where the time stands alone.
    """
    words = utterance.words
    if utterance.said_at is None:
        return None
    since = _first(words, around, "since")
    if since is not None:
        end = _since_end(words, since, around[1])
        if end is None:  # "since I fell on Saturday"
            end = _cut(words, since, min(around[1], since + _WITHIN))
        return _day(utterance, since, end)
    hindi = _hindi_since(words, around)
    if hindi is not None:
        return _day(utterance, *hindi)
    for i in range(*around):
        match = _BEGINNING.at(words, i)
        if match is not None:
            begin = i + match[0]
            return _day(utterance, begin, _cut(words, begin, min(around[1], begin + _WITHIN)))
    return _day(utterance, around[0], _cut(words, around[0], around[1])) if bare else None


def _day(utterance: Utterance, first: int, end: int) -> str | None:
    if utterance.said_at is None or end <= first:
        return None
    return resolve(utterance, first, end, utterance.said_at, Direction.PAST).day


def _cut(words: Sequence[Word], first: int, end: int) -> int:
    return next((i for i in range(first, end) if words[i].norm in _CUTS and i > first), end)


def _first(words: Sequence[Word], around: Stretch, norm: str) -> int | None:
    return next((i for i in range(*around) if words[i].norm == norm), None)


def _since_end(words: Sequence[Word], at: int, stop: int) -> int | None:
    """Where "since Tuesday", "since last night" ends, and "since 2 days" as said in India."""
    for i in range(at + 1, min(stop, at + 6)):
        norm = words[i].norm
        following = words[i + 1].norm if i + 1 < stop else ""
        if norm in _UNITS or norm in _SINCE:
            if norm in _SINCE and (following in _SINCE or following == "before"):
                continue
            return i + 2 if following == "ago" else i + 1
        if norm not in _BEFORE_SINCE and norm not in _COUNTED and not norm[0].isdecimal():
            return None
    return None


def _hindi_since(words: Sequence[Word], around: Stretch) -> Stretch | None:
    """Hindi puts the "since" last: "teen din se"."""
    for i in range(around[0] + 1, around[1]):
        if words[i].norm in ("se", "से") and words[i - 1].norm in _HINDI_TIMES:
            first = i - 1
            while first > around[0] and (
                words[first - 1].norm in _HINDI_BEFORE_TIMES or words[first - 1].norm[0].isdecimal()
            ):
                first -= 1
            return first, i + 1
    return None
