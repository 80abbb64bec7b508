"""How sure the judge of digits is."""

from __future__ import annotations

import torch

from lbvedit.data.mnist import class_mean_digit, read_mnist
from lbvedit.evaluation.table import Options, Result, sample
from lbvedit.measures.accuracy import accuracy
from lbvedit.measures.digits import load_digit_classifier

__all__ = ["evaluate_mnist"]


@torch.no_grad()
def evaluate_mnist(options: Options) -> Result:
    """The accuracy of the embedded digit classifier on MNIST's test digits and on the ten means of training digits."""
    model = load_digit_classifier(options.weights)
    images, labels = read_mnist(options.require("mnist"), "test")
    numbers = sample(len(images), options.limit, options.seed)
    digits = torch.from_numpy(images[numbers])[:, None] / 255
    logits = torch.cat([model(part) for part in digits.split(1000)])
    means = torch.stack([class_mean_digit(options.require("mnist"), digit) for digit in range(10)])[:, None] / 255
    metrics = {
        "test_accuracy": accuracy(logits, torch.from_numpy(labels[numbers].astype("int64"))),
        "class_mean_accuracy": accuracy(model(means), torch.arange(10)),
    }
    return Result("digits", "mnist", len(numbers), metrics)
