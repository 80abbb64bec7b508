"""Tables on stdout or stderr: aligned columns that fit the terminal, plain text when piped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from io import StringIO

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
    if stream.isatty():
        Console(file=stream, highlight=False).print(table)
        return
    # A pipe has no width: each row keeps to its line, for grep, and nothing is padded.
    console = Console(file=StringIO(), width=10_000, highlight=False, color_system=None)
    with console.capture() as captured:
        console.print(table)
    lines = (line.rstrip() for line in captured.get().splitlines())
    print("\n".join(line for line in lines if line), file=stream)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
