"""Planning: what becomes of new entries, and of changes to old ones, decided before anything is written.

Pure: whoever plans has read what is around, and writes the plan down afterwards, in one transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from carelog.identity import CATALOGUE, Principal
from carelog.kit.errors import CarelogError, Conflict
from carelog.kit.ids import new_id
from carelog.record.appending import Change, Placed
from carelog.record.conflicts import Compared, contradict
from carelog.record.duplicates import likeness
from carelog.record.entries import Entry, Source
from carelog.record.merging import filled, payload_json, told_again, with_evidence
from carelog.record.payload import Payload
from carelog.record.registry import entry_types, parse_payload
from carelog.record.review.items import Doubt, NewReview, Reading
from carelog.record.review.items import Placed as PlacedReview
from carelog.record.rules import Ruling, Step, judge, looked_at

OnDuplicate = Literal["refuse", "merge", "keep"]
Verdict = Literal["created", "merged"]


class Duplicate(Conflict):
    """The record has this already, as far as can be told; `details["candidates"]` are the entries that it may be."""

    code = "duplicate"


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of an entry: it is created, or goes into another; `notes` are for whoever wrote it."""

    id: UUID
    verdict: Verdict
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """What a conversation says of an entry, all in all, and through which chain."""

    payload: Payload
    chain: str | None


