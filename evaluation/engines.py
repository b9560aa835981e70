"""Engines as they are measured: visits in, entries out, with what it took."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from uuid import UUID

from carelog.ai.endpoint import EndpointRole, Endpoints
from carelog.conversations import Conversation
from carelog.kit import jsontext
from carelog.kit.clock import SystemClock
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import Outcome, Work
from carelog.pipeline.link import make_link
from carelog.settings import load_settings
from evaluation.visits import Visit

_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Read:
    """The entries of each visit as JSON has them, and what reading all of them took. `memory_mb` is that of the largest
    process."""

    entries: Mapping[UUID, Sequence[Mapping[str, Any]]]
    seconds: float
    memory_mb: float | None = None


def by_command(visits: Sequence[Visit]) -> Read:
    """What `carelog extract` prints for them, from its cold start to its end. Raises CalledProcessError."""
    found: dict[UUID, list[Mapping[str, Any]]] = {visit.id: [] for visit in visits}
    with tempfile.TemporaryDirectory(prefix="carelog-eval-") as name:
        for visit in visits:
            (Path(name) / f"{visit.id}.json").write_text(jsontext.dump(visit.vcon()), encoding="utf-8")
        printed = Path(name) / "printed"
        command = [sys.executable, "-m", "carelog", "extract", name]
        with printed.open("wb") as out:
            began = perf_counter()
            process = subprocess.Popen(command, stdout=out)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        for line in printed.read_bytes().splitlines():
            entry = jsontext.parse(line)
            found[UUID(entry["conversation"])].append(entry)
    kilobytes = usage.ru_maxrss if sys.platform == "linux" else usage.ru_maxrss / 1024
    return Read(found, seconds, kilobytes / 1024)


def by_model(visits: Sequence[Visit]) -> Read | None:
    """What the LLM engine reads in them, by the endpoint that the settings have for it; None where they have none."""
    endpoints = Endpoints(load_settings().ai_endpoints)
    try:
        endpoints.for_role(EndpointRole.EXTRACT)
    except ConfigurationError:
        return None
    return asyncio.run(_asked(visits, endpoints))


async def _asked(visits: Sequence[Visit], endpoints: Endpoints) -> Read:
    link = make_link("extract", {"engine": "llm"}, {"ai": endpoints})
    now = SystemClock().now()
    works = [
        Work(Conversation.of(visit.vcon()), visit.id, visit.id, "vcon", "evaluation", f"{visit.id}:0", now)
        for visit in visits
    ]
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    began = perf_counter()
    for start in range(0, len(works), _AT_ONCE):
        batch = works[start : start + _AT_ONCE]
        for work, result in zip(batch, await link.run_batch(batch), strict=True):
            if not isinstance(result, Outcome):
                raise result
            found[work.conversation_id] = [
                {
                    "type": entry.type,
                    "payload": entry.payload.model_dump(mode="json"),
                    "evidence": [quote.model_dump(mode="json") for quote in entry.evidence],
                }
                for entry in result.entries
            ]
    return Read(found, perf_counter() - began)
