"""docs/cli.md says what there is, and nothing that there is not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from carelog.cli.main import app

DOCUMENT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


def commands(group: Any, path: str = "carelog") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def sections() -> dict[str, str]:
    """The text under each heading that names a command."""
    parts = re.split(r"^##+ `(carelog[^`]*)`.*$", DOCUMENT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert set(sections()) == {name for name, _ in commands(typer.main.get_command(app))}


def test_every_option_is_mentioned_and_no_other() -> None:
    for name, command in commands(typer.main.get_command(app)):
        there = {option for p in command.params for option in (*p.opts, *p.secondary_opts) if option.startswith("--")}
        mentioned = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", sections()[name]))
        assert mentioned == there - {"--help"}, name
