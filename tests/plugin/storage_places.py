"""The places of every storage that can be read: real ones, that can be taken away and brought back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from stand_ins import ObjectServer, SearchServer

from carelog.storages import Storage, make_storage


@dataclass
class Place:
    """Where copies are kept: `storage` was opened there, `another` makes one more, as a second process has it."""

    storage: Storage[Any]
    another: Callable[[], Storage[Any]]
    stop: Callable[[], Awaitable[None]]
    start: Callable[[], Awaitable[None]]


Maker = Callable[[pytest.FixtureRequest, Path], AsyncIterator[Place]]


async def at(type_name: str, options: dict[str, object], stop: Any, start: Any) -> AsyncIterator[Place]:
    made: list[Storage[Any]] = []

    def another() -> Storage[Any]:
        made.append(make_storage(type_name, options, "archive"))
        return made[-1]

    try:
        yield Place(another(), another, stop, start)
    finally:
        await start()
        for storage in made:
            await storage.close()


def awaited(call: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        call()

    return run


def without(folder: Path) -> tuple[Any, Any]:
    """Takes a folder away, and brings it back."""
    away = folder.with_name("away")

    def stop() -> None:
        folder.rename(away)
        folder.write_text("a file where the folder was")

    def start() -> None:
        if away.exists():
            folder.unlink()
            away.rename(folder)

    return awaited(stop), awaited(start)


def in_folder(**options: object) -> Maker:
    def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
        folder = tmp_path / "copies"
        return at("files", {"path": str(folder), **options}, *without(folder))

    return make


def in_postgres(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    server = request.getfixturevalue("postgres_server")
    return at("postgres", {"url": server.url}, awaited(server.stop), awaited(server.start))


def in_redis(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    # Redis itself forgets everything when it is stopped; what comes back here is an empty one.
    server = request.getfixturevalue("redis_server")
    return at("redis", {"url": server.url}, awaited(server.stop), awaited(server.start))


async def in_s3(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    server = ObjectServer("copies")
    await server.start()
    keys = {"access_key_id": "made-up-id", "secret_access_key": "made-up-key", "region": "us-east-1"}
    options = {"url": "s3://copies", "prefix": "vcons/", "endpoint": server.url, "timeout_seconds": 5, **keys}
    async for place in at("s3", options, server.stop, server.start):
        yield place
    await server.stop()


def in_s3_folder(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    folder = tmp_path / "objects"
    return at("s3", {"url": f"file://{folder}"}, *without(folder))


async def in_elasticsearch(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    server = SearchServer()
    await server.start()
    async for place in at("elasticsearch", {"url": server.url}, server.stop, server.start):
        yield place
    await server.stop()


PLACES: dict[str, Maker] = {
    "files by date": in_folder(),
    "files flat, gzip": in_folder(organise="flat", gzip=True),
    "postgres": in_postgres,
    "redis": in_redis,
    "s3": in_s3,
    "s3 in a folder": in_s3_folder,
    "elasticsearch": in_elasticsearch,
}
