"""`carelog record export` and `import`: a record out as one archive, and back."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from carelog.cli.parameters import OfSubject

if TYPE_CHECKING:
    from carelog.app import Carelog

_CHUNK = 1 << 20
_STDOUT = Path("-")


def export_record(
    subject: OfSubject,
    to: Annotated[Path, typer.Option("--to", "-o", metavar="FILE", help="Where to; - is standard output.")] = _STDOUT,
) -> None:
    """Everything of a subject as one ZIP: conversations, entries with their history, links, who looked, FHIR."""
    from carelog.cli.record import find_subject
    from carelog.cli.run_async import with_carelog
    from carelog.kit.errors import InvalidInput

    if to == _STDOUT and sys.stdout.isatty():
        raise InvalidInput("an archive is not for a terminal: say where to with --to FILE")

    async def take(carelog: "Carelog") -> None:
        owner = await find_subject(carelog, subject)
        with await carelog.archives.take(carelog.operator, owner.id) as archive:
            if to == _STDOUT:
                _copy(archive, sys.stdout.buffer)
            else:
                _write(archive, to)

    with_carelog(take)
    if to != _STDOUT:
        typer.echo(f"{to}: {to.stat().st_size} bytes", err=True)


def import_record(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `carelog record export` made.")],
    into: Annotated[
        str | None, typer.Option(metavar="SUBJECT", help="Into whose record; that of whom it was taken without it.")
    ] = None,
) -> None:
    """Bring an archive back, here or in another installation. The same again changes nothing."""
    from carelog.cli.record import find_subject
    from carelog.cli.run_async import with_carelog
    from carelog.kit.errors import InvalidInput
    from carelog.record.archive import Brought

    async def bring(carelog: "Carelog") -> Brought:
        owner = await find_subject(carelog, into) if into is not None else None
        with archive.open("rb") as file:
            return await carelog.archives.bring(carelog.operator, file, into=owner.id if owner else None)

    if not archive.is_file():
        raise InvalidInput(f"there is no file {archive}")
    brought = with_carelog(bring)
    typer.echo(f"{brought.subject_id}{'  (new)' if brought.created else ''}")
    for what, counted in brought.counts.items():
        told = ", ".join(f"{many} {how.replace('_', ' ')}" for how, many in counted.items() if many)
        if told:
            typer.echo(f"  {what.replace('_', ' ')}: {told}")


def _write(archive: IO[bytes], to: Path) -> None:
    """Write a file that only its owner may read, and that is there whole or not at all. Raises InvalidInput."""
    from carelog.kit.errors import InvalidInput

    part = to.with_name(f".{to.name}.part")
    try:
        with open(part, "wb", opener=_for_the_owner) as file:
            _copy(archive, file)
        part.replace(to)
    except OSError as error:
        raise InvalidInput(f"{to} cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _copy(archive: IO[bytes], to: IO[bytes]) -> None:
    while piece := archive.read(_CHUNK):
        to.write(piece)


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
