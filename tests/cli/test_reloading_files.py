"""SIGHUP while a configuration file is being written, or gone: nothing changes, and the log says so."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from waiting import until

from carelog.app import Carelog, open_carelog
from carelog.cli.reloading import reload_on_hangup
from carelog.kit.errors import ConfigurationError
from carelog.settings import Settings, load_settings

OURS = "chains:\n  ours: {channels: [calls], links: [extract, {tag: {tags: [north]}}]}\n"
NEWER = "chains:\n  newer: {channels: [calls], links: [extract]}\n"
CONSERVERS = (
    "links:\n  t: {module: links.tag, options: {tags: [north]}}\nchains:\n  ours: {links: [t], ingress_lists: [a]}\n"
)


def gone(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def all_comment(file: Path) -> None:
    file.write_text("# chains:\n")


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def dangling(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere.yaml")


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "carelog")


@pytest.fixture
def here(tmp_path: Path, migrated: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "there")
    return tmp_path / "there"


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Carelog]:
    async with open_carelog(settings) as carelog:
        reload_on_hangup(carelog)
        try:
            yield carelog
        finally:
            asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


def chains(carelog: Carelog) -> list[str]:
    return [chain.name for chain in carelog.chains.current]


async def hang_up(caplog: pytest.LogCaptureFixture, told: str) -> None:
    caplog.clear()
    os.kill(os.getpid(), signal.SIGHUP)
    await until(lambda: told in caplog.text)


@pytest.mark.parametrize("spoil", [gone, empty, all_comment, folder, dangling])
async def test_a_file_that_is_gone_or_says_nothing_changes_nothing(
    here: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    file = here / "carelog.yaml"
    file.write_text(OURS)
    async with running(load_settings(data_dir=tmp_path / "data")) as carelog:
        spoil(file)
        await hang_up(caplog, "the configuration is left as it was")
        assert chains(carelog) == ["ours"]
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert "carelog.yaml" in vars(caplog.records[0])["problem"]
        file.rmdir() if file.is_dir() else file.unlink(missing_ok=True)
        file.write_text(NEWER)
        await hang_up(caplog, "the configuration was read again")
        assert chains(carelog) == ["newer"]


@pytest.mark.parametrize("spoil", [gone, empty, folder])
async def test_the_same_of_a_conservers_file(
    here: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    file = here / "config.yml"
    file.write_text(CONSERVERS)
    async with running(load_settings(data_dir=tmp_path / "data", conserver_config=file)) as carelog:
        spoil(file)
        await hang_up(caplog, "the configuration is left as it was")
        assert chains(carelog) == ["ours"]
        assert "config.yml" in vars(caplog.records[0])["problem"]


async def test_without_a_file_from_the_start_there_is_none_to_miss(
    here: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(load_settings(data_dir=tmp_path / "data")) as carelog:
        await hang_up(caplog, "the configuration was read again")
        (here / "carelog.yaml").write_text(OURS)
        await hang_up(caplog, "the configuration was read again")
        assert chains(carelog) == ["ours"]
        gone(here / "carelog.yaml")
        await hang_up(caplog, "the configuration is left as it was")
        assert chains(carelog) == ["ours"]


@pytest.mark.parametrize("named", ["nowhere.yaml", "."])
def test_a_file_that_is_named_must_be_there_at_the_start(
    here: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("CARELOG_CONFIG", named)
    with pytest.raises(ConfigurationError):
        load_settings()


def test_a_folder_in_the_place_of_the_file_is_refused_at_the_start(here: Path) -> None:
    (here / "carelog.yaml").mkdir()
    with pytest.raises(ConfigurationError, match=r"carelog\.yaml is no file"):
        load_settings()


def test_a_conservers_file_that_is_empty_is_refused_at_the_start(here: Path) -> None:
    (here / "config.yml").touch()
    with pytest.raises(ConfigurationError, match=r"config\.yml is empty"):
        load_settings(conserver_config=here / "config.yml")
