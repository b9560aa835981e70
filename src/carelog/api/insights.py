"""`/api/subjects/{subject_id}/insights`, and what else is worked out from a record."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from carelog.api.entry_view import entry_view, json_answer
from carelog.api.errors import refusals
from carelog.api.paging_links import link_header
from carelog.api.parameters import CursorText, Given, Limit, Moment, cursor_of
from carelog.api.record_of import RecordRead
from carelog.api.services import ServicesOf
from carelog.api.shapes import EntryOut, PageOut
from carelog.record.insights import Adherence, Area, DailySummary, Insight, Priority, Recommendation, Trends

router = APIRouter(prefix="/api/subjects/{subject_id}", tags=["insights"])

Since = Annotated[Given[Moment], Query(description="From this moment on, with a zone; 90 days before `until`")]
Until = Annotated[Given[Moment], Query(description="Up to, and not including, this moment, with a zone; now")]


class InsightsOut(BaseModel):
    items: list[Insight]


class RecommendationsOut(BaseModel):
    items: list[Recommendation]


class ConflictOut(BaseModel):
    """An entry and those that it contradicts. All are kept: which is right is for people to say."""

    entry: EntryOut
    contradicts: list[EntryOut]
    found_at: datetime
    found_by: str


@router.get("/insights", summary="What the record shows", responses=refusals(404))
async def list_insights(
    services: ServicesOf,
    record: RecordRead,
    type: Annotated[Area | Literal["overall"], Query(description="Of this area only")] = "overall",  # noqa: A002
    since: Since = None,
    until: Until = None,
) -> InsightsOut:
    """Trends, readings out of range, adherence, gaps and what goes together, each with the entries that it rests on;
    what there is not enough data for comes last, and says what is missing. By rules: nothing leaves the server."""
    area = None if type == "overall" else type
    found = await services.insights.insights(record.who, record.subject, since=since, until=until, area=area)
    return InsightsOut(items=found)


@router.get("/recommendations", summary="What to do about it", responses=refusals(404))
async def list_recommendations(
    services: ServicesOf,
    record: RecordRead,
    category: Annotated[Given[Area], Query(description="Of this area only")] = None,
    priority: Annotated[Given[Priority], Query(description="Of this priority only")] = None,
    since: Since = None,
    until: Until = None,
) -> RecommendationsOut:
    """The most pressing first, each resting on an insight. None says to begin, to stop or to change a medication."""
    found = await services.insights.recommendations(record.who, record.subject, since=since, until=until)
    wanted = [one for one in found if category in (None, one.category) and priority in (None, one.priority)]
    return RecommendationsOut(items=wanted)


@router.get("/daily-summary", summary="One day of the record", responses=refusals(404))
async def read_daily_summary(
    services: ServicesOf,
    record: RecordRead,
    date: Annotated[Given[date], Query(description="On the subject's calendar; today")] = None,
) -> DailySummary:
    """From what was recorded, on the subject's own clock. Sums say how many entries they leave out."""
    return await services.insights.daily_summary(record.who, record.subject, date)


ReadingsText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=160, pattern=r"^[0-9a-z_.-]+$"),
    Path(description="Such as vitals.systolic, vitals.weight, sleep.hours, biomarker.ldl_cholesterol"),
]


@router.get("/trends/{readings}", summary="The readings of one kind, and where they go", responses=refusals(404))
async def read_trends(
    services: ServicesOf, record: RecordRead, readings: ReadingsText, since: Since = None, until: Until = None
) -> Trends:
    """A series for each unit that they were recorded in."""
    return await services.insights.trends(record.who, record.subject, readings, since=since, until=until)


@router.get("/adherence", summary="Doses that were due, and what is recorded of them", responses=refusals(404))
async def read_adherence(
    services: ServicesOf, record: RecordRead, since: Since = None, until: Until = None
) -> Adherence:
    """Of a dose that is unrecorded nothing is known: it is never counted as missed."""
    return await services.insights.adherence(record.who, record.subject, since=since, until=until)


@router.get(
    "/conflicts",
    summary="Entries that contradict each other",
    response_model=PageOut[ConflictOut],
    responses=refusals(404),
)
async def list_conflicts(
    request: Request, services: ServicesOf, record: RecordRead, limit: Limit = 50, cursor: CursorText = None
) -> Response:
    """The latest found first."""
    page = await services.conflicts.page(record.who, record.subject_id, limit=limit, cursor=cursor_of(cursor))
    now = services.clock.now()
    items = [
        {
            "entry": entry_view(one.entry, now),
            "contradicts": [entry_view(other, now) for other in one.contradicts],
            "found_at": one.found_at,
            "found_by": one.found_by,
        }
        for one in page.items
    ]
    view = {"items": items, "next": str(page.next) if page.next else None}
    return json_answer(view, headers=[link_header(request, page.next)])
