"""What a frozen 3D ResNet sees of clips: the same each time, so it is looked at once and kept."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lbvedit.systems.m3l import M3L
from lbvedit.training.m3l_corpora import Pairs
from lbvedit.training.m3l_squares import signed

__all__ = ["Memory"]


class Memory:
    """Source features of clips, computed when a clip comes for the first time and kept in main memory.

    Args:
        corpora: that clips are drawn from in turns.
    """

    def __init__(self, corpora: Sequence[Pairs]) -> None:
        self.corpora = corpora
        self.kept: dict[tuple[int, int], Tensor] = {}

    def seen(self, editor: M3L, turn: int, clips: Sequence[int], frames: slice) -> Tensor:
        """Features ``(B, T, C_v, h, w)`` of some frames, which have seen those before them.

        Args:
            editor: whose 3D ResNet learns no more.
            turn: which corpus.
            clips: their places in it.
            frames: the same of all.
        """
        device = next(editor.parameters()).device
        return torch.stack([self._one(editor, device, turn, clip)[frames] for clip in clips]).to(device)

    @torch.no_grad()
    def _one(self, editor: M3L, device: torch.device, turn: int, clip: int) -> Tensor:
        if (turn, clip) not in self.kept:
            source = self.corpora[turn][clip]["source"]
            self.kept[turn, clip] = editor.resnet(signed(source[None].to(device)))[0].cpu()
        return self.kept[turn, clip]
