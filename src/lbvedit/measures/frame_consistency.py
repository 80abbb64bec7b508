"""Frame consistency: how alike the frames of a video look to CLIP."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

__all__ = ["all_pairs_consistency", "consecutive_consistency"]


def all_pairs_consistency(embeddings: Tensor) -> float:
    """The mean cosine over all ordered pairs i != j: the frame consistency of LOVEU-TGVE-2023 and TCVE.

    Args:
        embeddings: ``(T, D)`` CLIP ViT-L/14 image embeddings of frames that were resized to 480x480 first; T >= 2.
    """
    unit = _unit(embeddings)
    T = len(unit)
    return float(((unit @ unit.T).sum() - T) / (T * (T - 1)))


def consecutive_consistency(embeddings: Tensor) -> float:
    """The mean cosine of neighbouring frames: the Tem-Con of FateZero, with CLIP ViT-B/32.

    Args:
        embeddings: ``(T, D)`` image embeddings; T >= 2.
    """
    unit = _unit(embeddings)
    return float((unit[1:] * unit[:-1]).sum(1).mean())


def _unit(embeddings: Tensor) -> Tensor:
    if embeddings.ndim != 2 or len(embeddings) < 2:
        raise ValueError(f"embeddings must be (T, D) of two frames or more, got {tuple(embeddings.shape)}")
    return F.normalize(embeddings.double(), dim=1)
