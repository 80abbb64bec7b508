"""Frame features and frames: the 3D ResNet of Eq. (1) and the generator U of Eq. (8).

Both are three ResBlocks in the manner of Miyato and Koyama's projection discriminator (arXiv 1802.05637): normalise,
ReLU, convolve, twice, beside a 1x1 shortcut.

Differs: the 3D ResNet looks only backwards in time and normalises each frame alone. The paper does not say how the
features of previous target frames are had during generation; this way one network serves source and target, and a
generated frame costs one step with two cached feature maps a convolution.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.motion import warp
from lbvedit.systems.m3l.sprites import Motion, SpritePainter, Sprites, composed, ground_of, shifted

__all__ = [
    "CausalConv3d",
    "FrameNorm",
    "FrameResNet",
    "Generator",
    "Painted",
    "ResBlock3d",
    "Retouch",
    "SelfAttention2d",
    "UpBlock",
]

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
        sentence_dim: C_x, if a sentence scales and shifts what the block normalises.
    """

    def __init__(self, channels_in: int, channels_out: int, scale: int, sentence_dim: int = 0) -> None:
        super().__init__()
        self.scale = scale
        self.norm1 = FrameNorm(channels_in, sentence_dim)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm2 = FrameNorm(channels_out, sentence_dim)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.shortcut = nn.Conv2d(channels_in, channels_out, 1)

    def _scaled(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=float(self.scale), mode="nearest") if self.scale > 1 else x

    def forward(self, x: Tensor, sentence: Tensor | None = None) -> Tensor:
        """The block's output; ``sentence`` is ``(B, C_x)``."""
        h = self.conv1(self._scaled(F.relu(self.norm1(x, sentence))))
        h = self.conv2(F.relu(self.norm2(h, sentence)))
        # A 1x1 convolution and nearest neighbours commute; this order is the cheaper one.
        return h + self._scaled(self.shortcut(x))


