"""Two engines over one conversation: what both read, where they contradict each other, what one alone read.

Unknown contradicts nothing: an engine that leaves a dose out has not read another dose.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from carelog.record.entries import NewEntry
from carelog.record.evidence import Evidence


class Confidence(StrEnum):
    """How far an entry is borne out."""

    AGREED = "agreed"
    SINGLE = "single"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readings of one thing, and the fields in which they contradict each other."""

    local: NewEntry
    other: NewEntry
    differing: tuple[str, ...]

    @property
    def confidence(self) -> Confidence:
        return Confidence.DISPUTED if self.differing else Confidence.AGREED


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


@dataclass(frozen=True, slots=True)
class _Kind:
    """`same` names the fields that say which thing it is, the first of them that both have; `told` those that are
    compared."""

    same: tuple[str, ...]
    told: tuple[str, ...]


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "symptom": _Kind(("name",), ("polarity", "status", "severity")),
        "medication": _Kind(("ingredient", "name"), ("dose", "status")),
        "vitals": _Kind(("kind",), ("value", "systolic", "diastolic")),
        "food": _Kind(("name",), ("energy_kcal",)),
        "water": _Kind((), ("amount",)),
        "sleep": _Kind((), ("hours", "quality", "awakenings")),
        "exercise": _Kind(("activity",), ("minutes", "steps")),
        "mood": _Kind((), ("level", "energy")),
        "allergy": _Kind(("substance",), ("status", "certainty")),
        "condition": _Kind(("name",), ("status", "certainty")),
        "lab_result": _Kind(("test",), ("value", "text")),
        "appointment": _Kind(("title",), ("scheduled_at", "status")),
    }
)
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
            if not _same_thing(mine, other[k]):
                continue
            differing = _differing(mine, other[k])
            apart = not _quotes_overlap(mine.evidence, other[k].evidence)
            if not (apart and differing and _repeats(mine.type)):
                candidates.append((apart, len(differing), i, k, differing))
    pairs: list[Pair] = []
    mine_left, theirs_left = set(range(len(local))), set(range(len(other)))
    for _, _, i, k, differing in sorted(candidates):
        if i in mine_left and k in theirs_left:
            mine_left.discard(i)
            theirs_left.discard(k)
            pairs.append(Pair(local[i], other[k], differing))
    pairs.sort(key=lambda pair: _place(pair.local))
    return Comparison(
        tuple(pairs),
        tuple(local[i] for i in sorted(mine_left)),
        tuple(other[k] for k in sorted(theirs_left)),
    )


def _repeats(type_name: str) -> bool:
    """Things of this type happen again and again, so that two that differ may both be true."""
    return type_name in {"vitals", "food", "water", "sleep", "exercise", "mood", "lab_result"}


def _same_thing(one: NewEntry, other: NewEntry) -> bool:
    kind = _KINDS.get(one.type)
    if kind is None:
        return one.payload == other.payload
    for name in kind.same:
        mine, theirs = getattr(one.payload, name), getattr(other.payload, name)
        if mine is not None and theirs is not None:
            return _plain(mine) == _plain(theirs)
    return not kind.same


def _differing(one: NewEntry, other: NewEntry) -> tuple[str, ...]:
    kind = _KINDS.get(one.type)
    return tuple(
        name
        for name in (kind.told if kind else ())
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
    return bool(_plain(one) == _plain(other))


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE * max(abs(one), abs(other))


def _plain(value: Hashable) -> Hashable:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def _quotes_overlap(one: Sequence[Evidence], other: Sequence[Evidence]) -> bool:
    return any(a.pointer == b.pointer and a.start < b.end and b.start < a.end for a in one for b in other)


def _place(entry: NewEntry) -> tuple[int, int]:
    return entry.evidence[0].turn, entry.evidence[0].start
