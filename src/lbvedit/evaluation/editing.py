"""Scores of edited clips against the clips that obey: the figures of E-MNIST, E-CLEVR, E-JESTER and actors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import torch
from torch import Tensor

from lbvedit.data.pairs import Pair
from lbvedit.evaluation.table import Options
from lbvedit.measures.activation_distance import activation_distance
from lbvedit.measures.psnr import psnr
from lbvedit.measures.public import features_at_hand
from lbvedit.measures.ssim import ssim
from lbvedit.runtime import pick_device

__all__ = ["Edit", "Features", "Pairs", "score_edits"]

Edit = Callable[[Pair], Tensor]
"""A pair -> what is made of its source, ``(T, 3, H, W)`` uint8."""

Features = Callable[[Tensor], Tensor]
"""Frames or a video ``(T, 3, H, W)`` uint8 -> activations ``(N, D)``: one a frame for FAD, one a video for VAD."""


class Pairs(Protocol):
    """A data set of edits."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Pair: ...


def score_edits(
    dataset: Pairs,
    numbers: Iterable[int],
    edits: dict[str, Edit],
    *,
    features: dict[str, Features] | None = None,
    options: Options | None = None,
) -> dict[str, dict[str, float]]:
    """The metrics of several ways to edit, each judged on the same pairs.

    ``ssim`` is the mean over frames times 100 (7x7 windows, data range 1), ``psnr_unchanged`` the mean over pairs of
    the PSNR where source and target agree (at most 99 dB, as for an exact copy), ``psnr_changed`` that where they
    differ, and each of ``features`` gives a paired activation distance under its own name. With ``options`` there are
    ``fad`` and ``vad`` as well where the papers' networks are on this machine.

    Args:
        dataset: pairs with their targets.
        numbers: the items to score.
        edits: by name: the system, ``copy source`` and so on; each gives ``(T, 3, H, W)`` uint8.
        features: further networks by the metric's name, such as ``fad-embedded`` for a stand-in.
        options: whose ``weights`` are searched first and whose ``report`` is told about progress.
    """
    todo = list(numbers)
    networks = dict(features or {})
    if options is not None:
        networks = features_at_hand(options.weights, str(pick_device(options.device))) | networks
    scores: dict[str, dict[str, list[float]]] = {name: {} for name in edits}
    for done, number in enumerate(todo, 1):
        item = dataset[number]
        for name, edit in edits.items():
            for metric, score in _scores(edit(item), item, networks).items():
                scores[name].setdefault(metric, []).append(score)
        if options is not None:
            options.progress(done, len(todo))
    return {
        name: {metric: sum(values) / len(values) for metric, values in metrics.items()}
        for name, metrics in scores.items()
    }


@torch.no_grad()
def _scores(edited: Tensor, item: Pair, features: dict[str, Features]) -> dict[str, float]:
    target = item["target"]
    if edited.shape != target.shape or edited.dtype != torch.uint8:
        raise ValueError(f"an edit gave {tuple(edited.shape)} {edited.dtype} for {tuple(target.shape)} uint8")
    scores = {"ssim": 100 * float(ssim(edited, target).mean())}
    if not item["changed"].all():
        scores["psnr_unchanged"] = min(99.0, psnr(edited, target, where=~item["changed"]))
    if item["changed"].any():
        scores["psnr_changed"] = min(99.0, psnr(edited, target, where=item["changed"]))
    for name, network in features.items():
        scores[name] = activation_distance(network(edited), network(target))
    return scores
