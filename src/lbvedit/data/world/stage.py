"""Actors on a stage: who is there, what everybody does, where the camera goes; all drawn from one random stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lbvedit.data.world.actions import KIND_ACTIONS, Act, perform
from lbvedit.data.world.actors import ACTORS, assemble
from lbvedit.data.world.backgrounds import draw_ground, draw_light
from lbvedit.data.world.camera import look_at
from lbvedit.data.world.scene import Array, Body, Camera, Ground, Light, Scene
from lbvedit.data.world.workshop import COLORS

__all__ = ["SETTINGS", "Actor", "Stage", "draw_actor", "draw_stage", "possible_actions"]

_TRIES = 60
_AREA = (3.6, 3.2)  # half the width of the stage in the middle, and half its depth
_CHEST = 0.6  # height at which a camera looks at somebody
_TOGETHER = 0.45  # share of the stage on which a cast stands that is shown from close by
_INSIDE = 0.6  # share of the cast that a close camera holds in the picture all the time
_CLOSENESS = (1.0, 3.0)  # bounds of its factor on the focal length


@dataclass(frozen=True)
class Actor:
    """Somebody on the stage.

    Args:
        kind: a key of ``ACTORS``.
        color: the main colour's name.
        size: factor on its measures.
        place: ground position in the middle of the clip.
        act: what it does.
        seed: decides on details of its looks.
    """

    kind: str
    color: str
    size: float
    place: tuple[float, float]
    act: Act
    seed: int

    @property
    def radius(self) -> float:
        """Of the ground that it takes."""
        return ACTORS[self.kind][1] * self.size

    def path(self, frames: int) -> Array:
        """``(T, 3)`` where its origin is in each frame."""
        return perform(self.act, self.kind, self.size, self.place, frames)[0][:frames, :3, 3]

    def is_on_stage(self, frames: int) -> bool:
        """Whether it stays before a camera in its usual place."""
        path = self.path(frames)
        limit = _AREA[0] + 0.75 + 0.36 * path[:, 1]
        near, far = float(path[:, 1].min()), float(path[:, 1].max())
        return bool((np.abs(path[:, 0]) < limit).all()) and near > -_AREA[1] - 0.6 and far < 7


@dataclass(frozen=True, eq=False)
class Stage:
    """A scene still made of actors, so that an edit can change one and render it again."""

    actors: tuple[Actor, ...]
    camera: Camera
    light: Light
    ground: Ground
    frames: int
    moving_camera: bool
    exposure: float

    def scene(self, times: Sequence[int] | None = None) -> Scene:
        """What to render; the actors are instances 1..N in order.

        Args:
            times: frames to show, and one more that follows them, each at most ``frames``; all by default.
        """
        shown = np.arange(self.frames + 1) if times is None else np.asarray(times)
        eye = self.camera
        camera = Camera(eye.origin[shown], eye.axes[shown], eye.focal[shown])
        bodies = []
        for number, actor in enumerate(self.actors, start=1):
            root, joints = perform(actor.act, actor.kind, actor.size, actor.place, self.frames)
            looks = np.random.default_rng(actor.seed)
            body = assemble(actor.kind, actor.color, actor.size, number, root, joints, looks)
            bodies.append(Body(number, body.primitives, body.places[shown]))
        return Scene(tuple(bodies), camera, self.light, self.ground, len(shown) - 1, extent=7.5, exposure=self.exposure)

    def projected(self, points: Array) -> Array:
        """Where the camera sees points ``(T, 3)``, one a frame: ``(T, 2)`` x before y, 0 to 1 from border to border."""
        eye, T = self.camera, len(points)
        right, down, depth = np.einsum("tij,tj->it", eye.axes[:T], points - eye.origin[:T])
        seen: Array = 0.5 + np.stack([right, down], axis=1) / depth[:, None] * eye.focal[:T, None]
        return seen

    def eye(self) -> Array:
        """The horizon's row, 0 to 1 from border to border, and the camera's height over the cosine of its tilt: (T, 2).

        What is one unit large and stands on the floor spans ``(row - horizon) / height`` of the picture there.
        """
        eye, T = self.camera, self.frames
        level = np.linalg.norm(eye.axes[:T, 2, :2], axis=1)
        horizon = 0.5 + eye.focal[:T] * eye.axes[:T, 2, 2] / level
        return np.stack([horizon, eye.origin[:T, 2] / level], axis=1)

    def with_actor(self, number: int, actor: Actor | None) -> Stage:
        """The same stage with an actor (from 0) exchanged or, for None, gone; a number past the end adds one."""
        actors = list(self.actors)
        if number == len(actors) and actor is not None:
            actors.append(actor)
        elif actor is None:
            del actors[number]
        else:
            actors[number] = actor
        return replace(self, actors=tuple(actors))


def draw_actor(
    rng: np.random.Generator,
    others: Sequence[Actor],
    frames: int,
    *,
    kind: str | None = None,
    color: str | None = None,
    act: Act | None = None,
    unlike: Act | None = None,
    small: bool = False,
    spread: float = 1.0,
    setting: str = "studio",
) -> Actor | None:
    """An actor that stays clear of the others; None when there is no room.

    Args:
        rng: the random stream.
        others: who is there.
        frames: T.
        kind: what it must be; drawn by default.
        color: its colour; drawn by default.
        act: what it must do; drawn by default.
        unlike: an act that it must not do.
        small: rather small.
        spread: share of the stage, from its middle, on which it may stand.
        setting: a key of :data:`SETTINGS`, for what is drawn.
    """
    chosen = kind or _drawn_kind(rng, SETTINGS[setting])
    colors = ACTORS[chosen][2] or tuple(COLORS)
    look = color or str(rng.choice(colors))
    size = float(rng.uniform(0.65, 0.9) if small else rng.uniform(0.75, 1.15))
    for _ in range(_TRIES):
        y = float(rng.uniform(-_AREA[1], _AREA[1] * 1.3))
        place = (spread * float(rng.uniform(-1, 1)) * (_AREA[0] + 0.3 * y), spread * y)
        doing = act or Act.draw(rng, chosen, unlike=unlike, actions=possible_actions(setting, chosen))
        actor = Actor(chosen, look, size, place, doing, int(rng.integers(1 << 31)))
        if actor.is_on_stage(frames) and all(_apart(actor, other, frames) for other in others):
            return actor
    return None


SETTINGS: dict[str, tuple[str, ...]] = {
    "studio": tuple(sorted(ACTORS)),
    "land": tuple(sorted(set(ACTORS) - {"boat"})),
    "water": ("aeroplane", "ball", "bird", "boat"),
    "room": ("ball", "bicycle", "bird", "cat", "dog", "person"),
}
"""Which kinds a ground carries."""

_AFLOAT: dict[str, tuple[str, ...]] = {
    "aeroplane": ("fly",),
    "bird": ("fly",),
    "ball": ("slide", "spin", "jump", "fly"),
}

_WEIGHTS = {
    "person": 3.0, "car": 2.2, "dog": 1.6, "ball": 1.3, "tree": 0.6, "house": 0.5, "train": 0.7, "bus": 0.9,
    "boat": 3.0,
}  # fmt: skip


def possible_actions(setting: str, kind: str) -> tuple[str, ...]:
    """What a kind can do on a ground: one of :data:`SETTINGS`."""
    return _AFLOAT.get(kind, KIND_ACTIONS[kind]) if setting == "water" else KIND_ACTIONS[kind]


def _drawn_kind(rng: np.random.Generator, kinds: Sequence[str]) -> str:
    shares = np.array([_WEIGHTS.get(kind, 1.0) for kind in kinds])
    return str(rng.choice(kinds, p=shares / shares.sum()))


def _apart(first: Actor, second: Actor, frames: int) -> bool:
    gaps = np.linalg.norm(first.path(frames)[:, :2] - second.path(frames)[:, :2], axis=1)
    return bool(gaps.min() > 0.85 * (first.radius + second.radius))


def draw_camera(rng: np.random.Generator, frames: int, *, moving: bool, level: bool) -> Camera:
    """A camera before the stage; a moving one pans, trucks, rises or zooms, and trembles a little.

    Args:
        rng: the random stream.
        frames: T.
        moving: whether it moves.
        level: keep it in place and only turn or zoom it, for a backdrop that is infinitely far.
    """
    origin = np.array([rng.uniform(-1.2, 1.2), rng.uniform(-11.0, -9.2), rng.uniform(1.7, 3.9)])
    target = np.array([rng.uniform(-0.3, 0.3), rng.uniform(-0.2, 0.6), rng.uniform(0.75, 1.25)])
    focal = float(rng.uniform(1.15, 1.35))
    time = (np.arange(frames + 1) / max(frames - 1, 1) - 0.5)[:, None]
    origins, targets, focals = origin + 0 * time, target + 0 * time, focal + 0 * time[:, 0]
    if moving:
        targets = targets + time * rng.uniform((-1.6, 0, -0.3), (1.6, 0, 0.3))
        if not level:
            origins = origins + time * rng.uniform((-1.8, -1.2, -0.6), (1.8, 1.2, 0.6))
        focals = focals * np.exp(time[:, 0] * rng.uniform(-0.15, 0.15))
        tremble = np.cumsum(rng.normal(size=(frames + 1, 3)), axis=0) * 0.008
        targets = targets + tremble
    return look_at(origins, targets, focals, frames)


def draw_stage(
    rng: np.random.Generator,
    frames: int,
    *,
    least: int = 1,
    most: int = 5,
    distractor: bool = False,
    moving_camera: bool | None = None,
    zoom: float = 1.0,
    close: bool = False,
    photos: Sequence[NDArray[np.float32]] = (),
    plain: bool = True,
) -> Stage:
    """A stage with actors that stay clear of each other.

    Args:
        rng: the random stream.
        frames: T.
        least: fewest actors.
        most: most actors.
        distractor: the second actor looks like the first and does something else, so that only the action tells.
        moving_camera: whether the camera moves; a third of the time by default.
        zoom: factor on the focal length of a camera that is not ``close``.
        close: a cast that stands together, and a camera that turns to it and comes as close as it can.
        photos: see :func:`~lbvedit.data.world.backgrounds.draw_ground`.
        plain: see :func:`~lbvedit.data.world.backgrounds.draw_ground`.
    """
    moving = bool(rng.random() < 1 / 3) if moving_camera is None else moving_camera
    count = int(rng.integers(least, most, endpoint=True))
    ground = draw_ground(rng, photos, plain=plain)
    there = ground.setting
    spread = _TOGETHER if close else 1.0
    while True:
        actors: list[Actor] = []
        kind = str(rng.choice(_active(SETTINGS[there]))) if distractor else None
        first = draw_actor(rng, (), frames, kind=kind, small=distractor, spread=spread, setting=there)
        if first is None:
            continue
        actors.append(first)
        if distractor:
            twin = draw_actor(
                rng,
                actors,
                frames,
                kind=first.kind,
                color=first.color,
                unlike=first.act,
                small=True,
                spread=spread,
                setting=there,
            )
            if twin is None:
                continue
            actors.append(replace(twin, size=first.size * float(rng.uniform(0.95, 1.05)), seed=first.seed))
        while len(actors) < count:
            other = draw_actor(rng, actors, frames, small=count > 3, spread=spread, setting=there)
            if other is None:
                break
            actors.append(other)
        if len(actors) >= max(least, 1):
            break
    camera = draw_camera(rng, frames, moving=moving, level=ground.texture is None)
    camera = _close_up(camera, actors, frames) if close else replace(camera, focal=camera.focal * zoom)
    return Stage(tuple(actors), camera, draw_light(rng), ground, frames, moving, float(rng.uniform(0.95, 1.2)))


def _close_up(camera: Camera, actors: Sequence[Actor], frames: int) -> Camera:
    """The same camera, moving as before, turned to the middle of the cast and so close that few leave the picture."""
    paths = np.stack([actor.path(frames) + np.array([0.0, 0.0, _CHEST]) for actor in actors])  # (N, T, 3)
    middle = (paths.min(axis=(0, 1)) + paths.max(axis=(0, 1))) / 2
    aim = middle - camera.origin.mean(axis=0)
    reach = np.linalg.norm(aim)
    swing = camera.axes[:, 2] - camera.axes[:, 2].mean(axis=0)
    camera = look_at(camera.origin, camera.origin + aim + reach * swing, camera.focal, frames)
    right, down, depth = np.einsum("tij,ntj->int", camera.axes[:frames], paths - camera.origin[:frames])
    radii = np.array([actor.radius for actor in actors])[:, None]
    reaches = camera.focal[:frames] * (np.maximum(abs(right), abs(down)) + radii) / depth  # over the picture's height
    fitting = 0.5 / np.quantile(reaches.max(axis=1), _INSIDE)
    return replace(camera, focal=camera.focal * np.clip(fitting, *_CLOSENESS))


def _active(kinds: Sequence[str]) -> list[str]:
    """Those that can do several things, so that two alike can do different ones."""
    return [kind for kind in kinds if len(KIND_ACTIONS[kind]) > 2]
