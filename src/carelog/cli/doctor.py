"""`carelog doctor`: is everything there that Carelog needs?"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.db import Database
    from carelog.identity.resealing import Sealing
    from carelog.kit.breaker import Breaker

Finding = tuple[bool, str, str]


def doctor() -> None:
    """Check settings, chains, data folder, databases and backlog. Ends with 1 when something is wrong."""
    from carelog.cli.run_async import with_carelog
    from carelog.kit.errors import CarelogError
    from carelog.kit.place import kind_of

    findings = [_try("python", _python), _try("settings", _settings), _try("data folder", _data_folder)]
    if all(ok for ok, _, _ in findings):
        try:
            findings += with_carelog(_inside)
        except CarelogError as error:
            findings.append((False, "configuration", error.message))
        except Exception as error:  # noqa: BLE001  whatever a driver raises is what the doctor is here to tell
            findings.append((False, "databases", f"cannot be opened ({kind_of(error)})"))
    for ok, name, detail in findings:
        typer.echo(f"{'ok   ' if ok else 'WRONG'}  {name:<18} {detail}")
    raise typer.Exit(0 if all(ok for ok, _, _ in findings) else 1)


def _try(name: str, check: Callable[[], str]) -> Finding:
    from carelog.kit.errors import CarelogError

    try:
        return True, name, check()
    except CarelogError as error:
        return False, name, error.message


def _python() -> str:
    import sqlite3

    from carelog import __version__

    return f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, Carelog {__version__}"


def _settings() -> str:
    from carelog.kit.errors import ConfigurationError
    from carelog.settings import config_file, load_settings

    settings = load_settings()
    if settings.misspelt:
        raise ConfigurationError("; ".join(settings.misspelt))
    return f"{config_file() or 'defaults and environment'}; chains: {', '.join(settings.chains) or 'none'}"


def _data_folder() -> str:
    from tempfile import TemporaryFile

    from carelog.kit.errors import ConfigurationError
    from carelog.settings import load_settings

    folder = load_settings().make_data_dir()
    try:
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written to ({error.strerror})") from None
    if folder.stat().st_mode & 0o007:
        raise ConfigurationError(f"anyone on this machine may look into {folder}: `chmod o= {folder}` ends that")
    return str(folder)


async def _inside(carelog: "Carelog") -> list[Finding]:
    from carelog.identity.resealing import how_sealed
    from carelog.pipeline.run import RunState

    findings = [await _database("health", carelog.health), await _database("sign-in", carelog.auth)]
    for chain in carelog.chains.current:
        links = " → ".join(link.name for link in chain.definition.links)
        state = "" if chain.definition.enabled else " (disabled)"
        findings.append((True, f"chain {chain.name}", f"{links}{state}"))
    findings += await _breakers(carelog)
    findings.append(_sealed(await how_sealed(carelog.auth, carelog.secrets), older=bool(carelog.secrets.older)))
    keys = [key for key in await carelog.keyring.keys() if key.revoked_at is None]
    findings.append((True, "API keys", str(len(keys)) if keys else "none yet: `carelog keys add NAME` makes one"))
    counts = await carelog.runs.counts(carelog.operator)
    waiting = counts.get(RunState.QUEUED, 0) + counts.get(RunState.RUNNING, 0)
    findings.append((True, "runs", f"{counts.get(RunState.FINISHED, 0)} finished, {waiting} to be done"))
    if needing := counts.get(RunState.WAITING, 0):
        findings.append((True, "waiting runs", f"{needing}: see `carelog conversations --needs-transcript`"))
    dead = await carelog.dead_letters.count(carelog.operator)
    findings.append((dead == 0, "dead letters", f"{dead}" + (": see `carelog dead-letters list`" if dead else "")))
    return findings


async def _database(name: str, database: "Database") -> Finding:
    try:
        await database.ping()
    except OSError as error:
        return False, f"{name} database", f"{database.label}: {error.strerror}"
    return True, f"{name} database", database.label


async def _breakers(carelog: "Carelog") -> list[Finding]:
    """Of those that the configuration names, each with what it is for."""
    from carelog.ai.tables import ai_breaker
    from carelog.db.breakers import breakers
    from carelog.kit.breaker import BreakerState
    from carelog.pipeline.tables import webhook_breaker

    async with carelog.health.read() as connection:
        endpoints, receivers = await breakers(connection, ai_breaker), await breakers(connection, webhook_breaker)
    now = carelog.clock.now()

    def finding(name: str, breaker: "Breaker | None", of: str) -> Finding:
        stands = None if breaker is None else breaker.state(now)
        told = "not called yet" if stands is None else f"its breaker is {stands.replace('_', ' ')}"
        return stands in (None, BreakerState.CLOSED), name, f"{of}; {told}"

    named = carelog.configuration.current.definitions.ai_endpoints
    findings = [
        finding(f"AI endpoint {name}", endpoints.get(name), ", ".join(definition.roles) or "no role")
        for name, definition in named.items()
    ]
    findings += [
        finding(f"webhook {receiver}", receivers.get(receiver), f"chain {', '.join(chains)}")
        for receiver, chains in carelog.chains.current.receivers.items()
    ]
    return findings


def _sealed(sealing: "Sealing", *, older: bool) -> Finding:
    name = "secret key"
    if sealing.lost:
        return False, name, f"{sealing.lost} sealed with one that is not given: see `carelog reseal`"
    if sealing.older:
        return True, name, f"{sealing.older} still sealed with an older one: `carelog reseal` seals them anew"
    return True, name, "everything is sealed with it" + (": the older ones may go" if older else "")
