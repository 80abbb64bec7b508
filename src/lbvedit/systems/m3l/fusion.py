"""Multi-level fusion: LF between a frame and each word, GF between all frames and the sentence. Sec. 3.3.

Three readings of the paper are settled here, each in the function that it concerns:

* Eq. (3) and its prose name query and key of LF the other way round. Their product is the same; what matters is the
  axis of the softmax. It runs over the L words at each position: the values ``s_l`` are maps, one a word, and only
  their sum over words has the shape of the residual.
* ``c``, ``d`` and ``s`` have three widths, so the positional encoding of Eq. (4) is added after they are projected
  to one.
* In the decoder, GF at frame i attends to the frames before it and to itself, the input being shifted by one frame;
  ``f^s`` of the same frames are its values, and the sentence reaches it through ``d``.
"""

from __future__ import annotations

import math

import torch
from einops import rearrange
from torch import Tensor, nn

from lbvedit.nn.coordinates import coordinate_map

__all__ = [
    "DotAttention",
    "GlobalFusion",
    "LocalFusion",
    "attend",
    "frame_encoding",
    "self_attend",
    "with_coordinates",
]

COORDINATES = 8


def attend(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """softmax(Q K^T / sqrt(C_K)) V. Eq. (2).

    Args:
        query: ``(..., Q, C_K)``.
        key: ``(..., K, C_K)``.
        value: ``(..., K, C_V)``.
        allowed: bool, broadcastable to ``(..., Q, K)``; False forbids a pair. Every query needs one that is allowed.

    Returns:
        ``(..., Q, C_V)`` and the weights ``(..., Q, K)``; the softmax is taken in fp32.
    """
    # Scaled before the product, which in fp16 could overflow.
    scores = ((query / math.sqrt(query.shape[-1])) @ key.transpose(-1, -2)).float()
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights.to(value.dtype) @ value, weights


def with_coordinates(v: Tensor) -> Tensor:
    """The feature p = [v, P]: ``(..., C, h, w)`` features with the 8-D coordinate feature appended. Sec. 3.3."""
    P = coordinate_map(*v.shape[-2:], device=v.device, dtype=v.dtype)
    return torch.cat((v, P.expand(*v.shape[:-3], *P.shape)), dim=-3)


class DotAttention(nn.Module):
    """DotAtt(p, e): what of a frame a word, or the sentence, asks for. Eq. (3).

    ``d = sum_(h,w) softmax(p W_d e^T)_(h,w) p_(h,w)``.
    """

    def __init__(self, channels: int, text_dim: int) -> None:
        super().__init__()
        self.weight = nn.Linear(text_dim, channels, bias=False)

    def forward(self, p: Tensor, e: Tensor) -> Tensor:
        """Gathers ``p`` for each embedding.

        Args:
            p: ``(B, P, C)`` features at P positions.
            e: ``(B, L, C_x)`` embeddings.

        Returns:
            ``(B, L, C)``.
        """
        return self.scores(p, e).softmax(dim=-1).to(p.dtype) @ p

    def scores(self, p: Tensor, e: Tensor) -> Tensor:
        """How much each embedding asks for each position, ``(B, L, P)`` logits in fp32."""
        return (self.weight(e) @ p.transpose(1, 2)).float()


def self_attend(p: Tensor) -> Tensor:
    """The visual part of SelfAtt(q), q = [p, e]: ``(B, P, C)`` to the same. Eq. (3).

    In ``softmax_(x,y)(q . q_(h,w)^T)`` the embedding adds ``|e|^2`` to every score alike, which the softmax does not
    see, and the weighted mean of a constant is that constant: ``SelfAtt([p, e]) = [SelfAtt(p), e]``. So one map serves
    all words.

    Differs: the scores are divided by sqrt(C), as those of Eq. (2) are; undivided, a position would only ever see
    itself.
    """
    return attend(p, p, p)[0]


def frame_encoding(count: int, width: int, *, start: int = 0, device: torch.device | str = "cpu") -> Tensor:
    """phi: the sinusoidal encoding of frames ``start .. start + count``, ``(count, width)``. Eq. (4)."""
    position = torch.arange(start, start + count, device=device, dtype=torch.float32)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, device=device, dtype=torch.float32) * (-math.log(1e4) / width))
    angle = position * rate
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :width]


