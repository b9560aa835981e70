"""Query parameters that several routers take."""

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from carelog.kit.paging import Cursor

Limit = Annotated[int, Query(ge=1, le=200, description="How many items a page has at the most")]
CursorText = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Since = Annotated[AwareDatetime | None, Query(description="From this moment on, with a zone")]
Until = Annotated[AwareDatetime | None, Query(description="Up to, and not including, this moment, with a zone")]


def cursor_of(text: str | None) -> Cursor | None:
    """Raises InvalidInput for a cursor that was not given out."""
    return Cursor.parse(text) if text else None
