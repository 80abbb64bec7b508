"""Sec. 3.3: language-guided feature fusion, which brings the mask back to a quarter of the resolution."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lbvedit.nn.coordinates import coordinate_map

__all__ = ["LGFF", "ConcatBlock", "Fused", "MaskHead"]


class Fused(NamedTuple):
    """What a decoder block gives.

    Attributes:
        features: f^i, ``(B, C, H, W)``.
        appearance: f_EA^i, the language-enhanced appearance before its attention, or None.
        motion: f_EM^i, likewise, or None.
    """

    features: Tensor
    appearance: Tensor | None = None
    motion: Tensor | None = None


def _grown(coarse: Tensor, like: Tensor) -> Tensor:
    if coarse.shape[-2:] == like.shape[-2:]:
        return coarse
    return F.interpolate(coarse, like.shape[-2:], mode="bilinear", align_corners=False)


def _coordinates(like: Tensor) -> Tensor:
    height, width = like.shape[-2:]
    return coordinate_map(height, width, device=like.device, dtype=like.dtype).expand(len(like), -1, -1, -1)


_GROUPS = 8
"""Groups of channels that a decoder block normalises together."""


class _Refine(nn.Module):
    """One 3x3 convolution, then two more around an identity, each after a ReLU; and a group norm, if asked for."""

    def __init__(self, inputs: int, width: int, norm: bool) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, width, 3, padding=1)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.GroupNorm(_GROUPS, width) if norm else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.mix(x)
        out: Tensor = x + self.second(F.relu(self.first(F.relu(x))))
        return out if self.norm is None else self.norm(out)


class LGFF(nn.Module):
    """Language-guided feature fusion of one level, Eq. (6)-(9).

    Args:
        appearance: channels of f_A^i.
        motion: channels of f_M^i, or None without motion.
        above: channels of f^{i+1}.
        language: channels of f_L.
        width: channels that go out.
        norm: normalise what goes out.

    Differs: the text ends with two 3x3 convolutions with ReLU; the authors' network has one, and a residual pair after
    it, and so has this.
    """

    def __init__(
        self, appearance: int, motion: int | None, above: int, language: int, width: int, *, norm: bool = False
    ) -> None:
        super().__init__()
        self.reduce_appearance = nn.Conv2d(appearance, width, 1)
        self.mix_appearance = nn.Conv2d(width + above + 8, width, 3, padding=1)
        self.attend_appearance = nn.Conv2d(width, 1, 1)
        self.sentence = nn.Linear(language, width)
        self.reduce_motion = None if motion is None else nn.Conv2d(motion, width, 1)
        if motion is not None:
            self.mix_motion = nn.Conv2d(width + above + 8, width, 3, padding=1)
            self.attend_motion = nn.Conv2d(width, 1, 1)
        self.refine = _Refine(width if motion is None else 2 * width, width, norm)

    def forward(self, appearance: Tensor, motion: Tensor | None, above: Tensor, sentence: Tensor) -> Fused:
        """Fuses one level.

        Args:
            appearance: f_A^i, ``(B, C_A, H, W)``.
            motion: f_M^i, ``(B, C_M, H, W)``, or None.
            above: f^{i+1}, ``(B, C, H', W')``.
            sentence: f_L, ``(B, C_L)``.
        """
        f_L = self.sentence(sentence)[:, :, None, None]
        above = _grown(above, appearance)
        where = _coordinates(above)

        def enhanced(features: Tensor, mix: nn.Module) -> Tensor:
            """Eq. (6) and (7)."""
            out: Tensor = f_L * mix(torch.cat([features, above, where], dim=1))
            return out

        f_EA = enhanced(self.reduce_appearance(appearance), self.mix_appearance)
        g_EA = f_EA + torch.sigmoid(self.attend_appearance(f_EA)) * f_EA  # Eq. (8)
        if self.reduce_motion is None or motion is None:
            return Fused(self.refine(g_EA), f_EA)
        f_EM = enhanced(self.reduce_motion(motion), self.mix_motion)
        g_EM = f_EM + torch.sigmoid(self.attend_motion(f_EA)) * f_EM  # Eq. (9): att_M, too, is seen in appearance
        return Fused(self.refine(torch.cat([g_EA, g_EM], dim=1)), f_EA, f_EM)


class ConcatBlock(nn.Module):
    """The decoder block of the baselines: everything concatenated, then convolutions (CAT in Table 5)."""

    def __init__(
        self, appearance: int, motion: int | None, above: int, language: int, width: int, *, norm: bool = False
    ) -> None:
        super().__init__()
        self.reduce_appearance = nn.Conv2d(appearance, width, 1)
        self.reduce_motion = None if motion is None else nn.Conv2d(motion, width, 1)
        self.sentence = nn.Linear(language, width)
        self.refine = _Refine(width * (2 if motion is None else 3) + above, width, norm)

    def forward(self, appearance: Tensor, motion: Tensor | None, above: Tensor, sentence: Tensor) -> Fused:
        """As ``LGFF.forward``, without enhanced features to align."""
        visual = self.reduce_appearance(appearance)
        f_L = self.sentence(sentence)[:, :, None, None].expand(-1, -1, *visual.shape[-2:])
        parts = [visual, f_L, _grown(above, visual)]
        if self.reduce_motion is not None and motion is not None:
            parts.append(self.reduce_motion(motion))
        return Fused(self.refine(torch.cat(parts, dim=1)))


class MaskHead(nn.Module):
    """One logit a cell of the finest decoder features."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.logit = nn.Conv2d(width, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """``(B, C, h, w)`` to logits ``(B, 1, h, w)``."""
        out: Tensor = self.logit(self.mix(features))
        return out