class LocalFusion(nn.Module):
    """LF(v) = v + MHA(c, d, s) with each word, frame by frame. Eq. (3).

    Args:
        channels: C_v.
        text_dim: C_x.
        heads: attention heads.
    """

    def __init__(self, channels: int, text_dim: int, heads: int) -> None:
        super().__init__()
        wide = channels + COORDINATES
        self.heads = heads
        self.context = nn.Linear(wide, channels)  # Conv^L: one layer along the channels
        self.dot = DotAttention(wide, text_dim)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(wide, channels)
        self.value_visual = nn.Linear(wide, channels)
        self.value_word = nn.Linear(text_dim, channels)
        self.out = nn.Linear(channels, channels)

    def pointed(self, v: Tensor, words: Tensor) -> Tensor:
        """Where each word looks: ``(B, N, L, h*w)`` logits, of :meth:`forward`'s arguments."""
        p = rearrange(with_coordinates(v), "b n c h w -> (b n) (h w) c")
        return self.dot.scores(p, words.repeat_interleave(v.shape[1], dim=0)).unflatten(0, v.shape[:2])

    def forward(self, v: Tensor, words: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Fuses frames with words.

        Args:
            v: ``(B, N, C_v, h, w)``.
            words: ``(B, L, C_x)`` word embeddings.
            present: ``(B, L)`` bool, False for padding.

        Returns:
            Features of v's shape, and the attention ``(B, N, heads, h*w, L)`` in fp32.
        """
        B, N, _, h, _ = v.shape
        p = rearrange(with_coordinates(v), "b n c h w -> (b n) (h w) c")
        e = words.repeat_interleave(N, dim=0)
        c = self.context(p)
        d = self.dot(p, e)
        s = self.value_visual(self_attend(p))
        split = "bn x (heads c) -> bn heads x c"
        fused, weights = attend(
            rearrange(self.query(c), split, heads=self.heads),
            rearrange(self.key(d), split, heads=self.heads),
            rearrange(self.value_word(e), split, heads=self.heads),
            present.repeat_interleave(N, dim=0)[:, None, None, :],
        )
        # The weights of a position sum to one, so the visual half of s, the same for every word, passes unweighted.
        mixed = self.out(rearrange(fused, "bn heads x c -> bn x (heads c)") + s)
        return v + rearrange(mixed, "(b n) (h w) c -> b n c h w", b=B, h=h), weights.unflatten(0, (B, N))


class GlobalFusion(nn.Module):
    """GF(v) = v + MHA(c + phi, d + phi, s + phi) over the frames, with the sentence. Eq. (4).

    Args:
        channels: C_v.
        text_dim: C_x.
        heads: attention heads.
        given: whether the values come from outside, as f^s does in the decoder. Eq. (6).
        dot: what takes the place of DotAtt, for the ablation; None for DotAtt itself and for SelfAtt beside it.
    """

    def __init__(self, channels: int, text_dim: int, heads: int, *, given: bool, dot: nn.Module | None = None) -> None:
        super().__init__()
        wide = channels + COORDINATES
        self.heads = heads
        self.given = given
        self.context = nn.Linear(wide, channels)  # Conv^G
        self.fused = dot is None
        self.dot = dot or DotAttention(wide, text_dim)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(wide, channels)
        self.value_visual = nn.Linear(channels if given else wide, channels)
        if not given:
            self.value_sentence = nn.Linear(text_dim, channels)
        self.out = nn.Linear(channels, channels)

    def values(self, f: Tensor) -> Tensor:
        """f^s + phi as values: ``(B, N, C_v, h, w) -> (B, heads, h*w, N, C_v/heads)``; computed once a video."""
        phi = frame_encoding(f.shape[1], f.shape[2], device=f.device).to(f.dtype)
        value = self.value_visual(rearrange(f, "b n c h w -> b (h w) n c")) + phi
        return rearrange(value, "b p n (heads c) -> b heads p n c", heads=self.heads)

    def queries_and_keys(self, v: Tensor, sentence: Tensor, start: int = 0) -> tuple[Tensor, Tensor, Tensor]:
        """The terms c + phi, d + phi, and p, for frames ``start ..``.

        Args:
            v: ``(B, N, C_v, h, w)``.
            sentence: ``(B, C_x)``.
            start: number of the first of these frames.

        Returns:
            Queries ``(B, heads, h*w, N, c)``, keys ``(B, heads, 1, N, c)`` and ``p (B*N, h*w, C_v + 8)``.
        """
        B, N, C = v.shape[:3]
        p = rearrange(with_coordinates(v), "b n c h w -> (b n) (h w) c")
        e = sentence.repeat_interleave(N, dim=0).unsqueeze(1)
        phi = frame_encoding(N, C, start=start, device=v.device).to(v.dtype)
        query = rearrange(self.query(self.context(p)), "(b n) p c -> b p n c", b=B) + phi
        key = rearrange(self.key(self.dot(p, e)), "(b n) 1 c -> b 1 n c", b=B) + phi
        split = "b p n (heads c) -> b heads p n c"
        return rearrange(query, split, heads=self.heads), rearrange(key, split, heads=self.heads), p

    def fuse(
        self, v: Tensor, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The attention over frames and the residual; shapes as in :meth:`queries_and_keys` and :meth:`values`."""
        fused, weights = attend(query, key, value, allowed)
        mixed = self.out(rearrange(fused, "b heads p n c -> b n p (heads c)"))
        h, w = v.shape[-2:]
        return v + rearrange(mixed, "b n (h w) c -> b n c h w", h=h, w=w), weights

    def forward(
        self, v: Tensor, sentence: Tensor, f: Tensor | None = None, *, causal: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Fuses all frames with the sentence.

        Args:
            v: ``(B, N, C_v, h, w)``.
            sentence: ``(B, C_x)``.
            f: ``(B, N, C_v, h, w)`` source features as values, if and only if the layer was made for them.
            causal: frame i sees frames up to i.

        Returns:
            Features of v's shape, and the attention ``(B, heads, h*w, N, N)`` in fp32.
        """
        N, C = v.shape[1:3]
        query, key, p = self.queries_and_keys(v, sentence)
        if self.given:
            if f is None:
                raise ValueError("this global fusion takes its values from the source features, got none")
            value = self.values(f)
        else:
            phi = frame_encoding(N, C, device=v.device).to(v.dtype)
            seen = self_attend(p) if self.fused else p
            s = rearrange(self.value_visual(seen), "(b n) p c -> b p n c", n=N) + phi
            s = s + self.value_sentence(sentence)[:, None, None, :]
            value = rearrange(s, "b p n (heads c) -> b heads p n c", heads=self.heads)
        allowed = torch.ones(N, N, dtype=torch.bool, device=v.device).tril() if causal else None
        return self.fuse(v, query, key, value, allowed)
