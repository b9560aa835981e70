"""`elasticsearch`: one index of conversations, for search across them; OpenSearch works in the same way.

The few requests that are needed are spoken over HTTP directly: the official client brings a second HTTP library,
and does not talk to OpenSearch.

The index is not dynamic: a vCon may hold any key with any type, and one whose types differ from the first one's
would be refused. What is searched has fields of its own; the vCon itself is kept as its exact text.
"""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from pydantic import Field, SecretStr

from carelog.conversations import Conversation, tags_of
from carelog.kit import jsontext
from carelog.kit.address import http_address
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after
from carelog.kit.tls import trusted
from carelog.storages.batches import in_order, in_pieces, newest
from carelog.storages.storage import Copy, Storage, StorageDown, StorageError, StorageOptions

_KEYWORD = {"type": "keyword", "ignore_above": 8191}
_TEXT = {"type": "text"}
_MAPPING = {
    "dynamic": False,
    "properties": {
        "conversation": _KEYWORD,
        "revision": {"type": "long"},
        "channel": _KEYWORD,
        "chain": _KEYWORD,
        "subject": _KEYWORD,
        "title": _TEXT,
        "started_at": {"type": "date"},
        "recorded_at": {"type": "date"},
        "tags": _KEYWORD,
        "parties": {
            "properties": {"name": _TEXT, "tel": _KEYWORD, "mailto": _KEYWORD, "role": _KEYWORD},
        },
        "text": _TEXT,
        "vcon": {"type": "object", "enabled": False},
    },
}

_MOST_CHARACTERS = 8_000_000  # in one request; Elasticsearch takes up to 100 MB, and asks for 5 to 15
_ROUNDS = 5  # for writers that come in between one another
_CONFLICT = 409
_DONE = frozenset({200, 201})
_GONE = frozenset({200, 404})


class ElasticsearchOptions(StorageOptions):
    """Signed in with an `api_key`, or with `username` and `password`, or with none. `ca_file` holds the certificate
    of an authority of your own."""

    url: SecretStr | None = None
    url_env: str | None = None
    index: str = Field(default="vcons", pattern=r"^[a-z0-9][a-z0-9_.-]{0,200}$")
    api_key: SecretStr | None = None
    api_key_env: str | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_env: str | None = None
    ca_file: Path | None = None
    timeout_seconds: float = Field(default=30.0, gt=0, le=600)


class _Place(NamedTuple):
    """The version of a document that was seen, which a write then names: it fails if another came in between."""

    revision: int
    sequence: int
    term: int


