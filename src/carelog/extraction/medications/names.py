"""The medicines that a turn names.

A reviewed name counts wherever it stands. A name that is also a food, a laboratory test or an ordinary word, a
name from the long tail, and a misspelling count only in a medicine's company: a strength, a frequency, a form,
or a word such as "taking" or "prescribe" beside them. A kind of medicine ("antibiotics") counts as any name
does; whether it is worth an entry depends on what is said of it.
"""

from bisect import bisect_left
from collections.abc import Container, Sequence
from functools import cache, cached_property, lru_cache
from itertools import islice, takewhile
from typing import NamedTuple

from carelog.extraction.medications.cues import Cue, stands_last
from carelog.extraction.medications.devanagari import named_in_devanagari
from carelog.extraction.medications.forms import FORMS
from carelog.extraction.medications.misspellings import closest_name
from carelog.extraction.medications.reading import Reading
from carelog.extraction.utterances import Word
from carelog.extraction.vocabularies.drugs import Drug, find_in_long_tail, load_drugs
from carelog.extraction.wordsets import word_set


class Mention(NamedTuple):
    """A medicine named by the words `first` up to, not including, `end`."""

    first: int
    end: int
    drug: Drug


# What follows a substance that was measured, or makes the word an adjective of something else.
_MEASURED_AFTER = word_set(
    """
    level levels count counts test tests lab labs result results deficiency deficient resistance resistant
    sensitivity toxicity overdose suppression intake production binding antibody antibodies channel gland panel
    reading readings score content rich study studies allergy allergies
    """
)
_MEASURED_VERBS = word_set("is was were are came looks looked low high normal elevated dropped went")
_BETWEEN = word_set(
    """
    the a an my your his her some this that any uh um of on with more extra an , like same new daily also for
    you me him them our to ki ka one two three four those these their both just regular little bit about taking
    in
    """
)
_JOINS = word_set(", and or / with plus the some a my your &")
_TAKES = frozenset({"taking", "take", "started", "ordered", "changed", "stopped", "missed"})
_SURELY_TAKES = frozenset({"taking", "take", "started"})
_EXPLAINING = word_set(
    "which is an a , it's that's called named the uh um of like kind this that its it 's drug medicine"
)
_WHO = word_set("i he she we")
_SURELY_A_STRENGTH = 100  # and no count
_STRENGTH_OF = word_set("strength dose dosage")
_OF_THE = word_set("of is was are")
_WHOSE = word_set("the my your his her")
_SAYS_WHICH = word_set("is it's that's called named")
_LONGEST_EXPLANATION = 5
_LONGEST_JOIN = 3
_SHORTEST_PLURAL = 8
_SHORTEST_PIECE = 3
_SHORTEST_APART = 9
_CUE_REACH = 4


def find_mentions(reading: Reading) -> list[Mention]:
    """Every medicine that the turn names, left to right.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "Your potassium was low; I take metformine 500 mg and potassium.", "/t")])
    >>> [(mention.drug.name, said.quote(mention.first, mention.end)) for mention in find_mentions(Reading(said))]
    [('metformin', 'metformine'), ('potassium', 'potassium')]
    """
    words = reading.words
    beginnings = {norm for norm in reading.utterance.norms if _may_begin(norm)}
    if not beginnings:
        return []
    candidates = [i for i, word in enumerate(words) if word[0] in beginnings]
    known = load_drugs().phrases
    company = _Company(reading)
    found: list[Mention] = []
    end = 0
    for i in candidates:
        if i < end:
            continue
        if match := known.at(words, i):
            length, drug = match
            sure = not drug.ambiguous or company.beside(i, i + length) or _is_listed(words, found, i)
        elif owned := _with_its_verb(words[i].norm):
            length, drug, sure = 1, owned, True
        elif apart := _said_apart(words, i):
            length, drug, sure = 2, apart, True
        elif spelt := named_in_devanagari(words[i].norm):
            length, drug, sure = 1, spelt, True
        elif rare := find_in_long_tail(words[i].norm):
            length, drug = 1, rare
            sure = company.beside(i, i + 1) or _is_listed(words, found, i)
        elif slip := closest_name(words[i].norm):
            length, drug = 1, slip
            sure = company.close_beside(i, i + 1)
        else:
            continue
        end = i + length
        if drug.kind and found and found[-1].end == i and FORMS.at(words, i):
            sure = False  # The inhaler of "my albuterol inhaler".
        if sure and not _is_measured(words, end, drug):
            found.append(Mention(i, end, drug))
    if len(found) < 2:
        return found
    # "The water tablet, furosemide, | forty milligrams": no list goes on before a strength.
    strengths = {dose.first - 1 for dose in reading.doses if words[dose.first - 1].norm == ","}
    return [mention for n, mention in enumerate(found) if not _explains(words, found, n, strengths)]


