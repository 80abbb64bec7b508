"""The M3L-Transformer, top to bottom: features, encoder, decoder, generator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from lbvedit.systems.m3l.acting import ActingGenerator, ActingLocator
from lbvedit.systems.m3l.config import M3LConfig
from lbvedit.systems.m3l.features import Cache, FrameResNet
from lbvedit.systems.m3l.fusion import COORDINATES, GlobalFusion, LocalFusion
from lbvedit.systems.m3l.generator import Generator, Painted
from lbvedit.systems.m3l.places import Locator, Places
from lbvedit.systems.m3l.plain import MeanDot, PlainLocal
from lbvedit.systems.m3l.sprites import Sprites
from lbvedit.systems.m3l.text import TextEncoder

__all__ = ["M3L", "Attention", "Instruction", "Looks", "Past"]


@dataclass(frozen=True)
class Instruction:
    """An embedded instruction.

    Args:
        words: ``(B, L, C_x)``, e_w.
        sentence: ``(B, C_x)``, e_X.
        present: ``(B, L)`` bool, False for padding.
    """

    words: Tensor
    sentence: Tensor
    present: Tensor


class Looks(NamedTuple):
    """What words and positions of an LF look at.

    Args:
        positions: ``(B, N, L, h*w)`` logits of the positions for each word.
        words: ``(B, N, heads, h*w, L)`` weights of the words for each position.
    """

    positions: Tensor
    words: Tensor


@dataclass
class Attention:
    """What the last decoder layer attended to, as in Figure 5, a frame an entry.

    Attributes:
        words: LF's weights, ``(B, heads, h*w, L)`` each.
        frames: GF's weights, ``(B, heads, h*w, i)`` for the i-th frame.
    """

    words: list[Tensor] = field(default_factory=list)
    frames: list[Tensor] = field(default_factory=list)


@dataclass
class Past:
    """What the edit of a window goes on from, and what it leaves for the next one.

    Attributes:
        frames: ``(B, G, 3, H, W)`` the edited frames of the window's beginning; None at the beginning of the video.
        sprites: those of the last edited frame, if the system has any; the edit keeps them up to date.
        things: likewise those of the source that the sprites stand for.
        there: ``(B, G, 2)`` where the edited thing was put in ``frames``, if the system is told places; after an edit
            those of all its frames.
        looks: ``(B, K)`` what it is to be, as in :class:`~lbvedit.systems.m3l.places.Places` in the video's first
            frame.
        moment: how many frames of the video came before the window.
    """

    frames: Tensor | None = None
    sprites: Sprites | None = None
    things: Sprites | None = None
    there: Tensor | None = None
    looks: Tensor | None = None
    moment: int = 0


class _Level(nn.Module):
    """LF and GF of one layer, or what stands in for them in an ablation."""

    def __init__(self, config: M3LConfig, *, given: bool) -> None:
        super().__init__()
        C, X = config.visual_dim, config.text_dim
        self.fused = config.conditioning == "mlf"
        self.local: nn.Module = LocalFusion(C, X, config.heads) if self.fused else PlainLocal(C, X)
        dot = None if self.fused else MeanDot(C + COORDINATES, X)
        self.over_frames = GlobalFusion(C, X, config.heads, given=given, dot=dot)

    def over_words(self, v: Tensor, text: Instruction) -> tuple[Tensor, Tensor | None]:
        """LF, with its attention where it has one."""
        if self.fused:
            return cast("tuple[Tensor, Tensor]", self.local(v, text.words, text.present))
        return self.local(v, text.sentence), None


def _locator(config: M3LConfig) -> Locator | None:
    """What finds places, if any are told."""
    if config.horizon is None:
        return None
    if not config.acting:
        return Locator(config.visual_dim, config.text_dim, config.horizon, config.attributes)
    rows = config.size[0] // config.stride
    return ActingLocator(config.visual_dim, config.text_dim, config.attributes, rows)


class M3L(nn.Module):
    """Edits a video by an instruction: T, the 3D ResNet, U and, if the config has one, the text encoder.

    Frames are ``(B, N, 3, H, W)`` in [-1, 1]; H and W are multiples of ``config.stride``.
    """

    def __init__(self, config: M3LConfig) -> None:
        super().__init__()
        self.config = config
        self.text = TextEncoder(config.text) if config.text else None
        self.resnet = FrameResNet(config.widths, config.strides, config.kernel_t)
        self.encoder = nn.ModuleList(_Level(config, given=False) for _ in range(config.layers))
        self.locator = _locator(config)
        self.generator: Generator | ActingGenerator
        if config.acting:
            self.generator = ActingGenerator(sum(config.attributes))
        else:
            self.start = nn.Parameter(torch.zeros(config.visual_dim, 1, 1))
            self.decoder = nn.ModuleList(_Level(config, given=True) for _ in range(config.layers))
            self.generator = Generator(**config.generator)

    def read(self, ids: Tensor, present: Tensor) -> Instruction:
        """Embeds instructions with the system's own text encoder. Eq. (1).

        Args:
            ids: ``(B, 1 + L)`` token numbers, the sentence token first.
            present: ``(B, 1 + L)`` bool, False for padding.

        Raises:
            ValueError: the config has no text encoder; embeddings come from outside.
        """
        if self.text is None:
            raise ValueError("this configuration has no text encoder; make an Instruction from outside embeddings")
        words, sentence = self.text(ids, present)
        return Instruction(words, sentence, present[:, 1:])

    def _conditioned(self, text: Instruction) -> Instruction:
        if self.config.conditioning == "none":
            return Instruction(torch.zeros_like(text.words), torch.zeros_like(text.sentence), text.present)
        return text

    def encode(self, source: Tensor, text: Instruction) -> Tensor:
        """f^s = GF(LF(v^s, e_w), e_X): ``(B, N, C_v, h, w)``. Eq. (5)."""
        return self.fuse(self.resnet(source), text)

    def fuse(self, f: Tensor, text: Instruction) -> Tensor:
        """What :meth:`encode` makes of the features v^s of the 3D ResNet."""
        text = self._conditioned(text)
        for level in self._levels(self.encoder):
            f = level.over_words(f, text)[0]
            f = level.over_frames(f, text.sentence)[0]
        return f

    def looks(self, v: Tensor, text: Instruction) -> Looks | None:
        """Who looks at what in the first LF; None for an ablation without it."""
        local = self._levels(self.encoder)[0].local
        if not isinstance(local, LocalFusion):
            return None
        return Looks(local.pointed(v, text.words), local(v, text.words, text.present)[1])

    def decode(self, f: Tensor, previous: Tensor, text: Instruction) -> Tensor:
        """All decoding features at once, for teacher forcing: ``(B, N, C_v, h, w)``. Eqs. (6), (7).

        Args:
            f: ``(B, N, C_v, h, w)`` source features from :meth:`encode`.
            previous: ``(B, N - 1, 3, H, W)``, the target frames ``o_1 .. o_(N-1)``.
            text: the instruction.
        """
        text = self._conditioned(text)
        d = self.start.to(f.dtype).expand_as(f[:, :1])
        if f.shape[1] > 1:
            d = torch.cat((d, self.resnet(previous)), dim=1)
        for level in self._levels(self.decoder):
            d = level.over_frames(d, text.sentence, f, causal=True)[0]
            d = level.over_words(d, text)[0]
        return d

    def forward(self, source: Tensor, target: Tensor, text: Instruction) -> Tensor:
        """Edited frames under teacher forcing, ``(B, N, 3, H, W)``. Algorithm 1, lines 10-14.

        Differs: the frames of a clip are one pass and one update instead of N; the causal mask makes each frame see
        what line 13 lets it see.

        Args:
            source: ``(B, N, 3, H, W)``.
            target: the truth, or whatever is fed back in its place; the last frame is not looked at.
            text: the instruction.
        """
        return self.paint(self.encode(source, text), source, target, text).frames

    def paint(
        self,
        f: Tensor,
        source: Tensor,
        target: Tensor,
        text: Instruction,
        steps: Tensor | None = None,
        places: Places | None = None,
    ) -> Painted:
        """The edited frames of :meth:`forward` and their motion, from the source features of :meth:`encode`.

        Args:
            f: ``(B, N, C_v, h, w)``.
            source: as there.
            target: as there.
            text: the instruction.
            steps: ``(B, N, K, 2)`` how the sprites move, for a configuration that has any.
            places: for a configuration with a horizon; those that it finds by default.

        Raises:
            ValueError: sprites, and nothing leads them.
        """
        sentence = self._conditioned(text).sentence
        if self.locator is not None and places is None:
            places = self.locator.places(f, sentence)
        if isinstance(self.generator, ActingGenerator):
            assert places is not None
            acted: Painted = self.generator(source, places)
            return acted
        d = self.decode(f, target[:, :-1], text)
        # Nothing comes before the first frame; the source's own stands there.
        previous = torch.cat((source[:, :1], target[:, :-1]), dim=1)
        if not self.config.sprites:
            painted: Painted = self.generator(d, source, previous, sentence, places)
            return painted
        if steps is None:
            raise ValueError("sprites are led by the true steps while they learn, and none are given")
        return self.generator.play(d, source, previous, steps, sentence)

    @torch.inference_mode()
    def edit(
        self, source: Tensor, text: Instruction, attention: Attention | None = None, past: Past | None = None
    ) -> Iterator[Tensor]:
        """Generates the edited frames one by one, each from those before it: ``(B, 3, H, W)`` each. Eqs. (7), (8).

        Source features and values are computed once; a frame costs one step of the 3D ResNet and one row of
        attention.

        Args:
            source: ``(B, N, 3, H, W)``.
            text: the instruction.
            attention: is filled with the last layer's weights, if given and if there is a decoder.
            past: what to go on from; the frames after it are generated, and its sprites and places move on with them.
        """
        past = Past() if past is None else past
        given = source[:, :0] if past.frames is None else past.frames
        f = self.encode(source, text)
        text = self._conditioned(text)
        places = None
        if self.locator is not None:
            start = None if past.there is None else past.there[:, 0]
            places = self.locator.places(f, text.sentence, start, past.looks, past.moment)
            past.there = places.there
            if past.looks is None and places.looks is not None:
                past.looks = places.looks[:, 0]
        if isinstance(self.generator, ActingGenerator):
            assert places is not None
            for i in range(given.shape[1], source.shape[1]):
                yield self.generator(source[:, i : i + 1], places.at(i)).frames[:, 0]
            return
        levels = self._levels(self.decoder)
        values = [level.over_frames.values(f) for level in levels]
        keys: list[list[Tensor]] = [[] for _ in levels]
        cache: Cache = {}
        d = self.start.to(f.dtype).expand_as(f[:, :1])
        frame = None
        for i in range(source.shape[1]):
            by_frame, by_word = None, None
            for level, value, seen in zip(levels, values, keys, strict=True):
                query, key, _ = level.over_frames.queries_and_keys(d, text.sentence, start=i)
                seen.append(key)
                d, by_frame = level.over_frames.fuse(d, query, torch.cat(seen, dim=3), value[:, :, :, : i + 1], None)
                d, by_word = level.over_words(d, text)
            if i < given.shape[1]:
                frame = given[:, i : i + 1]
            else:
                if attention is not None and by_frame is not None and by_word is not None:
                    attention.frames.append(by_frame[:, :, :, 0])
                    attention.words.append(by_word[:, 0])
                put = None if places is None else places.at(i)
                painted = self.generator.step(d, source[:, i:], frame, past.sprites, past.things, text.sentence, put)
                frame, past.sprites, past.things = painted.frames, painted.sprites, painted.things
                yield frame[:, 0]
            d = self.resnet(frame.to(source.dtype), cache)

    @staticmethod
    def _levels(stack: nn.ModuleList) -> list[_Level]:
        return [cast("_Level", level) for level in stack]
