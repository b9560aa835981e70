"""Results in words: "the strep test came back negative", "your potassium is a little low"."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from carelog.extraction.labs.mentions import Mention
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set


class Told(NamedTuple):
    """Words `first` up to `end` say how a result is; `text` in those words, without what is no part of it."""

    first: int
    end: int
    text: str


# True: what a test of an illness can be, too.
_RESULTS: Final = phrase_table(
    {
        True: """
            पॉज़िटिव | पॉजिटिव | नेगेटिव | निगेटिव |
            negative | positive | detected | reactive | non reactive | nonreactive | inconclusive | indeterminate
        """,
        False: """
            normal | abnormal | within normal limits | within normal range | within the normal range |
            in the normal range | in normal range | in the normal limits | unremarkable | fine | good | great |
            excellent | perfect | okay | ok | stable | elevated | high | low | borderline | borderline high |
            borderline low | on the high side | on the low side | on the higher side | on the lower side | clear |
            clean | appropriate | got worse | got better | improved | better | worse | bad | off | theek | thik |
            badha hua | badhi hui | zyada | kam | ठीक | बढ़ा हुआ | बढ़ी हुई | ज्यादा | ज़्यादा | कम
        """,
    }
)
_DEGREES: Final = word_set(
    """
    a little bit slightly mildly very really pretty quite somewhat too so still significantly markedly extremely
    completely totally perfectly all much kind of sort just way entirely touch tad thoda thodi bahut थोड़ा थोड़ी बहुत
    """
)
_NOT: Final = word_set("not n't wasn't isn't weren't aren't hasn't nahi नहीं")
_BETWEEN: Final = word_set(
    """
    is was are were came come back 's it its it's that that's been has have being test tests result results level levels
    returned shows show showed showing looks look looked looking seems seem seemed remains stays stay stayed turned out
    to be and , : - um uh the here today yesterday everything which they're they also actually all count as for says
    report hai tha thi the aaya aayi aai है था थी आया आई
    """
)
_TELLING: Final = word_set(
    """
    is was are were came 's it's that's been returned shows showed looks look looked looking seems seemed remains stayed
    turned : they're hai tha thi aaya aayi है था थी आया आई
    """
)
_REACH: Final = 9  # words between a test and its result
_ATTRIBUTIVE: Final = word_set(
    """
    risk dose doses enough cholesterol blood fat carb news to idea job on thing range in gentleman man woman male female
    patient person lady
    """
)
_VERDICTS: Final = word_set("high low normal elevated borderline good great fine excellent perfect okay abnormal")
_LEADING: Final = word_set(", which is that's that it's so 's and a")
_HINDI_VERBS: Final = word_set("hai hain हैं tha thi the aaya aayi aai nikla nikli है था थी आया आई निकला")
_GREW: Final = word_set("grew grows growing")
_GROWN_ENDS: Final = word_set(", ; and so but which ? ! that it we i you")
_MOST_GROWN: Final = 5  # words
_POSITIVE_FOR: Final = frozenset({"positive", "negative"})


def told_after(words: Sequence[Word], mention: Mention, stop: int) -> Told | None:
    """How the result of a test is told to be before word `stop`."""
    k, telling = mention.end, False
    while k < min(stop, mention.end + _REACH):
        told = told_at(words, k, illness=mention.lab.illness)
        if told is not None:
            if told.end == stop < len(words):
                return None  # "The panel showed elevated cholesterol": it is said of what follows
            direct = (mention.lab.illness and k == mention.end) or _is_told_in_hindi(words, told.end)
            return told if telling or direct else None
        if words[k].norm not in _BETWEEN:
            return None
        telling = telling or words[k].norm in _TELLING
        k += 1
    return None


def _is_told_in_hindi(words: Sequence[Word], end: int) -> bool:
    """ "Thyroid normal aaya hai": the verb comes last."""
    return end < len(words) and words[end].norm in _HINDI_VERBS


def told_at(words: Sequence[Word], k: int, *, illness: bool) -> Told | None:
    """A result in words that begins at word `k`: "a little low", "not elevated"."""
    i, denied = k, False
    while i < len(words) and (words[i].norm in _NOT or words[i].norm in _DEGREES):
        denied = denied or words[i].norm in _NOT
        i += 1
    found = _RESULTS.at(words, i) if i < len(words) else None
    if found is None or (illness and not found[1]):
        return None
    end = i + found[0]
    if end < len(words) and words[end].norm in _ATTRIBUTIVE:
        return None
    said = " ".join(word.norm for word in words[k:end] if word.norm not in _NOT).removeprefix("all ")
    return Told(k, end, f"not {said}" if denied else said)


def grown_after(utterance: Utterance, mention: Mention) -> Told | None:
    """What a culture "grew"."""
    words, k = utterance.words, mention.end
    if not mention.lab.name.endswith("culture") or k + 1 >= len(words) or words[k].norm not in _GREW:
        return None
    end = k + 1
    while end < min(len(words), k + _MOST_GROWN) and words[end].norm not in _GROWN_ENDS:
        if words[end].norm == "." and len(words[end - 1].norm) > 1:  # "E. coli" goes on
            break
        end += 1
    return Told(k, end, utterance.quote(k, end)) if end > k + 1 else None


def verdict_after(words: Sequence[Word], end: int) -> Told | None:
    """What is said of a value right after it: "162, which is high", "5.4, that's normal"."""
    k = end
    while k < min(len(words), end + 4) and words[k].norm in _LEADING:
        k += 1
        told = told_at(words, k, illness=False) if k < len(words) else None
        if told is not None and not _VERDICTS.isdisjoint(told.text.split()):
            return told
    return None


def verdict_between(words: Sequence[Word], first: int, end: int) -> Told | None:
    """What is said of a value before it: "a bit low at 3.2"."""
    for k in range(first, end):
        told = told_at(words, k, illness=False)
        if told is not None and told.end <= end and not _VERDICTS.isdisjoint(told.text.split()):
            return told
    return None


def told_before(words: Sequence[Word], mentions: Sequence[Mention]) -> Iterator[tuple[Mention, Told]]:
    """ "Positive for strep", "you tested negative for COVID and flu"."""
    for mention in mentions:
        k = mention.first - 1
        while k >= 0 and words[k].norm in {"or", "and", ",", "the", "both"} | {m.lab.name.lower() for m in mentions}:
            k -= 1
        k = next((m.first - 1 for m in mentions if m.first <= k < m.end), k)
        if mention.lab.illness and k and words[k].norm == "for" and words[k - 1].norm in _POSITIVE_FOR:
            yield mention, Told(k - 1, k, words[k - 1].norm)
