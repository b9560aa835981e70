"""Opening a Carelog: what was opened is closed, also where a later part cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from carelog.app import open_carelog
from carelog.kit.errors import ConfigurationError
from carelog.settings import Settings


def open_files(folder: Path) -> list[str]:
    """SQLite removes its log when the last connection is closed."""
    return [path.name for path in folder.glob("*.db-wal")]


async def test_databases_are_closed_when_a_later_part_cannot_be_opened(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    async with open_carelog(settings):
        assert sorted(open_files(tmp_path)) == ["auth.db-wal", "carelog.db-wal"]
    assert open_files(tmp_path) == []
    (tmp_path / "secret.key").unlink()
    with pytest.raises(ConfigurationError, match="is missing, and the databases were sealed with it"):
        async with open_carelog(settings):
            pytest.fail("it was opened without the key of before")
    assert open_files(tmp_path) == []


async def test_databases_are_closed_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        async with open_carelog(Settings(data_dir=tmp_path)):
            raise LookupError
    assert open_files(tmp_path) == []


async def test_a_database_that_is_new_beside_one_in_use_is_refused(
    settings: Settings, dialect: str, fresh_url: Callable[[str], str]
) -> None:
    async with open_carelog(settings):
        pass
    for changed, which in (("auth_database_url", "sign-in"), ("database_url", "health")):
        of = "sqlite" if which == "sign-in" else dialect
        other = settings.model_copy(update={changed: fresh_url(of)})
        for _ in range(2):  # the first attempt has made nothing
            with pytest.raises(ConfigurationError, match=f"the {which} database .* is missing or empty"):
                async with open_carelog(other):
                    pytest.fail("it was made anew")
    async with open_carelog(settings):
        pass
