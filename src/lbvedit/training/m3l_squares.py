"""What the close-up of M3L learns from when it learns alone: squares of frames, as all before it makes them.

A square waits for a whole clip to be edited, which takes longer than learning from it. While nothing before the
close-up changes, neither do its squares: those of a clip are made when it is first drawn, and kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lbvedit.systems.m3l import M3L, Instruction, Places
from lbvedit.systems.m3l.acting import ActingGenerator, gone, mirrored
from lbvedit.systems.m3l.closeup import CloseUp
from lbvedit.systems.m3l.generator import Generator

__all__ = ["Squares", "moment_squares", "signed", "squares"]


@dataclass(frozen=True)
class Squares:
    """Squares of one clip, or one of each of some clips.

    Args:
        layers: ``(N, 5, 3, side, side)`` uint8: the frame so far, the source, carried, tinted, and the target.
        places: of the thing, ``(N, 2)`` each, and its looks.
    """

    layers: Tensor
    places: Places

    def __getitem__(self, which: Tensor) -> Squares:
        return Squares(self.layers[which], self.places.each(lambda told: told[which]))

    @classmethod
    def together(cls, parts: list[Squares]) -> Squares:
        """Those of several clips."""
        here, there = torch.cat([part.places.here for part in parts]), torch.cat([part.places.there for part in parts])
        eye = torch.cat([part.places.eye for part in parts])
        looks = torch.cat([part.places.looks for part in parts if part.places.looks is not None])
        return cls(torch.cat([part.layers for part in parts]), Places(here, there, eye, looks))

    @property
    def target(self) -> Tensor:
        """``(N, 3, side, side)`` in [-1, 1]."""
        return signed(self.layers[:, 4])

    @property
    def changed(self) -> Tensor:
        """``(N, 1, side, side)`` bool, where the target is not the source."""
        return (self.layers[:, 4] != self.layers[:, 1]).any(dim=1, keepdim=True)

    def mirrored(self, *, acting: bool = False) -> Squares:
        """With left and right exchanged.

        Args:
            acting: whether looks tell how a thing acts.
        """
        flip = self.places.here.new_tensor([-1, 1])
        looks = self.places.looks
        looks = mirrored(looks) if acting and looks is not None else looks
        places = Places(self.places.here * flip, self.places.there * flip, self.places.eye, looks)
        return Squares(self.layers.flip(4), places)

    def retouched(self, close_up: CloseUp) -> tuple[Tensor, Tensor]:
        """What a close-up makes of them, and its own pixels therein: ``(N, 3, side, side)`` each."""
        layers, places = signed(self.layers[:, None, :4]), self.places.each(lambda told: told[:, None])
        made = close_up.retouched(layers, places)
        return made.over(layers)[:, 0], made.pixels[:, 0]


@torch.no_grad()
def squares(editor: M3L, source: Tensor, target: Tensor, text: Instruction, places: Places, moments: Tensor) -> Squares:
    """Squares of a clip in some of its frames, those before them being the editor's own.

    Args:
        editor: with a close-up, which has no part in it.
        source: ``(1, T, 3, H, W)`` in [-1, 1].
        target: likewise.
        text: the instruction.
        places: that the editor is told.
        moments: ``(N,)`` frames.
    """
    generator = editor.generator
    assert isinstance(generator, Generator)
    assert generator.close_up is not None
    f, fed = editor.encode(source, text), target
    for _ in range(2):  # from the true frames, then from its own
        d = editor.decode(f, fed[:, :-1], text)
        previous = torch.cat((source[:, :1], fed[:, :-1]), dim=1)
        painted = generator.afar(d, source, previous, text.sentence, places)
        fed = painted.frames
    layers = torch.cat((painted.layers(source), target[:, :, None]), dim=2)[:, moments]
    return _cut(generator.close_up, layers, places.each(lambda told: told[:, moments]))


@torch.no_grad()
def moment_squares(
    generator: ActingGenerator, source: Tensor, target: Tensor, without: Tensor, places: Places
) -> Squares:
    """Both squares of one frame of what acts: cleared away where it was, and painted where it belongs.

    Args:
        generator: whose close-up has no part in it.
        source: ``(1, 1, 3, H, W)`` in [-1, 1].
        target: likewise.
        without: likewise, with the edited thing in neither place.
        places: that the generator is told.
    """
    others = generator.begun(source, places).layers(source)[:, :, 1:].unbind(dim=2)
    parts = []
    for told, before, after in ((gone(places), source, without), (places, without, target)):
        parts.append(_cut(generator.close_up, torch.stack((before, *others, after), dim=2), told))
    return Squares.together(parts)


def _cut(close_up: CloseUp, layers: Tensor, places: Places) -> Squares:
    """The squares of frames ``(1, N, 5, 3, H, W)``, as in :class:`Squares`."""
    cut = close_up.square(places).cut(layers.flatten(2, 3)).unflatten(2, (-1, 3))
    return Squares(((cut[0].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8), places.each(lambda told: told[0]))


def signed(pixels: Tensor) -> Tensor:
    """uint8 pixels as float in [-1, 1]."""
    return pixels.float() / 127.5 - 1
