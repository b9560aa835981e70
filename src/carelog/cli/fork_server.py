"""A process that makes child processes by copying itself: a copy has loaded what it needs when it begins.

It is made first of all. This process has one thread then, no event loop, no settings and nothing open, so that there
is nothing in a copy that two processes must not share. It is asked over a socket that only this process holds, and ends
when this process does, however it does.

Its copies are handed over (PR_SET_CHILD_SUBREAPER of Linux): this process is their parent, which waits for them and
learns how they end, and they go on when the fork server does not.
"""

import asyncio
import ctypes
import errno
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

if sys.platform != "win32":
    import fcntl

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
    """Asks this process, which is at the other end of this socket."""

    def __init__(self, pid: int, asked: socket.socket) -> None:
        asked.setblocking(False)
        self._pid = pid
        self._asked = asked
        self._one_at_a_time = asyncio.Lock()

    async def fork(
        self, arguments: Sequence[str], environment: Mapping[str, str], descriptors: Mapping[int, int]
    ) -> int:
        """The id of a new process, a child of this one in a session of its own, with these arguments, and with
        `environment` over the one in which the fork server was made. `descriptors` are those that it shall have, each
        with the one of this process that it is.

        Raises OSError when the system has no process to give, and ForkServerGone.
        """
        wanted = _Wanted(arguments=[*arguments], environment={**environment}, descriptors=[*descriptors])
        try:
            async with self._one_at_a_time, asyncio.timeout(_ANSWER_SECONDS):
                answer = await self._ask(json.dumps(wanted).encode(), list(descriptors.values()))
        except BaseException as error:
            self._end()  # or the answer would be taken for that to the next request
            if isinstance(error, OSError):
                raise ForkServerGone from error
            raise
        pid = int(answer)
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        return pid

    async def _ask(self, wanted: bytes, descriptors: list[int]) -> bytes:
        """This process takes over what loses its parent meanwhile, and at no other time: what a child that was killed
        leaves behind goes where it always did."""
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
        with suppress(ChildProcessError):  # it has been seen to end
            if os.waitpid(self._pid, os.WNOHANG) == (0, 0):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)


def start_fork_server(main: Callable[[], object], *load: Callable[[], object]) -> ForkServer | None:
    """Load all that copies shall have, and make a fork server; to be called before anything else is done. Its copies
    call `main` for what their arguments say, and end.

    None where copies could not be handed over, which is outside of Linux and on an old one, where there is a thread by
    then, since a copy would have its locks without it, and where the system has no process to give.
    """
    if not _sees_processes_end():
        return None
    for one in load:
        one()
    if not (_has_one_thread() and _take_over(True) and _take_over(False)):
        return None
    # What is loaded is not looked through for garbage, which would write to each of its pages: copies share them.
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
    """Whether this process can be given those of its descendants whose parent ends from now on, or none any more."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, int(whether))


def _prctl(option: int, value: int) -> bool:
    return bool(ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0)


def _serve(asked: socket.socket, main: Callable[[], object]) -> NoReturn:
    os.setsid()  # Ctrl-C is not for it
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # one that was stopped sees no end of its socket
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
    """The id of a grandchild, whose parent is gone; 0 in the grandchild, and an error's number below zero."""
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
    """Its command line remains that of the process that was copied; `top` and `ps -e` show this."""
    with suppress(OSError):  # some sandboxes let nobody write there
        Path("/proc/self/comm").write_text(name, encoding="utf-8")


def _place(received: Sequence[int], numbers: Sequence[int]) -> None:
    """Have them under these numbers instead, some of which others of them may have now."""
    aside = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, max(numbers) + 1) for descriptor in received]
    for descriptor in received:
        os.close(descriptor)
    for descriptor, number in zip(aside, numbers, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
