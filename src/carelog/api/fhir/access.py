"""Who asks for FHIR: by the same keys and tokens as everywhere."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials

from carelog.api.access import bearer, known
from carelog.api.auditing import let_in
from carelog.identity import Principal


async def _asking(
    request: Request, _described: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Principal:
    """Whoever asks. FHIR's own parameters are read by the operations, which refuse those that they do not have."""
    return let_in(request, await known(request.app.state.services, request.scope))


async def _reading(who: Annotated[Principal, Depends(_asking)]) -> Principal:
    who.require("entries:read")
    return who


async def _writing(who: Annotated[Principal, Depends(_asking)]) -> Principal:
    who.require("entries:write")
    return who


Reads = Annotated[Principal, Depends(_reading)]
Writes = Annotated[Principal, Depends(_writing)]
