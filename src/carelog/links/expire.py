"""`expire`: lets the conversation be dropped from the primary store after a while."""

from datetime import timedelta

from pydantic import Field

from carelog.pipeline import Link, LinkOptions, Outcome, Work


class ExpireOptions(LinkOptions):
    """`seconds` is how long it is kept from now on, at the most a hundred years."""

    seconds: float = Field(gt=0, le=3_155_760_000)


class ExpireLink(Link[ExpireOptions]):
    """Only what the chain's storages have is dropped: nothing expires while it is still to be worked on."""

    options_model = ExpireOptions

    async def run(self, work: Work) -> Outcome:
        return Outcome(expire_in=timedelta(seconds=self.options.seconds))
