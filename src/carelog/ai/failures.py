"""What goes wrong with AI endpoints. No message holds anything of a prompt or an answer, nor a key."""

from carelog.kit.errors import Setback


class EndpointFailure(Setback):
    """An endpoint did not answer, or not with what was asked for: another try may succeed."""

    code = "ai.failed"


class EndpointTimeout(EndpointFailure):
    """An endpoint did not answer in time."""


class EndpointClosed(EndpointFailure):
    """An endpoint failed so often that it is left alone until `retry_after` has passed."""

    code = "ai.closed"


class EndpointBusy(EndpointFailure):
    """An endpoint is asked as often as it may be, as the settings say or as it says itself (429): the next call is not
    to come before `retry_after`."""

    code = "ai.busy"


class EndpointRefusal(EndpointFailure):
    """An endpoint said no, with this HTTP status where it did by one: trying the same again would not help."""

    code = "ai.refused"

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AnswerCutOff(EndpointRefusal):
    """The question or the answer is longer than the model can take: less at once may do."""
