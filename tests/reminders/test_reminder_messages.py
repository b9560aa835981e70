"""Reminders as messages: to whom, by which channels, when, and how many at once."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import HOME
from reminding import ME, notified, prefer, prefer_after_joining, subject, told, write
from sending import deliveries, webhook
from signed_in import sign_in
from small_http import answer, in_turn, serving
from sqlalchemy import update

from carelog.app import Carelog
from carelog.delivery import DeliveryState
from carelog.identity import operator
from carelog.identity.sign_in import SignedIn
from carelog.identity.tables import user_account
from carelog.identity.users import new_user
from carelog.kit.clock import ManualClock
from carelog.kit.errors import InvalidInput
from carelog.reminders import Preferences

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]
HOUR = 3600
BERLIN = ZoneInfo("Europe/Berlin")
NOWHERE = {"email": {"type": "smtp", "host": "127.0.0.1", "port": 9, "tls": "none", "sent_from": "clinic@example.org"}}


async def hourly(carelog: Carelog, owner: UUID, hours: range, kind: str = "water") -> None:
    for hour in hours:
        await write(carelog, owner, "alarm", kind=kind, title=f"Glass {hour}", time=f"{hour:02}:00")


async def texts(carelog: Carelog) -> list[str]:
    """What waits to be sent, the first to be queued first."""
    return [d.text or "" for d in (await deliveries(carelog))[::-1]]


async def test_without_a_wish_nothing_is_sent(opened: Opened, clock: ManualClock) -> None:
    async with opened(senders=NOWHERE) as carelog:
        owner = await subject(carelog, "UTC", mailto="asha@example.org")
        await hourly(carelog, owner, range(10, 12))
        clock.advance(seconds=4 * HOUR)
        await carelog.reminders.catch_up()
        assert len(await notified(carelog, owner)) == 2
        assert await deliveries(carelog) == []


async def test_a_message_says_what_when_and_how_late(opened: Opened, clock: ManualClock) -> None:
    async with opened(senders=NOWHERE) as carelog:
        owner = await subject(carelog, "Asia/Kolkata", mailto="asha@example.org")
        await prefer(carelog, owner, channels=["email", "sms"])
        visit = {"title": "Dentist", "doctor": "Dr Example", "scheduled_at": "2026-01-05T10:30:00Z"}
        await write(carelog, owner, "appointment", **visit, reminder_minutes_before=60)
        clock.advance(seconds=HOUR)
        await carelog.reminders.catch_up()
        [delivery] = await deliveries(carelog)
        assert (delivery.channel, delivery.recipient, delivery.subject_id) == ("email", "asha@example.org", owner)
        assert delivery.title == "Dentist"
        assert delivery.text == "2026-01-05 15:00 Dentist (late)\n2026-01-05 16:00, Dr Example"


async def test_after_an_outage_there_is_one_message(opened: Opened, clock: ManualClock) -> None:
    async with opened(senders=NOWHERE) as carelog:
        owner = await subject(carelog, "UTC", mailto="asha@example.org")
        await prefer(carelog, owner, channels=["email"])
        await hourly(carelog, owner, range(8, 20))
        clock.advance(seconds=48 * HOUR)
        for _ in range(2):
            await carelog.reminders.catch_up()
        found = [told(e) for e in await notified(carelog, owner)]
        assert len(found) == 24
        assert all(n.late for n in found[:-1])
        [text] = await texts(carelog)
        assert text.splitlines() == [f"{n.due_at:%Y-%m-%d %H:%M} {n.title}{' (late)' * n.late}" for n in found]


async def test_quiet_hours_hold_messages_and_the_list_has_them_at_once(opened: Opened, clock: ManualClock) -> None:
    async with serving(in_turn(answer(200))) as server, opened(senders=webhook("webhook", server)) as carelog:
        owner = await subject(carelog, "Europe/Berlin")
        quiet = {"quiet_from": "22:00", "quiet_until": "07:30", "pass_quiet": ["medication"]}
        await prefer(carelog, owner, channels=["webhook"], **quiet)
        await hourly(carelog, owner, range(21, 24))
        await write(carelog, owner, "medication_schedule", name="metformin", times=["22:30"])
        begin = datetime(2026, 1, 5, 21, tzinfo=BERLIN)
        clock.advance(seconds=(begin - clock.now()).total_seconds())
        for count in (1, 1, 2, 3, 4):
            await carelog.reminders.catch_up()
            await carelog.postman.drain()
            assert len(await notified(carelog, owner)) == count
            clock.advance(seconds=HOUR / 2)
        lines = [asked.json["data"]["text"] for asked in server.got]
        assert lines == ["2026-01-05 21:00 Glass 21", "2026-01-05 22:30 Time for metformin"]
        clock.advance(seconds=(datetime(2026, 1, 6, 7, 30, tzinfo=BERLIN) - clock.now()).total_seconds())
        await carelog.postman.drain()
        [held] = [asked.json["data"]["text"] for asked in server.got[2:]]
        assert held == "2026-01-05 22:00 Glass 22\n2026-01-05 23:00 Glass 23"


async def test_what_is_muted_is_in_the_list_only(opened: Opened, clock: ManualClock) -> None:
    async with opened(senders=NOWHERE) as carelog:
        owner = await subject(carelog, "UTC", mailto="asha@example.org")
        await prefer(carelog, owner, channels=["email"], muted=["water"])
        await hourly(carelog, owner, range(10, 11))
        await hourly(carelog, owner, range(10, 11), kind="meal")
        clock.advance(seconds=HOUR)
        await carelog.reminders.catch_up()
        assert len(await notified(carelog, owner)) == 2
        assert len(await deliveries(carelog)) == 1


async def test_a_message_need_not_say_what_it_is_about(opened: Opened, clock: ManualClock) -> None:
    async with opened(senders=NOWHERE) as carelog:
        owner = await subject(carelog, "UTC", mailto="asha@example.org")
        await prefer(carelog, owner, channels=["email"], show_details=False)
        for hours in (1, 5):
            await write(carelog, owner, "medication_schedule", name="metformin", times=[f"{9 + hours}:00"])
            clock.advance(seconds=hours * HOUR)
            await carelog.reminders.catch_up()
        assert len(await texts(carelog)) >= 2
        for delivery in await deliveries(carelog):
            assert "metformin" not in f"{delivery.title} {delivery.text}"


async def test_a_user_is_written_to_where_they_have_shown_that_they_read(opened: Opened, clock: ManualClock) -> None:
    """Not where a conversation came from that was said to be theirs, and not once the account is disabled."""
    async with opened(senders=NOWHERE) as carelog:
        owners = [await subject(carelog, "UTC", mailto=f"{n}@elsewhere.example.org") for n in range(3)]
        users = [await sign_in(carelog, "patient", owns=owner, verified=n != 1) for n, owner in enumerate(owners)]
        async with carelog.auth.write() as connection:
            disabled = update(user_account).where(user_account.c.id == users[2].id)
            await connection.execute(disabled.values(state="disabled"))
        for owner in owners:
            await prefer(carelog, owner, channels=["email"])
            await hourly(carelog, owner, range(10, 11))
        clock.advance(seconds=HOUR)
        await carelog.reminders.catch_up()
        assert [d.recipient for d in await deliveries(carelog)] == [users[0].email]


async def test_a_snoozed_reminder_is_sent_again(opened: Opened, clock: ManualClock) -> None:
    async with opened(senders=NOWHERE) as carelog:
        owner = await subject(carelog, "UTC", mailto="asha@example.org")
        await prefer(carelog, owner, channels=["email"])
        await hourly(carelog, owner, range(10, 11))
        clock.advance(seconds=HOUR)
        await carelog.reminders.catch_up()
        [notification] = await notified(carelog, owner)
        for _ in range(2):
            await carelog.reminder_answers.snooze(ME, owner, notification.id, 15)
            clock.advance(seconds=15 * 60)
            await carelog.reminders.catch_up()
        assert len(await deliveries(carelog)) == 3


async def test_of_two_records_that_became_one_the_last_wish_counts(opened: Opened, clock: ManualClock) -> None:
    async with opened() as carelog:
        owner = await subject(carelog, "UTC")
        await prefer(carelog, owner, muted=["water"])
        await prefer_after_joining(carelog, owner, clock.now() + timedelta(seconds=1), muted=["meal"])
        assert (await carelog.reminder_preferences.get(ME, owner)).muted == ("meal",)
        clock.advance(seconds=2)
        await prefer(carelog, owner, quiet_from="22:00", quiet_until="06:00")
        found = await carelog.reminder_preferences.get(ME, owner)
        assert (found.muted, found.quiet_from) == (("meal",), "22:00")
        await prefer(carelog, owner, quiet_from=None, quiet_until=None, muted=None)
        assert await carelog.reminder_preferences.get(ME, owner) == Preferences()


WRONG: list[dict[str, Any]] = [
    {"quiet_from": "22:00"},
    {"quiet_from": "22:00", "quiet_until": "22:00"},
    {"quiet_from": "25:00", "quiet_until": "06:00"},
    {"channels": ["pigeon"]},
    {"muted": "water"},
    {"colour": "red"},
]


@pytest.mark.parametrize("wish", WRONG)
@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_wish_that_cannot_be_is_refused(carelog: Carelog, wish: dict[str, Any]) -> None:
    owner = await subject(carelog, "UTC")
    with pytest.raises(InvalidInput) as raised:
        await prefer(carelog, owner, **wish)
    assert raised.value.details["problems"]
    assert await carelog.reminder_preferences.get(ME, owner) == Preferences()


@given(
    moment=st.integers(1_767_225_600, 1_798_761_600).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    begins=st.times(),
    ends=st.times(),
)
def test_quiet_hours_end_at_their_end_and_within_a_day(moment: datetime, begins: Any, ends: Any) -> None:
    first, last = f"{begins:%H:%M}", f"{ends:%H:%M}"
    if first == last:
        return
    wish = Preferences(quiet_from=first, quiet_until=last)
    until = wish.held_until("water", moment, BERLIN)
    wall = f"{moment.astimezone(BERLIN):%H:%M}"
    inside = first <= wall < last if first < last else (wall >= first or wall < last)
    assert until is None or inside
    if until is not None:
        assert moment < until <= moment + timedelta(hours=25)
        assert f"{until.astimezone(BERLIN):%H:%M}" == last or until.astimezone(BERLIN).month in (3, 10)
        assert wish.held_until("water", until, BERLIN) is None
    elif inside:
        assert moment.astimezone(BERLIN).month == 10


async def test_a_code_arrives_by_the_channel_and_is_kept_nowhere(opened: Opened) -> None:
    async with serving(in_turn(answer(200))) as server, opened(senders=webhook("sms", server)) as carelog:
        given = {"email": "mira@example.org", "password": "a bicycle for the moon", "name": "Mira"}
        new = await new_user(carelog.reception.passwords, **given, role="patient", phone="+12025550143")
        await carelog.reception.users.add(operator(), new)
        done = await carelog.reception.sign_in.login(HOME, email=given["email"], password=given["password"])
        assert isinstance(done, SignedIn)
        who = await carelog.reception.tokens.authenticate(done.access_token)
        await carelog.reception.verification.ask(who, HOME, "phone")
        await carelog.postman.drain()
        [asked] = server.got
        assert asked.json["data"]["to"] == "+12025550143"
        code = asked.json["data"]["text"][:6]
        user = await carelog.reception.verification.confirm(who, HOME, "phone", code)
        assert user.phone_verified
        [delivery] = await deliveries(carelog)
        assert (delivery.state, delivery.recipient, delivery.text) == (DeliveryState.SENT, "***0143", None)
