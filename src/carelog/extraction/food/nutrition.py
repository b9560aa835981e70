"""Energy and macronutrients, where somebody says them of what was eaten."""

from collections.abc import Mapping, Sequence
from typing import Final

from carelog.extraction.food.statements import Statement
from carelog.extraction.numbers import Number
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_CALORIES: Final = word_set("calories calorie kcal cal cals kcals calorie's कैलोरी")
_KILOJOULES: Final = word_set("kilojoules kilojoule kj")
# Thermochemical, as food labels count: https://www.nist.gov/pml/special-publication-811 (appendix B.8).
_KILOJOULES_PER_KCAL: Final = 4.184
_GRAMS: Final = word_set("g gm gms gram grams")
_NUTRIENTS: Final = {
    word: field
    for words, field in (
        ("protein proteins", "protein_g"),
        ("carbs carb carbohydrate carbohydrates", "carbohydrate_g"),
        ("fat fats", "fat_g"),
        ("fiber fibre", "fibre_g"),
        ("sugar sugars", "sugar_g"),
    )
    for word in words.split()
}
_ENERGY: Final = "energy_kcal"
_MOST_KCAL, _MOST_G = 20_000, 5_000
_REACH: Final = 10  # words after the statement


def nutrition_of(words: Sequence[Word], statement: Statement, numbers: Sequence[Number]) -> Mapping[str, float]:
    """The fields of the payload that are said of the one food of a statement: kcal, grams. What no meal holds is no
    such amount."""
    found: dict[str, float] = {}
    for number in numbers:
        if not statement.first <= number.first < statement.end + _REACH:
            continue
        after = [word.norm for word in words[number.end : number.end + 3]]
        if after[:1] and after[0] in _CALORIES:
            found.setdefault(_ENERGY, number.value)
        elif after[:1] and after[0] in _KILOJOULES:
            found.setdefault(_ENERGY, round(number.value / _KILOJOULES_PER_KCAL))
        elif after[:1] and after[0] in _GRAMS:
            of = after[1:2] == ["of"]
            if field := _NUTRIENTS.get(after[1 + of]) if len(after) > 1 + of else None:
                found.setdefault(field, number.value)
    return {field: amount for field, amount in found.items() if amount <= (_MOST_KCAL if field == _ENERGY else _MOST_G)}
