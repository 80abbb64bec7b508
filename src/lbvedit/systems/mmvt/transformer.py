"""Sec. 3.2: the multi-modal video transformer."""

from __future__ import annotations

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ConcatFusion", "MultiModalVideoTransformer", "SelfAttention", "TransformerLayer"]


class SelfAttention(nn.Module):
    """LN and multi-head self-attention with its residual; no biases."""

    def __init__(self, width: int, heads: int, head_width: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * heads * head_width, bias=False)
        self.out = nn.Linear(heads * head_width, width, bias=False)

    def forward(self, z: Tensor, keep: Tensor | None = None) -> Tensor:
        """``z: (B, N, C)`` with ``keep: (B, N)`` bool, False for tokens that nobody may look at."""
        q, k, v = rearrange(self.qkv(self.norm(z)), "b n (three h d) -> three b h n d", three=3, h=self.heads)
        mask = None if keep is None else keep[:, None, None, :]
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return z + self.out(rearrange(mixed, "b h n d -> b n (h d)"))


class TransformerLayer(nn.Module):
    """One layer: cross-modal attention, temporal attention and the MLP, Eq. (2)-(5).

    Differs: padded text tokens are kept out of the attention. The authors' mask fills with 1e-9, which hides nothing.
    """

    def __init__(
        self, width: int, heads: int, head_width: int, mlp_width: int, dropout: float, cross: bool, temporal: bool
    ) -> None:
        super().__init__()
        self.cross = SelfAttention(width, heads, head_width) if cross else None
        self.temporal = SelfAttention(width, heads, head_width) if temporal else None
        self.mlp = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, mlp_width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(mlp_width, width),
            nn.Dropout(dropout),
        )

    def cross_modal_attention(self, z: Tensor, keep: Tensor) -> Tensor:
        """CMA, Eq. (2). Fuses the modalities inside each frame: ``z: (B, T, N, C)``, ``keep: (B, T, N)``."""
        if self.cross is None:
            return z
        fused = self.cross(rearrange(z, "b t n c -> (b t) n c"), rearrange(keep, "b t n -> (b t) n"))
        return rearrange(fused, "(b t) n c -> b t n c", b=z.shape[0])

    def temporal_attention(self, z: Tensor, appearance: int) -> Tensor:
        """TA, Eq. (3) and (4). Lets the first ``appearance`` tokens of every frame meet across the clip."""
        if self.temporal is None:
            return z
        clip = rearrange(z[:, :, :appearance], "b t n c -> b (t n) c")
        met = rearrange(self.temporal(clip), "b (t n) c -> b t n c", t=z.shape[1])
        return torch.cat([met, z[:, :, appearance:]], dim=2)

    def forward(self, z: Tensor, keep: Tensor, appearance: int) -> Tensor:
        """Eq. (5) after Eq. (2)-(4). ``z: (B, T, N, C)`` to the same shape."""
        z = self.temporal_attention(self.cross_modal_attention(z, keep), appearance)
        out: Tensor = self.mlp(z) + z
        return out


class MultiModalVideoTransformer(nn.Module):
    """MMVT, Sec. 3.2, Eq. (1): appearance, motion and language tokens of every frame, through ``depth`` layers.

    Attributes:
        layers: the transformer layers.
    """

    def __init__(
        self,
        width: int,
        depth: int,
        heads: int,
        head_width: int,
        mlp_width: int,
        dropout: float,
        *,
        cross: bool = True,
        temporal: bool = True,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            TransformerLayer(width, heads, head_width, mlp_width, dropout, cross, temporal) for _ in range(depth)
        )

    def forward(
        self, appearance: Tensor, motion: Tensor | None, language: Tensor, keep: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Fused appearance ``(B, T, C, h, w)`` and language ``(B, T, L, C)``.

        Args:
            appearance: ``(B, T, C, h, w)``.
            motion: ``(B, T, C, h, w)``, or None.
            language: ``(B, L, C)``, the same for every frame.
            keep: ``(B, L)`` bool, False for padding.
        """
        B, T, _, h, w = appearance.shape
        visual = [appearance] if motion is None else [appearance, motion]
        tokens = [rearrange(v, "b t c h w -> b t (h w) c") for v in visual]
        z = torch.cat([*tokens, repeat(language, "b l c -> b t l c", t=T)], dim=2)
        seen = keep.new_ones((B, T, len(visual) * h * w))
        attend = torch.cat([seen, repeat(keep, "b l -> b t l", t=T)], dim=2)
        for layer in self.layers:
            z = layer(z, attend, h * w)
        return rearrange(z[:, :, : h * w], "b t (h w) c -> b t c h w", h=h), z[:, :, seen.shape[2] :]


class ConcatFusion(nn.Module):
    """The baseline of Table 3: features and [CLS] concatenated, then one 3x3 convolution; each frame alone."""

    def __init__(self, width: int, motion: bool) -> None:
        super().__init__()
        self.mix = nn.Sequential(nn.Conv2d(width * (3 if motion else 2), width, 3, padding=1), nn.ReLU())

    def forward(self, appearance: Tensor, motion: Tensor | None, sentence: Tensor) -> Tensor:
        """Fused ``(B, T, C, h, w)`` of two such and ``sentence: (B, C)``."""
        B, T, _, h, w = appearance.shape
        spread = sentence[:, None, :, None, None].expand(-1, T, -1, h, w)
        parts = [appearance, spread] if motion is None else [appearance, motion, spread]
        mixed = self.mix(rearrange(torch.cat(parts, dim=2), "b t c h w -> (b t) c h w"))
        return rearrange(mixed, "(b t) c h w -> b t c h w", b=B)
