"""Edits of actors in the procedural world: one of them acts otherwise, becomes another, vanishes or appears."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lbvedit.data.drawn import Filmed, pick
from lbvedit.data.pairs import Glimpse, Pair
from lbvedit.data.world.actions import KIND_ACTIONS, Act
from lbvedit.data.world.actors import ACTORS
from lbvedit.data.world.render import render
from lbvedit.data.world.stage import SETTINGS, Actor, Stage, draw_actor, draw_stage, possible_actions
from lbvedit.data.world.words import article, describe, imperative, noun_phrase
from lbvedit.data.world.workshop import COLORS

__all__ = ["KINDS", "MOST", "SIZES", "ActorEdits", "Moment"]

SIZES = {"train": 10_000, "test": 1_000}
"""Pairs of each split by default."""

KINDS = ("act", "replace", "recolor", "remove", "add")
"""What an instruction may ask for."""

_SHARES = (0.4, 0.25, 0.15, 0.1, 0.1)

MOST = 4
"""Actors of a clip, with one that was added."""

_CHEST = 0.45
"""Height of an actor's centre above its origin, beside its size."""


class Moment(NamedTuple):
    """One frame of a pair, and what is behind the edited actor in it.

    Args:
        pair: of that frame alone; its ``meta`` has ``moment``, too: the frame's number, and of how many.
        without: ``(1, 3, H, W)`` uint8, with the edited actor gone.
    """

    pair: Pair
    without: Tensor


@dataclass(frozen=True)
class _Edit:
    kind: str
    number: int
    instruction: str


