"""Chains whose conversations go to storages, and what became of them there."""

from typing import Any
from uuid import UUID

from made_up import chain, submission

from carelog.app import Carelog
from carelog.identity import operator
from carelog.pipeline.copy_store import CopyQuery
from carelog.pipeline.storage_copy import StorageCopy

ME = operator()


def on_shelves(*names: str) -> dict[str, Any]:
    """Storages of these names, each on a shelf of its own."""
    return {name: {"type": "shelf", "shelf": name} for name in names}


def storing(*storages: str, egress: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A chain of one link, which gives a tag."""
    return chain({"tag": {"tags": ["seen"]}}, storages=list(storages), egress_lists=list(egress), **more)


async def pass_through(carelog: Carelog, count: int = 1) -> list[UUID]:
    """Conversations that have passed through their chains, and are not yet in any storage."""
    receipts = await carelog.intake.accept(ME, [submission(f"I have headache {n}.") for n in range(count)])
    assert all(receipt.verdict == "accepted" for receipt in receipts)
    await carelog.worker.drain()
    return [receipt.conversation_id for receipt in receipts]


async def copies_of(
    carelog: Carelog, conversation: UUID | None = None, storage: str | None = None
) -> list[StorageCopy]:
    """The first to be queued first."""
    query = CopyQuery(conversation_id=conversation, storage=storage)
    return (await carelog.copies.page(ME, query, limit=200)).items[::-1]


async def states(carelog: Carelog, conversation: UUID | None = None) -> dict[str, list[str]]:
    """The states of copies, by storage, the first to be queued first."""
    found: dict[str, list[str]] = {}
    for copy in await copies_of(carelog, conversation):
        found.setdefault(copy.storage, []).append(str(copy.state))
    return found
