"""Whether a video shows the procedural world or comes from a camera: some weights know the one, some the other."""

from __future__ import annotations

import itertools
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.weights import Weights, load_state, locate

__all__ = ["FootageClassifier", "load_footage_classifier", "shows_world"]

WEIGHTS = "footage"

SIDE = 96
"""Pictures are brought to this area before they are looked at."""

_LOOKS = 4
_SURE = 5.0  # logit from which a video is the world's: it is far worse to take a camera's for that


class FootageClassifier(nn.Module):
    """A small convolutional classifier of pictures: the world's, or a camera's.

    It judges by the mean and the spread of its features over the picture, so pictures of any shape will do.

    Args:
        width: channels of the first stage, doubled in each of the three others.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        widths = [3, *(width * 2**stage for stage in range(4))]
        self.stages = nn.Sequential(
            *(
                nn.Sequential(
                    nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
                )
                for before, after in itertools.pairwise(widths)
            )
        )
        self.head = nn.Linear(2 * widths[-1], 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """``pictures: (B, 3, H, W) float in [0, 1]`` -> ``(B,)`` logits of being the world's."""
        features = self.stages(pictures - 0.5).flatten(2)
        logits: Tensor = self.head(torch.cat((features.mean(dim=2), features.std(dim=2)), dim=1))
        return logits[:, 0]


def load_footage_classifier(folder: Path | None = None) -> FootageClassifier:
    """The embedded classifier, in eval mode.

    Raises:
        WeightsError: the weights are missing or do not check.
    """
    return _loaded(locate(WEIGHTS, folder).folder)


@lru_cache(maxsize=1)
def _loaded(folder: Path) -> FootageClassifier:
    found: Weights = locate(folder)
    model = FootageClassifier(**found.config["architecture"])
    load_state(model, found)
    return model.eval()


@torch.no_grad()
def shows_world(model: FootageClassifier, frames: Tensor) -> bool:
    """Whether a clip shows the world, by the mean over some of its frames.

    Args:
        model: the classifier.
        frames: ``(T, 3, H, W)`` uint8 or uint16.
    """
    chosen = frames[torch.linspace(0, len(frames) - 1, min(_LOOKS, len(frames))).long()]
    scaled = chosen.float() / torch.iinfo(frames.dtype).max
    scale = SIDE / (frames.shape[2] * frames.shape[3]) ** 0.5
    size = [max(32, round(side * scale)) for side in frames.shape[2:]]
    small = F.interpolate(scaled, size, mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)
    return float(model(small).mean()) > _SURE
