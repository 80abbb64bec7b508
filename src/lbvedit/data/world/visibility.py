"""Which primitive a ray meets first: a ray caster that looks only where a primitive can be.

Every primitive is tried inside the window of the picture that its bounding box projects to, for many frames at once;
windows of primitives with the same number never share a pixel of the same frame, so writing is deterministic.
Most rays never come near most primitives, so this does a fraction of the work of trying all with all.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lbvedit.data.world.shapes import NONE, Shape, Vector, intersect

__all__ = ["Hits", "Lens", "Primitives", "cast"]

_CPU_CHUNK = 1 << 16
_GPU_CHUNK = 1 << 25


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
        number: ``(F, H, W)`` int32 number of the primitive, -1 for none.
        normal: three of ``(F, H, W)``, in the world, of length 1.
    """

    steps: Tensor
    number: Tensor
    normal: Vector


def cast(primitives: Primitives, lens: Lens, width: int, height: int, *, normals: bool = True) -> Hits:
    """The first meeting of every pixel's ray with any primitive.

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
    steps = torch.full((F * area,), NONE, device=device)
    number = torch.full((F * area,), -1, dtype=torch.int32, device=device)
    normal = [torch.zeros(F * area if normals else 0, device=device) for _ in range(3)]
    windows = _windows(primitives, lens, width, height).cpu()
    limit = _CPU_CHUNK if device.type == "cpu" else _GPU_CHUNK
    for slot in range(P):
        for shape in Shape:
            visible = (primitives.shapes[:, slot] == shape) & (windows[:, slot, 2] > windows[:, slot, 0])
            visible &= windows[:, slot, 3] > windows[:, slot, 1]
            members = torch.nonzero(visible)[:, 0]
            while len(members):
                size = windows[members, slot, 2:] - windows[members, slot, :2]
                w, h = (int(value) for value in size.amax(0))
                now, members = members[: max(1, limit // (w * h))], members[max(1, limit // (w * h)) :]
                frames = now.to(device)
                left = windows[now, slot, 0].clamp(max=width - w).to(device)
                top = windows[now, slot, 1].clamp(max=height - h).to(device)
                x = left[:, None, None] + torch.arange(w, device=device)[None, None, :]
                y = top[:, None, None] + torch.arange(h, device=device)[None, :, None]
                places = (frames[:, None, None] * area + y * width + x).view(-1)
                own = primitives.to_own[frames, slot]
                origin, ray = _into(own, lens.rays(frames, x.float(), y.float(), width, height))
                found, direction = intersect(shape, primitives.params[frames, slot], origin, ray)
                found = found.reshape(-1)
                chosen = torch.nonzero(found < steps[places])[:, 0]
                hit = places[chosen]
                steps[hit] = found[chosen]
                number[hit] = slot
                if normals:
                    for axis, value in enumerate(_outward(own, direction, chosen, w * h)):
                        normal[axis][hit] = value
    shape3 = (F, height, width)
    out = tuple(value.view(shape3) if normals else value for value in normal)
    return Hits(steps.view(shape3), number.view(shape3), (out[0], out[1], out[2]))


def _into(matrix: Tensor, rays: tuple[Vector, Vector]) -> tuple[Vector, Vector]:
    """Rays in a primitive's own space; ``matrix: (N, 3, 4)``."""
    m = matrix[:, :, :, None, None]
    (x, y, z), (dx, dy, dz) = rays
    origin = [m[:, i, 0] * x + m[:, i, 1] * y + m[:, i, 2] * z + m[:, i, 3] for i in range(3)]
    ray = [m[:, i, 0] * dx + m[:, i, 1] * dy + m[:, i, 2] * dz for i in range(3)]
    return (origin[0], origin[1], origin[2]), (ray[0], ray[1], ray[2])


def _outward(matrix: Tensor, normal: Vector, chosen: Tensor, area: int) -> list[Tensor]:
    """Normals of the chosen rays in the world, of length 1; they transform by the transpose of ``matrix``."""
    x, y, z = (value.reshape(-1)[chosen] for value in normal)
    m = matrix[chosen // area]
    out = [m[:, 0, i] * x + m[:, 1, i] * y + m[:, 2, i] * z for i in range(3)]
    length = (out[0] ** 2 + out[1] ** 2 + out[2] ** 2).clamp(min=1e-20).rsqrt()
    return [value * length for value in out]


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
