"""Who asks: an API key as `Authorization: Bearer clk_...`. No key, no data."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from carelog.identity import Keyring, Principal
from carelog.kit.errors import Unauthenticated

bearer = HTTPBearer(auto_error=False, description="An API key, made by `carelog keys add`.")


async def principal(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Principal:
    """The principal behind the key. Raises Unauthenticated."""
    if credentials is None:
        raise Unauthenticated("a valid API key is needed")
    known: Principal = await request.app.state.services.keyring.authenticate(credentials.credentials)
    return known


def holder_of(scope: str) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency: the principal, if it holds the scope."""

    async def checked(who: Annotated[Principal, Depends(principal)]) -> Principal:
        who.require(scope)
        return who

    return checked


async def require_metrics(keyring: Keyring, credentials: HTTPAuthorizationCredentials | None) -> None:
    """Raises Unauthenticated or Forbidden, but for a key with the scope that is not limited to some subjects."""
    if credentials is None:
        raise Unauthenticated("a valid API key is needed")
    who = await keyring.authenticate(credentials.credentials)
    who.require("metrics:read")
    who.require_every_subject()


async def reads_metrics(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    """A dependency: anyone where metrics are public, else who `require_metrics` lets in."""
    services = request.app.state.services
    if not services.metrics_public:
        await require_metrics(services.keyring, credentials)


ReadsConversations = Annotated[Principal, Depends(holder_of("conversations:read"))]
WritesConversations = Annotated[Principal, Depends(holder_of("conversations:write"))]
DeletesConversations = Annotated[Principal, Depends(holder_of("conversations:delete"))]
ReadsEntries = Annotated[Principal, Depends(holder_of("entries:read"))]
ReadsRuns = Annotated[Principal, Depends(holder_of("runs:read"))]
WritesRuns = Annotated[Principal, Depends(holder_of("runs:write"))]
PopsEgress = Annotated[Principal, Depends(holder_of("egress:pop"))]
