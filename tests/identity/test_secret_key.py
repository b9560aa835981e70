"""The secret of an installation."""

from pathlib import Path

import pytest
from forking import ForkedScript

from carelog.identity.secret_key import FILE, load_secret_key
from carelog.kit.errors import ConfigurationError
from carelog.settings import load_settings

# Writes what it makes of each folder's secret, which it asks for at the same moments as others do.
_TOLD = """
import sys
from pathlib import Path
from carelog.identity.secret_key import load_secret_key

go, found, *folders = map(Path, sys.argv[1:])
while not go.exists():
    pass
secrets = [load_secret_key(None, folder, shared=False, sealed=False) for folder in folders]
found.write_bytes(b"".join(secret.subkey("test") for secret in secrets))
"""


def _subkey(folder: Path) -> bytes:
    return load_secret_key(None, folder, shared=False, sealed=False).subkey("test")


def test_it_is_made_once_for_its_owner_s_eyes(tmp_path: Path) -> None:
    first = _subkey(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert _subkey(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    go, found = tmp_path / "go", [tmp_path / f"found {n}" for n in range(4)]
    folders = [tmp_path / str(n) for n in range(100)]
    for folder in folders:
        folder.mkdir()
    started = [ForkedScript(_TOLD, str(go), str(path), *map(str, folders)) for path in found]
    go.touch()
    assert [process.wait() for process in started] == [0] * 4
    assert len({path.read_bytes() for path in found}) == 1


def test_two_installations_never_share_one(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    assert _subkey(folders[0]) != _subkey(folders[1])


def test_what_is_shared_by_machines_is_to_be_given(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CARELOG_SECRET_KEY"):
        load_secret_key(None, tmp_path, shared=True, sealed=False)
    assert not list(tmp_path.iterdir())
    load_secret_key("given to every machine of the installation", tmp_path, shared=True, sealed=False)
    kept = _subkey(tmp_path)
    assert load_secret_key(None, tmp_path, shared=True, sealed=False).subkey("test") == kept


def test_a_file_that_others_may_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    _subkey(tmp_path)
    (tmp_path / FILE).chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        _subkey(tmp_path)
    (tmp_path / FILE).chmod(0o600)
    (tmp_path / FILE).write_text("short")
    with pytest.raises(ConfigurationError, match="backup") as refused:
        _subkey(tmp_path)
    assert "short" not in refused.value.message.replace("32", "")


def test_it_is_in_no_representation_and_a_short_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = "made up for these tests, and long enough"
    monkeypatch.setenv("CARELOG_SECRET_KEY", secret)
    assert secret not in repr(load_settings())
    assert secret not in repr(load_secret_key(secret, tmp_path, shared=False, sealed=False))
    monkeypatch.setenv("CARELOG_SECRET_KEY", "too short")
    with pytest.raises(ConfigurationError, match="secret_key"):
        load_settings()


def test_no_other_is_made_where_data_was_sealed_with_the_one_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="put it back"):
        load_secret_key(None, tmp_path, shared=False, sealed=True)
    assert not (tmp_path / FILE).exists()
    made = load_secret_key(None, tmp_path, shared=False, sealed=False).subkey("test")
    assert load_secret_key(None, tmp_path, shared=False, sealed=True).subkey("test") == made