class Retouch(nn.Module):
    """What a look at the source's own pixels adds to what is painted: borders and shading as sharp as they are there.

    It begins with adding nothing.

    Args:
        channels: of the generator's last features.
        out: channels that it adds to.
        sentence_dim: C_x, if the sentence scales and shifts what it normalises.
    """

    def __init__(self, channels: int, out: int, sentence_dim: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(channels + 3, channels, 3, padding=1)
        self.norm = FrameNorm(channels, sentence_dim)
        self.mix = nn.Conv2d(channels, channels, 3, padding=1)
        self.out = nn.Conv2d(channels, out, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        assert self.out.bias is not None
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, source: Tensor, sentence: Tensor | None) -> Tensor:
        """``(B*T, out, H, W)`` of features ``(B*T, C, H, W)``, source ``(B*T, 3, H, W)``, sentence ``(B*T, C_x)``."""
        seen = self.norm(self.look(torch.cat((x, source.to(x.dtype)), dim=1)), sentence)
        return self.out(F.relu(self.mix(F.relu(seen))))


class Painted(NamedTuple):
    """What the generator makes.

    Args:
        frames: ``(B, T, 3, H, W)`` in [-1, 1].
        flow: ``(B, T, 2, H, W)`` pixels to where each was in the frame before, or None without a warp gate.
        sprites: where there are any; their offsets, steps and speeds are ``(B, T, K, 2)``.
        copied: ``(B, T, 1, H, W)`` share of each pixel that is the source's, or None without a copy gate.
    """

    frames: Tensor
    flow: Tensor | None
    sprites: Sprites | None = None
    copied: Tensor | None = None


class Generator(nn.Module):
    """U: a frame from its decoding feature. Eq. (8).

    Three ResBlocks, the first of stride 1, with one self-attention layer after it (App. A), where positions are
    fewest.

    Args:
        widths: channels of the 3D ResNet's blocks, mirrored here.
        strides: its strides, mirrored here.
        copy_gate: also give a matte that mixes in the source frame.
        warp_gate: also give a flow, and a matte that mixes in the previous edited frame moved along it.
        whole_pixels: move it by whole pixels; the flow learns as if it were moved by all of it.
        flow_window: side, odd, of the window over which the flow is a mean, weighted by how far what it carries stands
            out of its frame.
        sprites: how many pictures move over what it paints.
        sentence_dim: C_x, if the sentence scales and shifts what the blocks normalise.
        retouch: look at the source's own pixels, too.
    """

    FARTHEST_PX = 8.0
    """How far the flow reaches along either axis."""

    def __init__(
        self,
        widths: tuple[int, ...],
        strides: tuple[int, ...],
        *,
        copy_gate: bool,
        warp_gate: bool = False,
        whole_pixels: bool = False,
        flow_window: int = 1,
        sprites: int = 0,
        sentence_dim: int = 0,
        retouch: bool = False,
    ) -> None:
        super().__init__()
        channels = (widths[-1], *reversed(widths))
        scales = (1, *reversed(strides[1:]))
        self.blocks = nn.ModuleList(
            UpBlock(before, after, scale, sentence_dim)
            for before, after, scale in zip(channels[:-1], channels[1:], scales, strict=True)
        )
        self.last_scale = strides[0]
        self.attention = SelfAttention2d(channels[1])
        self.norm = FrameNorm(widths[0])
        self.gates = (copy_gate, warp_gate)
        self.whole_pixels = whole_pixels
        self.out = nn.Conv2d(widths[0], 3 + sum(self.gates), 3, padding=1)
        self.retouch = Retouch(widths[0], 3 + sum(self.gates), sentence_dim) if retouch else None
        self.flow = nn.Conv2d(widths[0], 2, 3, padding=1) if warp_gate else None
        self.flow_window = flow_window
        self.sprites = SpritePainter(widths[0], sprites) if sprites else None
        self.motion = Motion(widths[0], sprites) if sprites else None

    def forward(
        self, d: Tensor, source: Tensor, previous: Tensor, sentence: Tensor | None = None, *, first: bool = True
    ) -> Painted:
        """The frames, and how they move.

        Args:
            d: ``(B, T, C_v, h, w)`` decoding features.
            source: ``(B, T, 3, H, W)`` source frames of the same moments, for the copy gate.
            previous: ``(B, T, 3, H, W)`` the edited frames before them, for the warp gate.
            sentence: ``(B, C_x)``, if it is to scale and shift.
            first: whether the clip begins with these. In its first frame things may be bent into others; from there on
                they move as ``whole_pixels`` and ``flow_window`` say.
        """
        return self._mixed(self._features(d, sentence), source, previous, sentence, first=first)

    def _features(self, d: Tensor, sentence: Tensor | None) -> Tensor:
        """What decoding features become at the frames' size: ``(B, T, C, H, W)``."""
        x = d.flatten(0, 1)
        told = None if sentence is None else sentence.repeat_interleave(d.shape[1], dim=0)
        for index, block in enumerate(self.blocks):
            x = block(x, told)
            if index == 0:
                x = self.attention(x)
        x = F.relu(self.norm(x))
        if self.last_scale > 1:
            x = F.interpolate(x, scale_factor=float(self.last_scale), mode="nearest")
        return x.unflatten(0, d.shape[:2])

    def _mixed(self, x: Tensor, source: Tensor, previous: Tensor, sentence: Tensor | None, *, first: bool) -> Painted:
        """What is painted, copied and carried along, mixed."""
        B, T = x.shape[:2]
        x = x.flatten(0, 1)
        painted = self.out(x).float()
        if self.retouch is not None:
            told = None if sentence is None else sentence.repeat_interleave(T, dim=0)
            painted = painted + self.retouch(x, source.flatten(0, 1), told).float()
        layers = [torch.tanh(painted[:, :3])]
        if self.gates[0]:
            layers.append(source.float().flatten(0, 1))
        flow = None
        if self.flow is not None:
            flow = self.FARTHEST_PX * torch.tanh(self.flow(x).float())
            flow, carried = self._carried(previous.float().flatten(0, 1), flow, T if first else 0)
            layers.append(carried)
        # The painted layer's own logit is zero: with one gate the softmax is its sigmoid.
        logits = torch.cat((torch.zeros_like(painted[:, :1]), painted[:, 3:]), dim=1)
        shares = logits.softmax(dim=1).unsqueeze(2)
        mixed = (shares * torch.stack(layers, dim=1)).sum(dim=1)
        return Painted(
            mixed.unflatten(0, (B, T)),
            None if flow is None else flow.unflatten(0, (B, T)),
            copied=shares[:, 1].unflatten(0, (B, T)) if self.gates[0] else None,
        )

    def play(
        self, d: Tensor, source: Tensor, previous: Tensor, told: Tensor, sentence: Tensor | None = None
    ) -> Painted:
        """The frames of a clip with its sprites, which are led.

        Args:
            d: as in :meth:`forward`.
            source: as there.
            previous: as there.
            told: ``(B, T, K, 2)`` pixels that each sprite moves from frame to frame, nothing in the first. Each frame's
                own steps go on from these.
            sentence: as there.
        """
        assert self.sprites is not None
        assert self.motion is not None
        x = self._features(d, sentence)
        T = x.shape[1]
        pictures = self.sprites(x[:, 0], source[:, 0])
        before = torch.cat((told[:, :1], told[:, :-1]), dim=1)
        came = before.cumsum(dim=1)
        opacity = shifted(pictures[:, None, :, 3:].detach().expand(-1, T, -1, -1, -1, -1), came)[:, :, :, 0]
        speeds = before.abs().cummax(dim=1).values
        known = (x, opacity, before, speeds)
        steps = self.motion(*(each.flatten(0, 1) for each in known)).unflatten(0, (-1, T))
        steps = torch.cat((torch.zeros_like(steps[:, :1]), steps[:, 1:]), dim=1)
        offsets = came + self._whole(steps)
        there = shifted(pictures[:, None].expand(-1, T, -1, -1, -1, -1), offsets)
        below = self._mixed(x, source, previous, sentence, first=True)
        sprites = Sprites(pictures, offsets, steps, speeds)
        return below._replace(frames=composed(there, below.frames), sprites=sprites)

    def step(
        self,
        d: Tensor,
        source: Tensor,
        before: Tensor | None,
        sprites: Sprites | None,
        sentence: Tensor | None = None,
    ) -> Painted:
        """One frame more.

        Args:
            d: ``(B, 1, C_v, h, w)``.
            source: ``(B, 1, 3, H, W)``.
            before: the edited frame before it likewise, or None for the first one.
            sprites: those of the frame before, or None for the first one.
            sentence: as in :meth:`forward`.

        Returns:
            The frame; its sprites are those of :meth:`play` without a time axis.
        """
        if self.sprites is None or self.motion is None:
            return self(d, source, source if before is None else before, sentence, first=before is None)
        x = self._features(d, sentence)
        if sprites is None:
            pictures = self.sprites(x[:, 0], source[:, 0])
            still = pictures.new_zeros(*pictures.shape[:2], 2)
            sprites = Sprites(pictures, still, still, still)
        else:
            steps = self._whole(self.motion(x[:, 0], sprites.here[:, :, 3], sprites.steps, sprites.speeds))
            speeds = torch.maximum(sprites.speeds, steps.abs())
            sprites = Sprites(sprites.pictures, sprites.offsets + steps, steps, speeds)
        below = self._mixed(x, source, source if before is None else before, sentence, first=before is None)
        return below._replace(frames=composed(sprites.here[:, None], below.frames), sprites=sprites)

    def _whole(self, steps: Tensor) -> Tensor:
        """Whole pixels, if things move by such; the gradient is that of all."""
        return steps + (steps.round() - steps).detach() if self.whole_pixels else steps

    def _carried(self, previous: Tensor, flow: Tensor, clip: int) -> tuple[Tensor, Tensor]:
        """The flow that counts, and the previous frames moved along it; ``clip`` frames each begin one, 0 none."""
        free = torch.zeros(len(flow), 1, 1, 1, dtype=torch.bool, device=flow.device)
        if clip:
            free[::clip] = True
        if self.flow_window > 1:
            flow = torch.where(free, flow, self._together(previous, flow))
        carried = warp(previous, flow)
        if self.whole_pixels:
            # Between pixels every step would blur it a little more. The gradient is that of the whole flow.
            whole = carried + (warp(previous, flow.detach().round()) - carried).detach()
            carried = torch.where(free, carried, whole)
        return flow, carried

    def _together(self, previous: Tensor, flow: Tensor) -> Tensor:
        """The mean flow around each pixel, so that a thing moves as one: what is near goes the same way."""
        with torch.no_grad():
            weight = (warp(previous, flow) - ground_of(previous)).abs().mean(dim=1, keepdim=True) + 2e-3
        stacked = torch.cat((flow * weight, weight), dim=1)
        for side in ((self.flow_window, 1), (1, self.flow_window)):
            stacked = F.avg_pool2d(stacked, side, stride=1, padding=(side[0] // 2, side[1] // 2))
        return stacked[:, :2] / stacked[:, 2:]
