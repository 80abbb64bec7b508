"""Flow-warp error and the stability of masks: how well each frame continues the one before it."""

from __future__ import annotations

import torch
from torch import Tensor

from lbvedit.measures.iou import intersections_and_unions
from lbvedit.measures.ssim import unit
from lbvedit.motion import consistent, warp

__all__ = ["mask_stability", "warp_error"]


def warp_error(frames: Tensor, forward: Tensor, backward: Tensor) -> float:
    """The mean squared difference between each frame and the next one warped back onto it, where nothing is occluded.

    The mean over visible pixels, then over pairs of frames, as in Lai et al., "Learning blind video temporal
    consistency" (ECCV 2018), here averaged over channels as well. The flow is the source's, so that an edited video is
    judged by the true motion.

    Args:
        frames: ``(T, C, H, W)`` float in [0, 1] or uint8.
        forward: ``(T - 1, 2, H, W)`` flow from each frame to the next.
        backward: ``(T - 1, 2, H, W)`` flow from each next frame back.

    Returns:
        A number in [0, 1]; nan when every pixel is occluded.
    """
    _check(frames, forward)
    images = unit(frames)
    errors = []
    for here, after, there, back in zip(images[:-1], images[1:], forward, backward, strict=True):
        squares = (here - warp(after, there)).square().mean(0)
        errors.append(squares[consistent(there, back)].mean())
    return float(torch.stack(errors).nanmean())


def mask_stability(masks: Tensor, backward: Tensor) -> float:
    """The mean IoU of each mask with the one before it, warped along the motion; pairs of empty masks do not count.

    Args:
        masks: ``(T, H, W)``, zero outside.
        backward: ``(T - 1, 2, H, W)`` flow from each frame to the one before it.

    Returns:
        A number in [0, 1]; nan when no pair counts.
    """
    _check(masks, backward)
    inside = (masks != 0).float()
    warped = torch.stack([warp(before[None], flow)[0] for before, flow in zip(inside[:-1], backward, strict=True)])
    intersections, unions = intersections_and_unions(warped >= 0.5, inside[1:])
    return float((intersections / unions)[unions > 0].mean())


def _check(frames: Tensor, flows: Tensor) -> None:
    if len(flows) != len(frames) - 1 or flows.shape[-2:] != frames.shape[-2:]:
        raise ValueError(f"flows {tuple(flows.shape)} do not fit between frames {tuple(frames.shape)}")
