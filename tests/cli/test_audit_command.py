"""`carelog audit` and `carelog subjects erase`: what an operator sees, and that it is kept that they saw it."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from carelog.cli.main import app

VCON = {
    "vcon": "0.4.0",
    "uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071",
    "created_at": "2026-01-05T04:00:00Z",
    "parties": [{"name": "Asha Rao", "role": "patient", "tel": "+912224449000"}],
    "dialog": [
        {"type": "text", "start": "2026-01-05T09:00:00+05:30", "parties": 0, "mediatype": "text/plain",
         "encoding": "none", "body": "My pulse was 72."}
    ],
}  # fmt: skip


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture
def taken_in(tmp_path: Path) -> None:
    file = tmp_path / "call.vcon"
    file.write_text(json.dumps(VCON))
    run("ingest", str(file))


def events() -> list[tuple[str, str, str, bool]]:
    """The oldest first."""
    listed = json.loads(run("audit", "list", "--json"))
    return [(e["action"], e["principal"], e["operation"], e["subject_id"] is not None) for e in reversed(listed)]


def test_what_commands_show_is_in_the_trail(taken_in: None) -> None:
    run("record", "Asha Rao")
    run("conversations", VCON["uuid"])  # type: ignore[arg-type]
    run("keys", "add", "clinic")
    assert events() == [
        ("change", "operator", "carelog ingest", True),
        ("read", "operator", "carelog ingest", True),
        ("read", "operator", "carelog record", True),
        ("read", "operator", "carelog conversations", True),
        ("key.add", "operator", "carelog keys", False),
    ]
    assert "the chain ends at 5:" in run("audit", "verify")
    head = run("audit", "head").strip()
    run("subjects")
    assert run("audit", "verify", "--expect", head)


def test_a_head_that_is_not_of_the_chain_is_told(taken_in: None) -> None:
    done = CliRunner().invoke(app, ["audit", "verify", "--expect", f"9:{'ab' * 32}"])
    assert done.exit_code == 1
    assert "rows 3 to 9: removed" in done.stderr


def test_a_record_is_erased(taken_in: None) -> None:
    [subject] = json.loads(run("subjects", "--json"))
    assert UUID(subject["id"])
    run("subjects", "erase", "Asha Rao", code=1)  # nobody answers the question
    assert json.loads(run("subjects", "--json")) == [subject]
    run("subjects", "erase", "Asha Rao", "--yes")
    assert json.loads(run("subjects", "--json")) == []
    assert {(principal, with_subject) for _, principal, _, with_subject in events()} == {(None, False)}
    assert "erased" in run("audit", "verify")
