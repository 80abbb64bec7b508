"""Caption: words on the picture, white with a black outline, in the font that Pillow brings along or another one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from lbvedit.fonts import font_at
from lbvedit.pipelines.compose.operator import Call

__all__ = ["caption", "caption_matte"]

MARGIN = 0.05
"""Room to the frame's border, as a share of its smaller side."""


def caption(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """The words' own colours; what they cover is up to :func:`caption_matte`."""
    fill, _ = _of(call)
    top, left = call.offset
    there = fill[..., top : top + frames.shape[2], left : left + frames.shape[3]]
    return there.to(frames).expand_as(frames)


def caption_matte(call: Call) -> Tensor:
    """How far words and outline cover each pixel: ``(1, 1, H, W)`` float."""
    return _of(call)[1]


def _of(call: Call) -> tuple[Tensor, Tensor]:
    values = call.params
    font = values.get("font")
    position = str(values.get("position", "bottom"))
    return _drawn(str(values["text"]), position, call.size, None if font is None else str(font))


@lru_cache(maxsize=8)
def _drawn(text: str, position: str, size: tuple[int, int], file: str | None) -> tuple[Tensor, Tensor]:
    """White of the letters and coverage of letters and outline, each ``(1, 1, H, W)``."""
    height, width = size
    margin = round(MARGIN * min(size))
    font_size = max(10, round(0.075 * min(height, width * 0.75)))
    font, lines = _fitted(text, width - 2 * margin, height - 2 * margin, font_size, file)
    stroke = max(1, round(font.size / 12))
    layers = []
    for outline in (0, stroke):
        layer = Image.new("L", (width, height), 0)
        draw = ImageDraw.Draw(layer)
        box = draw.multiline_textbbox((0, 0), lines, font=font, stroke_width=stroke, align="center")
        words = position.split()
        x = margin if "left" in words else width - margin - (box[2] - box[0]) if "right" in words else None
        y = margin if "top" in words else height - margin - (box[3] - box[1]) if "bottom" in words else None
        x = (width - (box[2] - box[0])) // 2 if x is None else x
        y = (height - (box[3] - box[1])) // 2 if y is None else y
        draw.multiline_text(
            (x - box[0], y - box[1]), lines, fill=255, font=font, stroke_width=outline, stroke_fill=255, align="center"
        )
        layers.append(torch.from_numpy(np.asarray(layer).copy())[None, None] / 255)
    return layers[0], layers[1]


def _fitted(text: str, width: int, height: int, size: int, file: str | None) -> tuple[ImageFont.FreeTypeFont, str]:
    """The largest font up to a size, and the text broken into lines, that fit."""
    draw = ImageDraw.Draw(Image.new("L", (1, 1)))
    while True:
        font = font_at(file, size)
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines.append("")
            for word in paragraph.split():
                longer = f"{lines[-1]} {word}".strip()
                if lines[-1] and draw.textlength(longer, font) > width:
                    lines.append(word)
                else:
                    lines[-1] = longer
        broken = "\n".join(lines)
        box = draw.multiline_textbbox((0, 0), broken, font=font, stroke_width=max(1, round(size / 12)))
        if (box[2] - box[0] <= width and box[3] - box[1] <= height) or size <= 8:
            return font, broken
        size = max(8, round(size * 0.9))
