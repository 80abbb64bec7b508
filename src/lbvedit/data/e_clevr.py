"""E-CLEVR: still and moving solids, an instruction, and the clip that obeys it (M3L, Sec. 4.1).

Every clip has three to five solids on a plain floor, all different, one of which slides to a final position. The
instruction changes properties of one solid (colour, shape, size, material), or sends the moving one to another final
position, told relative to a still one, or both. Everything else is rendered again the same, pixel by pixel.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.data.drawn import Drawn, pick
from lbvedit.data.pairs import Glimpse, Pair
from lbvedit.data.world.camera import look_at
from lbvedit.data.world.render import render
from lbvedit.data.world.scene import Body, Ground, Light, Primitive, Scene, linear
from lbvedit.data.world.shapes import Shape

__all__ = [
    "COLORS",
    "FRAME",
    "FRAMES",
    "HELD_OUT",
    "MATERIALS",
    "PROPERTIES",
    "RELATIONS",
    "SHAPES",
    "SIZES",
    "SOLIDS",
    "VALUES",
    "EClevr",
]

FRAME = 128
FRAMES = 20
SIZES = {"train": 9_233, "test": 1_629}
"""Pairs of each split in the paper."""

_KINDS = ("property", "position", "both")
_SHARES = (0.55, 0.38, 0.07)
"""What an instruction changes, and how often."""
_TRIES = 30
"""How often an edit of one kind is drawn for given solids before there is no room for any."""

COLORS: dict[str, tuple[int, int, int]] = {
    "gray": (95, 95, 95), "red": (178, 32, 32), "blue": (38, 70, 215), "green": (26, 110, 24),
    "brown": (124, 70, 22), "purple": (126, 36, 190), "cyan": (38, 205, 205), "yellow": (250, 226, 44),
}  # fmt: skip
SHAPES = ("cube", "sphere", "cylinder")
MATERIALS = ("rubber", "metal")
SOLIDS = {"small": 0.46, "large": 0.8}
"""Half the side, or the radius, of a solid of each size."""

RELATIONS: dict[str, tuple[float, float]] = {
    "left of": (-1.0, 0.0),
    "right of": (1.0, 0.0),
    "in front of": (0.0, -1.0),
    "behind": (0.0, 1.0),
}
"""Where the moving solid ends, from the other: x to the right and y away from the camera."""

PROPERTIES = ("size", "color", "material", "shape")
VALUES = (tuple(SOLIDS), tuple(COLORS), MATERIALS, SHAPES)
"""What each of them may be."""
_MOST = 5
_REST = 3  # the moving solid has arrived in the last frames

Attributes = tuple[int, int, int, int]


def _held_out() -> frozenset[Attributes]:
    every = list(itertools.product(range(2), range(8), range(2), range(3)))
    return frozenset(every[(8 * number + 3 * (number % 3)) % 96] for number in range(12))


HELD_OUT: frozenset[Attributes] = _held_out()
"""The zero-shot split: 12 of the 96 kinds of solids, as indices of size, colour, material and shape."""


@dataclass(frozen=True)
class _Solid:
    attributes: Attributes
    start: tuple[float, float]
    end: tuple[float, float]
    turn: float

    @property
    def radius(self) -> float:
        return tuple(SOLIDS.values())[self.attributes[0]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(values[index] for values, index in zip(VALUES, self.attributes, strict=True))

    def path(self) -> NDArray[np.float64]:
        """``(T + 1, 2)`` ground positions."""
        share = np.clip(np.arange(FRAMES + 1) / (FRAMES - _REST), 0, 1)[:, None]
        return np.asarray(self.start) * (1 - share) + np.asarray(self.end) * share


@dataclass(frozen=True)
class _Edit:
    kind: str
    solid: int
    reference: int
    relation: str
    changed: tuple[int, ...]


class EClevr(Drawn[Pair]):
    """Pairs of 20 frames of 128x128; items are :class:`~lbvedit.data.pairs.Pair`.

    ``meta`` has ``kind`` (``property``, ``position`` or ``both``), ``solid`` (the number of the edited solid; 0 is the
    moving one), ``reference`` (the number of the solid that the final position is told by, -1 for none), ``relation``
    and, padded to five solids with -1 and with source before target, ``attributes`` ``(2, 5, 4)`` (indices of size,
    colour, material, shape), ``places`` ``(2, 5, 20, 2)`` (x to the right, y away), ``centres`` ``(2, 5, 20, 2)``
    (pixels) and ``feet`` likewise, the points of the floor under these.

    Args:
        split: train or test.
        seed: another seed, another set.
        size: pairs; the paper's number by default.
        zero_shot: leave the solids in :data:`HELD_OUT` out of training.
        device: where to render; items are on the CPU.
    """

    name = "e-clevr"
    sizes = SIZES

    def __init__(
        self,
        split: str = "train",
        seed: int = 0,
        size: int | None = None,
        *,
        zero_shot: bool = False,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(split, seed, size)
        self.zero_shot = zero_shot and split == "train"
        self.device = device

    def item(self, rng: np.random.Generator) -> Pair:
        """A pair, drawn and rendered."""
        return self._rendered(rng, FRAMES)

    def opening(self, index: int, frames: int) -> Pair:
        """The first frames of a pair, which take their share of its time; ``meta`` tells of all."""
        return self._rendered(self.stream(index), frames)

    def glimpse(self, index: int, count: int) -> Glimpse:
        """The first ``count`` frames of a source alone; ``meta`` tells of all."""
        instruction, meta, (stage, source, _) = self._told(self.stream(index))
        scene = replace(stage.scene(source), frames=count)
        (shown,) = render([scene], FRAME, FRAME, flow=False, device=self.device)
        return {"source": shown.frames.cpu(), "instruction": instruction, "meta": meta}

    def said(self, index: int) -> Mapping[str, Any]:
        """A pair's ``instruction`` and ``meta`` alone, which take no rendering."""
        instruction, meta, _ = self._told(self.stream(index))
        return {"instruction": instruction, "meta": meta}

    def retold(self, index: int, rng: np.random.Generator) -> Mapping[str, Any]:
        """Another ``instruction`` for a pair's source, and the ``meta`` of the pair that it would make.

        All kinds are equally likely where there is room for them: a change and a place at once, which is rare among
        pairs, is the hardest.
        """
        stream = self.stream(index)
        source, _, _ = self._draw(stream)
        stage = _Stage(stream)
        while True:
            kind = str(rng.choice(_KINDS))
            for _ in range(_TRIES):
                drawn = self._edited(rng, source, kind)
                if drawn is not None:
                    target, edit = drawn
                    return {"instruction": _say(rng, source, target, edit), "meta": _meta(source, target, edit, stage)}

    def _told(self, rng: np.random.Generator) -> tuple[str, dict[str, Any], tuple[_Stage, list[_Solid], list[_Solid]]]:
        """The instruction, the meta, and what there is to render."""
        source, target, edit = self._draw(rng)
        stage = _Stage(rng)
        return _say(rng, source, target, edit), _meta(source, target, edit, stage), (stage, source, target)

    def _rendered(self, rng: np.random.Generator, frames: int) -> Pair:
        instruction, meta, (stage, source, target) = self._told(rng)
        before, after = (replace(stage.scene(solids), frames=frames) for solids in (source, target))
        clips = render([before, after], FRAME, FRAME, flow=False, device=self.device)
        source_clip, target_clip = (clip.frames.cpu() for clip in clips)
        return {
            "source": source_clip,
            "target": target_clip,
            "instruction": instruction,
            "changed": (source_clip != target_clip).any(dim=1, keepdim=True),
            "meta": meta,
        }

    def alternatives(self, index: int) -> tuple[list[str], Tensor, int]:
        """What the instruction could have been mistaken for: to judge by the nearest whether it was obeyed.

        Returns:
            Names, clips ``(K, 20, 3, 128, 128)`` uint8 and the place of the right one: the untouched source, the
            target, and targets with one other value of a changed property or another relation to the reference.
        """
        rng = self.stream(index)
        source, target, edit = self._draw(rng)
        stage = _Stage(rng)
        worlds = {"source": source, "target": target}
        old, new = source[edit.solid], target[edit.solid]
        for place in edit.changed:
            for value in range(len(VALUES[place])):
                if value not in (old.attributes[place], new.attributes[place]):
                    other = replace(new, attributes=_with(new.attributes, place, value))
                    worlds[f"{PROPERTIES[place]} {VALUES[place][value]}"] = _replaced(target, edit.solid, other)
            if len(edit.changed) + bool(edit.relation) > 1:
                half = replace(new, attributes=_with(new.attributes, place, old.attributes[place]))
                worlds[f"{PROPERTIES[place]} unchanged"] = _replaced(target, edit.solid, half)
        if edit.relation:
            for relation in RELATIONS:
                if relation != edit.relation:
                    end = _beside(target[edit.reference], new, relation)
                    worlds[relation] = _replaced(target, edit.solid, replace(new, end=end))
            if edit.changed:
                worlds["position unchanged"] = _replaced(target, edit.solid, replace(new, end=old.end))
        clips = render(
            [stage.scene(solids) for solids in worlds.values()], FRAME, FRAME, flow=False, device=self.device
        )
        return list(worlds), torch.stack([clip.frames.cpu() for clip in clips]), 1

    def _draw(self, rng: np.random.Generator) -> tuple[list[_Solid], list[_Solid], _Edit]:
        kind = _kind(rng)
        while True:
            source = _solids(rng)
            drawn = None if source is None else self._edited(rng, source, kind)
            if source is not None and drawn is not None:
                return source, *drawn

    def _edited(self, rng: np.random.Generator, source: list[_Solid], kind: str) -> tuple[list[_Solid], _Edit] | None:
        """An edit of some solids, and what they become; None when they have none of its kind, or none to learn."""
        drawn = _edited(rng, source, kind)
        if drawn is None or (self.zero_shot and {solid.attributes for solid in (*source, *drawn[0])} & HELD_OUT):
            return None
        return drawn


