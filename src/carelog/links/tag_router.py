"""`tag_router`: sends a conversation on to other chains by its tags."""

from pydantic import Field

from carelog.conversations.tags import tags_of
from carelog.pipeline import Link, LinkOptions, Outcome, Work


class TagRouterOptions(LinkOptions):
    """`tag_routes` maps a tag ('name:value', or a name alone for any value of it) to the chain that takes over;
    with `forward_original` off, a conversation that was routed goes no further in this chain."""

    tag_routes: dict[str, str] = Field(min_length=1)
    forward_original: bool = True


class TagRouterLink(Link[TagRouterOptions]):
    """Routes to every chain whose tag the conversation has."""

    options_model = TagRouterOptions

    @property
    def targets(self) -> tuple[str, ...]:
        """The chains that this link may route to: they are checked when the configuration is loaded."""
        return tuple(self.options.tag_routes.values())

    async def run(self, work: Work) -> Outcome:
        tags = tags_of(work.conversation)
        has = {*tags, *(f"{name}:{value}" for name, value in tags.items())}
        routes = tuple(dict.fromkeys(chain for tag, chain in self.options.tag_routes.items() if tag in has))
        return Outcome(routes=routes, stop=bool(routes) and not self.options.forward_original)
