"""`webhook`: tells other systems, signed after Standard Webhooks (https://www.standardwebhooks.com)."""

import asyncio
import math
import os
import random
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, Self

import httpx
from pydantic import Field, HttpUrl, PrivateAttr, ValidationInfo, model_validator

from carelog.kit import jsontext
from carelog.kit.errors import ConfigurationError
from carelog.kit.signing import Signer
from carelog.kit.tls import trusted
from carelog.links.pace import Pace
from carelog.links.receivers import Receiver
from carelog.pipeline import Link, LinkOptions, LinkParked, Outcome, Work

_AT_ONCE: Final = 10


class WebhookOptions(LinkOptions):
    """`secret_env` names the environment variable that holds the 'whsec_...' secret: a chain's definition is kept
    with its runs, and secrets do not belong there. A webhook is never sent unsigned."""

    urls: tuple[HttpUrl, ...] = Field(min_length=1)
    secret_env: str = Field(min_length=1)
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    include_document: bool = True
    _receivers: tuple[Receiver, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _find_receivers(self, info: ValidationInfo) -> Self:
        self._receivers = tuple(Receiver.at(number, url, info.context) for number, url in enumerate(self.urls))
        return self

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        return self._receivers


class WebhookLink(Link[WebhookOptions]):
    """Posts the conversation to every URL; anything but a 2xx answer is a failure, tried again with the chain.

    The id in `webhook-id` is the same in every try, so that a receiver can drop what it has already had.
    """

    options_model = WebhookOptions
    checkpoint = True

    def __init__(self, options: WebhookOptions) -> None:
        super().__init__(options)
        self._signer = _signer(options.secret_env)
        self.receivers = tuple(receiver.name for receiver in options.receivers)

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        # A place is waited for here, and not within the client: that is no time which a receiver takes.
        places = asyncio.Semaphore(_AT_ONCE)
        paces = [Pace() for _ in self.options.receivers]

        async def alone(client: httpx.AsyncClient, work: Work) -> Outcome:
            async with places:
                return await self._send(client, work, paces)

        # No redirects: health data goes where the configuration says, and nowhere else.
        async with httpx.AsyncClient(
            verify=trusted(),
            timeout=None,  # noqa: S113  see Receiver.post
            follow_redirects=False,
            limits=httpx.Limits(max_connections=_AT_ONCE),
        ) as client:
            results = await asyncio.gather(*(alone(client, work) for work in batch), return_exceptions=True)
        return _spread([self._checked(result) for result in results])

    @staticmethod
    def _checked(result: Outcome | BaseException) -> Outcome | Exception:
        if isinstance(result, Outcome | Exception):
            return result
        raise result

    async def _send(self, client: httpx.AsyncClient, work: Work, paces: Sequence[Pace]) -> Outcome:
        receivers = self.options.receivers
        if len(receivers) > 1:
            # So that those who are well do not get it again and again while another is left alone.
            for receiver, pace in zip(receivers, paces, strict=True):
                await pace.keep(receiver.look)
        body = jsontext.dump(_body(work, self.options.include_document))
        for receiver, pace in zip(receivers, paces, strict=True):
            message_id = f"msg_{work.key.replace(':', '_')}_{receiver.number}"
            headers = self._signer.headers(message_id, work.now, body)
            await pace.keep(partial(receiver.post, client, body, headers, self.options.timeout_seconds))
        return Outcome()


def _spread(results: Sequence[Outcome | Exception]) -> list[Outcome | Exception]:
    """Let those that are put off come back with the rest of their batch, but not with all others: a long queue must not
    come back all at once. In whole seconds, so that what becomes of a batch is few statements."""
    later = 1 + random.random() / 2  # noqa: S311  no secret
    return [_put_off(result, later) if isinstance(result, LinkParked) else result for result in results]


def _put_off(parked: LinkParked, later: float) -> LinkParked:
    seconds = 0 if parked.retry_after is None else parked.retry_after.total_seconds()
    return LinkParked(parked.message, retry_after=timedelta(seconds=math.ceil(seconds * later)))


def _signer(variable: str) -> Signer:
    try:
        return Signer(os.environ.get(variable, ""))
    except ValueError as error:
        raise ConfigurationError(f"link 'webhook', secret_env: {variable} {error}") from None


def _body(work: Work, include_document: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "conversation": str(work.conversation_id),
        "subject": str(work.subject_id),
        "channel": work.channel,
        "chain": work.chain,
    }
    if include_document:
        data["vcon"] = work.conversation.document
    return {"type": "conversation.processed", "timestamp": work.now.isoformat(), "data": data}
