"""Verification: finds what does not fit in a trail, row by row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from carelog.identity.audit.chain import START, Actor, Coverage, Head, Object, Row

Problem = Literal["altered", "removed", "inserted", "details_altered", "details_removed", "erasure_unfounded", "head"]

PROBLEMS: Final[dict[Problem, str]] = {
    "altered": "altered, or put in",
    "removed": "removed",
    "inserted": "put in after the end of the chain",
    "details_altered": "details altered",
    "details_removed": "details removed, and no erasure says so",
    "erasure_unfounded": "not an erasure that destroyed just the details that are missing in its name",
    "head": "not the row that the chain is said to end with",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A row with what is beside it: its details, or the numbers of the erasures that deleted them."""

    row: Row
    actor: Actor | None
    object: Object | None
    actor_erased: int | None
    object_erased: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: the rows from `first` to `last`."""

    first: int
    last: int
    problem: Problem

    def __str__(self) -> str:
        rows = f"row {self.first}" if self.first == self.last else f"rows {self.first} to {self.last}"
        return f"{rows}: {PROBLEMS[self.problem]}"


@dataclass(slots=True)
class Verification:
    """Takes the rows of a trail in order; `finish` then reports what is left.

    A row that does not fit is reported once: the rows after it are checked against what it says of itself. `expected`
    is an end of the chain that was noted elsewhere before.
    """

    key: bytes = field(repr=False)
    expected: Head | None = None
    end: Head = START
    rows: int = 0
    erased: int = 0
    findings: list[Finding] = field(default_factory=list)
    _expected_seen: bool = False
    _erasures: dict[int, str] = field(default_factory=dict)
    _erased_by: dict[int, Coverage] = field(default_factory=dict)

    def take(self, kept: Iterable[Kept]) -> None:
        for one in kept:
            self._take(one)

    def _take(self, kept: Kept) -> None:
        row = kept.row
        if row.seq > self.end.seq + 1:
            # The row before this one is gone, and with it what this code was made from.
            self._find("removed", self.end.seq + 1, row.seq - 1)
        elif row.code(self.key, self.end.mac) != row.mac:
            self._find("altered", row.seq)
        if self.expected and row.seq == self.expected.seq:
            self._expected_seen = row.mac == self.expected.mac
        self._check_details(kept)
        if row.covers is not None:
            self._erasures[row.seq] = row.covers
        self.rows += 1
        self.end = Head(row.seq, row.mac)

    def _check_details(self, kept: Kept) -> None:
        seq, parts = (
            kept.row.seq,
            (
                (True, kept.actor, kept.row.actor, kept.actor_erased),
                (False, kept.object, kept.row.object, kept.object_erased),
            ),
        )
        for is_actor, details, commitment, erased_by in parts:
            if details is not None:
                if details.commitment() != commitment or erased_by is not None:
                    self._find("details_altered", seq)
            elif erased_by is not None:
                self._erased_by.setdefault(erased_by, Coverage()).add(seq, actor=is_actor)
                self.erased += is_actor
            elif commitment is not None:
                self._find("details_removed", seq)

    def finish(self, head: Head) -> None:
        """Check the end of the chain, which the trail says is at `head`, and the erasures."""
        if self.end.seq < head.seq:
            self._find("removed", self.end.seq + 1, head.seq)
        elif self.end.seq > head.seq:
            self._find("inserted", head.seq + 1, self.end.seq)
        elif self.end.mac != head.mac:
            self._find("head", head.seq)
        expected = self.expected
        if expected and expected != START and not self._expected_seen:
            if expected.seq > self.end.seq:
                self._find("removed", self.end.seq + 1, expected.seq)
            else:
                self._find("altered", expected.seq)
        for seq in sorted(self._erasures.keys() | self._erased_by.keys()):
            if str(self._erased_by.get(seq, Coverage())) != self._erasures.get(seq):
                self._find("erasure_unfounded", seq)

    def _find(self, problem: Problem, first: int, last: int | None = None) -> None:
        found = Finding(first, first if last is None else last, problem)
        if found not in self.findings[-2:]:
            self.findings.append(found)
