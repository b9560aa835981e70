"""HTTP/1.1 over a plain connection: for callers who ask thousands of times, and would have a whole client take more of
the machine than what is asked."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, Self

_LONGEST_ANSWER: Final = 1 << 24


@dataclass(frozen=True)
class Answer:
    """An answer as it came; the names of its headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """A connection to whatever address is asked: opened at the first request, kept while the address stays the same,
    and one request at a time. Use as a context manager."""

    def __init__(self, key: str, *, seconds: float) -> None:
        self._key = key
        self._seconds = seconds
        self._address = ""
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._writer:
            self._writer.close()
            self._writer = None

    async def post(self, address: str, path: str, content: Any) -> Answer:
        """Post this as JSON. Raises OSError or EOFError where no answer comes, also not within the seconds: the next
        request is over a new connection."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(address, path, json.dumps(content).encode())
        except (OSError, EOFError):
            self.close()
            raise

    async def _post(self, address: str, path: str, body: bytes) -> Answer:
        if address != self._address:
            self.close()
        if self._writer is None:
            host, _, port = address.removeprefix("http://").rpartition(":")
            self._reader, self._writer = await asyncio.open_connection(host, int(port), limit=_LONGEST_ANSWER)
            self._address = address
        head = (
            f"POST {path} HTTP/1.1\r\nHost: carelog.test\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return Answer(int(first.split(" ")[1]), headers, await self._reader.readexactly(int(headers["content-length"])))
