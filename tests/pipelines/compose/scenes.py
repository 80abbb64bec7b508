"""Lossless clips made of tensors, and one call that edits them through the whole pipeline."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from lbvedit.media.source import Source
from lbvedit.pipelines.compose.compose import Compose
from lbvedit.pipelines.compose.options import ComposeOptions
from lbvedit.types import EditPlan, Event, MaskFile, Request, Step


@dataclass
class Edited:
    frames: Tensor
    alpha: Tensor | None
    events: list[Event]
    pipeline: Compose

    def outside(self) -> dict[str, Any]:
        return dict(next(event.data for event in self.events if event.stage == "outside" and event.kind == "result"))


def write_clip(path: Path, frames: Tensor, alpha: Tensor | None = None) -> Path:
    """FFV1 in RGB: decoding gives the very same integers back."""
    deep = frames.dtype == torch.uint16
    layers = frames if alpha is None else torch.cat((frames, alpha), dim=1)
    raw = "rgb" if alpha is None else "rgba"
    planar = "gbrp" if alpha is None else "gbrap"
    formats = (
        (f"{raw}{48 if alpha is None else 64}le", f"{planar}16le") if deep else (raw + "24" * (raw == "rgb"), planar)
    )
    if not deep and alpha is not None:
        formats = ("rgba", "bgra")
    size = f"{frames.shape[3]}x{frames.shape[2]}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", formats[0]]
    command += ["-s", size, "-r", "25", "-i", "-", "-c:v", "ffv1", "-pix_fmt", formats[1], str(path)]
    data = np.ascontiguousarray(layers.permute(0, 2, 3, 1).numpy()).tobytes()
    subprocess.run(command, input=data, check=True)
    return path


def write_masks(folder: Path, masks: Tensor) -> Path:
    """``(T, H, W)`` bool as a folder of PNGs."""
    folder.mkdir(exist_ok=True)
    for number, mask in enumerate(masks):
        Image.fromarray(mask.numpy().astype(np.uint8)).save(folder / f"{number:05d}.png")
    return folder


def plan(*steps: dict[str, Any]) -> EditPlan:
    return EditPlan(tuple(Step.from_json(step) for step in steps))


def compose(
    *steps: dict[str, Any],
    masks: Sequence[MaskFile | Path] = (),
    window: int | None = None,
    **options: str,
) -> Compose:
    files = tuple(mask if isinstance(mask, MaskFile) else MaskFile(mask) for mask in masks)
    request = Request("edit", plan=plan(*steps), masks=files, device="cpu", window=window)
    return Compose(request, ComposeOptions(**options))  # type: ignore[arg-type]


def edit(
    path: Path, *steps: dict[str, Any], masks: Sequence[MaskFile | Path] = (), window: int = 16, **options: str
) -> Edited:
    pipeline = compose(*steps, masks=masks, window=window, **options)
    events: list[Event] = []
    with Source(path) as source:
        clips = list(pipeline(source, events.append))
    alphas = [clip.alpha for clip in clips if clip.alpha is not None]
    return Edited(torch.cat([clip.frames for clip in clips]), torch.cat(alphas) if alphas else None, events, pipeline)


def texture(height: int, width: int, seed: int = 1, cell: int = 6) -> Tensor:
    """A smooth random picture, ``(3, H, W)`` in [0, 1]."""
    noise = torch.rand(1, 3, -(-height // cell), -(-width // cell), generator=torch.Generator().manual_seed(seed))
    return F.interpolate(noise, (height, width), mode="bicubic").clamp(0, 1)[0]


def eight(frames: Tensor) -> Tensor:
    return (frames * 255).round().to(torch.uint8)


def psnr(first: Tensor, second: Tensor) -> float:
    return float(-10 * torch.log10(((first.double() - second.double()) / 255).square().mean()))


def moving_square(frames: int = 12, height: int = 72, width: int = 96, side: int = 20) -> tuple[Tensor, Tensor, Tensor]:
    """A gray, shaded square that goes right over a texture: frames uint8, its masks bool, and the texture alone."""
    background = eight(texture(height, width)).expand(frames, -1, -1, -1).clone()
    pictures, masks = background.clone(), torch.zeros(frames, height, width, dtype=torch.bool)
    shading = torch.linspace(0.45, 0.75, side).expand(3, side, side)
    for t in range(frames):
        left = 6 + 5 * t
        masks[t, 24 : 24 + side, left : left + side] = True
        pictures[t, :, 24 : 24 + side, left : left + side] = eight(shading)
    return pictures, masks, background
