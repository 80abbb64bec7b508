"""Flicker: change from frame to frame that no motion explains."""

from __future__ import annotations

from torch import Tensor

from lbvedit.measures.ssim import unit

__all__ = ["brightness_flicker", "temporal_flickering"]


def temporal_flickering(frames: Tensor) -> float:
    """1 - the mean absolute difference of neighbouring frames: 1 for a still.

    The temporal flickering of VBench (Huang et al., CVPR 2024), meant for scenes without motion.

    Args:
        frames: ``(T, C, H, W)`` float in [0, 1] or uint8; T >= 2.
    """
    images = unit(frames)
    return float(1 - (images[1:] - images[:-1]).abs().mean())


def brightness_flicker(frames: Tensor) -> float:
    """The mean absolute second difference of the frames' brightness, in [0, 2]: 0 when light changes steadily.

    Motion hardly moves a frame's mean, and a fade has no second difference; what is left pumps.

    Args:
        frames: ``(T, C, H, W)`` float in [0, 1] or uint8; T >= 3.
    """
    brightness = unit(frames).mean(dim=(1, 2, 3)).double()
    return float((brightness[2:] - 2 * brightness[1:-1] + brightness[:-2]).abs().mean())