class _Stage:
    """Camera, light and floor of one pair."""

    def __init__(self, rng: np.random.Generator) -> None:
        shift = rng.uniform(-1, 1, 3)
        origin = np.array([0.4 * shift[0], -8.0 + 0.3 * shift[1], 4.9 + 0.3 * shift[2]])
        self.camera = look_at(origin, np.array([0.0, 0.15, 0.15]), 1.42, FRAMES)
        angle, height = rng.uniform(1.9, 2.9), rng.uniform(0.75, 0.95)
        flat = (1 - height**2) ** 0.5
        self.light = Light((flat * np.cos(angle), flat * np.sin(angle), height), softness=0.14)
        tone = float(rng.uniform(0.36, 0.44))
        self.ground = Ground(np.full((4, 4, 3), tone, np.float32), haze=(0.58, 0.58, 0.58), haze_at=60.0)

    def scene(self, solids: Sequence[_Solid]) -> Scene:
        bodies = tuple(_body(number, solid) for number, solid in enumerate(solids, start=1))
        return Scene(bodies, self.camera, self.light, self.ground, FRAMES, extent=5.5)

    def pixels(self, solid: _Solid, height: float) -> NDArray[np.float64]:
        """``(T, 2)`` pixel position of the point of a solid's axis that is so high above the floor."""
        path = solid.path()[:FRAMES]
        centre = np.concatenate([path, np.full((FRAMES, 1), height)], axis=1)
        u, v, depth = np.einsum("tij,tj->it", self.camera.axes[:FRAMES], centre - self.camera.origin[:FRAMES])
        return FRAME / 2 + np.stack([u, v], axis=1) / depth[:, None] * (self.camera.focal[:FRAMES, None] * FRAME)


