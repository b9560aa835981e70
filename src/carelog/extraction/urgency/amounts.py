"""Signs that are numbers: the age of an infant, the weeks of a pregnancy, how many tablets were taken, a glucose told
without a unit."""

from collections.abc import Iterator, Sequence
from typing import Final

from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.urgency.mention import Mention
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

INFANT: Final = "under three months"
INFANT_FEVER: Final = "fever of an own infant"
PREGNANT: Final = "pregnant"
GLUCOSE_FAR_OUT: Final = "glucose of 30 to 39 without a unit"
GLUCOSE_OUT: Final = "glucose of 17 to 29 without a unit"

_AGES: Final = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30.4, "months": 30.4}
_INFANT_DAYS: Final = 90

_CHILDREN: Final = word_set("baby son daughter newborn infant boy girl grandson granddaughter")
_FEVER: Final = word_set("fever feverish bukhar")
_TEMPERATURE: Final = word_set("temperature temp")
_ONESELF: Final = word_set("i i'm i've im ive me myself")
_FEVERS: Final = ((38, 43), (100.4, 108))  # degrees Celsius, degrees Fahrenheit

_BLEEDING: Final = word_set("bleeding bled spotting")
_I_AM: Final = word_set("i'm im am")
_ABOUT: Final = word_set("about almost nearly around only just now like")
_WEEKS: Final = range(4, 43)
_WITH_CHILD: Final = word_set("and pregnant along with bleeding spotting gestation")

_MANY: Final = 10
_PILLS: Final = word_set("pills tablets capsules goliyan goliyaan")
# Counted in tablets, and of what strength one of those is besides: "took 50 tramadol" may be one of 50 mg.
_STRENGTHS: Final[dict[str, frozenset[float]]] = {
    **dict.fromkeys(
        word_set(
            """
            paracetamol acetaminophen tylenol panadol crocin dolo calpol ibuprofen advil motrin nurofen brufen naproxen
            aleve excedrin combiflam disprin metformin gabapentin lorazepam ativan clonazepam klonopin alprazolam xanax
            """
        ),
        frozenset[float](),
    ),
    "aspirin": frozenset({75, 81}),
    "diazepam": frozenset({10}),
    "valium": frozenset({10}),
    "zolpidem": frozenset({10}),
    "ambien": frozenset({10}),
    "tramadol": frozenset({50}),
    "codeine": frozenset({15, 30, 60}),
    "amitriptyline": frozenset({10, 25, 50, 75}),
    "quetiapine": frozenset({25, 50}),
    "sertraline": frozenset({25, 50}),
    "benadryl": frozenset({25, 50}),
    "vicodin": frozenset({10}),
    "norco": frozenset({10}),
    "percocet": frozenset({10}),
}
_COUNTED: Final = _PILLS | _STRENGTHS.keys()
_A_TABLET: Final = 100  # a number from here on is the strength of one, and no count
_TAKEN: Final = word_set("took taken swallowed swallow ate downed popped ingested gulped kha khayi khaya li nigal")
_ADJECTIVES: Final = 2
_BETWEEN: Final = 4  # words: "sixteen of my mum's tablets"
_ONLY_BETWEEN: Final = word_set("of the those my more se zyada jyada")
_TAKEN_AFTER: Final = word_set("kha khayi khaya nigal")
_HEAP: Final = word_set("bunch handful fistful")
_HEAP_REACH: Final = 6  # words: "a bunch of my mum's tablets"
_OVER_TIME: Final = word_set("days weeks months years month year week daily each every per always usual usually")
_INSTEAD_REACH: Final = 6  # words
_TIMES: Final = 3
_JUST_NOW: Final = word_set("ago today tonight now")

_SUGAR: Final = word_set("sugar sugars sugar's glucose bg glucometer शुगर")
_ASKING: Final = word_set("? what what's kitna kitni")
_ASKING_ELSE: Final = word_set("old age many when long often weigh weight g gram grams spoons tea coffee")
_IS: Final = word_set(
    """
    is was 's at level levels reading reads says it's now just about around only came went dropped fell to up down hai
    है
    """
)
_GLUCOSES: Final = {GLUCOSE_OUT: (17, 30), GLUCOSE_FAR_OUT: (30, 40)}
_BARE: Final = 6  # words of an answer
_OF_SOMETHING_ELSE: Final = word_set(
    "g gram grams gm mg mmol mmols millimoles percent % years year units minutes days over / pounds kg calories times"
)
TRIGGERS: Final = (
    _STRENGTHS.keys() | {f"{name}s" for name in _STRENGTHS} | _SUGAR | _PILLS | _BLEEDING | {"units", "old", "along"}
)


