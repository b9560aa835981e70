"""The timeline: a day is the subject's day, not the server's."""

from dataclasses import replace
from datetime import UTC, datetime

from made_up import submission, symptom_of

from carelog.kit.ids import new_id
from carelog.record import Entry
from carelog.record.timeline import timeline


def entry(occurred_at: datetime, zone: str) -> Entry:
    new = symptom_of(submission().conversation)
    return Entry(
        id=new_id(),
        subject_id=new_id(),
        type=new.type,
        revision=1,
        state="active",
        payload=new.payload,
        evidence=new.evidence,
        occurred_at=occurred_at,
        occurred_zone=zone,
        recorded_at=occurred_at,
        recorded_by="test",
        reason=None,
    )


def test_entries_are_grouped_by_the_subjects_own_day_the_latest_first() -> None:
    late_evening = entry(datetime(2026, 1, 6, 3, 30, tzinfo=UTC), "America/New_York")
    next_morning = entry(datetime(2026, 1, 6, 12, 0, tzinfo=UTC), "America/New_York")
    noon = replace(late_evening, id=new_id(), occurred_at=datetime(2026, 1, 5, 17, 0, tzinfo=UTC))
    days = timeline([next_morning, late_evening, noon])
    assert [(day.date.isoformat(), day.entries) for day in days] == [
        ("2026-01-06", (next_morning,)),
        ("2026-01-05", (noon, late_evening)),
    ]


def test_a_fixed_offset_is_a_zone_too() -> None:
    assert entry(datetime(2026, 1, 5, 20, 0, tzinfo=UTC), "+05:30").occurred_local.isoformat() == (
        "2026-01-06T01:30:00+05:30"
    )
