"""Draws a part of a sample patient's record as `carelog record` shows it, in SVG."""

import asyncio
import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from carelog.app import open_carelog
from carelog.cli.record import read_record, record_table
from carelog.identity import operator
from carelog.pipeline.submission import from_vcon
from carelog.record import Entry
from carelog.record.subjects import Subject
from carelog.samples import sample_files
from carelog.settings import Settings

_PATIENT = "+12025550143"
_ENTRIES = 18


async def sample_record() -> tuple[Subject, list[Entry]]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_carelog(Settings(data_dir=Path(folder))) as carelog:
            await carelog.intake.accept(operator(), [from_vcon(file.read_bytes()) for file in sample_files()])
            await carelog.worker.drain()
            return await read_record(carelog, _PATIENT)


def draw(subject: Subject, entries: list[Entry]) -> str:
    console = Console(record=True, width=128, file=io.StringIO())
    console.print(f"[bold]{subject.name}[/bold]\n")
    console.print(record_table(entries[:_ENTRIES]))
    svg = console.export_svg(title="carelog record 'Meera Nair'")
    # The fonts that the reader has will do: a picture should not call other hosts.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)
    return svg.replace("Fira Code", "ui-monospace, Menlo, Consolas") + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(*asyncio.run(sample_record())))
