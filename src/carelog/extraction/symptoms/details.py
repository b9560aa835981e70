"""How strong, since when, which way: the details said beside a mention."""

from collections.abc import Sequence

from carelog.extraction.durations import find_durations
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Severity, Trend

Stretch = tuple[int, int]

_SEVERITY: PhraseTable[Severity] = phrase_table(
    {
        "mild": """
            mild | mildly | slight | slightly | little | bit of | a little | a little bit | little bit of | a bit |
            a bit of | a touch of | a tad | minor | not too bad | not that bad | not so bad | not bad |
            faint | a hint of | low grade | halka | halki | halka sa | thoda | thodi | thoda sa | थोड़ा |
            थोड़ी | हल्का | हल्की | nothing major | nothing too bad
        """,
        "moderate": """
            moderate | moderately | medium | so so
        """,
        "severe": """
            severe | severely | really bad | very bad | so bad | pretty bad | terrible | terribly |
            excruciating | unbearable | horrible | horribly | awful | intense | intensely | extreme |
            extremely | worst | agonizing | agonising | crippling | debilitating | killing | splitting |
            crushing | bahut | bahut zyada | bohot | बहुत | tez | तेज | तेज़ | quite bad | real bad |
            incredibly | awfully | a lot of | really strong | very strong
        """,
    }
)
_TREND: PhraseTable[Trend] = phrase_table(
    {
        "worsening": """
            getting worse | gotten worse | got worse | worsening | worsened | gets worse and worse |
            getting worse and worse | worse and worse | is worse | become worse | becoming worse |
            been worse | more and more | progressively worse | more severe | more frequent |
            getting more frequent | not getting better | n't getting better | getting stronger |
            badh raha | badh rahi | badh gaya | बढ़ रहा | बढ़ रही | isn't getting any better
        """,
        "improving": """
            getting better | gotten better | got better | improving | improved | is better | much better |
            a little better | little bit better | been better | feeling better | better than | easing |
            easing up | eased | calming down | going down | gone down | went down | less and less |
            kam ho raha | kam ho gaya | pehle se kam | pehle se behtar | not as much | not as bad |
            n't as bad | less severe | less frequent | better now | less than | कम हो रहा
        """,
        "stable": """
            the same | about the same | stable | unchanged | no change | no change in | no changes in |
            n't gone down | hasn't gone down | not gone down | not going down | n't going down |
            not changed | n't changed | hasn't changed | hasn't gone away | staying the same |
            stayed the same | not gotten worse | n't gotten worse | vaisa hi | waisa hi |
            no better no worse
        """,
    }
)


def severity(words: Sequence[Word], around: Stretch, first: int, end: int) -> Severity | None:
    """Said right before the mention, or after it through "is": "a really bad cough", "the pain is mild"."""
    for i in range(max(around[0], first - 4), first):
        match = _SEVERITY.at(words, i)
        if match is not None and i + match[0] <= first:
            return match[1]
    after = range(end, min(around[1], end + 6))
    for i in after:
        rated = rating(words, i, around[1])
        if rated is not None:
            return rated
        match = _SEVERITY.at(words, i)
        if match is not None:
            return match[1]
        if words[i].norm not in _COPULAS:
            break
    for i in range(end, around[1]):
        if words[i].norm in _OTHER_SCALES:
            break  # "tired, energy is 3 out of 10"
        rated = rating(words, i, around[1])
        if rated is not None:
            return rated
    return None


_OTHER_SCALES = word_set("energy mood sleep stress appetite spirits")
_COPULAS = word_set(
    """
    is are was were 's been has have had feels felt feel gets it it's about like a an at , probably
    so really be hai hain है हैं matlab
    """
)
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {word: number for number, word in enumerate(_COUNTED, start=1)}


def rating(words: Sequence[Word], i: int, stop: int) -> Severity | None:
    """What "8 out of 10" at word `i` means: 1 to 3 mild, 4 to 6 moderate, 7 to 10 severe.

    The usual bands of the numeric rating scale for pain (Boonstra et al. 2016, Front Psychol 7:1466).
    """
    if i + 1 >= stop:
        return None
    scale = [word.norm for word in words[i + 1 : i + 4]]
    if scale[:3] != ["out", "of", "10"] and scale[:3] != ["out", "of", "ten"] and scale[:2] != ["/", "10"]:
        return None
    return _rated(words[i])


def rating_said(words: Sequence[Word], around: Stretch) -> Severity | None:
    """What the first number of an answer rates that was asked for on a scale of ten: "about a seven"."""
    return next((rated for i in range(*around) if (rated := _rated(words[i])) is not None), None)


