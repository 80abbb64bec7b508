"""What stands in for multi-level fusion where Table 3 takes it away: concatenation with the sentence embedding."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from lbvedit.systems.m3l.fusion import COORDINATES, with_coordinates

__all__ = ["MeanDot", "PlainLocal"]


class MeanDot(nn.Module):
    """Instead of DotAtt: the mean of a frame beside the sentence, projected to the frame's width."""

    def __init__(self, channels: int, text_dim: int) -> None:
        super().__init__()
        self.project = nn.Linear(channels + text_dim, channels)

    def forward(self, p: Tensor, e: Tensor) -> Tensor:
        """``(B, P, C)`` and ``(B, L, C_x)`` to ``(B, L, C)``."""
        mean = p.mean(dim=1, keepdim=True).expand(-1, e.shape[1], -1)
        projected: Tensor = self.project(torch.cat((mean, e), dim=-1))
        return projected


class PlainLocal(nn.Module):
    """Instead of LF: each position beside the sentence embedding, through two layers. Table 3, without MLF."""

    def __init__(self, channels: int, text_dim: int) -> None:
        super().__init__()
        self.context = nn.Linear(channels + COORDINATES, channels)
        self.sentence = nn.Linear(text_dim, channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, v: Tensor, sentence: Tensor) -> Tensor:
        """``(B, N, C_v, h, w)`` and ``(B, C_x)`` to v's shape."""
        p = rearrange(with_coordinates(v), "b n c h w -> b n h w c")
        mixed = self.out(F.relu(self.context(p) + self.sentence(sentence)[:, None, None, None, :]))
        return v + rearrange(mixed, "b n h w c -> b n c h w")
