"""The address that the API is known by, in links that answers hold."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send


class PublicAddress:
    """Treats every request as if it had been sent to this origin, such as 'https://carelog.example.org'. What a client
    or proxy puts into `Host` then reaches no link."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        address = urlsplit(origin)
        self._scheme, self._host = address.scheme, address.netloc.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            others = [header for header in scope["headers"] if header[0] != b"host"]
            scope = {**scope, "scheme": self._scheme, "headers": [(b"host", self._host), *others]}
        await self._app(scope, receive, send)
