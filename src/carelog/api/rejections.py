"""`/api/subjects/{subject_id}/rejections`: telephone numbers and addresses that turned out wrong."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from carelog.api.errors import refusals
from carelog.api.parameters import Text
from carelog.api.record_of import CatalogueRead, CatalogueWritten, RecordOf, RecordRead, RecordWritten
from carelog.api.services import Services, ServicesOf
from carelog.identity import CATALOGUE, Principal
from carelog.record.rejections import WATCHED, Kind, Reason, Rejection, Reported, Value

router = APIRouter(prefix="/api", tags=["records"])

_RECORD: Final = "/subjects/{subject_id}/rejections"
_CATALOGUE: Final = "/catalogue/rejections"


class RejectionIn(BaseModel):
    """A value that looks right and is wrong. It is not kept: only a digest of it that needs a key."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    value: Annotated[Text, StringConstraints(max_length=2000)] = Field(description="The number or the address")
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="The country (ISO 3166-1) that a number without a country code is dialled in"
    )
    reason: Reported = Field(description="Nobody was reached there, it is somebody else's, nothing is there, other")

    def read(self) -> Value:
        return Value.phone(self.value, self.region) if self.kind == "phone" else Value.url(self.value)


class RejectionOut(BaseModel):
    id: UUID
    kind: Literal["phone", "url"]
    reason: Reason
    rejected_at: datetime
    rejected_by: str

    @classmethod
    def of(cls, one: Rejection) -> "RejectionOut":
        return cls(
            id=one.id, kind=one.kind, reason=one.reason, rejected_at=one.rejected_at, rejected_by=one.rejected_by
        )


class RejectionsOut(BaseModel):
    items: list[RejectionOut]


@router.get(_RECORD, summary="List the rejected values of a record", responses=refusals(404))
async def list_rejections(services: ServicesOf, record: RecordRead) -> RejectionsOut:
    """When and why, the last first; the values themselves are not kept."""
    return await _list(services, record)


@router.post(_RECORD, summary="Report a value as wrong", status_code=201, responses=refusals(404))
async def report_rejection(services: ServicesOf, record: RecordWritten, report: RejectionIn) -> RejectionOut:
    """It is refused from now on where it would be written into this record, with 422, `value.rejected`, until that is
    forgotten. No other value and no other record is touched."""
    return await _report(services, record, report)


@router.delete(_RECORD + "/{rejection_id}", summary="Forget a rejection", status_code=204, responses=refusals(404))
async def forget_rejection(services: ServicesOf, record: RecordWritten, rejection_id: UUID) -> None:
    """The value may be written again."""
    await services.rejections.forget(record.who, record.subject_id, rejection_id)


@router.get(_CATALOGUE, summary="List the rejected values of the catalogue")
async def list_catalogue_rejections(services: ServicesOf, record: CatalogueRead) -> RejectionsOut:
    return await _list(services, record)


@router.post(_CATALOGUE, summary="Report a value of the catalogue as wrong", status_code=201)
async def report_catalogue_rejection(
    services: ServicesOf, record: CatalogueWritten, report: RejectionIn
) -> RejectionOut:
    return await _report(services, record, report)


@router.delete(
    _CATALOGUE + "/{rejection_id}",
    summary="Forget a rejection of the catalogue",
    status_code=204,
    responses=refusals(404),
)
async def forget_catalogue_rejection(services: ServicesOf, record: CatalogueWritten, rejection_id: UUID) -> None:
    await services.rejections.forget(record.who, record.subject_id, rejection_id)


async def _list(services: Services, record: RecordOf) -> RejectionsOut:
    found = await services.rejections.of(record.who, record.subject_id)
    return RejectionsOut(items=[RejectionOut.of(one) for one in found])


async def _report(services: Services, record: RecordOf, report: RejectionIn) -> RejectionOut:
    return RejectionOut.of(
        await services.rejections.report(record.who, record.subject_id, report.read(), report.reason)
    )


async def refused_before(request: Request, error: RequestValidationError) -> list[dict[str, Any]]:
    """What a request that adds an entry, and is refused before it reaches the record, holds of values that were
    refused before; those that are not valid are remembered."""
    name = getattr(request.scope.get("route"), "name", "").removeprefix("add_")
    who: Principal | None = getattr(request.state, "principal", None)
    body = error.body
    if name not in WATCHED or who is None or "entries:write" not in who.scopes or not isinstance(body, dict):
        return []
    said = request.path_params.get("subject_id")
    owner = CATALOGUE if said is None else who.own if said == "me" else _id(said)
    payload = body.get("payload")
    if owner is None or not isinstance(payload, dict):
        return []
    services: Services = request.app.state.services
    found = await services.rejections.screen(who, owner, [(name, payload)])
    return [one.explained() for one in found.get(0, ())]


def _id(text: str) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
