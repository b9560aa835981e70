"""A process that starts others by copying itself, so that they need not load anything.

It is made before anything else, while this process still has one thread, no event loop, no settings and no open files:
nothing then is shared that two processes must not share. Requests come over a socket that only this process holds; the
fork server ends when that closes, which is also how it notices that this process died.

Each copy is handed over to this process (PR_SET_CHILD_SUBREAPER of Linux), which is then its parent: it can wait for
the copy, and the copy outlives the fork server.
"""

import asyncio
import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn, TypedDict

from carelog.kit.garbage import calm

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_LONGEST_REQUEST: Final = 1 << 18
_MOST_DESCRIPTORS: Final = 16
_ANSWER_BYTES: Final = 32
_ANSWER_SECONDS: Final = 10.0


class _Wanted(TypedDict):
    arguments: list[str]
    environment: dict[str, str]
    descriptors: list[int]


class ForkServerGone(Exception):
    """It was killed, or does not answer."""


class ForkServer:
    """The fork server, seen from the process that made it."""

    def __init__(self, pid: int, asked: socket.socket) -> None:
        asked.setblocking(False)
        self._pid = pid
        self._asked = asked
        self._one_at_a_time = asyncio.Lock()

    async def fork(
        self, arguments: Sequence[str], environment: Mapping[str, str], descriptors: Mapping[int, int]
    ) -> int:
        """Start a process with these arguments, as a child of this one in a session of its own, and return its id.
        `environment` is set over the fork server's own. `descriptors` maps the numbers that the new process has to the
        descriptors of this one.

        Raises OSError when the system cannot start a process, and ForkServerGone.
        """
        wanted = _Wanted(arguments=[*arguments], environment={**environment}, descriptors=[*descriptors])
        try:
            async with self._one_at_a_time, asyncio.timeout(_ANSWER_SECONDS):
                answer = await self._ask(json.dumps(wanted).encode(), list(descriptors.values()))
        except BaseException as error:
            self._end()  # else the answer would be taken for that of the next request
            if isinstance(error, OSError):
                raise ForkServerGone from error
            raise
        pid = int(answer)
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        return pid

    async def _ask(self, wanted: bytes, descriptors: list[int]) -> bytes:
        """Orphans become children of this process only while it asks. Otherwise what a killed child leaves behind goes
        to the first process, as usual."""
        _take_over(True)
        try:
            socket.send_fds(self._asked, [wanted], descriptors)
            answer = await asyncio.get_running_loop().sock_recv(self._asked, _ANSWER_BYTES)
        finally:
            _take_over(False)
        if not answer:
            raise ConnectionResetError
        return answer

    def _end(self) -> None:
        self._asked.close()
        with suppress(ChildProcessError):  # it was reaped already
            if os.waitpid(self._pid, os.WNOHANG) == (0, 0):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)


def start_fork_server(main: Callable[[], object], *load: Callable[[], object]) -> ForkServer | None:
    """Load what copies need, and make a fork server. Call this first of all. A copy calls `main` with its arguments,
    and ends.

    Returns None where copies cannot be handed over (not Linux, or too old), where this process already has several
    threads, since a copy would inherit their locks but not the threads, and where the system cannot start a process.
    """
    if not _sees_processes_end():
        return None
    for one in load:
        one()
    if not (_has_one_thread() and _take_over(True) and _take_over(False)):
        return None
    # Copies share the memory of what is loaded as long as nobody writes to it, as a garbage collection would.
    calm()
    sys.stdout.flush()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        forked = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        return None
    if forked == 0:
        ours.close()
        _serve(theirs, main)
    theirs.close()
    return ForkServer(forked, ours)


def _sees_processes_end() -> bool:
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def _has_one_thread() -> bool:
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _take_over(whether: bool) -> bool:
    """Become the parent of descendants whose own parent ends, or stop being so. Returns whether the system can do
    that."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, int(whether))


def _prctl(option: int, value: int) -> bool:
    return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)


def _serve(asked: socket.socket, main: Callable[[], object]) -> NoReturn:
    os.setsid()  # Ctrl-C is for the supervisor
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a stopped process does not see its socket close
    _be_called("fork-server")
    while True:
        try:
            wanted, received, _, _ = socket.recv_fds(asked, _LONGEST_REQUEST, _MOST_DESCRIPTORS)
        except ConnectionResetError:
            wanted = b""
        if not wanted:
            os._exit(0)
        pid = _fork_twice()
        if pid == 0:
            asked.close()
            _become(json.loads(wanted), received)
            main()
            sys.exit()
        for descriptor in received:
            os.close(descriptor)
        try:
            asked.send(b"%d" % pid)
        except OSError:
            os._exit(0)


def _fork_twice() -> int:
    """Fork, and fork again. Returns 0 in the grandchild; elsewhere its id, or the negative number of an error. The
    process between them has ended."""
    read, write = os.pipe()
    try:
        between = os.fork()
    except OSError as error:
        os.close(read)
        os.close(write)
        return -(error.errno or errno.EAGAIN)
    if between == 0:
        try:
            pid = os.fork()
        except OSError as error:
            pid = -(error.errno or errno.EAGAIN)
        if pid:
            os.write(write, b"%d" % pid)
            os._exit(0)
        os.close(read)
        os.close(write)
        return 0
    os.close(write)
    told = os.read(read, _ANSWER_BYTES)
    os.close(read)
    os.waitpid(between, 0)
    return int(told or -errno.ECHILD)


def _become(wanted: _Wanted, received: Sequence[int]) -> None:
    os.setsid()
    _be_called(wanted["arguments"][0])
    _place(received, wanted["descriptors"])
    os.environ.update(wanted["environment"])
    sys.argv = ["carelog", *wanted["arguments"]]


def _be_called(name: str) -> None:
    """Name the process, as `top` and `ps -e` show it. Its command line remains that of the process it was copied
    from."""
    with suppress(OSError):  # some sandboxes let nobody write there
        Path("/proc/self/comm").write_text(name, encoding="utf-8")


def _place(received: Sequence[int], numbers: Sequence[int]) -> None:
    """Move descriptors to these numbers, some of which others of them may have at the moment."""
    aside = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, max(numbers) + 1) for descriptor in received]
    for descriptor in received:
        os.close(descriptor)
    for descriptor, number in zip(aside, numbers, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
