"""Bars of a result beside the paper's rows, as a PNG; one group of bars a column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lbvedit.evaluation.table import Column, Result

__all__ = ["draw"]

INK, PAPER, OURS, OTHERS = "#222222", "#ffffff", "#d1495b", "#8aa1b1"
ROW, LABEL, BAR, MARGIN = 22, 260, 420, 24


def draw(result: Result, path: Path) -> None:
    """Writes the result as a picture: its own, or bars.

    Args:
        result: what to draw.
        path: a PNG file; its folder must exist.
    """
    if result.picture is not None:
        image = Image.fromarray(np.ascontiguousarray(result.picture.permute(1, 2, 0).cpu().numpy()))
    else:
        image = _bars(result)
    partial = path.with_name(f".{path.name}.partial")
    image.save(partial, format="PNG")
    partial.replace(path)


def _bars(result: Result) -> Image.Image:
    groups = [(column, _entries(result, column)) for column in _columns(result)]
    groups = [(column, entries) for column, entries in groups if entries]
    height = 2 * MARGIN + sum(ROW * (len(entries) + 2) for _, entries in groups)
    image = Image.new("RGB", (LABEL + BAR + 4 * MARGIN, max(height, 4 * MARGIN)), PAPER)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    title = result.table.title if result.table else "figures"
    pen.text((MARGIN, MARGIN // 2), f"{result.system} on {result.corpus}: {title}", INK, font)
    y = MARGIN + ROW
    for column, entries in groups:
        pen.text((MARGIN, y), column.title, INK, font)
        y += ROW
        top = max((abs(value) for _, value, _ in entries), default=1) or 1
        for name, value, ours in entries:
            pen.text((2 * MARGIN, y), name[:32], INK, font)
            end = LABEL + max(1, round(BAR * abs(value) / top))
            pen.rectangle((LABEL, y + 3, end, y + ROW - 5), OURS if ours else OTHERS)
            pen.text((end + 6, y), column.text(value), INK, font)
            y += ROW
        y += ROW
    return image


def _columns(result: Result) -> list[Column]:
    if result.table is not None:
        return list(result.table.columns)
    return [Column(metric, metric, digits=3) for metric in result.metrics]


def _entries(result: Result, column: Column) -> list[tuple[str, float, bool]]:
    """Name, printed value and whether it is ours, of every row that has the column."""
    rows: list[tuple[str, float | None, bool]] = []
    if result.table is not None:
        place = result.table.columns.index(column)
        rows += [(row.name, row.printed[place], False) for row in result.table.rows]
    mine = {f"{result.system} (ours)": result.metrics, **result.others}
    for name, metrics in mine.items():
        rows.append((name, metrics[column.metric] * column.scale if column.metric in metrics else None, True))
    return [(name, value, ours) for name, value, ours in rows if value is not None and np.isfinite(value)]
