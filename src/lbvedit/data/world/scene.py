"""What a scene is: primitives that move, a camera, light, ground and backdrop; all of it plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lbvedit.data.world.shapes import Shape

__all__ = ["Array", "Body", "Camera", "Ground", "Light", "Primitive", "Scene", "linear"]

Array = NDArray[np.float64]


def linear(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """Linear light from sRGB values in 0..255."""
    return tuple((value / 255) ** 2.2 for value in (red, green, blue))


@dataclass(frozen=True)
class Primitive:
    """One shape with its surface.

    Args:
        shape: which.
        params: see :mod:`~lbvedit.data.world.shapes`.
        color: linear RGB in [0, 1].
        metal: 0 for a dielectric, 1 for metal.
        gloss: 0 for matt, 1 for polished.
        glow: share of its colour that shines by itself.
    """

    shape: Shape
    params: tuple[float, float, float, float]
    color: tuple[float, float, float]
    metal: float = 0.0
    gloss: float = 0.2
    glow: float = 0.0


@dataclass(frozen=True, eq=False)
class Body:
    """The primitives of one instance with their places over time.

    Args:
        instance: its number, from 1; 0 is scenery that no mask shows.
        primitives: P of them.
        places: ``(T + 1, P, 4, 4)`` from each one's own space into the world; the last time follows the last frame.
    """

    instance: int
    primitives: tuple[Primitive, ...]
    places: Array


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera over time.

    Args:
        origin: ``(T + 1, 3)``.
        axes: ``(T + 1, 3, 3)``, rows right, down, forward in the world.
        focal: ``(T + 1,)`` focal length over the picture's height.
    """

    origin: Array
    axes: Array
    focal: Array


@dataclass(frozen=True)
class Light:
    """A sun, the sky's fill, and exposure.

    Args:
        sun: direction towards the sun, of length 1.
        sun_color: linear RGB.
        sky_color: linear RGB of the fill from above.
        bounce_color: linear RGB of the fill from below.
        softness: blur of the shadows' edges, in world units.
    """

    sun: tuple[float, float, float]
    sun_color: tuple[float, float, float] = (2.6, 2.5, 2.35)
    sky_color: tuple[float, float, float] = (0.5, 0.58, 0.72)
    bounce_color: tuple[float, float, float] = (0.25, 0.22, 0.19)
    softness: float = 0.12


@dataclass(frozen=True, eq=False)
class Ground:
    """The plane z = 0 and what lies behind everything.

    Args:
        texture: ``(h, w, 3)`` linear float, repeated; or None for a ground that shows the backdrop and catches shadows.
        tile: world units that one repeat of the texture spans.
        haze: linear RGB that the far ground fades into.
        haze_at: distance at which half of the ground is haze.
        backdrop: ``(h, w, 3)`` linear float around the horizon, or None for a sky from ``haze`` up to ``zenith``.
        zenith: linear RGB straight up.
        span: radians of the view that the backdrop's width covers.
        horizon: where the horizon lies in the backdrop, in [0, 1] from its top.
        reach: how far the ground goes; what lies behind everything begins there.
        wall: y of a wall that everything stands before and that shows the backdrop, ``wall_height`` high, again and
            again; None without a wall.
        setting: what may be there: a key of :data:`~lbvedit.data.world.stage.SETTINGS`.
        words: how a caption tells of it, such as "on the grass"; empty for a photo.
    """

    texture: NDArray[np.float32] | None
    tile: float = 6.0
    haze: tuple[float, float, float] = (0.6, 0.6, 0.6)
    haze_at: float = 18.0
    backdrop: NDArray[np.float32] | None = None
    zenith: tuple[float, float, float] = (0.35, 0.5, 0.8)
    span: float = 1.6
    horizon: float = 0.5
    reach: float = 1e4
    wall: float | None = None
    wall_height: float = 7.0
    setting: str = "studio"
    words: str = ""


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that a clip shows.

    ``bodies`` are in any order; instances are numbered 1..N without gaps. ``extent`` is the radius around ``centre``
    that casts shadows.
    """

    bodies: tuple[Body, ...]
    camera: Camera
    light: Light
    ground: Ground
    frames: int
    centre: tuple[float, float] = (0.0, 0.0)
    extent: float = 8.0
    exposure: float = 1.0
    meta: dict[str, object] = field(default_factory=dict)

    @property
    def instances(self) -> int:
        """N, the number of instances."""
        return max((body.instance for body in self.bodies), default=0)

    def with_bodies(self, bodies: tuple[Body, ...]) -> Scene:
        """The same scene with other bodies: what an edit changes."""
        return replace(self, bodies=bodies)
