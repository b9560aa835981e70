"""SIGHUP: read the configuration files again, and put their chains and lists in force."""

import asyncio
import logging
import signal
from collections.abc import Callable

from carelog.app import Carelog
from carelog.db.faults import log_failure
from carelog.kit.errors import ConfigurationError
from carelog.settings import load_again

log = logging.getLogger(__name__)


def reload_on_hangup(carelog: Carelog, also: Callable[[], object] = lambda: None, *, told: int = logging.INFO) -> None:
    """Reload on SIGHUP, then do `also` this, and log it at the level `told`. Where a file is wrong or gone, or the
    database is away, nothing changes, and the log says why."""
    going_on: set[asyncio.Task[None]] = set()
    settings = carelog.settings

    async def reload() -> None:
        nonlocal settings
        try:
            read = load_again(settings)
            await carelog.configuration.reload(read.configured)
        except ConfigurationError as error:
            log.error("the configuration is left as it was", extra={"problem": error.message})
        except Exception as error:  # noqa: BLE001  nobody awaits this task: the error would be lost
            log_failure(log, error, "the configuration is left as it was")
        else:
            settings = read
            log.log(told, "the configuration was read again")
            also()

    def on_hangup() -> None:
        task = asyncio.create_task(reload())
        going_on.add(task)
        task.add_done_callback(going_on.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, on_hangup)
