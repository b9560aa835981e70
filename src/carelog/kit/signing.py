"""Signatures of what is sent to other systems, after Standard Webhooks (https://www.standardwebhooks.com)."""

import base64
import binascii
from datetime import datetime

from standardwebhooks import Webhook


class Signer:
    """Signs messages with one secret, 'whsec_' and the base64 of a key of 24 to 64 bytes, as the standard asks.

    Raises ValueError, which does not repeat the secret, for anything else.

    >>> from datetime import UTC
    >>> signer = Signer("whsec_c2VjcmV0LW1hZGUtdXAtZm9yLXRlc3RzISE=")
    >>> sorted(signer.headers("msg_1", datetime(2026, 1, 5, tzinfo=UTC), "{}"))
    ['webhook-id', 'webhook-signature', 'webhook-timestamp']
    >>> Signer("hunter2")
    Traceback (most recent call last):
        ...
    ValueError: must hold 'whsec_' and the base64 of a key of 24 to 64 bytes
    """

    def __init__(self, secret: str) -> None:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
            raise ValueError("must hold 'whsec_' and the base64 of a key of 24 to 64 bytes")
        self._webhook = Webhook(key)

    def headers(self, message_id: str, moment: datetime, body: str) -> dict[str, str]:
        """The headers that a message goes with. Its id stays the same in every try, the moment is that of the try."""
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, moment, body),
        }
