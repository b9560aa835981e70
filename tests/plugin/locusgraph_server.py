"""A small local server that speaks LocusGraph's REST interface, as far as it is used here."""

from dataclasses import dataclass
from typing import Any

from stand_ins import Answer, HttpServer, Request

MOST_BYTES = 64 * 1024


@dataclass
class Locus:
    id: str
    event: dict[str, Any]


class LocusGraphServer(HttpServer):
    """Graphs must be made; other text on an occupied context is a conflict unless it replaces it."""

    def __init__(self, secret: str = "made-up-agent-secret") -> None:
        super().__init__()
        self.secret = secret
        self.graphs: dict[str, dict[str, Locus]] = {}
        self.log: list[dict[str, Any]] = []
        self._made = 0

    def contexts(self, graph: str) -> dict[str, str]:
        """What is remembered in a graph, by context."""
        return {context: locus.event["payload"]["data"] for context, locus in self.graphs.get(graph, {}).items()}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.secret}":
            return _error(401, "unauthorized")
        if (request.method, request.path) == ("POST", "/v1/graphs"):
            graph = request.json()["graph_id"]
            if graph in self.graphs:
                return _error(409, "exists")
            self.graphs[graph] = {}
            return Answer.of({"success": True, "data": {"graph_id": graph}})
        if (request.method, request.path) == ("POST", "/v1/events"):
            return self._store(request.json())
        if request.method == "DELETE" and request.path.startswith("/v1/locus/"):
            graph, _, locus = request.path.removeprefix("/v1/locus/").partition("/")
            there = {c: one for c, one in self.graphs.get(graph, {}).items() if one.id == locus}
            for context in there:
                del self.graphs[graph][context]
            return Answer.of({"success": True, "data": {}}) if there else _error(404, "not_found")
        return _error(404, "not_found")

    def _store(self, event: dict[str, Any]) -> Answer:
        if event["graph_id"] not in self.graphs:
            return _error(404, "graph_not_found")
        if len(str(event["payload"]).encode()) > MOST_BYTES:
            return _error(413, "payload_too_large")
        graph = self.graphs[event["graph_id"]]
        held = graph.get(event["context_id"])
        if held and held.event["payload"]["data"] == event["payload"]["data"]:
            held.event = event
            return _stored(held, "unchanged")
        if held and not event.get("replace"):
            return _error(409, "context_occupied")
        self._made += 1
        self.log.append(event)
        locus = Locus(f"locus-{self._made}", event)
        graph[event["context_id"]] = locus
        return _stored(locus, "replaced" if held else "created")


def _stored(locus: Locus, status: str) -> Answer:
    data = {"locus_id": locus.id, "status": status, "confidence": 1.0, "context_id": locus.event["context_id"]}
    return Answer.of({"success": True, "data": data})


def _error(status: int, code: str) -> Answer:
    return Answer.of({"error": {"code": code, "message": code}}, status)
