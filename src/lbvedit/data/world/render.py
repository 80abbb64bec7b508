"""Scenes become clips: frames, instance masks, exact flow and depth, all from the same rays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.data.world.scene import Array, Camera, Scene
from lbvedit.data.world.shading import (
    Surface,
    backdrop_color,
    height_map,
    shade,
    sharp_ground,
    to_display,
)
from lbvedit.data.world.shapes import half_extents
from lbvedit.data.world.visibility import Hits, Lens, Primitives, cast

__all__ = ["Rendered", "render"]

_FAR = 1e4
_CPU_FRAMES = 1
_ZENITH = (0.02, -0.03, 1.0)


@dataclass(frozen=True, eq=False)
class Rendered:
    """A rendered clip.

    Args:
        frames: ``(T, 3, H, W)`` uint8.
        masks: ``(T, N, H, W)`` bool, the visible part of each instance; a pixel belongs to what covers half of it.
        flow: ``(T, 2, H, W)`` float32 pixels from each frame to the next, from the last to the one that would follow.
        depth: ``(T, 1, H, W)`` float32 along the camera's forward axis; inf for the backdrop.
    """

    frames: Tensor
    masks: Tensor
    flow: Tensor
    depth: Tensor


def render(
    scenes: Sequence[Scene],
    width: int,
    height: int,
    *,
    samples: int = 2,
    flow: bool = True,
    device: torch.device | str = "cpu",
) -> list[Rendered]:
    """Clips of scenes, all of the same number of frames.

    Args:
        scenes: what to show.
        width: W.
        height: H.
        samples: rays a pixel along each side.
        flow: False leaves flow and depth empty, which saves time.
        device: where to work; results stay there.
    """
    device = torch.device(device)
    primitives = _gather(scenes, device)
    lenses = [_lens(scene.camera, height * samples, device) for scene in scenes]
    T = scenes[0].frames
    hits = cast(primitives, _joined([_cut(lens, T) for lens in lenses]), width * samples, height * samples)
    clips = []
    for place, (scene, lens) in enumerate(zip(scenes, lenses, strict=True)):
        frames = slice(place * T, (place + 1) * T)
        part = Primitives(
            primitives.shapes[frames],
            primitives.params[frames],
            primitives.to_world[frames],
            primitives.to_own[frames],
            primitives.extents[frames],
        )
        own = Hits(
            hits.steps[frames],
            hits.number[frames],
            (hits.normal[0][frames], hits.normal[1][frames], hits.normal[2][frames]),
        )
        clips.append(_Picture(scene, part, lens, own, samples, flow).finish())
    return clips


def _gather(scenes: Sequence[Scene], device: torch.device) -> Primitives:
    """All scenes' primitives as one batch of frames."""
    T = scenes[0].frames
    P = max(1, *(sum(len(body.primitives) for body in scene.bodies) for scene in scenes))
    shapes = np.full((len(scenes), P), -1, dtype=np.int64)
    params = np.zeros((len(scenes), P, 4))
    extents = np.ones((len(scenes), P, 3))
    places = np.broadcast_to(np.eye(4), (len(scenes), T, P, 4, 4)).copy()
    for row, scene in enumerate(scenes):
        start = 0
        for body in scene.bodies:
            for number, primitive in enumerate(body.primitives, start):
                shapes[row, number] = primitive.shape
                params[row, number] = primitive.params
                extents[row, number] = half_extents(primitive.shape, primitive.params)
            places[row, :, start : start + len(body.primitives)] = body.places[:T]
            start += len(body.primitives)
    inverse = np.linalg.inv(places)

    def spread(array: Array) -> Tensor:
        return torch.tensor(np.repeat(array, T, axis=0), dtype=torch.float32, device=device)

    return Primitives(
        torch.from_numpy(np.repeat(shapes, T, axis=0)),
        spread(params),
        torch.tensor(places.reshape(-1, P, 4, 4)[:, :, :3], dtype=torch.float32, device=device),
        torch.tensor(inverse.reshape(-1, P, 4, 4)[:, :, :3], dtype=torch.float32, device=device),
        spread(extents),
    )


def _lens(camera: Camera, height: int, device: torch.device) -> Lens:
    """The lens at T + 1 times for a picture of that height."""

    def tensor(array: Array) -> Tensor:
        return torch.tensor(array, dtype=torch.float32, device=device)

    return Lens(tensor(camera.origin), tensor(camera.axes), tensor(1 / (camera.focal * height)))


def _cut(lens: Lens, frames: int) -> Lens:
    return Lens(lens.origin[:frames], lens.axes[:frames], lens.scale[:frames])


def _joined(lenses: Sequence[Lens]) -> Lens:
    return Lens(
        torch.cat([lens.origin for lens in lenses]),
        torch.cat([lens.axes for lens in lenses]),
        torch.cat([lens.scale for lens in lenses]),
    )


