"""`delay`: lets time pass before the next link."""

from datetime import timedelta

from pydantic import Field

from carelog.pipeline import Link, LinkOptions, Outcome, Work


class DelayOptions(LinkOptions):
    """`seconds` is how long, at the most a year."""

    seconds: float = Field(ge=0, le=31_536_000)


class DelayLink(Link[DelayOptions]):
    """Waiting costs a row of the ledger: no worker is kept busy by it."""

    options_model = DelayOptions

    async def run(self, work: Work) -> Outcome:
        return Outcome(wait=timedelta(seconds=self.options.seconds))
