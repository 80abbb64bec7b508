"""Which primitive a ray meets first: a ray caster that looks only where a primitive can be.

Every primitive is tried inside the window of the picture that its bounding box projects to, primitives of one shape
and many frames at once. Most rays never come near most primitives, so this does a fraction of the work of trying all
with all. Of several meetings at one pixel the least counts, whatever the order, so the result is deterministic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from lbvedit.data.world.shapes import NONE, Shape, Vector, meet, normal

__all__ = ["Hits", "Lens", "Primitives", "cast"]

_CPU_CHUNK = 1 << 16
_GPU_CHUNK = 1 << 25
_CPU_WASTE = 1 << 14
_GPU_WASTE = 1 << 22
_FARTHEST = 3e38
_LAST = 1 << 30


@dataclass(frozen=True, eq=False)
class Primitives:
    """The primitives of F frames, padded to P.

    Args:
        shapes: ``(F, P)`` int, on the CPU; -1 pads.
        params: ``(F, P, 4)``.
        to_world: ``(F, P, 3, 4)``.
        to_own: ``(F, P, 3, 4)``, its inverse.
        extents: ``(F, P, 3)`` half sides of the bounding box in each one's own space.
    """

    shapes: Tensor
    params: Tensor
    to_world: Tensor
    to_own: Tensor
    extents: Tensor


@dataclass(frozen=True, eq=False)
class Lens:
    """How pixels become rays, for F frames.

    Pixel centres at (x + 1/2, y + 1/2) are mapped by ``scale`` and the middle of the picture to (u, v); a perspective
    ray starts at ``origin`` towards ``forward + u right + v down``, a parallel one at ``origin + u right + v down``
    towards ``forward``.

    Args:
        origin: ``(F, 3)``.
        axes: ``(F, 3, 3)`` rows right, down, forward.
        scale: ``(F,)`` u or v per pixel.
        parallel: whether all rays have one direction.
    """

    origin: Tensor
    axes: Tensor
    scale: Tensor
    parallel: bool = False

    def rays(self, frames: Tensor, x: Tensor, y: Tensor, width: int, height: int) -> tuple[Vector, Vector]:
        """Origins and directions, component by component, for pixels ``x: (N, 1, w)`` and ``y: (N, h, 1)``."""
        scale = self.scale[frames][:, None, None]
        u, v = (x + (0.5 - width / 2)) * scale, (y + (0.5 - height / 2)) * scale
        axes = self.axes[frames][:, :, :, None, None]
        offset = [u * axes[:, 0, i] + v * axes[:, 1, i] for i in range(3)]
        start = [self.origin[frames][:, i, None, None] for i in range(3)]
        forward = [axes[:, 2, i] for i in range(3)]
        if self.parallel:
            origin = (start[0] + offset[0], start[1] + offset[1], start[2] + offset[2])
            return origin, (forward[0], forward[1], forward[2])
        ray = (forward[0] + offset[0], forward[1] + offset[1], forward[2] + offset[2])
        return (start[0], start[1], start[2]), ray

    def project(self, points: Tensor, width: int, height: int) -> tuple[Tensor, Tensor, Tensor]:
        """Pixel x and y, and depth along forward, of ``points: (F, ..., 3)`` in the world."""
        middle = [1] * (points.dim() - 2)
        seen = points - self.origin.view(-1, *middle, 3)
        axes = self.axes.view(-1, *middle, 3, 3)
        u, v, depth = ((axes[..., row, :] * seen).sum(-1) for row in range(3))
        size = self.scale.view(-1, *middle)
        if not self.parallel:
            size = size * depth.clamp(min=1e-4)
        return u / size + width / 2, v / size + height / 2, depth


@dataclass(frozen=True, eq=False)
class Hits:
    """What each ray meets first.

    Args:
        steps: ``(F, H, W)`` along the ray, inf where it meets nothing. For a perspective lens this is the depth.
        number: ``(F, H, W)`` int64 number of the primitive, -1 for none.
        normal: three of ``(F, H, W)``, in the world, of length 1.
    """

    steps: Tensor
    number: Tensor
    normal: Vector


def cast(primitives: Primitives, lens: Lens, width: int, height: int, *, normals: bool = True) -> Hits:
    """The first meeting of every pixel's ray with any primitive; of two at the same place, the one of lower number.

    Args:
        primitives: of F frames.
        lens: of the same F frames.
        width: W.
        height: H.
        normals: False leaves the normals empty, for shadows.
    """
    device = primitives.params.device
    F, P = primitives.shapes.shape
    area = height * width
    steps = torch.full((F * area,), _FARTHEST, device=device)
    number = torch.full((F * area,), -1, dtype=torch.int64, device=device)
    windows = _windows(primitives, lens, width, height).cpu()
    starts, turns = _own_rays(primitives, lens)
    params = primitives.params.view(-1, 4)
    for shape, members, w, h in _groups(primitives.shapes, windows, device):
        corner = windows.view(-1, 4)[members]
        left, top = corner[:, 0].clamp(max=width - w).to(device), corner[:, 1].clamp(max=height - h).to(device)
        chosen = members.to(device)
        x = left[:, None, None] + torch.arange(w, device=device)[None, None, :]
        y = top[:, None, None] + torch.arange(h, device=device)[None, :, None]
        places = ((chosen // P)[:, None, None] * area + y * width + x).view(-1)
        u, v = x + (0.5 - width / 2), y + (0.5 - height / 2)
        rays = _rays(lens.parallel, starts[chosen][..., None, None], turns[chosen][..., None, None], u, v)
        found = meet(shape, params[chosen], *rays).view(-1)
        nearer = torch.nonzero(found <= steps[places])[:, 0]
        if len(nearer):
            _keep(steps, number, found[nearer], places[nearer], (chosen % P)[nearer // (w * h)])
    shape3 = (F, height, width)
    steps = torch.where(number < 0, NONE, steps).view(shape3)
    hits = Hits(steps, number.view(shape3), (steps.new_empty(0), steps.new_empty(0), steps.new_empty(0)))
    return replace(hits, normal=_normals(primitives, hits, lens.parallel, starts, turns)) if normals else hits


def _own_rays(primitives: Primitives, lens: Lens) -> tuple[Tensor, Tensor]:
    """Rays in the primitives' own spaces.

    Returns:
        Where they start ``(F P, 3)``, and as columns ``(F P, 3, 3)`` what a pixel to the right, a pixel down and the
        middle of the picture add to the start, for parallel rays, or to the direction.
    """
    own = primitives.to_own
    rows = lens.axes.clone()
    rows[:, :2] *= lens.scale[:, None, None]
    turns = (own[:, :, :, None, :3] * rows[:, None, None]).sum(-1)
    starts = (own[..., :3] * lens.origin[:, None, None]).sum(-1) + own[..., 3]
    return starts.reshape(-1, 3), turns.reshape(-1, 3, 3)


def _rays(parallel: bool, starts: Tensor, turns: Tensor, u: Tensor, v: Tensor) -> tuple[Vector, Vector]:
    """Origins and directions of rays, u and v pixels off the middle, from what :func:`_own_rays` gives."""
    fixed, moving = (turns[:, :, 2], starts) if parallel else (starts, turns[:, :, 2])
    x, y, z = (moving[:, i] + turns[:, i, 0] * u + turns[:, i, 1] * v for i in range(3))
    common = (fixed[:, 0], fixed[:, 1], fixed[:, 2])
    return ((x, y, z), common) if parallel else (common, (x, y, z))


def _groups(shapes: Tensor, windows: Tensor, device: torch.device) -> Iterator[tuple[Shape, Tensor, int, int]]:
    """Primitives of one shape whose windows have similar sizes, as ``(shape, numbers in F P, width, height)``.

    A call costs as much as some thousands of rays, so windows are enlarged to their group's largest as long as that
    wastes less.
    """
    on_cpu = device.type == "cpu"
    limit, waste = (_CPU_CHUNK, _CPU_WASTE) if on_cpu else (_GPU_CHUNK, _GPU_WASTE)
    sizes = (windows[..., 2:] - windows[..., :2]).view(-1, 2).numpy()
    kinds = shapes.reshape(-1).numpy()
    seen = (sizes > 0).all(axis=1)
    for shape in Shape:
        members = np.nonzero(seen & (kinds == shape))[0]
        order = members[np.lexsort((sizes[members, 0], sizes[members].max(axis=1)))[::-1]]
        first, w, h, rays = 0, 0, 0, 0
        for place, (own_w, own_h) in enumerate(sizes[order].tolist()):
            wide, high, count = max(w, own_w), max(h, own_h), place - first + 1
            padded = wide * high * count
            if count > 1 and (padded > limit or padded - rays - own_w * own_h > waste):
                yield shape, torch.from_numpy(order[first:place]), w, h
                first, wide, high, rays = place, own_w, own_h, 0
            w, h, rays = wide, high, rays + own_w * own_h
        if len(order):
            yield shape, torch.from_numpy(order[first:]), w, h


def _keep(steps: Tensor, number: Tensor, found: Tensor, places: Tensor, slots: Tensor) -> None:
    """Notes meetings that are no farther than what is known; many may be at one place, in any order."""
    before = steps[places]
    steps.scatter_reduce_(0, places, found, "amin")
    nearest = steps[places]
    number[places[nearest < before]] = _LAST
    best = torch.nonzero(found == nearest)[:, 0]
    number.scatter_reduce_(0, places[best], slots[best], "amin")


def _normals(primitives: Primitives, hits: Hits, parallel: bool, starts: Tensor, turns: Tensor) -> Vector:
    """Normals in the world, of length 1, three of ``(F, H, W)``; zero where nothing is met."""
    F, height, width = hits.steps.shape
    P = primitives.shapes.shape[1]
    steps, number = hits.steps.view(-1), hits.number.view(-1)
    device = steps.device
    area = width * height
    out = [torch.zeros(F * area, device=device) for _ in range(3)]
    seen = torch.nonzero(number >= 0)[:, 0]
    owners = seen // area * P + number[seen]
    kinds = primitives.shapes.reshape(-1).to(device)[owners]
    for shape in Shape:
        for which in torch.nonzero(kinds == shape)[:, 0].split(_CPU_CHUNK if device.type == "cpu" else _GPU_CHUNK):
            hit, owner = seen[which], owners[which]
            pixel = hit % area
            u, v = pixel % width + (0.5 - width / 2), pixel // width + (0.5 - height / 2)
            origin, ray = _rays(parallel, starts[owner], turns[owner], u, v)
            x, y, z = (o + steps[hit] * d for o, d in zip(origin, ray, strict=True))
            own = normal(shape, primitives.params.view(-1, 4)[owner], (x, y, z))
            m = primitives.to_own.view(-1, 3, 4)[owner]  # normals transform by the transpose
            world = [m[:, 0, i] * own[0] + m[:, 1, i] * own[1] + m[:, 2, i] * own[2] for i in range(3)]
            length = (world[0] ** 2 + world[1] ** 2 + world[2] ** 2).clamp(min=1e-20).rsqrt()
            for axis in range(3):
                out[axis][hit] = world[axis] * length
    return out[0].view(F, height, width), out[1].view(F, height, width), out[2].view(F, height, width)


_CORNERS = torch.tensor([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])


def _windows(primitives: Primitives, lens: Lens, width: int, height: int) -> Tensor:
    """``(F, P, 4)`` int64 left, top, right, bottom of what each primitive can cover, inside the picture."""
    corners = _CORNERS.to(primitives.params.device) * primitives.extents[:, :, None]
    m = primitives.to_world[:, :, None]
    points = (m[..., :3] * corners[..., None, :]).sum(-1) + m[..., 3]
    x, y, depth = lens.project(points, width, height)
    near = torch.full_like(depth[..., 0], -torch.inf if lens.parallel else 0.05)
    behind = depth.amax(-1) <= near
    crossing = (depth.amin(-1) <= near) & ~behind
    size = x.new_tensor([width, height, width, height])
    box = torch.stack([x.amin(-1) - 1, y.amin(-1) - 1, x.amax(-1) + 2, y.amax(-1) + 2], dim=-1)
    box = torch.where(crossing[..., None], x.new_tensor([0, 0, width, height]), box)
    box = torch.minimum(box.clamp(min=0), size).floor().long()
    return torch.where(behind[..., None], 0, box)
