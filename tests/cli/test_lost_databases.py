"""One of two databases that is gone, or newer than the program, is told of; it is never made anew in silence."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]

FILES = {"sign-in": "auth.db", "health": "carelog.db"}


def remove(folder: Path, name: str) -> None:
    for file in folder.glob(f"{name}*"):
        file.unlink()


@pytest.fixture
def folder(tmp_path: Path, carelog_command: Command) -> Path:
    """A data folder in use, with a key in it."""
    assert carelog_command("keys", "add", "bridge").code == 0
    return tmp_path / "data"


@pytest.mark.parametrize("which", FILES)
def test_nothing_starts_without_the_other_database(carelog_command: Command, folder: Path, which: str) -> None:
    remove(folder, FILES[which])
    for command in (("keys", "list"), ("audit", "verify"), ("up", "--port", "0"), ("reseal",)):
        ran = carelog_command(*command)
        assert ran.code == 2, (command, ran.out)
        assert f"the {which} database" in ran.err
        assert f"`carelog begin-anew {which}`" in ran.err


def test_no_worker_starts_without_it_either(carelog_process: Command, folder: Path) -> None:
    remove(folder, "auth.db")
    ran = carelog_process("worker")
    assert (ran.code, "`carelog begin-anew sign-in`" in ran.err) == (2, True)


@pytest.mark.parametrize("which", FILES)
def test_doctor_says_that_a_database_is_missing(carelog_command: Command, folder: Path, which: str) -> None:
    remove(folder, FILES[which])
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert f"the {which} database" in ran.out


@pytest.mark.parametrize("which", FILES)
def test_it_begins_anew_once_somebody_says_so(carelog_command: Command, folder: Path, which: str) -> None:
    remove(folder, FILES[which])
    no = carelog_command("begin-anew", which, given="n\n")
    assert no.code == 1
    assert carelog_command("keys", "list").code == 2
    assert carelog_command("begin-anew", which, given="y\n").code == 0
    listed = carelog_command("keys", "list")
    assert listed.code == 0
    assert ("bridge" in listed.out) == (which == "health")


@pytest.mark.parametrize("which", FILES)
def test_a_database_that_is_there_never_begins_anew(carelog_command: Command, folder: Path, which: str) -> None:
    ran = carelog_command("begin-anew", which, "--yes")
    assert ran.code == 1
    assert "is not lost" in ran.err
    assert "bridge" in carelog_command("keys", "list").out


def test_what_opens_one_database_alone_does_not_make_it(carelog_command: Command, folder: Path) -> None:
    remove(folder, "carelog.db")
    assert carelog_command("config", "clear").code == 0
    assert carelog_command("keys", "list").code == 2
    remove(folder, "auth.db")
    assert carelog_command("keys", "list").code == 0, "both are gone: this is a new folder"
    remove(folder, "auth.db")
    assert carelog_command("reseal", "--lost", given="y\n").code == 2
    assert carelog_command("keys", "list").code == 2


@pytest.mark.parametrize(("name", "schema"), [("carelog.db", "health"), ("auth.db", "auth")])
def test_an_older_program_says_that_the_database_is_newer(
    carelog_command: Command, folder: Path, name: str, schema: str
) -> None:
    with sqlite3.connect(folder / name) as database:
        database.execute(f"UPDATE {schema}_schema_version SET version_num = '9999'")
    database.close()
    for command in (("keys", "list"), ("up", "--port", "0"), ("config", "show"), ("reseal",)):
        ran = carelog_command(*command)
        assert ran.code == 2, ran.err
        assert f"{folder / name}: this database belongs to a newer Carelog" in ran.err
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert "belongs to a newer Carelog" in ran.out
