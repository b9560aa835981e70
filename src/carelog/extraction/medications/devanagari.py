"""Names of medicines as Hindi writes them: "एम्लोडिपिन" is amlodipine.

Devanagari writes a name as it sounds, and every writer chooses the vowels anew. So a word is spelt in Latin letters,
and compared with the reviewed names by its consonants in their order, then by all letters.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from carelog.extraction.medications.misspellings import slips
from carelog.extraction.vocabularies.drugs import Drug, load_drugs

_FIRST, _LAST = "\u0900", "\u097f"
_FEWEST_CONSONANTS = 4  # Shorter names are too near to one another and to ordinary words,
_MOST_SLIPS = {4: 1}  # and those with no more may differ in one letter only.
_MOST_SLIPS_IN_LONG = 4

# The letters of the Devanagari block (https://www.unicode.org/charts/PDF/U0900.pdf), those that sound alike in names
# written as one.
_LETTERS: Mapping[str, str] = {
    **dict(zip("कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहळ", "kkggccjjttddnttddnpfbbmyrlvsssĥl", strict=True)),
    **dict(zip("अआइईउऊऋएऐओऔऑऍ", "aaiiuuieeoooe", strict=True)),
    **dict(zip("ािीुूेैोौॉॅ", "aiiuueeoooe", strict=True)),
    **dict.fromkeys("ंँण", "n"),
}
_SOUNDS = (
    *(("ph", "f"), ("th", "t"), ("ch", "c"), ("sh", "s"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("ck", "k")),
    *(("x", "ks"), ("q", "k"), ("c", "k"), ("z", "j"), ("w", "v"), ("h", ""), ("y", "i")),
)
_VOWELS = str.maketrans("", "", "aeiouĥ")


@lru_cache(maxsize=4096)
def named_in_devanagari(word: str) -> Drug | None:
    """The one reviewed name that the word sounds like, or None.

    >>> named_in_devanagari("एम्लोडिपिन").name, named_in_devanagari("कॉम्बिफ्लेम").name, named_in_devanagari("तकलीफ़")
    ('amlodipine', 'combiflam', None)
    """
    if len(word) < _FEWEST_CONSONANTS or not _FIRST <= word[0] <= _LAST:
        return None
    spelt = _plain("".join(_LETTERS.get(letter, "") for letter in word))
    consonants = spelt.translate(_VOWELS)
    most = _MOST_SLIPS.get(len(consonants), _MOST_SLIPS_IN_LONG)
    alike = _by_consonants().get(consonants, ())
    near = [(count, drug) for sound, drug in alike if (count := slips(spelt, sound)) <= most]
    least = min((count for count, _ in near), default=0)
    best = [drug for count, drug in near if count == least]
    return best[0] if len({drug.ingredient for drug in best}) == 1 else None


@cache
def _by_consonants() -> Mapping[str, Sequence[tuple[str, Drug]]]:
    names: dict[str, list[tuple[str, Drug]]] = {}
    for name, drug in load_drugs().single.items():
        if drug.ambiguous or not name.isascii():
            continue
        sound = name
        for written, spoken in _SOUNDS:
            sound = sound.replace(written, spoken)
        sound = _plain(sound)
        consonants = sound.translate(_VOWELS)
        if len(consonants) >= _FEWEST_CONSONANTS:
            names.setdefault(consonants, []).append((sound, drug))
    return names


def _plain(sound: str) -> str:
    """Without letters that are written twice, and with one for those that Hindi hardly tells apart."""
    sound = sound.replace("c", "k").replace("z", "j").replace("y", "i")
    return "".join(letter for i, letter in enumerate(sound) if not i or letter != sound[i - 1])
