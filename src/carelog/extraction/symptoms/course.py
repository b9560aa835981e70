"""Where a symptom is going, and how often it comes."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Trend

Stretch = tuple[int, int]

_TREND: Final[PhraseTable[Trend]] = phrase_table(
    {
        "worsening": """
            getting worse | gotten worse | got worse | worsening | worsened | gets worse and worse |
            getting worse and worse | worse and worse | is worse | become worse | becoming worse | gone worse |
            been worse | more and more | progressively worse | more severe | more frequent | a lot worse |
            much worse | a little worse | a bit worse | worse than | more than it used to | more than they used to |
            more than before | more than usual | getting more frequent | not getting better | n't getting better |
            isn't getting any better | n't getting any better | not getting any better | getting stronger | spreading |
            badh raha | badh rahi | badh rahe | badh gaya | badh gayi | badhta ja raha | badhti ja rahi | badhta ja |
            badhti ja | zyada ho raha | zyada ho rahi | बढ़ रहा | बढ़ रही | बढ़ गया | बढ़ गई | बढ़ता जा | बढ़ती जा
        """,
        "improving": """
            getting better | gotten better | got better | improving | improved | is better | much better |
            a little better | little bit better | a bit better | been better | feeling better | better than | easing |
            easing up | eased | eased up | calming down | calmed down | going down | gone down | went down |
            less and less | clearing up | letting up | let up some | going away | on the mend | subsiding | settling |
            kam ho raha | kam ho rahi | kam ho gaya | kam ho gayi | pehle se kam | pehle se behtar | pehle se theek |
            pehle se thik | not as much | not as bad | not as often | less often | n't as bad |
            less severe | less frequent | better now | less than |
            कम हो रहा | कम हो रही | कम हो गया | कम हो गई | पहले से कम | पहले से बेहतर | theek ho raha | theek ho rahi
        """,
        "stable": """
            no more than usual | no more than normal | not more than usual | no worse than usual | same as usual |
            same as always | same as ever | the same | about the same | stable | unchanged | no change | no change in |
            no changes in | n't gone down | hasn't gone down | not gone down | not going down | n't going down |
            not changed | n't changed | hasn't changed | hasn't gone away | staying the same |
            stayed the same | not gotten worse | n't gotten worse | not getting worse | n't getting worse |
            hasn't gotten worse | hasn't gotten better or worse | no better no worse | no better or worse |
            neither better nor worse | vaisa hi | waisa hi | waise hi | वैसा ही | वैसी ही
        """,
    }
)
_ONE_WORD: Final[dict[str, Trend]] = {"worse": "worsening", "better": "improving", "same": "stable"}
_AT_TIMES: Final = word_set("at in when whenever with after if by on during in")
_OFTEN: Final = phrase_set(
    """
    all the time | constantly | constant | daily | nightly | weekly | on and off | off and on | once in a while |
    every once in a while | every now and then | every now and again | now and then | now and again | occasionally |
    intermittently | intermittent | comes and goes | come and go | coming and going | from time to time | most days |
    most nights | most mornings | most of the time | at times | sometimes | rarely | around the clock | all day |
    all day long | all night long | nonstop | kabhi kabhi | roz | har roz | rozana | हर रोज | हर रोज़ | रोज |
    रोज़ | कभी कभी
    """
)
_EACH: Final = word_set("every each har हर")
_SPACED: Final = word_set(
    "other single few couple of two three four five six eight ten fifteen twenty thirty 2 3 4 5 6 8 10 15 20 30"
)
_PERIODS: Final = word_set(
    """
    minute minutes hour hours day days morning mornings afternoon afternoons evening evenings night nights week weeks
    month months year years weekend weekends meal din subah shaam raat hafte mahine दिन सुबह शाम रात हफ्ते महीने
    monday tuesday wednesday thursday friday saturday sunday
    """
)
_COUNTS: Final = word_set("one two three four five six seven eight nine ten few couple several many some")
_A: Final = word_set("a an per each every in mein में")
_DOING_ELSE: Final = word_set(
    "take takes taking took use uses using used drink drinks drinking eat eats eating check checks checking work works"
)


def trend(words: Sequence[Word], around: Stretch) -> Trend | None:
    return next((said for i in range(*around) if (said := trend_at(words, i)) is not None), None)


def trend_at(words: Sequence[Word], i: int) -> Trend | None:
    """The trend said from word `i` on."""
    match = _TREND.at(words, i)
    if match is None or _is_not_so(words, i):
        return None
    end = i + match[0]
    at_times = end < len(words) and words[end - 1].norm in _ONE_WORD and words[end].norm in _AT_TIMES
    return None if at_times else match[1]  # "it's worse at night" says when, and not where it is going


def _is_not_so(words: Sequence[Word], i: int) -> bool:
    """ "I don't think the pain is worse", "nausea: not improved"."""
    for at in range(i - 1, max(-1, i - _DENIED_WITHIN), -1):
        if words[at].norm in _BREAKING:
            return False
        if is_negative(words[at]):
            return True
    return False


_DENIED_WITHIN: Final = 6  # words
_BREAKING: Final = word_set(", . ; ! ? but and because so it's it until")


def trend_said(words: Sequence[Word], around: Stretch) -> Trend | None:
    """The trend that an answer gives where it was asked for: "worse", "a bit better"."""
    said = trend(words, around)
    if said is not None:
        return said
    return next((_ONE_WORD[words[i].norm] for i in range(*around) if words[i].norm in _ONE_WORD), None)


def frequency(utterance: Utterance, around: Stretch) -> str | None:
    """As said: "every morning", "twice a week", "on and off"."""
    words = utterance.words
    for i in range(*around):
        if words[i].norm in _DOING_ELSE:
            return None  # "I take ibuprofen twice a day"
        end = _every(words, i) or _times(words, i)
        if end is None:
            match = _OFTEN.at(words, i)
            end = i + match[0] if match is not None else None
        if end is not None and end <= around[1]:
            return utterance.quote(i, end)
    return None


def _every(words: Sequence[Word], i: int) -> int | None:
    """Where "every other day", "each morning" ends."""
    if words[i].norm not in _EACH:
        return None
    at = i + 1
    while at < len(words) and words[at].norm in _SPACED:
        at += 1
    return at + 1 if at < len(words) and words[at].norm in _PERIODS else None


def _times(words: Sequence[Word], i: int) -> int | None:
    """Where "twice a day", "three times a week", "a couple of times a month" ends."""
    at = i
    if words[at].norm in ("once", "twice"):
        at += 1
    else:
        if words[at].norm == "a":
            at += 1
        if at >= len(words) or not (words[at].norm in _COUNTS or words[at].norm.isdecimal()):
            return None
        at += 1
        if at < len(words) and words[at].norm == "of":
            at += 1
        if at >= len(words) or words[at].norm not in ("times", "time", "baar", "बार"):
            return None
        at += 1
    if at < len(words) and words[at].norm in ("daily", "weekly", "monthly"):
        return at + 1
    if at + 1 < len(words) and words[at].norm in _A and words[at + 1].norm in _PERIODS:
        return at + 2
    return None
