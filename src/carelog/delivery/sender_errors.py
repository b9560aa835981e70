"""What may go wrong with sending. Messages are kept and shown to operators: they hold nothing of what was to be sent,
no address and no secret."""

from carelog.kit.errors import Setback


class SenderError(Setback):
    """This message failed, which counts as a try."""

    code = "delivery.failed"


class SenderRefused(SenderError):
    """Trying this message again would not help."""

    code = "delivery.refused"


class SenderDown(SenderError):
    """The sender itself is not to be had, or takes no more for now: nothing counts as a try, all of it waits."""

    code = "delivery.down"


class SenderCrash(SenderError):
    """A sender raised what it should not."""

    code = "delivery.crashed"
