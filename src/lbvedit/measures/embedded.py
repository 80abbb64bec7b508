"""Small feature networks of our own, in place of Inception-v3 and of I3D or 3D-ResNeXt where those are absent.

They are trained to name what a frame shows and how it moves, on the very corpora that the tables are about; their
results are ``fad-embedded`` and ``vad-embedded``, never to be compared with the papers' FAD and VAD.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.measures.ssim import unit
from lbvedit.weights import load_state, locate

__all__ = ["ClipFeatures", "FeaturePair", "FrameFeatures", "embedded_features", "load_feature_pair", "pair_features"]

_LARGEST_SIDE = 96


class FrameFeatures(nn.Module):
    """Features of single frames of any size.

    Args:
        width: channels of the first stage, doubled by each of the next three; features are 8 times as wide.
        classes: labels that the head tells, which only training needs.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        widths = [3, *[width << stage for stage in range(4)]]
        self.stages = nn.Sequential(
            *[
                nn.Sequential(
                    nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
                    nn.BatchNorm2d(after),
                    nn.ReLU(),
                    nn.Conv2d(after, after, 3, padding=1, bias=False),
                    nn.BatchNorm2d(after),
                    nn.ReLU(),
                )
                for before, after in pairwise(widths)
            ]
        )
        self.head = nn.Linear(widths[-1], classes)

    def features(self, frames: Tensor) -> Tensor:
        """``frames: (N, 3, H, W)`` float in [0, 1] -> ``(N, D)``."""
        return self.stages(frames - 0.5).mean((2, 3))

    def forward(self, frames: Tensor) -> Tensor:
        """``frames: (N, 3, H, W)`` float in [0, 1] -> ``(N, classes)`` logits."""
        return self.head(self.features(frames))


class ClipFeatures(nn.Module):
    """Features of clips of any length from four frames on, and of any size.

    Args:
        width: channels of the first stage, doubled by each of the next three; features are 8 times as wide.
        classes: labels that the head tells, which only training needs.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        widths = [3, *[width << stage for stage in range(4)]]
        # Time is halved from the second stage on: the first sees every frame's motion to the next.
        strides = [(1, 2, 2), (2, 2, 2), (2, 2, 2), (1, 2, 2)]
        self.stages = nn.Sequential(
            *[
                nn.Sequential(
                    nn.Conv3d(before, after, 3, stride=stride, padding=1, bias=False), nn.BatchNorm3d(after), nn.ReLU()
                )
                for before, after, stride in zip(widths[:-1], widths[1:], strides, strict=True)
            ]
        )
        self.head = nn.Linear(widths[-1], classes)

    def features(self, clips: Tensor) -> Tensor:
        """``clips: (B, T, 3, H, W)`` float in [0, 1] -> ``(B, D)``; large frames are halved: motion needs no more."""
        video = clips.transpose(1, 2)
        if video.shape[-1] > _LARGEST_SIDE:
            video = F.avg_pool3d(video, (1, 2, 2))
        return self.stages(video - 0.5).mean((2, 3, 4))

    def forward(self, clips: Tensor) -> Tensor:
        """``clips: (B, T, 3, H, W)`` float in [0, 1] -> ``(B, classes)`` logits."""
        return self.head(self.features(clips))


class FeaturePair(nn.Module):
    """Both networks, as they are trained and stored together.

    Args:
        width: channels of their first stages.
        frame_classes: labels of a frame.
        clip_classes: labels of a clip.
    """

    def __init__(self, width: int = 16, frame_classes: int = 10, clip_classes: int = 40) -> None:
        super().__init__()
        self.frame = FrameFeatures(width, frame_classes)
        self.clip = ClipFeatures(width, clip_classes)


def load_feature_pair(name: str = "features-mnist", weights: Path | None = None) -> FeaturePair:
    """The embedded networks, in eval mode.

    Raises:
        WeightsError: the weights are missing or do not check.
    """
    found = locate(name, weights)
    pair = FeaturePair(**found.config["architecture"])
    load_state(pair, found)
    return pair.eval()


def embedded_features(
    name: str = "features-mnist", weights: Path | None = None, device: str = "cpu"
) -> dict[str, Callable[[Tensor], Tensor]]:
    """The stand-ins of an embedded weight, see :func:`pair_features`.

    Raises:
        WeightsError: the weights are missing or do not check.
    """
    return pair_features(load_feature_pair(name, weights).to(device))


def pair_features(pair: FeaturePair) -> dict[str, Callable[[Tensor], Tensor]]:
    """The stand-ins by the name of their metric: ``fad-embedded`` and ``vad-embedded``.

    Each takes a video ``(T, 3, H, W)`` uint8 or float in [0, 1]; FAD's gives one row of activations a frame, VAD's one
    row for the video.
    """
    device = next(pair.parameters()).device

    @torch.no_grad()
    def frame(video: Tensor) -> Tensor:
        return pair.frame.features(unit(video).to(device)).cpu()

    @torch.no_grad()
    def clip(video: Tensor) -> Tensor:
        return pair.clip.features(unit(video)[None].to(device)).cpu()

    return {"fad-embedded": frame, "vad-embedded": clip}
