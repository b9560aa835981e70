"""`carelog record export` and `carelog record import`."""

import stat
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from carelog.cli.main import app
from carelog.kit.errors import InvalidInput


def run(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def call(tmp_path: Path) -> str:
    file = tmp_path / "call.txt"
    file.write_text("Patient: I have had a headache for three days.\n")
    run("ingest", str(file))
    listed = run("subjects", "--json")
    return listed.split('"id":')[1].split('"')[1]


def test_a_record_goes_out_and_into_another_installation(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "record.zip"
    run("record", "export", call, "--to", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert zipfile.ZipFile(file).testzip() is None
    shown = run("record", call)
    monkeypatch.setenv("CARELOG_DATA_DIR", str(tmp_path / "elsewhere"))
    brought = run("record", "import", str(file))
    assert f"{call}  (new)" in brought
    assert "conversations: 1 new" in brought
    assert run("record", call) == shown
    assert "known" in run("record", "import", str(file))
    assert not list((tmp_path / "data" / "archives").iterdir())


def test_to_standard_output(call: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["record", "export", call])
    (tmp_path / "piped.zip").write_bytes(done.stdout_bytes)
    assert "manifest.json" in zipfile.ZipFile(tmp_path / "piped.zip").namelist()


def test_what_cannot_be_read_or_written_is_told(call: str, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"no archive")
    for words in (
        ("record", "import", str(tmp_path / "no.zip")),
        ("record", "import", str(tmp_path / "missing.zip")),
        ("record", "export", call, "--to", str(tmp_path / "nowhere" / "x.zip")),
    ):
        assert isinstance(CliRunner().invoke(app, words).exception, InvalidInput), words
