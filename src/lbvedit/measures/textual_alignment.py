"""How well frames fit their prompt, by CLIP: textual alignment, CLIP score, PickScore, frame accuracy."""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor

__all__ = ["clip_score", "frame_accuracy", "pick_score", "textual_alignment"]


def textual_alignment(images: Tensor, text: Tensor) -> float:
    """The mean over frames of 100 * cosine: the textual alignment of LOVEU-TGVE-2023, with CLIP ViT-L/14.

    Args:
        images: ``(T, D)`` image embeddings.
        text: ``(D,)`` embedding of the prompt.
    """
    return float(100 * _cosines(images, text).mean())


def clip_score(images: Tensor, text: Tensor) -> float:
    """The largest cosine of any frame: the CLIP score of one video in MMVID, with CLIP ViT-B/32; averaged over videos.

    Args:
        images: ``(T, D)`` image embeddings.
        text: ``(D,)`` embedding of the prompt.
    """
    return float(_cosines(images, text).max())


def pick_score(images: Tensor, text: Tensor, logit_scale: float) -> float:
    """The mean over frames of exp(logit_scale) * cosine, with PickScore's CLIP-H/14 (Kirstain et al., 2023).

    Args:
        images: ``(T, D)`` image embeddings.
        text: ``(D,)`` embedding of the prompt.
        logit_scale: the model's own, before the exponential.
    """
    return float(math.exp(logit_scale) * _cosines(images, text).mean())


def frame_accuracy(images: Tensor, target: Tensor, source: Tensor) -> float:
    """The fraction of frames that fit the target prompt at least as well as the source's: FateZero's Fram-Acc.

    Args:
        images: ``(T, D)`` image embeddings.
        target: ``(D,)`` embedding of the target prompt.
        source: ``(D,)`` embedding of the source prompt.
    """
    return float((_cosines(images, target) >= _cosines(images, source)).double().mean())


def _cosines(images: Tensor, text: Tensor) -> Tensor:
    if images.ndim != 2 or text.shape != images.shape[1:]:
        raise ValueError(f"embeddings must be (T, D) and (D,), got {tuple(images.shape)} and {tuple(text.shape)}")
    return F.cosine_similarity(images.double(), text.double()[None], dim=1)
