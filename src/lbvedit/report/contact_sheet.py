"""Contact sheets: labelled grids of pictures, for previews, for results and for the samples of a training."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lbvedit.errors import UsageError
from lbvedit.fonts import font_at, font_for
from lbvedit.report.findings import Moment, Picture

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["as_picture", "clock", "contact_sheet", "grid"]

PAPER, INK, FAINT = (250, 250, 250), (20, 20, 20), (224, 224, 224)
GAP_PX = 8


def contact_sheet(moments: Sequence[Moment], *, title: str = "", cell_width: int = 400) -> Image.Image:
    """A sheet with one row a moment and the columns source, mask and result.

    The mask's column is left out when no moment has one: the whole frame was edited.

    Args:
        moments: what to show, in order.
        title: a line above everything, such as the instruction.
        cell_width: width of a picture in pixels.
    """
    masked = any(moment.mask is not None for moment in moments)
    columns = ["source", "mask", "result"] if masked else ["source", "result"]
    rows: list[list[Picture | None]] = []
    for moment in moments:
        row: list[Picture | None] = [moment.before, moment.mask, moment.after]
        rows.append(row if masked else [moment.before, moment.after])
    return grid(
        rows,
        row_labels=[clock(moment.time_s) for moment in moments],
        column_labels=columns,
        title=title,
        cell_width=cell_width,
    )


def grid(
    rows: Sequence[Sequence[Picture | Tensor | None]],
    *,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    title: str = "",
    cell_width: int = 256,
) -> Image.Image:
    """A labelled grid of pictures, each scaled to the cell's width; None and missing ones stay empty.

    Args:
        rows: pictures as arrays ``(H, W)`` or ``(H, W, 3 or 4)``, or tensors ``(1, 3 or 4, H, W)`` without the batch.
            uint8, or float in [0, 1].
        row_labels: one text a row, or none.
        column_labels: one text a column, or none.
        title: a line above everything.
        cell_width: width of a picture in pixels.

    Raises:
        ValueError: no picture at all, or labels that do not fit.
    """
    cells = [[None if each is None else _scaled(as_picture(each), cell_width) for each in row] for row in rows]
    shown = [cell for row in cells for cell in row if cell is not None]
    if not shown:
        raise ValueError("a grid needs at least one picture")
    width = max(len(row) for row in cells)
    for labels, count, what in ((row_labels, len(cells), "rows"), (column_labels, width, "columns")):
        if labels and len(labels) != count:
            raise ValueError(f"{len(labels)} labels != {count} {what}")
    return _Sheet(cells, list(row_labels), list(column_labels), title, cell_width).draw()


def clock(time_s: float) -> str:
    """A time as ``m:ss.t``, or ``h:mm:ss.t`` from an hour on."""
    tenths = round(max(time_s, 0.0) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def as_picture(image: Picture | Tensor) -> Picture:
    """A picture as ``(H, W)``, ``(H, W, 3)`` or ``(H, W, 4)`` uint8.

    Args:
        image: such an array, or a tensor ``(1, 3 or 4, H, W)`` without the batch; uint8, uint16 of full scale, or
            float in [0, 1].

    Raises:
        ValueError: another shape.
    """
    values = image if isinstance(image, np.ndarray) else _channels_last(image.detach().cpu().numpy())
    if values.dtype == np.uint16:
        values = (values.astype(np.uint32) + 128) // 257
    elif values.dtype.kind == "f":
        values = np.nan_to_num(np.clip(values, 0.0, 1.0)) * 255 + 0.5
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (3, 4)):
        raise ValueError(f"a picture is (H, W), (H, W, 3) or (H, W, 4), got {values.shape}")
    return np.ascontiguousarray(values.astype(np.uint8))


def _channels_last(values: np.ndarray) -> np.ndarray:
    if values.ndim == 3 and values.shape[0] == 1:
        return values[0]
    return values.transpose(1, 2, 0) if values.ndim == 3 else values


def _scaled(picture: Picture, width: int) -> Image.Image:
    image = Image.fromarray(picture)
    if image.mode == "RGBA":
        image = _on_checkers(image)
    height = max(1, round(image.height * width / image.width))
    # Small pictures are enlarged with their pixels visible: samples of 64 x 64 shall not look soft.
    method = Image.Resampling.NEAREST if image.width < width / 2 else Image.Resampling.LANCZOS
    return image.convert("RGB").resize((width, height), method)


def _on_checkers(image: Image.Image) -> Image.Image:
    """Transparency shown as people know it from other editors."""
    size = 16
    rows, columns = np.indices((image.height, image.width)) // size
    squares = np.where((rows + columns) % 2, 205, 245).astype(np.uint8)
    board = Image.fromarray(squares).convert("RGBA")
    return Image.alpha_composite(board, image).convert("RGB")


def _font_of(title: str, size: int) -> ImageFont.FreeTypeFont:
    """A font that has the title's letters, or Pillow's own where none has: a sheet is worth more than its title."""
    file = None
    with suppress(UsageError):
        file = font_for(title, None)
    return font_at(file, size)


class _Sheet:
    def __init__(
        self,
        cells: list[list[Image.Image | None]],
        row_labels: list[str],
        column_labels: list[str],
        title: str,
        cell_width: int,
    ) -> None:
        self.cells, self.row_labels, self.column_labels, self.title = cells, row_labels, column_labels, title
        self.cell_width = cell_width
        size = max(12, min(20, cell_width // 18))
        self.font = _font_of(title, size)
        self.line = round(size * 1.6)
        self.left = max((round(self.font.getlength(label)) for label in row_labels), default=-GAP_PX) + 2 * GAP_PX
        self.columns = max(len(row) for row in cells)
        self.heights = [max((cell.height for cell in row if cell is not None), default=self.line) for row in cells]

    def draw(self) -> Image.Image:
        width = self.left + self.columns * (self.cell_width + GAP_PX)
        titles = self._wrapped(self.title, width - 2 * GAP_PX)
        head = GAP_PX + (len(titles) + bool(self.column_labels)) * self.line
        sheet = Image.new("RGB", (width, head + sum(self.heights) + GAP_PX * len(self.heights)), PAPER)
        pen = ImageDraw.Draw(sheet)
        for number, line in enumerate(titles):
            pen.text((GAP_PX, GAP_PX + number * self.line), line, INK, self.font)
        for number, label in enumerate(self.column_labels):
            x = self.left + number * (self.cell_width + GAP_PX) + self.cell_width // 2
            pen.text((x, head - self.line // 2), label, INK, self.font, anchor="mm")
        y = head
        for at, (row, height) in enumerate(zip(self.cells, self.heights, strict=True)):
            if self.row_labels:
                pen.text((self.left - GAP_PX, y + height // 2), self.row_labels[at], INK, self.font, anchor="rm")
            for column, cell in enumerate(row):
                x = self.left + column * (self.cell_width + GAP_PX)
                if cell is None:
                    pen.rectangle((x, y, x + self.cell_width - 1, y + height - 1), FAINT)
                else:
                    sheet.paste(cell, (x, y))
            y += height + GAP_PX
        return sheet

    def _wrapped(self, text: str, width: int) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.font.getlength(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines
