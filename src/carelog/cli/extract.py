"""`carelog extract`: what conversations say, as JSON lines, with no database."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from carelog.cli.files import conversation_files

if TYPE_CHECKING:
    from carelog.conversations import Conversation


def extract(
    paths: Annotated[list[Path], typer.Argument(help="vCons (.json, .vcon), transcripts (.txt), or folders of them.")],
) -> None:
    """Print one JSON object for each entry: conversation, type, payload and evidence.

    `start` and `end` of an evidence are character offsets in the string that its JSON pointer leads to; `dialog` is
    that dialog's index. Files that cannot be read are told on standard error, and the command then ends with 1.
    """
    import sys

    from carelog.cli.ingest import reason
    from carelog.kit.errors import CarelogError

    refused = 0
    for file in conversation_files(paths):
        try:
            conversation = _read(file)
        except (CarelogError, OSError) as error:
            typer.echo(f"carelog: {file}: {reason(error)}", err=True)
            refused += 1
            continue
        for line in entry_lines(conversation):
            sys.stdout.write(line + "\n")
    raise typer.Exit(1 if refused else 0)


def entry_lines(conversation: "Conversation") -> Iterator[str]:
    """The entries of a conversation, each as a line of JSON."""
    from carelog.extraction.local import extract as extract_entries
    from carelog.kit import jsontext

    for entry in extract_entries(conversation):
        yield jsontext.dump(
            {
                "conversation": str(conversation.uuid),
                "type": entry.type,
                "payload": entry.payload.model_dump(mode="json", exclude_none=True),
                "evidence": [
                    e.model_dump(mode="json", exclude={"conversation"}, exclude_none=True) for e in entry.evidence
                ],
                "occurred_at": entry.occurred_at.isoformat(),
                "recorded_by": entry.recorded_by,
            }
        )


def _read(file: Path) -> "Conversation":
    from carelog.kit.clock import SystemClock
    from carelog.pipeline.submission import from_vcon, read_transcript

    data = file.read_bytes()
    if file.suffix.lower() == ".txt":
        return read_transcript(data.decode("utf-8-sig", errors="replace"), SystemClock()).conversation
    return from_vcon(data).conversation
