"""The client: LocusGraph's REST interface, as far as it is used. Bearer secret; `{"success": true, "data": ...}` or
`{"error": {"code", "message"}}`."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after
from carelog.kit.tls import trusted
from carelog.record.locusgraph.definition import LocusGraphDefinition

if TYPE_CHECKING:
    import httpx

# Of this one event: another may be taken.
_OF_THE_EVENT: Final = frozenset({400, 413, 415, 422})
_MINUTE: Final = timedelta(minutes=1)


class Trouble(Exception):
    """Nothing can be forwarded now; not before `wait`, where the server said so."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class Enough(Trouble):
    """As much was sent as the server takes for now, which is no fault of it."""


class Refused(Exception):
    """The server does not take this event, however often it comes."""

    def __init__(self, status: int) -> None:
        super().__init__(f"http {status}")
        self.code = f"http_{status}"


class LocusGraphClient:
    def __init__(self, definition: LocusGraphDefinition) -> None:
        self._definition = definition
        self._base = str(definition.url).rstrip("/")
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def store(self, event: Mapping[str, Any]) -> str | None:
        """Store an event, over another one in its context where it comes to that; the graph is made where there is
        none. Returns its id there. Raises Trouble and Refused."""
        answer = await self._ask("POST", "/v1/events", event)
        if answer.status_code == 404:
            await self._make_graph(str(event["graph_id"]))
            answer = await self._ask("POST", "/v1/events", event)
        if answer.status_code == 409:
            answer = await self._ask("POST", "/v1/events", {**event, "replace": True})
        if not answer.is_success:
            raise self._failure(answer)
        data = _data(answer.content)
        locus = data.get("locus_id")
        return locus if isinstance(locus, str) else None

    async def forget(self, graph: str, locus: str) -> None:
        """Delete an event; one that is not there is gone already. Raises Trouble and Refused."""
        answer = await self._ask("DELETE", f"/v1/locus/{quote(graph, safe='')}/{quote(locus, safe='')}")
        if not answer.is_success and answer.status_code not in (404, 410):
            raise self._failure(answer)

    async def _make_graph(self, graph: str) -> None:
        answer = await self._ask("POST", "/v1/graphs", {"graph_id": graph})
        if not answer.is_success and answer.status_code != 409:
            raise Trouble(f"the graph cannot be made ({answer.status_code})", retry_after(_told(answer)))

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> "httpx.Response":
        import httpx  # here, since few forward anything

        if self._client is None:
            self._client = httpx.AsyncClient(verify=trusted(), timeout=self._definition.timeout_seconds)
        secret = os.environ.get(self._definition.agent_secret_env)
        if not secret:
            raise Trouble(f"the environment has no {self._definition.agent_secret_env}")
        headers = {"authorization": f"Bearer {secret}"}
        content = None
        if body is not None:
            content = jsontext.dump(dict(body)).encode()
            headers["content-type"] = "application/json"
        try:
            answer = await self._client.request(method, f"{self._base}{path}", content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Trouble(f"it cannot be reached ({type(error).__name__})") from None
        if answer.status_code == 429:
            raise Trouble("it takes no more for now", retry_after(_told(answer)) or _MINUTE)
        return answer

    def _failure(self, answer: "httpx.Response") -> Exception:
        if answer.status_code in _OF_THE_EVENT:
            return Refused(answer.status_code)
        return Trouble(f"it answered {answer.status_code}", retry_after(_told(answer)))


def _told(answer: "httpx.Response") -> str | None:
    told: str | None = answer.headers.get("retry-after")
    return told


def _data(content: bytes) -> Mapping[str, Any]:
    try:
        told = jsontext.parse(content)
    except InvalidInput:
        raise Trouble("it did not answer in JSON") from None
    data = told.get("data") if isinstance(told, dict) else None
    if not isinstance(data, dict):
        raise Trouble("its answer has no data")
    return data
