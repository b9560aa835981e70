"""What `carelog doctor` looks at in a Carelog that could be opened."""

from typing import TYPE_CHECKING

from carelog.ai.tables import ai_breaker
from carelog.app import Carelog
from carelog.cli.clear_text import in_clear_text
from carelog.cli.findings import Finding, Grade
from carelog.db.breakers import breakers as all_breakers
from carelog.identity.resealing import how_sealed
from carelog.kit.breaker import BreakerState
from carelog.pipeline.run import RunState
from carelog.pipeline.submission import CHANNELS
from carelog.pipeline.tables import webhook_breaker

if TYPE_CHECKING:
    from carelog.kit.breaker import Breaker


def channels(carelog: Carelog) -> Finding:
    """What comes in by a channel that no enabled chain takes is stored, and nothing else comes of it."""
    chains = carelog.chains.current
    taken = [channel for channel in CHANNELS if chains.for_channel(channel)]
    lists = [name for chain in chains if chain.definition.enabled for name in chain.definition.ingress_lists]
    untaken = [channel for channel in CHANNELS if channel not in taken]
    told = f"{', '.join(taken) or 'none'} taken"
    if untaken:
        told += f"; no chain takes {', '.join(untaken)}: what comes in by them is stored, and not read"
    return Finding(Grade.OK if taken or lists else Grade.WARN, "channels", told)


async def breakers(carelog: Carelog) -> list[Finding]:
    """Of those that the configuration names, each with what it is for."""
    async with carelog.health.read() as connection:
        endpoints = await all_breakers(connection, ai_breaker)
        receivers = await all_breakers(connection, webhook_breaker)
    now = carelog.clock.now()

    def finding(name: str, breaker: "Breaker | None", of: str) -> Finding:
        stands = None if breaker is None else breaker.state(now)
        told = "not called yet" if stands is None else f"its breaker is {stands.replace('_', ' ')}"
        grade = Grade.OK if stands in (None, BreakerState.CLOSED) else Grade.WRONG
        return Finding(grade, name, f"{of}; {told}")

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


async def clear_text(carelog: Carelog) -> list[Finding]:
    """A host may be on a private network, though its name does not say so."""
    found = in_clear_text(carelog.configuration.current.definitions, carelog.settings)
    return [
        Finding(Grade.WARN, "plain http", f"{place}: {host} is asked without encryption: whoever is between reads it")
        for place, host in found
    ]


async def sealed(carelog: Carelog) -> list[Finding]:
    name, sealing = "secret key", await how_sealed(carelog.auth, carelog.secrets)
    if sealing.lost:
        return [Finding(Grade.WRONG, name, f"{sealing.lost} sealed with one that is not given: see `carelog reseal`")]
    if sealing.older:
        told = f"{sealing.older} still sealed with an older one: `carelog reseal` seals them anew"
    else:
        told = "everything is sealed with it" + (": the older ones may go" if carelog.secrets.older else "")
    return [Finding(Grade.OK, name, told)]


async def backlog(carelog: Carelog) -> list[Finding]:
    """Keys, and what is to be done."""
    keys = [key for key in await carelog.keyring.keys() if key.revoked_at is None]
    counts = await carelog.runs.counts(carelog.operator)
    waiting = counts.get(RunState.QUEUED, 0) + counts.get(RunState.RUNNING, 0)
    findings = [
        Finding(Grade.OK, "API keys", str(len(keys)) if keys else "none yet: `carelog keys add NAME` makes one"),
        Finding(Grade.OK, "runs", f"{counts.get(RunState.FINISHED, 0)} finished, {waiting} to be done"),
    ]
    if needing := counts.get(RunState.WAITING, 0):
        told = f"{needing}: see `carelog conversations --needs-transcript`"
        findings.append(Finding(Grade.OK, "waiting runs", told))
    dead = await carelog.dead_letters.count(carelog.operator)
    told = f"{dead}: see `carelog dead-letters list`" if dead else "0"
    findings.append(Finding(Grade.WRONG if dead else Grade.OK, "dead letters", told))
    return findings
