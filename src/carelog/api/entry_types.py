"""`/api/entry-types`: what a record can hold, from the registry."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from carelog.api.access import ReadsEntries
from carelog.record import entry_types

router = APIRouter(prefix="/api/entry-types", tags=["records"])


class EntryTypeOut(BaseModel):
    """`payload` is the JSON schema of the payload, `path` where entries are listed; `filters` are the fields
    by which that list can be narrowed. A record has `one` entry of some types."""

    name: str
    prefix: str
    fhir: str
    path: str
    one: bool
    filters: list[str]
    payload: dict[str, Any]


@router.get("", summary="The entry types and their payloads")
async def list_entry_types(_who: ReadsEntries) -> list[EntryTypeOut]:
    return [
        EntryTypeOut(
            name=t.name,
            prefix=t.prefix,
            fhir=t.fhir,
            path=f"/api/catalogue/{t.path}" if t.shared else f"/api/subjects/{{subject_id}}/{t.path}",
            one=t.one,
            filters=list(t.model.filters),
            payload=t.model.model_json_schema(),
        )
        for t in entry_types().values()
    ]
