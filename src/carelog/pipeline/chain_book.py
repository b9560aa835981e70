"""The chain book: a run ends with the chain version that it began with, even after `carelog.yaml` has changed."""

from pydantic import ValidationError
from sqlalchemy import select

from carelog.db import Connection, Database, insert_new
from carelog.kit.clock import Clock
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.chains import Chain, ChainDefinition, Chains
from carelog.pipeline.tables import chain_version


class ChainBook:
    """The current chains, and every version that a run may still need."""

    def __init__(self, chains: Chains, database: Database, clock: Clock) -> None:
        self.current = chains
        self._database = database
        self._clock = clock
        self._by_version = {(c.name, c.version): c for c in chains}

    async def replace(self, chains: Chains) -> None:
        """Put other chains in force. Runs that have begun end with the version that they began with."""
        self._by_version.update({(c.name, c.version): c for c in chains})
        await self._record(chains)
        self.current = chains

    async def record(self) -> None:
        """Write down the current versions, so that other processes and later ones can finish their runs."""
        await self._record(self.current)

    async def _record(self, chains: Chains) -> None:
        async with self._database.write() as connection:
            rows = await connection.execute(select(chain_version.c.chain, chain_version.c.version))
            known = {(name, version) for name, version in rows}
            now = self._clock.now()
            new = [
                {"chain": c.name, "version": c.version, "definition": c.definition.as_told(), "recorded_at": now}
                for c in chains
                if (c.name, c.version) not in known
            ]
            await insert_new(connection, chain_version, new)

    async def find(self, connection: Connection, name: str, version: str) -> Chain:
        """Raises ConfigurationError when the version is unknown, when another release wrote it with options that are
        unknown here, and when one of its links is gone."""
        known = self._by_version.get((name, version))
        if known:
            return known
        row = (
            await connection.execute(
                select(chain_version.c.definition).where(
                    chain_version.c.chain == name, chain_version.c.version == version
                )
            )
        ).one_or_none()
        if row is None:
            raise ConfigurationError(f"chain {name!r} has no version {version}")
        try:
            definition = ChainDefinition.model_validate(row.definition)
        except ValidationError:
            raise ConfigurationError(f"chain {name!r}: version {version} was written by another release") from None
        chain = self.current.build(name, definition)
        self._by_version[name, version] = chain
        return chain

    def max_tries(self, name: str, version: str) -> int:
        """How often a run of this chain may be tried; the default where the version is not loaded."""
        known = self._by_version.get((name, version)) or self.current.get(name)
        return known.definition.max_tries if known else ChainDefinition.model_fields["max_tries"].default
