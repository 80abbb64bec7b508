"""Sec. 3.1: atrous spatial pyramid pooling, which brings level 4 of an encoder to the common width."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lbvedit.nn.coordinates import coordinate_map

__all__ = ["ASPP"]


def _branch(inputs: int, outputs: int, size: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, padding=dilation * (size // 2), dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class ASPP(nn.Module):
    """One 1x1 branch, one 3x3 branch a dilation, one branch of the whole picture's mean, and where each cell lies.

    Args:
        inputs: channels that come in.
        width: channels that go out, and of each branch.
        dilations: of the 3x3 branches.
        dropout: after the branches are joined.

    Differs: the text joins the coordinates PC^4 before ASPP; the authors' network joins them after it, followed by a
    3x3 and a 1x1 convolution, and so does this. The mean branch has a bias instead of batch norm, which a batch of one
    picture cannot feed.
    """

    def __init__(self, inputs: int, width: int, dilations: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.branches = nn.ModuleList([_branch(inputs, width), *(_branch(inputs, width, 3, d) for d in dilations)])
        self.mean = nn.Sequential(nn.Conv2d(inputs, width, 1), nn.ReLU())
        self.join = nn.Sequential(*_branch(width * (len(dilations) + 2), width), nn.Dropout(dropout))
        self.place = nn.Sequential(nn.Conv2d(width + 8, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 1))

    def forward(self, x: Tensor) -> Tensor:
        """``(B, inputs, h, w)`` to ``(B, width, h, w)``."""
        size = (int(x.shape[2]), int(x.shape[3]))
        mean = self.mean(F.adaptive_avg_pool2d(x, 1)).expand(-1, -1, *size)
        joined = self.join(torch.cat([*(branch(x) for branch in self.branches), mean], dim=1))
        where = coordinate_map(*size, device=joined.device, dtype=joined.dtype).expand(len(joined), -1, -1, -1)
        out: Tensor = self.place(torch.cat([joined, where], dim=1))
        return out