def amounts(utterance: Utterance) -> Iterator[Mention]:
    """Every sign that is a number."""
    norms = utterance.norms
    aged, taken, sugar = "old" in norms, not norms.isdisjoint(_TAKEN), not norms.isdisjoint(_SUGAR)
    bleeding = not norms.isdisjoint(_BLEEDING)
    if not (aged or taken or sugar or bleeding):
        return
    numbers = find_numbers(utterance)
    if aged:
        yield from _infants(utterance, numbers)
        yield from _infants_fevers(utterance, numbers)
    if bleeding:
        yield from _weeks_along(utterance, numbers)
    if taken:
        yield from _instead(utterance, numbers)
        yield from _many_tablets(utterance, numbers)
    if sugar:
        yield from _sugars(utterance, numbers)


def asks_how_many_were_taken(utterance: Utterance) -> bool:
    """ "How many paracetamol did you take?"."""
    norms = [word.norm for word in utterance.words]
    return utterance.norms.isdisjoint(_OVER_TIME) and any(
        norms[i : i + 2] == ["how", "many"]
        and not _COUNTED.isdisjoint(norms[i + 2 : i + 6])
        and not {"did", "have", "has"}.isdisjoint(norms[i + 2 : i + 8])
        and not {"take", "taken", "swallow", "swallowed"}.isdisjoint(norms[i + 2 :])
        for i in range(len(norms))
    )


def many_in_answer(reply: Utterance) -> Mention | None:
    """The number of tablets that a reply to such a question names first, where that is many."""
    number = next(iter(find_numbers(reply)), None)
    if number is None or not _MANY <= number.value < _A_TABLET or _lasted(reply, number.first):
        return None
    return Mention("overdose", number.first, number.end)


def _infants(utterance: Utterance, numbers: Sequence[Number]) -> Iterator[Mention]:
    """ "Six weeks old"."""
    words = utterance.words
    for i, word in enumerate(words):
        if word.norm != "old" or i < 2 or words[i - 1].norm not in _AGES:
            continue
        number = next((n for n in numbers if n.end == i - 1), None)
        count = number.value if number else 1 if words[i - 2].norm in ("a", "one") else None
        if count is not None and 0 < count * _AGES[words[i - 1].norm] <= _INFANT_DAYS:
            yield Mention(INFANT, number.first if number else i - 2, i + 1)


def _infants_fevers(utterance: Utterance, numbers: Sequence[Number]) -> Iterator[Mention]:
    """ "My baby is two weeks old and has | a fever": of the speaker's own, where the speaker is not the subject."""
    words = utterance.words
    for age in _infants(utterance, numbers):
        begin, end = utterance.sentence_at(age.first)
        own = any(
            words[i].norm == "my" and (i + 1 == age.first or words[i + 1].norm in _CHILDREN)
            for i in range(begin, age.first)
        )
        for i in range(age.end, end if own else age.end):
            if words[i].norm in _ONESELF:
                break
            if words[i].norm in _FEVER or (words[i].norm in _TEMPERATURE and _is_fever(numbers, i, end)):
                yield Mention(INFANT_FEVER, i, i + 1)
                break


def _is_fever(numbers: Sequence[Number], i: int, end: int) -> bool:
    return any(i < n.first < end and any(low <= n.value < high for low, high in _FEVERS) for n in numbers)


def _weeks_along(utterance: Utterance, numbers: Sequence[Number]) -> Iterator[Mention]:
    """ "I'm 34 weeks and bleeding", and not "I'm six weeks out from the surgery"."""
    words = utterance.words
    for number in numbers:
        k = number.first - 1
        while k >= 0 and words[k].norm in _ABOUT:
            k -= 1
        following = [word.norm for word in words[number.end : number.end + 2]]
        if k < 0 or words[k].norm not in _I_AM or number.value not in _WEEKS or following[:1] != ["weeks"]:
            continue
        if len(following) == 1 or following[1] in _WITH_CHILD:
            yield Mention(PREGNANT, k, number.end + 1)


