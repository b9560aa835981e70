"""Keyset pages: a cursor names the last row that was shown, so pages neither repeat nor skip as rows arrive."""

import base64
import binascii
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

from carelog.kit.errors import InvalidInput

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list that is ordered by a moment and then by id.

    >>> cursor = Cursor(datetime(2026, 1, 5, tzinfo=UTC), UUID(int=7))
    >>> Cursor.parse(str(cursor)) == cursor
    True
    """

    at: datetime
    id: UUID

    def __str__(self) -> str:
        micros = (self.at - _EPOCH) // _MICROSECOND
        return base64.urlsafe_b64encode(f"{micros}.{self.id.hex}".encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises InvalidInput for anything that `str` of a cursor did not make."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            micros, _, hexed = raw.decode("ascii").partition(".")
            cursor = cls(at=_EPOCH + int(micros) * _MICROSECOND, id=UUID(hexed))
        except (ValueError, OverflowError, binascii.Error):
            raise _not_given_out() from None
        if str(cursor) != text:
            raise _not_given_out()
        return cursor

    def before(self, at: ColumnElement[datetime], id_: ColumnElement[UUID]) -> ColumnElement[bool]:
        """The condition for the rows that come after this place in a list that is newest first."""
        return or_(at < self.at, and_(at == self.at, id_ < self.id))

    def after(self, at: ColumnElement[datetime], id_: ColumnElement[UUID]) -> ColumnElement[bool]:
        """The condition for the rows that come after this place in a list that is oldest first."""
        return or_(at > self.at, and_(at == self.at, id_ > self.id))


def _not_given_out() -> InvalidInput:
    return InvalidInput("this cursor is not one that was given out", details={"parameter": "cursor"})


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and the cursor to go on from; None when there are no more."""

    items: list[T]
    next: Cursor | None

    @classmethod
    def cut(cls, rows: list[T], limit: int, place: Callable[[T], Cursor]) -> "Page[T]":
        """A page of `limit` items from a query that asked for one more, to know whether more follow.

        >>> Page.cut([1, 2, 3], 2, lambda n: Cursor(datetime(2026, 1, n, tzinfo=UTC), UUID(int=n))).items
        [1, 2]
        """
        items = rows[:limit]
        return cls(items=items, next=place(items[-1]) if len(rows) > limit else None)


async def every_page(page: Callable[..., Awaitable[Page[T]]]) -> AsyncIterator[list[T]]:
    """The items of a whole list, page by page; `page` reads the one at its argument `cursor`, the first at None."""
    cursor: Cursor | None = None
    while True:
        found = await page(cursor=cursor)
        yield found.items
        cursor = found.next
        if cursor is None:
            return
