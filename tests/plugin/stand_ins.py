"""Small local servers that speak the wire protocols of outside services, for the real clients to talk to.

Each runs in the test's own loop, keeps what it holds over `stop` and `start`, and comes back on the same port.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object, status: int = 200) -> "Answer":
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json"})


class HttpServer:
    """HTTP/1.1 with kept connections. `override`, where it is set, answers before the server's own rules; an answer
    of None there is none: the connection is closed."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.override: Callable[[Request], Answer | Awaitable[Answer] | None] | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[Any] | None] = {}
        self._port = 0
        self.connections_made = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """At once: open connections break."""
        if self._server is not None:
            self._server.close()
            serving = {task for task in self._connections.values() if task}
            for writer, task in self._connections.items():
                writer.transport.abort()
                if task:
                    task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = asyncio.current_task()
        self.connections_made += 1
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                given = self.override(request) if self.override else self.answer(request)
                answer = await given if isinstance(given, Awaitable) else given
                if answer is None:
                    break
                writer.write(_written(answer, head=request.method == "HEAD"))
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass  # one of the two sides has stopped
        finally:
            self._connections.pop(writer, None)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None where there is none, or what comes is not HTTP/1.1."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
    except (asyncio.IncompleteReadError, ValueError):
        return None
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return Request(method, unquote(parts.path), query, headers, body)


def _written(answer: Answer, *, head: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    headers = {"content-length": str(len(answer.body)), **answer.headers}
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if head else answer.body)


class ObjectServer(HttpServer):
    """S3's REST API for one bucket, path style: put, get, delete, list (version 2, a few keys a page)."""

    def __init__(self, bucket: str, *, page: int = 3) -> None:
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self._bucket = bucket
        self._page = page

    def answer(self, request: Request) -> Answer:
        bucket, _, key = request.path.lstrip("/").partition("/")
        if bucket != self._bucket:
            return _s3_error(404, "NoSuchBucket")
        if request.method == "GET" and not key:
            return self._list(request.query)
        if request.method == "PUT":
            self.objects[key] = request.body
            return Answer(headers={"etag": '"1"'})
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Answer(204)
        if request.method == "POST" and "delete" in request.query:
            return self._delete_many(request.body)
        if key not in self.objects:
            return _s3_error(404, "NoSuchKey")
        return Answer(body=self.objects[key], headers={"etag": '"1"', "last-modified": _LONG_AGO})

    def _list(self, query: dict[str, str]) -> Answer:
        keys = sorted(key for key in self.objects if key.startswith(query.get("prefix", "")))
        after = query.get("continuation-token", "")
        rest = [key for key in keys if key > after]
        page = rest[: self._page]
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size><ETag>&quot;1&quot;</ETag>"
            "<LastModified>2026-01-05T09:00:00.000Z</LastModified></Contents>"
            for key in page
        )
        more = len(rest) > len(page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        told = f"<IsTruncated>{str(more).lower()}</IsTruncated><KeyCount>{len(page)}</KeyCount>{token}{contents}"
        return Answer(body=f"<ListBucketResult>{told}</ListBucketResult>".encode())

    def _delete_many(self, body: bytes) -> Answer:
        keys = [part.partition("</Key>")[0] for part in body.decode().split("<Key>")[1:]]
        for key in keys:
            self.objects.pop(unescape(key), None)
        told = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        return Answer(body=f"<DeleteResult>{told}</DeleteResult>".encode())


_LONG_AGO = "Mon, 05 Jan 2026 09:00:00 GMT"


def _s3_error(status: int, code: str) -> Answer:
    return Answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())


@dataclass
class Document:
    source: dict[str, Any]
    sequence: int


