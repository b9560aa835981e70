"""SIGHUP: read the configuration files again, and put their chains and lists in force."""

import asyncio
import logging
import signal
from collections.abc import Callable

from carelog.app import Carelog
from carelog.db.faults import log_failure
from carelog.kit.errors import ConfigurationError
from carelog.settings import load_settings

log = logging.getLogger(__name__)


def reload_on_hangup(carelog: Carelog, also: Callable[[], object] = lambda: None) -> None:
    """Reload on SIGHUP, and do `also` this. Where a file is wrong or the database is away, nothing changes, and the log
    says why."""
    going_on: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        try:
            await carelog.configuration.reload(
                load_settings(conserver_config=carelog.settings.conserver_config).configured
            )
        except ConfigurationError as error:
            log.error("the configuration is left as it was", extra={"problem": error.message})
        except Exception as error:  # noqa: BLE001  nobody awaits this task: the error would be lost
            log_failure(log, error, "the configuration is left as it was")
        else:
            log.info("the configuration was read again")

    def on_hangup() -> None:
        task = asyncio.create_task(reload())
        going_on.add(task)
        task.add_done_callback(going_on.discard)
        also()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, on_hangup)