class _Picture:
    """One scene's clip in the making."""

    def __init__(self, scene: Scene, primitives: Primitives, lens: Lens, hits: Hits, samples: int, flow: bool) -> None:
        self.scene = scene
        self.primitives = primitives
        self.lens = lens
        self.hits = hits
        self.samples = samples
        self.flow = flow
        self.device = primitives.params.device
        bodies = scene.bodies
        self.flat = [primitive for body in bodies for primitive in body.primitives]
        P = primitives.shapes.shape[1]
        rows = [(*p.color, p.metal, p.gloss, p.glow) for p in self.flat]
        rows += [(0.0,) * 6] * (P - len(rows)) + [(0.5, 0.5, 0.5, 0.0, 0.05, 0.0)]  # the last row is the ground
        self.surfaces = torch.tensor(rows, dtype=torch.float32, device=self.device)
        owners = [body.instance for body in bodies for _ in body.primitives]
        self.owners = torch.tensor(owners + [0] * (P + 1 - len(owners)), device=self.device)
        self.ground = scene.ground
        self.texture = _planes(scene.ground.texture, self.device)
        self.backdrop = _planes(scene.ground.backdrop, self.device)
        self.base = _level(scene.camera, self.device)
        light = scene.light
        self.sun_map = height_map(scene, primitives, light.sun, light.softness, 12.0)
        self.sky_map = height_map(scene, primitives, _ZENITH, 0.3, 6.0)

    def finish(self) -> Rendered:
        T = self.scene.frames
        step = _CPU_FRAMES if self.device.type == "cpu" else T
        parts = [self._frames(torch.arange(first, min(first + step, T))) for first in range(0, T, step)]
        frames, masks, flow, depth = (torch.cat(found) for found in zip(*parts, strict=True))
        return Rendered(frames, masks, flow, depth)

    def _frames(self, numbers: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        numbers = numbers.to(self.device)
        steps, number = self.hits.steps[numbers], self.hits.number[numbers]
        n, Hs, Ws = steps.shape
        x = torch.arange(Ws, dtype=torch.float32, device=self.device)[None, None, :]
        y = torch.arange(Hs, dtype=torch.float32, device=self.device)[None, :, None]
        (ox, oy, oz), (dx, dy, dz) = self.lens.rays(numbers, x, y, Ws, Hs)
        length = (dx * dx + dy * dy + dz * dz).sqrt()
        ray = (dx / length, dy / length, dz / length)
        floor = torch.where(dz < -1e-5, -oz / dz.clamp(max=-1e-5), torch.inf)
        on_ground = (floor < steps) & (floor < self.ground.reach)
        steps = torch.where(on_ground, floor, steps)
        on_wall = torch.zeros_like(on_ground)
        if self.ground.wall is not None:
            wall = torch.where(dy > 1e-5, (self.ground.wall - oy) / dy.clamp(min=1e-5), torch.inf)
            on_wall = wall < steps
            steps, on_ground = torch.where(on_wall, wall, steps), on_ground & ~on_wall
        behind = steps.isinf()
        far = torch.where(behind, 0.0, steps)
        point = (ox + far * dx, oy + far * dy, oz + far * dz)
        P = len(self.surfaces) - 1
        number = torch.where(on_ground | on_wall | behind, P, number)
        red, green, blue, metal, gloss, glow = (self.surfaces[:, c][number] for c in range(6))
        nx, ny, nz = (self.hits.normal[axis][numbers] for axis in range(3))
        plain = on_ground | on_wall
        normal = (
            torch.where(plain, 0.0, nx),
            torch.where(plain, -on_wall.float(), ny),
            torch.where(plain, on_ground.float(), nz),
        )
        sky = backdrop_color(self.ground, self.backdrop, self.base, ray, point)
        if self.texture is not None:
            blur = far * length * self.lens.scale[numbers][:, None, None] / ray[2].abs().clamp(min=0.02)
            earth = sharp_ground(self.ground, self.texture, point[0], point[1], blur)
        else:
            earth = sky
        color = [torch.where(on_ground, e, c) for e, c in zip(earth, (red, green, blue), strict=True)]
        if self.ground.wall is not None:
            color = [torch.where(on_wall, s, c) for s, c in zip(sky, color, strict=True)]
        surface = Surface(
            ray, point, normal, (color[0], color[1], color[2]), metal, gloss, glow, far * length,
            on_ground if self.texture is None else None,
        )  # fmt: skip
        lit = shade(surface, self.scene.light, self.ground, self.sun_map, self.sky_map, numbers)
        picture = torch.stack([torch.where(behind, s, v) for s, v in zip(sky, lit, strict=True)], dim=1)
        s = self.samples
        mean = F.avg_pool2d(picture, s) if s > 1 else picture
        frames = (to_display(mean * self.scene.exposure) * 255).round().to(torch.uint8)
        owner = self.owners[number]
        masks = self._masks(owner)
        if not self.flow:
            return frames, masks, frames.new_empty((n, 0, 0, 0)), frames.new_empty((n, 0, 0, 0))
        return frames, masks, *self._flow(numbers, steps, number, point, (dx, dy, dz), behind)

    def _masks(self, owner: Tensor) -> Tensor:
        N = self.scene.instances
        if N == 0:
            n, Hs, Ws = owner.shape
            return owner.new_zeros((n, 0, Hs // self.samples, Ws // self.samples), dtype=torch.bool)
        one = owner[:, None] == torch.arange(1, N + 1, device=self.device)[None, :, None, None]
        cover = F.avg_pool2d(one.float(), self.samples)
        return cover >= 0.5

    def _flow(
        self,
        numbers: Tensor,
        steps: Tensor,
        number: Tensor,
        point: tuple[Tensor, Tensor, Tensor],
        ray: tuple[Tensor, Tensor, Tensor],
        behind: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Flow and depth of the nearest sample of each pixel."""
        s = self.samples
        n, Hs, Ws = steps.shape
        H, W = Hs // s, Ws // s
        at_infinity = behind | ((number == len(self.surfaces) - 1) & (self.texture is None))

        corners = [
            (slice(None), slice(row, None, s), slice(column, None, s)) for row in range(s) for column in range(s)
        ]
        nearest = torch.zeros((n, H, W), dtype=torch.int64, device=self.device)
        depth = steps[corners[0]]
        for number_of_corner, corner in enumerate(corners[1:], start=1):
            nearer = steps[corner] < depth
            depth = torch.where(nearer, steps[corner], depth)
            nearest[nearer] = number_of_corner
        pixels = torch.arange(H * W, device=self.device).view(H, W)
        rows, columns = pixels // W * s + nearest // s, pixels % W * s + nearest % s
        places = ((torch.arange(n, device=self.device)[:, None, None] * Hs + rows) * Ws + columns).view(-1)

        def pick(values: Tensor) -> Tensor:
            return values.expand(n, Hs, Ws).reshape(-1)[places].view(n, H, W)

        who, infinite = pick(number), pick(at_infinity)
        start = self.lens.origin[numbers]
        where = [torch.where(infinite, start[:, i, None, None] + _FAR * pick(ray[i]), pick(point[i])) for i in range(3)]
        moves = self._moves(numbers)
        P1 = moves.shape[1]
        entries = (torch.arange(n, device=self.device)[:, None, None] * P1 + torch.where(infinite, P1 - 1, who)).view(
            -1
        )
        table = moves.reshape(-1, 12)
        m = [table[:, c][entries].view(n, H, W) for c in range(12)]
        after = torch.stack(
            [m[4 * i] * where[0] + m[4 * i + 1] * where[1] + m[4 * i + 2] * where[2] + m[4 * i + 3] for i in range(3)],
            -1,
        )
        following = Lens(self.lens.origin[numbers + 1], self.lens.axes[numbers + 1], self.lens.scale[numbers + 1])
        current = Lens(start, self.lens.axes[numbers], self.lens.scale[numbers])
        x1, y1, _ = following.project(after, Ws, Hs)
        x0, y0, _ = current.project(torch.stack(where, -1), Ws, Hs)
        return torch.stack([x1 - x0, y1 - y0], dim=1) / s, torch.where(infinite, torch.inf, depth)[:, None]

    def _moves(self, numbers: Tensor) -> Tensor:
        """``(n, P + 1, 3, 4)`` from where a point is to where it will be; the last one stands still."""
        places = np.concatenate([body.places for body in self.scene.bodies], axis=1) if self.scene.bodies else None
        P = len(self.surfaces) - 1
        moves = np.broadcast_to(np.eye(4)[:3], (len(numbers), P + 1, 3, 4)).copy()
        if places is not None:
            now = numbers.cpu().numpy()
            moves[:, : places.shape[1]] = (places[now + 1] @ np.linalg.inv(places[now]))[:, :, :3]
        return torch.tensor(moves, dtype=torch.float32, device=self.device)


def _planes(picture: NDArray[np.float32] | None, device: torch.device) -> Tensor | None:
    return None if picture is None else torch.from_numpy(picture).to(device).permute(2, 0, 1).contiguous()


def _level(camera: Camera, device: torch.device) -> Tensor:
    """The middle frame's camera, held level: rows right, down, forward."""
    forward = camera.axes[len(camera.axes) // 2, 2] * [1, 1, 0]
    forward = forward / np.linalg.norm(forward)
    down = np.array([0.0, 0.0, -1.0])
    return torch.tensor(np.stack([np.cross(down, forward), down, forward]), dtype=torch.float32, device=device)
