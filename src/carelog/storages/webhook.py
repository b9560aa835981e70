"""`webhook`: each finished vCon is posted, signed after Standard Webhooks (https://www.standardwebhooks.com)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field, SecretStr

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.kit.signed_posts import SignedPosts
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
        self._posts: SignedPosts[StorageError] = SignedPosts(self)

    async def close(self) -> None:
        await self._posts.close()

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
        if error := await self._posts.post(message_id, datetime.now(UTC), body):
            raise error


def _body(type_name: str, data: dict[str, Any]) -> str:
    return jsontext.dump({"type": type_name, "timestamp": datetime.now(UTC).isoformat(), "data": data})
