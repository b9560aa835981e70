"""Water that was drunk, with how much of it.

Only what has an amount is written: "plenty of water" or "not enough" say nothing that could be added up.
"""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction import claims
from carelog.extraction.exchange import AnswerKind, read_answer, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.measured import in_short, with_approximation
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.slips import puts_right, says_only
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
_DRANK_HINDI = word_set("पी पिए pi piya piye peeya pee pi peeta peeti पिया पीया पीता पीती")
_KINDS = word_set("warm hot cold plain lukewarm tap drinking filtered boiled cool iced ice mineral sparkling bottled")
_CUPS = word_set("sippy tea coffee paper plastic steel small big")
_OTHER_DRINKS = word_set("nimbu neembu coconut nariyal jeera lemon rose barley tonic soda ajwain saunf")
_SIZES = word_set("big large small full tall whole good more litre liter ml oz ounce")
_RATES = ("a day", "per day", "every day", "each day", "a night", "daily", "everyday", "today", "yesterday")
_NOT_DRUNK = word_set(
    """
    weight pill pills retention polo heater bottle intake soluble melon aerobics bed tablet tablets in
    """
)
_DRINKING = word_set("drink drinking fluids fluid peete pee पानी")
_ASKING_OTHERWISE = word_set("should if would could alcohol beer wine coffee tea soda often smoke week weekends")
_ASKING = word_set(
    """
    drink drinking drank drunk much many intake hydrated have had fluids kitna kitni kitne piya piye peete peeti
    """
)
_FRAGMENT = word_set("and what about any how ? ,")
_BESIDE_A_NOTE = word_set(
    """
    today yesterday so far total in all this morning afternoon evening tonight now only just about around maybe
    already day a per till yes also and plus , . ! : - me mein aaj kal abhi tak bhi आज कल अब तक bas
    """
)
_REACH = 8  # words between the verb and the amount
_MOST_VESSELS = 12
_LONGEST = 80  # characters of what was said
_VOLUMES = _MILLILITRES.keys() - {"l", "ml", "mls"}


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
    asking = False
    for i, utterance in enumerate(dialogue):
        spoken_of = not _WATER.isdisjoint(utterance.norms)
        waters = [k for k, word in enumerate(utterance.words) if word.norm in _WATER] if spoken_of else []
        asked, asking = asking, spoken_of or not _DRINKING.isdisjoint(utterance.norms)
        if not (asked or waters or found) or not claims.speaks_for_subject(utterance):
            continue
        if found and not waters and puts_right(dialogue, i, found[-1].spans[0].turn):
            found = _put_right(found, utterance)
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
        if water and words[water - 1].norm in _OTHER_DRINKS:
            continue
        amount = _amount_of(utterance, water, numbers)
        if amount and amount.first and words[amount.first - 1].norm == "with":
            continue  # "I take it with a glass of water"
        verb = amount and _drinking(utterance, min(amount.first, water), max(amount.end, water + 1))
        if amount and verb is not None:
            first = min(verb, amount.first, water)
            return _finding(utterance, amount, (first, max(amount.end, water + 1)), ())
    return None


def _amount_of(utterance: Utterance, water: int, numbers: Sequence[Number]) -> _Amount | None:
    """ "Two litres of water", "6 glasses water", "water, about two litres"."""
    words = utterance.words
    before = water
    while before and words[before - 1].norm in _KINDS:
        before -= 1
    before -= before > 0 and words[before - 1].norm == "of"
    stop = utterance.sentence_at(water)[1]
    for k, number in enumerate(numbers):
        amount = _measured(utterance, numbers, k) if number.first < stop else None
        if amount and (amount.end == before or 0 <= number.first - water - 1 <= 6):
            return amount
    for k in range(max(0, before - 5), before):
        single = _single(words, k)
        if single is not None and single.end == before:
            return single
    if before >= 2 and words[before - 1].norm in _VESSELS and words[before - 2].norm in {"a", "an", "one"}:
        return _Amount(before - 2, before, None)
    return None


