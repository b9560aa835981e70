"""Contradictions: whether two entries of a record cannot both be true. Pure; `contradicting` reads and writes.

Two entries are compared only when they are of one type, about the same thing, and not told by the same conversation: in
one talk "I take it every day" and "then stop it" follow upon each other. Neither are two entries that were imported:
the system they come from keeps its own order, as of a prescription that was renewed on the day it ran out.

What changed in between is no contradiction. A claim holds for the days that it surely speaks of: the day on which it
was told, and back to the day after the one that it names ("stopped since", "onset").
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple, Self, cast
from uuid import UUID

from carelog.kit.zones import zone
from carelog.record.appending import Placed
from carelog.record.days import last_day
from carelog.record.entries import Entry, Source
from carelog.record.payload import Payload, Quantity
from carelog.record.types.allergy import Allergy
from carelog.record.types.condition import Condition
from carelog.record.types.medication import Medication
from carelog.record.types.medication_log import MedicationLog
from carelog.record.types.symptom import Symptom

_DAY: Final = timedelta(days=1)
AT_ONCE: Final = timedelta(hours=2)
"""A symptom that is there and, so long before or after, is not: that may come and go, nearer it may not."""
SAME_DOSE: Final = timedelta(minutes=30)
"""Two tellings of a dose so near to each other are of one dose."""
NEAREST: Final = 50
UNTOLD: Final = timedelta(days=14)
"""A medication that was stopped, and so soon after is taken again without anybody having told of a new start."""

_USING: Final = ("taking", "started", "changed")
_BEGINNING: Final = ("started", "changed", "ordered")


@dataclass(frozen=True)
class Compared:
    """What is compared of an entry."""

    id: UUID
    subject_id: UUID
    type: str
    payload: Payload
    at: datetime
    zone_name: str
    source: Source
    conversations: frozenset[UUID]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        said_in = frozenset(quote.conversation for quote in entry.evidence)
        return cls(
            entry.id, entry.subject_id, entry.type, entry.payload, entry.occurred_at, entry.occurred_zone,
            entry.source, said_in,
        )  # fmt: skip

    @classmethod
    def placed(cls, id_: UUID, placed: Placed) -> Self:
        new = placed.entry
        said_in = frozenset(quote.conversation for quote in new.evidence)
        if placed.conversation_id:
            said_in |= {placed.conversation_id}
        return cls(
            id_, placed.subject_id, new.type, new.payload, new.occurred_at, new.occurred_zone, new.source, said_in
        )

    @property
    def day(self) -> date:
        try:
            return self.at.astimezone(zone(self.zone_name)).date()
        except OverflowError:  # the first and last hours of time, which that clock does not have
            return self.at.date()

    @cached_property
    def about(self) -> frozenset[str]:
        """What it is about: names and ids, any of which two that are about the same thing have in common."""
        rule = CONTRADICTIONS.get(self.type)
        values = (getattr(self.payload, name) for name in rule.about) if rule else ()
        return frozenset(" ".join(str(value).lower().split()) for value in values if value is not None)

    @property
    def seen_since(self) -> datetime:
        """From when on there may be entries that this one contradicts; those to come may reach back to it."""
        return CONTRADICTIONS[self.type].reach(self)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """How entries of a type contradict each other. `judge` is given the earlier one first, and all that is around."""

    about: tuple[str, ...]
    judge: Callable[[Compared, Compared, Sequence[Compared]], bool]
    reach: Callable[[Compared], datetime]


def contradict(one: Compared, other: Compared, around: Sequence[Compared] = ()) -> bool:
    """Whether the two cannot both be true, in whichever order they are given. `around` are other entries of the same
    record, some of which may tell what happened between the two."""
    rule = CONTRADICTIONS.get(one.type)
    if rule is None or (one.type, one.subject_id) != (other.type, other.subject_id) or one.id == other.id:
        return False
    if one.source == other.source == "import" or one.conversations & other.conversations:
        return False
    if not one.about & other.about:
        return False
    earlier, later = sorted((one, other), key=lambda told: (told.at, told.id))
    return rule.judge(earlier, later, around)


def contradictions(written: Sequence[Compared], around: Sequence[Compared]) -> list[tuple[UUID, UUID]]:
    """Every pair that contradicts each other, of one that was written and another, each once: the later one first.

    In the order of time each is compared with the NEAREST of the same name on either side: the claims of a person stay
    far below that, and a flood of them costs no more than its length.
    """
    new = {told.id for told in written}
    by_name: dict[tuple[UUID, str, str], list[Compared]] = {}
    for told in {told.id: told for told in (*around, *written)}.values():
        for name in told.about:
            by_name.setdefault((told.subject_id, told.type, name), []).append(told)
    found: dict[tuple[UUID, UUID], None] = {}
    for alike in by_name.values():
        alike.sort(key=lambda told: (told.at, told.id))
        for n, later in enumerate(alike):
            before = alike[max(0, n - NEAREST) : n]
            for earlier in before:
                if (later.id in new or earlier.id in new) and contradict(earlier, later, before):
                    found[later.id, earlier.id] = None
    return list(found)


class _Days(NamedTuple):
    """From one day to another, both included."""

    first: date
    last: date

    def meets(self, other: "_Days") -> bool:
        return self.first <= other.last and other.first <= self.last


def _days(since: str | None, told: Compared) -> _Days:
    """The days that a claim surely holds for: the day of the telling, and back to the day after `since`."""
    return _Days(min(last_day(since) + _DAY, told.day) if since else told.day, told.day)


def _medications(earlier: Compared, later: Compared, around: Sequence[Compared]) -> bool:
    one, other = cast("Medication", earlier.payload), cast("Medication", later.payload)
    uses = _uses(one), _uses(other)
    if None in uses:
        return False
    if uses == (True, True):
        return earlier.day == later.day and _other_dose(one, other)
    if uses == (False, False):
        return False
    spans = [
        _days(m.started if using else m.stopped, told)
        for m, using, told in ((one, uses[0], earlier), (other, uses[1], later))
    ]
    if spans[0].meets(spans[1]):
        return True
    return uses == (False, True) and other.status == "taking" and _begun_untold(earlier, later, around)


def _uses(medication: Medication) -> bool | None:
    """Whether it is said to be taken; None where neither is said: what was ordered, missed or asked about."""
    if medication.status == "stopped" or (medication.status is None and medication.stopped):
        return False
    return True if medication.status in _USING else None


def _begun_untold(stopped: Compared, taken: Compared, around: Iterable[Compared]) -> bool:
    if taken.at - stopped.at > UNTOLD or cast("Medication", taken.payload).started:
        return False
    return not any(
        cast("Medication", told.payload).status in _BEGINNING and stopped.at <= told.at <= taken.at for told in around
    )


def _other_dose(one: Medication, other: Medication) -> bool:
    """Whether both say how much at a time, of the same kind of dose, and differ."""
    if other.status == "changed" or not _differ(one.dose, other.dose):
        return False
    if one.route and other.route and one.route != other.route:
        return False
    a, b = one.frequency, other.frequency
    if a is None or b is None or a.text.casefold() == b.text.casefold():
        return True
    # Once a day in the morning and once at night are two doses of one medication.
    return a.times_per_day == b.times_per_day and (a.times_per_day or 0) > 1


def _differ(one: Quantity | None, other: Quantity | None) -> bool:
    return one is not None and other is not None and one.unit == other.unit and one.value != other.value


def _symptoms(earlier: Compared, later: Compared, _around: Sequence[Compared]) -> bool:
    one, other = cast("Symptom", earlier.payload), cast("Symptom", later.payload)
    if one.polarity == other.polarity:
        return False
    if one.body_site and other.body_site and one.body_site.casefold() != other.body_site.casefold():
        return False
    if later.at - earlier.at <= AT_ONCE:
        return True
    steady = other.polarity == "present" and other.frequency is None and other.status in (None, "active")
    return bool(steady and other.onset) and _days(other.onset, later).meets(_Days(earlier.day, earlier.day))


def _allergies(earlier: Compared, later: Compared, _around: Sequence[Compared]) -> bool:
    one, other = cast("Allergy", earlier.payload), cast("Allergy", later.payload)
    if _refuted(one.certainty, other.certainty):
        return True
    gone = {a.status in ("inactive", "resolved") for a in (one, other)}
    return len(gone) == 2 and earlier.day == later.day


def _conditions(earlier: Compared, later: Compared, _around: Sequence[Compared]) -> bool:
    one, other = cast("Condition", earlier.payload), cast("Condition", later.payload)
    if _refuted(one.certainty, other.certainty):
        return True
    if "refuted" in (one.certainty, other.certainty) or None in (one.status, other.status):
        return False
    gone = one.status == "resolved", other.status == "resolved"
    spans = [
        _days(c.resolved if over else c.onset, told)
        for c, over, told in ((one, gone[0], earlier), (other, gone[1], later))
    ]
    return gone[0] != gone[1] and spans[0].meets(spans[1])


def _refuted(one: str | None, other: str | None) -> bool:
    """What is refuted never was so, whenever that is told; what was only suspected may well be refuted."""
    return (one == "refuted") != (other == "refuted") and "suspected" not in (one, other)


def _doses(earlier: Compared, later: Compared, _around: Sequence[Compared]) -> bool:
    one, other = cast("MedicationLog", earlier.payload), cast("MedicationLog", later.payload)
    moments = one.happens_at(), other.happens_at()
    if moments[0] is None or moments[1] is None:
        return False
    one_dose = one.scheduled_for is not None and one.scheduled_for == other.scheduled_for
    if not one_dose and abs(moments[0] - moments[1]) > SAME_DOSE:
        return False
    return one.status != other.status or (one.status == "taken" and _differ(one.dose, other.dose))


def _always(_told: Compared) -> datetime:
    return datetime.min.replace(tzinfo=UTC)


def _since(told: Compared, day: str | None, before: timedelta) -> datetime:
    named = [datetime(*_first_of(day), tzinfo=UTC) - _DAY] if day else []
    try:
        return min(told.at - before, *named) if named else told.at - before
    except OverflowError:
        return _always(told)


def _first_of(partial: str) -> tuple[int, int, int]:
    year, month, day = (*map(int, partial.split("-")), 1, 1)[:3]
    return year, month, day


def _since_medication(told: Compared) -> datetime:
    medication = cast("Medication", told.payload)
    return _since(told, medication.started if _uses(medication) else medication.stopped, UNTOLD)


CONTRADICTIONS: Final[Mapping[str, Contradiction]] = {
    "allergy": Contradiction(("substance",), _allergies, _always),
    "condition": Contradiction(("name",), _conditions, _always),
    "medication": Contradiction(("name", "ingredient"), _medications, _since_medication),
    "medication_log": Contradiction(
        ("name", "medication_id", "schedule_id"), _doses, lambda told: _since(told, None, _DAY)
    ),
    "symptom": Contradiction(
        ("name",), _symptoms, lambda told: _since(told, cast("Symptom", told.payload).onset, _DAY)
    ),
}
"""By entry type; entries of other types contradict nothing as far as rules can tell."""
