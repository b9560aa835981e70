"""`carelog doctor`: is everything there that Carelog needs?"""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import typer

from carelog.cli.findings import Finding, Grade

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.db import Database
    from carelog.settings import Settings

_SCHEMAS: Final = {"health": "health", "sign-in": "auth"}


def doctor() -> None:
    """Check settings, chains, data folder, databases and backlog. Ends with 1 when something is wrong."""
    findings = [Finding(Grade.OK, "python", _python()), *_checked()]
    for one in findings:
        typer.echo(f"{one.grade:<5}  {one.name:<18} {one.detail}")
    raise typer.Exit(1 if any(one.grade is Grade.WRONG for one in findings) else 0)


def _checked() -> list[Finding]:
    """All that can be checked: without settings nothing can, and what is wrong elsewhere hides nothing else."""
    from carelog.cli.run_async import run_loop, with_carelog
    from carelog.kit.errors import CarelogError
    from carelog.kit.place import kind_of
    from carelog.settings import load_settings

    try:
        settings = load_settings()
    except CarelogError as error:
        return [Finding(Grade.WRONG, "settings", error.message)]
    findings = [_settings(settings)]
    others = [warning for warning in settings.warnings if warning not in settings.misspelt]
    findings += [Finding(Grade.WARN, "settings", warning) for warning in others]
    findings.append(_data_folder(settings))
    try:
        return findings + with_carelog(_inside)
    except CarelogError as error:
        fault = Finding(Grade.WRONG, "configuration", error.message)
    except Exception as error:  # noqa: BLE001  whatever a driver raises is what the doctor is here to tell
        fault = Finding(Grade.WRONG, "databases", f"cannot be opened ({kind_of(error)})")
    databases = run_loop(_each_database(settings))
    told = any(one.detail == fault.detail for one in databases)
    return findings + databases + ([] if told else [fault])


def _python() -> str:
    import sqlite3

    from carelog import __version__

    return f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, Carelog {__version__}"


def _settings(settings: "Settings") -> Finding:
    if settings.misspelt:
        return Finding(Grade.WRONG, "settings", "; ".join(settings.misspelt))
    source, chains = settings.file or "defaults and environment", ", ".join(settings.chains) or "none"
    return Finding(Grade.OK, "settings", f"{source}; chains: {chains}")


def _data_folder(settings: "Settings") -> Finding:
    from tempfile import TemporaryFile

    from carelog.cli.data_folder import open_to_others
    from carelog.kit.errors import ConfigurationError

    try:
        folder = settings.make_data_dir()
        with TemporaryFile(dir=folder):
            pass
    except ConfigurationError as error:
        return Finding(Grade.WRONG, "data folder", error.message)
    except OSError as error:
        return Finding(Grade.WRONG, "data folder", f"{settings.data_dir} cannot be written to ({error.strerror})")
    problem = open_to_others(settings)
    return Finding(Grade.WRONG if problem else Grade.OK, "data folder", problem or str(folder))


async def _inside(carelog: "Carelog") -> list[Finding]:
    from carelog.cli.checkup import backlog, breakers, channels, clear_text, sealed

    findings = [await _database("health", carelog.health), await _database("sign-in", carelog.auth)]
    for chain in carelog.chains.current:
        links = " → ".join(link.name for link in chain.definition.links)
        state = "" if chain.definition.enabled else " (disabled)"
        findings.append(Finding(Grade.OK, f"chain {chain.name}", f"{links}{state}"))
    findings.append(channels(carelog))
    checks: tuple[Callable[[Carelog], Awaitable[list[Finding]]], ...] = (breakers, clear_text, sealed, backlog)
    for check in checks:
        findings += await check(carelog)
    return findings


async def _each_database(settings: "Settings") -> list[Finding]:
    """Each by itself, where they cannot be opened as a whole. None is made."""
    from carelog.cli.data_folder import missing_databases
    from carelog.db import Database
    from carelog.db.migrate import is_new
    from carelog.kit.errors import ConfigurationError
    from carelog.kit.place import kind_of

    findings, missing = [], {str(path) for path in missing_databases(settings)}
    for name, url in (("health", settings.health_url), ("sign-in", settings.auth_url)):
        database = Database(url)
        try:
            if database.url.database in missing or await is_new(database, _SCHEMAS[name]):
                findings.append(Finding(Grade.OK, f"{name} database", f"{database.label}: none yet"))
            else:
                findings.append(await _database(name, database))
        except ConfigurationError as error:
            findings.append(Finding(Grade.WRONG, f"{name} database", error.message))
        except Exception as error:  # noqa: BLE001  as above
            findings.append(Finding(Grade.WRONG, f"{name} database", f"{database.label}: {kind_of(error)}"))
        finally:
            await database.close()
    return findings


async def _database(name: str, database: "Database") -> Finding:
    from carelog.db.migrate import require_known

    await require_known(database, _SCHEMAS[name])
    try:
        await database.ping()
    except OSError as error:
        return Finding(Grade.WRONG, f"{name} database", f"{database.label}: {error.strerror}")
    return Finding(Grade.OK, f"{name} database", database.label)
