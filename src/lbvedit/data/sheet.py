"""A page of items of a data set, for people to look at: moments of the clips, what is meant, and the words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from lbvedit.report.contact_sheet import PAPER, grid

__all__ = ["card", "page"]

_WORDS = ("instruction", "expression", "caption", "text")


def page(items: Sequence[Mapping[str, Any]], *, cell_width: int = 160) -> Image.Image:
    """All items on one page that is about as wide as it is high, each as :func:`card` shows it.

    Args:
        items: of any data set of :mod:`lbvedit.data.build`.
        cell_width: width of a picture in pixels.

    Raises:
        ValueError: no item.
    """
    cards = [card(item, cell_width=cell_width) for item in items]
    if not cards:
        raise ValueError("a page needs at least one item")
    width, height = (max(getattr(each, side) for each in cards) for side in ("width", "height"))
    columns = min(len(cards), max(1, round(math.sqrt(len(cards) * height / width))))
    rows = [cards[first : first + columns] for first in range(0, len(cards), columns)]
    sheet = Image.new("RGB", (columns * width, sum(max(each.height for each in row) for row in rows)), PAPER)
    y = 0
    for row in rows:
        for place, each in enumerate(row):
            sheet.paste(each, (place * width, y))
        y += max(each.height for each in row)
    return sheet


def card(item: Mapping[str, Any], *, cell_width: int = 160) -> Image.Image:
    """One item: the start, middle and end of its clip, or of source and target; its mask; its words above."""
    words = next(str(item[key]) for key in _WORDS if key in item)
    shown: dict[str, Tensor] = {}
    for clip in ("source", "target", "frames"):
        if clip in item:
            last = len(item[clip]) - 1
            name = "" if clip == "frames" else f"{clip} "
            shown |= {f"{name}{at}": item[clip][at] for at in sorted({0, last // 2, last})}
    if "mask" in item and "expression" in item:
        middle = (len(item["frames"]) - 1) // 2
        shown["what is meant"] = _lit(item["frames"][middle], item["mask"][middle])
    for control in ("mask", "drawing"):
        if control in item and "expression" not in item:
            shown[control] = item[control].to(torch.uint8).mul(255).expand(3, -1, -1)
    if "partial" in item:
        shown["partial"] = item["partial"]
    labels = tuple(shown) if len(shown) > 1 else ()
    return grid([list(shown.values())], column_labels=labels, title=words, cell_width=cell_width)


def _lit(frame: Tensor, mask: Tensor) -> Tensor:
    """The frame, dark and gray where the mask is not."""
    gray = frame.float().mean(dim=0, keepdim=True) * 0.4
    return torch.where(mask, frame.float(), gray).round().to(torch.uint8)
