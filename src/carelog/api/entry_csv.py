"""Lists of entries as CSV (RFC 4180), a row for each entry: for spreadsheets, and whatever reads tables."""

import csv
import io
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, get_args

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from carelog.record import Entry, EntryType
from carelog.record.merging import payload_json

MEDIA_TYPE: Final = "text/csv"
_ABOUT: Final = ("context_id", "type", "state", "revision", "occurred_at", "occurred_said", "source", "headline")
_ORIGIN: Final = ("quotes", "recorded_at", "recorded_by")
_NUMBERLIKE: Final = frozenset("0123456789 ().,-+/")


def wants_csv(request: Request, named: str | None) -> bool:
    """Whether a list is asked for as CSV: by `format`, or by an `Accept` that prefers it to JSON."""
    if named is not None:
        return named == "csv"
    accept = request.headers.get("accept", "")
    weights = dict(map(_weighed, accept.split(",")))
    return weights.get(MEDIA_TYPE, 0) > max(weights.get("application/json", 0), weights.get("application/*", 0))


def _weighed(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    try:
        return kind, next((float(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
    except ValueError:
        return kind, 0.0


def csv_answer(
    chunks: AsyncIterator[Sequence[Entry]], kind: EntryType | None, headers: dict[str, str]
) -> StreamingResponse:
    """A table, sent while it is read. The payload has a column for each field if all entries are of one type, else one
    column of JSON."""
    paths = list(_paths(kind.model)) if kind else []
    name = kind.path if kind else "entries"

    async def lines() -> AsyncIterator[str]:
        yield _line([*_ABOUT, *(".".join(p) for p in paths), *([] if kind else ["payload"]), *_ORIGIN])
        async for entries in chunks:
            yield "".join(_line(_row(entry, paths if kind else None)) for entry in entries)

    return StreamingResponse(
        lines(),
        media_type=f"{MEDIA_TYPE}; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', **headers},
    )


def _row(entry: Entry, paths: Sequence[tuple[str, ...]] | None) -> Iterator[Any]:
    yield from (entry.context_id, entry.type, entry.state, entry.revision, entry.occurred_local, entry.occurred_said)
    yield from (entry.source, entry.headline())
    payload = payload_json(entry.payload)
    yield from [payload] if paths is None else (_at(payload, path) for path in paths)
    yield " | ".join(evidence.quote for evidence in entry.evidence)
    yield from (entry.recorded_at, entry.recorded_by)


def _at(payload: Any, path: Sequence[str]) -> Any:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def _paths(model: type[BaseModel], before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The fields of a model, with those of models inside it."""
    for name, field in model.model_fields.items():
        inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if _is_model(kind)]
        if inner:
            yield from _paths(inner[0], (*before, name))
        else:
            yield (*before, name)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _line(cells: Sequence[Any] | Iterator[Any]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_cell(cell) for cell in cells])
    return written.getvalue()


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() | date():
            return value.isoformat()
        case dict() | list():
            return orjson.dumps(value).decode()
        case str():
            return _harmless(value)
        case _:
            return value


def _harmless(text: str) -> str:
    """Spreadsheets execute text that begins like a formula (https://owasp.org/www-community/attacks/CSV_Injection),
    also after white space and in the wide forms of Asian scripts. An apostrophe marks it as text. Phone numbers and
    other plain figures stay as they are."""
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    if (
        first in ("=", "@")
        or text.startswith(("\t", "\r"))
        or (first in ("+", "-") and not _NUMBERLIKE.issuperset(text))
    ):
        return f"'{text}"
    return text