def _many_tablets(utterance: Utterance, numbers: Sequence[Number]) -> Iterator[Mention]:
    """ "I took twenty paracetamol tablets", and not "took losartan 50" nor "twenty over the last month"."""
    words = utterance.words
    for i, word in enumerate(words):
        if _counted(word) is None:
            continue
        heap = next((k for k in range(i - 1, max(-1, i - _HEAP_REACH), -1) if words[k].norm in _HEAP), None)
        if heap is not None and any(words[k].norm in _TAKEN for k in range(max(0, heap - 3), heap)):
            yield Mention("overdose", heap, i + 1)
            continue
        number = next((n for n in reversed(numbers) if n.end <= i <= n.end + _BETWEEN), None)
        if number is None or number.value < _MANY or not _is_count(words, number, i) or _lasted(utterance, i):
            continue
        before = range(number.first - 1, max(-1, number.first - 4), -1)
        after = range(i + 1, min(len(words), i + 4))  # "das goliyan kha li"
        if any(words[k].norm in _TAKEN for k in before):
            yield Mention("overdose", next(k for k in before if words[k].norm in _TAKEN), i + 1)
        elif any(words[k].norm in _TAKEN_AFTER for k in after):
            yield Mention("overdose", number.first, i + 1)


def _is_count(words: Sequence[Word], number: Number, i: int) -> bool:
    between = [word.norm for word in words[number.end : i]]
    name = _counted(words[i])
    if name is None or name in _PILLS:
        return len(between) <= _ADJECTIVES or between[0] == "of" or _ONLY_BETWEEN.issuperset(between)
    return number.value < _A_TABLET and number.value not in _STRENGTHS[name] and _ONLY_BETWEEN.issuperset(between)


def _counted(word: Word) -> str | None:
    """What is counted in tablets, without its plural: "paracetamols"."""
    return next((name for name in (word.norm, word.norm.removesuffix("s")) if name in _COUNTED), None)


def _lasted(utterance: Utterance, i: int) -> bool:
    norms = {word.norm for word in utterance.words[slice(*utterance.sentence_at(i))]}
    return not norms.isdisjoint(_OVER_TIME) and norms.isdisjoint(_JUST_NOW)


def _instead(utterance: Utterance, numbers: Sequence[Number]) -> Iterator[Mention]:
    """ "I took 60 units instead of 6"."""
    words = utterance.words
    for i, word in enumerate(words[:-2]):
        if word.norm != "instead" or words[i + 1].norm != "of":
            continue
        right = next((n for n in numbers if i + 2 <= n.first <= i + 3), None)
        taken = [n for n in numbers if i - _INSTEAD_REACH <= n.first < i]
        if right is not None and taken and taken[0].value >= _TIMES * right.value > 0:
            yield Mention("overdose", taken[0].first, right.end)


def asks_how_far_along(utterance: Utterance) -> bool:
    """ "How far along are you?"."""
    return {"far", "along", "you"} <= utterance.norms


def weeks_in_answer(reply: Utterance) -> Mention | None:
    """The weeks of a pregnancy in a reply to such a question."""
    number = next(iter(find_numbers(reply)), None)
    if number is None or number.value not in _WEEKS or len(reply.words) > _BARE:
        return None
    return Mention(PREGNANT, number.first, number.end)


def asks_for_glucose(utterance: Utterance) -> bool:
    """ "What's your sugar?"."""
    norms = utterance.norms
    return not (norms.isdisjoint(_SUGAR) or norms.isdisjoint(_ASKING)) and norms.isdisjoint(_ASKING_ELSE)


def glucose_in_answer(reply: Utterance) -> Mention | None:
    """The number that is all of a reply to such a question, where it is out of bounds in any unit."""
    numbers = find_numbers(reply)
    if len(numbers) != 1 or len(reply.words) > _BARE or not reply.norms.isdisjoint(_OF_SOMETHING_ELSE):
        return None
    sign = _glucose(numbers[0].value)
    return Mention(sign, numbers[0].first, numbers[0].end) if sign else None


def _sugars(utterance: Utterance, numbers: Sequence[Number]) -> Iterator[Mention]:
    """ "My sugar is 38": an emergency in mg/dL, and one in mmol/L."""
    words = utterance.words
    for number in numbers:
        sign = _glucose(number.value)
        if sign is None:
            continue
        k = number.first - 1
        while k >= 0 and words[k].norm in _IS:
            k -= 1
        unit = words[number.end].norm if number.end < len(words) else ""
        if k >= 0 and words[k].norm in _SUGAR and unit not in _OF_SOMETHING_ELSE:
            yield Mention(sign, k, number.end)


def _glucose(value: float) -> str | None:
    return next((sign for sign, (least, most) in _GLUCOSES.items() if least <= value < most), None)
