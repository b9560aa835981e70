"""`carelog reseal`: after a change of the secret key."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.identity.resealing import Sealing
    from carelog.settings import Settings


def reseal(
    lost: Annotated[
        bool,
        typer.Option("--lost", help="Begin without a secret key that is lost for good; see docs/operations.md."),
    ] = False,
) -> None:
    """Seal anew, with the present secret key, whatever an older one has sealed. It may be interrupted and called again.

    Ends with 1 while there is something that no secret key opens.
    """
    from carelog.cli.run_async import run_loop, with_carelog
    from carelog.settings import load_settings

    if lost:
        typer.confirm("What was made with the lost key cannot be checked or found any more. Go on?", abort=True)
        typer.echo(f"{run_loop(_begin_without(load_settings()))} keys that nothing opens are thrown away")
    done, sealed = with_carelog(_reseal)
    typer.echo(
        f"{done} sealed anew; {sealed.present} are sealed with the present secret key, {sealed.older} with others"
    )
    if sealed.lost:
        typer.echo(f"{sealed.lost} second factors can be opened by none: `carelog users reset-password`", err=True)
        raise typer.Exit(1)


async def _begin_without(settings: "Settings") -> int:
    from carelog.app.ground import secret_key_of
    from carelog.db import Database, migrate
    from carelog.db.migrate import is_new
    from carelog.identity.resealing import forget_lost_keys

    auth = Database(settings.auth_url)
    try:
        if await is_new(auth, "auth"):
            return 0  # whether it should be is asked where Carelog is opened
        await migrate(auth, "auth")
        secrets = secret_key_of(settings, shared=auth.dialect != "sqlite", sealed=False)
        return await forget_lost_keys(auth, secrets)
    finally:
        await auth.close()


async def _reseal(carelog: "Carelog") -> "tuple[int, Sealing]":
    from carelog.identity.resealing import how_sealed, reseal

    done = await reseal(carelog.auth, carelog.secrets, carelog.audit, carelog.operator)
    return done, await how_sealed(carelog.auth, carelog.secrets)
