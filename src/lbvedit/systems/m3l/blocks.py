"""What the generator and its close-up are built of: residual blocks that scale up, skips and self-attention."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.systems.m3l.features import FrameNorm

__all__ = ["Finish", "SelfAttention2d", "Skips", "UpBlock"]


class SelfAttention2d(nn.Module):
    """One self-attention layer in the manner of SAGAN (arXiv 1805.08318), ``(B, C, h, w)`` to the same.

    Its weight starts at zero, so that training begins with the convolutions alone.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(8, channels // 8)
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """``x`` plus what each position gathers from all others."""
        q, k, v = (layer(x).flatten(2).transpose(1, 2) for layer in (self.query, self.key, self.value))
        gathered = F.scaled_dot_product_attention(q.unsqueeze(1), k.unsqueeze(1), v.unsqueeze(1)).squeeze(1)
        return x + self.gamma * gathered.transpose(1, 2).reshape(x.shape)


class UpBlock(nn.Module):
    """A residual block that scales up by nearest neighbours, ``(B, C_in, h, w) -> (B, C_out, h*s, w*s)``.

    Args:
        channels_in: C_in.
        channels_out: C_out.
        scale: s.
        sentence_dim: C_x, if a sentence, or whatever tells what to paint, scales and shifts what the block normalises.
        beside: channels of what the source shows at the block's size, if it looks at that.
    """

    def __init__(self, channels_in: int, channels_out: int, scale: int, sentence_dim: int = 0, beside: int = 0) -> None:
        super().__init__()
        self.scale = scale
        self.norm1 = FrameNorm(channels_in, sentence_dim)
        self.conv1 = nn.Conv2d(channels_in + beside, channels_out, 3, padding=1)
        self.norm2 = FrameNorm(channels_out, sentence_dim)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.shortcut = nn.Conv2d(channels_in, channels_out, 1)

    def _scaled(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=float(self.scale), mode="nearest") if self.scale > 1 else x

    def forward(self, x: Tensor, sentence: Tensor | None = None, beside: Tensor | None = None) -> Tensor:
        """The block's output; ``sentence`` is ``(B, C_x)``, ``beside`` ``(B, C_beside, h*s, w*s)``."""
        h = self._scaled(F.relu(self.norm1(x, sentence)))
        h = self.conv1(h if beside is None else torch.cat((h, beside.to(h.dtype)), dim=1))
        h = self.conv2(F.relu(self.norm2(h, sentence)))
        # A 1x1 convolution and nearest neighbours commute; this order is the cheaper one.
        return h + self._scaled(self.shortcut(x))


class Skips(nn.Module):
    """What source frames show at each size that the generator passes, as in a U-Net (arXiv 1505.04597).

    Args:
        widths: channels of the blocks on the way down, those of the 3D ResNet for the generator; what is shown at a
            block's input has those of the block before it.
        strides: of these blocks.
        shown: channels of what they show.
    """

    def __init__(self, widths: tuple[int, ...], strides: tuple[int, ...], shown: int) -> None:
        super().__init__()
        self.channels = (widths[0] // 2, *widths[:-1])
        steps = zip((shown, *self.channels[:-1]), self.channels, (1, *strides[:-1]), strict=True)
        self.levels = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, stride, padding=1), FrameNorm(after), nn.ReLU())
            for before, after, stride in steps
        )

    def forward(self, source: Tensor) -> list[Tensor]:
        """Of ``(B*T, shown, H, W)`` the features at each size, the largest first."""
        seen = [source]
        for level in self.levels:
            seen.append(level(seen[-1]))
        return seen[1:]


class Finish(nn.Module):
    """The last look at the source at full size: borders and shading as sharp as they are there.

    It begins with adding nothing.

    Args:
        channels: of the generator's last features.
        beside: channels of what the source shows.
        sentence_dim: C_x, if the sentence scales and shifts what it normalises.
    """

    def __init__(self, channels: int, beside: int, sentence_dim: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(channels + beside, channels, 3, padding=1)
        self.norm = FrameNorm(channels, sentence_dim)
        self.mix = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.mix.weight)
        assert self.mix.bias is not None
        nn.init.zeros_(self.mix.bias)

    def forward(self, x: Tensor, beside: Tensor, sentence: Tensor | None) -> Tensor:
        """``(B*T, C, H, W)`` of as much, what the source shows ``(B*T, C_beside, H, W)``, and sentences."""
        return x + self.mix(F.relu(self.norm(self.look(torch.cat((x, beside.to(x.dtype)), dim=1)), sentence)))
