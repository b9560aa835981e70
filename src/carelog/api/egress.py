"""`/api/egress`: what chains have finished and storages have, for other programs to take."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from carelog.api.access import PopsEgress
from carelog.api.errors import refusals
from carelog.api.parameters import Text
from carelog.api.services import ServicesOf
from carelog.api.shapes import CountOut, PoppedOut

router = APIRouter(prefix="/api/egress", tags=["egress"], responses=refusals(404))

ListName = Annotated[Text, StringConstraints(max_length=80)]


@router.get("/{list_name}", summary="Count what is on an egress list")
async def count_egress(list_name: ListName, services: ServicesOf, who: PopsEgress) -> CountOut:
    return CountOut(count=await services.egress.count(who, list_name))


@router.post("/{list_name}/pop", summary="Take conversations off an egress list")
async def pop_egress(
    list_name: ListName,
    services: ServicesOf,
    who: PopsEgress,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at the most")] = 100,
) -> PoppedOut:
    """In the order in which they were announced. Each is given out once: an answer that is lost is not repeated."""
    return PoppedOut(conversations=await services.egress.pop(who, list_name, limit))
