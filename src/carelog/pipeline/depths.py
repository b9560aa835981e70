"""How many conversations wait in a list."""

from typing import Final

from sqlalchemy import func, select

from carelog.db import Database
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.run import RunState
from carelog.pipeline.tables import egress, run

_DEAD: Final = "DLQ:"


class ListDepths:
    """Counts, over all subjects, and tells nothing else."""

    def __init__(self, database: Database, chains: ChainBook) -> None:
        self._database = database
        self._chains = chains

    async def of(self, list_name: str) -> int:
        """What waits to be begun or to be done for an ingress list, what is to be popped from an egress list, or, for
        'DLQ:<ingress list>', the dead letters of the chains that read it. 0 for a list that there is not."""
        readers = self._readers(list_name.removeprefix(_DEAD))
        state = RunState.DEAD if list_name.startswith(_DEAD) else RunState.QUEUED
        waiting = select(func.count()).select_from(run).where(run.c.state == state, run.c.chain.in_(readers))
        announced = (
            select(func.count())
            .select_from(egress)
            .where(egress.c.list == list_name, egress.c.announced_at.is_not(None))
        )
        async with self._database.read() as connection:
            runs = (await connection.execute(waiting)).scalar_one() if readers else 0
            return runs + (await connection.execute(announced)).scalar_one()

    def _readers(self, ingress_list: str) -> list[str]:
        return [c.name for c in self._chains.current if ingress_list in c.definition.ingress_lists]
