"""How surfaces look: sun with soft shadows, fill from the sky, occluded near the ground, gloss, metal, haze.

Shadows are exponential shadow maps (Annen et al., Graphics Interface 2008) over the height above the ground: a map
holds ``exp(-k h)`` of what light meets first, blurred; a point at height ``h`` is lit by the map's value times
``exp(k h)``. That alone would light the ground where something stands on it, so on the ground itself what counts is
how much of the light is covered, and the edge is as soft as what covers it is high.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.data.world.scene import Ground, Light, Scene
from lbvedit.data.world.shapes import Vector
from lbvedit.data.world.visibility import Lens, Primitives, cast

__all__ = ["HeightMap", "Surface", "backdrop_color", "height_map", "shade", "sharp_ground", "to_display"]

_MAP_SIZE = 144
_SPECULAR = 0.35
_CONTACT = 0.3
_SOFT_FROM = 1.6
_LOW = 0.12


@dataclass(frozen=True, eq=False)
class HeightMap:
    """An exponential shadow map of a scene.

    Args:
        values: ``(T, 4, M, M)``: the exponentials, the covered share with a sharp and with a soft edge, and the height
            of what covers times the latter.
        lens: from where light comes; T times the same.
        sharpness: k.
    """

    values: Tensor
    lens: Lens
    sharpness: float

    def visibility(self, frames: Tensor, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        """The share of light, in [0, 1], that reaches points ``(n, h, w)`` of frames ``(n,)``."""
        axes, origin, scale = self.lens.axes[0], self.lens.origin[0], self.lens.scale[0]
        size = self.values.shape[-1]
        seen = (x - origin[0], y - origin[1], z - origin[2])
        u, v = (sum_of(axes[row], seen) / (scale * (size / 2)) for row in (0, 1))
        grid = torch.stack([u, v], dim=-1)
        stored = F.grid_sample(self.values[frames], grid, padding_mode="border", align_corners=False)
        outside = (u.abs() > 0.99) | (v.abs() > 0.99)
        lit = (stored[:, 0] * torch.exp((self.sharpness * z.clamp(min=0)).clamp(max=80))).clamp(max=1)
        sharp, soft = stored[:, 1], stored[:, 2]
        softness = (stored[:, 3] / soft.clamp(min=1e-3) / _SOFT_FROM).clamp(max=1)
        on_ground = 1 - (sharp + (soft - sharp) * softness)
        lit = on_ground + (lit - on_ground) * (z / _LOW).clamp(0, 1)
        return torch.where(outside, 1.0, lit)


def sum_of(weights: Tensor, values: Vector) -> Tensor:
    """The scalar product of a constant vector with one given by components, in a fixed order on every device."""
    return weights[0] * values[0] + weights[1] * values[1] + weights[2] * values[2]


def height_map(
    scene: Scene, primitives: Primitives, towards: tuple[float, float, float], blur: float, sharpness: float
) -> HeightMap:
    """The map of what parallel light from a direction meets.

    Args:
        scene: what is lit.
        primitives: its primitives, of T frames.
        towards: direction to the light.
        blur: standard deviation of the blur in world units.
        sharpness: k.
    """
    device = primitives.params.device
    T = len(primitives.params)
    forward = -np.asarray(towards) / np.linalg.norm(towards)
    side = np.cross(forward, [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    axes = torch.tensor(np.stack([side, np.cross(forward, side), forward]), dtype=torch.float32, device=device)
    eye = torch.tensor([*scene.centre, 0.0], device=device) - axes[2] * (3 * scene.extent)
    scale = 2 * scene.extent / _MAP_SIZE
    lens = Lens(eye.expand(T, 3), axes.expand(T, 3, 3), torch.full((T,), scale, device=device), parallel=True)
    steps = cast(primitives, lens, _MAP_SIZE, _MAP_SIZE, normals=False).steps
    pixels = torch.arange(_MAP_SIZE, dtype=torch.float32, device=device)
    first = torch.zeros(1, dtype=torch.int64, device=device)
    origin, ray = lens.rays(first, pixels[None, None, :], pixels[None, :, None], _MAP_SIZE, _MAP_SIZE)
    height = torch.where(steps.isinf(), 0.0, origin[2] + steps * ray[2]).clamp(min=0)
    covered = (height > 0.01).float()
    wide = torch.stack([torch.exp(-sharpness * height), covered, covered * height], dim=1)
    wide, near = _blurred(wide, blur / scale), _blurred(covered[:, None], _CONTACT * blur / scale)
    return HeightMap(torch.cat([wide[:, :1], near, wide[:, 1:]], dim=1), lens, sharpness)


def _blurred(values: Tensor, sigma: float) -> Tensor:
    reach = max(1, round(2.2 * sigma))
    taps = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=torch.float32) / max(sigma, 0.3)) ** 2)
    kernel = (taps / taps.sum()).tolist()
    for axis in (2, 3):  # summed tap by tap, so that CPU and CUDA round alike
        pad = (reach, reach, 0, 0) if axis == 3 else (0, 0, reach, reach)
        padded = F.pad(values, pad, mode="replicate")
        size = values.shape[axis]
        total = torch.zeros_like(values)
        for place, weight in enumerate(kernel):
            total = total + weight * padded.narrow(axis, place, size)
        values = total
    return values


@dataclass(frozen=True, eq=False)
class Surface:
    """What rays met, pixel by pixel ``(n, h, w)``.

    Args:
        ray: direction of the ray, of length 1.
        point: in the world.
        normal: of length 1.
        color: linear RGB.
        metal: see :class:`~lbvedit.data.world.scene.Primitive`.
        gloss: as above.
        glow: as above.
        distance: from the eye.
        catcher: True where the ground shows the backdrop and only catches shadows.
    """

    ray: Vector
    point: Vector
    normal: Vector
    color: Vector
    metal: Tensor
    gloss: Tensor
    glow: Tensor
    distance: Tensor
    catcher: Tensor | None


def shade(
    surface: Surface, light: Light, ground: Ground, sun_map: HeightMap, sky_map: HeightMap, frames: Tensor
) -> Vector:
    """Linear RGB of what was met."""
    nx, ny, nz = surface.normal
    rx, ry, rz = surface.ray
    x, y, z = surface.point
    device = nx.device
    sun = torch.tensor(light.sun, device=device)
    facing = sum_of(sun, surface.normal)
    lit = sun_map.visibility(frames, x + 0.04 * nx, y + 0.04 * ny, z + 0.04 * nz)
    open_sky = sky_map.visibility(frames, x + 0.05 * nx, y + 0.05 * ny, z + 0.05 * nz)
    direct = lit * facing.clamp(min=0)
    above = (0.5 + 0.5 * nz) * (0.3 + 0.7 * open_sky)
    below = (0.5 - 0.5 * nz) * (0.4 + 0.6 * open_sky)
    along = rx * nx + ry * ny + rz * nz
    mirrored = (rx - 2 * along * nx, ry - 2 * along * ny, rz - 2 * along * nz)
    # Blinn's highlight on the sun; its exponent grows from broad to sharp with the gloss.
    half = [s - r for s, r in zip(light.sun, surface.ray, strict=True)]
    length = (half[0] ** 2 + half[1] ** 2 + half[2] ** 2).clamp(min=1e-12).rsqrt()
    cosine = ((half[0] * nx + half[1] * ny + half[2] * nz) * length).clamp(min=1e-4)
    shine = torch.exp2(torch.log2(cosine) * torch.exp2(3 + 5 * surface.gloss)) * lit * (facing > 0)
    rim = (1 + along).clamp(min=0) ** 3
    reflect = surface.gloss * (0.08 + 0.5 * rim) * (1 - surface.metal)
    up = ((mirrored[2] + 0.1) / 0.35).clamp(0, 1)
    up = up * up * (3 - 2 * up)
    # Metal mirrors a bright panel on either side: without something to mirror it would look like grey paint.
    panel = torch.exp(-9 * ((mirrored[0].abs() - 0.55) ** 2 + (mirrored[2] - 0.5) ** 2)) * 1.6
    diffuse = 1 - 0.85 * surface.metal
    out = []
    mean = _ground_mean(ground)
    for channel in range(3):
        fill = light.sky_color[channel] * above + light.bounce_color[channel] * below
        color = surface.color[channel]
        lively = diffuse * color * (light.sun_color[channel] * direct * 0.62 + fill)
        floor = mean[channel] * 0.7 * (0.35 + 0.65 * open_sky)
        mirror = floor + (light.sky_color[channel] * 0.95 - floor) * up + panel
        strength = surface.metal * color * 1.05 + reflect
        spark = _SPECULAR * surface.gloss * shine * (1 - surface.metal + surface.metal * (0.4 + 2 * color))
        value = lively + mirror * strength + spark * light.sun_color[channel] + surface.glow * color
        if surface.catcher is not None:
            shadow = 0.45 + 0.55 * (0.6 * lit + 0.4 * open_sky)
            value = torch.where(surface.catcher, color * shadow, value)
        else:
            value = value + (ground.haze[channel] - value) * haze_share(surface.distance, ground)
        out.append(value)
    return out[0], out[1], out[2]


def haze_share(distance: Tensor, ground: Ground) -> Tensor:
    """How much of a colour the haze has taken at a distance, in [0, 1]."""
    return 1 - torch.exp2(-((distance / ground.haze_at) ** 2).clamp(max=60))


def _ground_mean(ground: Ground) -> tuple[float, float, float]:
    picture = ground.texture if ground.texture is not None else ground.backdrop
    if picture is None:
        return ground.haze
    red, green, blue = (float(value) for value in picture.mean(axis=(0, 1)))
    return red, green, blue


def sharp_ground(ground: Ground, texture: Tensor, x: Tensor, y: Tensor, blur: Tensor) -> Vector:
    """The ground's colour at world positions; it fades into its mean where a pixel covers much of the texture.

    Args:
        ground: the ground.
        texture: its texture, ``(3, h, w)`` on the device.
        x: world positions ``(n, h, w)``.
        y: as ``x``.
        blur: world units that a pixel covers.
    """
    u, v = x / ground.tile, y / ground.tile
    grid = torch.stack([(u - u.floor()) * 2 - 1, (v - v.floor()) * 2 - 1], dim=-1)
    sampled = F.grid_sample(
        texture[None].expand(len(grid), -1, -1, -1), grid, padding_mode="border", align_corners=False
    )
    mean = texture.mean(dim=(1, 2))
    keep = 1 / (1 + (blur * (6 / ground.tile)) ** 2)
    red, green, blue = (mean[c] + (sampled[:, c] - mean[c]) * keep for c in range(3))
    return red, green, blue


def backdrop_color(ground: Ground, picture: Tensor | None, base: Tensor, ray: Vector, point: Vector) -> Vector:
    """What lies behind everything, seen along rays of length 1.

    Args:
        ground: says where the backdrop lies.
        picture: the backdrop ``(3, h, w)`` on the device, or None for the plain sky.
        base: ``(3, 3)`` rows right, down, forward of a level camera that looks at the backdrop's middle.
        ray: directions.
        point: where rays end, for a backdrop on a wall.
    """
    if picture is None:
        up = (ray[2] * 1.6).clamp(0, 1)
        up = up * (2 - up)
        red, green, blue = (ground.haze[c] + (ground.zenith[c] - ground.haze[c]) * up for c in range(3))
        return red, green, blue
    _, h, w = picture.shape
    if ground.wall is None:
        depth = sum_of(base[2], ray).clamp(min=0.05)
        u = sum_of(base[0], ray) / depth * (2 / ground.span)
        v = -ray[2] / depth * (2 / ground.span) * (w / h) + (2 * ground.horizon - 1)
    else:
        u, v = point[0] * (2 * h / (w * ground.wall_height)), 1 - point[2] * (2 / ground.wall_height)
    grid = torch.stack([u, v], dim=-1)
    sampled = F.grid_sample(
        picture[None].expand(len(grid), -1, -1, -1), grid, padding_mode="reflection", align_corners=False
    )
    return sampled[:, 0], sampled[:, 1], sampled[:, 2]


def to_display(values: Tensor) -> Tensor:
    """sRGB-like values in [0, 1] of linear light, with a soft shoulder towards white."""
    values = values.clamp(min=0)
    shoulder = values * (1 + values.square().square()).sqrt().rsqrt()
    return shoulder.clamp(min=1e-6).pow(1 / 2.2).clamp(max=1)
