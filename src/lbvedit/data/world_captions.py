"""World captions: frames of the procedural world, each with one sentence, for a small text-to-image model."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from torch import Tensor

from lbvedit.data.drawn import Filmed
from lbvedit.data.world.render import render
from lbvedit.data.world.stage import draw_stage
from lbvedit.data.world.words import caption

__all__ = ["SIZES", "CaptionItem", "WorldCaptions"]

SIZES = {"train": 20_000, "test": 1_000}
"""Clips of each split by default."""

_SMALLEST = 0.006


class CaptionItem(TypedDict):
    """``frames`` is ``(T, 3, S, S)`` uint8; ``caption`` says who does what, and where."""

    frames: Tensor
    caption: str


class WorldCaptions(Filmed[CaptionItem]):
    """Captioned clips of one or two actors; with one frame, as by default, they are captioned pictures."""

    name = "world-captions"
    sizes = SIZES
    length = 1

    def item(self, rng: np.random.Generator) -> CaptionItem:
        """A clip, drawn and rendered."""
        length = max(8, self.frames)
        while True:
            stage = draw_stage(rng, length, least=1, most=2, zoom=1.4, photos=self.photos)
            first = int(rng.integers(length - self.frames, endpoint=True))
            scene = stage.scene(range(first, first + self.frames + 1))
            clip = render([scene], self.side, self.side, flow=False, device=self.device)[0]
            if float(clip.masks.float().mean(dim=(2, 3)).amin()) > _SMALLEST:  # everybody told of can be seen
                break
        sentence = f"{caption(rng, stage.actors)} {stage.ground.words}".strip()
        return {"frames": clip.frames.cpu(), "caption": sentence}
