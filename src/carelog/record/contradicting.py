"""Linking what contradicts each other, within the transaction that writes it; and reading the links."""

from collections.abc import Collection, Sequence
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_

from carelog.db import Connection, among, among_texts, insert_new
from carelog.record.conflicts import CONTRADICTIONS, Compared, contradictions
from carelog.record.query import field_text
from carelog.record.selecting import any_entries, entry_of
from carelog.record.surroundings import Window, in_windows
from carelog.record.tables import entry, entry_link

_BY: Final = "rules"
_ASCII_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


async def link_contradictions(
    connection: Connection, written: Sequence[Compared], at: datetime, *, changed: Collection[UUID] = ()
) -> None:
    """Link the entries that were written to those of their records that they contradict. Of what has `changed` the
    links that this made before go first; those that somebody made stay."""
    if changed:
        ends = or_(among(connection, entry_link.c.from_id, changed), among(connection, entry_link.c.to_id, changed))
        made = entry_link.c.kind == "contradicts", entry_link.c.recorded_by == _BY
        await connection.execute(delete(entry_link).where(*made, ends))
    compared = [told for told in written if told.type in CONTRADICTIONS and told.about]
    if not compared:
        return
    found = contradictions(compared, await _around(connection, compared))
    rows = [
        {"from_id": one, "kind": "contradicts", "to_id": other, "recorded_at": at, "recorded_by": _BY}
        for one, other in found
    ]
    await insert_new(connection, entry_link, rows)


async def _around(connection: Connection, written: Sequence[Compared]) -> list[Compared]:
    """The active entries that are about the same, of all their records in one query."""
    windows = {Window(told.subject_id, told.type, told.seen_since) for told in written}
    names = sorted({spelling for told in written for name in told.about for spelling in _spellings(name)})
    fields = sorted({field for told in written for field in CONTRADICTIONS[told.type].about})
    dialect = connection.dialect.name
    named = or_(*(among_texts(connection, func.lower(field_text(dialect, field)), names) for field in fields))
    others = ~among(connection, entry.c.id, [told.id for told in written])
    near = any_entries().where(entry.c.id.in_(in_windows(connection, windows)), others, named)
    return [Compared.of(entry_of(row)) for row in await connection.execute(near)]


def _spellings(name: str) -> set[str]:
    """A name as the databases' `lower` may leave it: some know no letters but those of ASCII.

    >>> sorted(_spellings("élavil")), _spellings("metformin")
    (['Élavil', 'élavil'], {'metformin'})
    """
    return {spelling.translate(_ASCII_LOWER) for spelling in (name, name.capitalize(), name.title(), name.upper())}
