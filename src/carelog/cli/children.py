"""Starting child processes: copies of a fork server where there is one, and otherwise interpreters of their own."""

import asyncio
import logging
import os
import sys
from asyncio import StreamReader
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from carelog.cli.fork_server import ForkServer, ForkServerGone

log = logging.getLogger(__name__)

CARELOG: Final = (sys.executable, "-m", "carelog")


class Child(Protocol):
    """A process in a session of its own. Its standard input is a pipe that only this process holds; `stdout` is what it
    says."""

    pid: int
    stdout: StreamReader | None

    async def wait(self) -> int:
        """Its exit code, once it has ended; that of a signal is below zero."""

    def send_signal(self, signal: int, /) -> None:
        """Raises ProcessLookupError when it has ended."""


class Children:
    """Starts `program` with arguments; the fork server, if there is one, has loaded it. One object starts all that this
    process starts, since it buries all others who come to be children of this process."""

    def __init__(self, fork_server: ForkServer | None = None, *, program: Sequence[str] = CARELOG) -> None:
        self._fork_server = fork_server
        self._adopts = fork_server is not None or os.getpid() == 1
        self._program = program
        self._starting = 0
        self._living: set[int] = set()

    async def start(self, arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]) -> Child:
        """A new child, with `environment` over this process's own, that shares the descriptors in `inherited`, by their
        numbers. Raises OSError."""
        self._starting += 1
        try:
            child = await self._start(arguments, environment, inherited)
            self._living.add(child.pid)
            return child
        finally:
            self._starting -= 1

    async def ended(self, child: Child) -> int:
        """The exit code of one that was started here, once it has ended."""
        code = await child.wait()
        self._living.discard(child.pid)
        return code

    def bury_orphans(self) -> None:
        """What a child that was killed left behind, such as the process of a link, is given to the first process of a
        container, and to who has a fork server: it has to take notice of its end."""
        if not self._adopts or self._starting:
            return
        with suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in self._living or os.getsid(ended.si_pid) == os.getsid(0):
                    return  # somebody here waits for it
                os.waitpid(ended.si_pid, 0)

    async def _start(self, arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]) -> Child:
        if self._fork_server:
            try:
                return await _forked(self._fork_server, arguments, environment, inherited)
            except ForkServerGone:
                log.warning("the fork server is gone: processes start more slowly from now on")
                self._fork_server = None
        return await asyncio.create_subprocess_exec(
            *self._program,
            *arguments,
            stdin=PIPE,
            stdout=PIPE,
            env={**os.environ, **environment},
            pass_fds=inherited,
            # Ctrl-C is meant for the supervisor, which ends its children in its own way.
            start_new_session=True,
        )


class _Forked:
    """A child that the fork server has made."""

    def __init__(self, pid: int, stdin: int, stdout: StreamReader) -> None:
        self.pid = pid
        self.stdout: StreamReader | None = stdout
        self._stdin = stdin

    async def wait(self) -> int:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        process = os.pidfd_open(self.pid)
        loop.add_reader(process, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(process)
            os.close(process)
        os.close(self._stdin)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])  # noqa: ASYNC222  it has ended

    def send_signal(self, signal: int, /) -> None:
        os.kill(self.pid, signal)


async def _forked(
    fork_server: ForkServer, arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]
) -> Child:
    its_stdin, stdin = os.pipe()
    stdout, its_stdout = os.pipe()
    said = StreamReader()
    reading = os.fdopen(stdout, "rb", buffering=0)
    try:
        shared = {0: its_stdin, 1: its_stdout, **{number: number for number in inherited}}
        pid = await fork_server.fork(arguments, environment, shared)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), reading)
    except BaseException:
        os.close(stdin)  # should there be one after all, it sees that, and ends
        reading.close()
        raise
    finally:
        os.close(its_stdin)
        os.close(its_stdout)
    return _Forked(pid, stdin, said)
