"""What is kept of clips that come again: what a frozen 3D ResNet sees of them, and those that are rendered for it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.pairs import Glimpse
from lbvedit.systems.m3l import M3L
from lbvedit.training.m3l_corpora import Pairs
from lbvedit.training.m3l_squares import signed

__all__ = ["Glimpses", "Memory"]


class Memory:
    """Source features of clips, computed when a clip comes for the first time and kept in main memory.

    Args:
        corpora: that clips are drawn from in turns.
    """

    def __init__(self, corpora: Sequence[Pairs]) -> None:
        self.corpora = corpora
        self.kept: list[Tensor | None] = [None] * len(corpora)
        self.known = [torch.zeros(len(corpus), dtype=torch.bool) for corpus in corpora]

    def seen(self, editor: M3L, turn: int, clips: Tensor, frames: slice) -> Tensor:
        """Features ``(B, T, C_v, h, w)`` of some frames, which have seen those before them.

        Args:
            editor: whose 3D ResNet learns no more.
            turn: which corpus.
            clips: ``(B,)`` their places in it.
            frames: the same of all.
        """
        device = next(editor.parameters()).device
        clips = clips.cpu()
        for clip in clips[~self.known[turn][clips]].tolist():
            self._look(editor, device, turn, clip)
        kept = self.kept[turn]
        assert kept is not None
        return kept[clips, frames].to(device)

    @torch.no_grad()
    def _look(self, editor: M3L, device: torch.device, turn: int, clip: int) -> None:
        v = editor.resnet(signed(self.corpora[turn][clip]["source"][None].to(device)))[0]
        kept = self.kept[turn]
        if kept is None:  # one block: clip by clip they would lie scattered among what is freed again
            kept = self.kept[turn] = v.new_empty((len(self.corpora[turn]), *v.shape), device="cpu")
        kept[clip] = v
        self.known[turn][clip] = True


class Glimpses:
    """Sources of the world by number, rendered when they come for the first time and kept in main memory.

    Args:
        world: that draws them.
        frames: of each.
    """

    def __init__(self, world: ActorEdits | EClevr, frames: int) -> None:
        self.world, self.frames = world, frames
        self.kept: dict[int, Glimpse] = {}

    def __getitem__(self, index: int) -> Glimpse:
        if index not in self.kept:
            self.kept[index] = self.world.glimpse(index, self.frames)
        return self.kept[index]
