"""The Frechet distance between two sets of embeddings, which FVD and FID rest on."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["frechet_distance"]


def frechet_distance(first: Tensor, second: Tensor) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two Gaussians fitted to embeddings.

    See :mod:`~lbvedit.measures.fvd` for FVD.

    Args:
        first: ``(N, D)`` embeddings, N at least 2.
        second: ``(M, D)`` embeddings.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError(f"embeddings must be (N, D) and (M, D): {tuple(first.shape)} and {tuple(second.shape)}")
    if min(len(first), len(second)) < 2:
        raise ValueError(f"a covariance needs two embeddings, got {len(first)} and {len(second)}")
    a, b = first.double(), second.double()
    shift = (a.mean(0) - b.mean(0)).square().sum()
    cov_a, cov_b = torch.atleast_2d(torch.cov(a.T)), torch.atleast_2d(torch.cov(b.T))
    # C1 C2 is similar to the symmetric S C2 S with S = C1^(1/2), whose eigenvalues are safe to take.
    values, vectors = torch.linalg.eigh(cov_a)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0).sqrt().sum()
    return float(shift + cov_a.trace() + cov_b.trace() - 2 * cross)
