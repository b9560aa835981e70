"""The commands, put together, and what their errors look like.

Exit codes: 0 done; 1 some input was refused, or a check failed; 2 wrong usage or configuration; 130 interrupted.
"""

import sys

import typer

from carelog.cli import conversations, dead_letters, doctor, extract, ingest, keys, record, up
from carelog.kit.errors import CarelogError, InvalidInput

app = typer.Typer(
    name="carelog",
    help="Health conversations in, a personal health record out, every entry with its quote.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(up.up)
app.command("ingest")(ingest.ingest)
app.command("record")(record.record)
app.command("subjects")(record.subjects)
app.command("conversations")(conversations.conversations)
app.command("extract")(extract.extract)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(keys.app, name="keys")
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
    """Run a command. What Carelog refuses on purpose is told in a line or two, never as a stack trace."""
    try:
        app()
    except CarelogError as error:
        tell(error)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output, such as `head`, has had enough.
        sys.stderr.close()
        sys.exit(0)


def tell(error: CarelogError) -> None:
    """Print an error and the places that it names."""
    typer.echo(f"carelog: {error.message}", err=True)
    if isinstance(error, InvalidInput):
        for problem in error.details.get("problems", []):
            typer.echo(f"  {problem['place']}: {problem['problem']}", err=True)
    for key in ("links", "scopes", "types", "channels"):
        if key in error.details:
            typer.echo(f"  {key}: {', '.join(error.details[key])}", err=True)
