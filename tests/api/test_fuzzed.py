"""The API against its own description: schemathesis makes requests that it allows and requests that it does not."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvicorn
from door import Door
from operations import Record, make_record
from signed_in import sign_in

from carelog.app import open_carelog
from carelog.identity.passwords import Cost
from carelog.pipeline.submission import CHANNELS
from carelog.record import entry_types
from carelog.settings import Settings

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# After which there would be nobody left to ask as, and nothing to ask for; and what takes no text.
LEFT_OUT = ("erase_subject", "logout", "logout_all", "delete_conversation", "bring_archive")
# The lists of entries are alike, and what payloads are taken is for the tests of types: these stand for all.
LISTED = {"vitals", "treatment"}
ALIKE = [f"{verb}_{name}" for name in entry_types() if name not in LISTED for verb in ("list", "add")]


class Served(threading.Thread):
    """A Carelog with something of everything in it, on a free port, in a thread of its own."""

    def __init__(self, folder: Path, passwords: Cost) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self._passwords = passwords
        self.ready = threading.Event()
        self.address = ""
        self.tokens: dict[str, str] = {}
        self.record: Record

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        chains = {"record": {"channels": list(CHANNELS), "links": [{"tag": {"tags": ["seen"]}}]}}
        settings = Settings.model_validate({"data_dir": self.folder, "chains": chains})
        async with open_carelog(settings, password_cost=self._passwords) as carelog, AsyncExitStack() as open_clients:
            self.record = await make_record(Door(carelog, carelog.api(), open_clients))
            self.tokens = {
                "key": await carelog.keyring.add("fuzzing"),
                "patient": (await sign_in(carelog, "patient", owns=self.record.subject)).token,
                "admin": (await sign_in(carelog, "admin")).token,
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
def served(tmp_path_factory: pytest.TempPathFactory, cheap_passwords: Cost) -> Iterator[Served]:
    thread = Served(tmp_path_factory.mktemp("fuzzed"), cheap_passwords)
    thread.start()
    assert thread.ready.wait(60)
    yield thread
    thread.server.should_exit = True
    thread.join(30)


def configuration(ids: Mapping[str, str], *, always: bool) -> str:
    """Ids of what there is, always or mostly: of what there is not, nothing but 404 would be seen."""
    if always:
        return "[parameters]\n" + "\n".join(f'"path.{name}" = "{value}"' for name, value in ids.items())
    mostly = """
[dictionaries.{0}]
values = ["{1}"]
[parameters."path.{0}"]
dictionary = "{0}"
probability = 0.8
"""
    return "".join(mostly.format(name, value) for name, value in ids.items())


def keeps_to_its_description(served: Served, who: str, config: str, *options: str) -> None:
    path = served.folder / "schemathesis.toml"
    path.write_text(config)
    done = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            f"--config-file={path}",
            "--no-color",
            "run",
            f"{served.address}/openapi.json",
            f"--checks={CHECKS}",
            "--mode=all",
            "--generation-deterministic",
            f"--header=Authorization: Bearer {served.tokens[who]}",
            *(f"--exclude-operation-id={name}" for name in (*LEFT_OUT, *ALIKE)),
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=served.folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:].replace(served.tokens[who], "TOKEN") + done.stderr[-2000:]
    assert "generated" in done.stdout


@pytest.mark.parametrize("who", ["patient", "admin"])
def test_any_request_is_answered_as_described(served: Served, who: str) -> None:
    """One that the description allows, and one that it does not, to each operation."""
    config = configuration(served.record.ids, always=False)
    keeps_to_its_description(served, who, config, "--phases=examples,fuzzing", "--max-examples=2")


def test_requests_at_the_edges_are_answered_as_described(served: Served) -> None:
    """The examples, the least and most of every value, what is just beyond, what is left out, and what is of another
    kind."""
    config = configuration(served.record.ids, always=True) + "\n[phases.coverage]\nunexpected-methods = []\n"
    keeps_to_its_description(served, "key", config, "--phases=coverage")
