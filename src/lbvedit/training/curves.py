"""Curves as CSV: one row a step, flushed at once, cut back to the checkpoint on resume."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

__all__ = ["Curves"]


class Curves:
    """Appends rows of figures to a CSV file, which is whole after every row.

    Args:
        path: the file; None writes nothing: only one process of several does.
        step: rows after this step are dropped: those that a killed run wrote after its last checkpoint.
    """

    def __init__(self, path: Path | None, step: int) -> None:
        self._path = path
        self._file: TextIO | None = None
        if path is not None:
            rows = read(path) if path.exists() else []
            self._begin([row for row in rows if int(row["step"]) <= step], [])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def append(self, step: int, figures: Mapping[str, float]) -> None:
        """Adds the figures of a step; a new figure opens a column, one that is missing is left blank."""
        if self._path is None:
            return
        row = {"step": str(step), **{name: f"{figure:.7g}" for name, figure in figures.items()}}
        new = [name for name in row if name not in self._columns]
        if new:
            self._begin(read(self._path), [*self._columns, *new])
        assert self._file is not None
        csv.DictWriter(self._file, self._columns, restval="").writerow(row)
        self._file.flush()

    def _begin(self, rows: list[dict[str, str]], columns: list[str]) -> None:
        """Writes the file anew, aside and renamed into place, and goes on at its end."""
        assert self._path is not None
        self._columns = columns or (list(rows[0]) if rows else [])
        partial = self._path.with_suffix(".partial")
        with partial.open("w", newline="", encoding="utf-8") as file:
            if self._columns:
                writer = csv.DictWriter(file, self._columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
        partial.replace(self._path)
        if self._file is not None:
            self._file.close()
        self._file = self._path.open("a", newline="", encoding="utf-8")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a curve file; a last line that a kill cut short is left out."""
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    rows = list(csv.DictReader(whole.splitlines()))
    return [row for row in rows if None not in row and None not in row.values() and row["step"].isdigit()]