class ActorEdits(Filmed[Pair]):
    """Edits of actors; items are :class:`~lbvedit.data.pairs.Pair`.

    The ``meta`` has ``kind`` (one of :data:`KINDS`), ``actor`` (its number), ``source`` and ``target``, what there is
    to know of everybody before and after, and ``tries``, how many stages were drawn until one could be edited. Where
    they are is told as in E-CLEVR, padded to :data:`MOST` actors with -1 and with source before target: ``feet``
    ``(2, 4, T, 2)`` (pixels) the points of the floor under them and ``centres`` likewise; and ``eye`` ``(T, 2)``, the
    row of the horizon and how high above the floor the camera is, over the cosine of its tilt: what is one unit large
    on the floor spans ``(row - horizon) / height`` pixels there.
    """

    name = "actor-edits"
    sizes = SIZES
    length = 20

    def item(self, rng: np.random.Generator) -> Pair:
        """A pair, drawn and rendered."""
        stage, changed, edit, (source, target), tries = self._draw(rng)
        return {
            "source": source,
            "target": target,
            "instruction": edit.instruction,
            "changed": (source != target).any(dim=1, keepdim=True),
            "meta": self._meta(stage, changed, edit, tries),
        }

    def alternatives(self, index: int, count: int = 3) -> tuple[list[str], Tensor, int]:
        """What the instruction could have been mistaken for: to judge by the nearest whether it was obeyed.

        Returns:
            Instructions, clips ``(K, T, 3, H, W)`` uint8 and the place of the right one: the untouched source, the
            target, and up to ``count`` other edits of the same kind on the same stage.
        """
        rng = self.stream(index)
        stage, changed, edit, clips, _ = self._draw(rng)
        worlds: dict[str, Stage] = {}
        seen = {_telling(stage), _telling(changed)}
        for _ in range(8 * count):
            found = _edited(rng, stage, edit.kind)
            if found is not None and _telling(found[0]) not in seen and len(worlds) < count:
                seen.add(_telling(found[0]))
                worlds[found[1].instruction] = found[0]
        others = [self._rendered(world) for world in worlds.values()]
        return ["source", edit.instruction, *worlds], torch.stack([*clips, *others]), 1

    def retold(self, index: int, tries: int, rng: np.random.Generator) -> Mapping[str, Any]:
        """Another ``instruction`` for a pair's source, and the ``meta`` of the pair that it would make.

        Args:
            index: of the pair.
            tries: from its ``meta``.
            rng: draws the instruction.
        """
        stage = self._kept.get(index) or self._again(index, tries)
        while True:
            found = _edited(rng, stage, _kind(rng))
            if found is not None:
                changed, edit = found
                return {"instruction": edit.instruction, "meta": self._meta(stage, changed, edit, tries)}

    def _again(self, index: int, tries: int) -> Stage:
        """The stage of a pair, which is kept without its scenery: drawing that takes longer than all else."""
        stream = self.stream(index)
        kind = _kind(stream)
        for _ in range(tries):
            stage = self._stage(stream)
            _edited(stream, stage, kind)
        self._kept[index] = replace(stage, ground=replace(stage.ground, texture=None, backdrop=None))
        return self._kept[index]

    @functools.cached_property
    def _kept(self) -> dict[int, Stage]:
        return {}

    def glimpse(self, index: int, count: int) -> Glimpse:
        """``count`` frames from anywhere in a source, of as many others as there are items: seeing takes no target."""
        rng = self.stream(index)
        stage, changed, edit = self._imagined(rng)
        start = int(rng.integers(self.frames - count + 1))
        scene = stage.scene(range(start, start + count + 1))
        (shown,) = render([scene], self.side, self.side, flow=False, device=self.device)
        meta = _during(self._meta(stage, changed, edit, 1), start, start + count)
        return {"source": shown.frames.cpu(), "instruction": edit.instruction, "meta": meta}

    def moment(self, index: int) -> Moment:
        """One frame of a pair, of as many others as there are items: three frames instead of forty to render."""
        rng = self.stream(index)
        while True:
            stage, changed, edit = self._imagined(rng)
            number = int(rng.integers(self.frames))
            # An added actor is the one to be gone from the target.
            full = changed if edit.kind == "add" else stage
            stages = (stage, changed, full.with_actor(edit.number, None))
            scenes = [each.scene([number, number]) for each in stages]
            shown = render(scenes, self.side, self.side, flow=False, device=self.device)
            source, target, without = (clip.frames.cpu() for clip in shown)
            differs = (source != target).any(dim=1, keepdim=True)
            if differs.float().mean() < 0.005:
                continue
            meta = _during(self._meta(stage, changed, edit, 1), number, number + 1)
            meta["moment"] = number, self.frames
            pair: Pair = {
                "source": source,
                "target": target,
                "instruction": edit.instruction,
                "changed": differs,
                "meta": meta,
            }
            return Moment(pair, without)

    def _imagined(self, rng: np.random.Generator) -> tuple[Stage, Stage, _Edit]:
        """The stage before and after, and the edit, of a pair that is not rendered."""
        while True:
            stage = self._stage(rng)
            found = _edited(rng, stage, _kind(rng))
            if found is not None:
                return stage, *found

    def _stage(self, rng: np.random.Generator) -> Stage:
        return draw_stage(rng, self.frames, least=1, most=3, zoom=1.3, photos=self.photos)

    def _draw(self, rng: np.random.Generator) -> tuple[Stage, Stage, _Edit, tuple[Tensor, Tensor], int]:
        """The stage before and after, the edit, both clips, and how many stages it took."""
        kind, tries = _kind(rng), 0
        while True:
            tries += 1
            stage = self._stage(rng)
            found = _edited(rng, stage, kind)
            if found is None:
                continue
            changed, edit = found
            source, target = self._rendered(stage), self._rendered(changed)
            if (source != target).any(dim=1).float().mean() > 0.01:
                return stage, changed, edit, (source, target), tries

    def _rendered(self, stage: Stage) -> Tensor:
        return render([stage.scene()], self.side, self.side, flow=False, device=self.device)[0].frames.cpu()

    def _meta(self, stage: Stage, changed: Stage, edit: _Edit, tries: int) -> dict[str, Any]:
        feet = torch.full((2, MOST, self.frames, 2), -1.0)
        centres = feet.clone()
        for side, cast in enumerate((stage.actors, changed.actors)):
            for number, actor in enumerate(cast):
                path = actor.path(self.frames)
                feet[side, number] = torch.from_numpy(self.side * stage.projected(path * np.array([1, 1, 0])))
                middle = path + np.array([0, 0, _CHEST * actor.size])
                centres[side, number] = torch.from_numpy(self.side * stage.projected(middle))
        return {
            "kind": edit.kind,
            "actor": edit.number,
            "source": [asdict(actor) for actor in stage.actors],
            "target": [asdict(actor) for actor in changed.actors],
            "tries": tries,
            "feet": feet,
            "centres": centres,
            "eye": torch.from_numpy(stage.eye() * np.array([self.side, 1])).float(),
        }


