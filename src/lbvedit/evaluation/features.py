"""What the networks behind ``fad-embedded`` and ``vad-embedded`` can tell: labels, and right edits from wrong ones."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lbvedit.data.mnist import DMnist, SMnist
from lbvedit.data.pairs import Pair
from lbvedit.evaluation.table import Options, Result, sample
from lbvedit.measures.activation_distance import activation_distance
from lbvedit.measures.embedded import FeaturePair, embedded_features, load_feature_pair

__all__ = ["CLIP_FRAMES", "evaluate_mnist", "label_accuracy", "labelled_clips"]

DIGITS, DIRECTIONS = 10, 4
CLIP_FRAMES = 8
"""Frames of a labelled clip: few, so that most digits have not bounced yet and move as they started."""


def labelled_clips(pairs: Sequence[Pair], sides: Sequence[int], frames: int = CLIP_FRAMES) -> dict[str, Tensor]:
    """The source (side 0) or target (side 1) of each pair, with what it shows.

    Returns:
        ``clips`` ``(B, T, 3, 64, 64)`` uint8, ``digits`` ``(B, 10)`` and ``moves`` ``(B, 40)`` zeros and ones: which
        digits are there, and which digit starts in which direction.
    """
    clips = torch.stack(
        [pair["target" if side else "source"][:frames] for pair, side in zip(pairs, sides, strict=True)]
    )
    moves = torch.zeros(len(pairs), DIGITS, DIRECTIONS)
    for row, pair, side in zip(moves, pairs, sides, strict=True):
        row[pair["meta"]["digits"][side], pair["meta"]["directions"][side]] = 1
    return {"clips": clips, "digits": moves.amax(2), "moves": moves.flatten(1)}


@torch.no_grad()
def label_accuracy(networks: FeaturePair, pairs: Sequence[Pair]) -> tuple[float, float]:
    """How often the first frame's digits, and the target clip's moves, are exactly the labels on top."""
    batch = labelled_clips(pairs, [1] * len(pairs))
    clips = batch["clips"].to(next(networks.parameters()).device) / 255
    return (
        _right(networks.frame(clips[:, 0]).cpu(), batch["digits"]),
        _right(networks.clip(clips).cpu(), batch["moves"]),
    )


def _right(logits: Tensor, labels: Tensor) -> float:
    """The fraction of rows whose k largest logits are the k labels that are set."""
    ranks = logits.argsort(1, descending=True).argsort(1)
    counts = labels.sum(1, keepdim=True)
    return float(((ranks < counts) == (labels > 0)).all(1).double().mean())


def evaluate_mnist(options: Options) -> Result:
    """Label accuracy on S-MNIST and D-MNIST, and the distances of the unedited source and of the oracle."""
    networks = load_feature_pair(options.model or "features-mnist", options.weights)
    features = embedded_features(options.model or "features-mnist", options.weights)
    metrics: dict[str, float] = {}
    total = 0
    for kind in (SMnist, DMnist):
        corpus = kind(options.require("mnist"), "test")
        numbers = sample(len(corpus), options.limit, options.seed)
        pairs = [corpus[number] for number in numbers]
        right = [label_accuracy(networks, pairs[start : start + 64]) for start in range(0, len(pairs), 64)]
        sizes = [len(pairs[start : start + 64]) for start in range(0, len(pairs), 64)]
        for place, name in enumerate(("frame", "clip")):
            mean = sum(score[place] * size for score, size in zip(right, sizes, strict=True)) / len(pairs)
            metrics[f"{corpus.name}_{name}_accuracy"] = mean
        for name, network in features.items():
            for rival in ("source", "oracle"):
                metrics[f"{corpus.name}_{name}_of_{rival}"] = sum(
                    activation_distance(
                        network(pair["source"] if rival == "source" else corpus.oracle(number)), network(pair["target"])
                    )
                    for pair, number in zip(pairs, numbers, strict=True)
                ) / len(pairs)
        total += len(pairs)
        options.progress(total, 2 * len(pairs))
    return Result("features", "mnist", total, metrics)
