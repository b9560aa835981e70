"""Short calls with a clinic, as many as a test wants, and what there is to be found in them."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

_SAID: Final = (
    ("Any fever?", "No, but I have had a bad headache since Monday."),
    ("What was your blood pressure?", "It was 128 over 82 this morning."),
    ("Are you taking anything?", "Metformin 500 mg twice a day, and I slept six hours."),
    ("Would Tuesday suit you?", "Tuesday is fine, thank you."),
)
PATIENTS: Final = 40
"""Calls that far apart differ in nothing but their uuid."""

Call = dict[str, Any]
Fact = tuple[str, str]
"""An entry: the call it is from, and all that it says."""


def call(number: int) -> Call:
    """A short call with one of the patients."""
    start = "2026-01-05T09:00:00+00:00"
    return {
        "vcon": "0.4.0",
        "uuid": f"019b8d4a-8000-8000-8000-{number:012x}",
        "created_at": start,
        "parties": [
            {"name": "Larch Clinic", "role": "agent"},
            {
                "name": f"Patient {number % PATIENTS}",
                "tel": f"+1202555{100 + number % PATIENTS:04d}",
                "role": "patient",
            },
        ],
        "dialog": [
            {
                "type": "text",
                "start": start,
                "parties": party,
                "mediatype": "text/plain",
                "encoding": "none",
                "body": said,
            }
            for party, said in enumerate(_SAID[number % len(_SAID)])
        ],
    }


def calls(count: int) -> list[Call]:
    return [call(number) for number in range(count)]


def written(folder: Path, calls: Iterable[Call]) -> Path:
    """The calls as files."""
    folder.mkdir()
    for one in calls:
        (folder / f"{one['uuid']}.json").write_text(json.dumps(one), encoding="utf-8")
    return folder


def fact(entry: dict[str, Any]) -> Fact:
    """An entry as the API gives it, or as `carelog extract` prints it."""
    evidence = [{k: v for k, v in one.items() if k != "conversation" and v is not None} for one in entry["evidence"]]
    conversation = entry.get("conversation") or entry["evidence"][0]["conversation"]
    return conversation, json.dumps([entry["type"], entry["payload"], evidence], sort_keys=True)


def facts_of(calls: Sequence[Call], found: Iterable[Fact]) -> Counter[Fact]:
    """The facts of the first calls as `calls` in all have them, each once. They are `found` in the first call
    of each patient."""
    by_call: dict[str, list[str]] = {}
    for conversation, said in found:
        by_call.setdefault(conversation, []).append(said)
    alike = [by_call.get(one["uuid"], []) for one in calls[:PATIENTS]]
    return Counter((one["uuid"], said) for number, one in enumerate(calls) for said in alike[number % PATIENTS])
