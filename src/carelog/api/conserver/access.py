"""Who asks at the conserver's paths: a token of the installation, a Carelog key, or a partner for one ingress list."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Query, Request

from carelog.api.auditing import let_in
from carelog.api.services import ServicesOf
from carelog.identity import Principal
from carelog.kit.errors import Forbidden, Unauthenticated

_TOKEN_SCOPES: Final = frozenset(
    {
        "conversations:read",
        "conversations:write",
        "conversations:delete",
        "runs:read",
        "runs:write",
        "egress:pop",
        "config:read",
    }
)
_ADMIN_SCOPES: Final = frozenset({"config:write"})
_PARTNER_SCOPES: Final = frozenset({"conversations:write"})
_NO_KEY: Final = "Invalid API Key"


@dataclass(frozen=True, slots=True)
class ConserverOptions:
    """`header` is the header of tokens, and `tokens` are those that open every path; without any, only Carelog's own
    keys do. With `admin`, they may replace the configuration too. With `any_list`, a list that no chain knows counts as
    empty; otherwise it is refused."""

    header: str = "x-conserver-api-token"
    tokens: tuple[str, ...] = field(default=(), repr=False)
    admin: bool = False
    any_list: bool = False

    def token_in(self, request: Request) -> str:
        """The content of the header; empty if there is none."""
        given = request.headers.get(self.header, "")
        return given.removeprefix("Bearer ") if self.header.lower() == "authorization" else given

    def principal(self, token: str) -> Principal | None:
        """The principal of a token of the installation."""
        if not is_one_of(token, self.tokens):
            return None
        scopes = _TOKEN_SCOPES | _ADMIN_SCOPES if self.admin else _TOKEN_SCOPES
        return Principal(id=f"conserver:{_digest(token).hex()[:16]}", scopes=scopes)


def is_one_of(token: str, known: Iterable[str]) -> bool:
    """Whether it is one of these, in constant time."""
    digest = _digest(token)
    found = [hmac.compare_digest(digest, _digest(one)) for one in known]
    return bool(token) and any(found)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


async def caller(request: Request, services: ServicesOf) -> Principal:
    """The principal behind the header. Raises Forbidden: the conserver does not tell a wrong key from one without the
    right."""
    options: ConserverOptions = request.app.state.options
    token = options.token_in(request)
    if who := options.principal(token):
        return let_in(request, who)
    try:
        return let_in(request, await services.keyring.authenticate(token))
    except Unauthenticated:
        raise Forbidden(_NO_KEY) from None


async def partner(
    request: Request,
    services: ServicesOf,
    ingress_list: Annotated[str, Query(min_length=1, max_length=80, description="The list to hand in to")],
) -> Principal:
    """A partner, who may hand in to this list and do nothing else. Raises Forbidden, the same for a wrong key, for
    another's list and for one that does not exist."""
    options: ConserverOptions = request.app.state.options
    token = options.token_in(request)
    keys = services.configuration.current.definitions.ingress_auth.get(ingress_list, ())
    if not is_one_of(token, [key.get_secret_value() for key in keys]):
        raise Forbidden(f"{_NO_KEY} for this ingress list")
    return let_in(request, Principal(id=f"partner:{_digest(token).hex()[:16]}", scopes=_PARTNER_SCOPES))


def holder_of(scope: str) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency: the principal, if it holds the scope."""

    async def checked(who: Annotated[Principal, Depends(caller)]) -> Principal:
        who.require(scope)
        return who

    return checked


Partner = Annotated[Principal, Depends(partner)]
Reads = Annotated[Principal, Depends(holder_of("conversations:read"))]
Writes = Annotated[Principal, Depends(holder_of("conversations:write"))]
Deletes = Annotated[Principal, Depends(holder_of("conversations:delete"))]
Pops = Annotated[Principal, Depends(holder_of("egress:pop"))]
ReadsRuns = Annotated[Principal, Depends(holder_of("runs:read"))]
WritesRuns = Annotated[Principal, Depends(holder_of("runs:write"))]
ReadsConfiguration = Annotated[Principal, Depends(holder_of("config:read"))]
WritesConfiguration = Annotated[Principal, Depends(holder_of("config:write"))]
