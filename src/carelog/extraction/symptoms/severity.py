"""How bad a symptom is, in words or on the scale of ten."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Severity

Stretch = tuple[int, int]

_SEVERITY: Final[PhraseTable[Severity]] = phrase_table(
    {
        "mild": """
            mild | mildly | slight | slightly | little | bit of | a little | a little bit | little bit of | a bit |
            a bit of | a touch of | a tad | minor | not too bad | not that bad | not so bad | not bad |
            faint | a hint of | low grade | halka | halki | halka sa | halki si | halki halki | thoda | thodi |
            thoda sa | thodi si | थोड़ा | थोड़ी | थोड़ा सा | थोड़ी सी | हल्का | हल्की | हल्का सा | हल्की सी |
            nothing major | nothing too bad | not severe | not terrible | barely noticeable | tolerable | manageable
        """,
        "moderate": """
            moderate | moderately | medium | so so | fairly bad | bearable
        """,
        "severe": """
            severe | severely | really bad | very bad | so bad | pretty bad | terrible | terribly |
            excruciating | unbearable | horrible | horribly | awful | intense | intensely | extreme |
            extremely | worst | agonizing | agonising | crippling | debilitating | killing | splitting |
            crushing | bahut | bahut zyada | bohot | bohat | बहुत | बहुत ज्यादा | बहुत ज़्यादा | tez | तेज | तेज़ |
            zor ka | zor se | ज़ोर का | quite bad | real bad | incredibly | awfully | a lot of | really strong |
            very strong | nasty | brutal | intolerable | insane | ridiculous | quite a lot of | tons of |
            a ton of | so much | can't stand | ca n't stand | ka bura haal
        """,
    }
)
_OTHER_SCALES: Final = word_set("energy mood sleep stress appetite spirits")
_COPULAS: Final = word_set(
    """
    is are was were 's been has have had feels felt feel gets get it it's about like a an at , probably
    ( so really be hai hain है हैं matlab in my the hurts raha rahi rehta rehti hota hoti
    """
)
_NOT: Final = word_set("n't not don't doesn't didn't")
_COUNTED: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS: Final = {"zero": 0} | {word: number for number, word in enumerate(_COUNTED, start=1)}


def severity(words: Sequence[Word], around: Stretch, first: int, end: int, following: int) -> Severity | None:
    """Said right before the mention, or after it through "is": "a really bad cough", "the pain is mild".

    `following` is where the next symptom is named: "cough, mild fever" says nothing of the cough.
    """
    for i in range(max(around[0], first - 4), first):
        match = _SEVERITY.at(words, i)
        if match is not None and i + match[0] <= first:
            return match[1]
    for i in range(first + 1, end - 1):  # "घुटनों में बहुत दर्द", "my knee really badly hurts"
        match = _SEVERITY.at(words, i)
        if match is not None and i + match[0] <= end:
            return match[1]
    lessened = any(word.norm in _NOT for word in words[around[0] : first])  # "I don't notice it so much"
    for i in range(end, min(around[1], following, end + 6)):
        match = _SEVERITY.at(words, i)
        if match is not None and lessened and words[i].norm == "so":
            return None
        if match is not None:
            return match[1] if i + match[0] < following else None
        if words[i].norm not in _COPULAS:
            break
    return None


def severity_said(words: Sequence[Word], around: Stretch) -> Severity | None:
    """The severity that an answer gives on its own: "a little bit", "it's terrible"."""
    match = next((m for i in range(around[0], min(around[1], around[0] + 6)) if (m := _SEVERITY.at(words, i))), None)
    return match[1] if match else None


def score(words: Sequence[Word], around: Stretch) -> int | None:
    """The number of "8 out of 10", "four over ten", "a 2/10"; of energy and the like it is none."""
    for i in range(*around):
        if words[i].norm in _OTHER_SCALES:
            return None  # "tired, energy is 3 out of 10"
        scale = [word.norm for word in words[i + 1 : i + 4]]
        if scale[:3] in (["out", "of", "10"], ["out", "of", "ten"]) or scale[:2] in (["/", "10"], ["over", "ten"]):
            return _counted(words[i])
    return None


def score_said(words: Sequence[Word], around: Stretch) -> int | None:
    """The first number of an answer that was asked for on a scale of ten: "about a seven"."""
    return next(
        (
            number
            for i in range(*around)
            if (number := _counted(words[i])) is not None and (i == around[0] or words[i - 1].norm != "not")
        ),
        None,
    )


def rated(score: int) -> Severity | None:
    """1 to 3 is mild, 4 to 6 moderate, 7 to 10 severe.

    The usual bands of the numeric rating scale for pain (Boonstra et al. 2016, Front Psychol 7:1466).
    """
    if score < 1:
        return None
    return "mild" if score <= 3 else "moderate" if score <= 6 else "severe"


def _counted(word: Word) -> int | None:
    value = _NUMBERS.get(word.norm, int(word.norm) if word.norm.isdecimal() else None)
    return value if value is not None and 0 <= value <= 10 else None
