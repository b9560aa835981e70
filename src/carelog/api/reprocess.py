"""`/api/reprocess`: letting conversations be read again, by the engines of now."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from carelog.api.access import WritesRuns
from carelog.api.errors import refusals
from carelog.api.parameters import Moment, Text
from carelog.api.services import ServicesOf
from carelog.pipeline.reprocessing import ReprocessQuery

router = APIRouter(prefix="/api", tags=["runs"])


class ReprocessIn(BaseModel):
    """Which conversations, and through which of their chains; all that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    chain: Text | None = Field(default=None, description="Through this chain only")
    since: Moment | None = Field(default=None, description="Begun from this moment on, with a zone")
    until: Moment | None = Field(default=None, description="Begun up to, and not including, this moment, with a zone")
    engine_version: Text | None = Field(
        default=None, description="Read last by this version of an engine", examples=["local/1"]
    )
    subject_id: UUID | None = Field(default=None, description="Of this subject only")
    dry_run: bool = Field(default=False, description="Only say how many there are")
    after: UUID | None = Field(default=None, description="`next` of the answer before")


class ReprocessOut(BaseModel):
    """What was queued, or would be."""

    conversations: int
    runs: dict[str, int] = Field(description="By chain")
    next: UUID | None = Field(description="Give it as `after` to go on; null when there are no more")


@router.post("/reprocess", summary="Read conversations again with the engines of now", responses=refusals(404, 429))
async def reprocess(
    wanted: ReprocessIn,
    services: ServicesOf,
    who: WritesRuns,
    limit: Annotated[int, Query(ge=1, le=5000, description="How many conversations are looked at at the most")] = 1000,
) -> ReprocessOut:
    """Queues new passages of conversations through the chains that they have finished, in the bulk lane. What an older
    version of an engine said and the present one does not is retracted, what it says otherwise is revised; what a
    person confirmed, corrected, changed or retracted stays. To do it twice changes nothing more."""
    query = ReprocessQuery(wanted.chain, wanted.since, wanted.until, wanted.engine_version, wanted.subject_id)
    step = await services.reprocessing.step(who, query, after=wanted.after, limit=limit, dry_run=wanted.dry_run)
    return ReprocessOut(conversations=step.conversations, runs=dict(step.runs), next=step.next)
