"""Motion between two frames: dense flow, warping along it, and where it can be trusted.

A flow is ``(2, H, W)`` float32 in pixels, x before y: the pixel at (x, y) of the first frame lies at
(x + flow[0], y + flow[1]) in the second. ``warp(second, flow(first, second))`` therefore looks like ``first``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from lbvedit.errors import MissingCapabilityError

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

__all__ = ["Method", "consistent", "flow", "has_raft", "luma8", "warp"]

Method = Literal["auto", "dis", "dis-fast", "raft"]

RAFT_STRIDE = 8
"""RAFT works on an eighth of the size, and its correlation pyramid wants at least 16 cells a side."""


def flow(first: Tensor, second: Tensor, method: Method = "auto") -> Tensor:
    """The displacement of each pixel of one frame to where it is in another: ``(2, H, W)`` float32 on the CPU.

    Args:
        first: ``(3, H, W)`` or ``(1, H, W)``, uint8 or float in [0, 1].
        second: as ``first``.
        method: ``dis`` is OpenCV's dense inverse search (Kroeger et al., ECCV 2016) and ``dis-fast`` its quickest
            setting; ``raft`` is torchvision's RAFT (small). ``auto`` takes RAFT where it is installed together with
            its weights and a CUDA device, else DIS.

    Raises:
        MissingCapabilityError: RAFT is asked for and torchvision or its weights are absent.
        ValueError: the frames differ in shape.
    """
    if first.shape != second.shape:
        raise ValueError(f"frames differ in shape: {tuple(first.shape)} != {tuple(second.shape)}")
    if method == "auto":
        import torch

        method = "raft" if torch.cuda.is_available() and has_raft() else "dis"
    if method == "raft":
        return _raft_flow(first, second)
    return _dis_flow(luma8(first), luma8(second), fast=method == "dis-fast")


def warp(image: Tensor, flow: Tensor) -> Tensor:
    """An image looked up along a flow, bilinearly; beyond its border the nearest pixel counts.

    Args:
        image: ``(C, H, W)`` or ``(B, C, H, W)`` float.
        flow: ``(2, H, W)`` or ``(B, 2, H, W)`` pixels.
    """
    import torch
    import torch.nn.functional as F

    batched = image if image.dim() == 4 else image[None]
    flows = (flow if flow.dim() == 4 else flow[None]).to(batched)
    H, W = batched.shape[-2:]
    ys = torch.arange(H, device=batched.device, dtype=batched.dtype)
    xs = torch.arange(W, device=batched.device, dtype=batched.dtype)
    x = (xs + flows[:, 0]) * (2 / max(W - 1, 1)) - 1
    y = (ys[:, None] + flows[:, 1]) * (2 / max(H - 1, 1)) - 1
    grid = torch.stack((x, y), dim=-1).expand(batched.shape[0], -1, -1, -1)
    out = F.grid_sample(batched, grid, mode="bilinear", padding_mode="border", align_corners=True)
    return out if image.dim() == 4 else out[0]


def consistent(forward: Tensor, backward: Tensor) -> Tensor:
    """Where going there and coming back ends near the start: ``(H, W)`` bool, False where a pixel is occluded.

    The bound grows with the motion, as in Sundaram, Brox, Keutzer, "Dense point trajectories by GPU-accelerated large
    displacement optical flow" (ECCV 2010): ``|f + b|^2 < 0.01 (|f|^2 + |b|^2) + 0.5``.

    Args:
        forward: ``(2, H, W)`` from the first frame to the second.
        backward: ``(2, H, W)`` from the second frame to the first.
    """
    import torch

    returned = warp(backward, forward)
    H, W = forward.shape[-2:]
    xs = torch.arange(W, device=forward.device) + forward[0]
    ys = torch.arange(H, device=forward.device)[:, None] + forward[1]
    inside = (xs >= 0) & (xs <= W - 1) & (ys >= 0) & (ys <= H - 1)
    missed = (forward + returned).square().sum(0)
    return inside & (missed < 0.01 * (forward.square().sum(0) + returned.square().sum(0)) + 0.5)


def luma8(frame: Tensor) -> np.ndarray[Any, Any]:
    """A frame's brightness as OpenCV wants it: ``(H, W)`` uint8, BT.601 weights.

    Args:
        frame: ``(3, H, W)`` or ``(1, H, W)``, uint8, uint16 or float in [0, 1].
    """
    import cv2
    import torch

    if frame.dtype != torch.uint8:
        frame = (_unit(frame).clamp(0, 1) * 255).round().to(torch.uint8)
    planes = frame.cpu().contiguous().numpy()
    if planes.shape[0] == 1:
        return planes[0]
    return cv2.cvtColor(cv2.merge(list(planes)), cv2.COLOR_RGB2GRAY)


@cache
def has_raft() -> bool:
    """Whether torchvision is installed and RAFT's weights lie in its cache; nothing is ever downloaded here."""
    try:
        return _raft_checkpoint().exists()
    except ImportError:
        return False


def _unit(frame: Tensor) -> Tensor:
    import torch

    return frame.float() if frame.is_floating_point() else frame.float() / torch.iinfo(frame.dtype).max


def _dis_flow(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any], *, fast: bool) -> Tensor:
    import cv2
    import numpy as np
    import torch

    # DIS starts at a coarse level and fails on frames that have none: small ones are padded and cropped again.
    height, width = first.shape
    bottom, right = max(0, 64 - height), max(0, 64 - width)
    if bottom or right:
        first, second = (
            cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE) for image in (first, second)
        )
    # DIS carries what it finds from row to row, so its flow depends on how OpenCV shares the rows out, and with other
    # threads about, that is left to chance; a resumed job must see what an undisturbed one saw.
    cv2.setNumThreads(1)
    # A new one each time: it keeps its pyramids, and the scales that it once chose for a small frame, in itself.
    preset = cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST if fast else cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
    field = cv2.DISOpticalFlow.create(preset).calc(first, second, None)[:height, :width]
    return torch.from_numpy(np.ascontiguousarray(field.transpose(2, 0, 1)))


def _raft_checkpoint() -> Any:
    from pathlib import Path

    import torch
    from torchvision.models.optical_flow import Raft_Small_Weights

    return Path(torch.hub.get_dir()) / "checkpoints" / Path(Raft_Small_Weights.DEFAULT.url).name


@cache
def _raft(device: str) -> Any:
    import torch
    from torchvision.models.optical_flow import raft_small

    model = raft_small()
    model.load_state_dict(torch.load(_raft_checkpoint(), map_location="cpu", weights_only=True))
    return model.eval().to(device)


def _raft_flow(first: Tensor, second: Tensor) -> Tensor:
    import torch
    import torch.nn.functional as F

    if not has_raft():
        raise MissingCapabilityError(
            "RAFT flow needs torchvision and its raft_small weights in torch's cache",
            hint="pip install 'lbvedit[raft]', or use DIS flow",
        )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    H, W = first.shape[-2:]
    smallest = 16 * RAFT_STRIDE
    bottom, right = max(-H % RAFT_STRIDE, smallest - H), max(-W % RAFT_STRIDE, smallest - W)

    def prepared(frame: Tensor) -> Tensor:
        rgb = _unit(frame).expand(3, H, W)[None].to(device) * 2 - 1
        return F.pad(rgb, (0, right, 0, bottom), mode="replicate")

    with torch.no_grad():
        refined: list[Tensor] = _raft(device)(prepared(first), prepared(second))
    return refined[-1][0, :, :H, :W].float().cpu()
