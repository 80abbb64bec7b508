"""What M3L looked at while it edited, drawn: the paper's Figure 5."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from lbvedit.errors import UsageError
from lbvedit.report.contact_sheet import grid
from lbvedit.systems.m3l import Attention

__all__ = ["draw_attention"]

_MOMENTS = 6
_MOST_WORDS = 14
_END = "</s>"


def draw_attention(
    attention: Attention, source: Tensor, edited: Tensor, tokens: Sequence[str], instruction: str
) -> Image.Image:
    """Moments of a clip side by side; below each, where the fusion looked.

    The row ``earlier frames`` shows where the global fusion looks back rather than at its own moment; the rows below
    it show, for each word, where the local fusion takes from it. A row's brightest cell is its largest weight.

    Args:
        attention: of every frame.
        source: ``(T, 3, H, W)`` uint8.
        edited: the same, after the edit.
        tokens: the words, in the order of the attention's last axis.
        instruction: the title.

    Raises:
        UsageError: the system has no fusion to draw.
    """
    if not attention.words:
        raise UsageError("this weight fuses no words, so it has no attention to draw", hint="choose another --model")
    places = torch.linspace(0, len(edited) - 1, min(_MOMENTS, len(edited))).round().long().tolist()
    words = torch.stack([attention.words[t][0].float().mean(dim=0).T for t in places])  # (moments, L, h*w)
    back = torch.stack([1 - attention.frames[t][0].float().mean(dim=0)[:, -1] for t in places])
    rows = [
        [source[t] for t in places],
        [edited[t] for t in places],
        _heated(edited[places], back / back.amax(dim=1, keepdim=True).clamp(min=1e-8)),
    ]
    labels = ["source", "edited", "earlier frames"]
    said = [number for number, token in enumerate(tokens) if token != _END and number < words.shape[1]]
    contrast = words.std(dim=2).mean(dim=0)
    shown = sorted(sorted(said, key=lambda number: float(contrast[number]), reverse=True)[:_MOST_WORDS])
    for number in shown:
        rows.append(_heated(edited[places], words[:, number]))
        labels.append(tokens[number])
    columns = [f"frame {t + 1}" for t in places]
    return grid(rows, row_labels=labels, column_labels=columns, title=instruction, cell_width=128)


def _heated(frames: Tensor, heat: Tensor) -> list[Tensor]:
    """Frames ``(M, 3, H, W)`` in gray under heat ``(M, h*w)``: nothing, red, yellow, white."""
    height, width = frames.shape[2:]
    cells = heat.shape[1]
    rows = round((cells * height / width) ** 0.5)
    maps = heat.cpu().view(-1, 1, rows, cells // rows)
    low, high = maps.min(), maps.max()
    large = F.interpolate((maps - low) / (high - low).clamp(min=1e-8), (height, width), mode="bilinear")
    warm = torch.cat([(3 * large - step).clamp(0, 1) for step in range(3)], dim=1)
    gray = frames.float().mean(dim=1, keepdim=True) / 255
    return list((0.45 * gray * (1 - large) + warm * (0.35 + 0.65 * large)).clamp(0, 1))
