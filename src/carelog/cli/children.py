"""Starting child processes: as copies of the fork server where there is one, else as new interpreters."""

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
    """A process in a session of its own. This process alone holds the other end of its standard input, and reads
    `stdout`."""

    pid: int
    stdout: StreamReader | None

    async def wait(self) -> int:
        """Its exit code, once it has ended; a signal is a negative number."""

    def send_signal(self, signal: int, /) -> None:
        """Raises ProcessLookupError when it has ended."""


class Children:
    """Starts `program` with arguments, by the fork server if there is one. Everything that this process starts is
    started by one object, which has to know its own children: in a container, orphans become children of the first
    process too."""

    def __init__(self, fork_server: ForkServer | None = None, *, program: Sequence[str] = CARELOG) -> None:
        self._fork_server = fork_server
        self._program = program
        self._starting = 0
        self._living: set[int] = set()

    async def start(self, arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]) -> Child:
        """Start a child. `environment` is set over this process's own, and the child keeps the file descriptors in
        `inherited`, by the same numbers. Raises OSError."""
        self._starting += 1
        try:
            child = await self._start(arguments, environment, inherited)
            self._living.add(child.pid)
            return child
        finally:
            self._starting -= 1

    async def ended(self, child: Child) -> int:
        """The exit code of a child, once it has ended."""
        code = await child.wait()
        self._living.discard(child.pid)
        return code

    def bury_orphans(self) -> None:
        """In a container, where this is the first process: reap the processes that a killed child left behind, such as
        a link's."""
        if os.getpid() != 1 or self._starting:
            return
        with suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in self._living or os.getsid(ended.si_pid) == os.getsid(0):
                    return  # one of ours, which `wait` is for
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
            # So that Ctrl-C reaches the supervisor alone, which ends its children itself.
            start_new_session=True,
        )


class _Forked:
    """A child that the fork server has made."""

    def __init__(self, pid: int, process: int, stdin: int, stdout: StreamReader) -> None:
        """`process` is its pidfd. It is opened at the start, since no descriptor may be free at the end."""
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
        ours.callback(os.close, stdin)  # a child that was made although this failed ends when it closes
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
    """Kill a child that nobody is going to wait for."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
