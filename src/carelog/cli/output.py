"""How results are shown: tables for people, JSON for programs."""

import os
import sys
import unicodedata
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from carelog.kit import jsontext

_PLAIN_WIDTH = 140
_WIDEST = 1000
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def console(*, stderr: bool = False) -> Console:
    """A console that prints plainly when its stream is no terminal, and then as wide as COLUMNS says, or 140."""
    plain = not (sys.stderr if stderr else sys.stdout).isatty()
    width = _PLAIN_WIDTH if plain and "COLUMNS" not in os.environ else None
    return Console(stderr=stderr, width=width, highlight=False)


def told(text: str) -> str:
    """Text that somebody wrote, made safe for a terminal: without control characters, and without marks that turn its
    direction."""
    return "".join(" " if (unicodedata.category(c) == "Cc" and c != "\n") or c in _TURNING else c for c in text)


def marked(text: str) -> str:
    """The same for a table, whose own marks are in brackets."""
    return escape(told(text))


def table(*columns: str, whole: tuple[str, ...] = ()) -> Table:
    """A table without lines. The columns named in `whole` are never broken: ids and times are there to be copied."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column in whole)
    return made


def print_table(shown: RenderableType) -> None:
    """Print a table, or several in a group, without blanks at the ends of lines. What is never broken is not cut off
    either: where the terminal is too narrow for it, lines are longer than that."""
    out = console()
    if isinstance(shown, Table):
        for column in shown.columns:
            if column.no_wrap:
                column.min_width = max((out.measure(cell).maximum for cell in column.cells), default=0)
        out.width = max(out.width, Measurement.get(out, out.options.update(width=_WIDEST), shown).minimum)
    with out.capture() as captured:
        out.print(shown)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def print_json(value: Any) -> None:
    """One JSON value, on one line."""
    typer.echo(jsontext.dump(value))
