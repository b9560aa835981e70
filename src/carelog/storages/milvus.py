"""`milvus`: what was said, in pieces with their embeddings, for search by meaning.

It holds no vCons, only pieces of their text, so nothing is read back from it. The pieces of a revision are written
together and those of the revisions before are then deleted: whoever writes, the highest stays.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import Field, SecretStr

from carelog.conversations import Conversation
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.storages.batches import in_order, newest
from carelog.storages.chunks import chunks
from carelog.storages.embeddings import Embedder
from carelog.storages.storage import Copy, Extra, Storage, StorageError, StorageOptions, StorageRefused

if TYPE_CHECKING:
    from pymilvus import MilvusClient

T = TypeVar("T")

_LONGEST_VARCHAR = 65535  # bytes
_LONGEST_TITLE = 1000  # characters
_MOST_CHUNKS = 500  # in one write, unless one conversation has more
_IDS_AT_ONCE = 200


class MilvusOptions(StorageOptions):
    """`uri` is http(s)://host:19530, or a file ending in .db for Milvus Lite. `dimension` is how many numbers an
    embedding of the model has; it is fixed when the collection is made."""

    uri: SecretStr | None = None
    uri_env: str | None = None
    token: SecretStr | None = None
    token_env: str | None = None
    database: str = ""
    collection: str = Field(default="vcons", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,200}$")
    embedding_url: SecretStr | None = None
    embedding_url_env: str | None = None
    embedding_model: str
    api_key: SecretStr | None = None
    api_key_env: str | None = None
    dimension: int = Field(ge=2, le=32768)
    chunk_characters: int = Field(default=1200, ge=100, le=16000)
    timeout_seconds: float = Field(default=30.0, gt=0, le=600)


class MilvusStorage(Storage[MilvusOptions]):
    """Speaks through the official client, in a thread, one request at a time."""

    options_model = MilvusOptions
    readable: ClassVar[bool] = False
    extra: ClassVar[Extra | None] = Extra("milvus", "pymilvus")

    def __init__(self, options: MilvusOptions, name: str) -> None:
        super().__init__(options, name)
        self._uri = self.needed("uri")
        if not self._uri.startswith(("http://", "https://")) and not self._uri.endswith(".db"):
            raise self.misconfigured("uri", "must begin with http:// or https://, or be a file ending in .db")
        self._token = self.key("token") or ""
        try:
            self._embedder = Embedder(
                self,
                self.needed("embedding_url"),
                options.embedding_model,
                options.dimension,
                self.key("api_key"),
                options.timeout_seconds,
            )
        except ValueError as error:
            raise self.misconfigured("embedding_url", str(error)) from None
        self._client: MilvusClient | None = None
        self._one_request = asyncio.Lock()

    async def open(self) -> None:
        await self._call(lambda client: None)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await asyncio.to_thread(client.close)
        await self._embedder.close()

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        failures: dict[UUID, StorageError] = {}
        kept = await self._kept([copy.conversation_id for copy in newest(copies)])
        pieces: dict[UUID, list[str]] = {}
        fresh = [copy for copy in newest(copies) if kept.get(copy.conversation_id, -1) < copy.revision]
        for copy in fresh:
            try:
                turns = Conversation(jsontext.parse(copy.document), copy.document).turns
            except InvalidInput:
                failures[copy.conversation_id] = self.refused("cannot keep this copy: it is not JSON")
            else:
                pieces[copy.conversation_id] = chunks(turns, self.options.chunk_characters)
        for group in _groups([copy for copy in fresh if copy.conversation_id in pieces], pieces):
            await self._save_group(group, pieces, failures)
        return in_order(copies, failures)

    async def get(self, conversation_id: UUID) -> str | None:
        raise self.failed("cannot be read")

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        for some in _slices(conversation_ids):
            await self._delete(_among(some))

    async def _save_group(
        self, group: Sequence[Copy], pieces: Mapping[UUID, list[str]], failures: dict[UUID, StorageError]
    ) -> None:
        """A group that is refused for its texts is taken one conversation at a time."""
        try:
            vectors = await self._embedder.embed([text for copy in group for text in pieces[copy.conversation_id]])
        except StorageRefused as error:
            if len(group) == 1:
                failures[group[0].conversation_id] = error
                return
            for copy in group:
                await self._save_group([copy], pieces, failures)
            return
        remaining = iter(vectors)
        rows = [
            _row(copy, index, text, next(remaining))
            for copy in group
            for index, text in enumerate(pieces[copy.conversation_id])
        ]
        if rows:
            await self._call(lambda client: client.upsert(self.options.collection, rows, timeout=self._seconds))
        await self._delete_replaced(group)

    async def _delete_replaced(self, group: Sequence[Copy]) -> None:
        """Asked for anew, since another may have written a newer revision meanwhile."""
        kept = await self._kept([copy.conversation_id for copy in group])
        for copy in group:
            highest = max(copy.revision, kept.get(copy.conversation_id, -1))
            if copy.revision > 1 or highest > copy.revision:
                await self._delete(f'conversation == "{copy.conversation_id}" and revision < {highest}')

    async def _kept(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """The highest revision of each conversation that is there: every revision has a first piece."""
        kept: dict[UUID, int] = {}
        for some in _slices(ids):
            where = f"{_among(some)} and piece == 0"
            rows = await self._call(
                lambda client, where=where: client.query(  # type: ignore[misc]
                    self.options.collection,
                    filter=where,
                    output_fields=["conversation", "revision"],
                    consistency_level="Strong",
                    timeout=self._seconds,
                )
            )
            for row in rows:
                conversation_id = UUID(row["conversation"])
                kept[conversation_id] = max(kept.get(conversation_id, -1), row["revision"])
        return kept

    async def _delete(self, where: str) -> None:
        await self._call(lambda client: client.delete(self.options.collection, filter=where, timeout=self._seconds))

    async def _call(self, ask: "Callable[[MilvusClient], T]") -> T:
        """Raises StorageDown: what Milvus does not do for pieces that it has asked for in this shape, it does for
        none. The connection is made anew after any trouble."""
        async with self._one_request:
            try:
                if self._client is None:
                    self._client = await asyncio.to_thread(self._connect)
                return await asyncio.to_thread(ask, self._client)
            except Exception as error:  # noqa: BLE001  pymilvus lets through what gRPC raises, of several kinds
                broken, self._client = self._client, None
                if broken is not None:
                    await asyncio.to_thread(broken.close)
                code = getattr(error, "code", None)
                told = f", code {code}" if isinstance(code, int) else ""
                raise self.down(f"cannot use Milvus ({type(error).__name__}{told})") from None

    @property
    def _seconds(self) -> float:
        return self.options.timeout_seconds

    def _connect(self) -> "MilvusClient":
        """A client, with the collection made where there is none."""
        from pymilvus import DataType, MilvusClient
        from pymilvus.exceptions import MilvusException

        # It prints every failure with its stack trace to a handler of its own; ours are told by StorageDown.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        client = MilvusClient(
            uri=self._uri,
            token=self._token,
            db_name=self.options.database,
            timeout=self._seconds,
            # Connections of its own: gRPC would let new ones wait out the growing pauses of those that failed.
            grpc_options={"grpc.use_local_subchannel_pool": 1},
        )
        if client.has_collection(self.options.collection, timeout=self._seconds):
            client.load_collection(self.options.collection, timeout=self._seconds)
            return client
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=100)
        schema.add_field("conversation", DataType.VARCHAR, max_length=36)
        schema.add_field("revision", DataType.INT64)
        schema.add_field("piece", DataType.INT64)
        for field in ("subject", "channel", "started_at", "title", "text"):
            schema.add_field(field, DataType.VARCHAR, max_length=_LONGEST_VARCHAR)
        schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=self.options.dimension)
        indexes = MilvusClient.prepare_index_params()
        indexes.add_index("embedding", index_type="AUTOINDEX", metric_type="COSINE")
        try:
            client.create_collection(
                self.options.collection, schema=schema, index_params=indexes, timeout=self._seconds
            )
        except MilvusException:
            if not client.has_collection(self.options.collection, timeout=self._seconds):
                raise  # not because another process made it at the same moment
        return client


def _row(copy: Copy, index: int, text: str, vector: list[float]) -> dict[str, Any]:
    return {
        "id": f"{copy.conversation_id}:{copy.revision}:{index}",
        "conversation": str(copy.conversation_id),
        "revision": copy.revision,
        "piece": index,
        "subject": str(copy.subject_id),
        "channel": copy.channel,
        "started_at": copy.started_at.isoformat(),
        "title": (copy.title or "")[:_LONGEST_TITLE],
        "text": text,
        "embedding": vector,
    }


def _groups(copies: Sequence[Copy], pieces: Mapping[UUID, list[str]]) -> Iterator[list[Copy]]:
    group: list[Copy] = []
    size = 0
    for copy in copies:
        more = len(pieces[copy.conversation_id])
        if group and size + more > _MOST_CHUNKS:
            yield group
            group, size = [], 0
        group.append(copy)
        size += more
    if group:
        yield group


def _slices(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), _IDS_AT_ONCE):
        yield ids[start : start + _IDS_AT_ONCE]


def _among(ids: Sequence[UUID]) -> str:
    return "conversation in [" + ", ".join(f'"{one}"' for one in ids) + "]"
