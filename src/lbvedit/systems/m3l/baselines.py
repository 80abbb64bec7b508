"""The systems that Table 2 holds M3L against, small: same features, generator, words and trainer, no fusion.

As the paper says of its baselines, the sentence is concatenated with the hidden visual feature. Both keep the methods
of :class:`~lbvedit.systems.m3l.model.M3L`, so one recipe trains them and one editor runs them.

========  ======================================================================
pix2pix   a frame from the source frame alone (Isola et al., arXiv 1611.07004)
vid2vid   and from the edited frames before it (Wang et al., arXiv 1808.06601)
========  ======================================================================

Differs: the backbones are the 3D ResNet and the generator of M3L, without a U-Net's skips; vid2vid's flow is the
generator's warp gate, where the configuration has one, and its temporal discriminator is M3L's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import torch
from einops import rearrange
from torch import Tensor, nn

from lbvedit.systems.m3l.config import M3LConfig
from lbvedit.systems.m3l.features import Cache, FrameResNet
from lbvedit.systems.m3l.fusion import COORDINATES, with_coordinates
from lbvedit.systems.m3l.generator import Generator
from lbvedit.systems.m3l.model import M3L, Attention, Instruction, Past
from lbvedit.systems.m3l.plain import PlainLocal
from lbvedit.systems.m3l.text import TextEncoder

__all__ = ["SYSTEMS", "Pix2Pix", "System", "Vid2Vid", "make_system"]

System = Literal["m3l", "pix2pix", "vid2vid"]


class _Reader(nn.Module):
    """What both share: the configuration and the words."""

    def __init__(self, config: M3LConfig) -> None:
        super().__init__()
        self.config = config
        self.text = TextEncoder(config.text) if config.text else None
        self.resnet = FrameResNet(config.widths, config.strides, config.kernel_t)
        self.local = PlainLocal(config.visual_dim, config.text_dim)
        self.generator = Generator(**config.generator)

    def read(self, ids: Tensor, present: Tensor) -> Instruction:
        """Embeds instructions, as :meth:`M3L.read` does."""
        if self.text is None:
            raise ValueError("this configuration has no text encoder; make an Instruction from outside embeddings")
        words, sentence = self.text(ids, present)
        return Instruction(words, sentence, present[:, 1:])


class Pix2Pix(_Reader):
    """Each frame from the source frame and the sentence, blind to time.

    Frames are ``(B, N, 3, H, W)`` in [-1, 1]; H and W are multiples of ``config.stride``.
    """

    def __init__(self, config: M3LConfig) -> None:
        # It sees no other frame, so it has none to carry along.
        super().__init__(
            replace(config, kernel_t=1, warp_gate=False, sprites=0, horizon=None, attributes=(), acting=False)
        )

    def forward(self, source: Tensor, target: Tensor, text: Instruction) -> Tensor:
        """Edited frames ``(B, N, 3, H, W)``; the target is not looked at."""
        frames: Tensor = self.generator(self.local(self.resnet(source), text.sentence), source, source).frames
        return frames

    @torch.inference_mode()
    def edit(
        self, source: Tensor, text: Instruction, attention: Attention | None = None, past: Past | None = None
    ) -> Iterator[Tensor]:
        """The edited frames one by one, ``(B, 3, H, W)`` each, after those given; there is no attention."""
        for frame in source[:, _done(past) :].unbind(1):
            yield self(frame[:, None], frame[:, None], text)[:, 0]


class Vid2Vid(_Reader):
    """Each frame from the source so far, the edited frames so far and the sentence.

    Frames are ``(B, N, 3, H, W)`` in [-1, 1]; H and W are multiples of ``config.stride``.
    """

    def __init__(self, config: M3LConfig) -> None:
        super().__init__(replace(config, sprites=0, horizon=None, attributes=(), acting=False))
        self.start = nn.Parameter(torch.zeros(config.visual_dim, 1, 1))
        self.join = nn.Linear(2 * config.visual_dim + COORDINATES, config.visual_dim)

    def _joined(self, seen: Tensor, before: Tensor, text: Instruction) -> Tensor:
        """Source and previous features ``(B, N, C_v, h, w)``, with the sentence, as decoding features."""
        both = torch.cat((seen, with_coordinates(before)), dim=2)
        mixed = rearrange(self.join(rearrange(both, "b n c h w -> b n h w c")), "b n h w c -> b n c h w")
        features: Tensor = self.local(mixed, text.sentence)
        return features

    def forward(self, source: Tensor, target: Tensor, text: Instruction) -> Tensor:
        """Edited frames ``(B, N, 3, H, W)`` under teacher forcing; the target's last frame is not looked at."""
        seen = self.resnet(source)
        before = self.start.to(seen.dtype).expand_as(seen[:, :1])
        if source.shape[1] > 1:
            before = torch.cat((before, self.resnet(target[:, :-1])), dim=1)
        previous = torch.cat((source[:, :1], target[:, :-1]), dim=1)
        frames: Tensor = self.generator(self._joined(seen, before, text), source, previous).frames
        return frames

    @torch.inference_mode()
    def edit(
        self, source: Tensor, text: Instruction, attention: Attention | None = None, past: Past | None = None
    ) -> Iterator[Tensor]:
        """The edited frames one by one, ``(B, 3, H, W)`` each, after those given; there is no attention."""
        done = _done(past)
        seen = self.resnet(source)
        before = self.start.to(seen.dtype).expand_as(seen[:, :1])
        cache: Cache = {}
        frame = source[:, :1]
        for i in range(source.shape[1]):
            if past is not None and past.frames is not None and i < done:
                frame = past.frames[:, i : i + 1]
            else:
                features = self._joined(seen[:, i : i + 1], before, text)
                frame = self.generator(features, source[:, i : i + 1], frame).frames
                yield frame[:, 0]
            before = self.resnet(frame.to(source.dtype), cache)


def _done(past: Past | None) -> int:
    """How many frames of a window are edited already."""
    return 0 if past is None or past.frames is None else past.frames.shape[1]


SYSTEMS: dict[str, type[M3L] | type[Pix2Pix] | type[Vid2Vid]] = {"m3l": M3L, "pix2pix": Pix2Pix, "vid2vid": Vid2Vid}
"""What edits, by the name that a weight's config gives."""


def make_system(name: str, config: M3LConfig) -> M3L | Pix2Pix | Vid2Vid:
    """A system with its initial weights.

    Raises:
        KeyError: none of :data:`SYSTEMS`.
    """
    return SYSTEMS[name](config)
