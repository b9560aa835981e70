"""How a subject wants to be reminded: by which channels, of what, and when not."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Final, Self, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import insert, select, update

from carelog.db import Connection, Database, among
from carelog.delivery import Channel
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.kit.problems import problems_of
from carelog.record.merging import merge_patch
from carelog.record.recurrence import first_shown
from carelog.record.surroundings import lock_records
from carelog.record.types.notification import Kind
from carelog.record.values import LocalTime
from carelog.reminders.tables import reminder_preference as table

T = TypeVar("T")


def _each_once(values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


Kinds = Annotated[tuple[Kind, ...], AfterValidator(_each_once)]


class Preferences(BaseModel):
    """The list of notifications has every reminder at once, whatever stands here: this is about messages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: Annotated[tuple[Channel, ...], AfterValidator(_each_once)] = Field(
        default=(), description="The channels that reminders are sent by; none: they are in the list only"
    )
    muted: Kinds = Field(default=(), description="Kinds of reminders that no message is sent of")
    quiet_from: LocalTime | None = Field(default=None, description="When the quiet hours begin, on the subject's clock")
    quiet_until: LocalTime | None = Field(
        default=None, description="When they end, and what was held in them is sent, as one message"
    )
    pass_quiet: Kinds = Field(default=(), description="Kinds of reminders that are sent in quiet hours too")
    show_details: bool = Field(
        default=True, description="Whether messages say what is to be done; else only that there is a reminder"
    )

    @model_validator(mode="after")
    def _quiet_from_and_until(self) -> Self:
        if len({self.quiet_from, self.quiet_until} - {None}) == 1:
            raise ValueError("quiet hours have a quiet_from and another quiet_until")
        return self

    def held_until(self, kind: Kind, now: datetime, clock: tzinfo) -> datetime | None:
        """When a reminder of this kind may be sent that must not be now: the end of the quiet hours."""
        if self.quiet_from is None or self.quiet_until is None or kind in self.pass_quiet:
            return None
        begins, ends = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        local = now.astimezone(clock)
        shown, day = local.time(), local.date()
        if begins < ends:
            return _end(day, ends, clock, now) if begins <= shown < ends else None
        if shown < ends:
            return _end(day, ends, clock, now)
        return _end(day + timedelta(days=1), ends, clock, now) if shown >= begins else None


def _end(day: date, ends: time, clock: tzinfo, now: datetime) -> datetime | None:
    moment = first_shown(datetime.combine(day, ends), clock)
    # An hour that the clock shows twice has ended the first time.
    return moment if moment > now else None


USUAL: Final = Preferences()


async def preferences_of(connection: Connection, subjects: Collection[UUID]) -> Mapping[UUID, Preferences]:
    """Those of these subjects that have said how they want it."""
    rows = await connection.execute(
        select(table.c.subject_id, table.c.content)
        .where(among(connection, table.c.subject_id, subjects))
        .order_by(table.c.updated_at, table.c.id)
    )
    return {row.subject_id: Preferences.model_validate(row.content) for row in rows}


class PreferenceStore:
    """Reads and changes preferences, each only for a principal who may see, or change, the record."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, principal: Principal, subject_id: UUID) -> Preferences:
        """The usual ones where nothing was said. Raises NotFound."""
        _require_seen(principal, subject_id)
        async with self._database.read() as connection:
            found = await preferences_of(connection, [subject_id])
        principal.looks.note("read", "reminder preferences", subject_id)
        return found.get(subject_id, USUAL)

    async def change(self, principal: Principal, subject_id: UUID, patch: Mapping[str, Any]) -> Preferences:
        """Merge a JSON merge patch (RFC 7396) into them. Raises NotFound, Forbidden and InvalidInput."""
        _require_seen(principal, subject_id)
        principal.require_change(subject_id)
        async with self._database.write() as connection:
            if subject_id not in await lock_records(connection, [subject_id]):
                raise NotFound("no such subject")
            rows = await connection.execute(
                select(table.c.id, table.c.content)
                .where(table.c.subject_id == subject_id)
                .order_by(table.c.updated_at.desc(), table.c.id.desc())
                .limit(1)
            )
            row = rows.one_or_none()
            wanted = _merged(row.content if row else {}, patch)
            values = {
                "content": wanted.model_dump(mode="json", exclude_defaults=True),
                "updated_at": self._clock.now(),
                "updated_by": principal.id,
            }
            if row:
                await connection.execute(update(table).where(table.c.id == row.id).values(values))
            else:
                await connection.execute(insert(table).values(id=new_id(), subject_id=subject_id, **values))
        principal.looks.note("change", "reminder preferences", subject_id)
        return wanted


def _merged(content: Mapping[str, Any], patch: Mapping[str, Any]) -> Preferences:
    try:
        return Preferences.model_validate(merge_patch(content, patch))
    except ValidationError as error:
        raise InvalidInput("not valid reminder preferences", details={"problems": problems_of(error)}) from None


def _require_seen(principal: Principal, subject_id: UUID) -> None:
    if not principal.may_see(subject_id):
        raise NotFound("no such subject")
