"""The REST door: one router per resource, one error envelope, request ids, limits."""

from carelog.api.application import create_app
from carelog.api.conserver import ConserverOptions

__all__ = ["ConserverOptions", "create_app"]
