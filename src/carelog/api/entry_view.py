"""An entry as the API shows it. Lists of entries are what is read most: plain data, made without checking it again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from carelog.kit.paging import Page
from carelog.record import Entry
from carelog.record.days import locally
from carelog.record.merging import payload_json


def entry_view(entry: Entry, now: datetime) -> dict[str, Any]:
    """The members of `EntryOut`; `now` decides what is today."""
    local = locally(entry, now)
    return {
        "context_id": entry.context_id,
        "id": entry.id,
        "subject_id": entry.subject_id,
        "type": entry.type,
        "revision": entry.revision,
        "state": entry.state,
        "source": entry.source,
        "confidence": entry.confidence,
        "headline": entry.headline(),
        "payload": payload_json(entry.payload),
        "evidence": [vars(quote) for quote in entry.evidence],
        "occurred_at": entry.occurred_local,
        "occurred_said": entry.occurred_said,
        "local": {
            "date": local.date,
            "time": local.time,
            "day_of_week": local.day_of_week,
            "is_today": local.is_today,
            "zone": local.zone,
        },
        "due_at": entry.due_at,
        "contradicts": entry.contradicts,
        "recorded_at": entry.recorded_at,
        "recorded_by": entry.recorded_by,
        "reason": entry.reason,
    }


def page_view(page: Page[Entry], now: datetime) -> dict[str, Any]:
    """The members of `PageOut[EntryOut]`."""
    return {"items": [entry_view(e, now) for e in page.items], "next": str(page.next) if page.next else None}


def json_bytes(view: Any) -> bytes:
    """Moments as RFC 3339 has them, those of UTC with a Z."""
    return orjson.dumps(view, _written, orjson.OPT_UTC_Z)


def _written(value: Any) -> str:
    """The ids that asyncpg gives are of a class of its own."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError


def json_answer(view: Any, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    return Response(json_bytes(view), status_code=status, headers=dict(headers), media_type="application/json")
