"""GA and its kin: how often a judge sees in the edited video what the instruction asked for."""

from __future__ import annotations

from torch import Tensor

__all__ = ["accuracy"]


def accuracy(logits: Tensor, targets: Tensor) -> float:
    """The fraction of videos whose most likely class is the target, in [0, 1].

    With a gesture classifier over the 27 classes of 20BN-Jester this is GA (M3L, Sec. 5.1); with the digit classifier
    it tells whether a digit was replaced as told.

    Args:
        logits: ``(N, K)`` scores of the judge.
        targets: ``(N,)`` classes asked for.
    """
    if logits.shape[:1] != targets.shape or not len(targets):
        raise ValueError(f"{len(logits)} scores != {len(targets)} targets, or none")
    return float((logits.argmax(dim=1) == targets).double().mean())
