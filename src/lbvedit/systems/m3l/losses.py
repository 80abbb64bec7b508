"""The editing loss and the dual game. Sec. 3.4. All in fp32, from logits, so that no logarithm meets a zero."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["altering_loss", "copying_loss", "discrimination_loss", "editing_loss", "quality_loss"]


def editing_loss(edited: Tensor, target: Tensor) -> Tensor:
    """L_E, the mean square error over all frames. Eq. (9).

    Args:
        edited: ``(B, N, 3, H, W)`` in [-1, 1].
        target: the same of the truth.
    """
    return F.mse_loss(edited.float(), target.float())


def altering_loss(edited: Tensor, target: Tensor, changed: Tensor) -> Tensor:
    """The mean absolute error of what an instruction changes. An extension.

    Where two edits are likely, its best is one of them; that of a square would be their mean, which is neither.

    Args:
        edited: ``(B, N, 3, H, W)`` in [-1, 1].
        target: the same of the truth.
        changed: ``(B, N, 1, H, W)`` bool, where the target is not the source.
    """
    error = (edited.float() - target.float()).abs().mean(dim=2, keepdim=True)
    return (error * changed).sum() / changed.sum().clamp(min=1)


def copying_loss(copied: Tensor, changed: Tensor) -> Tensor:
    """The binary cross-entropy of what the copy gate lets through against what an instruction leaves alone.

    An extension.

    Args:
        copied: ``(B, N, 1, H, W)`` shares in [0, 1].
        changed: ``(B, N, 1, H, W)`` bool.
    """
    shares = copied.float().clamp(1e-4, 1 - 1e-4)
    return -torch.where(changed, 1 - shares, shares).log().mean()


def quality_loss(frames_fake: Tensor, windows_fake: Tensor) -> Tensor:
    """L_G = mean log(1 - D_a) + mean log(1 - D_t), minimised by the generator; the saturating form. Eq. (10).

    Args:
        frames_fake: logits of D_a on edited frames.
        windows_fake: logits of D_t on windows of K edited frames.
    """
    return -F.softplus(frames_fake.float()).mean() - F.softplus(windows_fake.float()).mean()


def discrimination_loss(frames_fake: Tensor, windows_fake: Tensor, frames_real: Tensor, windows_real: Tensor) -> Tensor:
    """-L_D, so that minimising it is the discriminators' maximisation. Eq. (11).

    Args:
        frames_fake: logits of D_a on edited frames.
        windows_fake: logits of D_t on windows of K edited frames.
        frames_real: logits of D_a on true frames.
        windows_real: logits of D_t on windows of K true frames.
    """
    fake = F.softplus(frames_fake.float()).mean() + F.softplus(windows_fake.float()).mean()
    real = F.softplus(-frames_real.float()).mean() + F.softplus(-windows_real.float()).mean()
    return fake + real