def _body(number: int, solid: _Solid) -> Body:
    size, color, material, shape = solid.names
    metal = material == "metal"
    r = SOLIDS[size]
    tone = linear(*COLORS[color])
    places = np.broadcast_to(np.eye(4), (FRAMES + 1, 4, 4)).copy()
    cos, sin = np.cos(solid.turn), np.sin(solid.turn)
    places[:, :2, :2] = [[cos, -sin], [sin, cos]]
    places[:, :2, 3] = solid.path()
    places[:, 2, 3] = r
    gloss = 0.85 if metal else 0.25
    if shape == "cube":
        half = r * 0.86
        places[:, 2, 3] = half
        return Body(number, (Primitive(Shape.BOX, (half, half, half, 0.12 * r), tone, metal, gloss),), places[:, None])
    places[:, :3, :3] *= r
    kind, params = (Shape.ELLIPSOID, (0.0,) * 4) if shape == "sphere" else (Shape.FRUSTUM, (1.0, 0.0, 0.0, 0.0))
    return Body(number, (Primitive(kind, params, tone, metal, gloss),), places[:, None])


def _solids(rng: np.random.Generator) -> list[_Solid] | None:
    """Three to five different solids that never touch, the first one moving; None when they do not fit."""
    count = int(rng.integers(3, _MOST, endpoint=True))
    kinds: set[Attributes] = set()
    while len(kinds) < count:
        kinds.add((int(rng.random() < 0.6), int(rng.integers(8)), int(rng.integers(2)), int(rng.integers(3))))
    order = sorted(kinds)
    rng.shuffle(order)
    solids: list[_Solid] = []
    for number, attributes in enumerate(order):
        turn = float(rng.uniform(0, np.pi / 2))
        for _ in range(12):
            start = _place(rng)
            end = _place(rng) if number == 0 else start
            solid = _Solid(attributes, start, end, turn)
            if np.hypot(start[0] - end[0], start[1] - end[1]) < 1.5 and number == 0:
                continue
            if all(_apart(solid, other) for other in solids):
                solids.append(solid)
                break
        else:
            return None
    return solids


