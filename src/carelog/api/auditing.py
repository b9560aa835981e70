"""Puts what every request saw, changed or was refused into the audit trail, before its answer goes out.

The stores note looks where rows are read. They are written down before the answer begins: what cannot be written down
is not shown.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final
from uuid import UUID

from fastapi import Request
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog.api.services import Services
from carelog.identity import Principal
from carelog.identity.audit import AuditEvent, Hearing
from carelog.identity.looks import Asked

_REFUSED: Final = (401, 403, 404)
_ADDRESS_LENGTH: Final = 45


class Auditing:
    """Gives every request a `request.state.hearing`, and sends nothing until what that noted is kept."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hearing = scope["state"]["hearing"] = Hearing(self._services.audit, partial(_asked, scope))

        async def send_audited(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _REFUSED:
                await self._keep_refusal(hearing, scope, message["status"])
            hearing.settle()
            await send(message)

        try:
            await self._app(scope, receive, send_audited)
        finally:
            hearing.settle()

    async def _keep_refusal(self, hearing: Hearing, scope: Scope, status: int) -> None:
        """What does not exist is refused to everyone, and is not worth telling."""
        who, subject = hearing.principal, None
        if status == 401 and not any(name == b"authorization" for name, _ in scope["headers"]) and _signs_in(scope):
            return  # a sign-in that fails is an event of its own
        if status != 401:
            subject = await self._services.owners.of(_named(scope))
        if status == 404 and (subject is None or (who is not None and who.may_see(subject))):
            return
        if who is not None:
            await self._services.audit.record([AuditEvent.by(who, "access", "refused", subject=subject)])
            return
        asked = _asked(scope)
        event = AuditEvent(
            "access",
            outcome="refused",
            address=asked.address,
            subject=subject,
            operation=asked.operation,
            request_id=asked.request_id,
        )
        self._services.audit.keep_refusal_of_stranger(event)


def let_in(request: Request, principal: Principal) -> Principal:
    """Whoever authenticates a principal calls this and goes on with the result, whose actions are noted."""
    hearing: Hearing = request.state.hearing
    return hearing.let_in(principal)


def _asked(scope: Scope) -> Asked:
    client = scope.get("client")
    return Asked(
        # A proxy may send anything.
        address=client[0][:_ADDRESS_LENGTH] if client else None,
        operation=getattr(scope.get("route"), "name", None),
        request_id=scope["state"].get("request_id"),
    )


def _signs_in(scope: Scope) -> bool:
    return "sign-in" in getattr(scope.get("route"), "tags", ())


def _named(scope: Scope) -> Iterator[UUID]:
    """The ids that a request names, whatever they are of."""
    given = [*scope.get("path_params", {}).values(), *QueryParams(scope.get("query_string", b"")).values()]
    for value in given:
        try:
            yield UUID(str(value))
        except ValueError:
            continue
