"""Who asks: an API key or an access token, as `Authorization: Bearer ...`. Without one of them, no data."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import Scope

from carelog.api.auditing import let_in
from carelog.api.parameters import require_documented
from carelog.api.services import Services
from carelog.identity import Keyring, Principal
from carelog.kit.errors import Unauthenticated

_SCHEME: Final = "HTTPBearer"
_KNOWN: Final = "known"
_DESCRIPTION: Final = "An API key, made by `carelog keys add`, or the access token of a user who signed in."

bearer = HTTPBearer(scheme_name=_SCHEME, auto_error=False, description=_DESCRIPTION)


class Door(HTTPBearer):
    """A dependency of every operation: accepts a valid key or token, as `request.state.principal`, and then refuses
    parameters that the operation does not have.

    It is one dependency for both, since each that FastAPI resolves costs a request more than the work done in it.
    """

    def __init__(self) -> None:
        super().__init__(scheme_name=_SCHEME, auto_error=False, description=_DESCRIPTION)

    async def __call__(self, request: Request) -> None:  # type: ignore[override]
        """Raises Unauthenticated and InvalidInput."""
        request.state.principal = let_in(request, await known(request.app.state.services, request.scope))
        require_documented(request)


async def known(services: Services, scope: Scope) -> Principal:
    """Whoever shows a key or token in the headers of a request, who is looked for once: the sender of a large body is
    asked for before it is read. Raises Unauthenticated."""
    state = scope.setdefault("state", {})
    if _KNOWN not in state:
        state[_KNOWN] = await _authenticate(services, scope)
    found: Principal = state[_KNOWN]
    return found


async def _authenticate(services: Services, scope: Scope) -> Principal:
    scheme, key = get_authorization_scheme_param(Headers(scope=scope).get("authorization"))
    if scheme.lower() != "bearer" or not key:
        raise Unauthenticated("a valid API key or access token is needed")
    # A JSON Web Token begins with the base64 of '{"'.
    authority = services.tokens if key.startswith("eyJ") else services.keyring
    return await authority.authenticate(key)


def holder_of(scope: str) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency: the principal, if it holds the scope."""

    async def checked(request: Request) -> Principal:
        who: Principal = request.state.principal
        who.require(scope)
        return who

    return checked


async def require_metrics(keyring: Keyring, credentials: HTTPAuthorizationCredentials | None) -> None:
    """Raises Unauthenticated or Forbidden, unless it is a key with the scope that is not limited to some subjects."""
    if credentials is None:
        raise Unauthenticated("a valid API key is needed")
    who = await keyring.authenticate(credentials.credentials)
    who.require("metrics:read")
    who.require_every_subject()


async def reads_metrics(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    """A dependency: anyone where metrics are public, else whoever `require_metrics` accepts."""
    services = request.app.state.services
    if not services.metrics_public:
        await require_metrics(services.keyring, credentials)


ReadsConversations = Annotated[Principal, Depends(holder_of("conversations:read"))]
WritesConversations = Annotated[Principal, Depends(holder_of("conversations:write"))]
DeletesConversations = Annotated[Principal, Depends(holder_of("conversations:delete"))]
ReadsEntries = Annotated[Principal, Depends(holder_of("entries:read"))]
WritesEntries = Annotated[Principal, Depends(holder_of("entries:write"))]
ReadsRuns = Annotated[Principal, Depends(holder_of("runs:read"))]
WritesRuns = Annotated[Principal, Depends(holder_of("runs:write"))]
PopsEgress = Annotated[Principal, Depends(holder_of("egress:pop"))]
