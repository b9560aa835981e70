"""The commands, put together, and what their errors look like.

Exit codes: 0 done; 1 some input was refused, a check failed, or what was asked for is not there; 2 wrong usage or
configuration; 70 a fault in Carelog itself; 130 interrupted.
"""

import os
import sys
import traceback
from pathlib import Path

import typer

from carelog.cli import (
    audit,
    begin_anew,
    child_process,
    configuration,
    conversations,
    dead_letters,
    deliveries,
    doctor,
    extract,
    ingest,
    keys,
    record,
    reprocess,
    reseal,
    review,
    subjects,
    top,
    transcribe,
    up,
    users,
    worker,
)
from carelog.kit.errors import CarelogError, Conflict, NotFound
from carelog.kit.garbage import patient

app = typer.Typer(
    name="carelog",
    help="Health conversations in, a personal health record out, every entry with its quote.",
    epilog="Try `carelog up --demo`: it takes sample conversations in, shows a record and serves the API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(up.up)
app.command("worker")(worker.worker)
app.command("worker-process", hidden=True)(child_process.worker_process)
app.command("server-process", hidden=True)(child_process.server_process)
app.command("top")(top.top)
app.command("ingest")(ingest.ingest)
app.add_typer(record.app, name="record")
app.add_typer(subjects.app, name="subjects")
app.add_typer(review.app, name="review")
app.command("conversations")(conversations.conversations)
app.command("transcribe")(transcribe.transcribe)
app.command("extract")(extract.extract)
app.command("reprocess")(reprocess.reprocess)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(users.app, name="users")
app.add_typer(configuration.app, name="config")
app.command("reseal")(reseal.reseal)
app.command("begin-anew")(begin_anew.begin_anew)
app.command("doctor")(doctor.doctor)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", is_eager=True, help="Print the version and leave."),
) -> None:
    if version:
        from carelog import __version__

        typer.echo(f"carelog {__version__}")
        raise typer.Exit


def main() -> None:
    """Run a command. Errors are printed in a line or two, never as a stack trace, which might quote what was said."""
    patient()
    _have_standard_streams()
    try:
        app()
    except CarelogError as error:
        _tell(error)
        sys.exit(1 if isinstance(error, NotFound | Conflict) else 2)
    except Exception as error:  # noqa: BLE001  the last door out
        kind = f"{type(error).__name__} of {error.name}" if isinstance(error, ImportError) else type(error).__name__
        typer.echo(f"carelog: a fault in Carelog itself: {kind} at {_way_to(error)}", err=True)
        typer.echo("  Please report this line; nothing that was taken in is lost.", err=True)
        sys.exit(70)


def _have_standard_streams() -> None:
    """Open /dev/null for each standard stream that is missing. Otherwise the next file or socket would get its
    number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _way_to(error: Exception) -> str:
    """The innermost five places of the traceback, in real files: `file:line < file:line`."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith("<")]
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[:-6:-1])


def _tell(error: CarelogError) -> None:
    """Print an error, the places that it names, and what there is to choose from."""
    typer.echo(f"carelog: {error.message}", err=True)
    for problem in error.details.get("problems", []):
        typer.echo(f"  {problem['place']}: {problem['problem']}", err=True)
    for key in ("chains", "links", "scopes", "types", "channels", "storages", "senders"):
        if error.details.get(key):
            typer.echo(f"  {key}: {', '.join(error.details[key])}", err=True)