def _measured(utterance: Utterance, numbers: Sequence[Number], k: int) -> _Amount | None:
    """Number `k` with its unit; "two to three litres" is kept in words only."""
    words, number = utterance.words, numbers[k]
    end = number.end
    while end < len(words) and words[end].norm in _SIZES and words[end].norm not in _MILLILITRES:
        end += 1
    if number.value == 0.5 and end < len(words) and words[end].norm in {"a", "an"}:
        end += 1  # "half a litre"
        end += end < len(words) and words[end].norm in _CUPS  # "half a sippy cup"
    if end >= len(words) or not (words[end].norm in _MILLILITRES or words[end].norm in _VESSELS):
        return None
    size = _MILLILITRES.get(words[end].norm)
    end += 1
    first, before = number.first, numbers[k - 1] if k else None
    gap = [word.norm for word in words[before.end : first]] if before else None
    if size is not None and end < len(words) and words[end].norm in _VESSELS:
        return _filled(words, before if gap == [] else None, first, end + 1, number.value * size)
    if before and gap in ([], ["to"], ["or"], ["-"]):
        first, size = before.first, None
    return _Amount(first, end, None if size is None else number.value * size)


def _filled(words: Sequence[Word], count: Number | None, first: int, end: int, each: float) -> _Amount:
    """ "A 500 ml bottle", "two 500 ml bottles"; of bottles that nobody counted, how many is not sure."""
    if count is not None:
        whole = count.value.is_integer() and count.value <= _MOST_VESSELS
        return _Amount(count.first, end, each * count.value if whole else None)
    single = bool(first) and words[first - 1].norm in {"a", "an", "one", "this", "my"}
    return _Amount(first, end, each if single else None)


def _single(words: Sequence[Word], k: int) -> _Amount | None:
    """ "A litre", "a litre and a half" at word `k`."""
    if words[k].norm not in {"a", "one"} or k + 1 >= len(words) or words[k + 1].norm not in _VOLUMES:
        return None
    half = [word.norm for word in words[k + 2 : k + 5]] == ["and", "a", "half"]
    return _Amount(k, k + 5 if half else k + 2, (1.5 if half else 1) * _MILLILITRES[words[k + 1].norm])


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
    for k in range(first, min(len(words), end + 3)):
        if words[k].norm in _DRANK_HINDI:
            start = claims.clause_start(words, first)
            denied = any(word.norm in claims.DENYING or word.norm == "agar" for word in words[start : k + 2])
            return None if denied else first
    # A note of a few words: "2 litres water", "6 glasses of water today".
    opening, stop = utterance.sentence_at(first)
    note = all(word.norm in _BESIDE_A_NOTE for word in (*words[opening:first], *words[end:stop]))
    return first if note else None


def _answered(asking: Utterance, utterance: Utterance) -> Finding | None:
    """ "How much water do you drink?" "About two litres." """
    for question in claims.asked_in(asking):
        norms = {word.norm for word in asking.words[question.first : question.end]}
        of_water = bool(norms & _WATER)
        named_only = norms <= _WATER | _FRAGMENT  # "And water?"
        if not ((of_water and (norms & _ASKING or named_only)) or norms & _DRINKING) or norms & _ASKING_OTHERWISE:
            continue
        if claims.asks_carer_of_self(asking, question, utterance):
            return None
        said = read_answer(utterance, utterance.turn.index)
        if said is None or (said.kind is AnswerKind.NO and not _not_much(utterance)):
            return None
        numbers = find_numbers(utterance)
        amount = next((a for k in range(len(numbers)) if (a := _measured(utterance, numbers, k))), None)
        amount = amount or next(
            (a for k in range(min(len(utterance.words), _REACH)) if (a := _single(utterance.words, k))), None
        )
        if amount is None and (counted := _counted_vessels(asking, question, utterance, numbers)):
            return counted
        if amount is None or amount.first > _REACH:
            return None
        of = utterance.words[amount.end].norm == "of" if amount.end < len(utterance.words) else False
        named = any(word.norm in _WATER for word in utterance.words[amount.end : amount.end + 3])
        if not named and (of or not (of_water or amount.millilitres)):
            return None  # "Do you drink?" "Two pints a week", "a litre of cider"
        last = utterance.sentence_at(amount.first)[0]
        last = max(last, 2) if _not_much(utterance) else last
        if any(word.norm in claims.DENYING | claims.SUPPOSING for word in utterance.words[last : amount.first]):
            return None
        span = asking.span(question.first, question.end)
        end = next(
            (k + 1 for k in range(amount.end, amount.end + 3) if named and utterance.words[k].norm in _WATER),
            amount.end,
        )
        return _finding(utterance, amount, (amount.first, end), (span,))
    return _noted_after(asking, utterance)


