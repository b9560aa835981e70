"""`webhook`: each message is posted to one address, signed after Standard Webhooks (https://www.standardwebhooks.com).
Behind it stands whatever sends text messages, WhatsApp messages or notices on."""

from datetime import datetime

from pydantic import Field, SecretStr

from carelog.delivery.delivery import Channel, Delivery
from carelog.delivery.sender import Sender, SenderError, SenderOptions
from carelog.kit import jsontext
from carelog.kit.signed_posts import SignedPosts


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
        self._posts: SignedPosts[SenderError] = SignedPosts(self)

    async def close(self) -> None:
        await self._posts.close()

    @property
    def at_once(self) -> int:
        return self.options.at_once

    async def send(self, delivery: Delivery, now: datetime) -> None:
        data = {
            "id": str(delivery.id),
            "channel": self.channel,
            "to": delivery.recipient,
            "title": delivery.title,
            "text": delivery.text,
            "subject": str(delivery.subject_id) if delivery.subject_id else None,
        }
        body = jsontext.dump({"type": "message.send", "timestamp": now.isoformat(), "data": data})
        headers = {"idempotency-key": str(delivery.id)}
        if error := await self._posts.post(f"msg_{delivery.id}", now, body, headers):
            raise error
