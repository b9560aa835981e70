"""What only a real server shows: bodies that come in pieces, or are not as long as they say."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from door import Door, make_vcon

from carelog.api import limits

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])


@pytest.fixture
async def address(door: Door) -> AsyncIterator[tuple[str, int]]:
    """Where the API is served on a free port."""
    server = uvicorn.Server(uvicorn.Config(door.app, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()[:2]
        server.should_exit = True
        await serving


async def post(address: tuple[str, int], key: str, head: str, *pieces: bytes, hang_up: bool = False) -> bytes:
    """The answer to a request that is written as given; `hang_up` ends it where it stands."""
    reader, writer = await asyncio.open_connection(*address)
    lines = (
        f"POST /api/conversations HTTP/1.1\r\nHost: carelog.test\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/vcon\r\nConnection: close\r\n{head}\r\n\r\n"
    )
    writer.write(lines.encode())
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    if hang_up:
        writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_stream_over_the_limit_is_refused(door: Door, address: tuple[str, int]) -> None:
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    answer = await post(address, await door.key(), "Transfer-Encoding: chunked", *[chunk] * 8, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"body_too_large"' in answer
    assert b"x-request-id: " in answer.lower()


async def test_a_declared_length_over_the_limit_is_refused_before_the_body_comes(
    door: Door, address: tuple[str, int]
) -> None:
    answer = await post(address, await door.key(), "Content-Length: 1000000000")
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("length", ["5000", "+5", "-1", "5, 6", "5\r\nTransfer-Encoding: chunked"])
async def test_a_body_that_is_not_as_long_as_it_says_is_not_taken(
    door: Door, address: tuple[str, int], length: str
) -> None:
    answer = await post(address, await door.key(), f"Content-Length: {length}", b'{"uu', hang_up=True)
    assert not answer.startswith(b"HTTP/1.1 2")
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {await door.key()}"}) as client:
        listed = await client.get(f"http://127.0.0.1:{address[1]}/api/conversations")
    assert listed.json() == {"items": [], "next": None}


async def test_a_body_in_pieces_is_one_body(door: Door, address: tuple[str, int]) -> None:
    document = make_vcon()
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {await door.key()}"}) as client:
        sent = httpx.Request("POST", "http://carelog.test", json=document).content

        async def pieces() -> AsyncIterator[bytes]:
            for i in range(0, len(sent), 7):
                yield sent[i : i + 7]

        url = f"http://127.0.0.1:{address[1]}/api/conversations"
        answer = await client.post(url, content=pieces(), headers={"Content-Type": "application/vcon"})
        assert answer.status_code == 201
        head = await client.head(f"{url}/{document['uuid']}/vcon")
        assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(sent)))


async def test_who_falls_silent_in_the_middle_is_not_waited_for(
    door: Door, address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_SILENT_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection(*address)
    head = f"POST /api/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {await door.key()}\r\n"
    writer.write(f"{head}Content-Type: application/vcon\r\nContent-Length: 100\r\n\r\n{{".encode())
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
