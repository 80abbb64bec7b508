"""Places: where the edited thing is in each source frame, where it belongs in the edited one, and as what.

An extension, for things on a floor. A generator that has to find out by itself what is meant, and where it goes, learns
that last of all, and paints softly where it is in doubt. Told the places, it sees each pixel by how far it is from
them, and the thing of the source carried over to where it belongs; what is left to learn is how things look.

The floor is a plane under a camera that leans to no side: how large things are in a frame is how far below the horizon
they stand, over the camera's height. Depth is one over that, and what goes straight ahead on the floor goes straight in
``(x * depth, depth)``. Places are in [-1, 1] from border to border of a frame, x before y; an eye is the horizon's row,
told likewise, and the camera's height.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.nn.coordinates import coordinate_map
from lbvedit.systems.m3l.features import FrameNorm
from lbvedit.systems.m3l.fusion import COORDINATES, with_coordinates

__all__ = [
    "Located",
    "Locator",
    "Places",
    "View",
    "as_looks",
    "bearings",
    "centres",
    "fixed_eye",
    "in_frame",
    "nearness",
    "on_floor",
    "on_the_way",
    "spread",
    "steadied",
    "told_at",
    "told_path",
    "told_place",
    "view",
]

_RESTS = 0.083
"""How far a thing goes at least, else it counts as resting."""
_SIZE = 0.3
"""About the size of a thing in the middle of a frame."""
_FARTHEST = 3.0
"""Sizes from which on all pixels are as far away."""
_FARTHEST_AWAY = 0.05
"""Size of the farthest things; what is told to stand at the horizon or above it counts as these."""
_NEAREST = 0.2
"""Depth of the nearest things."""
_MOMENTS = 2.0
"""Frames to either side that mostly tell where a thing is in one."""
_REACHES = (1, 2, 4)
"""Dilations of the locator's convolutions: what stands beside another thing is up to five cells away from that."""


class Places(NamedTuple):
    """Where the edited thing is.

    Args:
        here: ``(B, T, 2)`` in the source.
        there: ``(B, T, 2)`` in the edit.
        eye: ``(B, T, 2)`` the camera's.
        looks: ``(B, T, K)`` what it is to be in the edit, :func:`as_looks`, where that is told.
    """

    here: Tensor
    there: Tensor
    eye: Tensor
    looks: Tensor | None = None

    def each(self, change: Callable[[Tensor], Tensor]) -> Places:
        """All of them, changed."""
        looks = None if self.looks is None else change(self.looks)
        return Places(change(self.here), change(self.there), change(self.eye), looks)

    def at(self, moment: int) -> Places:
        """Those of one frame, with its time axis."""
        return self.each(lambda told: told[:, moment : moment + 1])


class View(NamedTuple):
    """What the generator sees of places.

    Args:
        carried: ``(B, T, 3, H, W)`` the source, moved and scaled so that what was ``here`` is ``there``.
        bearings: ``(B, T, 6, H, W)`` each pixel from ``here`` and from ``there``, by the size that things have there,
            and its own place.
    """

    carried: Tensor
    bearings: Tensor


def view(source: Tensor, places: Places) -> View:
    """What the generator sees of ``source: (B, T, 3, H, W)`` besides its pixels.

    Args:
        source: frames.
        places: in them.
    """
    own = centres(source.shape[-2], source.shape[-1], source.device)
    here, there = (place.flatten(0, 1)[:, :, None, None].float() for place in places[:2])
    near = [nearness(place, places.eye).flatten(0, 1)[..., None, None] for place in (places.here, places.there)]
    at = here + (own - there) * (near[0] / near[1])
    carried = F.grid_sample(
        source.flatten(0, 1).float(), at.permute(0, 2, 3, 1), padding_mode="border", align_corners=False
    )
    return View(carried.unflatten(0, source.shape[:2]), bearings(own, places))


