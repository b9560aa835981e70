"""A client that takes little of the machine: HTTP/1.1 over plain connections, one request at a time on each."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple


class Answer(NamedTuple):
    """`server_ms` is the server's own time, as it says itself in `Server-Timing`; of a sign-in it says none (NaN)."""

    status: int
    body: bytes
    server_ms: float


@dataclass(slots=True)
class Tally:
    """How long each answer took, and how long the server says that it did, in milliseconds; how many were no 2xx; how
    long all took together, in seconds."""

    took: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0


class Connection:
    """One connection to a server."""

    def __init__(self, address: str, key: str) -> None:
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._key = key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Raises OSError or EOFError when the server is gone."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=2**24)
        reader, writer = self._streams
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(int(_after(b"content-length:", answer) or b"0"))
        return Answer(int(answer[9:12]), body, float(_after(b"server-timing: app;dur=", answer) or "nan"))

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _after(name: bytes, head: bytes) -> bytes:
    return head.partition(name)[2].partition(b"\r\n")[0]


async def post_all(address: str, key: str, bodies: Iterable[bytes], clients: int) -> Tally:
    """Post every body, from so many clients at once."""
    waiting, tally = iter(bodies), Tally()

    async def client() -> None:
        connection = Connection(address, key)
        for body in waiting:
            began = perf_counter()
            answer = await connection.request("POST", "/api/conversations?channel=calls", body)
            tally.took.append((perf_counter() - began) * 1000)
            tally.server.append(answer.server_ms)
            tally.refused += answer.status not in (200, 201)
        connection.close()

    began = perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    tally.seconds = perf_counter() - began
    return tally


async def get_each(address: str, key: str, paths: Sequence[str]) -> Tally:
    """Get one after another."""
    connection, tally = Connection(address, key), Tally()
    for path in paths:
        began = perf_counter()
        answer = await connection.request("GET", path)
        tally.took.append((perf_counter() - began) * 1000)
        tally.server.append(answer.server_ms)
        tally.refused += answer.status != 200
    connection.close()
    return tally
