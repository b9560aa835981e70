"""Two engines over one conversation: what both read, where they contradict each other, what one alone read.

Unknown contradicts nothing: an engine that leaves a dose out has not read another dose.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Self

from carelog.record.entries import NewEntry
from carelog.record.evidence import overlap
from carelog.record.sameness import REPEATING, named_alike, plain


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readings of one thing, and the fields in which they contradict each other. The record gets the local one,
    whose confidence says how far it is borne out."""

    local: NewEntry
    other: NewEntry
    differing: tuple[str, ...]

    @classmethod
    def of(cls, local: NewEntry, other: NewEntry, differing: tuple[str, ...]) -> Self:
        return cls(replace(local, confidence="disputed" if differing else "agreed"), other, differing)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every entry of both engines, once."""

    pairs: tuple[Pair, ...]
    only_local: tuple[NewEntry, ...]
    only_other: tuple[NewEntry, ...]

    @property
    def agreed(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if not pair.differing)

    @property
    def disputed(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.differing)

    @property
    def entries(self) -> tuple[NewEntry, ...]:
        """What the record gets: of what both read the local engine's reading, and what one alone read."""
        entries = [*(pair.local for pair in self.pairs), *self.only_local, *self.only_other]
        return tuple(sorted(entries, key=_place))


_TOLD: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "symptom": ("polarity", "status", "severity"),
        "medication": ("dose", "status"),
        "vitals": ("value", "systolic", "diastolic"),
        "food": ("energy_kcal",),
        "water": ("amount",),
        "sleep": ("hours", "quality", "awakenings"),
        "exercise": ("minutes", "steps"),
        "mood": ("level", "energy"),
        "allergy": ("status", "certainty"),
        "condition": ("status", "certainty"),
        "lab_result": ("value", "text"),
        "appointment": ("scheduled_at", "status"),
    }
)
"""The fields in which two readings of one thing are compared."""
_TOLERANCE: Final = 0.005  # of a number: what rounding after a conversion of units may make


def compare(local: Sequence[NewEntry], other: Sequence[NewEntry]) -> Comparison:
    """Pair the entries of the two engines that read the same thing.

    Where each has several of one thing, such as two readings of a pulse, those are paired that quote the same words,
    then those that agree, then the rest in their order. Without common words, readings that differ are two readings.
    """
    theirs: dict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(other):
        theirs[entry.type].append(number)
    candidates = []
    for i, mine in enumerate(local):
        for k in theirs[mine.type]:
            if not named_alike(mine.type, mine.payload, other[k].payload):
                continue
            differing = _differing(mine, other[k])
            apart = not overlap(mine.evidence, other[k].evidence)
            if not (apart and differing and mine.type in REPEATING):
                candidates.append((apart, len(differing), i, k, differing))
    pairs: list[Pair] = []
    mine_left, theirs_left = set(range(len(local))), set(range(len(other)))
    for _, _, i, k, differing in sorted(candidates):
        if i in mine_left and k in theirs_left:
            mine_left.discard(i)
            theirs_left.discard(k)
            pairs.append(Pair.of(local[i], other[k], differing))
    pairs.sort(key=lambda pair: _place(pair.local))
    return Comparison(
        tuple(pairs),
        tuple(local[i] for i in sorted(mine_left)),
        tuple(other[k] for k in sorted(theirs_left)),
    )


def _differing(one: NewEntry, other: NewEntry) -> tuple[str, ...]:
    return tuple(
        name
        for name in _TOLD.get(one.type, ())
        if not _compatible(getattr(one.payload, name), getattr(other.payload, name))
    )


def _compatible(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return True
    unit, other_unit = getattr(one, "unit", None), getattr(other, "unit", None)
    if unit is not None or other_unit is not None:
        return unit == other_unit and _close(one.value, other.value)
    if isinstance(one, float | int) and isinstance(other, float | int):
        return _close(one, other)
    return bool(plain(one) == plain(other))


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE * max(abs(one), abs(other))


def _place(entry: NewEntry) -> tuple[int, int]:
    return entry.evidence[0].turn, entry.evidence[0].start
