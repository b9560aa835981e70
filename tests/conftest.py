"""What every test may use: a clock that is moved by hand, real databases, and a whole Carelog over them."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar
from uuid import uuid4

import hypothesis
import pytest
from prometheus_client import values
from pydantic import BaseModel
from sqlalchemy import make_url

from carelog.app import Carelog, open_carelog
from carelog.db import Database, migrate
from carelog.identity.passwords import Cost
from carelog.kit.clock import ManualClock
from carelog.kit.garbage import calm, patient
from carelog.settings import Settings

# Nearly all that is made before the first test stays until the last: to look for garbage takes a fifth of that time.
patient()

# A package of links, as a user of Carelog would have one installed beside it.
sys.path.insert(0, str(Path(__file__).parent / "plugin"))

# Data of others, such as the vCon draft's examples, is not a part of the project; tests that want it skip without it.
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
if _BESIDE.is_dir():
    os.environ.setdefault("CARELOG_TEST_DATA", str(_BESIDE))

import statements  # noqa: E402
from servers import PostgresServer, RedisServer, Unavailable, roomy_memory  # noqa: E402

statements.remember()

# Tests do not survive a power cut either, and a disk is what those that write would wait for.
if memory := roomy_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)

# Some hundred tests start Carelog. Where Python may not keep what it compiled, as in many a container, each of them
# waits half a second longer.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell without job control starts what runs in its background deaf to Ctrl-C, and so would be all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from carelog_test_links import Behaviour

# Speed is not asserted in tests, and a busy machine is no failure. In CI the same examples are tried each time;
# elsewhere half as many, which are others each time.
_IN_CI = bool(os.environ.get("CI"))
hypothesis.settings.register_profile("carelog", deadline=None, derandomize=_IN_CI, max_examples=100 if _IN_CI else 50)
hypothesis.settings.load_profile("carelog")

DIALECTS = ("sqlite", "postgresql")


# They start processes, kill them, and wait for them, for most of the time.
_LONG = ("acceptance", "test_fuzzed.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, which one process begins with: meanwhile the other one has what needs no patience, and at the
    end none is left over that they would wait for."""
    items.sort(key=lambda item: not any(name in item.path.parts for name in _LONG))


def pytest_collection_finish() -> None:
    """What was collected stays: to look through it for garbage again and again takes a seventh of the tests' time."""
    calm()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the developer's environment nor their carelog.yaml reaches a test."""
    for name in [name for name in os.environ if name.startswith("CARELOG_") and name != "CARELOG_TEST_DATA"]:
        monkeypatch.delenv(name)
    # A command that runs in this process may make it count with others: the next test counts for itself again.
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARELOG_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))


Schema = Literal["health", "auth"]


class Databases(Protocol):
    """Makes new databases, by their URLs: empty ones, or copies of one that has this schema already."""

    def __call__(self, schema: Schema | None = None) -> str: ...

    def clear(self) -> None:
        """Drop those that were made, whoever still uses them."""


class PostgresDatabases:
    """New databases in one PostgreSQL."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._templates: dict[str, str] = {}
        self._made: list[str] = []

    def __call__(self, schema: Schema | None = None) -> str:
        self._made.append(self._server.database(self._template(schema) if schema else "template0"))
        return self._made[-1]

    def clear(self) -> None:
        self._server.drop(self._made)
        self._made = []

    def _template(self, schema: Schema) -> str:
        if schema not in self._templates:
            url = self._server.database("template0")
            migrate_now(url, schema)
            self._templates[schema] = str(make_url(url).database)
        return self._templates[schema]


class SqliteDatabases:
    """New SQLite files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[Path] = []

    def __call__(self, schema: Schema | None = None) -> str:
        path = self._folder / f"{uuid4().hex}.db"
        if schema:
            shutil.copy(self._template(schema), path)
        self._made.append(path)
        return f"sqlite:///{path}"

    def clear(self) -> None:
        for path in self._made:
            for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                file.unlink(missing_ok=True)
        self._made = []

    def _template(self, schema: Schema) -> Path:
        path = self._folder / f"{schema}.db"
        if not path.exists():
            migrate_now(f"sqlite:///{path}", schema)
        return path


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[Databases]:
    """New databases in a PostgreSQL that is started for the tests, and stopped after them."""
    server = started(PostgresServer)
    try:
        yield PostgresDatabases(server)
    finally:
        server.close()


