"""Draws a part of a sample patient's record as `carelog record` shows it, in SVG."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from carelog.app import open_carelog
from carelog.cli.record import read_record, record_table
from carelog.identity import operator
from carelog.pipeline.submission import from_vcon
from carelog.samples import sample_files
from carelog.settings import Settings

_PATIENT = "+12025550143"
_ENTRIES = 18


async def draw(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_carelog(Settings(data_dir=Path(folder))) as carelog:
            await carelog.intake.accept(operator(), [from_vcon(file.read_bytes()) for file in sample_files()])
            await carelog.worker.drain()
            subject, entries = await read_record(carelog, _PATIENT)
    console = Console(record=True, width=128, file=Path("/dev/null").open("w"))
    console.print(f"[bold]{subject.name}[/bold]\n")
    console.print(record_table(entries[:_ENTRIES]))
    svg = console.export_svg(title="carelog record 'Meera Nair'")
    # The fonts that the reader has will do: a picture should not call other hosts.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S).replace("Fira Code", "ui-monospace, Menlo, Consolas")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(svg + "\n")


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1])))
