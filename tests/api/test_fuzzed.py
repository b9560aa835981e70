"""The API against its own description: schemathesis makes requests that it allows and requests that it does not."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from door import make_vcon
from signed_in import sign_in

from carelog.app import open_carelog
from carelog.identity import operator
from carelog.pipeline.submission import CHANNELS, from_vcon
from carelog.settings import Settings


class Served(threading.Thread):
    """A Carelog with something in it, on a free port, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.ready = threading.Event()
        self.address = ""
        self.tokens: dict[str, str] = {}

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        chains = {"record": {"channels": list(CHANNELS), "links": [{"tag": {"tags": ["seen"]}}]}}
        async with open_carelog(Settings.model_validate({"data_dir": self.folder, "chains": chains})) as carelog:
            [receipt] = await carelog.intake.accept(operator(), [from_vcon(json.dumps(make_vcon()))])
            self.tokens = {
                "key": await carelog.keyring.add("fuzzing"),
                "patient": (await sign_in(carelog, "patient", owns=receipt.subject_id)).token,
                "clinician": (await sign_in(carelog, "clinician")).token,
            }
            config = uvicorn.Config(carelog.api(), port=0, log_config=None, lifespan="off")
            self.server = uvicorn.Server(config)
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:
                await asyncio.sleep(0.01)
            self.address = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
            self.ready.set()
            await serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    thread = Served(tmp_path_factory.mktemp("fuzzed"))
    thread.start()
    assert thread.ready.wait(30)
    yield thread
    thread.server.should_exit = True
    thread.join(30)


@pytest.mark.parametrize("who", ["key", "patient", "clinician"])
def test_the_api_keeps_to_its_description_whatever_is_sent(served: Served, who: str) -> None:
    """Each operation gets requests that the description allows, and some that it does not."""
    done = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            "run",
            f"{served.address}/openapi.json",
            "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--phases=examples,coverage,fuzzing",
            "--mode=all",
            "--max-examples=15" if who == "key" else "--max-examples=3",
            "--generation-deterministic",
            "--no-color",
            "--header",
            f"Authorization: Bearer {served.tokens[who]}",
            # After which there would be nobody left to ask as.
            *(f"--exclude-operation-id={name}" for name in ("erase_subject", "logout", "logout_all")),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=served.folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:].replace(served.tokens[who], "TOKEN") + done.stderr[-2000:]
    assert "generated" in done.stdout
