"""What a link is, and how one is found by the name that `carelog.yaml` gives it.

A link is a class under the entry point group `carelog.links`: anyone may add one from a package of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from carelog.conversations import Conversation
from carelog.kit.extensions import checked_options, extension
from carelog.pipeline.outcome import Outcome
from carelog.record.clocks import clock_of
from carelog.record.entries import NewEntry

GROUP = "carelog.links"


class LinkOptions(BaseModel):
    """The base of every link's options: unknown keys are refused when the configuration is loaded."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Work:
    """One conversation for a link. `key` stays the same however often this step is repeated; `entries` are those
    that earlier links of this passage found, none after a restart in between. `subject_zone` is None where it is not
    known."""

    conversation: Conversation
    conversation_id: UUID
    subject_id: UUID
    channel: str
    chain: str
    key: str
    now: datetime
    subject_zone: str | None = None
    entries: tuple[NewEntry, ...] = ()

    @property
    def zone(self) -> str:
        """The zone in which the conversation was held. Looked up for those who ask: it takes as long as a small link
        to go through a long conversation's dates."""
        return clock_of(self.subject_zone, self.conversation.zone)


O = TypeVar("O", bound=LinkOptions)  # noqa: E741


class Link(Generic[O]):
    """The base of every link.

    `checkpoint` marks a link that calls outside: the executor commits before it, so that nothing waits for the call
    which need not, and after it, so that a crash never repeats it. The others between two checkpoints run fused in
    memory. `waits` says that it may raise LinkWaits: where the link of a run that waits does so no more, since it has
    been given what it lacked, the run is woken. `receivers` are the names of those that it posts to. A subclass says
    what its options are and implements `run`, or `run_batch` where a batch is cheaper.
    """

    options_model: ClassVar[type[LinkOptions]] = LinkOptions
    checkpoint: bool = False
    waits: bool = False
    receivers: tuple[str, ...] = ()

    def __init__(self, options: O) -> None:
        self.options = options

    async def run(self, work: Work) -> Outcome:
        """Raises LinkError to be tried again, PermanentLinkError to give up; any other error is tried again."""
        raise NotImplementedError

    async def run_batch(self, batch: Sequence[Work]) -> "list[Outcome | Exception]":
        """One result for each work, in order: one conversation's failure never touches the others."""
        results: list[Outcome | Exception] = []
        for work in batch:
            try:
                results.append(await self.run(work))
            except Exception as error:  # noqa: BLE001  becomes this run's failure
                results.append(error)
        return results


def link_class(name: str) -> type[Link[Any]]:
    """The link of that name. Raises ConfigurationError naming those that there are."""
    found: type[Link[Any]] = extension(GROUP, name, f"there is no link named {name!r}")
    return found


def make_link(name: str, options: Mapping[str, Any], context: Mapping[str, Any] | None = None) -> Link[Any]:
    """A link with checked options. `context` holds what the installation has that options may name: validators of
    options find it in their `info.context`. Raises ConfigurationError naming the option at fault."""
    cls = link_class(name)
    return cls(checked_options(cls.options_model, options, f"link {name!r}", context=context))
