"""The 8-D spatial coordinate feature that two of the papers append to visual features."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["coordinate_map"]


def coordinate_map(
    height: int, width: int, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> Tensor:
    """Where each cell of a feature map lies: ``(8, height, width)``.

    The channels are ``xmin, ymin, xmax, ymax, xctr, yctr, 1/width, 1/height`` of the cell, coordinates in [-1, 1], as
    in recurrent multimodal interaction (Liu et al., ICCV 2017), which both M3L (P in Sec. 3.3) and MMVT use.
    """
    xs = torch.arange(width + 1, dtype=torch.float64) / width * 2 - 1
    ys = torch.arange(height + 1, dtype=torch.float64) / height * 2 - 1
    x0, x1 = (edge.expand(height, width) for edge in (xs[:-1], xs[1:]))
    y0, y1 = (edge[:, None].expand(height, width) for edge in (ys[:-1], ys[1:]))
    sizes = torch.tensor([1 / width, 1 / height], dtype=torch.float64)[:, None, None].expand(2, height, width)
    cells = torch.stack((x0, y0, x1, y1, (x0 + x1) / 2, (y0 + y1) / 2))
    return torch.cat((cells, sizes)).to(device=device, dtype=dtype)
