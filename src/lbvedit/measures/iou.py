"""IoU of masks: per sample, overall and mean."""

from __future__ import annotations

from torch import Tensor

__all__ = ["intersections_and_unions", "mean_iou", "overall_iou", "sample_iou"]

EPSILON = 1e-6


def intersections_and_unions(predicted: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Pixels in both masks, and pixels in either: two ``(N,)`` in float64.

    Args:
        predicted: ``(N, H, W)`` masks, zero outside.
        target: as ``predicted``.
    """
    if predicted.shape != target.shape or predicted.ndim != 3:
        raise ValueError(f"masks must be two (N, H, W): {tuple(predicted.shape)} and {tuple(target.shape)}")
    first, second = predicted != 0, target != 0
    return (first & second).sum((1, 2)).double(), (first | second).sum((1, 2)).double()


def sample_iou(predicted: Tensor, target: Tensor) -> Tensor:
    """(I + 1e-6) / (U + 1e-6) of each sample: ``(N,)``; two empty masks agree."""
    intersections, unions = intersections_and_unions(predicted, target)
    return (intersections + EPSILON) / (unions + EPSILON)


def overall_iou(intersections: Tensor, unions: Tensor) -> float:
    """Sum of all intersections by the sum of all unions; large objects weigh more.

    Args:
        intersections: ``(N,)`` over the whole test set.
        unions: ``(N,)``.
    """
    return float(intersections.sum() / unions.sum().clamp(min=EPSILON))


def mean_iou(ious: Tensor) -> float:
    """The mean of the samples' IoU; all samples weigh the same."""
    return float(ious.double().mean())
