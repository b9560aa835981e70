"""How strong, since when, which way: the details said beside a mention."""

from collections.abc import Sequence

from carelog.extraction.utterances import PhraseTable, Word
from carelog.record.types.symptom import Severity, Trend

Stretch = tuple[int, int]

_SEVERITY: PhraseTable[Severity] = PhraseTable(
    [
        (phrase, severity)
        for severity, phrases in (
            ("mild", "mild|mildly|slight|slightly|a little|a little bit|little bit of|a bit|a bit of|a touch of|a tad|minor|not too bad|not that bad|"
             "not so bad|not bad|faint|a hint of|low grade|halka|halki|halka sa|thoda|thodi|thoda sa|थोड़ा|थोड़ी|हल्का|हल्की|nothing major|nothing too bad"),
            ("moderate", "moderate|moderately|medium|so so"),
            ("severe", "severe|severely|really bad|very bad|so bad|pretty bad|terrible|terribly|excruciating|unbearable|horrible|horribly|awful|"
             "intense|intensely|extreme|extremely|worst|agonizing|agonising|crippling|debilitating|killing|splitting|crushing|bahut|bahut zyada|"
             "bohot|बहुत|tez|तेज|तेज़|quite bad|real bad|incredibly|awfully|a lot of|really strong|very strong"),
        )
        for phrase in phrases.split("|")
    ]
)  # type: ignore[arg-type]
_TREND: PhraseTable[Trend] = PhraseTable(
    [
        (phrase, trend)
        for trend, phrases in (
            ("worsening", "getting worse|gotten worse|got worse|worsening|worsened|gets worse and worse|getting worse and worse|worse and worse|"
             "is worse|become worse|becoming worse|been worse|increasing|has increased|more and more|progressively worse|more severe|more frequent|"
             "getting more frequent|not getting better|n't getting better|getting stronger|badh raha|badh rahi|badh gaya|बढ़ रहा|बढ़ रही|isn't getting any better"),
            ("improving", "getting better|gotten better|got better|improving|improved|is better|much better|a little better|little bit better|been better|feeling better|"
             "better than|easing|easing up|eased|calming down|going down|gone down|went down|less and less|decreasing|decreased|kam ho raha|kam ho gaya|"
             "pehle se kam|pehle se behtar|not as much|not as bad|n't as bad|less severe|less frequent|better now|कम हो रहा"),
            ("stable", "the same|about the same|stable|unchanged|no change|no change in|no changes in|not changed|n't changed|hasn't changed|hasn't gone away|"
             "staying the same|stayed the same|not gotten worse|n't gotten worse|vaisa hi|waisa hi|no better no worse"),
        )
        for phrase in phrases.split("|")
    ]
)  # type: ignore[arg-type]
_UNITS = frozenset(
    "minute minutes min mins hour hours hr hrs day days night nights week weeks month months year years yr yrs weekend while din hafte hafta mahine "
    "mahina saal ghante ghanta दिन हफ्ते हफ़्ते महीने साल घंटे".split()
)
_COUNTS = frozenset(
    "a an one two three four five six seven eight nine ten eleven twelve few couple several many half past last the about around "
    "almost nearly over more than like maybe probably of good or to at least some ek do teen char chaar paanch panch chhe saat aath das एक दो तीन चार पांच पाँच".split()
)
_LEADS = frozenset("for past last since during".split())
_SINCE = frozenset(
    "yesterday monday tuesday wednesday thursday friday saturday sunday morning night evening afternoon weekend week month year today "
    "january february march april may june july august september october november december christmas easter thanksgiving "
    "subah kal raat summer winter spring fall noon lunch dinner breakfast last this then".split()
)
_DURATION_REACH = 8


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
    return next((r for i in range(end, around[1]) if (r := rating(words, i, around[1])) is not None), None)


_COPULAS = frozenset("is are was were 's been has have had feels felt feel gets it it's about like a an at , probably so really , and be".split())
_NUMBERS = {w: n for n, w in enumerate("zero one two three four five six seven eight nine ten".split())}


def rating(words: Sequence[Word], i: int, stop: int) -> Severity | None:
    """The bands of the 0 to 10 scale: 1-3 mild, 4-6 moderate, 7-10 severe (Boonstra et al. 2016, Front Psychol 7:1466)."""
    if i + 1 >= stop:
        return None
    scale = [word.norm for word in words[i + 1 : i + 4]]
    if scale[:3] != ["out", "of", "10"] and scale[:3] != ["out", "of", "ten"] and scale[:2] != ["/", "10"]:
        return None
    said = words[i].norm
    value = _NUMBERS.get(said, int(said) if said.isdecimal() else None)
    if value is None or not 1 <= value <= 10:
        return None
    return "mild" if value <= 3 else "moderate" if value <= 6 else "severe"


def trend(words: Sequence[Word], around: Stretch) -> Trend | None:
    found: Trend | None = None
    for i in range(*around):
        match = _TREND.at(words, i)
        if match is not None:
            found = match[1]
            break
    return found


def duration(words: Sequence[Word], around: Stretch) -> str | None:
    """As said: "three days", "the past two weeks", "since Tuesday"."""
    for i in range(*around):
        norm = words[i].norm
        if norm == "since" or norm in ("se", "से"):
            said = _since(words, i, around) if norm == "since" else _before_se(words, i, around)
        elif norm in _LEADS:
            said = _lasting(words, i + 1, around[1]) if norm == "for" else None
        else:
            said = None
        if said is not None:
            return said
    return None


def _quote(words: Sequence[Word], first: int, end: int) -> str:
    return " ".join(word.norm for word in words[first:end])


def _lasting(words: Sequence[Word], at: int, stop: int) -> str | None:
    begin = at
    while at < stop and at - begin < _DURATION_REACH:
        norm = words[at].norm
        if norm in _UNITS and at > begin:
            while begin < at and words[begin].norm in ("like", "maybe", "probably", "about", "the", "of"):
                begin += 1
            return _quote(words, begin, at + 1) if at > begin else None
        if norm not in _COUNTS and not norm[0].isdecimal() and norm not in ("uh", "um"):
            return None
        at += 1
    return None


def _since(words: Sequence[Word], at: int, around: Stretch) -> str | None:
    for end in range(at + 1, min(around[1], at + 6)):
        norm = words[end].norm
        if norm in ("last", "this") and end + 1 < around[1] and words[end + 1].norm in _SINCE:
            continue
        if norm in _SINCE or norm == "ago":
            return _quote(words, at, end + 1)
        if norm not in _COUNTS and norm not in _UNITS and not norm[0].isdecimal():
            return None
    return None


def _before_se(words: Sequence[Word], at: int, around: Stretch) -> str | None:
    """Hindi puts it first: "teen din se"."""
    if at - 1 <= around[0] or words[at - 1].norm not in _UNITS | {"kal", "subah", "raat", "कल", "सुबह"}:
        return None
    begin = at - 1
    while begin > around[0] and (words[begin - 1].norm in _COUNTS or words[begin - 1].norm[0].isdecimal()):
        begin -= 1
    return _quote(words, begin, at)
