"""The supervisor: keeps child processes running, as `supervision` decides.

A child is `carelog worker-process` or `carelog server-process`. This process alone holds the other end of its standard
input, so that the children see it close, and end, if the supervisor dies. On standard output a child reports every
second that it works. Standard error is shared.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping, Sequence
from typing import Final

from carelog.cli.children import Child, Children
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.supervision import (
    Order,
    Supervision,
    drain,
    exited,
    heard,
    kill,
    next_moment,
    step,
    supervise,
)

log = logging.getLogger(__name__)

WORKER: Final = "worker-process"
SERVER: Final = "server-process"
_GRACE_SECONDS: Final = 5
"""A child hands back what it could not finish within its own limit; only then is it killed."""
_LATELY_SECONDS: Final = 10


class Supervisor:
    """Runs `processes` children, with `environment` set over this process's own and `drain_seconds` for each to end.
    Logs call them by `name`; `inherited` are the file descriptors that they share with this process."""

    def __init__(
        self,
        processes: int,
        children: Children,
        *,
        drain_seconds: float,
        environment: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (WORKER,),
        name: str = "worker",
        inherited: Sequence[int] = (),
    ) -> None:
        self._children = children
        self._arguments = arguments
        self._name = name
        self._inherited = inherited
        self._supervision = supervise(processes, patience=drain_seconds + _GRACE_SECONDS)
        self._environment = {**(environment or {}), "CARELOG_DRAIN_SECONDS": str(drain_seconds)}
        self._changed = asyncio.Event()
        self._ready = asyncio.Event()
        self._processes: dict[int, Child] = {}
        self._watching: set[asyncio.Task[None]] = set()
        self._killed = 0
        self._last_end = ""

    def drain(self) -> None:
        """Tell the children to finish what is in hand, and end."""
        self._set(drain(self._supervision))

    def kill(self) -> None:
        """Kill the children."""
        self._set(kill(self._supervision))

    def hang_up(self) -> None:
        """Tell the children to read their configuration again. One that does not work yet is left alone: it reads it
        anyway, and would die of the signal."""
        for number, process in self._processes.items():
            if self._supervision.children[number].heard_at is not None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGHUP)

    async def ready(self) -> None:
        """Wait until each child has reported that it works."""
        await self._ready.wait()

    def silent(self) -> int:
        """How many children have not reported lately."""
        return self._supervision.silent_at(_now(), _LATELY_SECONDS)

    async def run(self) -> int:
        """Keep the children running until `drain` or `kill`, and until they are gone. Returns how many were killed.

        Raises ConfigurationError when none can be brought to work. A supervisor that is cancelled kills its children.
        """
        try:
            while not self._supervision.over:
                if self._supervision.hopeless and not self._supervision.stopping:
                    raise ConfigurationError(
                        f"no {self._name} process could be brought to work: the last one {self._last_end}"
                    )
                self._supervision, orders = step(self._supervision, _now())
                for number, order in orders:
                    await self._obey(number, order)
                await self._next_change()
                self._children.bury_orphans()
        finally:
            await self._abandon()
        return self._killed

    async def _next_change(self) -> None:
        """Wait until something happens, or is due."""
        if self._supervision.over:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, next_moment(self._supervision) - _now())):
                await self._changed.wait()
        self._changed.clear()

    async def _obey(self, number: int, order: Order) -> None:
        match order:
            case Order.START:
                await self._start(number)
            case Order.END:
                self._signal(number, at_once=False)
            case Order.KILL:
                log.warning("a %s process is killed", self._name, extra={self._name: number})
                self._killed += 1
                self._signal(number, at_once=True)

    async def _start(self, number: int) -> None:
        try:
            process = await self._children.start(self._arguments, self._environment, self._inherited)
        except OSError as error:
            log.error("a %s process cannot be started", self._name, extra={self._name: number, "error": error.strerror})
            self._last_end = f"cannot be started ({error.strerror})"
            self._set(exited(self._supervision, number, _now()))
            return
        self._processes[number] = process
        log.info("a %s process was started", self._name, extra={self._name: number, "pid": process.pid})
        watching = asyncio.create_task(self._watch(number, process))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)

    async def _watch(self, number: int, process: Child) -> None:
        """Read what a child reports, until it ends."""
        assert process.stdout
        while await process.stdout.readline():
            self._set(heard(self._supervision, number, _now()))
        code = await self._children.ended(process)
        self._last_end = f"ended with code {code}; what it said of that is above"
        del self._processes[number]
        if not self._supervision.stopping:
            log.warning(
                "a %s process ended, and is started again",
                self._name,
                extra={self._name: number, "pid": process.pid, "code": code},
            )
        self._set(exited(self._supervision, number, _now()))

    def _signal(self, number: int, *, at_once: bool) -> None:
        process = self._processes.get(number)
        if process:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL if at_once else signal.SIGTERM)

    async def _abandon(self) -> None:
        """Leave no child behind, however this ends."""
        for number in list(self._processes):
            self._signal(number, at_once=True)
        if self._watching:
            await asyncio.wait(self._watching)

    def _set(self, supervision: Supervision) -> None:
        self._supervision = supervision
        self._changed.set()
        if not self._ready.is_set() and all(child.heard_at is not None for child in supervision.children):
            self._ready.set()


def _now() -> float:
    return asyncio.get_running_loop().time()
