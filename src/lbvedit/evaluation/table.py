"""A paper's table with our row: what it holds, and how it is printed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lbvedit.errors import UsageError
from lbvedit.types import Event, Report

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Column", "Options", "Result", "Row", "Table", "markdown", "sample", "to_json"]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        metric: the key in ``Result.metrics``.
        title: as the paper prints it.
        scale: what a metric is multiplied by before it is printed: 100 for a fraction shown in percent.
        digits: digits after the point.
    """

    metric: str
    title: str
    scale: float = 1.0
    digits: int = 1

    def text(self, printed: float | None) -> str:
        """A printed value as text; what nobody measured is n/a."""
        return "n/a" if printed is None or printed != printed else f"{printed:.{self.digits}f}"


@dataclass(frozen=True)
class Row:
    """A row of a paper, in the order of the table's columns and in the units that the paper prints."""

    name: str
    printed: tuple[float | None, ...]


@dataclass(frozen=True)
class Table:
    """A table of a paper.

    Args:
        title: such as ``Table 2, S-MNIST``.
        source: where the rows were read.
        columns: its columns.
        rows: its rows; ours is not among them.
        notes: what a reader must know to compare.
    """

    title: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.printed) != len(self.columns):
                raise ValueError(f"{self.title}, {row.name}: {len(row.printed)} values != {len(self.columns)} columns")

    def with_columns(self, *more: Column) -> Table:
        """The table with further columns of ours, which the paper's rows leave open."""
        rows = tuple(Row(row.name, (*row.printed, *[None] * len(more))) for row in self.rows)
        return Table(self.title, self.source, (*self.columns, *more), rows, self.notes)


@dataclass(frozen=True, eq=False)
class Result:
    """What an evaluation measured.

    Args:
        system: what was evaluated.
        corpus: on what.
        n: samples.
        metrics: by key; SSIM times 100, every other ratio a fraction.
        table: the paper's, or None where there is none.
        others: further rows of ours by name, such as ``copy source`` or ``oracle``, each with metrics.
        notes: how it was measured.
        picture: ``(3, H, W)`` uint8, what ``--plot`` writes instead of bars, or None.
    """

    system: str
    corpus: str
    n: int
    metrics: Mapping[str, float]
    table: Table | None = None
    others: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    picture: Tensor | None = None


@dataclass(frozen=True)
class Options:
    """What the command line asks of an evaluation.

    Args:
        data: folder or file of the corpus.
        mnist: folder of MNIST's idx files.
        limit: samples at most; None for all.
        seed: of the sample.
        weights: folder searched first.
        model: another weight than the system's default.
        device: ``auto``, ``cpu`` or ``cuda``.
        picture: whether a picture is wanted, for evaluations that make their own.
        report: told about progress.
    """

    data: Path | None = None
    mnist: Path | None = None
    limit: int | None = None
    seed: int = 0
    weights: Path | None = None
    model: str | None = None
    device: str = "auto"
    picture: bool = False
    report: Report = lambda event: None

    def require(self, option: str) -> Path:
        """The folder given by ``--data`` or ``--mnist``.

        Raises:
            UsageError: it was not given.
        """
        folder: Path | None = getattr(self, option)
        if folder is None:
            raise UsageError(
                f"this evaluation needs --{option} DIR", hint="DIR is the corpus as its authors lay it out"
            )
        return folder

    def progress(self, done: int, total: int) -> None:
        """Reports that some samples are done."""
        self.report(Event("progress", "evaluate", done, total))


def sample(population: int, limit: int | None, seed: int = 0) -> list[int]:
    """The numbers of the samples to evaluate, ascending: all, or the same ``limit`` of them in every run.

    A larger limit with the same seed keeps the samples of a smaller one.

    Raises:
        UsageError: nothing to evaluate.
    """
    if population <= 0:
        raise UsageError(
            "there is nothing to evaluate: the corpus has no samples",
            hint="--data DIR names the corpus as its authors lay it out, with every file of the split",
        )
    if limit is not None and limit <= 0:
        raise UsageError(
            f"there is nothing to evaluate within a limit of {limit} samples",
            hint=f"--limit 1 or more; without it there are {population:,}",
        )
    if limit is None or limit >= population:
        return list(range(population))
    shuffled = list(range(population))
    random.Random(seed).shuffle(shuffled)
    return sorted(shuffled[:limit])


def markdown(result: Result) -> str:
    """The table as Markdown: the paper's rows, then ours, then what the paper does not report."""
    columns = result.table.columns if result.table else ()
    lines = [f"### {result.system} on {result.corpus} ({result.n:,} samples)", ""]
    if result.table is not None:
        lines += [result.table.title, ""]
        ours = {f"**{result.system} (ours)**": result.metrics, **result.others}
        body = [[row.name, *map(_text, columns, row.printed)] for row in result.table.rows]
        body += [[name, *[_ours(column, metrics) for column in columns]] for name, metrics in ours.items()]
        lines += _grid([["", *[column.title for column in columns]], *body])
        lines.append("")
    shown = {column.metric for column in columns}
    rest = {name: figure for name, figure in result.metrics.items() if name not in shown}
    if rest:
        lines += [*_grid([["metric", "value"], *[[name, f"{figure:.4g}"] for name, figure in rest.items()]]), ""]
    notes = [*(result.table.notes if result.table else ()), *result.notes]
    if result.table is not None:
        notes.append(f"Rows of others: {result.table.source}.")
    return "\n".join([*lines, *[f"- {note}" for note in notes]]).rstrip() + "\n"


def to_json(result: Result) -> dict[str, Any]:
    """One object: ``system``, ``corpus``, ``n``, ``metrics``, ``paper``, and ``others`` where there are any.

    ``paper`` has ``title``, ``source`` and ``rows`` by name, in the units of ``metrics``; null where there is no table.
    """
    out: dict[str, Any] = {
        "system": result.system,
        "corpus": result.corpus,
        "n": result.n,
        "metrics": {name: _finite(figure) for name, figure in result.metrics.items()},
        "paper": None,
    }
    if result.table is not None:
        out["paper"] = {
            "title": result.table.title,
            "source": result.table.source,
            "rows": {
                row.name: {
                    column.metric: round(printed / column.scale, 10)
                    for column, printed in zip(result.table.columns, row.printed, strict=True)
                    if printed is not None
                }
                for row in result.table.rows
            },
        }
    if result.others:
        out["others"] = {
            name: {metric: _finite(figure) for metric, figure in metrics.items()}
            for name, metrics in result.others.items()
        }
    return out


def _finite(figure: float) -> float | None:
    """JSON knows neither nan nor infinity."""
    return figure if figure == figure and abs(figure) != float("inf") else None


def _text(column: Column, printed: float | None) -> str:
    return column.text(printed)


def _ours(column: Column, metrics: Mapping[str, float]) -> str:
    return column.text(metrics[column.metric] * column.scale if column.metric in metrics else None)


def _grid(rows: Sequence[Sequence[str]]) -> list[str]:
    """Markdown lines, the columns aligned for those who read it as text."""
    widths = [max(3, *(len(row[place]) for row in rows)) for place in range(len(rows[0]))]
    head, *body = [
        [row[0].ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]]
        for row in rows
    ]
    rule = [f"{'-' * (width - 1)}:" if place else "-" * width for place, width in enumerate(widths)]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *body)]
