"""The limit on how much is read of a request."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog.api.errors import Refuse, error_response, refusal_of
from carelog.kit.errors import CarelogError

_LENGTH_DIGITS = 20
_MOST_VALUES = 100_000
_SILENT_SECONDS = 30
_ENDING: Final = {"Connection": "close"}

OF_STRANGERS: Final = 64 << 10
"""Bytes; so much is read of somebody who is not known."""

Known: TypeAlias = Callable[[Scope], Awaitable[object]]
"""Raises Unauthenticated for a request of somebody who is not known."""


class BodyLimit:
    """Refuses a body of more than `most` bytes with 413: by its declared length, and by counting what comes. `others`
    are the limits of paths that have their own.

    Each value of JSON where none belongs is a problem to tell, and takes a hundred times as long to tell as to read. So
    about 100,000 values are read at the most, but where a path begins as one of `documents` does, whose readers look
    after themselves. Of a large body nothing is read before it is `known` whose it is. Who falls silent in the middle
    of one is not waited for longer than 30 seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        refuse: Refuse = error_response,
        others: Mapping[str, int] | None = None,
        documents: tuple[str, ...] = ("/",),
        known: Known | None = None,
    ) -> None:
        self._app = app
        self._most = most
        self._others = others or {}
        self._documents = documents
        self._known = known
        self._answer = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._others.get(scope["path"], self._most)
        is_document = scope["path"].startswith(self._documents)
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        length = int(declared[:_LENGTH_DIGITS]) if declared.isdecimal() else None
        if length is not None and length > most:
            await self._too_large(most)(scope, receive, send)
            return
        if self._known and (length > OF_STRANGERS if length is not None else "transfer-encoding" in headers):
            try:
                await self._known(scope)
            except CarelogError as error:
                await refusal_of(error, self._answer)(scope, receive, send)
                return
        taken = values = 0
        refusal: Response | None = None
        whole = answering = False

        async def counted() -> Message:
            nonlocal taken, values, refusal, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout(_SILENT_SECONDS):
                    message = await receive()
            except TimeoutError:
                refusal = self._answer(408, "too_slow", f"nothing came for {_SILENT_SECONDS} seconds", None, _ENDING)
                return {"type": "http.disconnect"}
            whole = not message.get("more_body", False)
            body = message.get("body", b"")
            taken += len(body)
            values += 0 if is_document else body.count(b",")
            if taken > most or values > _MOST_VALUES:
                refusal = self._too_large(most)
                return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            nonlocal answering
            if refusal and not answering:
                return
            answering = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except Exception:
            if not refusal or answering:
                raise
        if refusal and not answering:
            await refusal(scope, receive, send)

    def _too_large(self, most: int) -> Response:
        return self._answer(413, "body_too_large", f"at most {most} bytes are read", {"most_bytes": most})
