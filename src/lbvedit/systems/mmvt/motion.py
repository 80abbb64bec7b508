"""How optical flow becomes the image that the motion encoder sees."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

__all__ = ["flow_image", "flow_vectors", "flow_wheel", "motion_image"]

SEGMENTS = (15, 6, 4, 11, 13, 6)
"""Steps between neighbouring corner colours of the Middlebury wheel: red, yellow, green, cyan, blue, magenta."""

CORNERS = ((1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1), (1, 0, 0))


def flow_image(flow: Tensor, kind: str) -> Tensor:
    """What a model with ``config.flow == kind`` wants: ``(..., 2, H, W)`` pixels to ``(..., 3, H, W)``."""
    return flow_wheel(flow) if kind == "wheel" else flow_vectors(flow)


def motion_image(ahead: Tensor, since: Tensor | None, kind: str, back: int) -> Tensor:
    """What the motion encoder of a model sees: ``(..., 3, H, W)``, or 6 channels where it looks ``back`` as well.

    Args:
        ahead: flow ``(..., 2, H, W)`` to the next frame.
        since: mean flow a frame, likewise, since the frame that is ``back`` before; None takes motion for steady.
        kind: ``config.flow``.
        back: ``config.motion_back``.
    """
    image = flow_image(ahead, kind)
    return torch.cat([image, flow_image(ahead if since is None else since, kind)], dim=-3) if back else image


@lru_cache(maxsize=1)
def _wheel() -> Tensor:
    corners = torch.tensor(CORNERS, dtype=torch.float32)
    spans = [
        torch.lerp(corners[i], corners[i + 1], torch.arange(steps)[:, None] / steps) for i, steps in enumerate(SEGMENTS)
    ]
    return torch.cat(spans)


def flow_wheel(flow: Tensor) -> Tensor:
    """Flow in the colours of the Middlebury benchmark (Baker et al., IJCV 2011), in [0, 1].

    The direction is the hue and the speed, relative to the fastest pixel of the frame, the saturation.

    Args:
        flow: ``(..., 2, H, W)`` pixels, x first.
    """
    flow = flow.float()
    speed = flow.norm(dim=-3)
    radius = (speed / speed.flatten(-2).amax(dim=-1)[..., None, None].clamp(min=1e-5))[..., None]
    angle = torch.atan2(-flow[..., 1, :, :], -flow[..., 0, :, :]) / math.pi
    wheel = _wheel().to(flow.device)
    place = (angle + 1) / 2 * (len(wheel) - 1)
    before = place.floor().long().clamp(0, len(wheel) - 1)
    hue = torch.lerp(wheel[before], wheel[(before + 1) % len(wheel)], (place - before)[..., None])
    return (1 - radius * (1 - hue)).movedim(-1, -3)


def flow_vectors(flow: Tensor) -> Tensor:
    """Motion relative to the camera: x and y against the frame's fastest, and the speed itself.

    The camera is the median of the frame. The third channel is ``tanh`` of the speed in hundredths of the frame's
    width, so that a still frame and a fast one differ.

    Args:
        flow: ``(..., 2, H, W)`` pixels, x first.

    Differs: the paper's encoder sees colours (``flow_wheel``), in which a moving camera paints everything.
    """
    flow = flow.float()
    camera = flow[..., ::2, ::2].flatten(-2).median(dim=-1).values[..., None, None]  # half as fine says the same
    own = flow - camera
    # On a CPU a norm over two of many values takes ten times as long as this.
    speed = own.square().sum(dim=-3, keepdim=True).sqrt() / (flow.shape[-1] / 100)
    fastest = speed.flatten(-2).amax(dim=-1)[..., None, None].clamp(min=1.0)
    return torch.cat([own / (flow.shape[-1] / 100) / fastest, torch.tanh(speed)], dim=-3)