@lru_cache(maxsize=8192)  # People use few different words, and most begin no name.
def _may_begin(norm: str) -> bool:
    if norm in load_drugs().first_words or _second_pieces(norm) or _with_its_verb(norm) or named_in_devanagari(norm):
        return True
    return find_in_long_tail(norm) is not None or closest_name(norm) is not None


def _with_its_verb(norm: str) -> Drug | None:
    """ "Metformin's five hundred", and "one of her propranolols"."""
    if norm[-1:] != "s" or norm in load_drugs().ordinary:
        return None
    drug = load_drugs().single.get(norm[:-2] if norm.endswith("'s") else norm[:-1])
    plural = drug is not None and not norm.endswith("'s")
    return drug if drug and not drug.ambiguous and not (plural and len(norm) < _SHORTEST_PLURAL) else None


def _explains(words: Sequence[Word], found: Sequence[Mention], n: int, strengths: Container[int]) -> bool:
    """The kind of "meloxicam, which is an anti-inflammatory" or "a steroid called prednisone": the same medicine."""
    mention = found[n]
    if n + 1 < len(found) and _is_sort_of(found[n + 1].drug, mention.drug) and words[mention.end].norm == ",":
        between = [word.norm for word in words[mention.end + 1 : found[n + 1].first]]
        return between in ([], ["the"], ["my"])  # "Insulin, Lantus", "my insulin, the Lantus".
    if not mention.drug.kind:
        return False
    gaps = [
        words[other.end : mention.first] if other.first < mention.first else words[mention.end : other.first]
        for other in found[max(0, n - 1) : n + 2]
        if not other.drug.kind
    ]
    if n + 1 < len(found) and not found[n + 1].drug.kind:
        form = FORMS.at(words, mention.end) if mention.end < len(words) else None
        between = [word.norm for word in words[mention.end + (form[0] if form else 0) : found[n + 1].first]]
        if between == ["?"]:
            return words[_sentence_end(words, found[n + 1].end)].norm == "?"  # "And the thyroid pill? Thyronorm 75?"
        if between in ([], [",", "the"], [",", "it's"], [",", "that's"]):
            return True  # "The water pill, the hydrochlorothiazide", "a nasal spray Valtoco".
        whose = mention.first > 0 and words[mention.first - 1].norm in _WHOSE
        if between == [","] and whose and (_ends_there(words, found[n + 1].end) or found[n + 1].end in strengths):
            return True  # "And my water pill, hydrochlorothiazide."
    return any(
        0 < len(gap) <= _LONGEST_EXPLANATION
        and all(word.norm in _EXPLAINING for word in gap)
        and any(word.norm in _SAYS_WHICH for word in gap)
        for gap in gaps
    )


def _sentence_end(words: Sequence[Word], i: int) -> int:
    """The mark that ends the sentence of word `i`, or the last word."""
    return next((n for n in range(i, len(words)) if words[n].norm in (".", "?", "!")), len(words) - 1)


def _ends_there(words: Sequence[Word], end: int) -> bool:
    """No list goes on after a name."""
    return end >= len(words) or words[end].norm in (".", "?", "!", ";") or words[end].norm[0].isdecimal()


def _is_sort_of(one: Drug, other: Drug) -> bool:
    """Whether a name is a narrower one: "Lantus" than "insulin"."""
    return one.ingredient is not None and one.ingredient.startswith(f"{other.name} ")


@cache
def _sorted_names() -> list[str]:
    return sorted(
        name for name, drug in load_drugs().single.items() if len(name) >= _SHORTEST_APART and not drug.ambiguous
    )


@lru_cache(maxsize=8192)
def _second_pieces(norm: str) -> frozenset[str]:
    """What is left of the names that the word begins."""
    if len(norm) < _SHORTEST_PIECE:
        return frozenset()
    names = _sorted_names()
    begun = takewhile(lambda name: name.startswith(norm), islice(names, bisect_left(names, norm), None))
    return frozenset(name[len(norm) :] for name in begun)


