"""``digits``: a classifier of MNIST digits, the judge of whether an edit of moving digits was obeyed."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.data.mnist import read_mnist
from lbvedit.evaluation.digits import classifier_accuracy, logits_of
from lbvedit.measures.accuracy import accuracy
from lbvedit.measures.digits import DigitClassifier
from lbvedit.training.config import TrainingConfig
from lbvedit.training.recipe import Draw, Publication, Recipe

__all__ = ["Digits", "DigitsConfig"]


@dataclass(frozen=True)
class DigitsConfig(TrainingConfig):
    """Settings of :class:`Digits`.

    Args:
        mnist: folder of MNIST's four idx files.
        width: channels of the first stage.
        shift: largest displacement in pixels: a tracked digit is never quite centred.
        clutter: how often a part of another digit lies in the window, as when two moving digits meet.
        blend: how often a digit is the mean of several of its class, with less contrast: an editor that is not told
            the style of a new digit draws it somewhere between all styles.
        nothing: how often the window holds no digit of its own; the answer is then that all ten are as likely.
    """

    mnist: Path = Path("../shared/data/mnist")
    width: int = 16
    shift: int = 3
    clutter: float = 0.3
    blend: float = 0.4
    nothing: float = 0.1
    steps: int = 2_000
    batch_size: int = 128
    lr: float = 2e-3
    checkpoint_minutes: float = 1.0


class Digits(Recipe[DigitsConfig]):
    """Cross entropy on shifted and cluttered training digits; validated on the test digits, plain and cluttered."""

    Config = DigitsConfig

    def build(self) -> nn.Module:
        """A :class:`~lbvedit.measures.digits.DigitClassifier`."""
        return DigitClassifier(self.config.width)

    @functools.cached_property
    def _train(self) -> tuple[Tensor, Tensor]:
        return self._read("train")

    def _read(self, split: str) -> tuple[Tensor, Tensor]:
        images, labels = read_mnist(self.config.mnist, split)
        return torch.from_numpy(images.copy())[:, None], torch.from_numpy(labels.astype("int64"))

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Digits ``(B, 1, 28, 28)`` and the probabilities ``(B, 10)`` to answer, of one step."""
        images, labels = self._train
        chosen = torch.tensor(draw.indices(len(images)))
        answers = F.one_hot(labels[chosen], 10).float()
        digits = images[chosen] / 255
        for place in torch.nonzero(torch.rand(draw.size) < self.config.blend).flatten():
            digits[place] = self._blend(int(labels[chosen[place]]))
        empty = torch.rand(draw.size) < self.config.nothing
        digits[empty], answers[empty] = 0, 0.1
        others = torch.randint(len(images), (draw.size,))
        digits = clutter(digits, images[others] / 255, self.config.clutter)
        return {"digits": shift(digits, self.config.shift), "answers": answers}

    @functools.cached_property
    def _by_class(self) -> list[Tensor]:
        return [torch.nonzero(self._train[1] == digit).flatten() for digit in range(10)]

    def _blend(self, digit: int) -> Tensor:
        """The mean of 2 to 256 training images of a digit, at 0.4 to 1 of its contrast; ``(1, 28, 28)``."""
        numbers = self._by_class[digit]
        count = int(2 ** (1 + 7 * torch.rand(())))
        mean = self._train[0][numbers[torch.randint(len(numbers), (count,))]].float().mean(0) / 255
        return mean * (0.4 + 0.6 * torch.rand(()))

    def loss(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """Cross entropy."""
        return {"cross_entropy": F.cross_entropy(model(batch["digits"]), batch["answers"])}

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        """Accuracy on the 10,000 test digits, as they are and with clutter in every window, and on the class means."""
        images, labels = self._read("test")
        digits = images / 255
        cluttered = clutter(digits, digits.roll(1, 0), 1.0)
        figures = classifier_accuracy(model, self.config.mnist)
        return {**figures, "cluttered_test_accuracy": accuracy(logits_of(model, cluttered), labels)}

    def sample(self, model: nn.Module) -> Tensor:
        """The first 64 cluttered training digits, each above a bar as long as its true class is sure."""
        images, labels = (tensor[:64] for tensor in self._train)
        digits = clutter(images / 255, (images / 255).roll(1, 0), 0.5)
        sure = logits_of(model, digits).softmax(1).gather(1, labels[:, None])
        bars = (torch.arange(28) < 28 * sure)[:, None, None].float().expand(-1, 1, 3, -1)
        cells = torch.cat([digits, bars, torch.zeros(64, 1, 1, 28)], dim=2)
        sheet = cells.reshape(8, 8, 32, 28).permute(0, 2, 1, 3).reshape(8 * 32, 8 * 28)
        return sheet.expand(3, -1, -1)

    def publish(self, model: nn.Module) -> Publication:
        """The weight ``digits``."""
        figures = self.validate(model)
        return Publication(
            name="digits",
            system="digits",
            model=model,
            architecture={"width": self.config.width},
            licence="CC-BY-SA-3.0",
            commercial_ok=True,
            data=("MNIST training digits, 60,000 (Y. LeCun, C. Cortes, CC BY-SA 3.0)",),
            metrics={name: figures[name] for name in ("test_accuracy", "class_mean_accuracy")},
            measured_with="lbvedit evaluate digits --mnist DIR",
            can="Tells which of the ten digits fills a 28x28 window, also when part of another digit lies in it, or "
            "when it is a blurred mean of styles; where there is none, it is sure of nothing.",
            cannot="Find a digit, or read anything but white digits on black.",
        )


def shift(digits: Tensor, pixels: int) -> Tensor:
    """Each digit displaced at random by up to some whole pixels; ``(B, 1, H, W)``."""
    B, _, H, W = digits.shape
    padded = F.pad(digits, (pixels, pixels, pixels, pixels))
    top, left = torch.randint(2 * pixels + 1, (2, B, 1))
    rows, columns = top + torch.arange(H), left + torch.arange(W)
    return padded[torch.arange(B)[:, None, None], 0, rows[:, :, None], columns[:, None, :]][:, None]


def clutter(digits: Tensor, others: Tensor, probability: float) -> Tensor:
    """Digits with, at random, another one that reaches into their window from a side; ``(B, 1, H, W)`` in [0, 1]."""
    B, _, H, W = digits.shape
    angle, distance = 2 * torch.pi * torch.rand(B), 14 + 12 * torch.rand(B)
    moved = torch.eye(2, 3).repeat(B, 1, 1)
    moved[:, 0, 2], moved[:, 1, 2] = 2 / W * distance * angle.cos(), 2 / H * distance * angle.sin()
    aside = F.grid_sample(others, F.affine_grid(moved, [B, 1, H, W], align_corners=False), align_corners=False)
    wanted = (torch.rand(B) < probability).float()[:, None, None, None]
    return torch.maximum(digits, wanted * aside)
