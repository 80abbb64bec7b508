"""PSNR: peak signal to noise ratio, of whole frames or outside a mask."""

from __future__ import annotations

import torch
from torch import Tensor

from lbvedit.measures.ssim import unit

__all__ = ["outside_psnr", "psnr"]


def psnr(first: Tensor, second: Tensor, *, where: Tensor | None = None) -> float:
    """10 log10(1 / MSE) in dB over all pixels of all frames; infinite when they are equal.

    Args:
        first: ``(T, C, H, W)`` float in [0, 1], or uint8 or uint16.
        second: as ``first``.
        where: ``(T, 1, H, W)`` bool, the pixels that count; None for all.

    Returns:
        Decibels; nan when no pixel counts.
    """
    if first.shape != second.shape:
        raise ValueError(f"frames differ in shape: {tuple(first.shape)} != {tuple(second.shape)}")
    squares = (unit(first) - unit(second)).double().square()
    if where is not None:
        squares = squares[where.expand_as(squares)]
    if not squares.numel():
        return float("nan")
    return float(-10 * torch.log10(squares.mean()))


def outside_psnr(first: Tensor, second: Tensor, masks: Tensor) -> float:
    """PSNR over the pixels that an edit was not to touch.

    Args:
        first: ``(T, C, H, W)`` float in [0, 1], or uint8 or uint16.
        second: as ``first``.
        masks: ``(T, 1, H, W)``, zero outside; a matte's soft rim counts as inside.
    """
    return psnr(first, second, where=masks == 0)
