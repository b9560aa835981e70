"""What may go wrong with sending. Messages are kept and shown to operators: they hold nothing of what was to be sent,
no address and no secret."""

from datetime import timedelta

from carelog.kit.errors import CarelogError


class SenderError(CarelogError):
    """This message failed, which counts as a try; not to be tried again before `retry_after` where that is given."""

    code = "delivery.failed"

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SenderRefused(SenderError):
    """Trying this message again would not help."""

    code = "delivery.refused"


class SenderDown(SenderError):
    """The sender itself is not to be had: nothing counts as a try, all of it waits."""

    code = "delivery.down"


class SenderCrash(SenderError):
    """A sender raised what it should not."""

    code = "delivery.crashed"
