"""SSIM: structural similarity of frame pairs."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

__all__ = ["ssim", "ssim_map"]


def ssim(first: Tensor, second: Tensor, *, window: int = 7) -> Tensor:
    """The structural similarity of each pair of images: ``(N,)``, 1 for equal images.

    Wang et al., "Image quality assessment: from error visibility to structural similarity" (2004), with the settings
    that most tables use: uniform ``window`` x ``window`` windows that lie wholly inside the image, sample covariance,
    K1 = 0.01, K2 = 0.03, data range 1, mean over windows and channels.

    Args:
        first: ``(N, C, H, W)`` float in [0, 1] or uint8.
        second: as ``first``.
        window: side of a window in pixels.

    Raises:
        ValueError: shapes differ, or the images are smaller than a window.
    """
    return ssim_map(first, second, window=window).mean(dim=(1, 2, 3))


def ssim_map(first: Tensor, second: Tensor, *, window: int = 7) -> Tensor:
    """The similarity of each window: ``(N, C, H - window + 1, W - window + 1)``; see :func:`ssim`."""
    if first.shape != second.shape:
        raise ValueError(f"images differ in shape: {tuple(first.shape)} != {tuple(second.shape)}")
    if min(first.shape[-2:]) < window:
        raise ValueError(f"images of {tuple(first.shape[-2:])} are smaller than a window of {window}")
    # Moments about 0.5 rather than 0 lose less of float32 in the subtraction of squares.
    x, y = unit(first) - 0.5, unit(second) - 0.5

    def mean(image: Tensor) -> Tensor:
        return F.avg_pool2d(image, window, stride=1)

    unbiased = window**2 / (window**2 - 1)
    mean_x, mean_y = mean(x), mean(y)
    var_x = (mean(x * x) - mean_x * mean_x).clamp(min=0) * unbiased
    var_y = (mean(y * y) - mean_y * mean_y).clamp(min=0) * unbiased
    covariance = (mean(x * y) - mean_x * mean_y) * unbiased
    mean_x, mean_y = mean_x + 0.5, mean_y + 0.5
    c1, c2 = 0.01**2, 0.03**2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return luminance * (2 * covariance + c2) / (var_x + var_y + c2)


def unit(images: Tensor) -> Tensor:
    """Images as float in [0, 1]: integers are divided by the largest value of their type."""
    if images.is_floating_point():
        return images if images.element_size() >= 4 else images.float()
    return images.float() / (65535 if images.element_size() == 2 else 255)
