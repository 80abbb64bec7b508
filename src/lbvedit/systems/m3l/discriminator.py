"""The dual discriminator: D_a judges single frames, D_t judges K consecutive ones. Sec. 3.4, after DVD-GAN."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

__all__ = ["DualDiscriminator", "FrameDiscriminator", "TemporalDiscriminator"]


class DownBlock(nn.Module):
    """A residual block that halves height and width, and time where ``pool_t`` is 2; ``(B, C, T, H, W)``."""

    def __init__(self, channels_in: int, channels_out: int, kernel_t: int, pool_t: int, *, first: bool) -> None:
        super().__init__()
        self.first = first
        self.pool = (pool_t, 2, 2)
        kernel, padding = (kernel_t, 3, 3), (kernel_t // 2, 1, 1)
        self.conv1 = spectral_norm(nn.Conv3d(channels_in, channels_out, kernel, padding=padding))
        self.conv2 = spectral_norm(nn.Conv3d(channels_out, channels_out, kernel, padding=padding))
        self.shortcut = spectral_norm(nn.Conv3d(channels_in, channels_out, 1))

    def forward(self, x: Tensor) -> Tensor:
        """The block's output."""
        h = self.conv1(x if self.first else F.relu(x))
        h = F.avg_pool3d(self.conv2(F.relu(h)), self.pool)
        return h + self.shortcut(F.avg_pool3d(x, self.pool))


class _Tower(nn.Module):
    def __init__(self, channels: int, kernel_t: int, pool_t: tuple[int, ...]) -> None:
        super().__init__()
        widths = (3, channels, 2 * channels, 4 * channels)
        self.blocks = nn.Sequential(
            *(
                DownBlock(before, after, kernel_t, pool, first=index == 0)
                for index, (before, after, pool) in enumerate(zip(widths, widths[1:], pool_t, strict=False))
            )
        )
        self.head = spectral_norm(nn.Linear(widths[-1], 1))

    def forward(self, x: Tensor) -> Tensor:
        features = F.relu(self.blocks(x)).sum(dim=(2, 3, 4))
        logits: Tensor = self.head(features)
        return logits.squeeze(1)


class FrameDiscriminator(nn.Module):
    """D_a: is a frame true? Sec. 3.4."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.tower = _Tower(channels, 1, (1, 1, 1))

    def forward(self, frames: Tensor) -> Tensor:
        """Logits ``(B, N)`` of frames ``(B, N, 3, H, W)``."""
        B, N = frames.shape[:2]
        logits: Tensor = self.tower(frames.flatten(0, 1).unsqueeze(2))
        return logits.view(B, N)


class TemporalDiscriminator(nn.Module):
    """D_t: are K consecutive frames a fragment of a true video? Sec. 3.4.

    Args:
        channels: channels of the first block.
        window: K.
    """

    def __init__(self, channels: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.tower = _Tower(channels, 3, (2 if window >= 2 else 1, 2 if window >= 4 else 1, 1))

    def forward(self, frames: Tensor) -> Tensor:
        """Logits ``(B, M)`` of the M = N - K + 1 windows of ``(B, N, 3, H, W)``; N is at least K."""
        B, N = frames.shape[:2]
        if self.window > N:
            raise ValueError(f"{N} frames < K = {self.window}")
        windows = frames.unfold(1, self.window, 1)  # (B, M, 3, H, W, K)
        logits: Tensor = self.tower(windows.permute(0, 1, 2, 5, 3, 4).flatten(0, 1))
        return logits.view(B, N - self.window + 1)


class DualDiscriminator(nn.Module):
    """D = {D_a, D_t}."""

    def __init__(self, channels: int, window: int) -> None:
        super().__init__()
        self.frame = FrameDiscriminator(channels)
        self.temporal = TemporalDiscriminator(channels, window)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the frames ``(B, N)`` and of the windows ``(B, M)``."""
        return self.frame(frames), self.temporal(frames)
