"""Starting child processes: copies of a fork server where there is one, and otherwise interpreters of their own."""

import asyncio
import logging
import os
import signal
import sys
from asyncio import StreamReader
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
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
    process starts: as the first process of a container it buries all others."""

    def __init__(self, fork_server: ForkServer | None = None, *, program: Sequence[str] = CARELOG) -> None:
        self._fork_server = fork_server
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
        """The first process of a container is given what a child that was killed left behind, such as the process of
        a link, and has to take notice of its end."""
        if os.getpid() != 1 or self._starting:
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

    def __init__(self, pid: int, process: int, stdin: int, stdout: StreamReader) -> None:
        """`process` is its pidfd: opened at its start, since there may be no descriptor to be had at its end."""
        self.pid = pid
        self.stdout: StreamReader | None = stdout
        self._process = process
        self._stdin = stdin

    async def wait(self) -> int:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(self._process, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process)
        os.close(self._process)
        os.close(self._stdin)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])  # noqa: ASYNC222  it has ended

    def send_signal(self, signal: int, /) -> None:
        os.kill(self.pid, signal)


async def _forked(
    fork_server: ForkServer, arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]
) -> Child:
    with ExitStack() as its, ExitStack() as ours:
        its_stdin, stdin = os.pipe()
        its.callback(os.close, its_stdin)
        ours.callback(os.close, stdin)  # should there be one though this fails, it sees that, and ends
        stdout, its_stdout = os.pipe()
        its.callback(os.close, its_stdout)
        reading = ours.enter_context(os.fdopen(stdout, "rb", buffering=0))
        shared = {0: its_stdin, 1: its_stdout, **{number: number for number in inherited}}
        pid = await fork_server.fork(arguments, environment, shared)
        ours.callback(_end, pid)
        process = os.pidfd_open(pid)
        ours.callback(os.close, process)
        said = StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), reading)
        ours.pop_all()
    return _Forked(pid, process, stdin, said)


def _end(pid: int) -> None:
    """End one that nobody would see end."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
