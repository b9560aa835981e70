"""What whoever types a command should know of the data folder: that it is new, and who may look into it."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import typer

from carelog.db.engine import driver_url
from carelog.settings import Settings

log = logging.getLogger(__name__)


def missing_databases(settings: Settings) -> list[Path]:
    """The files that opening Carelog would make."""
    urls = [driver_url(url) for url in (settings.health_url, settings.auth_url)]
    files = [Path(str(url.database)) for url in urls if url.get_backend_name() == "sqlite"]
    return [path for path in files if not os.path.exists(path)]  # noqa: PTH110  unlike pathlib's, it fails at nothing


def tell_of_new(made: Sequence[Path]) -> None:
    """A command of another user, or without a setting, has other databases than the server: it says so."""
    if made:
        typer.echo(f"carelog: {_told(made)}", err=True)


def log_new(made: Sequence[Path]) -> None:
    """The same of what runs on."""
    if made:
        log.warning("a new database", extra={"problem": _told(made)})


def open_to_others(settings: Settings) -> str | None:
    """What is wrong with a data folder that others than its owner and its group may look into."""
    folder = settings.data_dir
    if folder.is_dir() and folder.stat().st_mode & 0o007:
        return f"anyone on this machine may look into {folder}: `chmod o= {folder}` ends that"
    return None


def log_open_to_others(settings: Settings) -> None:
    """Warn of it, for what runs on."""
    if problem := open_to_others(settings):
        log.warning("the data folder is open to others", extra={"problem": problem})


def tell_open_to_others(settings: Settings) -> None:
    """Warn of it, for a command."""
    if problem := open_to_others(settings):
        typer.echo(f"carelog: {problem}", err=True)


def _told(made: Sequence[Path]) -> str:
    folders = ", ".join(sorted({str(path.parent) for path in made}))
    return f"made a new database in {folders}; CARELOG_DATA_DIR names another folder"
