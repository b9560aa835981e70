"""The REST door: one router per resource, one error envelope, request ids, limits."""

from carelog.api.application import create_app
from carelog.api.services import Services

__all__ = ["Services", "create_app"]
