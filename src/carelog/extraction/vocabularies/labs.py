"""The laboratory tests of `labs.txt`, which explains its own format. Read once, when first needed."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from carelog.extraction.utterances import PhraseTable, words_of


class LabUnit(NamedTuple):
    """A UCUM unit of a test, the values that a person can have in it, the test's LOINC code in it, and the least value
    that is taken for one in it without its being said."""

    ucum: str
    low: float
    high: float
    loinc: str | None
    unsaid_from: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Lab:
    """A laboratory test.

    `substance`: its name is also that of a drug, a food or an organ. `pointless`: its values are often said without
    their decimal point. `illness`: its name is also that of an illness.
    """

    name: str
    units: tuple[LabUnit, ...]
    substance: bool = False
    pointless: bool = False
    illness: bool = False

    def unit_for(self, value: float) -> LabUnit | None:
        """The unit in which a value is meant that was said without one, or None where it can be in none."""
        return next((unit for unit in self.units if unit.holds(value) and value >= unit.unsaid_from), None)


@dataclass(frozen=True, slots=True)
class Labs:
    """Every way to say a test; `first_words` are the words that such a phrase may begin with, `marks` words without
    which none can stand in a text, `names` those of the tests themselves."""

    phrases: PhraseTable[Lab]
    first_words: frozenset[str]
    marks: frozenset[str]
    names: frozenset[str]


# So many turns have one of these that they tell nothing.
_COMMON = frozenset(
    {"a", "good", "bad", "total", "free", "low", "high", "red", "white", "blood", "throat", "lab", "e", "t"}
)


@cache
def load_labs() -> Labs:
    """
    >>> labs = load_labs()
    >>> [labs.phrases.at(words_of(said), 0)[1].name for said in ("A1c", "white count", "LDL")]
    ['Hemoglobin A1c', 'White blood cells', 'LDL cholesterol']
    """
    text = files("carelog.extraction.vocabularies").joinpath("labs.txt").read_text(encoding="utf-8")
    phrases: dict[str, Lab] = {}
    names: set[str] = set()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            head, units, said = line.split("|")
            name, marks = head.strip().rstrip(" !~?"), head.strip()[len(head.strip().rstrip(" !~?")) :]
            lab = Lab(name, _units(units), "!" in marks, "~" in marks, "?" in marks)
            names.add(name)
            for phrase in (name.lower(), *map(str.strip, said.split(","))):
                phrases[phrase] = lab
                if not phrase.endswith("s"):
                    phrases.setdefault(f"{phrase}'s", lab)  # "Potassium's low"
    spelled = [words_of(phrase) for phrase in phrases]
    return Labs(
        phrases=PhraseTable(phrases),
        first_words=frozenset(words[0].norm for words in spelled),
        marks=frozenset(words[-1 if words[0].norm in _COMMON else 0].norm for words in spelled),
        names=frozenset(names),
    )


def lab_of(said: str) -> Lab | None:
    """The test that the words name, all of them.

    >>> lab_of("hemoglobin A1c").units[0].loinc
    '4548-4'
    """
    words = words_of(said)
    found = load_labs().phrases.at(words, 0) if words else None
    return found[1] if found and found[0] == len(words) else None


def _units(text: str) -> tuple[LabUnit, ...]:
    units = []
    for part in filter(None, map(str.strip, text.split(","))):
        ucum, span, *loinc = part.split()
        low, _, rest = span.partition("..")
        high, _, unsaid = rest.partition("@")
        units.append(
            LabUnit(ucum, float(low), float(high), loinc[0] if loinc else None, float(unsaid) if unsaid else float(low))
        )
    return tuple(units)