class SearchServer(HttpServer):
    """Elasticsearch's document API: index creation, `_bulk`, `_mget`, `_doc`, with sequence numbers as it has them."""

    def __init__(self) -> None:
        super().__init__()
        self.indexes: dict[str, dict[str, Document]] = {}
        self.mappings: dict[str, Any] = {}
        self.refuses: Callable[[dict[str, Any]], bool] = lambda source: False
        self.largest_body = 100_000_000
        self._sequence = 0

    def answer(self, request: Request) -> Answer:
        index, _, rest = request.path.strip("/").partition("/")
        if len(request.body) > self.largest_body:
            return Answer(413)
        if not rest:
            return self._index(request.method, index, request.body)
        if rest == "_bulk":
            return self._bulk(index, request.body)
        if rest == "_mget":
            return Answer.of({"docs": [self._seen(index, one) for one in request.json()["ids"]]})
        seen = self._seen(index, rest.removeprefix("_doc/"))
        return Answer.of(seen, 200 if seen.get("found") else 404)

    def _index(self, method: str, index: str, body: bytes) -> Answer:
        if method == "HEAD":
            return Answer(200 if index in self.indexes else 404)
        if index in self.indexes:
            return Answer.of({"error": {"type": "resource_already_exists_exception"}, "status": 400}, 400)
        self.indexes[index] = {}
        self.mappings[index] = json.loads(body)["mappings"]
        return Answer.of({"acknowledged": True, "index": index})

    def _seen(self, index: str, id_: str) -> dict[str, Any]:
        if index not in self.indexes:
            return {"_index": index, "_id": id_, "error": {"type": "index_not_found_exception"}}
        document = self.indexes[index].get(id_)
        if document is None:
            return {"_index": index, "_id": id_, "found": False}
        return {
            "_index": index,
            "_id": id_,
            "found": True,
            "_seq_no": document.sequence,
            "_primary_term": 1,
            "_source": document.source,
        }

    def _bulk(self, index: str, body: bytes) -> Answer:
        assert body.endswith(b"\n")
        lines = iter(json.loads(line) for line in body.splitlines())
        items = []
        for action in lines:
            [(kind, meta)] = action.items()
            source = None if kind == "delete" else next(lines)
            items.append({kind: {"_id": meta["_id"], **self._apply(index, kind, meta, source)}})
        return Answer.of({"errors": any(next(iter(i.values()))["status"] > 299 for i in items), "items": items})

    def _apply(self, index: str, kind: str, meta: dict[str, Any], source: dict[str, Any] | None) -> dict[str, Any]:
        documents = self.indexes.setdefault(index, {})
        kept = documents.get(meta["_id"])
        if kind == "delete":
            return {"status": 200 if documents.pop(meta["_id"], None) else 404}
        assert source is not None
        expected = meta.get("if_seq_no")
        if (kind == "create" and kept) or (expected is not None and (not kept or kept.sequence != expected)):
            return {"status": 409, "error": {"type": "version_conflict_engine_exception"}}
        if self.refuses(source):
            return {"status": 400, "error": {"type": "document_parsing_exception", "reason": str(source)}}
        self._sequence += 1
        documents[meta["_id"]] = Document(source, self._sequence)
        return {"status": 200 if kept else 201}


class EmbeddingServer(HttpServer):
    """OpenAI's `POST /v1/embeddings`: a vector that counts the letters a, b and c of each text, and its length."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: Callable[[str], bool] = lambda text: False

    def answer(self, request: Request) -> Answer:
        if request.path != "/v1/embeddings":
            return Answer(404)
        texts = request.json()["input"]
        if any(self.refuses(text) for text in texts):
            return Answer.of({"error": {"message": f"cannot embed {texts}"}}, 400)
        data = [
            {"object": "embedding", "index": i, "embedding": [*(text.count(c) + 0.5 for c in "abc"), len(text)]}
            for i, text in enumerate(texts)
        ]
        return Answer.of({"object": "list", "data": data[::-1], "model": request.json()["model"]})


class Receiver(HttpServer):
    """Takes what is posted, with 204."""

    def answer(self, request: Request) -> Answer:
        return Answer(204)