def _noted_after(asking: Utterance, utterance: Utterance) -> Finding | None:
    """ "Please drink plenty of water." "2 litres yesterday." """
    if _WATER.isdisjoint(asking.norms) or _DRINKING.isdisjoint(asking.norms) or not utterance.words:
        return None
    if "?" in asking.norms:
        return None
    numbers, stop = find_numbers(utterance), utterance.sentence_at(0)[1]
    amount = next((a for k in range(len(numbers)) if (a := _measured(utterance, numbers, k))), None)
    if amount is None or amount.millilitres is None or amount.end > stop:
        return None
    rest = (*utterance.words[: amount.first], *utterance.words[amount.end : stop])
    if not all(word.norm in _BESIDE_A_NOTE for word in rest):
        return None
    return _finding(utterance, amount, (amount.first, amount.end), (asking.span(),))


def _counted_vessels(
    asking: Utterance, question: claims.Asked, utterance: Utterance, numbers: Sequence[Number]
) -> Finding | None:
    """ "How many glasses of water?" "Six or seven." """
    words = asking.words[question.first : question.end]
    vessel = next((word.norm for word in words if word.norm in _VESSELS), None)
    if vessel is None or not 1 <= len(numbers) <= 2 or numbers[0].first > 3 or "many" not in {w.norm for w in words}:
        return None
    first, end = with_approximation(utterance.words, numbers[0].first), numbers[-1].end
    after = utterance.words[end].norm if end < len(utterance.words) else ""
    if after[:1].isalpha() or any(
        word.norm not in {"or", "to", "-"} for word in utterance.words[numbers[0].end : numbers[-1].first]
    ):
        return None
    said = utterance.span(first, end)
    asked = asking.span()
    amount = in_short(f"{utterance.quote(first, end)} {vessel}", _LONGEST)
    return Finding("water", Water(said=amount), (said, asked)) if amount else None


def _put_right(found: Sequence[Finding], utterance: Utterance) -> list[Finding]:
    """The findings, the last with the amount that is told anew: "sorry, three litres"."""
    numbers, last = find_numbers(utterance), found[-1]
    amounts = [amount for k in range(len(numbers)) if (amount := _measured(utterance, numbers, k))]
    if len(amounts) != 1 or not says_only(utterance, amounts[0].first, amounts[0].end):
        return list(found)
    finding = _finding(utterance, amounts[0], (amounts[0].first, amounts[0].end), last.spans)
    return [*found[:-1], finding] if finding else list(found)


def _not_much(utterance: Utterance) -> bool:
    return [word.norm for word in utterance.words[:2]] in (["not", "much"], ["not", "enough"])


def _finding(utterance: Utterance, amount: _Amount, quoted: tuple[int, int], more: tuple[Span, ...]) -> Finding | None:
    words = utterance.words
    end = _with_rate(words, quoted[1])
    said = in_short(utterance.quote(amount.first, max(amount.end, end)), _LONGEST) or in_short(
        utterance.quote(amount.first, amount.end), _LONGEST
    )
    ml = amount.millilitres
    quantity = Quantity(value=round(ml, 0), unit="mL") if ml is not None and 0 < ml <= 20000 else None
    span = utterance.span(quoted[0], end)
    if quantity is None and said is None:
        return None
    return Finding("water", Water(amount=quantity, said=said), (span, *more))


def _with_rate(words: Sequence[Word], end: int) -> int:
    for length in (2, 1):
        rate = [word.norm for word in words[end : end + length]]
        if " ".join(rate) in _RATES:
            return end + len(rate)
    return end
