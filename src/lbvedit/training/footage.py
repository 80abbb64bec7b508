"""``footage``: a classifier of pictures that tells the procedural world from what a camera saw."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.data.actors import Actors
from lbvedit.evaluation.footage import footage_told
from lbvedit.measures.footage import SIDE, FootageClassifier
from lbvedit.training.config import TrainingConfig
from lbvedit.training.pictures import Pictures, View, colored, draw_view, draw_window
from lbvedit.training.recipe import Draw, Publication, Recipe

__all__ = ["Footage", "FootageConfig"]

_SIDE_PX = 144
"""Of a picture of the world, before a window of it is drawn."""


@dataclass(frozen=True)
class FootageConfig(TrainingConfig):
    """Settings of :class:`Footage`.

    Args:
        data: the optional data folder, with the camera's pictures.
        width: channels of the first stage.
        pictures: different pictures of the world; they are kept in memory (60 kB each).
        validated: test clips of the world that validate.
    """

    data: Path = Path("../shared/data")
    width: int = 24
    pictures: int = 6_000
    validated: int = 40
    steps: int = 6_000
    batch_size: int = 48
    lr: float = 2e-3
    weight_decay: float = 0.02
    warmup_steps: int = 50


class Footage(Recipe[FootageConfig]):
    """Cross entropy on windows of pictures, half of them of the world, all of them coloured, softened and noisy.

    How sharp a picture is, how noisy and how bright says nothing then: videos are scaled and compressed.
    """

    Config = FootageConfig

    def build(self) -> nn.Module:
        """A :class:`~lbvedit.measures.footage.FootageClassifier`."""
        return FootageClassifier(self.config.width)

    @functools.cached_property
    def _camera(self) -> Pictures:
        return Pictures(self.config.data)

    @functools.cached_property
    def _world(self) -> Actors:
        return Actors("train", self.config.seed, size=self.config.pictures, frames=1, side=_SIDE_PX)

    @functools.cached_property
    def _rendered(self) -> dict[int, Tensor]:
        return {}

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Pictures ``(B, 3, S, S)`` and whether they are the world's ``(B,)``, of one step."""
        rng = np.random.default_rng(draw.seed)
        world = rng.random(draw.size) < 0.5
        pictures = [self._painted(rng) if own else self._photographed(rng) for own in world]
        return {"pictures": torch.stack(pictures), "world": torch.from_numpy(world).float()}

    def _painted(self, rng: np.random.Generator) -> Tensor:
        number = int(rng.integers(len(self._world)))
        if number not in self._rendered:
            self._rendered[number] = self._world.tableau(number).frame
        frame = self._rendered[number].float()[None] / 255
        grid = draw_window(_SIDE_PX, _SIDE_PX, rng).grid(_SIDE_PX, _SIDE_PX, SIDE)
        seen = F.grid_sample(frame, grid, align_corners=False, padding_mode="reflection")[0]
        return _filmed(View(seen, torch.zeros(SIDE, SIDE)), rng)

    def _photographed(self, rng: np.random.Generator) -> Tensor:
        frames = self._camera.frames
        item = self._camera.draw_photo(rng) if rng.random() < 0.7 else frames[int(rng.integers(len(frames)))]
        return _filmed(draw_view(self._camera, item, SIDE, rng), rng)

    def loss(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """Cross entropy."""
        return {"cross_entropy": F.binary_cross_entropy_with_logits(model(batch["pictures"]), batch["world"])}

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        """How often test clips of the world, sequences of DAVIS and photos that were held out are told right."""
        return footage_told(model, range(self.config.validated), self.config.data)

    def publish(self, model: nn.Module) -> Publication:
        """The weight ``footage``."""
        return Publication(
            name="footage",
            system="footage",
            model=model,
            architecture={"width": self.config.width},
            licence="research only (CC BY-NC 4.0 and research-only photos)",
            commercial_ok=False,
            data=(
                "8,908 photos (Pascal VOC, COCO, Flickr8k, ImageNet samples and others): research only",
                "DAVIS 2016 train at 426x240: CC BY-NC 4.0",
                "CamVid train and val: research",
                "actors of lbvedit's own world (Apache-2.0)",
            ),
            metrics=self.validate(model),
            measured_with=f"lbvedit evaluate footage --data DIR --limit {self.config.validated}",
            can="Tells videos of the procedural world's actors from what a camera saw, so that the weights which know "
            "the one or the other are taken.",
            cannot="Tell drawings, games or other renderings: it has seen none, and calls them one or the other.",
        )


def _filmed(view: View, rng: np.random.Generator) -> Tensor:
    """A picture ``(3, S, S)`` under another light, softened by a smaller copy and with noise."""
    picture = colored(view, rng).image
    side = int(picture.shape[1] * math.exp(rng.uniform(math.log(0.15), 0)))
    small = F.interpolate(picture[None], (side, side), mode="bilinear", antialias=True, align_corners=False)
    picture = F.interpolate(small, picture.shape[1:], mode="bilinear", align_corners=False)[0]
    noise = torch.from_numpy(rng.standard_normal(picture.shape, dtype=np.float32))
    return (picture + rng.uniform(0, 0.03) * noise).clamp(0, 1)
