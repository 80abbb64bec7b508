"""Tables on stdout or stderr: aligned columns that fit the terminal, plain text when piped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

__all__ = ["print_table"]


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, stderr: bool = False) -> None:
    """Prints rows under their heads.

    Args:
        heads: the columns' names.
        rows: one sequence of values a row; None is shown as a dash.
        stderr: for people only, beside data on stdout.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads, box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("-" if value is None else _escaped(str(value)) for value in row))
    stream = sys.stderr if stderr else sys.stdout
    # A pipe has no width; a generous one keeps each row on its line for grep.
    console = Console(file=stream, width=None if stream.isatty() else 200, highlight=False)
    console.print(table)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
