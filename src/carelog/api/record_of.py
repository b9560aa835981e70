"""Whose record an address is about: `/api/subjects/{subject_id}/...`, where `me` stands for the asker's own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Path, Request
from pydantic import BeforeValidator, WithJsonSchema

from carelog.api.services import Services
from carelog.identity import CATALOGUE, Principal
from carelog.kit.errors import NotFound
from carelog.record.subjects import Subject

_ME: Final = "me"
_CATALOGUE: Final = Subject(CATALOGUE, name=None, zone=None, recorded_at=datetime(1970, 1, 1, tzinfo=UTC))
_DESCRIBED: Final[dict[str, Any]] = {"anyOf": [{"type": "string", "format": "uuid"}, {"const": _ME}]}

SubjectId = Annotated[
    UUID | None,
    BeforeValidator(lambda given: None if given == _ME else given),
    WithJsonSchema(_DESCRIBED),
    Path(description="A subject's id, or `me` for the record of the user who asks"),
]


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A record that somebody asks for, or the catalogue, and who asks."""

    who: Principal
    subject: Subject

    @property
    def subject_id(self) -> UUID:
        return self.subject.id

    @property
    def zone(self) -> str | None:
        return self.subject.zone


@dataclass(frozen=True, slots=True)
class RecordNamed:
    """A record that somebody asks for, or the catalogue, without a check that it exists. The query for a list of
    entries tells that by itself; a look-up before it would be a second trip to the database."""

    who: Principal
    subject_id: UUID

    async def subject(self, services: Services) -> Subject:
        """Raises NotFound, also for what the principal may not see."""
        return _CATALOGUE if self.subject_id == CATALOGUE else await services.subjects.get(self.who, self.subject_id)


async def record_asked_for(request: Request, subject_id: UUID | None, scope: str) -> RecordOf:
    """None stands for the asker's own. Raises Forbidden, and NotFound for what is not theirs to see."""
    named = _named(request, subject_id, scope)
    services: Services = request.app.state.services
    return RecordOf(named.who, await services.subjects.get(named.who, named.subject_id))


def _named(request: Request, subject_id: UUID | None, scope: str) -> RecordNamed:
    who: Principal = request.state.principal
    who.require(scope)
    id_ = who.own if subject_id is None else subject_id
    if id_ is None:
        raise NotFound("no record is about you")
    return RecordNamed(who, id_)


async def _listed(request: Request, subject_id: SubjectId) -> RecordNamed:
    named = _named(request, subject_id, "entries:read")
    if named.subject_id == CATALOGUE:
        raise NotFound("no such subject")
    return named


async def _read(request: Request, subject_id: SubjectId) -> RecordOf:
    return await record_asked_for(request, subject_id, "entries:read")


async def _written(request: Request, subject_id: SubjectId) -> RecordOf:
    found = await record_asked_for(request, subject_id, "entries:write")
    found.who.require_change(found.subject_id)
    return found


async def _catalogue(request: Request) -> RecordOf:
    who: Principal = request.state.principal
    who.require("entries:read")
    return RecordOf(who, _CATALOGUE)


async def _listed_catalogue(request: Request) -> RecordNamed:
    return _named(request, CATALOGUE, "entries:read")


async def _changed_catalogue(request: Request) -> RecordOf:
    who: Principal = request.state.principal
    who.require("catalogue:write")
    return RecordOf(who, _CATALOGUE)


RecordListed = Annotated[RecordNamed, Depends(_listed)]
RecordRead = Annotated[RecordOf, Depends(_read)]
RecordWritten = Annotated[RecordOf, Depends(_written)]
CatalogueListed = Annotated[RecordNamed, Depends(_listed_catalogue)]
CatalogueRead = Annotated[RecordOf, Depends(_catalogue)]
CatalogueWritten = Annotated[RecordOf, Depends(_changed_catalogue)]
