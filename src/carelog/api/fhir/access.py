"""Who asks for FHIR: by the same keys and tokens as everywhere."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials

from carelog.api.access import authenticate, bearer
from carelog.api.auditing import let_in
from carelog.identity import Principal
from carelog.kit.errors import Unauthenticated


async def _asking(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Principal:
    """Whoever asks. FHIR's own parameters are read by the operations, which refuse those that they do not have."""
    if credentials is None:
        raise Unauthenticated("a valid API key or access token is needed")
    return let_in(request, await authenticate(request.app.state.services, credentials.credentials))


async def _reading(who: Annotated[Principal, Depends(_asking)]) -> Principal:
    who.require("entries:read")
    return who


async def _writing(who: Annotated[Principal, Depends(_asking)]) -> Principal:
    who.require("entries:write")
    return who


Reads = Annotated[Principal, Depends(_reading)]
Writes = Annotated[Principal, Depends(_writing)]