def bearings(own: Tensor, places: Places) -> Tensor:
    """Where cells are from ``here`` and from ``there``, by the size that things have there, and their own places.

    Args:
        own: ``(2, H, W)`` the cells' places, or ``(B, T, 2, H, W)`` if each frame has its own.
        places: in each frame.

    Returns:
        ``(B, T, 6, H, W)``.
    """
    away = []
    for place in (places.here, places.there):
        size = _SIZE * nearness(place, places.eye)
        away.append(((own - place[..., None, None].float()) / size[..., None, None]).clamp(-_FARTHEST, _FARTHEST))
    return torch.cat((*away, own.expand_as(away[0])), dim=2)


def fixed_eye(horizon: float, places: Tensor) -> Tensor:
    """The eye of a camera that is so high that a thing in the middle of a frame is of size 1, for each of ``places``.

    Args:
        horizon: its row, above the frame.
        places: ``(..., 2)``.
    """
    return places.new_tensor((horizon, -horizon), dtype=torch.float32).expand_as(places)


def nearness(places: Tensor, eye: Tensor) -> Tensor:
    """How large things are that stand at ``(..., 2)`` before an eye ``(..., 2)``: ``(..., 1)``."""
    return ((places[..., 1:].float() - eye[..., :1]) / eye[..., 1:]).clamp(min=_FARTHEST_AWAY)


def on_the_way(here: Tensor, start: Tensor, goal: Tensor, eye: Tensor) -> Tensor:
    """The way from one place to another on the floor, as far in each frame as a thing has come on its own way.

    A thing that rests is sent evenly.

    Args:
        here: ``(B, T, 2)`` the thing's own way.
        start: ``(B, 2)``.
        goal: ``(B, 2)``.
        eye: ``(B, T, 2)``.

    Returns:
        ``(B, T, 2)``.
    """
    own = on_floor(here, eye)
    whole = own[:, -1:] - own[:, :1]
    length = whole.square().sum(dim=2, keepdim=True)
    share = ((own - own[:, :1]) * whole).sum(dim=2, keepdim=True) / length.clamp(min=1e-9)
    evenly = torch.linspace(0, 1, here.shape[1], device=here.device)[None, :, None]
    share = torch.where(length < _RESTS**2, evenly, share).clamp(0, 1)
    first, last = on_floor(start[:, None], eye[:, :1]), on_floor(goal[:, None], eye[:, -1:])
    return in_frame(first + share * (last - first), eye)


def centres(height: int, width: int, device: torch.device) -> Tensor:
    """The places of the centres of all cells, ``(2, height, width)``."""
    return coordinate_map(height, width, device=device)[4:6]


def on_floor(places: Tensor, eye: Tensor) -> Tensor:
    """Places of a frame, ``(..., 2)``, where what goes straight on the floor goes straight and evenly."""
    depth = 1 / nearness(places, eye)
    return torch.cat((places[..., :1].float() * depth, depth), dim=-1)


def in_frame(floor: Tensor, eye: Tensor) -> Tensor:
    """The other way round: places of a frame, ``(..., 2)``, from those on the floor."""
    across, depth = floor.split(1, dim=-1)
    near = 1 / depth.clamp(min=_NEAREST)
    return torch.cat((across * near, eye[..., :1] + eye[..., 1:] * near), dim=-1)


def spread(places: Tensor, height: int, width: int) -> Tensor:
    """Places ``(..., 2)`` as shares of the cells around each, ``(..., h, w)``: their mean is the place.

    Those beyond the outermost cells' centres are moved onto these.
    """
    x, y = (
        ((place + 1) / 2 * side - 0.5).clamp(0, side - 1)[..., None]
        for place, side in zip(places.float().unbind(dim=-1), (width, height), strict=True)
    )
    columns, rows = (
        (1 - (place - torch.arange(side, device=place.device)).abs()).clamp(min=0)
        for place, side in ((x, width), (y, height))
    )
    return rows[..., :, None] * columns[..., None, :]


