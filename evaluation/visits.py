"""Real visits: doctors and patients talking, each with the note that the clinician wrote of it.

They are those of ACI-Bench (https://github.com/wyim/aci-bench, CC BY 4.0), its train and valid splits, as CSV files
with the columns `encounter_id`, `dialogue` and `note`. They are no part of Carelog: whoever measures names them, or has
them fetched.
"""

import csv
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
from platformdirs import user_cache_path

VARIABLE: Final = "CARELOG_EVAL_VISITS"
COMMIT: Final = "b909b2b"
FILES: Final = {
    "train.csv": "6c778d4ac5e6cc6f1964786f9286e8d765c210f22ed6b57f83aff8497409cea4",
    "valid.csv": "6629e89e3fb409d2b3eceab60dc7b32fe1d3fb8d4e07795039284965522aa4d0",
}
"""The files by their SHA-256."""

_FROM: Final = f"https://github.com/wyim/aci-bench/raw/{COMMIT}/data/challenge_data"
_BEGAN: Final = "2026-01-05T09:00:00+00:00"
_TURN: Final = re.compile(r"^\[(\w+)\][ \t]*", re.MULTILINE)


class NoVisits(Exception):
    """The visits are not there, or are others than those that are measured with."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`said` are the turns: who ("doctor", "patient", ...) and what."""

    id: UUID
    said: tuple[tuple[str, str], ...]
    note: str

    def vcon(self) -> dict[str, Any]:
        """The visit as a vCon of one text dialog a turn."""
        roles = list(dict.fromkeys(speaker for speaker, _ in self.said))
        return {
            "vcon": "0.4.0",
            "uuid": str(self.id),
            "created_at": _BEGAN,
            "parties": [{"name": role.title(), "role": role} for role in roles],
            "dialog": [
                {
                    "type": "text",
                    "start": _BEGAN,
                    "parties": [roles.index(speaker)],
                    "mediatype": "text/plain",
                    "encoding": "none",
                    "body": text,
                }
                for speaker, text in self.said
            ],
        }


def find(named: Path | None, *, download: bool) -> list[Path]:
    """The CSV files: in the folder that is named, here or by the environment, else in the cache, fetched there with
    `download`. Empty where there are none. Raises NoVisits."""
    given = named or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if given is not None:
        found = sorted(given.glob("*.csv")) if given.is_dir() else [given]
        if not found or not all(path.is_file() for path in found):
            raise NoVisits(f"there are no CSV files at {given}")
        return found
    cache = user_cache_path("carelog") / f"aci-bench-{COMMIT}"
    if download:
        _fetch(cache)
    return [cache / name for name in FILES] if all((cache / name).is_file() for name in FILES) else []


def _fetch(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, wanted in FILES.items():
        if (folder / name).is_file():
            continue
        try:
            answer = httpx.get(f"{_FROM}/{name}", follow_redirects=True, timeout=60)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise NoVisits(f"{_FROM}/{name} cannot be fetched ({type(error).__name__})") from None
        if hashlib.sha256(answer.content).hexdigest() != wanted:
            raise NoVisits(f"{_FROM}/{name} is not the file that it was")
        (folder / name).write_bytes(answer.content)


def read(paths: Iterable[Path]) -> list[Visit]:
    """Every visit of the files. Raises NoVisits for a file of another shape."""
    visits = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                try:
                    name, dialogue, note = row["encounter_id"], row["dialogue"], row["note"]
                except KeyError as error:
                    raise NoVisits(f"{path} has no column {error.args[0]!r}") from None
                visits.append(Visit(uuid5(NAMESPACE_URL, f"aci-bench/{name}"), tuple(_turns(dialogue)), note))
    return visits


def _turns(dialogue: str) -> Iterator[tuple[str, str]]:
    """The turns, each of which begins with "[doctor]", "[patient]" or the like; "[patient_guest]" is a guest."""
    heads = list(_TURN.finditer(dialogue))
    ends = [head.start() for head in heads[1:]] + [len(dialogue)]
    for head, end in zip(heads, ends, strict=True):
        if text := dialogue[head.end() : end].strip():
            yield head[1], text
