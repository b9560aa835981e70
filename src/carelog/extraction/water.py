"""Water that was drunk, with how much of it.

Only what has an amount is written: "plenty of water" or "not enough" say nothing that could be added up.
"""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction import claims
from carelog.extraction.exchange import AnswerKind, read_answer, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.payload import Quantity
from carelog.record.types.water import Water

_WATER = word_set("water paani pani पानी")
_MILLILITRES: dict[str, float] = {
    word: size
    for words, size in (
        ("litre litres liter liters l ltr ltrs लीटर", 1000.0),
        ("ml mls milliliter milliliters millilitre millilitres", 1.0),
        ("ounce ounces oz", 29.5735295625),  # US fluid ounce, as defined by NIST Handbook 44, appendix C
        ("gallon gallons", 3785.411784),
    )
    for word in words.split()
}
_VESSELS = word_set(
    """
    glass glasses cup cups bottle bottles gilas mug mugs jug jugs tumbler tumblers pint pints गिलास sip sips can
    cans
    """
)
_DRANK = word_set("drank drunk had took finished")
_DRINK = word_set("drink drinking drinks have take having taking")
_DRANK_HINDI = word_set("piya piye peeya pee pi peeta peeti पिया पीया पीता पीती")
_SIZES = word_set("big large small full tall whole good more litre liter ml oz ounce")
_RATES = ("a day", "per day", "every day", "each day", "a night", "daily", "everyday", "today", "yesterday")
_NOT_DRUNK = word_set(
    """
    weight pill pills retention polo heater bottle intake soluble melon aerobics bed tablet tablets in
    """
)
_ASKING = word_set("drink drinking drank drunk much many intake hydrated have had fluids")
_REACH = 8  # words between the verb and the amount


class _Amount(NamedTuple):
    """Words `first` up to `end` say how much; `millilitres` None where only vessels were counted."""

    first: int
    end: int
    millilitres: float | None


def find_water(dialogue: Sequence[Utterance]) -> list[Finding]:
    """Every amount of water the subject is said to drink or to have drunk, in order.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "I drank two litres of water today. You should drink 3 litres of water."
    >>> [finding.payload.headline() for finding in find_water(read([Turn(0, said, "/t")]))]
    ['water: 2000 mL']
    """
    found: list[Finding] = []
    waters_before: list[int] = []
    for i, utterance in enumerate(dialogue):
        waters = [k for k, word in enumerate(utterance.words) if word.norm in _WATER]
        asked, waters_before = waters_before, waters
        if not (asked or waters) or not claims.speaks_for_subject(utterance):
            continue
        finding = _stated(utterance, waters) if waters else None
        if asked and finding is None and not same_speaker(dialogue[i - 1], utterance):
            finding = _answered(dialogue[i - 1], utterance)
        if finding:
            found.append(finding)
    return found


def _stated(utterance: Utterance, waters: Sequence[int]) -> Finding | None:
    words = utterance.words
    numbers = find_numbers(utterance)
    for water in waters:
        if water + 1 < len(words) and words[water + 1].norm in _NOT_DRUNK:
            continue
        amount = _amount_of(utterance, water, numbers)
        verb = amount and _drinking(utterance, min(amount.first, water), max(amount.end, water + 1))
        if amount and verb is not None:
            first = min(verb, amount.first, water)
            return _finding(utterance, amount, (first, max(amount.end, water + 1)), ())
    return None


def _amount_of(utterance: Utterance, water: int, numbers: Sequence[Number]) -> _Amount | None:
    """ "Two litres of water", "6 glasses water", "water, about two litres"."""
    words = utterance.words
    before = water - (words[water - 1].norm == "of") if water else 0
    for k, number in enumerate(numbers):
        amount = _measured(utterance, numbers, k)
        if amount and (amount.end == before or 0 <= number.first - water - 1 <= 4):
            return amount
    if before >= 2 and words[before - 1].norm in _VESSELS and words[before - 2].norm in {"a", "an", "one"}:
        return _Amount(before - 2, before, None)
    return None


