"""Which of the things that a model found are meant: those that it is sure of, and those that have the colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from lbvedit.measures.color_names import BASIC_COLORS, color_shares
from lbvedit.pipelines.tracking import Instance

__all__ = ["LEAST_COLOR", "Colored", "Sure"]

SURENESS = 0.5
"""Share of the surest thing's log-odds that an instance must once reach."""

FADING = 0.9
"""How much an instance's colour of earlier frames still counts at every further one."""

LEAST_COLOR = 0.1
"""Share of a thing's pixels that must have its colour; a red car is black, white and blue where the light falls."""


class Sure:
    """Keeps the instances of which the model is about as sure as of the surest thing in the video.

    A round thing may look a little like a car while the car is there, too. What was kept once stays.

    Args:
        surest: the largest probability in the video, as far as it is known.
        numbers: of the instances that were kept so far.
    """

    def __init__(self, surest: float, numbers: Tensor) -> None:
        self.surest = surest
        self.numbers = {int(number) for number in numbers.tolist()}

    def __call__(self, probability: Tensor, instances: list[Instance]) -> list[Instance]:
        """The instances of a frame, whose pixels have the model's own ``probability (h, w)``."""
        self.surest = max(self.surest, float(probability.max()))
        most = _logit(self.surest)
        least = SURENESS * most if most > 0 else most / SURENESS
        for instance in instances:
            if _logit(float(probability[torch.from_numpy(instance.mask)].max())) >= least:
                self.numbers.add(instance.number)
        return [instance for instance in instances if instance.number in self.numbers]


def _logit(probability: float) -> float:
    return float(np.log(max(probability, 1e-4) / max(1 - probability, 1e-4)))


class Colored:
    """Keeps the instances that have a colour, by what was seen of each of them so far.

    Args:
        colors: the basic colours wanted; none keeps all.

    Attributes:
        means: ``(N, 3)`` for each instance its number, the sum of its shares and their count, old ones fading.
    """

    def __init__(self, colors: Sequence[str]) -> None:
        self._places = [BASIC_COLORS.index(color) for color in colors]
        self.means = torch.zeros(0, 3)

    def __call__(self, frame: Tensor, instances: list[Instance]) -> list[Instance]:
        """The instances of a frame ``(3, h, w)`` in [0, 1] that have the colour, if any has."""
        if not self._places or not instances:
            return instances
        known = {int(number): (total, count) for number, total, count in self.means.tolist()}
        pixels = (frame.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        for instance in instances:
            total, count = known.get(instance.number, (0.0, 0.0))
            share = float(color_shares(pixels[instance.mask])[self._places].sum())
            known[instance.number] = (FADING * total + share, FADING * count + 1)
        self.means = torch.tensor([[number, *sums] for number, sums in known.items()])
        share_of = {instance.number: known[instance.number][0] / known[instance.number][1] for instance in instances}
        # Splinters may be all of one colour: what the others are held against is a thing of some size.
        largest = max(int(instance.mask.sum()) for instance in instances)
        sized = [share_of[each.number] for each in instances if 5 * int(each.mask.sum()) >= largest]
        least = max(LEAST_COLOR, *sized) / 2
        return [instance for instance in instances if share_of[instance.number] >= least]
