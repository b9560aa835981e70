"""What brings a symptom on, and what makes it better."""

from typing import Final

from carelog.extraction.exchange_fillers import skip_fillers
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

Stretch = tuple[int, int]

_WHEN: Final = phrase_set(
    "when | whenever | while | every time | each time | anytime | any time | after | before | as soon as"
)
_WHO: Final = word_set("i i'm you you're it's my the")
_AT_WORK: Final = word_set("with after during on upon from before")
_BRINGING: Final = word_set(
    """
    exertion exercise exercising activity activities movement moving motion walking running climbing lifting bending
    sitting standing lying laying eating meals meal food foods breakfast lunch dinner stress cold heat sun dust pollen
    coughing sneezing breathing breaths breath swallowing urination urinating light lights noise alcohol coffee
    spicy greasy fatty dairy milk gluten weather stairs workouts typing writing driving reading screens touch
    """
)
_BRINGING_BEFORE: Final = word_set("any some deep bright loud heavy big certain spicy greasy fatty cold hot strenuous")
_WORSE: Final = phrase_set(
    """
    worse with | worse when | worse after | worse if | worse at | worse in | worsens with | worsens when |
    brought on by | triggered by | set off by | caused by | aggravated by | made worse by | comes on with |
    comes on when | comes on after | flares up with | flares up when
    """
)
_BETTER: Final = phrase_set(
    """
    better with | better when | better after | better if | relieved by | relieved with | relief with | relief from |
    helped by | improves with | improves when | eased by | eases with | eases when | eases up when | goes away with |
    goes away when | goes away after | goes away if | less with | alleviated by | calms down with
    """
)
_HELPING: Final = phrase_set(
    """
    helps | helped | relieves | relieved it | eases it | makes it better | make it better | takes the edge off |
    help a little | help a lot | help with it | se aaram milta | se aaram | se rahat | से आराम | से राहत
    """
)
_NAMED_BY: Final = word_set("with by from")
_BEFORE_HELPING: Final = word_set(
    "does do seems seem to usually really sometimes only kind of always will that has have"
)
_BY_NOTHING: Final = word_set("it that this they these nothing anything what which none who something i you he she we")
_PAST: Final = word_set("was were did had got woke started went came fell felt began took tried ate hit slipped lifted")
_ENDS: Final = word_set(". , ? ! ; and but so or because though then which i'm")
_BEFORE_SYMPTOM: Final = word_set("i my the a an some get gets got have feel , it it's and then")
_REACH: Final = 6  # Words between the symptom and what brings it on.
_LONGEST: Final = 9  # words


def trigger(utterance: Utterance, sentence: Stretch, symptom: Stretch, following: int, clause: int) -> str | None:
    """As said, with its "when" or "after": "when I climb stairs", "with exertion".

    `symptom` are its words, `following` is where the next one is named, after which the telling cannot begin, and
    `clause` is where the symptom's own clause begins.
    """
    words = utterance.words
    end = symptom[1]
    for i in range(end, min(sentence[1], following, end + _REACH)):
        found = _situation(utterance, i, sentence[1]) or _worse(utterance, i, sentence[1])
        if found is not None:
            return found
        if words[i].norm in _ENDS and words[i].norm != ",":
            break
    opening = skip_fillers(words, sentence[0], symptom[0])
    stop = clause if clause > opening else symptom[0]
    while stop > opening and words[stop - 1].norm in _BEFORE_SYMPTOM:
        stop -= 1
    return _situation(utterance, opening, stop) if opening < stop else None


def trigger_said(utterance: Utterance, around: Stretch) -> str | None:
    """What an answer gives where it was asked for: "when I bend over", "climbing stairs"."""
    return situation(utterance, around) or _plain(utterance, around)


def situation(utterance: Utterance, around: Stretch) -> str | None:
    """ "Only when I climb stairs", "just with exercise": as said, without the "only"."""
    return next((found for i in range(*around) if (found := _situation(utterance, i, around[1]))), None)


def relief(utterance: Utterance, around: Stretch) -> str | None:
    """As said: "rest", "ibuprofen", "when I lie down"."""
    words = utterance.words
    for i in range(*around):
        better = _BETTER.at(words, i)
        if better is not None and not any(is_negative(word) for word in words[max(around[0], i - 4) : i]):
            begin = i + better[0]
            begin -= words[begin - 1].norm not in _NAMED_BY
            return _quoted(utterance, begin, around[1], least=1)
        if _HELPING.at(words, i) is not None:
            return _helper(utterance, around[0], i)
    return None


def relief_said(utterance: Utterance, around: Stretch) -> str | None:
    """What an answer gives where it was asked for: "rest", "just ibuprofen"."""
    return relief(utterance, around) or _plain(utterance, around)


def _situation(utterance: Utterance, i: int, stop: int) -> str | None:
    """ "When I climb stairs", "after meals" from word `i` on; told of one past moment it is no habit."""
    words = utterance.words
    when = _WHEN.at(words, i)
    if when is not None:
        at = i + when[0]
        if at < stop and (words[at].norm in _WHO or words[at].norm.endswith("ing")):
            return _quoted(utterance, i, stop, least=when[0] + 1)
    if words[i].norm not in _AT_WORK:
        return None
    at = i + 1
    while at < stop and words[at].norm in _BRINGING_BEFORE:
        at += 1
    return utterance.quote(i, at + 1) if at < stop and words[at].norm in _BRINGING else None


def _worse(utterance: Utterance, i: int, stop: int) -> str | None:
    match = _WORSE.at(utterance.words, i)
    if match is None:
        return None
    begin = i + match[0]
    begin -= utterance.words[begin - 1].norm not in _NAMED_BY
    return _quoted(utterance, begin, stop, least=1)


def _helper(utterance: Utterance, first: int, verb: int) -> str | None:
    """What stands before "helps": "the ibuprofen helps"."""
    words = utterance.words
    end = verb
    while end > first and words[end - 1].norm in _BEFORE_HELPING:
        end -= 1
    begin = end
    while begin > first and words[begin - 1].norm not in _ENDS:
        begin -= 1
    begin = skip_fillers(words, begin, end)
    named = words[begin:end]
    if not 0 < len(named) <= 4 or any(is_negative(word) or word.norm in _BY_NOTHING for word in named):
        return None
    return utterance.quote(begin, end)


def _plain(utterance: Utterance, around: Stretch) -> str | None:
    """A short answer as it stands: "climbing stairs", "ibuprofen and rest"."""
    words = utterance.words
    begin = skip_fillers(words, *around)
    end = next((i for i in range(begin, around[1]) if words[i].norm in ".,?!;"), around[1])
    named = words[begin:end]
    if not 0 < len(named) <= 4 or any(is_negative(word) or word.norm in _BY_NOTHING for word in named):
        return None
    return utterance.quote(begin, end)


def _quoted(utterance: Utterance, begin: int, stop: int, *, least: int) -> str | None:
    words = utterance.words
    end = next((i for i in range(begin + least, stop) if words[i].norm in _ENDS), stop)
    told_once = any(word.norm in _PAST or is_negative(word) for word in words[begin:end])
    if told_once or not least <= end - begin <= _LONGEST:
        return None
    return utterance.quote(begin, end)
