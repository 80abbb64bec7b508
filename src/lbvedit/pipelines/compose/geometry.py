"""Operators that move pixels: flip, rotate, resize, crop, zoom. Alpha and mattes are moved by them as well."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.pipelines.compose.operator import Call
from lbvedit.pipelines.matte import box_of

__all__ = ["TargetPath", "crop", "flip", "resample", "resize", "rotate", "smooth_path", "zoom"]

SMOOTH_FRAMES = 15.0
"""Deviation of the Gaussian that smooths a path over time, in frames."""

TARGET_SHARE = 0.6
"""What a target takes of the frame that is cropped around it, where nothing else is asked for."""


class TargetPath:
    """Follows a target through the clip: where its middle is and how large it is, as shares of the frame."""

    stride = 1

    def __init__(self, call: Call) -> None:
        self.satisfied = False
        self._boxes: list[tuple[float, float, float, float]] = []
        self._targeted = False

    def add(self, frames: Tensor, matte: Tensor | None) -> None:
        """Takes the boxes of the next mattes; without a target the middle of the frame is followed."""
        height, width = frames.shape[-2:]
        self._targeted |= matte is not None
        if matte is None:
            self._boxes += [(0.5, 0.5, 1.0, 1.0)] * len(frames)
            self.satisfied = True
            return
        for each in matte:
            box = box_of(each > 127)
            if box is None:
                self._boxes.append((math.nan,) * 4)
                continue
            (top, bottom), (left, right) = ((side.start, side.stop) for side in box)
            self._boxes.append(
                (
                    (left + right) / 2 / width,
                    (top + bottom) / 2 / height,
                    (right - left) / width,
                    (bottom - top) / height,
                )
            )

    def result(self) -> dict[str, Tensor]:
        """The smoothed middles ``(T, 2)``, and the size that holds the target nearly always; nothing if unseen."""
        boxes = np.array(self._boxes, np.float64)
        seen = np.flatnonzero(~np.isnan(boxes[:, 0]))
        if not len(seen):
            return {}
        for column in boxes.T:
            column[:] = np.interp(np.arange(len(column)), seen, column[seen])
        largest = np.quantile(boxes[:, 2:], 0.95, axis=0)
        return {"path": torch.from_numpy(smooth_path(boxes[:, :2])), "extent": torch.from_numpy(largest)}


def smooth_path(path: np.ndarray[tuple[int, int], np.dtype[np.float64]], deviation: float = SMOOTH_FRAMES):  # type: ignore[no-untyped-def]
    """A path ``(T, N)`` without its quick changes: a Gaussian over time, the ends held."""
    radius = math.ceil(3 * deviation)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(path, ((radius, radius), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)


def flip(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Mirrored, sample for sample."""
    return frames.flip(3 if call.params.get("axis", "horizontal") == "horizontal" else 2)


def rotate(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Turned clockwise: by right angles sample for sample, else enlarged until no corner is empty."""
    angle = call.number("angle", 0)
    if angle % 90 == 0:
        return frames.rot90(-round(angle / 90), (2, 3))
    turn = math.radians(angle)
    height, width = frames.shape[-2:]
    sine, cosine = abs(math.sin(turn)), abs(math.cos(turn))
    # The turned frame has to cover the upright one.
    scale = max((width * cosine + height * sine) / width, (width * sine + height * cosine) / height)
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]]) / scale
    return resample(frames, _about_middle(matrix, height, width), (height, width))


def resize(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Another size, bicubic, with what the new size cannot show filtered away first."""
    height, width = frames.shape[-2:]
    wide, high, scale = (call.params.get(name) for name in ("width", "height", "scale"))
    if scale is not None:
        wide, high = max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))
    elif high is None and wide is not None:
        high = max(2, 2 * round(height * wide / width / 2))
    elif wide is None and high is not None:
        wide = max(2, 2 * round(width * high / height / 2))
    assert high is not None
    assert wide is not None
    if (high, wide) == (height, width):
        return frames

    def scaled(planes: Tensor) -> Tensor:
        return F.interpolate(planes, (high, wide), mode="bicubic", antialias=True, align_corners=False)

    return _premultiplied(frames, scaled)