def _place(rng: np.random.Generator) -> tuple[float, float]:
    y = float(rng.uniform(-2.0, 2.4))
    return float(rng.uniform(-1, 1)) * _half_width(y), y


def _half_width(y: float) -> float:
    """How far to a side a solid is seen whole, nearer ones less than farther ones."""
    return 2.2 + 0.28 * y


def _visible(place: tuple[float, float]) -> bool:
    return abs(place[0]) < _half_width(place[1]) + 0.1 and -2.2 < place[1] < 2.9


def _apart(first: _Solid, second: _Solid) -> bool:
    gaps = np.linalg.norm(first.path() - second.path(), axis=1)
    return bool(gaps.min() > 1.15 * (first.radius + second.radius))


def _beside(reference: _Solid, solid: _Solid, relation: str) -> tuple[float, float]:
    gap = 1.3 * (reference.radius + solid.radius) + 0.1
    x, y = RELATIONS[relation]
    return reference.end[0] + gap * x, reference.end[1] + gap * y


def _kind(rng: np.random.Generator) -> str:
    return str(rng.choice(_KINDS, p=_SHARES))


def _with(attributes: Attributes, place: int, value: int) -> Attributes:
    changed = list(attributes)
    changed[place] = value
    return changed[0], changed[1], changed[2], changed[3]


def _replaced(solids: Sequence[_Solid], number: int, solid: _Solid) -> list[_Solid]:
    return [solid if place == number else other for place, other in enumerate(solids)]


def _edited(rng: np.random.Generator, source: list[_Solid], kind: str) -> tuple[list[_Solid], _Edit] | None:
    number = 0 if kind != "property" or rng.random() < 0.5 else int(rng.integers(1, len(source)))
    old = new = source[number]
    changed: tuple[int, ...] = ()
    reference, relation = -1, ""
    if kind != "position":
        amount = int(rng.choice((1, 2, 3), p=(0.45, 0.4, 0.15)))
        changed = tuple(sorted(int(place) for place in rng.choice(4, size=amount, replace=False)))
        for place in changed:
            others = [value for value in range(len(VALUES[place])) if value != old.attributes[place]]
            new = replace(new, attributes=_with(new.attributes, place, int(rng.choice(others))))
        if new.attributes in {solid.attributes for solid in source}:
            return None
    if kind != "property":
        reference = int(rng.integers(1, len(source)))
        relation = str(rng.choice(list(RELATIONS)))
        new = replace(new, end=_beside(source[reference], new, relation))
        if not _visible(new.end) or np.hypot(new.end[0] - old.end[0], new.end[1] - old.end[1]) < 1.2:
            return None
    if not all(_apart(new, other) for place, other in enumerate(source) if place != number):
        return None
    return _replaced(source, number, new), _Edit(kind, number, reference, relation, changed)


