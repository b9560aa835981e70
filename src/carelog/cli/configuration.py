"""`carelog config`: show what is in force, and take back what was posted."""

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from carelog.app import Carelog

app = typer.Typer(help="See the configuration in force, or take back what was posted.", no_args_is_help=True)


@app.command()
def show() -> None:
    """Print what is done with conversations, as JSON, with *** for every secret."""
    from carelog.cli.output import print_json
    from carelog.cli.run_async import with_carelog

    print_json(with_carelog(_shown))


async def _shown(carelog: "Carelog") -> dict[str, Any]:
    return carelog.configuration.shown


@app.command()
def clear() -> None:
    """Take back what was posted by POST /config: the files say again what is done, in every process."""
    from carelog.cli.run_async import run_loop

    count = run_loop(_clear())
    typer.echo(f"{count} posted configuration{'' if count == 1 else 's'} taken back")


async def _clear() -> int:
    """Carelog is not opened for this: a posted configuration that cannot run here would prevent it."""
    from carelog.db import Database, migrate
    from carelog.db.migrate import is_new
    from carelog.identity import operator
    from carelog.kit.clock import SystemClock
    from carelog.pipeline.configuration import PostedConfigurations
    from carelog.settings import load_settings

    settings = load_settings()
    settings.make_data_dir()
    database = Database(settings.health_url)
    try:
        if await is_new(database, "health"):
            return 0  # whether it should be is asked where Carelog is opened
        await migrate(database, "health")
        return await PostedConfigurations(database, SystemClock()).clear(operator())
    finally:
        await database.close()
