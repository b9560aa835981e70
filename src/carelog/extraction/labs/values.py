"""Results in numbers: "your A1c is seven point two", "creatinine 110 micromoles per litre"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from carelog.extraction.calendar_words import MONTHS
from carelog.extraction.labs.mentions import Mention
from carelog.extraction.labs.units import unit_said
from carelog.extraction.measured import LINKS, in_range, untimed, with_unsaid_point
from carelog.extraction.numbers import Number
from carelog.extraction.slips import put_right
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.units import foreign_at
from carelog.extraction.vocabularies.labs import Lab, LabUnit
from carelog.extraction.wordsets import word_set

Comparator = Literal["<", ">"]

_FARTHEST: Final = 14  # words between a test and its value
_BETWEEN: Final = LINKS | word_set(
    """
    result results level levels count cells drawn labs lab test tests monday tuesday wednesday thursday friday saturday
    sunday january february march april may june july august september october november december last week month time
    year visit still holding steady stable improved improving decreased increased elevated than greater less < them
    borderline better worse great actually here which two three days weeks months ago they these report mildly slightly
    ordered blood from bit tiny touch slightly gir gaya gaye gayi ho badh ke gira badha , -
    """
)
_TOLD = word_set(
    """
    is was 's are were be been it's its that's of at = : came comes come level levels result results count runs running
    hai hain हैं tha thi aaya aayi shows showed has now came dropped fell rose went gir badh है था थी आया आई
    """
)
_PLAINLY = _TOLD | word_set("like about around approximately exactly only just back a an the serum ,")
_TRENDS = word_set("went gone dropped fell came rose climbed improved jumped increased decreased down up from")
_COMPARATORS: Final[dict[tuple[str, ...], Comparator]] = {
    ("less", "than"): "<",
    ("<",): "<",
    ("below",): "<",
    ("greater", "than"): ">",
    ("more", "than"): ">",
    (">",): ">",
}
_MONTHS: Final = MONTHS.keys() | {"mar"}
_SPANS = word_set("day days week weeks month months year years")
_TAKING = word_set("take taking takes took on start started starting prescribed give gave add added with daily")
_TAKING_REACH: Final = 8  # words
_ANEW: Final = word_set("today now currently down up then")
_REPEATING: Final = word_set("repeat repeated rechecked recheck repeating")
_TIMED: Final = 10  # words
_POINTLESS_BELOW: Final = 20
_PEOPLE: Final = frozenset({"people", "patients", "cases", "women", "men", "them", "the", "all", "those"})
_PRONOUNS: Final = frozenset({"one"})  # "the cholesterol one"


@dataclass(frozen=True, slots=True)
class Value:
    """Words `first` up to `end` say a value; `unit` None: nobody can have it, in no unit of the test."""

    first: int
    end: int
    value: float
    unit: LabUnit | None
    comparator: Comparator | None = None


def value_after(
    utterance: Utterance, mention: Mention, numbers: Sequence[Number], stop: int, *, listed: bool
) -> Value | None:
    """The value that is told of a test before word `stop`; `listed` where other tests of the turn have one too."""
    words = utterance.words
    k = next((k for k, number in enumerate(numbers) if mention.end <= number.first < stop), None)
    while k is not None and numbers[k].first - mention.end <= _FARTHEST:
        number = numbers[k]
        between = [word.norm for word in words[_after_its_drug(words, mention.end) : number.first]]
        if not _links(between) and not (len(between) <= _TIMED and _links(untimed(words, mention.end, number.first))):
            return None
        if _is_of_a_date(words, number):
            k = k + 1 if k + 1 < len(numbers) and numbers[k + 1].first < stop else None
            continue
        told = listed or not _TOLD.isdisjoint(between)
        if mention.lab.substance and not told and _is_taken(words, mention, number):
            return None
        plainly = all(norm in _PLAINLY for norm in between) and (told or not mention.lab.substance)
        return value_at(utterance, mention.lab, numbers, k, plainly=plainly)
    return None


def _after_its_drug(words: Sequence[Word], end: int) -> int:
    """Past what is taken: "your INR | on the warfarin | came back 3.4"."""
    on = [word.norm for word in words[end : end + 2]]
    return end + 3 if on in (["on", "the"], ["on", "your"], ["with", "the"]) and end + 3 < len(words) else end


def value_anew(utterance: Utterance, mention: Mention, numbers: Sequence[Number], end: int, stop: int) -> Value | None:
    """Another value of a test whose first was told up to word `end`: "7.9 six months ago, and today it's 7.1"."""
    words = utterance.words
    k = next((k for k, number in enumerate(numbers) if end <= number.first < stop), None)
    while k is not None and numbers[k].first - end <= _FARTHEST:
        number = numbers[k]
        if _is_of_a_date(words, number):
            k = k + 1 if k + 1 < len(numbers) and numbers[k + 1].first < stop else None
            continue
        if [word.norm for word in words[end : number.first]][-2:] in (["up", "from"], ["down", "from"]):
            return None  # "Creatinine 1.2, up from 1.0"
        between = untimed(words, end, number.first)
        if not _REPEATING.isdisjoint(between):  # "5.9 but hemolyzed, repeat 4.2"
            between = [*between[max(i for i, norm in enumerate(between) if norm in _REPEATING) + 1 :], "now"]
        if number.end < len(words) and words[number.end].norm == "now":
            between = [*between, "now"]  # "8.9 in June and it's 7.4 now"
        anew = not _ANEW.isdisjoint(between) and _links([norm for norm in between if norm not in _ANEW])
        return value_at(utterance, mention.lab, numbers, k, plainly=False) if anew else None
    return None


def _is_taken(words: Sequence[Word], mention: Mention, number: Number) -> bool:
    """ "I take vitamin D 1000": no result, as far as nothing tells of one."""
    before = [word.norm for word in words[max(0, mention.first - _TAKING_REACH) : mention.first]]
    after = words[number.end].norm if number.end < len(words) else ""
    usual = mention.lab.units[0].holds(number.value)
    return not usual or after.isalpha() or not _TAKING.isdisjoint(before)


def _links(between: Sequence[str]) -> bool:
    return all(norm in _BETWEEN for norm in between if norm[0].isalpha() or norm in "<>?")


def value_at(utterance: Utterance, lab: Lab, numbers: Sequence[Number], k: int, *, plainly: bool) -> Value | None:
    """Number `k` as a value of the test, or what puts it right; None where it is a dose, a range, or of something else.

    `plainly`: it is surely said of the test, so that a value that nobody can have is a slip of the value.
    """
    words = utterance.words
    if k + 1 < len(numbers) and _came_from(words, numbers, k):
        k += 1
    elif in_range(utterance, numbers, k):
        return None
    comparator = _comparator(words, numbers[k].first)
    first = numbers[k].first - (len(comparator[0]) if comparator else 0)
    read = _read(words, lab, numbers, k, plainly=plainly)
    right = put_right(words, numbers, k, read.end) if read else None
    if right is not None and (anew := _read(words, lab, numbers, right, plainly=True)) is not None:
        read = anew
    if read is None:
        return None
    return Value(first, read.end, read.value, read.unit, comparator[1] if comparator else None)


def _read(words: Sequence[Word], lab: Lab, numbers: Sequence[Number], k: int, *, plainly: bool) -> Value | None:
    number = numbers[k]
    if lab.pointless and number.value < _POINTLESS_BELOW:
        number = with_unsaid_point(words, numbers, k)
    if number.end < len(words) and words[number.end].norm == "k":  # "White count 12k"
        number = number._replace(end=number.end + 1, value=number.value * 1000)
    said = unit_said(lab, words, number.end)
    if said is not None:
        length, unit = said
        if unit is None or _is_share(words, number.end + length):
            return None
        return Value(number.first, number.end + length, number.value, unit if unit.holds(number.value) else None)
    if number.end - number.first == 1 and words[number.first].norm in _PRONOUNS:
        return None
    if foreign_at(words, number.end) or (number.end < len(words) and words[number.end].norm in {"meq", "iu", "mgs"}):
        return None
    unit = lab.unit_for(number.value)
    return Value(number.first, number.end, number.value, unit) if unit or plainly else None


def _is_share(words: Sequence[Word], end: int) -> bool:
    """ "60 percent | of people"."""
    after = [word.norm for word in words[end : end + 2]]
    return len(after) == 2 and after[0] == "of" and after[1] in _PEOPLE


def _came_from(words: Sequence[Word], numbers: Sequence[Number], k: int) -> bool:
    """ "Went from 8.4 to 7.1": the second is the result."""
    number, following = numbers[k], numbers[k + 1]
    led = [word.norm for word in words[max(0, number.first - 4) : number.first]]
    gap = [word.norm for word in words[number.end : following.first]]
    return "from" in led[-2:] and not _TRENDS.isdisjoint(led) and bool(gap) and gap[-1] == "to" and len(gap) <= 3


def _comparator(words: Sequence[Word], first: int) -> tuple[tuple[str, ...], Comparator] | None:
    for said, sign in _COMPARATORS.items():
        if tuple(word.norm for word in words[max(0, first - len(said)) : first]) == said:
            return said, sign
    return None


def _is_of_a_date(words: Sequence[Word], number: Number) -> bool:
    """ "On March 4", "two weeks ago", "in 2024", "3/4/24"."""
    before = words[number.first - 1].norm if number.first else ""
    after = [word.norm for word in words[number.end : number.end + 1]]
    year = before in {"in", "since"} and number.value.is_integer() and 1900 <= number.value <= 2100
    return before in _MONTHS or year or not _SPANS.isdisjoint(after)
