"""A Carelog that was told what to do by a conserver's config.yml."""

import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from conserver_client import CONFIG, TOKEN, client_of

from carelog.app import Carelog, open_carelog
from carelog.kit.clock import ManualClock
from carelog.settings import Settings, load_settings

Configure = Callable[..., Settings]


@pytest.fixture
def configured(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Settings by a config.yml, over the test's databases."""
    monkeypatch.setenv("CONSERVER_API_TOKEN", TOKEN)

    def configure(config: str = CONFIG, **changes: object) -> Settings:
        path = tmp_path / "config.yml"
        path.write_text(textwrap.dedent(config).replace("FOLDER", str(tmp_path / "vcons")))
        return load_settings(
            data_dir=settings.data_dir,
            database_url=settings.database_url,
            auth_database_url=settings.auth_database_url,
            conserver_config=path,
            **changes,
        )

    return configure


@pytest.fixture
async def conserver(configured: Configure, clock: ManualClock) -> AsyncIterator[Carelog]:
    async with open_carelog(configured(), clock) as whole:
        yield whole


@pytest.fixture
async def client(conserver: Carelog) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(conserver) as opened:
        yield opened