def crop(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """A part of the frame in its own size: around the middle sample for sample, or along the target's smooth path."""
    height, width = frames.shape[-2:]
    high, wide = _kept(call, height, width)
    x, y = _middle(call, width, height, wide, high)
    left, top = x - wide / 2, y - high / 2
    if "path" not in call.memory or len(call.memory["path"]) == 1:
        left, top = round(left), round(top)
        return frames[..., top : top + high, left : left + wide]
    return resample(frames, np.array([[1, 0, left], [0, 1, top]]), (high, wide))


def zoom(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Enlarged around the middle, or around the target along its smooth path; below 1, smaller within black."""
    height, width = frames.shape[-2:]
    factor = call.number("factor", 1.5)
    x, y = _middle(call, width, height, width / factor, height / factor)
    matrix = np.array([[1 / factor, 0, x - width / factor / 2], [0, 1 / factor, y - height / factor / 2]])
    # The first pixel's middle goes to the first pixel's middle of the part that is shown.
    matrix[:, 2] += (1 / factor - 1) / 2
    return resample(frames, matrix, (height, width), black=factor < 1)


def resample(
    frames: Tensor,
    matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    size: tuple[int, int],
    black: bool = False,
) -> Tensor:
    """Frames looked up at the places that an affine or projective map gives, bicubic.

    Args:
        frames: ``(T, C, H, W)`` float.
        matrix: ``(2, 3)`` or ``(3, 3)``, from a pixel of the result to a pixel of the frame, x before y.
        size: height and width of the result.
        black: what lies outside is black and transparent; else the border goes on.
    """
    height, width = frames.shape[-2:]
    full = np.vstack((matrix, (0, 0, 1))) if len(matrix) == 2 else matrix
    ys, xs = np.meshgrid(np.arange(size[0]), np.arange(size[1]), indexing="ij")
    x, y, w = np.tensordot(full, np.stack((xs, ys, np.ones_like(xs))), axes=1)
    grid = np.stack(((2 * x / w + 1) / width - 1, (2 * y / w + 1) / height - 1), axis=-1)
    places = torch.from_numpy(grid).to(frames)[None].expand(len(frames), -1, -1, -1)

    def looked_up(planes: Tensor) -> Tensor:
        return F.grid_sample(
            planes, places, mode="bicubic", padding_mode="zeros" if black else "border", align_corners=False
        )

    return _premultiplied(frames, looked_up)


def _premultiplied(frames: Tensor, work) -> Tensor:  # type: ignore[no-untyped-def]
    """Works on colour weighted by alpha, so that hidden colour does not show at soft edges."""
    if frames.shape[1] != 4:
        return work(frames).clamp(0, 1)
    done = work(torch.cat((frames[:, :3] * frames[:, 3:], frames[:, 3:]), dim=1)).clamp(0, 1)
    return torch.cat(((done[:, :3] / done[:, 3:].clamp(min=1e-4)).clamp(0, 1), done[:, 3:]), dim=1)


def _about_middle(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]], height: int, width: int):  # type: ignore[no-untyped-def]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    return np.column_stack((matrix, middle - matrix @ middle))


def _kept(call: Call, height: int, width: int) -> tuple[int, int]:
    """Height and width of what a crop keeps, even where the frame's are."""
    aspect, factor = call.params.get("aspect"), call.params.get("factor")
    high, wide = float(height), float(width)
    if factor is not None:
        high, wide = height / factor, width / factor
    elif aspect is None and "extent" in call.memory:
        share = min(1.0, float(call.memory["extent"].max()) / TARGET_SHARE)
        high, wide = height * share, width * share
    if aspect is not None:
        across, down = (float(part) for part in aspect.split(":"))
        wide, high = min(wide, high * across / down), min(high, wide * down / across)

    def even(value: float, limit: int) -> int:
        return min(limit, max(2, 2 * round(value / 2)))

    return even(high, height), even(wide, width)


def _middle(call: Call, width: int, height: int, wide: float, high: float) -> tuple[float, float]:
    """The middle of what is shown, in pixels, moved so that it stays within the frame."""
    path = call.memory.get("path")
    x, y = (0.5, 0.5) if path is None else path[min(call.indices[0], len(path) - 1)].tolist()
    low_x, low_y = min(wide, width) / 2, min(high, height) / 2
    return min(max(x * width, low_x), width - low_x), min(max(y * height, low_y), height - low_y)
