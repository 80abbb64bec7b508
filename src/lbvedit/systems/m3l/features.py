"""Frame features: the 3D ResNet of Eq. (1).

It is three ResBlocks in the manner of Miyato and Koyama's projection discriminator (arXiv 1802.05637): normalise, ReLU,
convolve, twice, beside a 1x1 shortcut.

Differs: it looks only backwards in time and normalises each frame alone. The paper does not say how the features of
previous target frames are had during generation; this way one network serves source and target, and a generated frame
costs one step with two cached feature maps a convolution.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Cache", "CausalConv3d", "FrameNorm", "FrameResNet", "ResBlock3d"]

Cache = dict[str, Tensor]


class FrameNorm(nn.GroupNorm):
    """Group normalisation of each frame alone, ``(B*T, C, H, W)``, statistics in fp32.

    Args:
        channels: C.
        sentence_dim: C_x, if a sentence may scale and shift what is normalised; it begins with doing neither.
    """

    def __init__(self, channels: int, sentence_dim: int = 0) -> None:
        super().__init__(min(8, channels), channels)
        self.told = nn.Linear(sentence_dim, 2 * channels) if sentence_dim else None
        if self.told is not None:
            nn.init.zeros_(self.told.weight)
            nn.init.zeros_(self.told.bias)

    def forward(self, x: Tensor, sentence: Tensor | None = None) -> Tensor:
        """Normalised ``x``, same shape and dtype; ``sentence`` is ``(B*T, C_x)``."""
        normal = F.group_norm(x.float(), self.num_groups, self.weight, self.bias, self.eps).to(x.dtype)
        if self.told is None or sentence is None:
            return normal
        scale, shift = self.told(sentence)[:, :, None, None].to(x.dtype).chunk(2, dim=1)
        return normal * (1 + scale) + shift


class CausalConv3d(nn.Module):
    """A 3D convolution that sees the present frame and ``kernel_t - 1`` earlier ones.

    Before the first frame there are zeros, as at the other borders. It is computed as a 2D convolution over frames
    stacked along the channels, the earliest first, which on a CPU takes a fraction of the time.
    """

    def __init__(self, channels_in: int, channels_out: int, kernel_t: int, stride: int = 1) -> None:
        super().__init__()
        self.past = kernel_t - 1
        self.conv = nn.Conv2d(kernel_t * channels_in, channels_out, 3, stride=stride, padding=1)

    def forward(self, x: Tensor, cache: Cache | None = None, key: str = "") -> Tensor:
        """Convolves ``(B, T, C, H, W)``.

        Args:
            x: the new frames.
            cache: where the last input frames are kept between calls, or None for a whole clip at once.
            key: this layer's name in the cache.
        """
        B, T = x.shape[:2]
        earlier = cache.get(key) if cache is not None else None
        if earlier is None:
            earlier = x.new_zeros((B, self.past, *x.shape[2:]))
        x = torch.cat((earlier.to(x.dtype), x), dim=1)
        if cache is not None:
            cache[key] = x[:, T:].detach()
        stacked = torch.cat([x[:, shift : shift + T] for shift in range(self.past + 1)], dim=2).flatten(0, 1)
        return self.conv(stacked).unflatten(0, (B, T))


class ResBlock3d(nn.Module):
    """A residual block over space and past time, ``(B, T, C_in, H, W) -> (B, T, C_out, H/s, W/s)``."""

    def __init__(self, channels_in: int, channels_out: int, kernel_t: int, stride: int, *, first: bool) -> None:
        super().__init__()
        self.stride = stride
        # A block that sees raw pixels must not rectify them before it has looked.
        self.enter: nn.Module = nn.Identity() if first else nn.Sequential(FrameNorm(channels_in), nn.ReLU())
        self.conv1 = CausalConv3d(channels_in, channels_out, kernel_t, stride)
        self.norm2 = FrameNorm(channels_out)
        self.conv2 = CausalConv3d(channels_out, channels_out, kernel_t)
        self.shortcut = nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor, cache: Cache | None = None, key: str = "") -> Tensor:
        """The block's output; ``cache`` and ``key`` as in :class:`CausalConv3d`."""
        frames = x.shape[:2]
        h = self.conv1(self.enter(x.flatten(0, 1)).unflatten(0, frames), cache, f"{key}.1")
        h = self.conv2(F.relu(self.norm2(h.flatten(0, 1))).unflatten(0, frames), cache, f"{key}.2")
        x = x.flatten(0, 1)
        if self.stride > 1:
            x = F.avg_pool2d(x, self.stride)
        return h + self.shortcut(x).unflatten(0, frames)


class FrameResNet(nn.Module):
    """Frame features ``v``. Eq. (1).

    Args:
        widths: output channels of each block; the last is C_v.
        strides: spatial stride of each block; the first is 1 (App. A).
        kernel_t: temporal kernel.
    """

    def __init__(self, widths: tuple[int, ...], strides: tuple[int, ...], kernel_t: int) -> None:
        super().__init__()
        inputs = (3, *widths[:-1])
        self.blocks = nn.ModuleList(
            ResBlock3d(before, after, kernel_t, stride, first=index == 0)
            for index, (before, after, stride) in enumerate(zip(inputs, widths, strides, strict=True))
        )
        self.norm = FrameNorm(widths[-1])

    def forward(self, frames: Tensor, cache: Cache | None = None) -> Tensor:
        """Features of frames.

        Args:
            frames: ``(B, T, 3, H, W)`` in [-1, 1]; H and W are multiples of the total stride.
            cache: what earlier calls left, when a clip comes in pieces.

        Returns:
            ``(B, T, C_v, h, w)``.
        """
        x = frames
        for index, block in enumerate(self.blocks):
            x = block(x, cache, f"block{index}")
        return self.norm(x.flatten(0, 1)).unflatten(0, frames.shape[:2])