def told_place(logits: Tensor) -> Tensor:
    """The place that logits ``(..., h, w)`` tell, ``(..., 2)``: the mean of the best cell and those around it."""
    height, width = logits.shape[-2:]
    flat = logits.float().flatten(0, -3)
    near = _around(_best(flat)).view(logits.shape)
    shares = logits.float().masked_fill(~near, -torch.inf).flatten(-2).softmax(dim=-1)
    return shares @ centres(height, width, logits.device).flatten(1).T


def told_path(logits: Tensor) -> Tensor:
    """The places that logits ``(B, T, h, w)`` of consecutive frames tell, ``(B, T, 2)``, of one thing all the while.

    Of all paths that go on to a cell beside the last one, it is the likeliest (A. Viterbi, 1967): of two things alike
    one is not taken now and the other then.
    """
    likely = logits.float().flatten(2).log_softmax(dim=2).view(logits.shape)
    line = [likely[:, 0]]
    for here in likely[:, 1:].unbind(dim=1):
        line.append(here + F.max_pool2d(line[-1], 3, stride=1, padding=1))
    path = [_best(line[-1])]
    for before in reversed(line[:-1]):
        path.append(_best(before.masked_fill(~_around(path[-1]), -torch.inf)))
    chosen = torch.stack([_around(cell) for cell in reversed(path)], dim=1)
    return told_place(logits.float().masked_fill(~chosen, -torch.inf))


def steadied(path: Tensor) -> Tensor:
    """Places ``(B, T, 2)`` of consecutive frames on lines fitted to those around each: the same for what goes steadily.

    A local linear regression (W. S. Cleveland, 1979) with Gaussian weights; told cell by cell, places tremble.
    """
    time = torch.arange(path.shape[1], dtype=torch.float32, device=path.device)
    away = time - time[:, None]
    weight = torch.exp(-((away / _MOMENTS) ** 2) / 2)
    zeroth, first, second = (
        sums[:, None] for sums in (weight.sum(1), (weight * away).sum(1), (weight * away**2).sum(1))
    )
    flat = zeroth * second - first**2
    fit = weight * (second - first * away) / flat if path.shape[1] > 1 else weight
    return fit @ path


def _best(scores: Tensor) -> Tensor:
    """The best cell of each ``(N, h, w)``, alone True in as many."""
    flat = scores.flatten(1)
    return F.one_hot(flat.argmax(dim=1), flat.shape[1]).bool().view(scores.shape)


def _around(cells: Tensor) -> Tensor:
    """``(N, h, w)`` bool cells and those beside them."""
    return F.max_pool2d(cells.float(), 3, stride=1, padding=1) > 0


def told_at(features: Tensor, places: Tensor) -> Tensor:
    """Features ``(B, T, C, h, w)`` at ``(B, T, 2)``: ``(B, T, C)``."""
    grid = places.flatten(0, 1)[:, None, None].float()
    cells = F.grid_sample(features.flatten(0, 1).float(), grid, padding_mode="border", align_corners=False)
    return cells[:, :, 0, 0].unflatten(0, places.shape[:2]).to(features.dtype)


def as_looks(values: Tensor, attributes: tuple[int, ...]) -> Tensor:
    """The value of each attribute, ``(..., len(attributes))``, as ones among zeros, ``(..., sum(attributes))``."""
    ones = [F.one_hot(value, count) for value, count in zip(values.unbind(dim=-1), attributes, strict=True)]
    return torch.cat(ones, dim=-1).float()


class Located(NamedTuple):
    """Where an instruction's thing may be.

    Args:
        here: ``(B, T, h, w)`` logits of where it is in each source frame.
        goal: ``(B, T, h, w)`` logits of where the instruction lets it end, as each frame tells it.
        sent: ``(B,)`` logits of whether the instruction sends it anywhere.
    """

    here: Tensor
    goal: Tensor
    sent: Tensor


