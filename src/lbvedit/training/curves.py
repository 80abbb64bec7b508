"""Curves as CSV: one row a step, flushed at once, cut back to the checkpoint on resume."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

__all__ = ["Curves"]


class Curves:
    """Appends rows of figures to a CSV file.

    Args:
        path: the file; the first row decides its columns. None writes nothing: only one process of several does.
        step: rows after this step are dropped: those that a killed run wrote after its last checkpoint.

    Raises:
        ValueError: when appending a figure that the first row did not have.
    """

    def __init__(self, path: Path | None, step: int) -> None:
        self._file: TextIO | None = None
        self._columns: list[str] = []
        if path is None:
            return
        rows = read(path) if path.exists() else []
        kept = [row for row in rows if int(row["step"]) <= step]
        partial = path.with_suffix(".partial")
        with partial.open("w", newline="", encoding="utf-8") as file:
            if kept:
                self._columns = list(kept[0])
                writer = csv.DictWriter(file, self._columns)
                writer.writeheader()
                writer.writerows(kept)
        partial.replace(path)
        self._file = path.open("a", newline="", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def append(self, step: int, figures: Mapping[str, float]) -> None:
        """Adds the figures of a step; figures missing from a later row are left blank."""
        if self._file is None:
            return
        row = {"step": str(step), **{name: f"{figure:.7g}" for name, figure in figures.items()}}
        if not self._columns:
            self._columns = list(row)
            csv.DictWriter(self._file, self._columns).writeheader()
        if unknown := set(row) - set(self._columns):
            raise ValueError(f"figures {sorted(unknown)} are not among the columns {self._columns}")
        csv.DictWriter(self._file, self._columns, restval="").writerow(row)
        self._file.flush()


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a curve file; a last line that a kill cut short is left out."""
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    rows = list(csv.DictReader(whole.splitlines()))
    return [row for row in rows if None not in row and None not in row.values() and row["step"].isdigit()]
