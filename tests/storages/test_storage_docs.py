"""docs/storages.md describes every storage with every option, and its examples work."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

from carelog.storages import make_storage, storage_class

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "storages.md").read_text()
TYPES = sorted(p.name for p in entry_points(group="carelog.storages") if p.module.startswith("carelog.storages."))


def options_told(type_name: str) -> set[str]:
    """The options of the first table below the heading of a storage."""
    section = PAGE.split(f"\n## `{type_name}`\n")[1].split("\n## ")[0]
    table = section.split("| option | meaning |")[1].split("\n\n")[0]
    cells = (line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `"))
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("type_name", TYPES)
def test_every_option_is_described_and_no_other(type_name: str) -> None:
    assert options_told(type_name) == set(storage_class(type_name).options_model.model_fields)


def test_every_type_is_listed_as_it_is() -> None:
    rows = dict(re.findall(r"^\| \[`(\w+)`\]\(#\w+\) (.*)\|$", PAGE, re.M))
    assert sorted(rows) == TYPES
    for name, row in rows.items():
        cls = storage_class(name)
        assert row.split("|")[-1].strip() == ("yes" if cls.readable else "no")
        assert (f"carelog[{cls.extra.name}]" in row) if cls.extra else ("carelog[" not in row)


def test_the_example_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://made-up@127.0.0.1/up")
    [shown] = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    for name, definition in yaml.safe_load(shown)["storages"].items():
        options = dict(definition)
        assert make_storage(options.pop("type"), options, name).name == name
