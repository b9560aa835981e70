"""`extract`: reads what was said and writes it into the subject's record."""

import asyncio
from collections.abc import Sequence

from carelog.extraction.local import extract
from carelog.pipeline import Link, LinkOptions, Outcome, Work


class ExtractOptions(LinkOptions):
    """`types` limits which entry types are kept; all of them when it is not given."""

    types: tuple[str, ...] | None = None


class ExtractLink(Link[ExtractOptions]):
    """Runs the local engine."""

    options_model = ExtractOptions

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        # A thread of its own: reading is work for the processor, and requests must be answered meanwhile.
        return await asyncio.to_thread(lambda: [self._extract(work) for work in batch])

    def _extract(self, work: Work) -> Outcome | Exception:
        try:
            entries = extract(work.conversation, zone=work.zone)
        except Exception as error:  # noqa: BLE001  becomes this run's failure
            return error
        wanted = self.options.types
        return Outcome(entries=tuple(e for e in entries if wanted is None or e.type in wanted))