def _rated(word: Word) -> Severity | None:
    value = _NUMBERS.get(word.norm, int(word.norm) if word.norm.isdecimal() else None)
    if value is None or not 1 <= value <= 10:
        return None
    return "mild" if value <= 3 else "moderate" if value <= 6 else "severe"


def trend(words: Sequence[Word], around: Stretch) -> Trend | None:
    return next((match[1] for i in range(*around) if (match := _TREND.at(words, i)) is not None), None)


def trend_at(words: Sequence[Word], i: int) -> Trend | None:
    """The trend said from word `i` on."""
    match = _TREND.at(words, i)
    return match[1] if match is not None else None


def severity_said(words: Sequence[Word], around: Stretch) -> Severity | None:
    """The severity that an answer gives on its own: "a little bit", "7 out of 10"."""
    for i in range(*around):
        rated = rating(words, i, around[1])
        if rated is not None:
            return rated
    match = next((m for i in range(around[0], min(around[1], around[0] + 6)) if (m := _SEVERITY.at(words, i))), None)
    return match[1] if match else None


def duration(utterance: Utterance, around: Stretch, *, bare: bool = False) -> str | None:
    """As said: "three days", "the past two weeks", "since Tuesday". `bare`: in an answer, without a "for" as well."""
    words = utterance.words
    since = next((i for i in range(*around) if words[i].norm == "since"), None)
    if since is not None:
        return _since(utterance, since, around[1])
    for i in range(*around):
        if words[i].norm in ("se", "से") and i - 1 >= around[0] and words[i - 1].norm in _HINDI_TIMES:
            return _before_se(utterance, i, around[0])
    if not bare and not any(words[i].norm in _LEADING for i in range(*around)):
        return None
    for first, end, _ in find_durations(utterance):
        if not around[0] <= first < around[1]:
            continue
        lead = first
        while lead > around[0] and words[lead - 1].norm in _APPROXIMATE:
            lead -= 1
        led = lead > around[0] and words[lead - 1].norm in ("for", "past", "last")
        led = led or (end < len(words) and words[end].norm == "now")
        if (led or bare) and not (end < len(words) and words[end].norm == "ago"):
            return utterance.quote(first, end)
    return None


_LEADING = word_set("for past last now")
_APPROXIMATE = word_set(
    """
    about around like almost nearly over maybe probably the past last good more than at least well
    """
)
_HINDI_TIMES = word_set(
    """
    din dino hafte hafta mahine mahina saal ghante ghanta subah shaam raat kal दिन दिनों हफ्ते हफ़्ते हफ्तों हफ़्तों महीने
    साल घंटे सुबह शाम रात कल
    """
)
_HINDI_BEFORE_TIMES = word_set(
    """
    ek do teen char chaar paanch panch chhe saat aath das kal aaj kuch kai pichle एक दो तीन चार पांच
    पाँच छह सात दस कल आज कुछ कई परसों parso पिछले
    """
)
_SINCE = word_set(
    """
    yesterday monday tuesday wednesday thursday friday saturday sunday morning night evening
    afternoon weekend week month year today january february march april may june july august
    september october november december christmas easter thanksgiving summer winter spring fall
    autumn noon lunch dinner breakfast then surgery accident birth wedding
    """
)
_BEFORE_SINCE = word_set("last this the early late about around a few couple of yesterday my")
_UNITS = word_set(
    """
    minute minutes hour hours hrs day days night nights week weeks month months year years
    """
)


def _since(utterance: Utterance, at: int, stop: int) -> str | None:
    """ "Since Tuesday", "since last night", and "since 2 days" as said in India."""
    words = utterance.words
    for i in range(at + 1, min(stop, at + 6)):
        norm = words[i].norm
        following = words[i + 1].norm if i + 1 < stop else ""
        if norm in _UNITS or norm in _SINCE:
            if norm in _SINCE and following in _SINCE:
                continue
            return utterance.quote(at, i + 2 if following == "ago" else i + 1)
        if norm not in _BEFORE_SINCE and norm not in _NUMBERS and not norm[0].isdecimal():
            return None
    return None


def _before_se(utterance: Utterance, at: int, begin: int) -> str:
    """Hindi puts the "since" last: "teen din se"."""
    words, first = utterance.words, at - 1
    while first > begin and (words[first - 1].norm in _HINDI_BEFORE_TIMES or words[first - 1].norm[0].isdecimal()):
        first -= 1
    return utterance.quote(first, at + 1)
