"""Where an entry came from: the conversation, the turn, the span and the words themselves."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Evidence(BaseModel):
    """One quote.

    `pointer` is a JSON pointer (RFC 6901) into the vCon to the string that was read ('/dialog/3/body');
    `start` and `end` are character offsets in that string, so `string[start:end] == quote`.
    `dialog` is that dialog's index, null when the words stand in an analysis (a transcript).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: UUID
    turn: int = Field(ge=0)
    pointer: str
    dialog: int | None = Field(default=None, ge=0)
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    quote: str = Field(min_length=1)
    speaker: str | None = None


def overlap(some: Iterable[Evidence], others: Sequence[Evidence]) -> bool:
    """Whether any words are quoted by both."""
    return any(
        one.conversation == other.conversation
        and one.pointer == other.pointer
        and one.start < other.end
        and other.start < one.end
        for one in some
        for other in others
    )
