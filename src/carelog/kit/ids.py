"""Ids are UUIDv7: they sort by the time they were made and say nothing about a person."""

from uuid import UUID

import uuid_utils.compat as uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7.

    >>> new_id().version
    7
    """
    return uuid_utils.uuid7()
