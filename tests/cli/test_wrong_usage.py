"""What is wrong is told in a line or two on standard error, with the exit code that says of what kind it is."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]


@pytest.fixture
def nothing(migrated: None, tmp_path: Path) -> None:
    """There is no data folder yet."""
    rmtree(tmp_path / "data")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["ingest", "nowhere"], 2, "carelog: there is no file or folder nowhere\n"),
        (["extract", "empty"], 2, "carelog: no .json, .vcon or .txt files in empty\n"),
        (["ingest", "--channel", "fax", "call.txt"], 2, "there is no 'fax'; there are calls"),
        (["ingest", "--subject", "Nobody At All", "call.txt"], 1, "carelog: no such subject"),
        (["record", "nobody@example.org"], 1, "`carelog subjects` lists them"),
        (["conversations", "019bfa06-71c8-87c5-9503-0d80fc97b3a7"], 1, "carelog: no such conversation\n"),
        (["dead-letters", "drive"], 2, "give the id of one dead letter, or --all"),
        (["keys", "add", "job", "--scope", "everything"], 2, "carelog: no such scope\n  scopes: conversations:read"),
        (["keys", "revoke", "019bfa06-71c8-87c5-9503-0d80fc97b3a7"], 1, "carelog: no such key\n"),
        (["serve"], 2, "No such command 'serve'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_is_told(
    carelog_command: Command, tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "call.txt").write_text("Patient: I have a headache.")
    ran = carelog_command(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("chains:\n  a: [\n", "carelog.yaml is not YAML at line 3, column 1"),
        ("- a\n- b\n", "carelog.yaml cannot be read"),
        ("chians: {}", "chians: there is no such setting"),
        ("port: many", "port: "),
        ("chains: {a: {links: [magic]}}", "chain 'a': there is no link named 'magic'\n  links: analyze, "),
        ("chains: {a: {links: [{tag: {colour: red}}]}}", "chain 'a': link 'tag'"),
        ("chains: {a: {channels: [fax], links: [extract]}}", "no such channel: fax (there are calls"),
        ("database_url: mysql://localhost/care", "must begin with sqlite: or postgresql:"),
        ("database_url: postgresql://127.0.0.1:1/care", "a database cannot be used"),
        ("data_dir: carelog.yaml/data", "the data folder carelog.yaml/data cannot be made"),
    ],
)
def test_a_wrong_configuration_is_told_with_its_place(
    carelog_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, told: str
) -> None:
    monkeypatch.delenv("CARELOG_DATA_DIR")
    (tmp_path / "carelog.yaml").write_text(written)
    ran = carelog_command("subjects")
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) <= 2


def test_a_variable_that_is_empty_is_as_good_as_none(carelog_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELOG_DATABASE_URL", "")
    monkeypatch.setenv("CARELOG_PORT", "")
    ran = carelog_command("subjects")
    assert (ran.code, ran.err) == (0, "")


def test_a_file_may_have_any_name(carelog_command: Command, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/visit-\xe9.txt")).write_text("Patient: I have a cough.")
    ran = carelog_command("ingest", str(tmp_path))
    assert (ran.code, "1 accepted" in ran.out) == (0, True)


@pytest.mark.usefixtures("nothing")
def test_a_database_that_is_none_is_told_by_every_command(carelog_command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "carelog.db").write_text("This is no database, however long the text in it may be." * 50)
    for arguments in (["subjects"], ["up", "--port", "0"]):
        ran = carelog_command(*arguments)
        assert ran.code == 2
        assert ran.err == f"carelog: a database cannot be used: file is not a database (in {tmp_path / 'data'})\n"
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert "WRONG" in ran.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.usefixtures("nothing")
def test_a_folder_that_is_not_ours_to_write_is_told(carelog_command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    ran = carelog_command("subjects")
    assert ran.code == 2
    assert str(tmp_path / "data") in ran.err


@pytest.mark.usefixtures("nothing")
def test_a_port_that_is_taken_is_told_at_once(carelog_command: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = carelog_command("up", "--port", str(port))
    assert ran.code == 2
    assert ran.err == (
        f"carelog: cannot listen on 127.0.0.1 port {port} (Address already in use): "
        "choose another with --port or CARELOG_PORT\n"
    )
    assert not (tmp_path / "data").exists()
