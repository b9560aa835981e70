"""Egress lists: conversations that chains have finished and storages have, for other programs to take."""

from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, true

from carelog.conversations.tables import conversation
from carelog.db import Database
from carelog.identity import Principal
from carelog.kit.errors import NotFound
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.tables import egress as table


class EgressLists:
    """Gives out what was announced, each only to a principal who may see its subject."""

    def __init__(self, database: Database, chains: ChainBook) -> None:
        self._database = database
        self._chains = chains

    def lists(self) -> list[str]:
        """The lists that chains announce on now, by name."""
        return sorted({name for chain in self._chains.current for name in chain.definition.egress_lists})

    async def pop(self, principal: Principal, list_name: str, limit: int = 100) -> list[UUID]:
        """Take conversations off a list, in the order in which they were announced: each goes to one of those who
        pop at the same time. Raises NotFound for a list that no chain has, and on which nothing is left."""
        principal.require("egress:pop")
        first = (
            select(table.c.id)
            .where(_announced(principal, list_name))
            .order_by(table.c.announced_at, table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("first")
        )
        taking = (
            delete(table)
            .where(table.c.id.in_(select(first.c.id)))
            .returning(table.c.announced_at, table.c.id, table.c.conversation_id)
        )
        async with self._database.write() as connection:
            taken = sorted(tuple(row) for row in await connection.execute(taking))
        if not taken:
            self._require(list_name)
        return [conversation_id for _, _, conversation_id in taken]

    async def count(self, principal: Principal, list_name: str) -> int:
        """How many conversations there are to be popped. Raises NotFound as `pop` does."""
        principal.require("egress:pop")
        counting = select(func.count()).select_from(table).where(_announced(principal, list_name))
        async with self._database.read() as connection:
            count = (await connection.execute(counting)).scalar_one()
        if not count:
            self._require(list_name)
        return count

    def _require(self, list_name: str) -> None:
        if list_name not in self.lists():
            raise NotFound("no chain announces anything on this list", details={"lists": self.lists()})


def _announced(principal: Principal, list_name: str) -> ColumnElement[bool]:
    theirs: ColumnElement[bool] = true()
    if principal.subjects is not None:
        theirs = table.c.conversation_id.in_(select(conversation.c.id).where(principal.sees(conversation.c.subject_id)))
    return (table.c.list == list_name) & table.c.announced_at.is_not(None) & theirs
