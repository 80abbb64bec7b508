"""The close-up: what is edited, painted once more where it belongs, in a square that is centred on it.

An extension, for a generator that is told places. In a whole frame a thing is a tenth of the pixels, anywhere and of
any size, and what is new about it stays soft for hours of learning. In its square it always stands in the middle and is
as large as it is. It is told what the thing is to be, and nothing else: by features of whole clips it knew the clips
that it had learnt from.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.systems.m3l.blocks import Skips, UpBlock
from lbvedit.systems.m3l.features import FrameNorm
from lbvedit.systems.m3l.places import Places, bearings, centres, nearness

__all__ = ["CloseUp", "Retouched", "Square"]

_SIDE = 80
"""Pixels of the square along a side: not fewer than it has in a frame of 128, but for the nearest things."""
_REACH = 0.56
"""Half its side, halfway down the frame, where frames reach from -1 to 1: a thing's height, and its shadow."""
_OFFSET = (0.05, -0.08)
"""Its centre from the thing's foot there: things stand above their feet."""
_ACTING = (0.0, -0.27)
"""Likewise of things that act: they are taller, they jump, and some of them fly."""
_WIDTHS = (32, 64, 96, 128)
"""Channels at each size."""
_TELLING = 128
"""Width of what tells it how the thing is to look."""
_BEARINGS = 6
"""Channels of :func:`~lbvedit.systems.m3l.places.bearings`."""
_KEPT = 4.0
"""Logit of what was there before the close-up learns: nearly all."""


class Square(NamedTuple):
    """Squares of frames.

    Args:
        centre: ``(B, T, 2)`` in [-1, 1] from border to border of a frame, x before y.
        half: ``(B, T, 1)`` half a side.
    """

    centre: Tensor
    half: Tensor

    @classmethod
    def around(cls, foot: Tensor, eye: Tensor, offset: tuple[float, float]) -> Square:
        """The squares of things that stand at ``(B, T, 2)`` before eyes ``(B, T, 2)``.

        Args:
            foot: where they stand.
            eye: as in :class:`~lbvedit.systems.m3l.places.Places`.
            offset: a square's centre from the foot of a thing of size 1.
        """
        near = nearness(foot, eye)
        return cls(foot.float() + near * foot.new_tensor(offset, dtype=torch.float32), _REACH * near)

    def cut(self, frames: Tensor) -> Tensor:
        """What ``(B, T, C, H, W)`` show in them, ``(B, T, C, side, side)``; beyond its border a frame goes on."""
        return self._sampled(frames, self.centre, self.half, (_SIDE, _SIDE), "border")

    def pasted(self, shown: Tensor, size: tuple[int, int]) -> Tensor:
        """Squares ``(B, T, C, side, side)`` in frames ``(B, T, C, *size)`` that are zero elsewhere."""
        return self._sampled(shown, -self.centre / self.half, 1 / self.half, size, "zeros")

    @property
    def cells(self) -> Tensor:
        """Where their pixels are in the frames: ``(B, T, 2, side, side)``."""
        own = centres(_SIDE, _SIDE, self.centre.device)
        return self.centre[..., None, None] + self.half[..., None, None] * own

    @staticmethod
    def _sampled(frames: Tensor, shift: Tensor, scale: Tensor, size: tuple[int, int], beyond: str) -> Tensor:
        B, T, C = frames.shape[:3]
        matrix = torch.cat((torch.diag_embed(scale.expand(B, T, 2)), shift[..., None]), dim=3).flatten(0, 1)
        grid = F.affine_grid(matrix, [B * T, C, *size], align_corners=False)
        return F.grid_sample(frames.flatten(0, 1).float(), grid, padding_mode=beyond, align_corners=False).unflatten(
            0, (B, T)
        )


class Retouched(NamedTuple):
    """What a close-up makes of squares.

    Args:
        pixels: ``(B, T, 3, side, side)`` of its own, in [-1, 1].
        shares: ``(B, T, 5, 1, side, side)`` of each layer, and of these last.
        added: ``(B, T, 3, side, side)`` to the mix.
    """

    pixels: Tensor
    shares: Tensor
    added: Tensor

    def over(self, layers: Tensor) -> Tensor:
        """The squares, of their layers ``(B, T, 4, 3, side, side)``."""
        return (self.shares * torch.cat((layers, self.pixels[:, :, None]), dim=2)).sum(dim=2) + self.added


