"""Whoever types a command is told that its data folder is new, or open to others."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]


def test_a_key_for_a_new_database_is_told_as_such(
    carelog_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARELOG_DATA_DIR", str(tmp_path / "other"))
    ran = carelog_command("keys", "add", "bridge")
    assert ran.code == 0
    assert f"made a new database in {tmp_path / 'other'};" in ran.err
    assert len(ran.out.split()) == 1, "the key alone goes to standard output"
    assert "made a new database" not in carelog_command("keys", "list").err


def test_a_folder_that_is_open_to_others_is_told_of_and_left_as_it_is(
    carelog_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    folder.chmod(0o755)
    ran = carelog_command("keys", "add", "bridge")
    assert (ran.code, f"anyone on this machine may look into {folder}: `chmod o= {folder}`" in ran.err) == (0, True)
    assert folder.stat().st_mode & 0o777 == 0o755
    folder.chmod(0o750)
    assert carelog_command("keys", "list").err == ""
