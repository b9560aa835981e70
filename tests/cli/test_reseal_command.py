"""`carelog reseal`, and what `carelog doctor` says of the secret key."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]


@pytest.fixture
def folder() -> Path:
    return Path(os.environ["CARELOG_DATA_DIR"])


def told(carelog_command: Command, name: str) -> str:
    """What the doctor says of this."""
    [line] = [line for line in carelog_command("doctor").out.splitlines() if line[7:].startswith(name)]
    return re.sub(" +", " ", line)


def test_a_key_in_a_file_is_changed_by_moving_it_aside(carelog_command: Command, folder: Path) -> None:
    assert told(carelog_command, "secret key") == "ok secret key everything is sealed with it"
    (folder / "secret.key").rename(folder / "secret.key.older")
    assert "4 still sealed with an older one" in told(carelog_command, "secret key")
    assert carelog_command("reseal").out.startswith("4 sealed anew; 4 are sealed with the present secret key, 0 ")
    assert carelog_command("reseal").out.startswith("0 sealed anew; ")
    assert told(carelog_command, "secret key").endswith("the older ones may go")
    assert "secret_key.change" in carelog_command("audit", "list").out
    (folder / "secret.key.older").unlink()
    assert told(carelog_command, "secret key") == "ok secret key everything is sealed with it"
    assert carelog_command("audit", "verify").code == 0


def test_an_older_key_that_others_may_read_or_that_is_too_short_is_refused(
    carelog_command: Command, folder: Path
) -> None:
    assert carelog_command("doctor").code == 0
    older = folder / "secret.key.older"
    older.write_text("made up for these tests, and long enough\nshort\n")
    for mode, said in ((0o644, "chmod 600"), (0o600, "one secret in a line")):
        older.chmod(mode)
        ran = carelog_command("reseal")
        assert ran.code == 2
        assert said in ran.err
        assert "made up" not in ran.err


def test_a_wrong_key_starts_nothing_until_the_lost_one_is_given_up(carelog_command: Command, folder: Path) -> None:
    assert carelog_command("doctor").code == 0
    (folder / "secret.key").unlink()
    refused = carelog_command("users", "list")
    assert refused.code == 2
    assert "carelog reseal --lost" in refused.err
    assert carelog_command("reseal", "--lost", given="n\n").code == 1
    assert carelog_command("users", "list").code == 2
    assert "4 keys that nothing opens" in carelog_command("reseal", "--lost", given="y\n").out
    assert carelog_command("users", "list").code == 0


@pytest.mark.skipif(os.name == "nt", reason="who may look into a folder is said in another way there")
def test_a_data_folder_that_anyone_may_look_into_is_told(carelog_command: Command, folder: Path) -> None:
    assert told(carelog_command, "data folder").startswith("ok ")
    folder.chmod(0o755)
    assert "chmod o=" in told(carelog_command, "data folder")
