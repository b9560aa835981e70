"""The tree of errors that Carelog raises on purpose.

Each has a stable `code` (documented in docs/errors.md), a message for a person and optional details for a
program. None of them may carry health data, phone numbers, secrets or stack traces.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar


class CarelogError(Exception):
    """The root. `code` never changes once released; `message` may."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})

    @property
    def report(self) -> dict[str, str]:
        """What is kept of it, for operators to see."""
        return {"type": type(self).__name__, "code": self.code, "message": self.message}


class InvalidInput(CarelogError):
    """What was sent cannot be read or breaks a rule; `details["problems"]` names each place."""

    code = "invalid_input"


class NotFound(CarelogError):
    """It does not exist, or it is not for the one who asks: the two are never told apart."""

    code = "not_found"


class Conflict(CarelogError):
    """It contradicts what is stored."""

    code = "conflict"


class PreconditionFailed(Conflict):
    """It has changed since it was read; `details["revision"]` is what it is at now."""

    code = "precondition.failed"


class PreconditionRequired(CarelogError):
    """It may be changed only by one who says which state of it they have seen."""

    code = "precondition.required"


class Unauthenticated(CarelogError):
    """No credentials, or wrong ones."""

    code = "unauthenticated"


class Forbidden(CarelogError):
    """Known, but not allowed to do this."""

    code = "forbidden"


class UnsupportedMediaType(CarelogError):
    """The body is of a type that is not read here; `details["accepted"]` lists those that are."""

    code = "unsupported_media_type"


class Setback(CarelogError):
    """It failed this time; not to be tried again before `retry_after` where that is given."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ComeAgain(CarelogError):
    """Not now: the same request may be taken after `retry_after`."""

    code = "come_again"

    def __init__(self, message: str, *, retry_after: timedelta, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, details=details)
        self.retry_after = retry_after


class Unavailable(ComeAgain):
    """It cannot be done now, and nobody who asked is to blame."""

    code = "unavailable"


class ConfigurationError(CarelogError):
    """A setting or `carelog.yaml` is wrong; `details` names the key."""

    code = "configuration"