class CloseUp(nn.Module):
    """Paints a square of each frame anew: a U-Net (arXiv 1505.04597) around a learnt picture of its coarsest size.

    It gives pixels, mattes that mix these with what is there already (the frame so far, the source, and the source
    carried to its place, as it is and tinted), and what to add to that, for shadows. It begins with keeping nearly all
    of the frame so far.

    Args:
        looks: numbers that tell what a thing is to be.
        acting: whether things act.
    """

    LAYERS = 4
    """Frames that are there already."""

    def __init__(self, looks: int, *, acting: bool = False) -> None:
        super().__init__()
        self.offset = _ACTING if acting else _OFFSET
        self.tell = nn.Sequential(nn.Linear(looks, _TELLING), nn.ReLU())
        self.skips = Skips((*_WIDTHS[1:], _WIDTHS[-1]), (2,) * len(_WIDTHS), 3 * self.LAYERS + _BEARINGS)
        coarsest = _SIDE >> (len(_WIDTHS) - 1)
        self.start = nn.Parameter(0.02 * torch.randn(_WIDTHS[-1], coarsest, coarsest))
        beside = self.skips.channels[::-1]
        self.blocks = nn.ModuleList(
            UpBlock(before, after, scale, _TELLING, after)
            for before, after, scale in zip((beside[0], *beside[:-1]), beside, (1, 2, 2, 2), strict=True)
        )
        self.norm = FrameNorm(_WIDTHS[0], _TELLING)
        self.out = nn.Conv2d(_WIDTHS[0], 3 + self.LAYERS + 1 + 3, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        assert self.out.bias is not None
        nn.init.zeros_(self.out.bias)
        with torch.no_grad():
            self.out.bias[3] = _KEPT

    def forward(self, layers: Tensor, places: Places) -> tuple[Tensor, Tensor]:
        """The frames, painted over.

        Args:
            layers: ``(B, T, 4, 3, H, W)`` in [-1, 1]: the frame so far, the source, carried, and tinted.
            places: of the thing, and its looks.

        Returns:
            Frames ``(B, T, 3, H, W)``, and shares ``(B, T, 4, 1, H, W)`` of each layer in them.
        """
        square = self.square(places)
        made = self.retouched(square.cut(layers.flatten(2, 3)).unflatten(2, (-1, 3)), places)
        own = made.shares[:, :, -1] * made.pixels + made.added
        # The frame so far is what the others leave, so that it stays outside of the square.
        size = layers.shape[-2], layers.shape[-1]
        own, others = square.pasted(torch.cat((own, made.shares[:, :, 1:, 0]), dim=2), size).split(
            (3, self.LAYERS), dim=2
        )
        shares = torch.cat((1 - others.sum(dim=2, keepdim=True), others[:, :, :-1]), dim=2).unsqueeze(3)
        return (own + (shares * layers).sum(dim=2)).clamp(-1, 1), shares

    def square(self, places: Places) -> Square:
        """Where it paints."""
        return Square.around(places.there, places.eye, self.offset)

    def retouched(self, layers: Tensor, places: Places) -> Retouched:
        """What becomes of squares.

        Args:
            layers: ``(B, T, 4, 3, side, side)``, cut out of the frames.
            places: as in :meth:`forward`.
        """
        assert places.looks is not None
        where = bearings(self.square(places).cells, places)
        told = self.tell(places.looks.flatten(0, 1))
        seen = self.skips(torch.cat((layers.flatten(2, 3), where), dim=2).flatten(0, 1))
        x = self.start.expand(len(told), -1, -1, -1)
        for block, beside in zip(self.blocks, reversed(seen), strict=True):
            x = block(x, told, beside)
        made = self.out(F.relu(self.norm(x, told))).float().unflatten(0, layers.shape[:2])
        added, logits, pixels = made.split((3, self.LAYERS + 1, 3), dim=2)
        return Retouched(torch.tanh(pixels), logits.softmax(dim=2).unsqueeze(3), added)
