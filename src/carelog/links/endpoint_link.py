"""What the links over an AI endpoint share: which endpoint, which conversations, and what becomes of failures."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from carelog.ai.calls import Calls
from carelog.ai.failures import EndpointFailure
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


class EndpointOptions(LinkOptions):
    """`endpoint` names one of the setting `ai_endpoints`, and `model` one of its models where not its own default is
    meant. `sampling_rate` is how many of the conversations are taken, from 0 to 1, and `only_if` limits them."""

    endpoint: NamedEndpoint = Field(default="default", validate_default=True)
    model: str | None = Field(default=None, min_length=1)
    sampling_rate: float = Field(default=1, ge=0, le=1)
    only_if: OnlyIf | None = None

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
        # No more at once than can be asked about, since each may hold a recording.
        places = asyncio.Semaphore(self.options.endpoint.max_concurrency)
        async with Calls(self.options.endpoint) as calls:
            return await asyncio.gather(*(self._alone(calls, work, places) for work in batch))

    async def over(self, calls: Calls, work: Work) -> Outcome:
        """May raise what `ai` raises, besides what a link may raise."""
        raise NotImplementedError

    async def _alone(self, calls: Calls, work: Work, places: asyncio.Semaphore) -> Outcome | Exception:
        if not self._takes(work):
            return Outcome()
        async with places:
            try:
                return await self.over(calls, work)
            except EndpointFailure as error:
                return failure_of(error)
            except Exception as error:  # noqa: BLE001  becomes this run's failure
                return error

    def _takes(self, work: Work) -> bool:
        options = self.options
        if options.only_if is not None and not options.only_if.holds(work.conversation):
            return False
        return fraction(work.conversation.uuid, f"{work.chain}:{self.name}") < options.sampling_rate
