"""Who may see a record, as Consents, and who has seen it, as AuditEvents."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from carelog.identity import Principal
from carelog.identity.audit import AuditQuery, AuditTrail
from carelog.identity.grants import GrantStore
from carelog.kit.clock import Clock
from carelog.kit.errors import Forbidden, NotFound
from carelog.kit.paging import Cursor
from carelog.record.fhir.access import audit_event_of, consent_of
from carelog.record.fhir.elements import Resource
from carelog.record.fhir.paging import Row, Source
from carelog.record.fhir.search import Search

_LONGEST_SEQ: Final = 18


class Disclosures:
    """Reads grants and the audit trail, each time only for a principal to whom they are shown."""

    def __init__(self, clock: Clock, grants: GrantStore, trail: AuditTrail) -> None:
        self._clock = clock
        self._grants = grants
        self._trail = trail

    async def consent(self, principal: Principal, id_: UUID) -> Resource:
        """Raises NotFound, also for what is not theirs to see."""
        return consent_of(await self._grants.get(principal, id_), self._clock.now())

    def consents(self, principal: Principal, subjects: Sequence[UUID] | None) -> Source:
        """The grants of these records, or of the asker's own; none to whom they are not shown."""
        owners = subjects if subjects is not None else [principal.own] if principal.own else []

        async def given(cursor: Cursor | None, limit: int) -> list[Row]:
            for owner in owners[:1]:
                try:
                    page = await self._grants.of_subject(principal, owner, limit=limit, cursor=cursor)
                except Forbidden:
                    return []
                now = self._clock.now()
                return [(Cursor(grant.given_at, grant.id), [consent_of(grant, now)]) for grant in page.items]
            return []

        return given

    def looks(self, principal: Principal, search: Search) -> Source:
        """What the audit trail says of one record, to whose record it is and to who reads the trail."""
        owners = search.subjects if search.subjects is not None else (principal.own,) if principal.own else ()

        async def taken(cursor: Cursor | None, limit: int) -> list[Row]:
            for owner in owners[:1]:
                if owner != principal.own and "audit:read" not in principal.scopes:
                    raise Forbidden("only whose record it is may see who looked", details={"scope": "audit:read"})
                principal.looks.note("read", "look", owner)
                page = await self._trail.page(AuditQuery(subject=owner), limit=limit, cursor=cursor)
                return [
                    (Cursor(e.at, UUID(int=e.seq)), [audit_event_of(e)] if search.is_when(e.at) else [])
                    for e in page.items
                ]
            return []

        return taken

    async def look(self, principal: Principal, name: str) -> Resource:
        seq = int(name) if name.isascii() and name.isdecimal() and len(name) <= _LONGEST_SEQ else None
        page = await self._trail.page(AuditQuery(seq=seq), limit=1) if seq is not None else None
        if page is None or not page.items:
            raise NotFound("there is no such resource")
        subject_id = page.items[0].event.subject
        is_own = subject_id is not None and subject_id == principal.own
        if not is_own and not (
            "audit:read" in principal.scopes and (subject_id is None or principal.may_see(subject_id))
        ):
            raise NotFound("there is no such resource")
        if subject_id is not None:
            principal.looks.note("read", "look", subject_id)
        return audit_event_of(page.items[0])