def _describe(rng: np.random.Generator, solids: Sequence[_Solid], number: int) -> str:
    """A noun phrase that means one solid only, mostly with more words than it would need."""
    names = solids[number].names
    order = list(range(3))
    rng.shuffle(order)
    told = [place for place in range(4) if place == 3 or rng.random() < 0.88]
    for place in order:
        alike = [solid for solid in solids if all(solid.names[p] == names[p] for p in told)]
        if len(alike) == 1:
            break
        told = sorted({*told, place})
    moving = "moving " if number == 0 and rng.random() < 0.35 else ""
    return "the " + moving + " ".join(names[place] for place in told)


def _say(rng: np.random.Generator, source: Sequence[_Solid], target: Sequence[_Solid], edit: _Edit) -> str:
    what = _describe(rng, source, edit.solid)
    clauses = []
    if edit.changed:
        clauses.append(_say_change(rng, what, source[edit.solid], target[edit.solid], edit.changed))
    if edit.relation:
        whom = _describe(rng, source, edit.reference)
        relation = edit.relation if edit.relation in ("behind", "in front of") else f"to the {edit.relation}"
        subject = "it" if clauses else what
        clauses.append(pick(rng, _MOVES).format(x=subject, r=relation, y=whom))
    return " and ".join(clauses)


_MOVES = (
    "move {x} {r} {y}",
    "let {x} end up {r} {y}",
    "place {x} {r} {y} in the end",
    "the final position of {x} should be {r} {y}",
    "slide {x} so that it ends {r} {y}",
)


def _say_change(rng: np.random.Generator, what: str, old: _Solid, new: _Solid, changed: Sequence[int]) -> str:
    adjectives = [new.names[place] for place in changed if place != 3]
    if 3 in changed:
        noun = " ".join([*adjectives, new.names[3]])
        return pick(rng, ("change {x} into a {n}", "replace {x} with a {n}", "turn {x} into a {n}")).format(
            x=what, n=noun
        )
    if len(changed) == 1 and rng.random() < 0.6:
        name = PROPERTIES[changed[0]]
        words = ("change the {p} of {x} to {v}", "change the {p} of {x} from {o} to {v}", "make the {p} of {x} {v}")
        return pick(rng, words).format(p=name, x=what, v=adjectives[0], o=old.names[changed[0]])
    listed = (
        " and ".join(adjectives) if len(adjectives) < 3 else f"{adjectives[0]}, {adjectives[1]} and {adjectives[2]}"
    )
    return pick(rng, ("make {x} {v}", "turn {x} {v}", "change {x} so that it is {v}")).format(x=what, v=listed)


def _meta(source: Sequence[_Solid], target: Sequence[_Solid], edit: _Edit, stage: _Stage) -> dict[str, Any]:
    attributes = torch.full((2, _MOST, 4), -1, dtype=torch.int64)
    places = torch.full((2, _MOST, FRAMES, 2), -1.0)
    centres = torch.full((2, _MOST, FRAMES, 2), -1.0)
    feet = centres.clone()
    for side, solids in enumerate((source, target)):
        for number, solid in enumerate(solids):
            attributes[side, number] = torch.tensor(solid.attributes)
            places[side, number] = torch.from_numpy(solid.path()[:FRAMES])
            centres[side, number] = torch.from_numpy(stage.pixels(solid, solid.radius))
            feet[side, number] = torch.from_numpy(stage.pixels(solid, 0.0))
    return {
        "kind": edit.kind,
        "solid": edit.solid,
        "reference": edit.reference,
        "relation": edit.relation,
        "attributes": attributes,
        "places": places,
        "centres": centres,
        "feet": feet,
    }
