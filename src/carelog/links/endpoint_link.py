"""What the links over an AI endpoint share: which endpoint, which conversations, and what becomes of failures."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from carelog.ai.calls import Calls
from carelog.ai.endpoint import Endpoint
from carelog.ai.failures import EndpointFailure
from carelog.ai.guarded import admit
from carelog.conversations import Conversation, tags_of
from carelog.kit import jsontext
from carelog.links.endpoints import NamedEndpoint, failure_of
from carelog.links.sampling import fraction
from carelog.pipeline import Link, LinkOptions, Outcome, Work


class OnlyIf(BaseModel):
    """Conversations with an attachment or analysis of this type that includes these words; of `tags`, this tag."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    section: Literal["attachments", "analysis"]
    type: str
    includes: str

    def holds(self, conversation: Conversation) -> bool:
        if self.type == "tags":
            return self.includes in {f"{name}:{value}" for name, value in tags_of(conversation).items()}
        return any(self.includes in body for body in self._bodies(conversation.document))

    def _bodies(self, document: Mapping[str, Any]) -> Iterator[str]:
        for item in document.get(self.section) or []:
            if self.type in (item.get("type"), item.get("purpose")):
                body = item.get("body")
                yield body if isinstance(body, str) else jsontext.dump(body)


class TakingOptions(LinkOptions):
    """`sampling_rate` is how many of the conversations are taken, from 0 to 1, and `only_if` limits them."""

    sampling_rate: float = Field(default=1, ge=0, le=1)
    only_if: OnlyIf | None = None

    def takes(self, work: Work, name: str) -> bool:
        """Whether the link of this name takes a conversation."""
        if self.only_if is not None and not self.only_if.holds(work.conversation):
            return False
        return fraction(work.conversation.uuid, f"{work.chain}:{name}") < self.sampling_rate


class EndpointOptions(TakingOptions):
    """`endpoint` names one of the setting `ai_endpoints` where not that with the role `chat` is meant, and `model` one
    of its models where not its own default is meant."""

    endpoint: NamedEndpoint = Field(default=None, validate_default=True)
    model: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _has_model(self) -> Self:
        if not (self.model or self.endpoint.model):
            raise ValueError(f"model: neither the link nor the endpoint {self.endpoint.name!r} names one")
        return self

    @property
    def model_name(self) -> str:
        return self.model or self.endpoint.model or ""


O = TypeVar("O", bound=EndpointOptions)  # noqa: E741


class EndpointLink(Link[O]):
    """A link that asks an AI endpoint. `name` is its own; a subclass implements `over`."""

    checkpoint = True
    name: ClassVar[str]

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        return await over_each(self.options.endpoint, [self._taken(work) for work in batch], self.over)

    async def over(self, calls: Calls, work: Work) -> Outcome:
        """May raise what `ai` raises, besides what a link may raise."""
        raise NotImplementedError

    def _taken(self, work: Work) -> Work | None:
        return work if self.options.takes(work, self.name) else None


async def over_each(
    endpoint: Endpoint, works: Sequence[Work | None], over: Callable[[Calls, Work], Awaitable[Outcome]]
) -> list[Outcome | Exception]:
    """What becomes of each conversation, by an endpoint; nothing of one that is not taken."""
    # No more at once than can be asked about, since each may hold a recording.
    places = asyncio.Semaphore(endpoint.max_concurrency)

    async def alone(calls: Calls, work: Work) -> Outcome | Exception:
        async with places:
            try:
                await admit(endpoint, work.subject_id)
                return await over(calls, work)
            except EndpointFailure as error:
                return failure_of(error)
            except Exception as error:  # noqa: BLE001  becomes this run's failure
                return error

    async with Calls(endpoint) as calls:
        taken = [alone(calls, work) for work in works if work is not None]
        results = iter(await asyncio.gather(*taken))
        return [Outcome() if work is None else next(results) for work in works]
