"""MMVT (Zhao et al., CVPR 2022): the mask of what an expression names, in the last frame of a clip.

Tensors go in and come out: frames and flow as images, the expression as token ids, and a logit a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from lbvedit.systems.mmvt.aspp import ASPP
from lbvedit.systems.mmvt.backbone import ConvBackbone, ResNet
from lbvedit.systems.mmvt.config import BackboneConfig, MMVTConfig
from lbvedit.systems.mmvt.decoder import LGFF, ConcatBlock, Fused, MaskHead
from lbvedit.systems.mmvt.text import Language, TextEncoder
from lbvedit.systems.mmvt.traits import Traits
from lbvedit.systems.mmvt.transformer import ConcatFusion, MultiModalVideoTransformer

__all__ = ["MMVT", "Alignment", "Kinds", "Presence", "Segmentation", "Visual"]


@dataclass(frozen=True)
class Visual:
    """A clip as features, before any expression is known.

    Args:
        appearance: the first three levels of the target frame, ``(B, C_i, H_i, W_i)`` each, from fine to coarse.
        deepest: its fourth level.
        motion: the first three levels of its flow; empty without a motion encoder.
        appearance_tokens: z_A of every frame, ``(B, T, C, h, w)``.
        motion_tokens: z_M, or None.
        size: height and width of the frames.
        kinds: logits ``(B, K, H_1, W_1)`` of the class map, or None for a model without one.
        traits: logits ``(B, K', H_2, W_2)`` of the maps of traits, likewise.
    """

    appearance: tuple[Tensor, ...]
    deepest: Tensor
    motion: tuple[Tensor, ...]
    appearance_tokens: Tensor
    motion_tokens: Tensor | None
    size: tuple[int, int]
    kinds: Tensor | None = None
    traits: Tensor | None = None

    def select(self, index: Tensor) -> Visual:
        """The clips at ``index``, which may repeat one: several expressions then share one pass of the encoders."""
        return replace(
            self,
            appearance=tuple(level[index] for level in self.appearance),
            deepest=self.deepest[index],
            motion=tuple(level[index] for level in self.motion),
            appearance_tokens=self.appearance_tokens[index],
            motion_tokens=None if self.motion_tokens is None else self.motion_tokens[index],
            kinds=None if self.kinds is None else self.kinds[index],
            traits=None if self.traits is None else self.traits[index],
        )


@dataclass(frozen=True)
class Segmentation:
    """What MMVT says of the target frame.

    Args:
        logits: ``(B, 1, H, W)``; the sigmoid is the probability that a pixel belongs to what is named.
        presence: ``(B,)`` logits of whether it is there at all, or None where the model has no such output.
        appearance: F_A as unit vectors ``(B, c, h, w)``, or None without alignment.
        motion: F_M likewise.
        sentence: F_L as unit vectors ``(B, c)``, or None where language is not aligned.
        compared: whether appearance and motion are to be aligned with each other.
        branches: masks of the two branches alone, ``(B, 1, h, w)`` logits each, for the ``+bce`` row of Table 6.
    """

    logits: Tensor
    presence: Tensor | None = None
    appearance: Tensor | None = None
    motion: Tensor | None = None
    sentence: Tensor | None = None
    compared: bool = False
    branches: tuple[Tensor, ...] = ()


class Alignment(nn.Module):
    """Sec. 3.4: brings the enhanced features of the three decoder blocks, F_A or F_M, into the space of comparison.

    Differs: the text has an MLP a modality; the authors' network has a 1x1 convolution a level and one after they are
    joined, and so has this.
    """

    def __init__(self, widths: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.reduce = nn.ModuleList(nn.Sequential(nn.Conv2d(w, width, 1), nn.ReLU()) for w in widths)
        self.join = nn.Conv2d(width * len(widths), width, 1)

    def forward(self, levels: list[Tensor]) -> Tensor:
        """Unit vectors ``(B, c, h, w)`` at the resolution of the last, finest level."""
        size = levels[-1].shape[-2:]
        reduced = [
            F.interpolate(reduce(level), size, mode="bilinear", align_corners=False)
            for reduce, level in zip(self.reduce, levels, strict=True)
        ]
        return F.normalize(self.join(torch.cat(reduced, dim=1)).float(), dim=1)


class Kinds(nn.Module):
    """What the class map says for an expression: which kinds are named, and how likely each pixel is of one of them.

    An extension: many expressions name a kind of thing, and a class map learns kinds from every labelled pixel.
    """

    def __init__(self, features: int, language: int, kinds: int) -> None:
        super().__init__()
        self.map = nn.Conv2d(features, kinds, 1)
        self.named = nn.Linear(language, kinds)
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, kinds: Tensor, sentence: Tensor) -> Tensor:
        """Logits ``(B, 1, h, w)`` of ``kinds: (B, K, h, w)`` logits and ``sentence: (B, C)``."""
        named = torch.sigmoid(self.named(sentence).float())
        # In bf16 a product of 1 - 1e-3 is 1, and its logit infinite.
        with torch.autocast(kinds.device.type, enabled=False):
            likely = torch.einsum("bkhw,bk->bhw", kinds.float().softmax(dim=1), named)[:, None]
        return self.weight * torch.logit(likely, eps=1e-3)


class Presence(nn.Module):
    """Whether what the expression names is in the frame, from the fused tokens and the mask's own evidence."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.judge = nn.Sequential(nn.Linear(2 * width + 2, width), nn.GELU(), nn.Linear(width, 1))

    def forward(self, appearance: Tensor, sentence: Tensor, logits: Tensor) -> Tensor:
        """Logits ``(B,)`` of fused ``appearance: (B, C, h, w)``, ``sentence: (B, C)`` and mask ``logits``."""
        height, width = appearance.shape[-2:]
        weights = torch.sigmoid(F.adaptive_avg_pool2d(logits, (height, width)))
        looked_at = (appearance * weights).sum(dim=(2, 3)) / (weights.sum(dim=(2, 3)) + 1)
        evidence = torch.stack([logits.flatten(1).amax(dim=1), weights.flatten(1).mean(dim=1)], dim=1)
        out: Tensor = self.judge(torch.cat([looked_at, sentence, evidence.to(looked_at.dtype)], dim=1))
        return out[:, 0]


def _backbone(config: BackboneConfig, inputs: int = 3) -> ConvBackbone | ResNet:
    if config.kind == "conv":
        return ConvBackbone(inputs, config.stem, config.widths, config.depths, config.pyramid)
    return ResNet(config.depths, config.widths, bottleneck=config.bottleneck)


class MMVT(nn.Module):
    """The whole of Fig. 2: encoders, MMVT, three decoder blocks and the head.

    ``forward`` takes a clip and one expression for it. ``encode``, ``read`` and ``refer`` are its three parts, for
    several expressions about one clip.
    """

    def __init__(self, config: MMVTConfig) -> None:
        super().__init__()
        self.config = config
        c = config
        self.text = TextEncoder(c.text, c.width)
        self.appearance = _backbone(c.appearance)
        self.appearance_aspp = ASPP(self.appearance.channels[3], c.width, c.aspp_dilations, c.aspp_dropout)
        self.motion = None if c.motion is None else _backbone(c.motion, 6 if c.motion_back else 3)
        if self.motion is not None:
            self.motion_aspp = ASPP(self.motion.channels[3], c.width, c.aspp_dilations, c.aspp_dropout)
        self.concat = ConcatFusion(c.width, c.motion is not None) if not self._attends_across else None
        self.mmvt = (
            MultiModalVideoTransformer(
                c.width, c.depth, c.heads, c.head_width, c.mlp_width, c.dropout,
                cross=c.cross_modal_attention, temporal=c.temporal_attention,
            )
            if c.fusion == "mmvt"
            else None
        )  # fmt: skip
        above = (c.width, *c.decoder_widths[:2])
        block = LGFF if c.decoder == "lgff" else ConcatBlock
        moving = self.motion.channels if self.motion is not None and c.decoder_motion else (None, None, None)
        self.blocks = nn.ModuleList(
            block(
                self.appearance.channels[2 - i],
                moving[2 - i],
                above[i],
                c.width,
                c.decoder_widths[i],
                norm=c.decoder_norm,
            )
            for i in range(3)
        )
        self.head = MaskHead(c.decoder_widths[2])
        if c.align_language or c.align_modalities:
            self.align_appearance = Alignment(c.decoder_widths, c.align_width)
            if self._decodes_motion:
                self.align_motion = Alignment(c.decoder_widths, c.align_width)
        if c.align_language:
            self.align_sentence = nn.Linear(c.text.width, c.align_width)
        if c.branch_masks:
            streams = 2 if self._decodes_motion else 1
            self.branch_heads = nn.ModuleList(nn.Conv2d(c.decoder_widths[2], 1, 1) for _ in range(streams))
        self.kinds = Kinds(self.appearance.channels[0], c.width, c.kinds) if c.kinds else None
        self.traits = self._traits() if c.traits else None
        self.presence = Presence(c.width) if c.presence else None

    def _traits(self) -> Traits:
        moving = () if self.motion is None else (*self.motion.channels[1:3], self.config.width)
        seen = (self.appearance.channels[1], *moving, self.config.width)
        return Traits(sum(seen), self.config.width, self.config.traits, self.config.decoder_widths[0])

    @property
    def _attends_across(self) -> bool:
        return self.config.fusion == "mmvt" and self.config.cross_modal_attention

    @property
    def _decodes_motion(self) -> bool:
        return self.motion is not None and self.config.decoder_motion

    def images(self, frames: Tensor) -> Tensor:
        """What the appearance encoder wants: ``(..., 3, H, W)`` RGB, uint8 or in [0, 1], normalised."""
        frames = frames.float() if frames.is_floating_point() else frames.float() / 255
        mean, std = (frames.new_tensor(values)[:, None, None] for values in (self.config.mean, self.config.std))
        return (frames - mean) / std

    def encode(self, frames: Tensor, flow: Tensor | None) -> Visual:
        """Sec. 3.1, the visual half.

        Args:
            frames: ``(B, T, 3, H, W)`` from ``images``; the target frame is the last.
            flow: ``(B, T, 3, H, W)`` from ``motion_image``, 6 channels with ``motion_back``; None without motion.

        Raises:
            ValueError: the model needs flow and there is none.
        """
        B, height, width = len(frames), int(frames.shape[-2]), int(frames.shape[-1])
        if self.motion is not None and flow is None:
            raise ValueError("this model has a motion encoder and needs flow images")

        def stream(images: Tensor, backbone: nn.Module, aspp: nn.Module) -> tuple[tuple[Tensor, ...], Tensor]:
            levels = backbone(rearrange(images, "b t c h w -> (b t) c h w"))
            tokens = rearrange(aspp(levels[3]), "(b t) c h w -> b t c h w", b=B)
            return tuple(rearrange(x, "(b t) c h w -> b t c h w", b=B)[:, -1] for x in levels), tokens

        (*appearance, deepest), z_A = stream(frames, self.appearance, self.appearance_aspp)
        motion: tuple[Tensor, ...] = ()
        z_M = None
        if self.motion is not None and flow is not None:
            levels, z_M = stream(flow, self.motion, self.motion_aspp)
            motion = levels[:3]
        kinds = None if self.kinds is None else self.kinds.map(appearance[0])
        traits = None
        if self.traits is not None:
            moving = () if z_M is None else (*motion[1:], z_M[:, -1])
            traits = self.traits.look((appearance[1], *moving, z_A[:, -1]))
        return Visual(tuple(appearance), deepest, motion, z_A, z_M, (height, width), kinds, traits)

    def read(self, tokens: Tensor, keep: Tensor) -> Language:
        """Sec. 3.1, the linguistic half: ``tokens: (B, L)`` ids and ``keep: (B, L)``, False for padding."""
        language: Language = self.text(tokens, keep)
        return language

    def refer(self, visual: Visual, language: Language) -> Segmentation:
        """Sec. 3.2 and 3.3: what the expression names in the target frame."""
        z_A, z_M, heard = visual.appearance_tokens, visual.motion_tokens, language.sentence
        if self.concat is not None:
            z_A = self.concat(z_A, z_M, language.sentence)
        if self.mmvt is not None:
            z_A, z_L = self.mmvt(z_A, z_M, language.tokens, language.keep)
            heard = z_L[:, -1, 0]
        fused = [Fused(z_A[:, -1])]
        for i, block in enumerate(self.blocks):
            level = visual.motion[2 - i] if self._decodes_motion else None
            fused.append(block(visual.appearance[2 - i], level, fused[-1].features, language.sentence))
        coarse = self.head(fused[-1].features)
        if self.kinds is not None and visual.kinds is not None:
            coarse = coarse + self.kinds(visual.kinds, language.sentence)
        if self.traits is not None and visual.traits is not None:
            fits = self.traits(visual.traits, language.sentence)
            coarse = coarse + F.interpolate(fits, coarse.shape[-2:], mode="bilinear", align_corners=False)
        logits = F.interpolate(coarse, visual.size, mode="bilinear", align_corners=False)
        presence = None if self.presence is None else self.presence(z_A[:, -1], heard, coarse.detach())
        compared = self._compared(fused[1:], language) if self.training else {}
        return Segmentation(logits, presence, **compared)

    def forward(self, frames: Tensor, flow: Tensor | None, tokens: Tensor, keep: Tensor) -> Segmentation:
        """The mask of one expression a clip; see ``encode`` and ``read`` for the arguments."""
        return self.refer(self.encode(frames, flow), self.read(tokens, keep))

    def _compared(self, fused: list[Fused], language: Language) -> dict[str, Any]:
        """The fields of ``Segmentation`` that only the losses need."""
        c = self.config
        found: dict[str, Any] = {}
        if c.branch_masks:
            streams = (fused[-1].appearance, fused[-1].motion)
            found["branches"] = tuple(head(x) for head, x in zip(self.branch_heads, streams, strict=False))
        if c.align_language or c.align_modalities:
            found["appearance"] = self.align_appearance([x.appearance for x in fused])
            if self._decodes_motion:
                found["motion"] = self.align_motion([x.motion for x in fused])
            found["compared"] = c.align_modalities
        if c.align_language:
            found["sentence"] = F.normalize(self.align_sentence(language.raw).float(), dim=1)
        return found
