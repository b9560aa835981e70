"""How results are shown: tables for people, JSON for programs."""

import sys
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from carelog.kit import jsontext

_PLAIN_WIDTH = 140


def console(*, stderr: bool = False) -> Console:
    """A console that prints plainly, and not in 80 columns, where there is no terminal."""
    plain = not (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=_PLAIN_WIDTH if plain else None, highlight=False, soft_wrap=False)


def table(*columns: str, title: str | None = None) -> Table:
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def print_json(value: Any) -> None:
    """One JSON value, on one line."""
    typer.echo(jsontext.dump(value))
