"""How results are shown: tables for people, JSON for programs."""

import os
import sys
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.table import Table

from carelog.kit import jsontext

_PLAIN_WIDTH = 140


def console(*, stderr: bool = False) -> Console:
    """A console that prints plainly where there is no terminal, and then as wide as COLUMNS says, not in 80."""
    plain = not (sys.stderr if stderr else sys.stdout).isatty()
    width = _PLAIN_WIDTH if plain and "COLUMNS" not in os.environ else None
    return Console(stderr=stderr, width=width, highlight=False)


def table(*columns: str, whole: tuple[str, ...] = ()) -> Table:
    """A table without lines. The columns named in `whole` are never broken: ids and times are there to be copied."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column in whole)
    return made


def print_table(shown: RenderableType) -> None:
    """Print a table, or several in a group, without the blanks that fill a last column."""
    out = console()
    with out.capture() as captured:
        out.print(shown)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def print_json(value: Any) -> None:
    """One JSON value, on one line."""
    typer.echo(jsontext.dump(value))
