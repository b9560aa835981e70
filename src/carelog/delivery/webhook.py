"""`webhook`: each message is posted to one address, signed after Standard Webhooks (https://www.standardwebhooks.com).
Behind it stands whatever sends text messages, WhatsApp messages or notices on."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import httpx
from pydantic import Field, SecretStr

from carelog.delivery.delivery import Channel, Delivery
from carelog.delivery.sender import Sender, SenderError, SenderOptions
from carelog.kit import jsontext
from carelog.kit.http import retry_after, takes_nothing
from carelog.kit.signing import Signer
from carelog.storages.address import http_address


class WebhookOptions(SenderOptions):
    """`secret` is the 'whsec_...' that both sides know: a webhook is never sent unsigned."""

    url: SecretStr | None = None
    url_env: str | None = None
    secret: SecretStr | None = None
    secret_env: str | None = None
    timeout_seconds: float = Field(default=10.0, gt=0, le=300)
    at_once: int = Field(default=5, ge=1, le=100)


class WebhookSender(Sender[WebhookOptions]):
    """Sent is what a 2xx answered. `webhook-id` and `Idempotency-Key` are the same in every try."""

    options_model = WebhookOptions

    def __init__(self, options: WebhookOptions, channel: Channel) -> None:
        super().__init__(options, channel)
        try:
            self._url, self._login = http_address(self.needed("url"))
        except ValueError as error:
            raise self.misconfigured("url", str(error)) from None
        try:
            self._signer = Signer(self.needed("secret"))
        except ValueError as error:
            raise self.misconfigured("secret_env" if options.secret_env else "secret", str(error)) from None
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def send(self, deliveries: Sequence[Delivery], now: datetime) -> list[SenderError | None]:
        places = asyncio.Semaphore(self.options.at_once)

        async def one(delivery: Delivery) -> SenderError | None:
            async with places:
                return await self._post(delivery, now)

        return list(await asyncio.gather(*map(one, deliveries)))

    async def _post(self, delivery: Delivery, now: datetime) -> SenderError | None:
        data = {
            "id": str(delivery.id),
            "channel": self.channel,
            "to": delivery.recipient,
            "title": delivery.title,
            "text": delivery.text,
            "subject": str(delivery.subject_id) if delivery.subject_id else None,
        }
        body = jsontext.dump({"type": "message.send", "timestamp": now.isoformat(), "data": data})
        headers = {
            "content-type": "application/json",
            "idempotency-key": str(delivery.id),
            **self._signer.headers(f"msg_{delivery.id}", now, body),
        }
        try:
            response = await self._http().post(self._url, content=body.encode(), headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return self.down(f"cannot be reached ({type(error).__name__})")
        except httpx.TimeoutException:
            return self.failed(f"did not answer within {self.options.timeout_seconds:g} s")
        except httpx.HTTPError as error:
            return self.failed(f"broke off ({type(error).__name__})")
        return None if response.is_success else self._failure(response)

    def _failure(self, response: httpx.Response) -> SenderError:
        status = response.status_code
        told = f"was answered {status}"
        wait = retry_after(response.headers.get("retry-after"))
        if takes_nothing(status):
            return self.down(told, wait)
        return self.failed(told, wait) if status >= 500 else self.refused(told)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # No redirects: what is sent goes where the configuration says, and nowhere else.
            self._client = httpx.AsyncClient(
                auth=self._login,
                timeout=self.options.timeout_seconds,
                follow_redirects=False,
                limits=httpx.Limits(max_connections=self.options.at_once),
            )
        return self._client
