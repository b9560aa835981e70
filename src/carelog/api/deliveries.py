"""`/api/deliveries`: messages that go out and their fate. What they say, and where they go to, is not shown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from carelog.api.access import ReadsRuns, WritesRuns
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import CountOut, PageOut
from carelog.delivery import Channel, Delivery, DeliveryState, masked
from carelog.delivery.store import DeliveryQuery

router = APIRouter(prefix="/api/deliveries", tags=["deliveries"])


class DeliveryOut(BaseModel):
    """A message and its fate."""

    id: UUID
    channel: Channel
    recipient: str = Field(description="The end of the address only")
    subject_id: UUID | None = Field(description="Whom it is about; null for a code to somebody who signs in")
    state: DeliveryState
    tries: int
    due_at: datetime
    error: Mapping[str, Any] | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, found: Delivery) -> "DeliveryOut":
        return cls.model_validate(replace(found, recipient=masked(found.recipient)), from_attributes=True)


OfChannel = Annotated[Given[Channel], Query(description="Of this channel only")]


@router.get("", summary="List deliveries")
async def list_deliveries(
    services: ServicesOf,
    who: ReadsRuns,
    channel: OfChannel = None,
    state: Annotated[list[DeliveryState], Query(max_length=10, description="In these states; all when left out")] = [],  # noqa: B006
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[DeliveryOut]:
    """The last to be queued first."""
    query = DeliveryQuery(channel=channel, states=tuple(state))
    page = await services.deliveries.page(who, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(DeliveryOut.of, page.items))


@router.post("/drive", summary="Drive all dead deliveries again")
async def drive_all_deliveries_again(services: ServicesOf, who: WritesRuns, channel: OfChannel = None) -> CountOut:
    """What fails again meanwhile is not driven a second time."""
    return CountOut(count=await services.deliveries.drive_all(who, channel))


@router.post("/discard", summary="Discard all dead deliveries")
async def discard_all_deliveries(services: ServicesOf, who: WritesRuns, channel: OfChannel = None) -> CountOut:
    """They stay to be seen, without what they said, and are never tried again."""
    return CountOut(count=await services.deliveries.discard_all(who, channel))


@router.get("/{delivery_id}", summary="Read one delivery", responses=refusals(404))
async def read_delivery(delivery_id: UUID, services: ServicesOf, who: ReadsRuns) -> DeliveryOut:
    return DeliveryOut.of(await services.deliveries.get(who, delivery_id))


@router.post("/{delivery_id}/drive", summary="Drive a dead delivery again", responses=refusals(404, 409))
async def drive_delivery_again(delivery_id: UUID, services: ServicesOf, who: WritesRuns) -> DeliveryOut:
    return DeliveryOut.of(await services.deliveries.drive(who, delivery_id))


@router.post("/{delivery_id}/discard", summary="Discard a delivery", responses=refusals(404, 409))
async def discard_delivery(delivery_id: UUID, services: ServicesOf, who: WritesRuns) -> DeliveryOut:
    """One that is dead, or still queued."""
    return DeliveryOut.of(await services.deliveries.discard(who, delivery_id))
