"""The limit on how much is read of a request."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog.api.errors import Refuse, error_response

_LENGTH_DIGITS = 20
_MOST_VALUES = 100_000


class BodyLimit:
    """Refuses a body of more than `most` bytes with 413: by its declared length, and by counting what comes. `others`
    are the limits of paths that have their own.

    Each value of JSON where none belongs is a problem to tell, and takes a hundred times as long to tell as to read. So
    about 100,000 values are read at the most, but where a path begins as one of `documents` does, whose readers look
    after themselves.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        refuse: Refuse = error_response,
        others: Mapping[str, int] | None = None,
        documents: tuple[str, ...] = ("/",),
    ) -> None:
        self._app = app
        self._most = most
        self._others = others or {}
        self._documents = documents
        self._answer = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._others.get(scope["path"], self._most)
        is_document = scope["path"].startswith(self._documents)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:_LENGTH_DIGITS]) > most:
            await self._refuse(scope, receive, send, most)
            return
        taken = values = 0
        too_large = False
        answering = False

        async def counted() -> Message:
            nonlocal taken, values, too_large
            message = await receive()
            body = message.get("body", b"")
            taken += len(body)
            values += 0 if is_document else body.count(b",")
            if taken > most or values > _MOST_VALUES:
                too_large = True
                return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            nonlocal answering
            if too_large and not answering:
                return
            answering = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except Exception:
            if not too_large or answering:
                raise
        if too_large and not answering:
            await self._refuse(scope, receive, send, most)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        response = self._answer(413, "body_too_large", f"at most {most} bytes are read", {"most_bytes": most})
        await response(scope, receive, send)
