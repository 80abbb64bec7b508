"""Where actors are built: primitives in a palette of colours, put together by joints that actions move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lbvedit.data.world.scene import Array, Primitive, linear
from lbvedit.data.world.shapes import Shape

__all__ = ["COLORS", "Joint", "Part", "Parts", "Point", "Workshop", "moved", "scaled", "turned"]

Point = tuple[float, float, float]

COLORS: dict[str, tuple[int, int, int]] = {
    "red": (190, 30, 30), "blue": (36, 72, 205), "green": (34, 125, 40), "yellow": (240, 205, 40),
    "white": (236, 236, 232), "black": (26, 26, 30), "gray": (122, 124, 128), "orange": (232, 118, 24),
    "purple": (120, 44, 165), "brown": (112, 66, 30), "pink": (236, 128, 168), "cyan": (40, 190, 200),
}  # fmt: skip
"""What an actor's main colour may be."""


@dataclass(frozen=True)
class Joint:
    """Where a part turns.

    Args:
        role: leg, knee, arm, head, wheel, wing or tail.
        point: what it turns about.
        axis: 0, 1 or 2 for x, y or z.
        phase: where in the gait it is, in turns.
        above: the joint that carries this one along, as a hip does a knee.
    """

    role: str
    point: Point
    axis: int = 1
    phase: float = 0.0
    above: Joint | None = None


@dataclass(frozen=True, eq=False)
class Part:
    """A primitive in an actor's space; ``place`` is ``(4, 4)``."""

    primitive: Primitive
    place: Array
    joint: Joint | None = None


Parts = list[Part]


def moved(x: float, y: float, z: float) -> Array:
    """The ``(4, 4)`` shift."""
    out = np.eye(4)
    out[:3, 3] = x, y, z
    return out


def scaled(x: float, y: float, z: float) -> Array:
    """The ``(4, 4)`` stretch."""
    return np.diag([x, y, z, 1.0])


def turned(axis: int, angle: float | Array) -> Array:
    """The ``(..., 4, 4)`` turn by radians about x, y or z, right-handed."""
    angles = np.asarray(angle, dtype=float)
    out = np.zeros((*angles.shape, 4, 4))
    out[..., range(4), range(4)] = 1.0
    a, b = (axis + 1) % 3, (axis + 2) % 3
    out[..., a, a] = out[..., b, b] = np.cos(angles)
    out[..., b, a], out[..., a, b] = np.sin(angles), -np.sin(angles)
    return out


