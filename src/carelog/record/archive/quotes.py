"""Quotes: what an archive says that somebody said has to stand in the conversation that it names."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from carelog.conversations import store, text_at
from carelog.kit.errors import InvalidInput
from carelog.record.archive.part import Bringing
from carelog.record.evidence import Evidence


async def misquoting(bringing: Bringing, evidence: Mapping[UUID, Sequence[Evidence]]) -> set[UUID]:
    """Which of these entries quote what does not stand there, by the ids that they have in the archive. Nothing can be
    told of conversations that are not here, or whose documents only storages have."""
    named = {bringing.id_of(one.conversation) for quotes in evidence.values() for one in quotes}
    conversations = await store.load(bringing.connection, named) if named else {}
    documents = {id_: stored.conversation.document for id_, stored in conversations.items() if stored.document}
    return {
        id_
        for id_, quotes in evidence.items()
        for one in quotes
        if (document := documents.get(bringing.id_of(one.conversation))) and not _stands(document, one)
    }


def _stands(document: Mapping[str, Any], evidence: Evidence) -> bool:
    try:
        return text_at(document, evidence.pointer)[evidence.start : evidence.end] == evidence.quote
    except InvalidInput:
        return False
