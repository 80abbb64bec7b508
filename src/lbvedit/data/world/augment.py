"""What a real camera adds to a rendered clip: wrong exposure, defocus, shake, and the noise of its sensor.

Everything random is drawn on the CPU from the generator that is given, so a clip comes out the same on every device.
Masks, flow and depth stay true: nothing here moves what is seen. Blur and exposure act on light, noise on the sensor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["Faults", "augment", "defocus", "expose", "sensor_noise", "shake"]

_SHARP = 0.2  # deviation in pixels below which a lens counts as sharp
_STILL = 0.5  # length in pixels below which a camera counts as still


@dataclass(frozen=True, eq=False)
class Faults:
    """How much of each fault the camera of every clip has; ``(B,)`` each.

    Args:
        stops: exposure, 0 for the right one.
        drift: by how many stops the exposure moves from the first frame to the last.
        sigma: of the defocus, in pixels.
        length: of the shake, in pixels.
        angle: of the shake, in radians from the x axis.
        read: deviation of the noise that is there in the dark, as a fraction of white.
        shot: deviation of the noise that white adds.
    """

    stops: Tensor
    drift: Tensor
    sigma: Tensor
    length: Tensor
    angle: Tensor
    read: Tensor
    shot: Tensor

    @classmethod
    def draw(cls, count: int, height: int, generator: torch.Generator, strength: float = 1.0) -> Faults:
        """Faults of ``count`` cameras: exposure is always a little off, some are out of focus, shaken or noisy.

        Args:
            count: B.
            height: of a frame, which blur is measured by.
            generator: on the CPU.
            strength: 1 is the usual amount, 0 none.
        """
        draw = torch.rand(9, count, generator=generator)
        often = [(draw[7 + place] < share).float() * strength for place, share in ((0, 0.35), (1, 0.2))]
        return cls(
            stops=strength * (draw[0] - 0.5),
            drift=strength * (0.3 * draw[1] - 0.15),
            sigma=often[0] * draw[2] * 0.009 * height,
            length=often[1] * draw[3] * 0.04 * height,
            angle=math.pi * draw[4],
            read=strength * draw[5] ** 2 * 0.025,
            shot=strength * draw[6] ** 2 * 0.04,
        )


def augment(clips: Tensor, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Clips as cameras with faults would have taken them.

    Args:
        clips: ``(B, T, 3, H, W)`` uint8.
        generator: on the CPU; each clip has a camera of its own.
        strength: 1 is the usual amount; 0 gives the clips back.

    Returns:
        The same shape, dtype and device.
    """
    if strength == 0:
        return clips
    faults = Faults.draw(len(clips), clips.shape[-2], generator, strength)
    light = (clips / 255).square()  # near enough to the display's 2.2, and many times as fast
    light = expose(light, faults.stops, faults.drift)
    light = shake(defocus(light, faults.sigma), faults.length, faults.angle)
    shown = sensor_noise(light.clamp_(0, 1).sqrt_(), faults.read, faults.shot, generator)
    return shown.mul_(255).round_().clamp_(0, 255).to(torch.uint8)


def expose(light: Tensor, stops: Tensor, drift: Tensor) -> Tensor:
    """Light ``(B, T, 3, H, W)`` doubled by each stop; the exposure drifts evenly about its middle."""
    T = light.shape[1]
    time = torch.linspace(-0.5, 0.5, T) if T > 1 else torch.zeros(1)
    gain = torch.exp2(stops[:, None] + drift[:, None] * time).to(light.device)
    return light * gain[:, :, None, None, None]


def defocus(light: Tensor, sigma: Tensor) -> Tensor:
    """Light ``(B, T, 3, H, W)`` blurred by Gaussians of deviations ``(B,)`` pixels; what is nearly sharp stays so."""
    blurred = torch.nonzero(sigma >= _SHARP)[:, 0]
    if len(blurred) == 0:
        return light
    reach = math.ceil(2.5 * float(sigma.max()))
    offsets = torch.arange(-reach, reach + 1)
    taps = torch.exp(-0.5 * (offsets / sigma[blurred, None]) ** 2)
    taps = taps / taps.sum(1, keepdim=True)
    chosen = blurred.to(light.device)
    return light.index_copy(0, chosen, _filtered(_filtered(light[chosen], taps[:, None, :]), taps[:, :, None]))


def shake(light: Tensor, length: Tensor, angle: Tensor) -> Tensor:
    """Light ``(B, T, 3, H, W)`` smeared along lines of lengths ``(B,)`` in pixels at angles ``(B,)``."""
    shaken = torch.nonzero(length >= _STILL)[:, 0]
    if len(shaken) == 0:
        return light
    length, angle = length[shaken], angle[shaken]
    reach = math.ceil(float(length.max()) / 2) + 1
    offsets = torch.arange(-reach, reach + 1, dtype=torch.float32)
    y, x = torch.meshgrid(offsets, offsets, indexing="ij")
    along = x * angle.cos()[:, None, None] + y * angle.sin()[:, None, None]
    across = y * angle.cos()[:, None, None] - x * angle.sin()[:, None, None]
    inside = (length[:, None, None] / 2 + 0.5 - along.abs()).clamp(0, 1)
    kernel = inside * (1 - across.abs()).clamp(min=0)
    chosen = shaken.to(light.device)
    return light.index_copy(0, chosen, _filtered(light[chosen], kernel / kernel.sum((1, 2), keepdim=True)))


def sensor_noise(shown: Tensor, read: Tensor, shot: Tensor, generator: torch.Generator) -> Tensor:
    """Values ``(B, T, 3, H, W)`` in [0, 1] with noise whose variance grows with the value, from ``read²`` on."""
    if not bool((read + shot > 0).any()):
        return shown
    noise = torch.randn(shown.shape, generator=generator).to(shown.device)
    read, shot = (value.to(shown.device)[:, None, None, None, None] for value in (read, shot))
    return shown + (shot.square() * shown + read.square()).sqrt_().mul_(noise)


def _filtered(light: Tensor, kernels: Tensor) -> Tensor:
    """Every clip through its own kernel ``(B, h, w)`` of odd sides; borders repeat."""
    B, T, C, H, W = light.shape
    h, w = kernels.shape[1:]
    planes = light.reshape(B, T * C, H, W).transpose(0, 1)
    padded = F.pad(planes, (w // 2, w // 2, h // 2, h // 2), mode="replicate")
    out = F.conv2d(padded, kernels[:, None].to(light.device), groups=B)
    return out.transpose(0, 1).reshape(B, T, C, H, W)