class ElasticsearchStorage(Storage[ElasticsearchOptions]):
    """A batch is one request that asks which revisions are there, and one that writes those that are newer."""

    options_model = ElasticsearchOptions

    def __init__(self, options: ElasticsearchOptions, name: str) -> None:
        super().__init__(options, name)
        try:
            self._url, login = http_address(self.needed("url"))
        except ValueError as error:
            raise self.misconfigured("url", str(error)) from None
        if options.ca_file is not None and not options.ca_file.is_file():
            raise self.misconfigured("ca_file", "there is no such file")
        api_key, password = self.key("api_key"), self.secret("password")
        self._headers = {"authorization": f"ApiKey {api_key}"} if api_key else {}
        self._login = (options.username, password or "") if options.username else login
        self._client: httpx.AsyncClient | None = None
        self._is_prepared = False
        self._preparing = asyncio.Lock()

    async def open(self) -> None:
        await self._ready()

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        failures: dict[UUID, StorageError] = {}
        sources: dict[UUID, str] = {}
        for copy in newest(copies):
            try:
                sources[copy.conversation_id] = jsontext.dump(source(copy))
            except InvalidInput:
                failures[copy.conversation_id] = self.refused("cannot keep this copy: it is not JSON")
        fit = [copy for copy in newest(copies) if copy.conversation_id in sources]
        for piece in in_pieces(fit, _MOST_CHARACTERS):
            await self._save_piece(piece, sources, failures)
        return in_order(copies, failures)

    async def get(self, conversation_id: UUID) -> str | None:
        response = await self._request("GET", f"_doc/{conversation_id}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        kept = self._answer(response, "_source").get("vcon")
        if not isinstance(kept, str):
            raise self.failed("holds a document that is not of Carelog under this id")
        return kept

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        if not conversation_ids:
            return
        lines = [jsontext.dump({"delete": {"_id": str(one)}}) for one in conversation_ids]
        # Refreshed, so that it is gone from searches too.
        response = await self._request("POST", "_bulk?refresh=true", _ndjson(lines))
        for item in self._items(response):
            if item["status"] not in _GONE:
                raise self._item_failure(item)

    async def _save_piece(
        self, piece: Sequence[Copy], sources: dict[UUID, str], failures: dict[UUID, StorageError]
    ) -> None:
        await self._ready()
        waiting = list(piece)
        for _ in range(_ROUNDS):
            there = await self._places([copy.conversation_id for copy in waiting])
            waiting = [copy for copy in waiting if not _is_kept(copy, there)]
            if not waiting:
                return
            lines = [
                line
                for copy in waiting
                for line in (_action(copy, there.get(copy.conversation_id)), sources[copy.conversation_id])
            ]
            response = await self._request("POST", "_bulk", _ndjson(lines))
            if response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
                await self._save_halves(waiting, sources, failures)
                return
            answered = list(zip(waiting, self._items(response), strict=True))
            failed = [(copy, item) for copy, item in answered if item["status"] not in _DONE]
            waiting = [copy for copy, item in failed if item["status"] == _CONFLICT]
            failures |= {
                copy.conversation_id: self._item_failure(item) for copy, item in failed if item["status"] != _CONFLICT
            }
            if not waiting:
                return
        for copy in waiting:
            failures[copy.conversation_id] = self.failed("saw other writers of this conversation again and again")

    async def _save_halves(
        self, piece: Sequence[Copy], sources: dict[UUID, str], failures: dict[UUID, StorageError]
    ) -> None:
        if len(piece) == 1:
            failures[piece[0].conversation_id] = self.refused("cannot keep this copy: it is too large")
            return
        half = len(piece) // 2
        await self._save_piece(piece[:half], sources, failures)
        await self._save_piece(piece[half:], sources, failures)

    async def _places(self, ids: Sequence[UUID]) -> dict[UUID, _Place]:
        wanted = jsontext.dump({"ids": [str(one) for one in ids]})
        response = await self._request("POST", "_mget?_source_includes=revision", wanted)
        documents: list[dict[str, Any]] = self._answer(response, "docs")
        if any("error" in document for document in documents):
            raise self._without_index()
        return {
            UUID(document["_id"]): _Place(
                document["_source"]["revision"], document["_seq_no"], document["_primary_term"]
            )
            for document in documents
            if document["found"]
        }

    async def _ready(self) -> None:
        """Make the index where there is none. One that is there keeps its mapping."""
        if self._is_prepared:
            return
        async with self._preparing:
            response = await self._request("HEAD", "")
            if response.status_code == httpx.codes.NOT_FOUND:
                response = await self._request("PUT", "", jsontext.dump({"mappings": _MAPPING}))
                made_meanwhile = "resource_already_exists_exception" in response.text
                if not response.is_success and not made_meanwhile:
                    raise self.down(f"cannot make its index ({response.status_code})")
            elif not response.is_success:
                raise self.down(f"answered {response.status_code}")
            self._is_prepared = True

    async def _request(self, method: str, path: str, content: str = "") -> httpx.Response:
        """Raises StorageDown where nothing was answered, or that it cannot be used now, or not by us."""
        where = f"/{self.options.index}/{path}".rstrip("/")
        kind = "application/x-ndjson" if path.startswith("_bulk") else "application/json"
        try:
            response = await self._http().request(
                method, where, content=content.encode() or None, headers={"content-type": kind} if content else {}
            )
        except httpx.HTTPError as error:
            raise self.down(f"cannot be reached ({type(error).__name__})") from None
        if response.status_code in (401, 403, 408, 429) or response.status_code >= 500:
            raise self.down(f"answered {response.status_code}", retry_after(response.headers.get("retry-after")))
        return response

    def _answer(self, response: httpx.Response, part: str) -> Any:
        """One part of a JSON answer. Raises StorageDown where there is none: whatever answers is no Elasticsearch."""
        if response.status_code == httpx.codes.NOT_FOUND:
            raise self._without_index()
        if not response.is_success:
            raise self.down(f"answered {response.status_code}")
        try:
            answer = jsontext.parse(response.content)
        except InvalidInput:
            answer = None
        if not isinstance(answer, dict) or part not in answer:
            raise self.down("answered something else than Elasticsearch does")
        return answer[part]

    def _items(self, response: httpx.Response) -> list[dict[str, Any]]:
        return [next(iter(item.values())) for item in self._answer(response, "items")]

    def _item_failure(self, item: dict[str, Any]) -> StorageError:
        """Only the type is told: the reason quotes the document. Raises StorageDown where no copy is to blame."""
        status, told = item["status"], (item.get("error") or {}).get("type", "no reason given")
        # Blocked or overloaded: a full disk makes an index read-only, for all that is written to it.
        if status in (401, 403, 429) or status >= 500:
            raise self.down(f"answered {status} ({told})")
        if status == httpx.codes.NOT_FOUND:
            raise self._without_index()
        return self.refused(f"cannot keep this copy: answered {status} ({told})")

    def _without_index(self) -> StorageDown:
        """Deleted meanwhile: it is made again the next time."""
        self._is_prepared = False
        return self.down("has lost its index")

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            own = self.options.ca_file
            self._client = httpx.AsyncClient(
                base_url=self._url,
                headers=self._headers,
                auth=self._login,
                verify=ssl.create_default_context(cafile=str(own)) if own else trusted(),
                timeout=self.options.timeout_seconds,
                follow_redirects=False,
            )
        return self._client


def source(copy: Copy) -> dict[str, Any]:
    """The document of one copy: what is searched, beside the vCon's exact text. Raises InvalidInput."""
    conversation = Conversation(jsontext.parse(copy.document), copy.document)
    return {
        "conversation": str(copy.conversation_id),
        "revision": copy.revision,
        "channel": copy.channel,
        "chain": copy.chain,
        "subject": str(copy.subject_id),
        "title": copy.title,
        "started_at": copy.started_at.isoformat(),
        "recorded_at": copy.recorded_at.isoformat(),
        "tags": [f"{name}:{value}" for name, value in tags_of(conversation).items()],
        "parties": [
            {"name": party.name, "tel": party.tel, "mailto": party.mailto, "role": party.role.value}
            for party in conversation.parties
        ],
        "text": [turn.text for turn in conversation.turns],
        "vcon": copy.document,
    }


def _is_kept(copy: Copy, there: dict[UUID, _Place]) -> bool:
    return copy.conversation_id in there and there[copy.conversation_id].revision >= copy.revision


def _action(copy: Copy, place: _Place | None) -> str:
    if place is None:
        return jsontext.dump({"create": {"_id": str(copy.conversation_id)}})
    return jsontext.dump(
        {
            "index": {
                "_id": str(copy.conversation_id),
                "if_seq_no": place.sequence,
                "if_primary_term": place.term,
            }
        }
    )


def _ndjson(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