Server = TypeVar("Server")


def started(server: Callable[[], Server]) -> Server:
    """A server of this kind. Where it cannot be had, the test is skipped, but fails in CI."""
    try:
        return server()
    except Unavailable as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def private_postgres_server() -> Iterator[PostgresServer]:
    server = started(PostgresServer)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres_server(private_postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """A PostgreSQL that nobody else uses, with an empty database at `.url`: it may be stopped and started again."""
    private_postgres_server.url = private_postgres_server.database("template0")
    try:
        yield private_postgres_server
    finally:
        private_postgres_server.start()


@pytest.fixture(scope="session")
def private_redis_server() -> Iterator[RedisServer]:
    server = started(RedisServer)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_server(private_redis_server: RedisServer) -> RedisServer:
    """An empty Redis that nobody else uses: it may be flushed, stopped and started again."""
    private_redis_server.start()
    private_redis_server.flush()
    return private_redis_server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


def migrate_now(url: str, schema: str) -> None:
    async def run() -> None:
        database = Database(url)
        await migrate(database, schema)
        await database.close()

    # A loop of its own, in a thread of its own: the test's loop may be running.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Databases]]:
    """The maker of databases of a dialect; a server is started only for who asks for one. They go with the test."""
    makers = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}
    used: dict[str, Databases] = {}

    def maker(dialect: str) -> Databases:
        used[dialect] = request.getfixturevalue(makers[dialect])
        return used[dialect]

    yield maker
    for databases in used.values():
        databases.clear()


@pytest.fixture
def fresh_url(new_database: Callable[[str], Databases]) -> Callable[[str], str]:
    """Makes the URL of a new, empty database of a dialect."""
    return lambda dialect: new_database(dialect)()


@pytest.fixture
def health_url(new_database: Callable[[str], Databases]) -> Callable[[str], str]:
    """Makes the URL of a new database of health data of a dialect, with the newest schema."""
    return lambda dialect: new_database(dialect)("health")


@pytest.fixture
def migrated(tmp_path: Path, sqlite_databases: Databases) -> None:
    """The data folder has both databases already, with the newest schema, for those who prove something else than that
    they are made."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    for url, name in ((sqlite_databases("health"), "carelog.db"), (sqlite_databases("auth"), "auth.db")):
        Path(str(make_url(url).database)).rename(folder / name)


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


class Told(Settings):
    """Settings as they are told here. Neither the environment nor a file is asked, which takes longer than some
    tests."""

    def __init__(self, **told: Any) -> None:
        BaseModel.__init__(self, **told)


@pytest.fixture
def settings(dialect: str, new_database: Callable[[str], Databases], tmp_path: Path) -> Settings:
    """Settings over new databases; tests that take it run once on SQLite and once on PostgreSQL."""
    return Told(
        data_dir=tmp_path / "data",
        database_url=new_database(dialect)("health"),
        auth_database_url=new_database("sqlite")("auth"),
    )


Opener = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture(scope="session")
def cheap_passwords() -> Cost:
    """As little as argon2 allows. What a password costs in earnest has a test of its own."""
    return Cost(passes=1, kib=8, lanes=1)


@pytest.fixture
def opened(settings: Settings, clock: ManualClock, cheap_passwords: Cost) -> Opener:
    """Opens a Carelog over the test's databases, with some settings changed; a second one is another process to it."""

    def open_with(**changes: object) -> AbstractAsyncContextManager[Carelog]:
        whole = Told(**{**settings.model_dump(), **changes}) if changes else settings
        return open_carelog(whole, clock, password_cost=cheap_passwords)

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
