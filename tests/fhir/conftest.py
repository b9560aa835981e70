"""The validators of what Carelog says in FHIR."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from door import Door
from fhir_validators import Missing, Validators

from carelog.app import Carelog


@pytest.fixture(scope="session")
def accepted() -> Iterator[Callable[[Iterable[dict[str, Any]]], None]]:
    """Fails unless both validators have nothing against these resources."""
    try:
        validators = Validators()
    except Missing as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))

    def check(resources: Iterable[dict[str, Any]]) -> None:
        problems = validators.problems(resources)
        assert not problems, "\n".join(problems[:40])

    yield check
    validators.close()


@pytest.fixture
async def door(carelog: Carelog) -> AsyncIterator[Door]:
    async with AsyncExitStack() as open_clients:
        yield Door(carelog, carelog.api(), open_clients)


@pytest.fixture
async def api(door: Door) -> httpx.AsyncClient:
    """A client with a key that may do everything."""
    return await door.client(await door.key())


@pytest.fixture
def bundles() -> list[dict[str, Any]]:
    """Three records that Synthea made up (https://synthea.mitre.org)."""
    folder = Path(os.environ.get("CARELOG_TEST_DATA", "/nowhere")) / "fhir"
    if not folder.is_dir():
        pytest.skip("CARELOG_TEST_DATA has no folder fhir")
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
