"""The REST door: one router per resource, one error envelope, request ids, limits."""

from carelog.api.application import create_app
from carelog.api.conserver import ConserverOptions
from carelog.api.services import Services

__all__ = ["ConserverOptions", "Services", "create_app"]
