"""How often the world is told from what a camera saw."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from torch import nn

from lbvedit.data.actors import Actors
from lbvedit.data.davis import open_davis
from lbvedit.data.photos import Photos
from lbvedit.evaluation.table import Options, Result, sample
from lbvedit.measures.footage import FootageClassifier, load_footage_classifier, shows_world

__all__ = ["evaluate_footage", "footage_told"]

_FRAMES = 8


def evaluate_footage(options: Options) -> Result:
    """The figures of the embedded classifier of footage."""
    numbers = sample(len(Actors("test")), options.limit, options.seed)
    figures = footage_told(load_footage_classifier(options.weights), numbers, options.require("data"))
    return Result("footage", "davis", len(numbers), figures)


def footage_told(model: nn.Module, numbers: Sequence[int], data: Path) -> dict[str, float]:
    """The share of test clips of actors that are called the world's, and of DAVIS and of test photos that are not.

    Args:
        model: a :class:`~lbvedit.measures.footage.FootageClassifier`.
        numbers: of the test clips.
        data: the optional data folder, with ``davis`` and ``photos``.
    """
    judge = cast(FootageClassifier, copy.deepcopy(model).cpu().eval())
    world, camera = Actors("test", frames=_FRAMES), open_davis(data / "davis")
    photos = Photos(data / "photos", "test")
    own = [shows_world(judge, world[number]["frames"]) for number in numbers]
    seen = [not shows_world(judge, camera[number]["frames"]) for number in range(len(camera))]
    pictures = (torch.from_numpy(photos[number].image).movedim(-1, 0) for number in range(len(photos)))
    still = [not shows_world(judge, picture[None]) for picture in pictures]
    return {name: sum(told) / len(told) for name, told in (("world", own), ("sequences", seen), ("photos", still))}
