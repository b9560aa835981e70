"""A year of reminders in two zones, with changes of the clock, restarts and an outage: each once, none missing."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from reminding import SECRET, crossings, notified, prefer, repeated, subject, told, write
from small_http import Asked, answer, serving

from carelog.app import Carelog
from carelog.kit.clock import ManualClock
from carelog.kit.signing import Signer

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]

BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
END = BEGIN + timedelta(days=365)
LATE = timedelta(minutes=5)
ZONES = ("Europe/Berlin", "America/New_York")

EVERY_NIGHT = {"kind": "sleep", "title": "Sleep well", "time": "02:30"}
MONDAYS = {"kind": "exercise", "title": "Stretch", "time": "08:05", "days": ["mon", "thu"]}
ONCE = {"kind": "other", "title": "Renew the card", "time": "12:00", "on": "2026-08-01"}
DOSES = {"name": "metformin", "times": ["07:00", "19:00"], "every_days": 3, "starts_on": "2026-02-01"}
VISITS = [BEGIN + timedelta(days=30 * n, hours=6, minutes=17) for n in range(1, 12)]


@cache
def due_in(zone_name: str) -> dict[str, list[datetime]]:
    """When each of them is due, by what the clock on the wall shows minute by minute."""
    zone = ZoneInfo(zone_name)
    found: dict[str, list[datetime]] = {"night": [], "monday": [], "once": [], "doses": []}
    first_day = datetime(2026, 2, 1).date()  # noqa: DTZ001  a day of the calendar
    times: dict[tuple[int, int], object] = dict.fromkeys([(2, 30), (8, 5), (12, 0), (7, 0), (19, 0)])
    for moment, wall in crossings(zone, times, BEGIN, END):
        match (wall.hour, wall.minute):
            case (2, 30):
                found["night"].append(moment)
            case (8, 5) if wall.weekday() in (0, 3):
                found["monday"].append(moment)
            case (12, 0) if (wall.month, wall.day) == (8, 1):
                found["once"].append(moment)
            case (7 | 19, 0) if wall.date() >= first_day and (wall.date() - first_day).days % 3 == 0:
                found["doses"].append(moment)
    found["visits"] = [visit - timedelta(minutes=45) for visit in VISITS]
    return found


async def fill(carelog: Carelog, zone: str) -> tuple[UUID, dict[UUID, list[datetime]]]:
    """A record on that clock with all of them, and when each entry is due."""
    owner, due = await subject(carelog, zone), due_in(zone)
    await prefer(carelog, owner, channels=["webhook"])
    entries = {
        (await write(carelog, owner, "alarm", **EVERY_NIGHT)).id: due["night"],
        (await write(carelog, owner, "alarm", **MONDAYS)).id: due["monday"],
        (await write(carelog, owner, "alarm", **ONCE)).id: due["once"],
        (await write(carelog, owner, "medication_schedule", **DOSES)).id: due["doses"],
    }
    for n, (visit, moment) in enumerate(zip(VISITS, due["visits"], strict=True)):
        at = {"title": f"Visit {n}", "scheduled_at": visit.isoformat(), "reminder_minutes_before": 45}
        entries[(await write(carelog, owner, "appointment", **at)).id] = [moment]
    return owner, entries


def looks() -> list[datetime]:
    """When somebody looks whether anything is due: some on time, some days late, and never in two days of May."""
    random = Random(2026)
    moments = sorted({moment for zone in ZONES for each in due_in(zone).values() for moment in each})
    down = (datetime(2026, 5, 10, 11, tzinfo=UTC), datetime(2026, 5, 12, 11, tzinfo=UTC))
    on_time = random.sample(moments, 60)
    coarse = [BEGIN + (END - BEGIN) * n / 100 for n in range(101)]
    return sorted(m for m in {*on_time, *coarse, down[1]} if not down[0] <= m < down[1])


async def test_each_reminder_of_a_year_comes_once(opened: Opened, clock: ManualClock) -> None:
    sent: list[str] = []

    def take(asked: Asked) -> bytes:
        assert (
            Signer(SECRET).headers(asked.headers["webhook-id"], _moment(asked), asked.body.decode())[
                "webhook-signature"
            ]
            == asked.headers["webhook-signature"]
        )
        sent.extend(line for line in asked.json["data"]["text"].splitlines() if line[:3] == "202")
        return answer(200)

    moments = looks()
    restarts = {moments[len(moments) // 4 * n] for n in (1, 2, 3)}
    async with serving(take) as server:
        senders = {"webhook": {"type": "webhook", "url": f"http://127.0.0.1:{server.port}/", "secret": SECRET}}
        carelog_of = opened(senders=senders)
        carelog = await carelog_of.__aenter__()
        try:
            records = [await fill(carelog, zone) for zone in ZONES]
            for moment in moments:
                clock.advance(seconds=(moment - clock.now()).total_seconds())
                if moment in restarts:
                    await carelog_of.__aexit__(None, None, None)
                    carelog_of = opened(senders=senders)
                    carelog = await carelog_of.__aenter__()
                await carelog.reminders.catch_up()
                await carelog.postman.drain()
            for owner, due in records:
                await check(carelog, owner, due, moments)
        finally:
            await carelog_of.__aexit__(None, None, None)
    expected = sum(len(each) for _, due in records for each in due.values())
    assert expected > 1400
    assert len(sent) == expected


async def check(carelog: Carelog, owner: UUID, due: dict[UUID, list[datetime]], moments: list[datetime]) -> None:
    found = [told(e) for e in await notified(carelog, owner)]
    assert not repeated((n.reference_id, n.due_at) for n in found)
    assert {(n.reference_id, n.due_at) for n in found} == {(id_, at) for id_, each in due.items() for at in each}
    for notification in found:
        at = notification.due_at
        assert at
        looked = next(moment for moment in moments if moment >= at)
        assert notification.late == (looked - at > LATE), at
    assert any(n.late for n in found)
    assert any(not n.late for n in found)


def _moment(asked: Asked) -> Any:
    return datetime.fromtimestamp(int(asked.headers["webhook-timestamp"]), UTC)
