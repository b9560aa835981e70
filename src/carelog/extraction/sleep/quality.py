"""How well the subject slept."""

from collections.abc import Sequence

from carelog.extraction import claims
from carelog.extraction.numbers import Number
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.sleep.night import HINDI, NOT, TOSSING
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.sleep import Quality

_QUALITIES: dict[Quality, str] = {
    "excellent": "excellent|excellently|amazing|amazingly|wonderful|wonderfully|perfect|perfectly|fantastic",
    "good": "good|great|well|pretty well|very well|soundly|sound|deeply|nicely|peacefully|like a baby|like a log|"
    "like a rock|achhi|acchi|achi|badhiya|अच्छी|अच्छा",
    "fair": "okay|ok|fine|alright|all right|so so|decent|decently|fair|average|not bad|not too bad|not so bad|theek|"
    "thik|ठीक",
    "poor": "poor|poorly|bad|badly|terrible|terribly|horrible|horribly|awful|restless|restlessly|disturbed|broken|"
    "fitfully|rough|lousy|interrupted|not good|not great|not well|not so good|not so great|not so well|"
    "not very well|not very good|not too good|not too well|not that good|not that great|not that well|n't good|"
    "n't great|n't well|kharab|खराब|rubbish|dreadful|dreadfully|shocking|shockingly|appalling|appallingly|crap|"
    "not brilliant|not much|not a lot|very little|hardly|hardly at all|barely|not at all|on and off|not a wink",
}
QUALITY: PhraseTable[Quality] = PhraseTable(
    (phrase, quality) for quality, phrases in _QUALITIES.items() for phrase in phrases.split("|")
)
_WAKING = word_set("woke waking woken wake")
_UP = _WAKING | word_set("up awake")
_IS_UP = word_set("was were been 'm i'm am is be he's she's got getting get kept i've keeps woke waking")
_NIGHT_REACH = 7
_HARDLY = word_set("barely hardly scarcely")
DEGREES = word_set(
    """
    is was has been have 's are pretty very really quite so too fairly kind of sort just actually much a lot better
    the last night these days lately recently my well mostly generally usually overall i've i again : , this past
    week it it's that though hai thi aayi aai bhi hi भी ही raat ko रात को बहुत bahut
    """
)
_AT_ALL = frozenset(
    {("at", "all"), ("much",), ("enough",), ("a", "wink"), ("last", "night"), ("properly",), ("right",), ("since",)}
)
_NIGHTS = word_set("night nights day days week weeks month months")
_SLEEPLESS = phrase_set(
    """
    all night | half the night | most of the night | the whole night | all night long | every hour | every half hour |
    every hour or so | every hour or two | every two hours | every couple of hours | every few hours |
    every twenty minutes | every thirty minutes
    """
)


def quality_at(words: Sequence[Word], cue: int) -> tuple[int, int, Quality] | None:
    """(first, end, quality) of how well the sleep at word `cue` is said to be."""
    start = claims.clause_start(words, cue, reach=4)
    before = [word.norm for word in words[start:cue]]
    denied = next((start + k for k in range(len(before) - 1, -1, -1) if before[k] in NOT), None)
    k = cue + 1
    while k < len(words) and k - cue <= 8:
        if said := QUALITY.at(words, k):
            quality = said[1]
            end = k + said[0]
            no = next((n for n in range(end, min(len(words), end + 2)) if words[n].norm in NOT), None)
            if words[cue].norm in HINDI and no is not None:
                return cue, no + 1, "poor"  # "Neend theek se nahi aati"
            if denied is not None and quality in {"good", "excellent"}:
                return denied, k + said[0], "poor"
            if denied is not None:
                return None
            first = next((j for j in (cue - 1, cue - 2) if j >= start and words[j].norm in {"my", "been", "i"}), cue)
            return min(first, cue), k + said[0], quality
        if words[k].norm in NOT:
            denied = k if denied is None else denied
        elif words[k].norm not in DEGREES:
            break
        k += 1
    if denied is not None and words[cue].norm in HINDI and denied > cue:
        return cue, denied + 1, "poor"
    if any(word in _HARDLY for word in before[-3:]):
        return cue - next(n for n in range(1, 4) if words[cue - n].norm in _HARDLY), cue + 1, "poor"
    rest = tuple(word.norm for word in words[cue + 1 : cue + 3])
    if denied is not None and (rest in _AT_ALL or rest[:1] in _AT_ALL):
        return denied, cue + 1 + (len(rest) if rest in _AT_ALL else 1), "poor"
    if denied is not None and rest[:1] in (("for",), ("in",)):
        told = next((k for k in range(cue + 2, min(len(words), cue + 5)) if words[k].norm in _NIGHTS), None)
        if told is not None:
            return denied, told + 1, "poor"  # "I haven't slept for two nights"
    goodness = [word.norm for word in words[max(start, cue - 2) : cue]]
    if goodness and goodness[-1] in {"good", "great", "bad", "poor", "terrible", "decent"} and denied is None:
        # "Had a good sleep"
        found = QUALITY.at(words, cue - 1)
        return (cue - 1, cue + 1, found[1]) if found else None
    return None


def sleepless_at(words: Sequence[Word], cue: int) -> tuple[int, int] | None:
    """ "Tossed and turned", "up all night", "awake every hour": a poor night, said without the word for sleep."""
    norm, following = words[cue].norm, [word.norm for word in words[cue + 1 : cue + 3]]
    if norm in TOSSING and following in (["and", "turned"], ["and", "turning"]):
        return cue, cue + 3
    at = cue + 1 + (norm in _WAKING and following[:1] == ["up"])
    if norm == "up" and (not cue or words[cue - 1].norm not in _IS_UP):
        return None  # "I had to stand up all night"
    length = _SLEEPLESS.at(words, at) if norm in _UP and at < len(words) else None
    if length is None or (words[at].norm == "every" and not _is_at_night(words, at)):
        return None
    return cue, at + length[0]


def _is_at_night(words: Sequence[Word], at: int) -> bool:
    """ "Up every hour at night", and not "the nurse woke up the ward every hour"."""
    near = {word.norm for word in words[max(0, at - _NIGHT_REACH) : at + _NIGHT_REACH]}
    return not near.isdisjoint({"night", "nights", "nite", "sleep", "woke", "awake", "waking", "wake"})


def rated_at(words: Sequence[Word], cue: int, numbers: Sequence[Number]) -> tuple[int, int] | None:
    """(end, score) of "sleep was a 7 out of 10"."""
    for number in numbers:
        if cue < number.first <= cue + 5:
            scale = [word.norm for word in words[number.end : number.end + 3]]
            length = 3 if scale[:2] == ["out", "of"] else 2 if scale[:1] == ["/"] else 0
            if 0 < length <= len(scale) and scale[length - 1] in {"10", "ten"} and number.value in range(1, 11):
                return number.end + length, int(number.value)
    return None