def _said_apart(words: Sequence[Word], i: int) -> Drug | None:
    """A name in two pieces, as speech recognition leaves it: "hydro chlorothiazide"."""
    rest = _second_pieces(words[i].norm)
    if not rest or i + 1 == len(words) or words[i + 1].start != words[i].end + 1 or words[i + 1].norm not in rest:
        return None
    return load_drugs().single[words[i].norm + words[i + 1].norm]


def _is_measured(words: Sequence[Word], end: int, drug: Drug) -> bool:
    after = words[end].norm if end < len(words) else ""
    return after in _MEASURED_AFTER or (drug.ambiguous and after in _MEASURED_VERBS)


def _is_listed(words: Sequence[Word], earlier: Sequence[Mention], i: int) -> bool:
    """ "I take calcium and zinc": the second of a list is in the company of the first."""
    if not earlier or not 0 < i - earlier[-1].end <= _LONGEST_JOIN:
        return False
    return all(word.norm in _JOINS for word in words[earlier[-1].end : i])


class _Places(NamedTuple):
    """Indices of words that a name may begin with, and of words that it may end before."""

    begins: set[int]
    ends: set[int]
    close_begins: set[int]
    close_ends: set[int]


class _Company:
    """Where in a turn a medicine would be in the company of a strength, a frequency, a form or a cue."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @cached_property
    def _places(self) -> "_Places":
        words = self._reading.words
        cues = [cue for cue in self._reading.cues if cue.meaning in _TAKES]
        doses = [dose for dose in self._reading.doses if dose.unit not in (None, "%")]
        starts = {often.start for often in self._reading.frequencies}
        begins: set[int] = set()
        ends: set[int] = set()
        close_begins: set[int] = set()
        close_ends: set[int] = set()
        for cue in cues:
            reach = _reach(words, cue.end)
            begins.update(range(cue.end, reach + 1))
            if cue.meaning in _SURELY_TAKES:
                close_begins.update(range(cue.end, min(reach, cue.end + 2) + 1))
        for dose in doses:
            begins.update(range(dose.end, dose.end + 3))
            close_begins.update(range(dose.end, dose.end + 2))
            ends.update(range(dose.first - 2, dose.first + 1))
            close_ends.update(range(dose.first - 1, dose.first + 1))
        for cue in cues:
            if cue.first > 1 and words[cue.first - 1].norm in _WHO and words[cue.first - 2].norm == ",":
                ends.add(cue.first - 2)  # "The calcium, I stopped already."
            if stands_last(words, cue):
                ends.update(range(cue.first - _CUE_REACH, cue.first + 1))
        for i, word in enumerate(words[:-3]):
            if word.norm in _STRENGTH_OF and words[i + 1].norm in _OF_THE:
                begins.add(i + 3)  # "What strength was the calcium?"
        for dose in self._reading.doses:
            if (
                dose.value
                and dose.value >= _SURELY_A_STRENGTH
                and dose.end < len(words)
                and words[dose.end].norm == "of"
            ):
                begins.add(dose.end + 1)  # "And two thousand of vitamin D"
        if starts or cues:  # "Vitamin D 1000, every morning"
            sure = (
                dose for dose in self._reading.doses if dose.unit is None and (dose.value or 0) >= _SURELY_A_STRENGTH
            )
            ends.update(dose.first for dose in sure if self._is_taken_there(dose.first, cues))
        for i, word in enumerate(words):
            if word.start in starts:
                ends.update((i, i - 1) if not words[i - 1].norm.isdecimal() else (i - 1,))
            if FORMS.at(words, i):
                ends.add(i)
        return _Places(begins, ends, close_begins, close_ends)

    def _is_taken_there(self, i: int, cues: Sequence[Cue]) -> bool:
        """Whether the sentence of word `i` tells before it that something is taken, or after it how often."""
        words = self._reading.words
        begin, end = self._reading.utterance.sentence_at(i)
        starts, stop = words[i].start, words[end - 1].end
        often = any(starts < often.start < stop for often in self._reading.frequencies)
        return often or any(begin <= cue.first < i and cue.meaning in _SURELY_TAKES for cue in cues)

    def beside(self, first: int, end: int) -> bool:
        return first in self._places.begins or end in self._places.ends

    def close_beside(self, first: int, end: int) -> bool:
        """A strength next to the words, or a cue with hardly a word between."""
        return first in self._places.close_begins or end in self._places.close_ends


def _reach(words: Sequence[Word], start: int) -> int:
    """The last word that a cue which ends at `start` may be about: past articles and the like."""
    i = start
    while i < len(words) and i - start < _CUE_REACH and words[i].norm in _BETWEEN:
        i += 1
    return i