def _during(meta: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    """A pair's ``meta``, its places those of some frames."""
    return meta | {name: meta[name][..., start:stop, :] for name in ("feet", "centres", "eye")}


def _telling(stage: Stage) -> tuple[tuple[str, ...], ...]:
    """What words can tell of everybody on a stage."""
    return tuple((each.kind, each.color, each.act.action, each.act.direction) for each in stage.actors)


def _kind(rng: np.random.Generator) -> str:
    return str(rng.choice(KINDS, p=_SHARES))


def _edited(rng: np.random.Generator, stage: Stage, kind: str) -> tuple[Stage, _Edit] | None:
    """The edited stage and the edit; None when this stage has no such edit."""
    number = int(rng.integers(len(stage.actors)))
    actor = stage.actors[number]
    others = [other for place, other in enumerate(stage.actors) if place != number]
    if kind == "add":
        new = draw_actor(rng, stage.actors, stage.frames, setting=stage.ground.setting)
        if new is None:
            return None
        number = len(stage.actors)
        what = article(noun_phrase(rng, new.kind, new.color))
        words = ("add {x}", "put {x} into the scene", "let {x} appear", "insert {x}")
        where = f" {_rough_place(new)}" if _rough_place(new) else ""
        return stage.with_actor(number, new), _Edit(kind, number, pick(rng, words).format(x=what) + where)
    said = describe(rng, stage.actors, number, "appearance")
    if said is None:
        return None
    what = f"the {noun_phrase(rng, actor.kind, said.color)}"
    if kind == "remove":
        words = ("remove {x}", "take {x} away", "delete {x}", "make {x} disappear")
        return stage.with_actor(number, None), _Edit(kind, number, pick(rng, words).format(x=what))
    if kind == "recolor":
        colors = [color for color in ACTORS[actor.kind][2] or tuple(COLORS) if color != actor.color]
        if not colors:
            return None
        color = pick(rng, colors)
        words = ("make {x} {c}", "paint {x} {c}", "turn {x} {c}", "change the color of {x} to {c}")
        changed = stage.with_actor(number, replace(actor, color=color))
        return changed, _Edit(kind, number, pick(rng, words).format(x=what, c=color))
    if kind == "act":
        if len(KIND_ACTIONS[actor.kind]) == 1:
            return None
        act = Act.draw(rng, actor.kind, unlike=actor.act, actions=possible_actions(stage.ground.setting, actor.kind))
        new = replace(actor, act=act)
        instruction = imperative(rng, what, actor.kind, act)
    else:
        kinds = [name for name in SETTINGS[stage.ground.setting] if name != actor.kind]
        named = pick(rng, kinds)
        color = pick(rng, ACTORS[named][2] or tuple(COLORS))
        new = replace(actor, kind=named, color=color, act=_same_act(rng, stage, named, actor.act))
        words = ("replace {x} with {y}", "turn {x} into {y}", "swap {x} for {y}", "change {x} into {y}")
        instruction = pick(rng, words).format(x=what, y=article(noun_phrase(rng, named, color)))
    if not new.is_on_stage(stage.frames):
        return None
    path = new.path(stage.frames)
    for other in others:
        gaps = np.linalg.norm(path[:, :2] - other.path(stage.frames)[:, :2], axis=1)
        if gaps.min() < 0.7 * (new.radius + other.radius):
            return None
    return stage.with_actor(number, new), _Edit(kind, number, instruction)


def _same_act(rng: np.random.Generator, stage: Stage, kind: str, act: Act) -> Act:
    """What comes nearest to an act among those of another kind: the same way, at its own pace."""
    for _ in range(40):
        new = Act.draw(rng, kind, actions=possible_actions(stage.ground.setting, kind))
        if new.direction == act.direction or (not act.direction and not new.direction):
            return replace(new, facing=act.facing)
    return Act("stand", facing=act.facing)


def _rough_place(actor: Actor) -> str:
    x = actor.place[0]
    return "on the left" if x < -1.2 else "on the right" if x > 1.2 else ""
