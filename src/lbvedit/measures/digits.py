"""Which digit a frame shows: the judge of whether "replace 3 with 5" was obeyed."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from lbvedit.weights import load_state, locate

__all__ = ["DigitClassifier", "digit_under", "load_digit_classifier"]


class DigitClassifier(nn.Module):
    """A small convolutional classifier of 28x28 grey digits.

    Its penultimate activations also serve as features for the embedded stand-in of FAD on digits.

    Args:
        width: channels of the first stage, doubled in the second.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()

        def stage(before: int, after: int) -> list[nn.Module]:
            return [
                nn.Conv2d(before, after, 3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.Conv2d(after, after, 3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]

        self.stages = nn.Sequential(*stage(1, width), *stage(width, 2 * width), *stage(2 * width, 4 * width))
        self.head = nn.Linear(4 * width * 9, 10)

    def features(self, digits: Tensor) -> Tensor:
        """``digits: (B, 1, 28, 28) float in [0, 1]`` -> ``(B, D)`` activations before the head."""
        return self.stages(digits - 0.13).flatten(1)

    def forward(self, digits: Tensor) -> Tensor:
        """``digits: (B, 1, 28, 28) float in [0, 1]`` -> ``(B, 10)`` logits."""
        logits: Tensor = self.head(self.features(digits))
        return logits


def load_digit_classifier(weights: Path | None = None) -> DigitClassifier:
    """The embedded classifier, in eval mode.

    Raises:
        WeightsError: the weights are missing or do not check.
    """
    found = locate("digits", weights)
    model = DigitClassifier(**found.config["architecture"])
    load_state(model, found)
    return model.eval()


@torch.no_grad()
def digit_under(model: DigitClassifier, frames: Tensor, centres: Tensor, size: int = 28) -> Tensor:
    """The probabilities of the ten digits in a window around a centre.

    Args:
        model: the classifier.
        frames: ``(N, 1, H, W)`` float in [0, 1].
        centres: ``(N, 2)`` x and y in pixels of the window's centre; parts outside the frame are black.
        size: side of the window in the frame, resampled to 28.

    Returns:
        ``(N, 10)`` probabilities.
    """
    H, W = frames.shape[-2:]
    offsets = (torch.arange(28, dtype=torch.float32, device=frames.device) + 0.5) / 28 * size - size / 2
    x = (centres[:, 0, None] + offsets) * 2 / W - 1
    y = (centres[:, 1, None] + offsets) * 2 / H - 1
    grid = torch.stack([x[:, None, :].expand(-1, 28, -1), y[:, :, None].expand(-1, -1, 28)], dim=-1)
    windows = torch.nn.functional.grid_sample(frames.float(), grid, align_corners=False)
    return model(windows).softmax(dim=-1)
