"""What can be told of a thing beside its kind, pixel by pixel, and which of it an expression asks for."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["Traits"]

_LEAST = 0.02
"""A pixel is never taken for less likely than this to show what is asked for: a map errs."""


class Traits(nn.Module):
    """Maps of a thing's traits, such as its colour and what it does, and how well each pixel fits an expression.

    Like the class map of kinds they learn from every labelled pixel, where masks of expressions teach one thing at a
    time. They look at the second level, where a cell sees enough of a thing to tell what it does.

    Args:
        features: channels that come in.
        language: channels of a sentence.
        sizes: values of each trait.
        width: hidden channels.

    Differs: an extension; the paper's model learns all this from masks.
    """

    def __init__(self, features: int, language: int, sizes: Sequence[int], width: int) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self.mix = nn.Sequential(
            nn.Conv2d(features, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        )
        self.map = nn.Conv2d(width, sum(self.sizes), 1)
        self.asked = nn.Linear(language, sum(self.sizes))
        nn.init.constant_(self.asked.bias, 3.0)  # before anything is learnt, nothing is asked for
        self.weight = nn.Parameter(torch.ones(len(self.sizes)))

    def look(self, levels: Sequence[Tensor]) -> Tensor:
        """Logits ``(B, sum of sizes, h, w)`` of features ``(B, C_i, h_i, w_i)``, at the resolution of the first."""
        size = levels[0].shape[-2:]
        grown = [F.interpolate(level, size, mode="bilinear", align_corners=False) for level in levels[1:]]
        seen: Tensor = self.map(self.mix(torch.cat([levels[0], *grown], dim=1)))
        return seen

    def forward(self, seen: Tensor, sentence: Tensor) -> Tensor:
        """How well each pixel fits, ``(B, 1, h, w)``: 0 where it shows all that is asked for, below where not.

        Args:
            seen: from ``look``.
            sentence: ``(B, C)``. A value is asked for, or may be; of a trait that nobody speaks of, every value may.
        """
        asked = torch.sigmoid(self.asked(sentence).float())
        with torch.autocast(seen.device.type, enabled=False):
            likely = torch.stack(
                [
                    torch.einsum("bkhw,bk->bhw", values.softmax(dim=1), wanted)
                    for values, wanted in zip(
                        seen.float().split(self.sizes, 1), asked.split(self.sizes, 1), strict=True
                    )
                ],
                dim=-1,
            )
            return (likely.clamp(_LEAST, 1).log() @ self.weight)[:, None]
