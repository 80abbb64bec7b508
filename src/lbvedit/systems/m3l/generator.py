"""Frames from decoding features: the generator U of Eq. (8), of ResBlocks like the 3D ResNet's that scale up."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.motion import warp
from lbvedit.systems.m3l.animation import Motion, SpritePainter
from lbvedit.systems.m3l.blocks import Finish, SelfAttention2d, Skips, UpBlock
from lbvedit.systems.m3l.closeup import CloseUp
from lbvedit.systems.m3l.features import FrameNorm
from lbvedit.systems.m3l.following import followed
from lbvedit.systems.m3l.places import Places, told_at, view
from lbvedit.systems.m3l.sprites import Sprites, composed, led, resting, shifted

__all__ = ["Generator", "Painted", "Tint"]

_HIDDEN = 64
_SHOWN = 12
"""Channels of a source frame, of what is carried in it, and of bearings."""


class Tint(nn.Module):
    """Gives what is carried along another colour, and leaves its shading: one affine map of all its pixels.

    It begins with changing nothing.

    Args:
        channels: C_v.
        sentence_dim: C_x.
    """

    def __init__(self, channels: int, sentence_dim: int) -> None:
        super().__init__()
        self.look = nn.Linear(channels + sentence_dim, _HIDDEN)
        self.tell = nn.Linear(_HIDDEN, 12)
        nn.init.zeros_(self.tell.weight)
        nn.init.zeros_(self.tell.bias)

    def forward(self, carried: Tensor, d: Tensor, sentence: Tensor) -> Tensor:
        """``carried: (B, T, 3, H, W)`` in [-1, 1] as it is told by features ``(B, T, C_v)`` and ``(B, C_x)``."""
        known = torch.cat((d, sentence[:, None].expand(-1, d.shape[1], -1).to(d.dtype)), dim=2)
        told = self.tell(F.relu(self.look(known))).float()
        matrix, shift = told.unflatten(2, (3, 4)).split((3, 1), dim=3)
        return (carried + torch.einsum("btij,btjhw->btihw", matrix, carried) + shift[..., None]).clamp(-1, 1)


class Painted(NamedTuple):
    """What the generator makes.

    Args:
        frames: ``(B, T, 3, H, W)`` in [-1, 1].
        sprites: where there are any; their offsets, steps and speeds are ``(B, T, K, 2)``.
        things: those of the source that the sprites stand for, likewise.
        mattes: ``(B, K, H, W)`` these in the first frame, as they were told from it alone.
        copied: ``(B, T, 1, H, W)`` share of each pixel that is the source's, or None without a copy gate.
        carried: ``(B, T, 3, H, W)`` the source as it was carried to its place, or None without places.
        tinted: likewise, tinted.
    """

    frames: Tensor
    sprites: Sprites | None = None
    things: Sprites | None = None
    mattes: Tensor | None = None
    copied: Tensor | None = None
    carried: Tensor | None = None
    tinted: Tensor | None = None

    def layers(self, source: Tensor) -> Tensor:
        """What the close-up is shown, ``(B, T, 4, 3, H, W)``, with the source of the same frames."""
        assert self.carried is not None
        assert self.tinted is not None
        return torch.stack((self.frames, source.float(), self.carried, self.tinted), dim=2)

    def closer(self, close_up: CloseUp, source: Tensor, places: Places) -> Painted:
        """The same after a close-up."""
        frames, shares = close_up(self.layers(source), places)
        copied = None if self.copied is None else shares[:, :, 0] * self.copied + shares[:, :, 1]
        return self._replace(frames=frames, copied=copied)


class Generator(nn.Module):
    """U: a frame from its decoding feature. Eq. (8).

    Three ResBlocks, the first of stride 1, with one self-attention layer after it (App. A), where positions are
    fewest.

    Args:
        widths: channels of the 3D ResNet's blocks, mirrored here.
        strides: its strides, mirrored here.
        copy_gate: also give a matte that mixes in the source frame.
        warp_gate: also give a flow, and a matte that mixes in the previous edited frame moved along it.
        sprites: how many pictures move over what it paints.
        sentence_dim: C_x, if the sentence scales and shifts what the blocks normalise.
        skips: look at the source's own pixels, too, at every size.
        placed: whether places are told; also give mattes that mix in what is carried there, as it is and tinted.
        looks: how many numbers tell what the edited thing is to be, if it is then painted once more in a close-up.
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
        sprites: int = 0,
        sentence_dim: int = 0,
        skips: bool = False,
        placed: bool = False,
        looks: int = 0,
    ) -> None:
        super().__init__()
        channels = (widths[-1], *reversed(widths))
        scales = (1, *reversed(strides[1:]))
        self.placed = placed
        self.skips = Skips(widths, strides, _SHOWN if placed else 3) if skips else None
        beside = (0, *reversed(self.skips.channels)) if self.skips is not None else (0,) * (len(widths) + 1)
        self.blocks = nn.ModuleList(
            UpBlock(before, after, scale, sentence_dim, seen)
            for before, after, scale, seen in zip(channels[:-1], channels[1:], scales, beside, strict=False)
        )
        self.finish = Finish(widths[0], beside[-1], sentence_dim) if skips else None
        self.last_scale = strides[0]
        self.attention = SelfAttention2d(channels[1])
        self.norm = FrameNorm(widths[0])
        self.gates = (copy_gate, warp_gate, *[placed] * 2)
        self.out = nn.Conv2d(widths[0], 3 + sum(self.gates), 3, padding=1)
        self.flow = nn.Conv2d(widths[0], 2, 3, padding=1) if warp_gate else None
        self.tint = Tint(widths[-1], sentence_dim) if placed else None
        self.close_up = CloseUp(looks) if looks and placed else None
        self.sprites = SpritePainter(widths[0], sprites) if sprites else None
        self.motion = Motion(widths[0], sprites) if sprites else None

    def forward(
        self,
        d: Tensor,
        source: Tensor,
        previous: Tensor,
        sentence: Tensor | None = None,
        places: Places | None = None,
    ) -> Painted:
        """The frames.

        Args:
            d: ``(B, T, C_v, h, w)`` decoding features.
            source: ``(B, T, 3, H, W)`` source frames of the same moments, for the copy gate and the skips.
            previous: ``(B, T, 3, H, W)`` the edited frames before them, for the warp gate.
            sentence: ``(B, C_x)``, if it is to scale and shift.
            places: for a generator that is told them.
        """
        painted = self.afar(d, source, previous, sentence, places)
        if self.close_up is None or places is None:
            return painted
        return painted.closer(self.close_up, source, places)

    def afar(
        self, d: Tensor, source: Tensor, previous: Tensor, sentence: Tensor | None, places: Places | None
    ) -> Painted:
        """The frames of :meth:`forward` before the close-up."""
        if not self.placed:
            return self._mixed(self._features(d, source, sentence), source, previous)
        assert self.tint is not None
        assert places is not None
        assert sentence is not None
        seen = view(source, places)
        tinted = self.tint(seen.carried, told_at(d, places.there), sentence)
        x = self._features(d, torch.cat((source, *seen), dim=2), sentence)
        painted = self._mixed(x, source, previous, seen.carried, tinted)
        return painted._replace(carried=seen.carried, tinted=tinted)

    def _features(self, d: Tensor, shown: Tensor, sentence: Tensor | None) -> Tensor:
        """What decoding features become at the frames' size: ``(B, T, C, H, W)``."""
        x = d.flatten(0, 1)
        told = None if sentence is None else sentence.repeat_interleave(d.shape[1], dim=0)
        seen: list[Tensor | None] = [None] * (len(self.blocks) + 1)
        if self.skips is not None:
            seen = [*self.skips(shown.flatten(0, 1)), None]
        for index, block in enumerate(self.blocks):
            x = block(x, told, seen[-1 - index])
            if index == 0:
                x = self.attention(x)
        x = F.relu(self.norm(x))
        if self.last_scale > 1:
            x = F.interpolate(x, scale_factor=float(self.last_scale), mode="nearest")
        if self.finish is not None and seen[0] is not None:
            x = self.finish(x, seen[0], told)
        return x.unflatten(0, d.shape[:2])

    def _mixed(self, x: Tensor, source: Tensor, previous: Tensor, *carried: Tensor) -> Painted:
        """What is painted, copied and carried along, mixed."""
        B, T = x.shape[:2]
        x = x.flatten(0, 1)
        painted = self.out(x).float()
        layers = [torch.tanh(painted[:, :3])]
        if self.gates[0]:
            layers.append(source.float().flatten(0, 1))
        if self.flow is not None:
            flow = self.FARTHEST_PX * torch.tanh(self.flow(x).float())
            layers.append(warp(previous.float().flatten(0, 1), flow))
        layers += [each.flatten(0, 1) for each in carried]
        # The painted layer's own logit is zero: with one gate the softmax is its sigmoid.
        logits = torch.cat((torch.zeros_like(painted[:, :1]), painted[:, 3:]), dim=1)
        shares = logits.softmax(dim=1).unsqueeze(2)
        mixed = (shares * torch.stack(layers, dim=1)).sum(dim=1)
        return Painted(
            mixed.unflatten(0, (B, T)),
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
        x = self._features(d, source, sentence)
        T = x.shape[1]
        pictures, things, mattes = self.sprites(x[:, 0], source)
        before = torch.cat((told[:, :1], told[:, :-1]), dim=1)
        last = led(pictures, before)
        came = last.offsets
        opacity = shifted(pictures[:, None, :, 3:].detach().expand(-1, T, -1, -1, -1, -1), came)[:, :, :, 0]
        known = _by_frame(last), _by_frame(things)
        goes = self.motion(x.flatten(0, 1), opacity.flatten(0, 1), *known)
        exact = self.motion.whole(goes, *known).unflatten(0, (-1, T))
        later = (torch.arange(T, device=d.device) > 0)[:, None, None]  # in the first frame nothing has moved
        steps, offsets = later * goes.unflatten(0, (-1, T)), came + later * exact
        there = shifted(pictures[:, None].expand(-1, T, -1, -1, -1, -1), offsets)
        below = self._mixed(x, source, previous)
        sprites = last._replace(offsets=offsets, steps=steps)
        return below._replace(frames=composed(there, below.frames), sprites=sprites, things=things, mattes=mattes)

    def step(
        self,
        d: Tensor,
        source: Tensor,
        before: Tensor | None,
        sprites: Sprites | None,
        things: Sprites | None,
        sentence: Tensor | None = None,
        places: Places | None = None,
    ) -> Painted:
        """One frame more.

        Args:
            d: ``(B, 1, C_v, h, w)``.
            source: ``(B, T, 3, H, W)`` from this frame on, as far as it is known.
            before: the edited frame before it likewise, or None for the first one.
            sprites: those of the frame before, or None for the first one.
            things: likewise those of the source.
            sentence: as in :meth:`forward`.
            places: of this frame.

        Returns:
            The frame; its sprites and things are those of :meth:`play` without a time axis.
        """
        here = source[:, :1]
        previous = here if before is None else before
        if self.sprites is None or self.motion is None:
            return self(d, here, previous, sentence, places)
        x = self._features(d, here, sentence)
        if sprites is None or things is None:
            drawn = self.sprites(x[:, 0], source)
            sprites, walls = resting(drawn.pictures), drawn.things.walls[:, 0]
            things = resting(drawn.things.pictures)._replace(walls=walls)
        else:
            things = things.moved(followed(things, source[:, 0]))
            steps = self.motion(x[:, 0], sprites.here[:, :, 3], sprites, things)
            sprites = sprites.moved(self.motion.whole(steps, sprites, things))
        below = self._mixed(x, here, previous)
        return below._replace(frames=composed(sprites.here[:, None], below.frames), sprites=sprites, things=things)


def _by_frame(sprites: Sprites) -> Sprites:
    """How sprites of clips have moved, frame by frame: ``(B * T, K, 2)`` instead of ``(B, T, K, 2)``."""
    return Sprites(sprites.pictures, *(each.flatten(0, 1) for each in sprites[1:]))
