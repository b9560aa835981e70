"""Names as speech recognition and quick typing spell them: "lisinipril", "metformine"."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from carelog.extraction.vocabularies.drugs import Drug, load_drugs

_SHORTEST = 6
_TWO_SLIPS_FROM = 9  # Shorter names are too near to one another and to ordinary words for two slips.
_NO_NAME_ENDS = ("ing", "ed", "ly", "tion", "sion", "ment", "ness", "able", "ible", "ful", "less")

# Slips are mostly in vowels, doubled letters and the order of letters: names are found by the consonants that are
# left, in alphabetical order, and compared letter by letter only then.
_SOUNDS = str.maketrans({**dict.fromkeys("aeiouyh"), "z": "s", "c": "k", "q": "k"})


@lru_cache(maxsize=4096)  # People use few different words, and each is asked about every time.
def closest_name(word: str) -> Drug | None:
    """The one reviewed name that `word` is a slip away from (two from nine letters on), or None.

    The first letter must be right, and a word that is equally near to two medicines is neither.

    >>> closest_name("lisinipril").name, closest_name("amlodapine").name, closest_name("lisinopril's")
    ('lisinopril', 'amlodipine', None)
    """
    if len(word) < _SHORTEST or word.endswith(_NO_NAME_ENDS):
        return None
    candidates = _by_sound().get(_sound(word))
    if not candidates or word in load_drugs().ordinary:
        return None
    most = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    alike = (drug for drug in candidates if abs(len(drug.name) - len(word)) <= most)
    near = [(count, drug) for drug in alike if (count := slips(word, drug.name)) <= most]
    least = min((count for count, _ in near), default=0)
    best = [drug for count, drug in near if count == least]
    return best[0] if len({drug.ingredient for drug in best}) == 1 else None


def _sound(word: str) -> str:
    """
    >>> _sound("metoprolol") == _sound("metropolol")
    True
    """
    return word[0] + "".join(sorted(set(word.replace("ph", "f").translate(_SOUNDS))))


@cache
def _by_sound() -> Mapping[str, Sequence[Drug]]:
    sounds: dict[str, list[Drug]] = {}
    for name, drug in load_drugs().single.items():
        if len(name) >= _SHORTEST and not drug.ambiguous:
            sounds.setdefault(_sound(name), []).append(drug)
    return sounds


def slips(one: str, other: str) -> int:
    """How many letters were added, lost, changed or swapped with their neighbour (optimal string alignment).

    >>> slips("zolfot", "zoloft"), slips("metformine", "metformin")
    (1, 1)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, row, before_last = row, [i], before
        for j, b in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]
