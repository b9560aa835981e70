"""The samples as the first look takes them in: as if they had been spoken lately."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from carelog.conversations import Conversation
from carelog.extraction.local import extract
from carelog.samples import sample_files
from carelog.samples.lately import samples_moved, weeks_until

STAYS = "15-call-rescheduling.vcon.json"
NAMES = [file.name for file in sample_files()]


def starts(vcons: list[bytes]) -> dict[str, datetime]:
    return {name: Conversation.parse(vcon).started_at for name, vcon in zip(NAMES, vcons, strict=True)}


@pytest.mark.parametrize("day", range(7))
def test_they_are_of_the_days_before_now_and_of_the_same_days_of_the_week(day: int) -> None:
    now = datetime(2026, 11, 20, 7, 0, tzinfo=UTC) + timedelta(days=day)
    before, after = starts(samples_moved(0)), starts(samples_moved(weeks_until(now)))
    assert after.pop(STAYS) == before.pop(STAYS)
    assert {(after[name] - before[name]) % timedelta(weeks=1) for name in before} == {timedelta(0)}
    assert now - timedelta(weeks=1) < max(after.values()) <= now
    assert min(after.values()) > now - timedelta(weeks=3)


def test_before_they_were_written_they_are_as_they_are() -> None:
    files = [file.read_bytes() for file in sample_files()]
    assert samples_moved(weeks_until(datetime(2026, 1, 1, tzinfo=UTC))) == files


def test_a_date_that_is_written_out_moves_too() -> None:
    moved = {name: vcon.decode() for name, vcon in zip(NAMES, samples_moved(42), strict=True)}
    results = json.loads(moved["08-lab-results.vcon.json"])
    assert "collected November 19, 2026, ordered" in results["dialog"][0]["body"]
    assert results["attachments"][0]["filename"] == "nair-2026-11-19.csv"
    assert not [name for name, text in moved.items() if name != STAYS and "2026-01-" in text]


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_what_is_read_of_them_is_the_same(number: int) -> None:
    def read(weeks: int) -> list[tuple[str, str, datetime]]:
        found = extract(Conversation.parse(samples_moved(weeks)[number]), zone="America/New_York")
        later = timedelta(weeks=0 if NAMES[number] == STAYS else weeks)
        return [
            (e.type, e.evidence[0].quote if e.evidence else "", (e.occurred_at - later).replace(hour=0, minute=0))
            for e in found.entries
        ]

    assert read(4) == read(0)
