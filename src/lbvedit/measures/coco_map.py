"""COCO's average precision over scored queries, as MTTR and ReferFormer report it on A2D and J-HMDB Sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lbvedit.measures.precision import THRESHOLDS

__all__ = ["ScoredQueries", "coco_map", "top_query"]

MAX_DETECTIONS = 100
_RECALLS = 101


@dataclass(frozen=True, eq=False)
class ScoredQueries:
    """The candidate masks of one sentence on one frame.

    Args:
        ious: ``(Q,)`` plain IoU of each candidate with the one true mask.
        scores: ``(Q,)`` confidence.
    """

    ious: Tensor
    scores: Tensor

    def __post_init__(self) -> None:
        if self.ious.ndim != 1 or self.ious.shape != self.scores.shape:
            raise ValueError(f"ious {tuple(self.ious.shape)} != scores {tuple(self.scores.shape)} = (Q,)")


def coco_map(samples: Sequence[ScoredQueries]) -> float:
    """AP at IoU .50:.05:.95, one class, one true mask a sample, 101-point interpolation.

    All candidates of a sentence count, so a model with five queries has five chances; :func:`top_query` leaves only
    what a user would get. Neither is the papers' mAP of one mask (:func:`lbvedit.measures.precision.single_mask_map`).

    Args:
        samples: every sentence of the test set.
    """
    if not samples:
        raise ValueError("no samples")
    return sum(_average_precision(samples, threshold) for threshold in THRESHOLDS) / len(THRESHOLDS)


def top_query(sample: ScoredQueries) -> ScoredQueries:
    """The sample with its most confident candidate alone."""
    best = sample.scores.argmax(dim=0, keepdim=True)
    return ScoredQueries(sample.ious[best], sample.scores[best])


def _average_precision(samples: Sequence[ScoredQueries], threshold: float) -> float:
    scores, hits = [], []
    for sample in samples:
        order = sample.scores.argsort(descending=True, stable=True)[:MAX_DETECTIONS]
        fits = sample.ious[order] >= min(threshold, 1 - 1e-10)
        # One true mask: the first candidate that fits takes it, later ones are false alarms.
        hits.append(fits & (fits.cumsum(0) == 1))
        scores.append(sample.scores[order])
    ranking = torch.cat(scores).argsort(descending=True, stable=True)
    hit = torch.cat(hits)[ranking].double()
    if not hit.numel():
        return 0.0
    found = hit.cumsum(0)
    recall = found / len(samples)
    precision = found / torch.arange(1, len(hit) + 1)
    envelope = precision.flip(0).cummax(0).values.flip(0)
    wanted = torch.arange(_RECALLS, dtype=torch.float64) * 0.01
    places = torch.searchsorted(recall, wanted, side="left")
    return float(torch.cat([envelope, envelope.new_zeros(1)])[places.clamp(max=len(hit))].mean())
