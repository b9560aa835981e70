"""The endpoint that a link asks, and what its failures mean for a run."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, InstanceOf, ValidationInfo

from carelog.ai.endpoint import Endpoint, EndpointRole, Endpoints, Speaks
from carelog.ai.failures import EndpointBusy, EndpointClosed, EndpointFailure, EndpointRefusal
from carelog.ai.guarded import admit
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import LinkError, LinkParked, PermanentLinkError, Work


def endpoint_named(name: object, info: ValidationInfo, role: EndpointRole = EndpointRole.CHAT) -> Endpoint:
    """The endpoint of that name among those of the installation; without a name that which has the role, else the one
    that is named `default`. Raises ValueError."""
    endpoint = _found(name, info) if name is not None else _with_role(role, info)
    if endpoint.speaks is not Speaks.OPENAI:
        raise ValueError(f"the endpoint {endpoint.name!r} speaks {endpoint.speaks}, and transcribes alone")
    return endpoint


def ears_named(name: object, info: ValidationInfo) -> Endpoint | None:
    """The endpoint of that name, whatever it speaks; without a name that which has the role to transcribe, and None
    where none has."""
    return _known(info).having(EndpointRole.TRANSCRIBE) if name is None else _found(name, info)


def _with_role(role: EndpointRole, info: ValidationInfo) -> Endpoint:
    try:
        return _known(info).for_role(role)
    except ConfigurationError as error:
        raise ValueError(error.message) from None


def _found(name: object, info: ValidationInfo) -> Endpoint:
    try:
        return _known(info).get(str(name))
    except ConfigurationError as error:
        raise ValueError(error.message) from None


def _known(info: ValidationInfo) -> Endpoints:
    known = (info.context or {}).get("ai")
    return known if isinstance(known, Endpoints) else Endpoints({})


_BUSY: Final = timedelta(seconds=10)  # where an endpoint does not say for how long it wants to be left alone
_SHORTEST: Final = timedelta(seconds=1)

NamedEndpoint = Annotated[InstanceOf[Endpoint], BeforeValidator(endpoint_named)]
NamedEars = Annotated[InstanceOf[Endpoint] | None, BeforeValidator(ears_named)]


async def held_back_of(endpoint: Endpoint, batch: Sequence[Work]) -> list[EndpointBusy | None]:
    """Of each conversation, whether it is not to be asked about now, since its person's were so often."""
    held_back: list[EndpointBusy | None] = []
    for work in batch:
        try:
            await admit(endpoint, work.subject_id)
            held_back.append(None)
        except EndpointBusy as error:
            held_back.append(error)
    return held_back


def failure_of(error: EndpointFailure) -> LinkError:
    """How a link fails where its endpoint does: an endpoint that is down for all, or asked too often, is no run's
    fault."""
    match error:
        case EndpointBusy():
            return LinkParked(error.message, retry_after=max(error.retry_after or _BUSY, _SHORTEST))
        case EndpointClosed():
            return LinkParked(error.message, retry_after=error.retry_after)
        case EndpointRefusal():
            return PermanentLinkError(error.message)
        case _:
            return LinkError(error.message, retry_after=error.retry_after)
