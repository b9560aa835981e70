"""Messages in the outbox reach those they are for, by real servers, and say nothing to anybody else."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from certificates import for_localhost
from mail_server import PASSWORD, USER, Mailbox, mail_server
from reminding import SECRET
from sending import deliveries, message, queue, webhook
from small_http import Asked, answer, in_turn, serving
from standardwebhooks import Webhook

from carelog.app import Carelog
from carelog.db.pumps import PumpOptions
from carelog.delivery import Delivery, DeliveryState, Sender, SenderOptions, make_sender
from carelog.delivery.postman import Postman
from carelog.identity import operator
from carelog.identity.caller import Caller
from carelog.kit.clock import ManualClock
from carelog.kit.errors import ConfigurationError

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]
ME = operator()
SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


def smtp(mailbox: Mailbox, **more: Any) -> dict[str, Any]:
    plain = {"type": "smtp", "host": "localhost", "port": mailbox.port, "tls": "none"}
    return {"email": {**plain, "sent_from": "clinic@example.org", "timeout_seconds": 5, **more}}


async def test_an_email_arrives_and_is_let_go(opened: Opened) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox)) as carelog:
        await queue(carelog, "asha.rao@example.org", title="Your\r\nBcc: x@example.org visit", text="At ten – Zürich.")
        await carelog.postman.drain()
        [letter] = mailbox.letters
        [delivery] = await deliveries(carelog)
        assert (letter["To"], letter["From"]) == ("asha.rao@example.org", "clinic@example.org")
        assert (letter["Subject"], letter["Bcc"]) == ("Your Bcc: x@example.org visit", None)
        assert letter.get_content().strip() == "At ten – Zürich."
        assert letter["Message-ID"] == f"<{delivery.id}@example.org>"
        assert letter["Auto-Submitted"] == "auto-generated"
        assert (delivery.state, delivery.tries) == (DeliveryState.SENT, 1)
        assert (delivery.recipient, delivery.title, delivery.text) == ("a***@example.org", None, None)


async def test_a_notice_to_nobody_leaves_nothing(opened: Opened, tmp_path: Path) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox)) as carelog:
        await carelog.reception.verification.ask_for_password(Caller("198.51.100.7", None), "nobody@example.org")
        assert await deliveries(carelog) == []
        await carelog.postman.drain()
        assert mailbox.letters == []


@SQLITE
@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mail_goes_over_tls_to_a_server_that_is_trusted(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: Any
) -> None:
    context, certificate = for_localhost(tmp_path)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    known = {"username": USER, "password_env": "MAIL_PASSWORD"} if tls == "starttls" else {}
    async with mail_server(tls, context) as mailbox:
        async with opened(senders=smtp(mailbox, tls=tls, ca_file=str(certificate), **known)) as carelog:
            await queue(carelog, "asha@example.org")
            await carelog.postman.drain()
            assert len(mailbox.letters) == 1
        async with opened(senders=smtp(mailbox, tls=tls, **known)) as carelog:
            await queue(carelog, "asha@example.org")
            await carelog.postman.drain()
            [waiting, _] = await deliveries(carelog)
            assert (waiting.state, waiting.tries) == (DeliveryState.QUEUED, 0)
    assert len(mailbox.letters) == 1


@SQLITE
async def test_a_wrong_password_is_no_fault_of_the_message(opened: Opened, tmp_path: Path, clock: ManualClock) -> None:
    context, certificate = for_localhost(tmp_path)
    async with mail_server("starttls", context) as mailbox:
        given = {"tls": "starttls", "ca_file": str(certificate), "username": USER}
        async with opened(senders=smtp(mailbox, **given, password="not this one")) as carelog:
            await queue(carelog, "asha@example.org")
            await carelog.postman.drain()
            [waiting] = await deliveries(carelog)
            assert (waiting.state, waiting.tries) == (DeliveryState.QUEUED, 0)
        clock.advance(seconds=60)
        async with opened(senders=smtp(mailbox, **given, password=PASSWORD)) as carelog:
            await carelog.postman.drain()
            assert len(mailbox.letters) == 1


async def test_one_address_that_is_refused_holds_up_no_other(opened: Opened, clock: ManualClock) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox)) as carelog:
        mailbox.answers = {"gone@example.org": "550 no such user", "full@example.org": "452 mailbox full"}
        for address in ("gone@example.org", "full@example.org", "good@example.org", "no address at all"):
            await queue(carelog, address)
        await carelog.postman.drain()
        found = {d.state: d for d in await deliveries(carelog) if d.recipient != "no address at all"}
        assert [letter["To"] for letter in mailbox.letters] == ["good@example.org"]
        assert found[DeliveryState.DEAD].error == {
            "type": "SenderRefused",
            "code": "delivery.refused",
            "message": "sender 'email' was answered 550 by the mail server",
        }
        assert found[DeliveryState.QUEUED].tries == 1
        clock.advance(seconds=2)
        await carelog.postman.drain()
        assert [letter["To"] for letter in mailbox.letters] == ["good@example.org", "full@example.org"]
        assert sorted(d.state for d in await deliveries(carelog)) == ["dead", "dead", "sent", "sent"]


async def test_a_text_message_goes_to_its_webhook_signed(opened: Opened, clock: ManualClock) -> None:
    async with serving(in_turn(answer(200))) as server, opened(senders=webhook("sms", server)) as carelog:
        await queue(carelog, "+12025550143", channel="sms", text="Take a glass of water")
        await carelog.postman.drain()
        [asked] = server.got
        [delivery] = await deliveries(carelog)
    assert asked.json["data"] == {
        "id": str(delivery.id),
        "channel": "sms",
        "to": "+12025550143",
        "title": None,
        "text": "Take a glass of water",
        "subject": None,
    }
    assert asked.headers["idempotency-key"] == str(delivery.id)
    assert asked.headers["webhook-id"] == f"msg_{delivery.id}"
    assert signed_by(asked, clock.now())


def signed_by(asked: Asked, now: datetime) -> bool:
    expected = Webhook(SECRET).sign(asked.headers["webhook-id"], now, asked.body.decode())
    return asked.headers["webhook-signature"] == expected


async def test_a_sender_that_is_down_is_left_alone_and_the_message_waits(opened: Opened, clock: ManualClock) -> None:
    server_says = in_turn(answer(503, retry_after="300"), answer(200))
    async with serving(server_says) as server, opened(senders=webhook("sms", server)) as carelog:
        await queue(carelog, "+12025550143", channel="sms")
        await carelog.postman.drain()
        [waiting] = await deliveries(carelog)
        assert (waiting.state, waiting.tries) == (DeliveryState.QUEUED, 0)
        clock.advance(seconds=299)
        await carelog.postman.drain()
        assert len(server.got) == 1
        clock.advance(seconds=1)
        await carelog.postman.drain()
        assert [d.state for d in await deliveries(carelog)] == ["sent"]
        assert server.got[0].headers["webhook-id"] == server.got[1].headers["webhook-id"]


async def test_one_channel_that_is_down_holds_up_no_other(opened: Opened) -> None:
    async with serving(in_turn(None)) as silent, mail_server() as mailbox:
        senders = smtp(mailbox) | webhook("sms", silent, timeout_seconds=0.2)
        async with opened(senders=senders) as carelog:
            await queue(carelog, "+12025550143", channel="sms")
            await queue(carelog, "asha@example.org")
            await carelog.postman.drain()
            assert len(mailbox.letters) == 1


async def test_a_message_that_fails_again_and_again_is_a_dead_letter(opened: Opened, clock: ManualClock) -> None:
    server_says = in_turn(*[answer(500)] * 3, answer(200))
    async with (
        serving(server_says) as server,
        opened(senders=webhook("whatsapp", server), delivery_max_tries=3) as carelog,
    ):
        await queue(carelog, "+12025550143", channel="whatsapp")
        for _ in range(5):
            await carelog.postman.drain()
            clock.advance(seconds=10)
        [dead] = await deliveries(carelog)
        assert (dead.state, dead.tries, len(server.got)) == (DeliveryState.DEAD, 3, 3)
        await carelog.deliveries.drive(ME, dead.id)
        await carelog.postman.drain()
        assert [d.state for d in await deliveries(carelog)] == ["sent"]


async def test_one_message_that_a_server_never_takes_does_not_stop_the_channel(
    opened: Opened, clock: ManualClock
) -> None:
    """It answers as a server does that is down, for that message alone."""

    def does(asked: Asked) -> bytes:
        return answer(503 if asked.json["data"]["to"] == "+10" else 200)

    async with serving(does) as server, opened(senders=webhook("sms", server), delivery_max_tries=2) as carelog:
        for number in range(10, 15):
            await queue(carelog, f"+{number}", channel="sms")
        await carelog.postman.drain()
        assert sorted(d.state for d in await deliveries(carelog)) == ["queued", *["sent"] * 4]
        clock.advance(seconds=60)
        await queue(carelog, "+20", channel="sms")
        await carelog.postman.drain()
        assert sorted(d.state for d in await deliveries(carelog)) == ["dead", *["sent"] * 5]


async def test_two_messages_that_a_server_never_takes_do_not_stop_the_channel(
    opened: Opened, clock: ManualClock
) -> None:
    def does(asked: Asked) -> bytes:
        return answer(503 if asked.json["data"]["to"] in ("+10", "+13") else 200)

    async with serving(does) as server, opened(senders=webhook("sms", server), delivery_max_tries=99) as carelog:
        for number in range(10, 14):
            await queue(carelog, f"+{number}", channel="sms")
        for _ in range(60):
            await carelog.postman.drain()
            clock.advance(seconds=30)
        assert sorted(d.state for d in await deliveries(carelog)) == ["queued", "queued", "sent", "sent"]


async def test_a_gateway_that_limits_its_rate_gets_everything_and_no_try_is_lost(
    opened: Opened, clock: ManualClock
) -> None:
    """It takes three messages in a second; the tries would be used up at once."""
    taken: Counter[datetime] = Counter()

    def does(asked: Asked) -> bytes:
        if taken[clock.now()] == 3:
            return answer(429, retry_after="1")
        taken[clock.now()] += 1
        return answer(200)

    async with serving(does) as server, opened(senders=webhook("sms", server), delivery_max_tries=1) as carelog:
        for number in range(20):
            await queue(carelog, f"+12025550{number:03}", channel="sms")
        for _ in range(7):
            await carelog.postman.drain()
            clock.advance(seconds=1)
        found = await deliveries(carelog)
        assert {(d.state, d.tries) for d in found} == {(DeliveryState.SENT, 1)}
        # It is asked no more once it is full, but for what was on its way.
        assert len(server.got) <= 20 + 6 * 5


async def test_a_mail_server_that_takes_no_more_for_now_gets_all_later(opened: Opened, clock: ManualClock) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox), delivery_max_tries=1) as carelog:
        mailbox.answers = {f"asha{n}@example.org": "421 too many messages" for n in (3, 6)}
        for number in range(10):
            await queue(carelog, f"asha{number}@example.org")
        for _ in range(3):
            await carelog.postman.drain()
            clock.advance(seconds=1)
        assert sorted(letter["To"] for letter in mailbox.letters) == [f"asha{n}@example.org" for n in range(10)]
        assert {(d.state, d.tries) for d in await deliveries(carelog)} == {(DeliveryState.SENT, 1)}


class Stumbling(Sender[SenderOptions]):
    """Crashes so on what is for `+12`."""

    at_once = 2

    def __init__(self, how: BaseException) -> None:
        super().__init__(SenderOptions(), "sms")
        self.how = how
        self.taken: list[str] = []

    async def send(self, delivery: Delivery, now: datetime) -> None:
        if delivery.recipient == "+12":
            raise self.how
        self.taken.append(delivery.recipient)


@pytest.mark.parametrize("how", [KeyError("+12"), asyncio.CancelledError()], ids=["error", "something cancelled"])
async def test_a_sender_that_crashes_on_one_message_sends_each_of_the_others_once(
    carelog: Carelog, clock: ManualClock, how: BaseException
) -> None:
    sender = Stumbling(how)
    options = PumpOptions(batch=100, max_tries=2, lease=timedelta(seconds=30), poll=timedelta(seconds=1))
    postman = Postman(carelog.health, {"sms": sender}, clock, options)
    for number in range(10, 15):
        await queue(carelog, f"+{number}", channel="sms")
    for _ in range(3):
        await postman.drain()
        clock.advance(seconds=60)
    assert sorted(sender.taken) == ["+10", "+11", "+13", "+14"]
    [crashed] = [d for d in await deliveries(carelog) if d.state == DeliveryState.DEAD]
    assert crashed.error and crashed.error["code"] == "delivery.crashed"
    assert "+12" not in str(crashed.error)


async def test_what_is_of_no_use_any_more_is_not_sent(opened: Opened, clock: ManualClock) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox)) as carelog:
        await queue(carelog, "asha@example.org", expires_at=clock.now() + timedelta(minutes=10))
        clock.advance(seconds=600)
        await carelog.postman.drain()
        [expired] = await deliveries(carelog)
        assert (expired.state, expired.text, mailbox.letters) == (DeliveryState.DISCARDED, None, [])


async def test_a_dead_code_is_let_go_and_old_deliveries_are_forgotten(opened: Opened, clock: ManualClock) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox), finished_days=1) as carelog:
        mailbox.answers = {"gone@example.org": "550 no such user"}
        await queue(carelog, "gone@example.org", text="123456", expires_at=clock.now() + timedelta(minutes=10))
        await carelog.postman.drain()
        clock.advance(seconds=601)
        await carelog.maintenance.round()
        [delivery] = await deliveries(carelog)
        assert (delivery.state, delivery.text, delivery.recipient) == (
            DeliveryState.DISCARDED,
            None,
            "g***@example.org",
        )
        # Their age is that of their ids, which the machine's clock makes.
        clock.advance(seconds=400 * 24 * 3600)
        await carelog.maintenance.round()
        assert await deliveries(carelog) == []


async def test_the_same_message_is_sent_once(opened: Opened, clock: ManualClock) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox)) as carelog:
        for _ in range(2):
            await queue(carelog, "asha@example.org", key="visit:1")
            await carelog.postman.drain()
        assert len(mailbox.letters) == 1


async def test_two_processes_send_each_message_once(opened: Opened) -> None:
    async with serving(in_turn(answer(200))) as server:
        senders = webhook("sms", server)
        async with opened(senders=senders) as one, opened(senders=senders) as other:
            for n in range(60):
                await queue(one, f"+1202555{n:04}", channel="sms")
            while any(d.state == "queued" for d in await deliveries(one)):
                await asyncio.gather(one.postman.drain(), other.postman.drain())
            assert sorted(asked.json["data"]["to"] for asked in server.got) == [f"+1202555{n:04}" for n in range(60)]


WRONG = [
    ({"email": {"type": "pigeon"}}, "pigeon"),
    ({"email": {"type": "smtp"}}, "host"),
    ({"email": {"type": "smtp", "host": "h", "sent_from": "nobody"}}, "sent_from"),
    ({"email": {"type": "smtp", "host": "h", "sent_from": "a@b.org", "tls": "none", "username": "u"}}, "TLS"),
    ({"email": {"type": "smtp", "host": "h", "sent_from": "a@b.org", "username": "u"}}, "password"),
    ({"sms": {"type": "webhook", "url": "https://h.test", "secret": "hunter2"}}, "secret"),
    ({"sms": {"type": "webhook", "url": "gopher://h.test", "secret_env": "NOT_THERE"}}, "url"),
]


@SQLITE
@pytest.mark.parametrize(("senders", "named"), WRONG)
async def test_what_is_wrong_with_a_sender_is_said_at_the_start(opened: Opened, senders: Any, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as raised:
        async with opened(senders=senders):
            pass
    assert "hunter2" not in str(raised.value)


def test_nothing_of_a_message_is_in_its_repr() -> None:
    text = repr(message("asha@example.org", title="Visit", text="At ten"))
    assert "asha" not in text
    assert "At ten" not in text
    assert Delivery.__dataclass_fields__["text"].repr is False
    assert repr(make_sender("smtp", {"host": "h", "sent_from": "a@b.org"}, "email")) == "SmtpSender('email')"


async def test_a_message_joins_one_that_waits_and_follows_one_that_is_gone(opened: Opened, clock: ManualClock) -> None:
    async with mail_server() as mailbox, opened(senders=smtp(mailbox)) as carelog:
        for text in ("one", "two"):
            await queue(carelog, "asha@example.org", text=text, key="held", joins=True)
        await carelog.postman.drain()
        for text in ("three", "four"):
            await queue(carelog, "asha@example.org", text=text, key="held", joins=True)
        await carelog.postman.drain()
        sent = [letter.get_content().split() for letter in mailbox.letters]
        assert sorted(sent) == [["four"], ["one", "two"], ["three"]]


async def test_a_process_that_dies_after_it_has_sent_sends_the_same_again(opened: Opened, clock: ManualClock) -> None:
    """It dies before it can write down what it has done; the id tells the receiver."""
    async with serving(in_turn(answer(200))) as server:
        senders = webhook("sms", server)
        async with opened(senders=senders) as dying:
            await queue(dying, "+12025550143", channel="sms")
            sending = asyncio.create_task(dying.postman.drain())
            while not server.got:
                await asyncio.sleep(0)
            sending.cancel()
            await asyncio.wait([sending])
        clock.advance(seconds=60)
        async with opened(senders=senders) as carelog:
            await carelog.postman.drain()
            assert [d.state for d in await deliveries(carelog)] == ["sent"]
    assert len({asked.headers["idempotency-key"] for asked in server.got}) == 1
