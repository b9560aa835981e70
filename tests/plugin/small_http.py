"""A small HTTP server that answers as a test says, and an AI endpoint made of it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from carelog.ai.endpoint import Endpoint, EndpointDefinition, Endpoints


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, list[bytes]]:
        """The parts of a multipart form, by name."""
        boundary = self.headers["content-type"].partition("boundary=")[2].encode()
        parts: dict[str, list[bytes]] = {}
        for part in self.body.split(b"--" + boundary)[1:-1]:
            head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
            parts.setdefault(head.split(b'name="')[1].split(b'"')[0].decode(), []).append(content)
        return parts


Answer = Callable[[Asked], bytes | AsyncIterator[bytes] | None]  # piece by piece; None: silence


def answer(status: int, body: Any = b"", **headers: str) -> bytes:
    """The bytes of an answer; a body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = [f"HTTP/1.1 {status} Told", f"content-length: {len(content)}", "connection: close", *lines, "", ""]
    return "\r\n".join(head).encode() + content


def said(text: str | None, *, model: str = "made-up-1", finish_reason: str = "stop", **message: Any) -> bytes:
    """A chat completion."""
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text, **message}}
    return answer(200, {"id": "1", "object": "chat.completion", "model": model, "choices": [choice]})


def in_turn(*answers: bytes | None) -> Answer:
    """The answers one after another, the last again and again."""
    left: Iterator[bytes | None] = iter(answers)

    def next_one(asked: Asked) -> bytes | None:
        return next(left, answers[-1])

    return next_one


@dataclass
class Server:
    """Keeps what it was asked, and how many requests it had open at once."""

    does: Answer
    port: int = 0
    got: list[Asked] = field(default_factory=list)
    open: int = 0
    most_open: int = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = first.split(" ")
            asked = Asked(method, path, headers, body)
            self.got.append(asked)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            for _ in range(20):
                await asyncio.sleep(0)  # let others come in
            told = self.does(asked)
            self.open -= 1  # before the client can know
            if told is None:
                await reader.read()
            elif isinstance(told, bytes):
                writer.write(told)
                await writer.drain()
            else:
                async for piece in told:
                    writer.write(piece)
                    await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client had enough
        finally:
            writer.close()


@asynccontextmanager
async def serving(does: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(does)
    listening = await asyncio.start_server(server.take, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


def definition(server: Server, **more: Any) -> dict[str, Any]:
    """What the setting `ai_endpoints` says of a server; a call is tried once unless `tries` says otherwise."""
    return {"url": f"http://127.0.0.1:{server.port}/v1", "model": "made-up-1", "tries": 1, **more}


def endpoint(server: Server, **more: Any) -> Endpoint:
    return Endpoint.of("near", EndpointDefinition.model_validate(definition(server, **more)))


def context(server: Server, **more: Any) -> dict[str, Any]:
    """What links are made with where the endpoint `default` is the server."""
    return {"ai": Endpoints({"default": EndpointDefinition.model_validate(definition(server, **more))})}
