"""The primitives: where a ray meets them, and how their surfaces lie.

Every primitive lives in a space of its own; a matrix takes it into the world. Rays come component by component, each a
tensor of any shape, because that keeps every intermediate contiguous. A direction need not have length 1: its length is
kept under the change of space, so the distance that comes back counts in steps of the ray as it is in the world.

=========== ================================================================= =================================
shape       space of its own                                                  parameters
=========== ================================================================= =================================
ELLIPSOID   the unit sphere; the matrix stretches it                          none
FRUSTUM     radius 1 at z = -1, radius k at z = 1; the matrix stretches it    k, radius of a hole along z
CAPSULE     around z, rounded ends; the matrix is rigid                       half length, radius
BOX         around the origin, rounded edges; the matrix is rigid             half width, depth, height, rounding
=========== ================================================================= =================================

A cylinder is a frustum with k = 1, a cone one with k = 0, a wheel or a ring one with a hole.
"""

from __future__ import annotations

from enum import IntEnum

import torch
from torch import Tensor

__all__ = ["NONE", "Shape", "Vector", "half_extents", "meet", "normal"]

Vector = tuple[Tensor, Tensor, Tensor]
NONE = float("inf")
"""The distance to a primitive that a ray does not meet."""

_BEVEL = 0.1
_MARCHES = 7
_TINY = 1e-9


class Shape(IntEnum):
    """The primitives by number."""

    ELLIPSOID = 0
    FRUSTUM = 1
    CAPSULE = 2
    BOX = 3


def half_extents(shape: Shape, params: tuple[float, float, float, float]) -> tuple[float, float, float]:
    """Half the sides of the box around a primitive in its own space."""
    if shape == Shape.CAPSULE:
        return params[1], params[1], params[0] + params[1]
    if shape == Shape.BOX:
        return params[0], params[1], params[2]
    if shape == Shape.FRUSTUM:
        wide = max(1.0, params[0])
        return wide, wide, 1.0
    return 1.0, 1.0, 1.0


def meet(shape: Shape, params: Tensor, origin: Vector, ray: Vector) -> Tensor:
    """The nearest meeting of rays with primitives of one shape, each in its own space.

    Args:
        shape: which primitive.
        params: ``(N, 4)``, see the table above.
        origin: components broadcastable to ``(N, h, w)``.
        ray: components broadcastable to ``(N, h, w)``.

    Returns:
        ``(N, h, w)`` steps along the ray, :data:`NONE` where it misses or the primitive lies behind.
    """
    p = [value[:, None, None] for value in params.unbind(1)]
    if shape == Shape.ELLIPSOID:
        return _ellipsoid(origin, ray)
    if shape == Shape.FRUSTUM:
        return _frustum(p[0], p[1], origin, ray)
    if shape == Shape.CAPSULE:
        return _capsule(p[0], p[1], origin, ray)
    return _box(p[0], p[1], p[2], p[3], origin, ray)


def normal(shape: Shape, params: Tensor, point: Vector) -> Vector:
    """Normals, of any length, at points on primitives of one shape, in their own space.

    Edges are broken: near them the normal leans over, as the light on a real edge would.

    Args:
        shape: which primitive.
        params: ``(N, 4)``.
        point: components ``(N,)``.
    """
    x, y, z = point
    a, b, c, d = params.unbind(1)
    if shape == Shape.ELLIPSOID:
        return point
    if shape == Shape.CAPSULE:
        return x, y, z - torch.minimum(torch.maximum(z, -a), a)
    if shape == Shape.BOX:
        nx, ny, nz = (
            at.sign() * (at.abs() - (half - d)).clamp(min=0) for at, half in zip(point, (a, b, c), strict=True)
        )
        return nx, ny, nz
    slope, rim = (a - 1) / 2, (a + 1) / 2 + (a - 1) / 2 * z.sign()
    out = (x * x + y * y).clamp(min=_TINY)
    on_cap = (z.abs() > 1 - 1e-4).to(z.dtype)
    lean = 1 - on_cap + on_cap * ((out.sqrt() / rim.clamp(min=1e-3) - (1 - _BEVEL)) / _BEVEL).clamp(0, 1) * 0.8
    edge = ((z.abs() - (1 - _BEVEL)) / _BEVEL).clamp(0, 1) * z.sign() * 0.8 * (a > 0.5)
    upright = (1 - on_cap) * (edge - slope) + on_cap * z.sign()
    inside = torch.where(out < 0.999 * b * b, -1.0, 1.0)  # of a ring, the wall of its hole is seen
    return x * out.rsqrt() * lean * inside, y * out.rsqrt() * lean * inside, upright


