"""A data folder that is open to others, or new, is told of by what runs on."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from waiting import until

if TYPE_CHECKING:
    from tests.acceptance.conftest import Up, Workers


async def test_who_may_look_into_the_folder_is_in_the_log(start: Callable[..., "Up"], tmp_path: Path) -> None:
    (tmp_path / "data").chmod(0o755)
    up = start()
    await until(lambda: "anyone on this machine may look into" in up.errors.read_text(), seconds=60)
    assert up.terminate() == 0
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o755


def test_workers_with_new_databases_say_so(
    start_workers: Callable[..., "Workers"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARELOG_DATA_DIR", str(tmp_path / "other"))
    workers = start_workers()
    assert f"made a new database in {tmp_path / 'other'};" in workers.errors.read_text()
    assert workers.terminate() == 0