def _measured(utterance: Utterance, numbers: Sequence[Number], k: int) -> _Amount | None:
    """Number `k` with its unit; "two to three litres" is kept in words only."""
    words, number = utterance.words, numbers[k]
    end = number.end
    while end < len(words) and words[end].norm in _SIZES and words[end].norm not in _MILLILITRES:
        end += 1
    if end >= len(words) or not (words[end].norm in _MILLILITRES or words[end].norm in _VESSELS):
        return None
    size = _MILLILITRES.get(words[end].norm)
    end += 1
    if size is not None and end < len(words) and words[end].norm in _VESSELS:
        end += 1  # "two 500 ml bottles": how many is not sure
        size = None
    first = number.first
    if k:
        gap = [word.norm for word in words[numbers[k - 1].end : number.first]]
        if gap in ([], ["to"], ["or"], ["-"]):
            first, size = numbers[k - 1].first, None
    return _Amount(first, end, None if size is None else number.value * size)


def _drinking(utterance: Utterance, first: int, end: int) -> int | None:
    """The verb by which the subject drank what stands at words `first` to `end`."""
    words = utterance.words
    for k in range(first - 1, max(-1, first - _REACH), -1):
        norm = words[k].norm
        if norm in _DRANK or norm in _DRINK:
            bare = norm in _DRANK or norm in {"drinking", "taking", "having"}
            return k if claims.own_act(utterance, k, bare=bare) else None
        if norm in ".?!":
            break
    for k in range(end, min(len(words), end + 3)):
        if words[k].norm in _DRANK_HINDI:
            start = claims.clause_start(words, first)
            denied = any(word.norm in claims.DENYING or word.norm == "agar" for word in words[start : k + 2])
            return None if denied else first
    # A note of a few words: "2 litres water", "6 glasses of water today".
    opening = claims.clause_start(words, first)
    return first if first == opening and end >= len(words) - 3 else None


def _answered(asking: Utterance, utterance: Utterance) -> Finding | None:
    """ "How much water do you drink?" "About two litres." """
    for question in claims.asked_in(asking):
        norms = {word.norm for word in asking.words[question.first : question.end]}
        if not (norms & _WATER and norms & _ASKING) or norms & {"should", "if", "would", "could"}:
            continue
        said = read_answer(utterance, utterance.turn.index)
        if said is None or said.kind is AnswerKind.NO:
            return None
        numbers = find_numbers(utterance)
        amount = next((a for k in range(len(numbers)) if (a := _measured(utterance, numbers, k))), None)
        if amount is None or amount.first > _REACH:
            return None
        if any(word.norm in claims.DENYING | claims.SUPPOSING for word in utterance.words[: amount.first]):
            return None
        span = Span(asking.turn.index, asking.words[question.first].start, asking.words[question.end - 1].end)
        return _finding(utterance, amount, (amount.first, amount.end), (span,))
    return None


def _finding(utterance: Utterance, amount: _Amount, quoted: tuple[int, int], more: tuple[Span, ...]) -> Finding:
    words = utterance.words
    end = _with_rate(words, quoted[1])
    said = utterance.quote(amount.first, max(amount.end, end))
    if len(said) > 80:
        said = utterance.quote(amount.first, amount.end)
    ml = amount.millilitres
    quantity = Quantity(value=round(ml, 0), unit="mL") if ml is not None and 0 < ml <= 20000 else None
    span = Span(utterance.turn.index, words[quoted[0]].start, words[end - 1].end)
    return Finding("water", Water(amount=quantity, said=said), (span, *more))


def _with_rate(words: Sequence[Word], end: int) -> int:
    for length in (2, 1):
        rate = [word.norm for word in words[end : end + length]]
        if " ".join(rate) in _RATES:
            return end + len(rate)
    return end
