"""`carelog transcribe`: hand in the transcript of a recording that waits for one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from carelog.cli.files import read_text

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.pipeline.transcripts import TranscriptReceipt

_MEDIATYPES: Final = {".json": "application/json", ".vtt": "text/vtt", ".srt": "application/x-subrip"}


def transcribe(
    conversation: Annotated[UUID, typer.Argument(metavar="ID", help="The conversation.", show_default=False)],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help='Lines of "Speaker: what was said", captions (.vtt, .srt), what a recogniser answered (.json), '
            "or - for standard input.",
            show_default=False,
        ),
    ],
    dialog: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="The recording, where several need a transcript.")
    ] = None,
    vendor: Annotated[str | None, typer.Option(metavar="NAME", help="Who wrote it down.")] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Run the chains to their end; or leave that to `carelog up`.")
    ] = True,
) -> None:
    """Hand in what was said in a recording; the runs that wait for it go on.

    `carelog conversations --needs-transcript` lists those that wait. The same transcript again changes nothing.
    """
    from carelog.cli.run_async import with_carelog
    from carelog.conversations.handed_transcript import HandedTranscript

    async def add(carelog: "Carelog") -> "TranscriptReceipt":
        text = read_text(file, carelog.settings.max_body_bytes)
        mediatype = _MEDIATYPES.get(file.suffix.lower(), "text/plain")
        handed = HandedTranscript(text, mediatype, dialog, vendor)
        receipt = await carelog.transcripts.add(carelog.operator, conversation, handed)
        if wait:
            await carelog.worker.drain()
            await carelog.copier.drain()
        return receipt

    receipt = with_carelog(add)
    runs = f"; {len(receipt.runs)} {'run goes' if len(receipt.runs) == 1 else 'runs go'} on" if receipt.runs else ""
    state = "is in" if receipt.added else "was here already"
    typer.echo(f"The transcript of recording {receipt.dialog} {state}{runs}.")
