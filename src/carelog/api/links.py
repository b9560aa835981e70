"""`/api/entries/{entry_id}/links` and `/graph`: what an entry belongs with."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from carelog.api.access import ReadsEntries, WritesEntries
from carelog.api.entry_view import entry_view, json_answer
from carelog.api.errors import refusals
from carelog.api.services import ServicesOf
from carelog.api.shapes import EntryOut
from carelog.record import Entry
from carelog.record.links import DEEPEST, KINDS, Link, LinkKind

router = APIRouter(prefix="/api/entries/{entry_id}", tags=["entries"])


class LinkIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: LinkKind = Field(default="related_to", description="How this entry stands to the other")
    to: UUID = Field(description="The other entry: of the same record, or of the catalogue")


class LinkOut(BaseModel):
    """A link; `from` is the entry that stands so to the one in `to`."""

    model_config = ConfigDict(populate_by_name=True)

    from_id: UUID = Field(alias="from")
    kind: LinkKind
    to: UUID
    recorded_at: datetime
    recorded_by: str


class LinksOut(BaseModel):
    """The links of an entry in both directions, and the entries at their other ends."""

    links: list[LinkOut]
    entries: list[EntryOut]


class NodeOut(BaseModel):
    """An entry, and how many links away it is."""

    depth: int
    entry: EntryOut


class GraphOut(BaseModel):
    nodes: list[NodeOut] = Field(description="The nearest first")
    links: list[LinkOut] = Field(description="Those among the nodes")
    truncated: bool = Field(description="Whether there is more than was walked to")


_SHOWN: Final = refusals(404)


@router.get("/links", summary="List the links of an entry", response_model=LinksOut, responses=_SHOWN)
async def list_links(entry_id: UUID, services: ServicesOf, who: ReadsEntries) -> Response:
    now = services.clock.now()
    found = await services.links.of(who, entry_id)
    return json_answer(
        {
            "links": [_view(link) for link in found.links],
            "entries": [entry_view(e, now) for e in sorted(found.entries.values(), key=_place)],
        }
    )


@router.post("/links", summary="Link an entry to another", status_code=201, response_model=LinkOut, responses=_SHOWN)
async def add_link(entry_id: UUID, link: LinkIn, services: ServicesOf, who: WritesEntries) -> Response:
    """The same link again changes nothing."""
    return json_answer(_view(await services.links.add(who, entry_id, link.kind, link.to)), status=201)


@router.delete("/links/{link_kind}/{other_id}", summary="Take a link back", status_code=204, responses=_SHOWN)
async def remove_link(
    entry_id: UUID, link_kind: LinkKind, other_id: UUID, services: ServicesOf, who: WritesEntries
) -> None:
    """Whichever of the two it leads from. What rules have linked they link again when one of the two changes."""
    await services.links.remove(who, entry_id, link_kind, other_id)


@router.get("/graph", summary="Walk from an entry along its links", response_model=GraphOut, responses=_SHOWN)
async def read_graph(
    entry_id: UUID,
    services: ServicesOf,
    who: ReadsEntries,
    depth: Annotated[int, Query(ge=1, le=DEEPEST, description="How many links deep")] = 2,
    kinds: Annotated[list[LinkKind], Query(max_length=len(KINDS), description="Links of these kinds; all")] = [],  # noqa: B006
) -> Response:
    """Every entry that is reached, once, in either direction; at most 500."""
    now = services.clock.now()
    graph = await services.links.graph(who, entry_id, depth=depth, kinds=kinds or KINDS)
    nearest = sorted(graph.entries.values(), key=lambda e: (graph.depths[e.id], _place(e)))
    return json_answer(
        {
            "nodes": [{"depth": graph.depths[e.id], "entry": entry_view(e, now)} for e in nearest],
            "links": [_view(link) for link in graph.links],
            "truncated": graph.truncated,
        }
    )


def _place(entry: Entry) -> Any:
    return entry.occurred_at, entry.id


def _view(link: Link) -> dict[str, Any]:
    return {
        "from": str(link.from_id),
        "kind": link.kind,
        "to": str(link.to_id),
        "recorded_at": link.recorded_at,
        "recorded_by": link.recorded_by,
    }
