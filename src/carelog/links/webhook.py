"""`webhook`: tells other systems, signed after Standard Webhooks (https://www.standardwebhooks.com)."""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

import httpx
from pydantic import Field, HttpUrl

from carelog.kit import jsontext
from carelog.kit.errors import ConfigurationError
from carelog.kit.http import retry_after
from carelog.kit.signing import Signer
from carelog.kit.tls import trusted
from carelog.pipeline import Link, LinkError, LinkOptions, Outcome, PermanentLinkError, Work

# Answers that trying again will not change: the receiver understood and said no (RFC 9110).
_FINAL = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})
_AT_ONCE = 10


class WebhookOptions(LinkOptions):
    """`secret_env` names the environment variable that holds the 'whsec_...' secret: a chain's definition is kept
    with its runs, and secrets do not belong there. A webhook is never sent unsigned."""

    urls: tuple[HttpUrl, ...] = Field(min_length=1)
    secret_env: str = Field(min_length=1)
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    include_document: bool = True


class WebhookLink(Link[WebhookOptions]):
    """Posts the conversation to every URL; anything but a 2xx answer is a failure, tried again with the chain.

    The id in `webhook-id` is the same in every try, so that a receiver can drop what it has already had.
    """

    options_model = WebhookOptions
    checkpoint = True

    def __init__(self, options: WebhookOptions) -> None:
        super().__init__(options)
        self._signer = _signer(options.secret_env)

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        # No redirects: health data goes where the configuration says, and nowhere else.
        async with httpx.AsyncClient(
            verify=trusted(),
            timeout=self.options.timeout_seconds,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=_AT_ONCE),
        ) as client:
            results = await asyncio.gather(*(self._send(client, work) for work in batch), return_exceptions=True)
        return [self._checked(result) for result in results]

    @staticmethod
    def _checked(result: Outcome | BaseException) -> Outcome | Exception:
        if isinstance(result, Outcome | Exception):
            return result
        raise result

    async def _send(self, client: httpx.AsyncClient, work: Work) -> Outcome:
        body = jsontext.dump(_body(work, self.options.include_document))
        for number, url in enumerate(self.options.urls):
            message_id = f"msg_{work.key.replace(':', '_')}_{number}"
            headers = {"content-type": "application/json", **self._signer.headers(message_id, work.now, body)}
            await self._post(client, url, number, body, headers)
        return Outcome()

    async def _post(
        self, client: httpx.AsyncClient, url: HttpUrl, number: int, body: str, headers: dict[str, str]
    ) -> None:
        try:
            response = await client.post(str(url), content=body.encode(), headers=headers)
        except httpx.TimeoutException:
            raise LinkError(f"webhook {number} did not answer within {self.options.timeout_seconds:g} s") from None
        except httpx.HTTPError as error:
            raise LinkError(f"webhook {number} cannot be reached ({type(error).__name__})") from None
        if response.is_success:
            return
        message = f"webhook {number} answered {response.status_code}"
        if response.status_code in _FINAL or response.is_redirect:
            raise PermanentLinkError(message)
        raise LinkError(message, retry_after=retry_after(response.headers.get("retry-after")))


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