@dataclass(slots=True)
class Plan:
    """What is to be written, decided step by step; each step sees what those before it do, and one that is refused
    leaves nothing of itself behind. `judging` applies the rules; entries of the source that is `incomparable` are not
    taken for duplicates."""

    around: Iterable[Entry]
    by: Principal | None
    at: datetime
    judging: Callable[[str, Step], Ruling] = judge
    incomparable: Source | None = None
    created: dict[UUID, Placed] = field(default_factory=dict)
    tellings: dict[tuple[UUID, UUID], Telling] = field(default_factory=dict)
    duplicates: list[tuple[UUID, UUID]] = field(default_factory=list)
    disputed: list[PlacedReview] = field(default_factory=list)
    _stored: dict[UUID, Entry] = field(init=False)
    _now: dict[UUID, Entry] = field(init=False)
    _ids: dict[tuple[str, UUID], list[UUID]] = field(default_factory=dict)
    _comparable: dict[tuple[str, UUID], list[UUID]] = field(default_factory=dict)
    _begun_as: dict[UUID, Placed] = field(default_factory=dict)
    _why: dict[UUID, tuple[str, str | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stored = {entry.id: entry for entry in self.around}
        self._now = {}
        for entry in self._stored.values():
            self._see(entry)

    def changes(self) -> list[Change]:
        """The revisions to write, one of each entry that is not what it was."""
        return [
            Change(self._stored[id_], self._now[id_], by, reason)
            for id_, (by, reason) in self._why.items()
            if id_ in self._stored
        ]

    def entering(self, placed: Placed, on_duplicate: OnDuplicate) -> Decided:
        """A new entry that somebody wrote. Raises Duplicate, and what its rules raise."""
        same = self._one_of(placed)
        if same:
            return self._joined(same, placed)
        alike = self._alike(placed)
        if alike and on_duplicate == "refuse":
            raise Duplicate(
                "the record seems to have this already: `on_duplicate=merge` adds to it, `keep` stores both",
                details={
                    "candidates": [
                        {"id": str(e.id), "context_id": e.context_id, "headline": e.headline(), "score": score}
                        for score, e in alike
                    ]
                },
            )
        if alike and on_duplicate == "merge":
            return self._joined(alike[0][1], placed)
        decided = self._begun(placed)
        self.duplicates += [(decided.id, e.id) for _, e in alike]
        return decided

    def said(self, placed: Placed) -> Decided:
        """An entry that a conversation told. What was told before is told again, which makes no second entry; no rule
        refuses what was said. What a person has confirmed gets what it lacks, and stays as it is besides: where it is
        told otherwise now, a person is asked."""
        alike = self._alike(placed)
        before = self._one_of(placed) or (alike[0][1] if alike else None)
        if before is None:
            return self._begun(placed, lenient=True)
        payload = told_again(before.type, before.payload, placed.entry.payload)
        if before.confidence == "confirmed":
            payload = self._asked_about(before, payload, placed)
        told = replace(before, payload=payload, evidence=with_evidence(before.evidence, placed.entry.evidence))
        if (told.payload, told.evidence) != (before.payload, before.evidence):
            self._put(told, placed.entry.recorded_by, "told again")
        self._told(before.id, placed)
        return Decided(before.id, "merged")

    def _told(self, id_: UUID, placed: Placed) -> None:
        """Keep what each conversation says of an entry, from the moment on that it is told again."""
        for new in (self._begun_as.pop(id_, None), placed):
            if new is None or new.conversation_id is None:
                continue
            before = self.tellings.get((id_, new.conversation_id))
            payload = told_again(new.entry.type, before.payload, new.entry.payload) if before else new.entry.payload
            self.tellings[id_, new.conversation_id] = Telling(payload, new.chain)

    def _asked_about(self, before: Entry, told: Payload, placed: Placed) -> Payload:
        """What becomes of a confirmed entry that is told again; a question where that would say something else."""
        kept = filled(before.type, before.payload, told)
        fields = tuple(name for name in type(kept).model_fields if getattr(kept, name) != getattr(told, name))
        if fields and placed.conversation_id:
            new = placed.entry
            readings = (Reading.told(before), Reading.told(new))
            doubt = NewReview(new.type, Doubt.DISPUTED, readings, new.occurred_at, new.occurred_zone, fields)
            self.disputed.append(
                PlacedReview(placed.subject_id, placed.conversation_id, placed.chain, doubt, about=before.id)
            )
        return kept

    def revised(self, before: Entry, wanted: Entry, reason: str | None = None) -> Decided:
        """A change to an active entry, its retraction, or its return: what a person leaves of what was said, they
        stand for. Raises what its rules raise."""
        self._stored[before.id] = before
        if before.id not in self._now:
            self._see(before)
        ruling = self.judging(
            before.type,
            self._step(
                before.type,
                before.id,
                before.subject_id,
                before.payload if before.state == "active" else None,
                wanted.payload if wanted.state == "active" else None,
            ),
        )
        stands_for = self.by is not None and wanted.source == "conversation" and wanted.state == "active"
        wanted = replace(wanted, confidence="confirmed") if stands_for else wanted
        self._put(replace(wanted, payload=ruling.after or wanted.payload), self._author, reason)
        return self._also(Decided(before.id, "merged", ruling.notes), ruling)

    def _begun(self, placed: Placed, *, lenient: bool = False) -> Decided:
        id_, new = new_id(), placed.entry
        try:
            ruling = self.judging(new.type, self._step(new.type, id_, placed.subject_id, None, new.payload))
        except CarelogError:
            if not lenient:
                raise
            ruling = Ruling(new.payload)
        self._begun_as[id_] = placed
        new = replace(new, payload=ruling.after or new.payload)
        self.created[id_] = replace(placed, entry=new)
        begun = Entry(
            id=id_,
            subject_id=placed.subject_id,
            type=new.type,
            revision=1,
            state="active",
            payload=new.payload,
            evidence=new.evidence,
            occurred_at=new.occurred_at,
            occurred_zone=new.occurred_zone,
            recorded_at=self.at,
            recorded_by=new.recorded_by,
            reason=None,
            source=new.source,
            confidence=new.confidence,
            occurred_said=new.occurred_said,
        )
        self._see(begun)
        return self._also(Decided(id_, "created", ruling.notes), ruling)

    def _joined(self, before: Entry, placed: Placed) -> Decided:
        """What somebody wrote goes into an entry that there is: what they say counts, what they leave out stays."""
        said = placed.entry.payload.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        payload = parse_payload(before.type, payload_json(before.payload) | said)
        wanted = replace(
            before,
            payload=payload,
            evidence=with_evidence(before.evidence, placed.entry.evidence),
            occurred_at=payload.happens_at() or before.occurred_at,
            confidence="confirmed" if before.source == "conversation" else before.confidence,
        )
        if wanted == before:
            return Decided(before.id, "merged")
        return self.revised(before, wanted, "told again")

    def _also(self, decided: Decided, ruling: Ruling) -> Decided:
        for id_, payload in ruling.also.items():
            self._put(replace(self._now[id_], payload=payload), self._author, "changed with another entry")
        return decided

    def _put(self, wanted: Entry, by: str, reason: str | None) -> None:
        self._now[wanted.id] = wanted
        if wanted.id in self.created:
            placed = self.created[wanted.id]
            new = replace(
                placed.entry,
                payload=wanted.payload,
                evidence=wanted.evidence,
                occurred_at=wanted.occurred_at,
                confidence=wanted.confidence,
            )
            self.created[wanted.id] = replace(placed, entry=new)
        else:
            self._why[wanted.id] = (by, reason)

    @property
    def _author(self) -> str:
        return self.by.id if self.by else "rules"

    def _step(self, type_name: str, id_: UUID, owner: UUID, before: Payload | None, after: Payload | None) -> Step:
        near = [
            found
            for name in looked_at(type_name)
            for whose in dict.fromkeys((owner, CATALOGUE))
            for other in self._ids.get((name, whose), ())
            if (found := self._now[other]).state == "active"
        ]
        return Step(id_, before, after, near, self.by, self.at)

    def _see(self, entry: Entry) -> None:
        self._now[entry.id] = entry
        self._ids.setdefault((entry.type, entry.subject_id), []).append(entry.id)
        if self.incomparable is None or entry.source != self.incomparable:
            self._comparable.setdefault((entry.type, entry.subject_id), []).append(entry.id)

    def _one_of(self, placed: Placed) -> Entry | None:
        """The entry that there is of a type of which a record has one."""
        if not entry_types()[placed.entry.type].one:
            return None
        return next(self._like(placed, self._ids), None)

    def _alike(self, placed: Placed) -> list[tuple[float, Entry]]:
        """The entries that this one may be a duplicate of, the likeliest first. What contradicts it is none: both are
        kept."""
        sameness = entry_types()[placed.entry.type].model.sameness
        if sameness is None:
            return []
        told = Compared.placed(new_id(), placed)
        scored = [
            (round(likeness(sameness, e.payload, placed.entry.payload), 3), e)
            for e in self._like(placed, self._comparable)
            if sameness.within is None or abs(e.occurred_at - placed.entry.occurred_at) <= sameness.within
            if not contradict(told, Compared.of(e))
        ]
        return sorted((s for s in scored if s[0] >= sameness.threshold), key=lambda s: (-s[0], s[1].id))

    def _like(self, placed: Placed, among: Mapping[tuple[str, UUID], Sequence[UUID]]) -> Iterator[Entry]:
        of_type = (self._now[id_] for id_ in among.get((placed.entry.type, placed.subject_id), ()))
        return (e for e in of_type if e.state == "active")
