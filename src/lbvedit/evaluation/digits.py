"""How sure the judge of digits is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from lbvedit.data.mnist import class_mean_digit, read_mnist
from lbvedit.evaluation.table import Options, Result, sample
from lbvedit.measures.accuracy import accuracy
from lbvedit.measures.digits import load_digit_classifier

__all__ = ["classifier_accuracy", "evaluate_mnist", "logits_of"]


def evaluate_mnist(options: Options) -> Result:
    """The figures of the embedded digit classifier."""
    mnist = options.require("mnist")
    numbers = sample(len(read_mnist(mnist, "test")[0]), options.limit, options.seed)
    figures = classifier_accuracy(load_digit_classifier(options.weights), mnist, numbers)
    return Result("digits", "mnist", len(numbers), figures)


@torch.no_grad()
def classifier_accuracy(
    model: nn.Module, mnist: Path, numbers: Sequence[int] | slice = slice(None)
) -> dict[str, float]:
    """The accuracy of a classifier of digits on MNIST's test digits and on the ten means of training digits.

    Args:
        model: ``(B, 1, 28, 28)`` float in [0, 1] to ``(B, 10)`` logits.
        mnist: folder of MNIST's idx files.
        numbers: of the test digits to try.
    """
    images, labels = read_mnist(mnist, "test")
    digits = torch.from_numpy(images[numbers])[:, None] / 255
    means = torch.stack([class_mean_digit(mnist, digit) for digit in range(10)])[:, None] / 255
    return {
        "test_accuracy": accuracy(logits_of(model, digits), torch.from_numpy(labels[numbers].astype("int64"))),
        "class_mean_accuracy": accuracy(logits_of(model, means), torch.arange(10)),
    }


def logits_of(model: nn.Module, digits: Tensor) -> Tensor:
    """The logits of any number of digits, ``(N, 10)`` on the CPU, wherever the model is."""
    device = next(model.parameters()).device
    return torch.cat([model(part.to(device)).cpu() for part in digits.split(1000)])
