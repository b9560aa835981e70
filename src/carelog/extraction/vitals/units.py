"""Units as people say them, and the way from each to the one that is stored."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Kind

# Exact by definition: https://www.nist.gov/pml/special-publication-811 (appendix B.8).
_KG_PER_POUND = 0.45359237
_CM_PER_INCH = 2.54
# Molar mass of glucose, 180.156 g/mol: 1 mmol/L is 18.0156 mg/dL.
_MG_DL_PER_MMOL_L = 18.0156


def _celsius_of(fahrenheit: float) -> float:
    return (fahrenheit - 32) / 1.8


def _mg_dl_of(mmol_l: float) -> float:
    return mmol_l * _MG_DL_PER_MMOL_L


def _as_is(value: float) -> float:
    return value


class Unit(NamedTuple):
    """A unit of one kind of vital; `convert` leads to the stored unit."""

    kind: Kind
    convert: Callable[[float], float]


_PHRASES: list[tuple[str, Unit]] = [
    ("mmhg|mm hg|millimeters of mercury|millimetres of mercury", Unit("blood_pressure", _as_is)),
    ("bpm|beats per minute|beats a minute|beats|b p m", Unit("heart_rate", _as_is)),
    (
        "f|degrees f|degree f|degrees fahrenheit|degree fahrenheit|fahrenheit|° f|℉",
        Unit("temperature", _celsius_of),
    ),
    (
        "c|degrees c|degree c|degrees celsius|degree celsius|celsius|centigrade|° c|℃",
        Unit("temperature", _as_is),
    ),
    (
        "mg / dl|mg per dl|mgdl|mg %|milligrams per deciliter|milligrams per decilitre",
        Unit("glucose", _as_is),
    ),
    ("mmol / l|mmol|mmols|mmol per liter|mmol per litre|millimoles", Unit("glucose", _mg_dl_of)),
    ("millimoles per liter|millimoles per litre", Unit("glucose", _mg_dl_of)),
    ("%|percent|per cent", Unit("spo2", _as_is)),
    ("kg|kgs|kilo|kilos|kilogram|kilograms|किलो", Unit("weight", _as_is)),
    ("lb|lbs|pound|pounds", Unit("weight", lambda pounds: pounds * _KG_PER_POUND)),
    ("stone|st", Unit("weight", lambda stone: stone * 14 * _KG_PER_POUND)),
    ("cm|cms|centimeter|centimeters|centimetre|centimetres", Unit("height", _as_is)),
    ("m|meter|meters|metre|metres", Unit("height", lambda metres: metres * 100)),
    ("foot|feet|ft", Unit("height", lambda feet: feet * 12 * _CM_PER_INCH)),
    ("inch|inches", Unit("height", lambda inches: inches * _CM_PER_INCH)),
    (
        "breaths per minute|breaths a minute|breaths|per minute|a minute|/ min|/ minute",
        Unit("respiratory_rate", _as_is),
    ),
]
_UNITS = {phrase: unit for phrases, unit in _PHRASES for phrase in phrases.split("|")}
_TABLE = PhraseTable(_UNITS)

STONE, FEET, POUND, INCH = _UNITS["stone"], _UNITS["feet"], _UNITS["pound"], _UNITS["inch"]
KILOGRAM, METRE = _UNITS["kg"], _UNITS["m"]
FAHRENHEIT, MILLIMOLES = _UNITS["f"], _UNITS["mmol"]

_FOREIGN = word_set(
    """
    mg mcg ml g gm gms gram grams milligram milligrams microgram micrograms milliliters unit units tablet tablets
    pill pills capsule capsules dose doses puff puffs drops spoon spoons teaspoon teaspoons tsp tbsp cube cubes cup
    cups glass glasses liter liters litre litres l minute minutes min mins hour hours hr hrs second seconds day days
    night nights week weeks month months year years yr yrs am pm a.m p.m o'clock baje times time x once twice step
    steps mile miles km kilometers percent % kilo kilos kg pounds lb lbs stone inch inches foot feet cm people
    dollars rupees rs $ more less lighter heavier different other of or and/or strips readings different + points
    point plus star stars something odd ish am things weeks meals ounces ounce oz calories grade
    """
)


def unit_at(words: Sequence[Word], i: int) -> tuple[int, Unit] | None:
    """(number of words, unit) of the unit that stands at word `i`."""
    return _TABLE.at(words, i) if i < len(words) else None


def foreign_at(words: Sequence[Word], i: int) -> bool:
    """What stands at word `i` makes the number before it a dose, a time, a count: anything but a bare reading."""
    if i >= len(words):
        return False
    norm, following = words[i].norm, words[i + 1].norm if i + 1 < len(words) else ""
    if norm == "hr" and (following[:1].isdecimal() or following in {":", "is", "was", "="}):
        return False  # "SpO2 98 HR 88"
    if norm == "or" and following == "so":
        return False
    if norm == "/" or norm in _FOREIGN:
        return True
    return words[i].norm in {"degree", "degrees"} and i + 1 < len(words) and words[i + 1].norm in {"of", "outside"}


_SCALES = (
    (KILOGRAM, word_set("kg kgs kilo kilos kilogram kilograms")),
    (POUND, word_set("lb lbs pound pounds")),
    (STONE, word_set("stone")),
)


def weight_scale(dialogue: Sequence[Utterance]) -> Unit | None:
    """The one unit in which a talk tells weights, be it in another turn: a weight without a unit is told in it too.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = [Turn(0, "Weight today 74.6", "/0"), Turn(1, "Two kilos more than on Monday.", "/1")]
    >>> weight_scale(read(said)) is KILOGRAM
    True
    """
    told = {
        n for n, (_, names) in enumerate(_SCALES) for utterance in dialogue if not names.isdisjoint(utterance.norms)
    }
    return _SCALES[told.pop()][0] if len(told) == 1 else None