def _where_positive(hit: Tensor, steps: Tensor) -> Tensor:
    return torch.where(hit & (steps > 0), steps, NONE)


def _ellipsoid(origin: Vector, ray: Vector) -> Tensor:
    (x, y, z), (dx, dy, dz) = origin, ray
    a = dx * dx + dy * dy + dz * dz
    b = x * dx + y * dy + z * dz
    c = x * x + y * y + z * z - 1
    under = b * b - a * c
    return _where_positive(under > 0, (-b - under.clamp(min=0).sqrt()) / a)


def _frustum(k: Tensor, hole: Tensor, origin: Vector, ray: Vector) -> Tensor:
    (x, y, z), (dx, dy, dz) = origin, ray
    slope, middle = (k - 1) / 2, (k + 1) / 2
    reach = middle + slope * z
    a = dx * dx + dy * dy - (slope * dz) ** 2
    a = torch.where(a.abs() < _TINY, _TINY, a)
    b = x * dx + y * dy - slope * dz * reach
    c = x * x + y * y - reach * reach
    under = b * b - a * c
    root = under.clamp(min=0).sqrt() / a.abs()
    centre = -b / a
    side = torch.full_like(a, NONE)
    for steps in (centre + root, centre - root):  # the nearer one, if good, replaces the farther
        along = z + steps * dz
        good = (under > 0) & (along.abs() <= 1) & (middle + slope * along >= 0) & (steps > 0)
        side = torch.where(good, steps, side)
    end = torch.where(dz > 0, -1.0, 1.0)
    cap = (end - z) / torch.where(dz.abs() < _TINY, _TINY, dz)
    cx, cy = x + cap * dx, y + cap * dy
    out = cx * cx + cy * cy
    rim = middle + slope * end
    cap = torch.where((out <= rim * rim) & (out >= hole * hole) & (cap > 0), cap, NONE)
    return torch.minimum(side, cap)


def _capsule(half: Tensor, radius: Tensor, origin: Vector, ray: Vector) -> Tensor:
    (x, y, z), (dx, dy, dz) = origin, ray
    a = (dx * dx + dy * dy).clamp(min=_TINY)
    b = x * dx + y * dy
    c = x * x + y * y - radius * radius
    under = b * b - a * c
    steps = (-b - under.clamp(min=0).sqrt()) / a
    along = z + steps * dz
    centre = torch.minimum(torch.maximum(along, -half), half)
    beyond = along != centre
    oz = z - centre
    a2 = a + dz * dz
    b2 = b + oz * dz
    c2 = x * x + y * y + oz * oz - radius * radius
    under2 = b2 * b2 - a2 * c2
    steps = torch.where(beyond, (-b2 - under2.clamp(min=0).sqrt()) / a2, steps)
    return _where_positive((under > 0) & (~beyond | (under2 > 0)), steps)


def _box(bx: Tensor, by: Tensor, bz: Tensor, rounding: Tensor, origin: Vector, ray: Vector) -> Tensor:
    enter: Tensor | None = None
    leave: Tensor | None = None
    for o, d, b in zip(origin, ray, (bx, by, bz), strict=True):
        inverse = 1 / torch.where(d.abs() < _TINY, _TINY, d)
        middle, reach = -o * inverse, b * inverse.abs()
        near, far = middle - reach, middle + reach
        enter = near if enter is None else torch.maximum(enter, near)
        leave = far if leave is None else torch.minimum(leave, far)
    assert enter is not None
    assert leave is not None
    out = torch.full_like(enter, NONE)
    found = torch.nonzero(((enter < leave) & (enter > 0)).view(-1))[:, 0]

    def pick(values: Tensor) -> Tensor:
        return values.expand(enter.shape).reshape(-1)[found]

    steps, latest, corner = pick(enter), pick(leave), pick(rounding)
    starts, moves = [pick(value) for value in origin], [pick(value) for value in ray]
    inner = [pick(b - rounding) for b in (bx, by, bz)]
    length = (moves[0] ** 2 + moves[1] ** 2 + moves[2] ** 2).rsqrt()
    gap = steps
    for _ in range(_MARCHES):  # along the ray, by the distance to the rounded surface
        outs = [((o + steps * d).abs() - b).clamp(min=0) for o, d, b in zip(starts, moves, inner, strict=True)]
        gap = (outs[0] ** 2 + outs[1] ** 2 + outs[2] ** 2).sqrt() - corner
        steps = steps + gap * length
    hit = (gap < 0.03 * corner + 1e-4) & (steps < latest + 1e-3)
    out.view(-1)[found] = _where_positive(hit, steps)
    return out
