"""`carelog begin-anew`: go on with a new database in the place of one that is lost for good."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from carelog.app.lost import Which
    from carelog.settings import Settings


def begin_anew(
    database: Annotated[str, typer.Argument(metavar="sign-in|health", help="The database that is lost.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make a new, empty database in the place of one that is lost, where Carelog does not start because of that.

    It does nothing to a database that is there.
    """
    from carelog.cli.run_async import run_loop
    from carelog.settings import load_settings

    which: Which | None = "sign-in" if database == "sign-in" else "health" if database == "health" else None
    if which is None:
        raise typer.BadParameter("a database is sign-in or health")
    if not yes:
        typer.confirm(f"Is the {database} database lost, with all that was in it, and is there no backup?", abort=True)
    run_loop(_begin(load_settings(), which))
    typer.echo(f"the {database} database begins anew")


async def _begin(settings: "Settings", database: "Which") -> None:
    from contextlib import AsyncExitStack

    from carelog.app.lost import lost
    from carelog.db import Database, migrate
    from carelog.kit.errors import Conflict

    async with AsyncExitStack() as closing:
        health, auth = Database(settings.health_url), Database(settings.auth_url)
        closing.push_async_callback(health.close)
        closing.push_async_callback(auth.close)
        if await lost(health, auth) != database:
            raise Conflict(f"the {database} database is not lost: nothing is changed")
        await migrate(*((auth, "auth") if database == "sign-in" else (health, "health")))
