"""The endpoint that a link's options name, and what its failures mean for a run."""

from typing import Annotated

from pydantic import BeforeValidator, InstanceOf, ValidationInfo

from carelog.ai.endpoint import Endpoint, Endpoints
from carelog.ai.failures import EndpointClosed, EndpointFailure, EndpointRefusal
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import LinkError, LinkParked, PermanentLinkError


def endpoint_named(name: object, info: ValidationInfo) -> Endpoint:
    """The endpoint of that name among those of the installation. Raises ValueError."""
    known = (info.context or {}).get("ai")
    try:
        return (known if isinstance(known, Endpoints) else Endpoints({})).get(str(name))
    except ConfigurationError as error:
        raise ValueError(error.message) from None


NamedEndpoint = Annotated[InstanceOf[Endpoint], BeforeValidator(endpoint_named)]


def failure_of(error: EndpointFailure) -> LinkError:
    """How a link fails where its endpoint does: an endpoint that is down for all is no run's fault."""
    match error:
        case EndpointClosed():
            return LinkParked(error.message, retry_after=error.retry_after)
        case EndpointRefusal():
            return PermanentLinkError(error.message)
        case _:
            return LinkError(error.message, retry_after=error.retry_after)
