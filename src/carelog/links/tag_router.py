"""`tag_router`: sends a conversation on to other chains by its tags."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from carelog.conversations.tags import tags_of
from carelog.pipeline import Link, LinkOptions, Outcome, Work


def _one_or_several(chains: object) -> object:
    return (chains,) if isinstance(chains, str) else chains


ChainNames = Annotated[tuple[str, ...], BeforeValidator(_one_or_several), Field(min_length=1)]


class TagRouterOptions(LinkOptions):
    """`tag_routes` maps a tag ('name:value', or a name alone for any value of it) to the chain that takes over, or
    to several; with `forward_original` off, a conversation that was routed goes no further in this chain."""

    tag_routes: dict[str, ChainNames] = Field(min_length=1)
    forward_original: bool = True


class TagRouterLink(Link[TagRouterOptions]):
    """Routes to every chain whose tag the conversation has."""

    options_model = TagRouterOptions

    @property
    def targets(self) -> tuple[str, ...]:
        """The chains that this link may route to: they are checked when the configuration is loaded."""
        return tuple(chain for chains in self.options.tag_routes.values() for chain in chains)

    async def run(self, work: Work) -> Outcome:
        tags = tags_of(work.conversation)
        has = {*tags, *(f"{name}:{value}" for name, value in tags.items())}
        taking = [chain for tag, chains in self.options.tag_routes.items() if tag in has for chain in chains]
        routes = tuple(dict.fromkeys(taking))
        return Outcome(routes=routes, stop=bool(routes) and not self.options.forward_original)
