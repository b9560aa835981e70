"""`carelog top`: what is waiting, who works on it, and how fast."""

import sys
from collections import deque
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.cli.overview import Sample

_SECONDS: Final = 1.0
_SAMPLES: Final = 11


def top(
    once: Annotated[
        bool, typer.Option("--once", help="Print one frame and leave, as it does without a terminal.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object and leave.")] = False,
) -> None:
    """Show lanes, rates, workers, dead letters and storages, each second, until Ctrl-C."""
    from carelog.cli.run_async import with_carelog

    if not once and not json and sys.stdout.isatty():
        with suppress(KeyboardInterrupt):
            with_carelog(_watch)
        return

    from carelog.cli.output import print_json, print_table
    from carelog.cli.overview import as_json, frame

    sample = with_carelog(_sample)
    if json:
        print_json(as_json([sample]))
    else:
        print_table(frame([sample]))


async def _sample(carelog: "Carelog") -> "Sample":
    from carelog.cli.overview import take_sample

    async with carelog.health.read() as connection:
        return await take_sample(connection, carelog.clock)


async def _watch(carelog: "Carelog") -> None:
    import asyncio

    from rich.live import Live

    from carelog.cli.output import console
    from carelog.cli.overview import frame
    from carelog.cli.run_async import is_of_a_database
    from carelog.cli.signals import on_signal

    # By an event, not by cancellation: a query under way is finished first.
    stopped = asyncio.Event()
    on_signal(stopped.set)
    samples = deque([await _sample(carelog)], maxlen=_SAMPLES)
    with Live(frame(samples), console=console(), screen=True, auto_refresh=False) as live:
        taken = 0.0
        while True:
            with suppress(TimeoutError):
                # A slow database is asked less often.
                async with asyncio.timeout(max(_SECONDS, 4 * taken)):
                    await stopped.wait()
                    return
            trouble = None
            began = perf_counter()
            try:
                samples.append(await _sample(carelog))
            except Exception as error:
                if not is_of_a_database(error):
                    raise
                trouble = "the database does not answer"
            taken = perf_counter() - began
            live.update(frame(samples, trouble=trouble), refresh=True)
