"""`carelog ingest`, and what can be seen afterwards."""

import json
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carelog.samples import sample_files

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A call with someone who is known by name and number, a transcript, and two files that are neither."""
    folder = tmp_path / "inbox"
    (folder / "today").mkdir(parents=True)
    with as_file(sample_files()[0]) as sample:
        (folder / "call.vcon.json").write_bytes(sample.read_bytes())
    (folder / "today" / "note.txt").write_text(
        "Patient: मुझे तीन दिन से सिरदर्द है. I have a [bold]cough[/bold].\n", encoding="utf-8"
    )
    (folder / "today" / "scan.txt").write_bytes(b"\x89PNG\xff")
    (folder / "wrong.json").write_text('{"uuid": 7}')
    return folder


def test_a_folder_is_taken_in_and_a_second_time_changes_nothing(carelog_command: Command, folder: Path) -> None:
    ran = carelog_command("ingest", folder)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == "files:   4: 2 accepted, 0 duplicate, 2 refused"
    refused = sorted(line.strip() for line in lines[1:3])
    assert refused[0] == f"{folder / 'today' / 'scan.txt'}: the text is not UTF-8 at byte 0"
    assert refused[1].startswith(f"{folder / 'wrong.json'}: ")
    assert "/uuid" in refused[1]
    assert lines[3] == "runs:    2 finished"

    record = carelog_command("record", "Meera Nair", "--json")
    again = carelog_command("ingest", folder, "--json")
    verdicts = {Path(one["file"]).name: one["status"] for one in map(json.loads, again.out.splitlines())}
    assert verdicts == {
        "call.vcon.json": "duplicate",
        "note.txt": "duplicate",
        "scan.txt": "refused",
        "wrong.json": "refused",
    }
    assert carelog_command("record", "meera nair", "--json").out == record.out


def test_a_record_shows_each_entry_with_its_quotes(
    carelog_command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    carelog_command("ingest", folder)
    shown = carelog_command("record", "+1 202-555-0143").out
    assert shown.startswith("Meera Nair  ")
    assert "2026-01-26" in shown
    assert "blood pressure 142/88 mmHg" in shown
    assert "Meera Nair: “One forty two over eighty eight.”" in shown
    vitals = json.loads(carelog_command("record", "Meera Nair", "--type", "vitals", "--json").out)
    assert {entry["type"] for entry in vitals} == {"vitals"}
    assert all(entry["evidence"][0]["quote"] for entry in vitals)
    assert "Nothing in this record." in carelog_command("record", "Meera Nair", "--since", "2030-01-01").out

    note = json.loads(carelog_command("ingest", "--json", folder / "today" / "note.txt").out)
    assert "cough" in carelog_command("record", note["subject"]).out


def test_a_file_is_of_the_day_that_its_name_says(carelog_command: Command, tmp_path: Path) -> None:
    (tmp_path / "2024-03-06-call.txt").write_text("Nurse: Any fever?\nPatient: I have a cough.")
    (tmp_path / "2024-03-07.txt").write_text("Date: 2024-03-08\nNurse: Any fever?\nPatient: I have a headache.")
    carelog_command("ingest", tmp_path)
    listed = json.loads(carelog_command("conversations", "--json").out)
    assert sorted(one["started_at"][:10] for one in listed) == ["2024-03-06", "2024-03-08"]


def test_everything_can_be_found_again(carelog_command: Command, folder: Path) -> None:
    assert carelog_command("conversations").out == "None yet: `carelog ingest FILES` takes some in.\n"
    assert carelog_command("subjects").out == "Nobody yet: `carelog ingest FILES` takes conversations in.\n"
    carelog_command("ingest", folder)
    [called] = listed(carelog_command("conversations", "--words", "metformin", "--json"))
    assert called["title"] == "Morning check: Meera Nair"
    assert json.loads(carelog_command("conversations", called["id"]).out)["uuid"] == called["id"]
    assert called["id"] in carelog_command("conversations", "--tel", "+12025550143").out
    assert carelog_command("conversations", "--words", "nobody said this").out == "No conversation is like that.\n"
    people = listed(carelog_command("subjects", "--json"))
    assert "Meera Nair" in {person["name"] for person in people}
    assert len(people) == 2


def listed(ran: "Ran") -> list[dict[str, Any]]:
    assert ran.code == 0
    found: list[dict[str, Any]] = json.loads(ran.out)
    return found


def test_a_name_that_several_people_have_is_not_guessed_at(carelog_command: Command, tmp_path: Path) -> None:
    for number in ("0107", "0108"):
        vcon = {
            "vcon": "0.4.0",
            "uuid": f"019bfa06-71c8-87c5-9503-00000000{number}",
            "created_at": "2026-01-05T09:00:00+00:00",
            "parties": [{"name": "Meera Nair", "tel": f"+1202555{number}", "role": "patient"}],
            "dialog": [],
        }
        (tmp_path / f"{number}.json").write_text(json.dumps(vcon))
    carelog_command("ingest", "0107.json", "0108.json")
    ran = carelog_command("record", "Meera Nair")
    assert (ran.code, ran.out) == (2, "")
    assert "several subjects have that name" in ran.err
    assert carelog_command("record", "+12025550108").code == 0


def test_dead_letters_are_shown_driven_again_and_discarded(
    carelog_command: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "{webhook: {urls: ['http://127.0.0.1:9/'], secret_env: HOOK_SECRET}}"
    (tmp_path / "carelog.yaml").write_text(f"chains: {{hook: {{channels: [calls], max_tries: 1, links: [{nobody}]}}}}")
    monkeypatch.setenv("HOOK_SECRET", "whsec_" + b64encode(b"for this test and no other").decode())
    assert carelog_command("dead-letters", "list").out == "There are no dead letters.\n"
    ran = carelog_command("ingest", folder / "call.vcon.json")
    assert ran.code == 1
    assert "1 dead letters (`carelog dead-letters list` shows why)" in ran.out
    [dead] = listed(carelog_command("dead-letters", "list", "--json"))
    assert json.loads(carelog_command("dead-letters", "show", dead["id"]).out)["error"]["link"] == "webhook"
    assert carelog_command("doctor").code == 1
    assert carelog_command("dead-letters", "drive", "--all").out == "1 queued again\n"
    carelog_command("ingest", folder / "call.vcon.json")
    assert carelog_command("dead-letters", "discard", dead["id"]).out == "1 discarded\n"
    assert carelog_command("dead-letters", "discard", dead["id"]).code == 1
    assert carelog_command("doctor").code == 0


def test_ctrl_c_keeps_what_was_taken_in(carelog_command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(600):
        (folder / f"{number}.txt").write_text(f"Patient: Since day {number} I have had a headache.")
    with subprocess.Popen(
        [sys.executable, "-m", "carelog", "ingest", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not json.loads(carelog_command("conversations", "--limit", "1", "--json").out):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out.startswith("files:   600: ")
    assert err == "Interrupted. What is accepted is safe; the same command, or `carelog up`, goes on.\n"

    ran = carelog_command("ingest", folder)
    assert ran.code == 0
    assert "0 refused" in ran.out
    assert "600 finished" in carelog_command("doctor").out


def test_what_no_chain_takes_is_told(carelog_command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELOG_CHAINS", json.dumps({"one": {"channels": ["calls"], "links": []}}))
    note = folder / "today" / "note.txt"
    assert "unread" not in carelog_command("ingest", note).out
    assert json.loads(carelog_command("ingest", note, "--channel", "scan", "--json").out)["unread"] == "scan"
    (folder / "other.txt").write_text("Patient: I have a cough.")
    ran = carelog_command("ingest", folder / "other.txt", "--channel", "lab")
    assert ran.code == 0
    assert "unread:  1: no chain takes the channel lab" in ran.out
    assert "unread" not in carelog_command("ingest", folder / "other.txt", "--channel", "lab").out


def test_dead_letters_that_die_again_are_told(
    carelog_command: Command, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "{webhook: {urls: ['http://127.0.0.1:9/'], secret_env: HOOK_SECRET}}"
    (tmp_path / "carelog.yaml").write_text(f"chains: {{hook: {{channels: [calls], max_tries: 1, links: [{nobody}]}}}}")
    monkeypatch.setenv("HOOK_SECRET", "whsec_" + b64encode(b"for this test and no other").decode())
    note = folder / "today" / "note.txt"
    first = carelog_command("ingest", note)
    assert "runs:    1 dead letters" in first.out
    assert "others:" not in first.out
    assert carelog_command("dead-letters", "drive", "--all").code == 0
    again = carelog_command("ingest", note)
    assert again.code == 1
    assert "files:   1: 0 accepted, 1 duplicate, 0 refused" in again.out
    assert "runs:" not in again.out
    assert "others:  1 dead letters (`carelog dead-letters list` shows why)" in again.out
    assert carelog_command("ingest", note).code == 0
