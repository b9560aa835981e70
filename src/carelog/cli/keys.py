"""`carelog keys`: make, list and revoke API keys."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from carelog.cli.parameters import Json

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.identity import ApiKey

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help="May be repeated; the ordinary ones when left out.")
    ] = None,
    subject: Annotated[
        list[str] | None,
        typer.Option(metavar="SUBJECT", help="Limit it to this subject's data; may be repeated."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=36500, help="After how many days it ends; never when left out."),
    ] = None,
) -> None:
    """Make an API key and print it, this once: only its hash is stored."""
    from carelog.cli.run_async import with_carelog

    token = with_carelog(lambda carelog: _add(carelog, name, scope, subject, days))
    typer.echo(token)
    typer.echo("Keep it safe: it cannot be shown again.", err=True)


async def _add(
    carelog: "Carelog", name: str, scopes: list[str] | None, references: list[str] | None, days: int | None
) -> str:
    from carelog.cli.record import find_subject
    from carelog.identity.audit import AuditEvent

    token = await carelog.keyring.add(
        name,
        scopes=scopes or None,
        subjects=[(await find_subject(carelog, one)).id for one in references] if references else None,
        lifetime=timedelta(days=days) if days else None,
    )
    key = UUID(token.split("_")[1])
    await carelog.audit.record([AuditEvent.by(carelog.operator, "key.add", target=f"key:{key}")])
    return token


@app.command("list")
def list_(json: Json = False) -> None:
    """List keys, never the secrets."""
    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog
    from carelog.identity import ORDINARY_OF_SOME, ORDINARY_SCOPES, SCOPES

    found = with_carelog(lambda carelog: carelog.keyring.keys())
    if json:
        print_json([_as_json(key) for key in found])
        return
    if not found:
        typer.echo("No keys yet: `carelog keys add NAME` makes one.")
        return
    shown = table("key", "name", "may", "whose", "made", "state", whole=("key", "may", "made"))
    for key in found:
        usual = ORDINARY_SCOPES if key.subjects is None else ORDINARY_OF_SOME
        named = {frozenset(SCOPES): "everything", frozenset(usual): "what is ordinary"}
        scopes = named.get(frozenset(key.scopes), "\n".join(key.scopes))
        whose = "all" if key.subjects is None else "\n".join(map(str, key.subjects))
        shown.add_row(str(key.id), marked(key.name), scopes, whose, f"{key.created_at:%Y-%m-%d}", _state(key))
    print_table(shown)


def _state(key: "ApiKey") -> str:
    from carelog.kit.clock import SystemClock

    if key.revoked_at:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at is None:
        return "valid"
    ended = key.expires_at <= SystemClock().now()
    return f"{'ended' if ended else 'valid until'} {key.expires_at:%Y-%m-%d}"


def _as_json(key: "ApiKey") -> dict[str, Any]:
    moments = {"created_at": key.created_at, "expires_at": key.expires_at, "revoked_at": key.revoked_at}
    return {
        "id": str(key.id),
        "name": key.name,
        "scopes": list(key.scopes),
        "subjects": None if key.subjects is None else [str(subject) for subject in key.subjects],
        **{name: at and at.isoformat() for name, at in moments.items()},
    }


@app.command()
def revoke(key: Annotated[UUID, typer.Argument(metavar="ID", help="The key's id, from `carelog keys list`.")]) -> None:
    """End a key now."""
    from carelog.cli.run_async import with_carelog

    with_carelog(lambda carelog: _revoke(carelog, key))
    typer.echo("revoked")


async def _revoke(carelog: "Carelog", key: UUID) -> None:
    from carelog.identity.audit import AuditEvent

    await carelog.keyring.revoke(key)
    await carelog.audit.record([AuditEvent.by(carelog.operator, "key.revoke", target=f"key:{key}")])
