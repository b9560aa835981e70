"""`webhook`: each finished vCon is posted, signed after Standard Webhooks (https://www.standardwebhooks.com)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import httpx
from pydantic import Field, SecretStr

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after, takes_nothing
from carelog.kit.signing import Signer
from carelog.storages.address import http_address
from carelog.storages.batches import each, one_by_one
from carelog.storages.storage import Copy, Storage, StorageError, StorageOptions


class WebhookOptions(StorageOptions):
    """`secret` is the 'whsec_...' that both sides know: a webhook is never sent unsigned."""

    url: SecretStr | None = None
    url_env: str | None = None
    secret: SecretStr | None = None
    secret_env: str | None = None
    timeout_seconds: float = Field(default=10.0, gt=0, le=600)
    at_once: int = Field(default=10, ge=1, le=100)


class WebhookStorage(Storage[WebhookOptions]):
    """Kept is what a 2xx answered. A deletion is posted as well.

    The `webhook-id` of a copy is made of its conversation and revision: the same in every try, so that a receiver
    can drop what it has had.
    """

    options_model = WebhookOptions
    readable: ClassVar[bool] = False

    def __init__(self, options: WebhookOptions, name: str) -> None:
        super().__init__(options, name)
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

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        return await one_by_one(copies, self._send_copy, at_once=self.options.at_once)

    async def get(self, conversation_id: UUID) -> str | None:
        raise self.failed("cannot be read")

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        await each(conversation_ids, self._send_deletion, at_once=self.options.at_once)

    async def _send_copy(self, copy: Copy) -> None:
        data = {
            "conversation": str(copy.conversation_id),
            "revision": copy.revision,
            "subject": str(copy.subject_id),
            "channel": copy.channel,
            "chain": copy.chain,
            "started_at": copy.started_at.isoformat(),
            "recorded_at": copy.recorded_at.isoformat(),
        }
        try:
            body = _body("conversation.finished", {**data, "vcon": jsontext.parse(copy.document)})
        except InvalidInput:
            raise self.refused("cannot send this copy: it is not JSON") from None
        await self._post(f"msg_{copy.conversation_id}_{copy.revision}", body)

    async def _send_deletion(self, conversation_id: UUID) -> None:
        body = _body("conversation.deleted", {"conversation": str(conversation_id)})
        await self._post(f"msg_{conversation_id}_deleted", body)

    async def _post(self, message_id: str, body: str) -> None:
        """Raises as `batches.one_by_one` wants it."""
        headers = {"content-type": "application/json", **self._signer.headers(message_id, datetime.now(UTC), body)}
        try:
            response = await self._http().post(self._url, content=body.encode(), headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self.down(f"cannot be reached ({type(error).__name__})") from None
        except httpx.TimeoutException:
            raise self.failed(f"did not answer within {self.options.timeout_seconds:g} s") from None
        except httpx.HTTPError as error:
            raise self.failed(f"broke off ({type(error).__name__})") from None
        if not response.is_success:
            raise self._failure(response)

    def _failure(self, response: httpx.Response) -> StorageError:
        status = response.status_code
        told = f"answered {status}"
        wait = retry_after(response.headers.get("retry-after"))
        if takes_nothing(status):
            return self.down(told, wait)
        return self.failed(told, wait) if status >= 500 else self.refused(told)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # No redirects: health data goes where the configuration says, and nowhere else.
            self._client = httpx.AsyncClient(
                auth=self._login,
                timeout=self.options.timeout_seconds,
                follow_redirects=False,
                limits=httpx.Limits(max_connections=self.options.at_once),
            )
        return self._client


def _body(type_name: str, data: dict[str, Any]) -> str:
    return jsontext.dump({"type": type_name, "timestamp": datetime.now(UTC).isoformat(), "data": data})
