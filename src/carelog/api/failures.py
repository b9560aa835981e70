"""Unforeseen errors: answered in the envelope, logged by kind and place, and shown to nobody."""

import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog.api.errors import DATABASE_AWAY, Refuse, error_response, refusal_of
from carelog.db import is_outage
from carelog.kit.place import kind_of, place_of
from carelog.telemetry.trace_context import trace_id

log = logging.getLogger(__name__)


class Failures:
    """Answers 503 when the database cannot be used, else 500.

    The error ends here: the server would log its message, which may quote what was said.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse = error_response) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = False

        async def watched(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            request_id = scope["state"]["request_id"]
            log.error(
                "request failed",
                extra={
                    "request_id": request_id,
                    "trace_id": trace_id(scope["state"]["trace"]),
                    "error": kind_of(error),
                    "place": place_of(error),
                },
            )
            if answering:
                raise
            if is_outage(error):
                response = refusal_of(DATABASE_AWAY, self._refuse)
            else:
                response = self._refuse(500, "internal", "something went wrong here", {"request_id": request_id})
            await response(scope, receive, send)
