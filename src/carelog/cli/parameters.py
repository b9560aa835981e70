"""Options that several commands have."""

from typing import Annotated

import typer


def _known_channel(channel: str | None) -> str | None:
    from carelog.pipeline.submission import CHANNELS

    if channel is not None and channel not in CHANNELS:
        raise typer.BadParameter(f"there is no {channel!r}; there are {', '.join(CHANNELS)}")
    return channel


Channel = Annotated[
    str | None,
    typer.Option(
        metavar="CHANNEL",
        callback=_known_channel,
        help="Where they come from: calls, whatsapp, checkin, scan, lab or vcon.",
    ),
]
OfSubject = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="An id, a phone number, an e-mail address or a full name.")
]
Limit = Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many at the most.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON array.")]
