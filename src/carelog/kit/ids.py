"""Ids are UUIDv7: they sort by the time they were made and say nothing about a person."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils.compat as uuid_utils

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> UUID:
    """A fresh UUIDv7.

    >>> new_id().version
    7
    """
    return uuid_utils.uuid7()


def first_id_at(moment: datetime) -> UUID:
    """What no id that was made from then on is below, to the millisecond.

    >>> first_id_at(datetime(2026, 1, 5, tzinfo=UTC)) < new_id()
    True
    """
    return UUID(int=((moment - _EPOCH) // timedelta(milliseconds=1)) << 80)