class Workshop:
    """Makes the parts of one actor with its main colour and a second one."""

    def __init__(self, color: str, rng: np.random.Generator) -> None:
        self.rng = rng
        self.palette: dict[str, tuple[float, float, float]] = {
            "body": linear(*COLORS[color]), "tyre": linear(28, 28, 30), "glass": linear(38, 48, 62),
            "chrome": linear(205, 208, 212), "light": linear(255, 246, 205), "tail light": linear(205, 24, 20),
            "white": linear(238, 238, 236), "dark": linear(38, 34, 34), "wood": linear(104, 66, 38),
            "leaf": linear(52, 112, 40), "beak": linear(238, 150, 30), "roof": linear(132, 54, 40),
            "skin": linear(*_SKINS[int(rng.integers(len(_SKINS)))]),
            "hair": linear(*_HAIRS[int(rng.integers(len(_HAIRS)))]),
            "trousers": linear(*_TROUSERS[int(rng.integers(len(_TROUSERS)))]),
        }  # fmt: skip
        red, green, blue = self.palette["body"]
        self.palette["deep"] = (0.45 * red, 0.45 * green, 0.45 * blue)
        self.parts: Parts = []

    def add(
        self, shape: Shape, params: tuple[float, ...], place: Array, color: str, joint: Joint | None = None
    ) -> None:
        """Any primitive, in a colour of the palette."""
        full = (*params, 0.0, 0.0, 0.0, 0.0)[:4]
        gloss = {"glass": 0.9, "chrome": 0.8, "light": 0.6, "leaf": 0.05, "skin": 0.15, "tyre": 0.1}.get(color, 0.3)
        primitive = Primitive(
            shape, (full[0], full[1], full[2], full[3]), self.palette[color], float(color == "chrome"), gloss
        )
        self.parts.append(Part(primitive, place, joint))

    def box(
        self, at: Point, half: Point, color: str, rounding: float = 0.05, joint: Joint | None = None, pitch: float = 0.0
    ) -> None:
        """A box around a point, of half sides, leaning forward by ``pitch`` radians."""
        place = moved(*at) @ turned(1, pitch)
        self.add(Shape.BOX, (*half, min(rounding, *half)), place, color, joint)

    def ball(self, at: Point, radii: Point, color: str, joint: Joint | None = None, pitch: float = 0.0) -> None:
        """An ellipsoid around a point, leaning forward by ``pitch`` radians."""
        self.add(Shape.ELLIPSOID, (), moved(*at) @ turned(1, pitch) @ scaled(*radii), color, joint)

    def limb(self, start: Point, end: Point, radius: float, color: str, joint: Joint | None = None) -> None:
        """A capsule from one point to another."""
        a, b = np.asarray(start), np.asarray(end)
        half = float(np.linalg.norm(b - a)) / 2
        self.add(Shape.CAPSULE, (half, radius), _along(a, b), color, joint)

    def cone(
        self, base: Point, tip: Point, radius: float, color: str, taper: float = 0.0, joint: Joint | None = None
    ) -> None:
        """A cone, or with a taper above 0, the tip's share of the radius, a part of one."""
        a, b = np.asarray(base), np.asarray(tip)
        half = float(np.linalg.norm(b - a)) / 2
        self.add(Shape.FRUSTUM, (taper,), _along(a, b) @ scaled(radius, radius, half), color, joint)

    def leg(self, hip: Point, radius: float, color: str, foot: Point, foot_color: str, phase: float) -> None:
        """A leg from the hip to the ground, with a knee half way and a foot of these radii that points forward."""
        x, y, z = hip
        upper = Joint("leg", hip, 1, phase)
        knee = (x, y, 0.5 * z)
        lower = Joint("knee", knee, 1, phase, upper)
        self.ball((x, y, 0.74 * z), (1.45 * radius, 1.2 * radius, 0.3 * z), color, upper)
        self.limb(knee, (x, y, foot[2]), radius, color, lower)
        self.ball((x + 0.4 * foot[0], y, 0.9 * foot[2]), foot, foot_color, lower)

    def wheel(self, at: Point, radius: float, width: float, hole: float = 0.0) -> None:
        """A tyre that rolls along x, with a hub or, from a ``hole`` on, open."""
        joint = Joint("wheel", at, 1)
        place = moved(*at) @ turned(0, np.pi / 2) @ scaled(radius, radius, width)
        self.add(Shape.FRUSTUM, (1.0, hole), place, "tyre", joint)
        if not hole:
            hub = moved(*at) @ turned(0, np.pi / 2) @ scaled(0.55 * radius, 0.55 * radius, width * 1.06)
            self.add(Shape.FRUSTUM, (1.0,), hub, "chrome", joint)


_SKINS = ((224, 178, 146), (198, 146, 110), (142, 96, 68), (92, 60, 44), (236, 196, 170))
_HAIRS = ((40, 28, 22), (86, 54, 30), (170, 128, 68), (24, 22, 24), (120, 60, 36))
_TROUSERS = ((36, 44, 70), (52, 50, 48), (92, 84, 70), (30, 30, 34), (70, 82, 104))


def _along(start: Array, end: Array) -> Array:
    """``(4, 4)`` that takes z onto the line between two points and the origin to its middle."""
    z = (end - start) / np.linalg.norm(end - start)
    x = np.cross([0.0, 1.0, 0.0] if abs(z[1]) < 0.9 else [1.0, 0.0, 0.0], z)
    x /= np.linalg.norm(x)
    out = np.eye(4)
    out[:3, 0], out[:3, 1], out[:3, 2], out[:3, 3] = x, np.cross(z, x), z, (start + end) / 2
    return out
