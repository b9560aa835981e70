"""`jq`: a filter over the vCon, written in jq (https://jqlang.org)."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from signal import SIGPROF

from pydantic import Field

from carelog.kit.errors import ConfigurationError
from carelog.links import jq_child
from carelog.pipeline import Link, LinkError, LinkOptions, Outcome, PermanentLinkError, Work

_MEMORY = 1024**3
_START_SECONDS = 30.0


class JqOptions(LinkOptions):
    """A conversation matches when the first result of `filter` is neither missing nor null, false, 0 or empty.
    With `forward_matches` those go on and the others stop; without it, the other way round. `timeout_seconds` is of
    processor time, for one conversation."""

    filter: str = Field(min_length=1)
    forward_matches: bool = True
    timeout_seconds: float = Field(default=5, gt=0, le=60)


class JqLink(Link[JqOptions]):
    """Runs the filter in a process of its own, without environment and files, that ends when its time is up."""

    options_model = JqOptions

    def __init__(self, options: JqOptions) -> None:
        super().__init__(options)
        self._run_filter(())  # a program that cannot be compiled is refused with the configuration

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        documents = [_one_line(work.conversation.json) for work in batch]
        return await asyncio.to_thread(self._outcomes, documents)

    def _outcomes(self, documents: Sequence[str]) -> list[Outcome | Exception]:
        """One for each document: where the process ends over one of them, another takes up those behind it."""
        outcomes: list[Outcome | Exception] = []
        while len(outcomes) < len(documents):
            answers, status = self._run_filter(documents[len(outcomes) :])
            outcomes += [self._outcome(answer) for answer in answers]
            if len(outcomes) < len(documents):
                outcomes.append(self._failure(status))
        return outcomes

    def _run_filter(self, documents: Sequence[str]) -> tuple[list[str], int | None]:
        """The answers up to the document, if any, over which the process ended, and how it ended. Raises
        ConfigurationError for a program that cannot be compiled."""
        limits = [str(self.options.timeout_seconds), str(_MEMORY)]
        lines = "\n".join([json.dumps(self.options.filter), *documents, ""])
        try:
            process = subprocess.run(  # noqa: S603  no shell, and the filter is no argument
                [sys.executable, "-I", "-S", "-X", "utf8", jq_child.__file__, _library_folder(), *limits],
                input=lines.encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # jq's `debug` writes what was said
                env={},
                timeout=_START_SECONDS + self.options.timeout_seconds * len(documents),
                check=False,
            )
            output, status = process.stdout, process.returncode
        except subprocess.TimeoutExpired as expired:
            output, status = expired.stdout or b"", None
        said, *answers = output.decode().splitlines() or ["null"]
        if said:
            raise ConfigurationError(f"link 'jq', filter: {_problem(json.loads(said))}")
        return answers, status

    def _outcome(self, answer: str) -> Outcome | Exception:
        if answer == "!":
            return PermanentLinkError("the filter failed on this conversation")
        return Outcome(stop=(answer == "1") is not self.options.forward_matches)

    def _failure(self, status: int | None) -> LinkError:
        if status in (None, -SIGPROF):
            return LinkError(f"the filter took longer than {self.options.timeout_seconds:g} s")
        return LinkError("the filter's process ended, perhaps for want of memory")


def _library_folder() -> str:
    spec = find_spec("jq")
    if spec is None or spec.origin is None:
        raise ConfigurationError("link 'jq' needs the package jq")
    return str(Path(spec.origin).parent)


def _problem(told: str | None) -> str:
    """What jq says of a program, in one line."""
    if told is None:
        return "the jq library cannot be started"
    return told.splitlines()[0].removeprefix("jq: error: ").rstrip(":")


def _one_line(document: str) -> str:
    """Line ends stand only between the tokens of a JSON text, where spaces do as well."""
    return document.replace("\n", " ")
