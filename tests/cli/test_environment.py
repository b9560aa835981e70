"""Settings from the environment: what cannot be read is named, and not shown."""

from pathlib import Path

import pytest

from carelog.kit.errors import ConfigurationError
from carelog.settings import load_settings


@pytest.mark.parametrize("name", ["trusted_proxies", "cors_origins", "senders"])
def test_a_variable_that_must_hold_json_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"CARELOG_{name.upper()}", "10.0.0.0/8")
    with pytest.raises(ConfigurationError, match=f"CARELOG_{name.upper()} in the environment must hold JSON") as raised:
        load_settings()
    assert raised.value.details == {"key": name}
    assert "10.0.0.0" not in str(raised.value)


def test_a_variable_that_holds_json_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELOG_TRUSTED_PROXIES", '["10.0.0.0/8"]')
    assert load_settings().trusted_proxies == ["10.0.0.0/8"]


@pytest.mark.parametrize("name", ["database_url", "auth_database_url"])
@pytest.mark.parametrize("url", ["mysql://ann:a-secret@127.0.0.1/x", "a-secret", "sqlite://"])
def test_a_database_that_cannot_be_is_named_by_its_setting_and_line(tmp_path: Path, name: str, url: str) -> None:
    (tmp_path / "carelog.yaml").write_text(f"port: 0\n{name}: {url}\n")
    with pytest.raises(ConfigurationError, match=rf"^{name}: .* \(carelog.yaml line 2\)$") as raised:
        load_settings()
    assert "a-secret" not in str(raised.value)
