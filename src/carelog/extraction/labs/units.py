"""Units of the laboratory as people say and write them, and their UCUM form (https://ucum.org)."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import Word
from carelog.extraction.vocabularies.labs import Lab, LabUnit

_UNITS: Final = phrase_table(
    {
        "%": "% | percent | per cent",
        "mmol/mol": "mmol / mol | millimoles per mole",
        "mg/dL": "mg / dl | mg per dl | mgdl | mg % | milligrams per deciliter | milligrams per decilitre",
        "g/dL": "g / dl | gm / dl | gms / dl | g per dl | gm % | g % | grams per deciliter | grams per decilitre",
        "g/L": "g / l | g per l | grams per liter | grams per litre",
        "mg/L": "mg / l | mg per l | milligrams per liter | milligrams per litre",
        "mg/g": "mg / g | mg per g | milligrams per gram",
        "ug/dL": "ug / dl | mcg / dl | µg / dl | μg / dl | micrograms per deciliter | micrograms per decilitre",
        "ug/L": "ug / l | mcg / l | µg / l | μg / l | micrograms per liter | micrograms per litre",
        "ng/mL": "ng / ml | ng per ml | nanograms per milliliter | nanograms per millilitre | nanograms",
        "ng/dL": "ng / dl | nanograms per deciliter | nanograms per decilitre",
        "ng/L": "ng / l | nanograms per liter | nanograms per litre",
        "pg/mL": "pg / ml | pg per ml | picograms per milliliter | picograms per millilitre | picograms",
        "mmol/L": "mmol / l | mmol per l | mmol | mmols | millimoles per liter | millimoles per litre | millimoles | "
        "millimole",
        "umol/L": "umol / l | µmol / l | μmol / l | micromol / l | micromoles per liter | micromoles per litre | "
        "micromoles | µmol | μmol | umol",
        "nmol/L": "nmol / l | nanomoles per liter | nanomoles per litre | nanomoles",
        "pmol/L": "pmol / l | picomoles per liter | picomoles per litre | picomoles",
        "meq/L": "meq / l | meq per l | milliequivalents per liter | milliequivalents per litre | milliequivalents",
        "U/L": "u / l | iu / l | units per liter | units per litre | units / l",
        "m[IU]/L": "miu / l | mu / l | milliunits per liter | milliunits per litre",
        "u[IU]/mL": "uiu / ml | µiu / ml | μiu / ml | microunits per milliliter",
        "[IU]/mL": "iu / ml | international units per milliliter",
        "mm/h": "mm / hr | mm / h | mm per hour | millimeters per hour | millimetres per hour | mm / hour",
        "s": "seconds | secs | sec",
        "fL": "fl | femtoliters | femtolitres",
        "mL/min/{1.73_m2}": "ml / min | ml per minute | milliliters per minute | millilitres per minute",
        "L/min": "l / min | litres per minute | liters per minute | litres a minute | liters a minute",
        "/uL": "/ ul | / µl | / μl | per microliter | per microlitre | per cubic millimeter",
    }
)


def unit_said(lab: Lab, words: Sequence[Word], i: int) -> tuple[int, LabUnit | None] | None:
    """(number of words, the test's unit) of the unit of the laboratory at word `i`; the unit is None where the test is
    not measured in it."""
    found = _UNITS.at(words, i) if i < len(words) else None
    if found is None:
        return None
    return found[0], next((unit for unit in lab.units if unit.ucum == found[1]), None)
