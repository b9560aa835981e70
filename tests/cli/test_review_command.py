"""`carelog review` and `carelog reprocess`, as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from carelog_test_links import Behaviour
from said import Engine, Fact, Unbelieved

Command = Callable[..., Any]

SAID = "My pulse was 9000, and I have a headache."
CONFIGURATION = "chains: {call: {channels: [calls], links: [{scripted: {does: engine}}]}}"
PULSE = {"kind": "heart_rate", "value": {"value": 90, "unit": "/min"}}


@pytest.fixture
def engine(tmp_path: Path, carelog_command: Command, scripted: Callable[[str, Behaviour], None]) -> Engine:
    """Has read one conversation."""
    high = {**PULSE, "value": {"value": 9000, "unit": "/min"}}
    headache = Fact("symptom", "I have a headache", {"name": "headache", "polarity": "present"})
    made = Engine(says={SAID: [headache, Unbelieved("vitals", "My pulse was 9000", high)]})
    scripted("engine", made)
    (tmp_path / "carelog.yaml").write_text(CONFIGURATION)
    (tmp_path / "call.txt").write_text(f"Patient: {SAID}")
    assert carelog_command("ingest", "call.txt").code == 0
    return made


def item(command: Command, *options: str) -> dict[str, Any]:
    [found] = json.loads(command("review", "list", "--json", *options).out)
    return dict(found)


@pytest.mark.usefixtures("engine")
def test_an_item_is_listed_shown_and_corrected(carelog_command: Command) -> None:
    found = item(carelog_command)
    lines = carelog_command("review", "list").out.splitlines()
    assert lines[1].split()[:4] == [found["id"], "open", "implausible", "vitals"]
    assert "“My pulse was 9000”" in lines[1]
    assert json.loads(carelog_command("review", "show", found["id"]).out) == found
    assert carelog_command("review", "confirm", found["id"]).code == 2
    corrected = carelog_command("review", "correct", found["id"], json.dumps(PULSE), "--reason", "misheard")
    assert (corrected.code, corrected.out.split(":")[0]) == (0, "corrected")
    assert "heart rate 90 per minute" in carelog_command("record", found["subject_id"]).out
    assert carelog_command("review", "reject", found["id"]).code == 1
    assert carelog_command("review", "list").out == "Nothing waits for a judgement.\n"
    assert item(carelog_command, "--status", "any", "--subject", found["subject_id"])["status"] == "corrected"


@pytest.mark.usefixtures("engine")
def test_an_item_is_rejected(carelog_command: Command) -> None:
    found = item(carelog_command, "--doubt", "implausible", "--type", "vitals")
    assert carelog_command("review", "reject", found["id"]).out == "rejected\n"


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("option", [("--status", "gone"), ("--doubt", "none")])
def test_what_there_is_not_is_told(carelog_command: Command, option: tuple[str, str]) -> None:
    assert carelog_command("review", "list", *option).code == 2


def test_conversations_are_read_again(carelog_command: Command, engine: Engine) -> None:
    subject = item(carelog_command)["subject_id"]
    engine.version, engine.says[SAID] = "made/2", []
    counted = carelog_command("reprocess", "--dry-run", "--chain", "call", "--since", "2020-01-01")
    assert counted.out == "call: 1 would be read again\n"
    queued = carelog_command("reprocess", "--engine-version", "made/1", "--subject", subject)
    assert queued.out == "call: 1 queued\n"
    carelog_command("ingest", "call.txt")  # which works on what is queued, too
    assert "headache" not in carelog_command("record", subject).out
    assert carelog_command("review", "list").out == "Nothing waits for a judgement.\n"
    again = carelog_command("reprocess", "--engine-version", "made/1", "--until", "2100-01-01")
    assert again.out == "There is nothing to read again.\n"
