"""Runs a jq program over documents, in a process of its own: see `carelog.links.jq`.

A program may loop for ever, and the library holds the interpreter while it runs; it could also ask for the
environment or for files. Here it has neither, and is ended with this process when its time or its memory is used up.

Arguments: the library's folder, the seconds of processor time and the bytes of memory that a document may cost.
Standard input: the program as a line of JSON, then a document a line. Standard output: a line that is empty, or says
why the program cannot be compiled; then for each document `1` (matches), `0` (does not) or `!` (the program failed).
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any


def main(folder: str, seconds: float, memory: int) -> None:
    sys.path.append(folder)
    import jq

    _confine(memory)
    try:
        program = jq.compile(json.loads(sys.stdin.readline()))
    except ValueError as error:
        print(json.dumps(str(error)))
        return
    print(flush=True)
    for answer in _answers(program, seconds):
        print(answer, flush=True)


def _answers(program: Any, seconds: float) -> Iterator[str]:
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, seconds)  # nobody handles the signal, so that it ends the process
        try:
            yield "1" if next(iter(program.input_text(line)), None) else "0"
        except ValueError:
            yield "!"
        signal.setitimer(signal.ITIMER_PROF, 0)


def _confine(memory: int) -> None:
    """No environment, no further files, so much memory, and no core dump: it would hold what was said."""
    os.environ.clear()  # the interpreter puts something in at its start
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError):
        return  # macOS does not know this limit


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