class Locator(nn.Module):
    """Finds the edited thing, and where it is sent, in source features.

    Args:
        channels: C_v.
        text_dim: C_x.
        horizon: of the camera, :func:`fixed_eye`.
        attributes: how many values each attribute of a thing may have, if it also tells what the thing is to be.
        beside: numbers that it tells these by, beside what it sees and the sentence.
    """

    def __init__(
        self, channels: int, text_dim: int, horizon: float, attributes: tuple[int, ...] = (), beside: int = 0
    ) -> None:
        super().__init__()
        self.horizon = horizon
        self.attributes = attributes
        inner = channels // 2
        inputs = (channels + COORDINATES, *[inner] * (len(_REACHES) - 1))
        self.looks = nn.ModuleList(
            nn.Conv2d(before, inner, 3, padding=reach, dilation=reach)
            for before, reach in zip(inputs, _REACHES, strict=True)
        )
        self.norms = nn.ModuleList(FrameNorm(inner, text_dim) for _ in _REACHES)
        self.tell = nn.Conv2d(inner, 2, 1)
        self.sent = nn.Linear(text_dim, 1)
        self.become = (
            nn.Sequential(
                nn.Linear(channels + text_dim + beside, channels), nn.ReLU(), nn.Linear(channels, sum(attributes))
            )
            if attributes
            else None
        )

    def becoming(self, f: Tensor, sentence: Tensor, here: Tensor, *beside: Tensor) -> list[Tensor]:
        """Logits of the values of each attribute that the thing is to have, ``(B, values)`` each.

        Args:
            f: as in :meth:`forward`.
            sentence: as there.
            here: ``(B, T, 2)`` where the thing is in the source.
            beside: ``(B, C)`` what else tells it.
        """
        if self.become is None:
            return []
        seen = told_at(f, here).float().mean(dim=1)
        known = torch.cat((seen, sentence.float(), *beside), dim=1)
        return list(self.become(known).float().split(self.attributes, dim=1))

    def forward(self, f: Tensor, sentence: Tensor) -> Located:
        """Of source features ``(B, T, C_v, h, w)`` and a sentence ``(B, C_x)``."""
        B, T = f.shape[:2]
        x = with_coordinates(f.flatten(0, 1))
        told = sentence.repeat_interleave(T, dim=0)
        for look, norm in zip(self.looks, self.norms, strict=True):
            x = F.relu(norm(look(x), told))
        here, goal = self.tell(x).float().unflatten(0, (B, T)).unbind(dim=2)
        return Located(here, goal, self.sent(sentence).float()[:, 0])

    def places(
        self, f: Tensor, sentence: Tensor, start: Tensor | None = None, looks: Tensor | None = None, moment: int = 0
    ) -> Places:
        """The places of all frames of a window.

        Args:
            f: as in :meth:`forward`.
            sentence: as there.
            start: ``(B, 2)`` where the thing stands in the first edited frame, if it is edited already.
            looks: ``(B, K)`` what it is to be, if that was told in the first frame of the video.
            moment: how many frames of the video came before the window.
        """
        located = self(f, sentence)
        here = steadied(told_path(located.here))
        goal = told_place(located.goal.flatten(2).log_softmax(dim=2).mean(dim=1).unflatten(1, f.shape[-2:]))
        eye = fixed_eye(self.horizon, here)
        way = on_the_way(here, here[:, 0] if start is None else start, goal, eye)
        there = torch.where((located.sent > 0)[:, None, None], way, here)
        if not self.attributes:
            return Places(here, there, eye)
        if looks is None:
            values = torch.stack([logits.argmax(dim=1) for logits in self.becoming(f, sentence, here)], dim=1)
            looks = as_looks(values, self.attributes)
        return Places(here, there, eye, looks[:, None].expand(-1, here.shape[1], -1))
