"""`carelog extract`."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carelog.samples import sample_files

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]

_SAID = "Nurse: Any fever?\nPatient: No, but I have a headache.\n"


def entries(ran: "Ran") -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def test_every_line_is_an_entry_whose_quote_stands_where_it_says(carelog_command: Command, tmp_path: Path) -> None:
    sample = sample_files()[0]
    vcon = json.loads(sample.read_bytes())
    (tmp_path / "call.json").write_bytes(sample.read_bytes())
    ran = carelog_command("extract", "call.json")
    assert (ran.code, ran.err) == (0, "")
    found = entries(ran)
    assert {"symptom", "vitals", "medication"} <= {entry["type"] for entry in found}
    for entry in found:
        assert entry["conversation"] == vcon["uuid"]
        for quote in entry["evidence"]:
            said = vcon["dialog"][quote["dialog"]]["body"]
            assert said[quote["start"] : quote["end"]] == quote["quote"]


def test_what_cannot_be_read_is_told_and_costs_nothing_else(carelog_command: Command, tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text(_SAID)
    (tmp_path / "scan.txt").write_bytes(b"\x89PNG\xff\xfe")
    (tmp_path / "broken.json").write_text('{"vcon": ')
    (tmp_path / "other.json").write_text('{"name": "value"}')
    (tmp_path / "notes.md").write_text("No conversation: a folder is read for .json, .vcon and .txt.")
    ran = carelog_command("extract", ".")
    assert ran.code == 1
    assert [entry["payload"]["name"] for entry in entries(ran)] == ["fever", "headache"]
    refused = dict(line.removeprefix("carelog: ").split(": ", 1) for line in ran.err.splitlines())
    assert set(refused) == {"scan.txt", "broken.json", "other.json"}
    assert refused["scan.txt"] == "the text is not UTF-8 at byte 0"
    assert "line 1" in refused["broken.json"]
    assert "/uuid" in refused["other.json"]


def test_standard_input_is_read_as_what_it_is(carelog_command: Command) -> None:
    said = carelog_command("extract", "-", given=_SAID)
    vcon = carelog_command("extract", "-", given=sample_files()[0].read_text(encoding="utf-8"))
    assert [entry["payload"]["name"] for entry in entries(said)] == ["fever", "headache"]
    assert {entry["conversation"] for entry in entries(vcon)} == {"019bfa06-71c8-87c5-9503-0d80fc97b3a7"}


def test_many_files_come_out_in_order_also_from_several_processes(carelog_process: Command, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        said = f"Patient: My blood pressure was {100 + number} over 70." if number != 30 else ""
        (folder / f"{number:02}.txt").write_text(said)
    ran = carelog_process("extract", folder)
    systolic = [entry["payload"]["systolic"]["value"] for entry in entries(ran)]
    assert systolic == [100 + number for number in range(60) if number != 30]
    assert ran.err == f"carelog: {folder / '30.txt'}: the transcript is empty\n"
    assert ran.code == 1


def test_no_database_and_no_server_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text(_SAID)
    program = """
import sys
from carelog.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
heavy = {"sqlalchemy", "alembic", "aiosqlite", "fastapi", "starlette", "uvicorn", "httpx", "carelog.app"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    for arguments in (["extract", "call.txt"], ["--version"]):
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
        assert done.stderr == "[]\n"
        assert done.stdout


def test_a_reader_that_leaves_early_ends_it_quietly(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.txt").write_text(_SAID * 50)
    with subprocess.Popen(
        [sys.executable, "-m", "carelog", "extract", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
