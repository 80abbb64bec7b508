"""The actions: how an actor moves through the world, and what its joints do meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lbvedit.data.world.scene import Array
from lbvedit.data.world.workshop import Joint, moved, turned

__all__ = ["ACTIONS", "DIRECTIONS", "KIND_ACTIONS", "TRAVELS", "Act", "perform"]

DIRECTIONS: dict[str, tuple[float, float, float]] = {
    "left": (-1.0, 0.0, 0.0),
    "right": (1.0, 0.0, 0.0),
    "toward": (0.0, -1.0, 0.0),
    "away": (0.0, 1.0, 0.0),
    "up": (0.0, 0.0, 1.0),
    "down": (0.0, 0.0, -1.0),
}
"""Directions as a viewer calls them, in a world whose camera looks along y."""

ACTIONS = ("drive", "roll", "slide", "fly", "walk", "run", "jump", "spin", "wave", "fall", "stand", "eat")

TRAVELS = frozenset(("drive", "roll", "slide", "fly", "walk", "run"))
"""The actions that have a direction."""

_SPEEDS: dict[str, tuple[float, float]] = {
    "drive": (0.09, 0.2), "roll": (0.09, 0.18), "slide": (0.07, 0.14), "fly": (0.09, 0.18), "walk": (0.045, 0.07),
    "run": (0.12, 0.17),
}  # fmt: skip

KIND_ACTIONS: dict[str, tuple[str, ...]] = {
    "car": ("drive", "stand", "spin"),
    "bus": ("drive", "stand"),
    "truck": ("drive", "stand"),
    "bicycle": ("roll", "stand", "fall"),
    "boat": ("slide", "stand", "spin"),
    "aeroplane": ("fly", "stand"),
    "train": ("drive", "stand"),
    "person": ("walk", "run", "jump", "spin", "wave", "fall", "stand"),
    "dog": ("walk", "run", "jump", "stand", "eat", "spin"),
    "cat": ("walk", "run", "jump", "stand", "eat"),
    "horse": ("walk", "run", "jump", "stand", "eat"),
    "cow": ("walk", "stand", "eat"),
    "sheep": ("walk", "run", "jump", "stand", "eat"),
    "bird": ("fly", "walk", "jump", "stand", "eat"),
    "ball": ("roll", "jump", "fly", "slide", "spin", "stand"),
    "tree": ("stand", "fall"),
    "house": ("stand",),
}
"""What each kind can do."""

_WHEEL_RADIUS = {"bicycle": 0.36, "ball": 0.42, "train": 0.2}
_HIP = {"person": 0.84, "dog": 0.46, "cat": 0.35, "horse": 0.95, "cow": 0.8, "sheep": 0.55}
_ALOFT = {"aeroplane": 1.5, "bird": 1.1, "ball": 0.9}


@dataclass(frozen=True)
class Act:
    """What an actor does.

    Args:
        action: one of :data:`ACTIONS`.
        direction: a key of :data:`DIRECTIONS` for what travels, else empty.
        speed: world units a frame; 0 in place.
        facing: radians from x, where it looks while not travelling.
        phase: where in its rhythm it begins, in turns.
    """

    action: str
    direction: str = ""
    speed: float = 0.0
    facing: float = 0.0
    phase: float = 0.0

    @classmethod
    def draw(
        cls, rng: np.random.Generator, kind: str, *, unlike: Act | None = None, actions: Sequence[str] = ()
    ) -> Act:
        """An act that the kind can do, other than ``unlike`` in action or direction.

        Args:
            rng: the random stream.
            kind: who does it.
            unlike: what it must not do.
            actions: among which to draw; all that the kind can do by default.

        Raises:
            ValueError: the kind can do nothing else.
        """
        if unlike is not None and KIND_ACTIONS[kind] == (unlike.action,) and not unlike.direction:
            raise ValueError(f"a {kind} can only {unlike.action}")
        while True:
            action = str(rng.choice(actions or KIND_ACTIONS[kind]))
            direction, speed = "", 0.0
            if action in TRAVELS:
                direction = str(
                    rng.choice(tuple(DIRECTIONS))
                    if action == "fly"
                    else rng.choice(("left", "right", "toward", "away"), p=(0.36, 0.36, 0.14, 0.14))
                )
                low, high = _SPEEDS[action]
                speed = float(rng.uniform(low, high))
            facing = float(rng.choice((0.0, np.pi)) + rng.uniform(-0.7, 0.7))
            act = cls(action, direction, speed, facing, float(rng.random()))
            if unlike is None or (act.action, act.direction) != (unlike.action, unlike.direction):
                return act


def perform(
    act: Act, kind: str, size: float, place: tuple[float, float], frames: int
) -> tuple[Array, Mapping[str, Callable[[Joint], Array]]]:
    """The root ``(T + 1, 4, 4)`` of an actor and its joints' angles over time.

    Args:
        act: what it does.
        kind: who does it.
        size: factor on its measures.
        place: ground position in the middle of the clip.
        frames: T.
    """
    time = np.arange(frames + 1, dtype=float)
    middle = (frames - 1) / 2
    x, y, z = DIRECTIONS.get(act.direction, (0.0, 0.0, 0.0))
    gone = act.speed * (time - middle)
    path = np.stack([place[0] + gone * x, place[1] + gone * y, gone * z], axis=1)
    yaw = np.full_like(time, act.facing if not (x or y) else np.arctan2(y, x))
    tilt = np.zeros((frames + 1, 4, 4)) + np.eye(4)
    beat = 2 * np.pi * (act.phase + time / 8)
    joints: dict[str, Callable[[Joint], Array]] = {}
    if act.action in ("drive", "roll"):
        radius = _WHEEL_RADIUS.get(kind, 0.25) * size
        joints["wheel"] = lambda joint: act.speed * time / radius
    elif act.action == "walk":
        joints["leg"], joints["knee"] = _stride(beat, 0.5, 0.7)
        joints["arm"] = lambda joint: 0.45 * np.sin(beat + 2 * np.pi * joint.phase)
        joints["tail"] = lambda joint: 0.3 * np.sin(beat)
        path[:, 2] -= size * _HIP.get(kind, 0.3) * (1 - np.cos(0.5 * np.sin(beat)))
    elif act.action == "run":
        fast = beat * 1.6
        joints["leg"], joints["knee"] = _stride(fast, 0.8, 1.3)
        joints["arm"] = lambda joint: 0.9 * np.sin(fast + 2 * np.pi * joint.phase)
        joints["tail"] = lambda joint: 0.5 * np.sin(fast)
        path[:, 2] += 0.1 * size * _HIP.get(kind, 0.3) * np.abs(np.sin(fast))
        tilt = turned(1, 0.12 + 0 * time)
    elif act.action == "fly":
        path[:, 2] += _ALOFT.get(kind, 0.9)
        joints["wing"] = lambda joint: (0.7 if joint.phase else -0.7) * np.sin(beat * 2)
        tilt = turned(1, -0.25 * z + 0 * time)
        joints["wheel"] = lambda joint: 0.15 * time
        joints["leg"] = lambda joint: 1.2 + 0 * time
    elif act.action == "jump":
        path[:, 2] += 0.65 * size * np.abs(np.sin(beat / 2))
        joints["leg"] = lambda joint: 0.35 * np.cos(beat) * (1 if joint.phase else -1)
        joints["knee"] = lambda joint: 0.7 * np.abs(np.sin(beat / 2))
        joints["arm"] = lambda joint: 2.4 * np.abs(np.sin(beat / 2))
        joints["wing"] = lambda joint: (0.6 if joint.phase else -0.6) * np.abs(np.sin(beat / 2))
    elif act.action == "spin":
        yaw = yaw + 0.28 * time
    elif act.action == "wave":
        joints["arm"] = lambda joint: (-2.7 + 0.45 * np.sin(beat * 1.8)) * (joint.point[1] > 0)
    elif act.action == "fall":
        share = np.clip((time - 0.2 * frames) / (0.45 * frames), 0, 1)
        axis = 1 if kind in ("person", "tree") else 0
        tilt = turned(axis, 1.5 * share**2)
        path[:, 2] += 0.1 * size * share**2
    elif act.action == "eat":
        joints["head"] = lambda joint: {"horse": 1.55, "cow": 1.25}.get(kind, 0.95) + 0.12 * np.sin(beat * 1.5)
        joints["tail"] = lambda joint: 0.25 * np.sin(beat)
    if act.action == "slide" and kind == "boat":
        tilt = turned(0, 0.06 * np.sin(beat / 2))
    if act.action != "walk":  # who walks sinks as his legs part
        path[:, 2] -= min(0.0, float(path[:, 2].min()))  # never below the ground
    root = np.stack([moved(*point) for point in path]) @ turned(2, yaw) @ tilt
    return root, joints


def _stride(beat: Array, swing: float, bend: float) -> tuple[Callable[[Joint], Array], Callable[[Joint], Array]]:
    """How hips and knees turn in a gait; a knee bends while its leg swings forward."""

    def hip(joint: Joint) -> Array:
        angle: Array = swing * np.sin(beat + 2 * np.pi * joint.phase)
        return angle

    def knee(joint: Joint) -> Array:
        angle: Array = bend * np.clip(-np.cos(beat + 2 * np.pi * joint.phase), 0, None)
        return angle

    return hip, knee
