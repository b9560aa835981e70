"""`carelog keys`: make, list and revoke API keys."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str] | None, typer.Option(help="May be repeated; all scopes when left out.")] = None,
    subject: Annotated[
        list[UUID] | None, typer.Option(help="Limit it to this subject's data; may be repeated.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="After how many days it ends; never when left out.")] = None,
) -> None:
    """Make an API key and print it, this once: only its hash is stored."""
    from carelog.cli.run_async import with_carelog
    from carelog.identity import SCOPES

    token = with_carelog(
        lambda carelog: carelog.keyring.add(
            name,
            scopes=scope or tuple(SCOPES),
            subjects=subject or None,
            lifetime=timedelta(days=days) if days else None,
        )
    )
    typer.echo(token)
    typer.echo("Keep it safe: it cannot be shown again.", err=True)


@app.command("list")
def list_() -> None:
    """List keys, never the secrets."""
    from rich.markup import escape

    from carelog.cli.output import console, table
    from carelog.cli.run_async import with_carelog

    shown = table("key", "name", "scopes", "subjects", "made", "ends", "revoked")
    for key in with_carelog(lambda carelog: carelog.keyring.keys()):
        limited = "all" if key.subjects is None else ", ".join(map(str, key.subjects))
        days = [f"{at:%Y-%m-%d %H:%M}" if at else "-" for at in (key.created_at, key.expires_at, key.revoked_at)]
        shown.add_row(str(key.id), escape(key.name), ", ".join(key.scopes), limited, *days)
    console().print(shown)


@app.command()
def revoke(key: Annotated[UUID, typer.Argument(help="The key's id, from `carelog keys list`.")]) -> None:
    """End a key now."""
    from carelog.cli.run_async import with_carelog

    with_carelog(lambda carelog: carelog.keyring.revoke(key))
    typer.echo("revoked")
