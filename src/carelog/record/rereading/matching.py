"""Matching what an engine says of a conversation with what the record has from it: which of them are one fact.

Pure. The surest pairs are made first: the same words and the same payload, then the same words and the same name, and
so on, down to the same words alone where nothing else of that type quotes them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from carelog.record.duplicates import same_thing
from carelog.record.entries import Entry, NewEntry
from carelog.record.evidence import Evidence, overlap
from carelog.record.merging import payload_json
from carelog.record.payload import Payload
from carelog.record.sameness import NAMING, REPEATING, named_alike


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that a conversation tells. `said` are the payloads of all its revisions, the newest last. One that is
    `judged` was confirmed, corrected, changed or retracted by a person, or written by one."""

    entry: Entry
    said: tuple[Payload, ...]
    judged: bool

    def quotes_of(self, conversation: UUID) -> tuple[Evidence, ...]:
        return tuple(quote for quote in self.entry.evidence if quote.conversation == conversation)


_SAME_WORDS_ALONE: Final = 6


def matched(known: Sequence[Known], told: Sequence[NewEntry], conversation: UUID) -> dict[int, Known]:
    """The entry that each of what is `told` now is, by its place in `told`; those that are of none are new.

    An entry is matched once, but for types of which a second telling goes into the first.
    """
    by_type: dict[str, list[Known]] = defaultdict(list)
    for one in known:
        by_type[one.entry.type].append(one)
    pairs: dict[int, Known] = {}
    taken: set[UUID] = set()
    ranked = sorted(_ranked(by_type, told, conversation), key=lambda pair: pair[:3])
    for _, n, k, type_name in ranked:
        one = by_type[type_name][k]
        if n not in pairs and one.entry.id not in taken:
            pairs[n] = one
            taken.add(one.entry.id)
    for n, new in enumerate(told):
        if n not in pairs and (before := _joined(by_type[new.type], new)):
            pairs[n] = before
    return pairs


def _ranked(
    by_type: Mapping[str, Sequence[Known]], told: Sequence[NewEntry], conversation: UUID
) -> Iterator[tuple[int, int, int, str]]:
    """Every pair that may be one fact: how sure it is, the smaller the surer; the places of the two; and their type."""
    quoting = Counter((new.type, new.evidence[0]) for new in told if new.evidence)
    past = {name: [[payload_json(said) for said in one.said] for one in known] for name, known in by_type.items()}
    quoted = {name: [one.quotes_of(conversation) for one in known] for name, known in by_type.items()}
    for n, new in enumerate(told):
        payload, first = payload_json(new.payload), new.evidence[:1]
        candidates = by_type.get(new.type, ())
        resting = [k for k in range(len(candidates)) if overlap(first, quoted[new.type][k][:1])]
        alone = len(resting) == 1 and quoting[new.type, first[0]] == 1
        for k, one in enumerate(candidates):
            said = past[new.type][k]
            rank = _rank(one, quoted[new.type][k], new, now=said[-1] == payload, ever=payload in said)
            if rank is None and alone and resting == [k]:
                rank = _SAME_WORDS_ALONE
            if rank is not None:
                yield rank, n, k, new.type


def _rank(one: Known, quotes: Sequence[Evidence], new: NewEntry, *, now: bool, ever: bool) -> int | None:
    """`now` is whether the two have the same payload, `ever` whether they once had."""
    if ever and set(quotes) == set(new.evidence):
        return 0 if now else 1
    near = overlap(quotes, new.evidence)
    named = any(named_alike(new.type, said, new.payload) for said in one.said)
    if near and (ever or named):
        return 2 if ever else 3
    if ever:
        return 4
    # Without common words, two readings of a pulse are two, and two tellings of one headache may be one.
    return 5 if named and new.type in NAMING and new.type not in REPEATING else None


def _joined(candidates: Sequence[Known], new: NewEntry) -> Known | None:
    sameness = type(new.payload).sameness
    if sameness is None:
        return None
    alike = (one for one in candidates if any(same_thing(sameness, said, new.payload) for said in one.said))
    return next(alike, None)
