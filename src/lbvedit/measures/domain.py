"""Whether a clip is of the kind that a system was trained on: statistics of its pixels against those of its clips.

The statistics look at no weights, so a video can be told apart before any model is loaded. They are what separates a
digit on black, rendered solids and a street: brightness and where it lies, colour, how much of a picture is flat, how
sharp it is, and how much of it moves. Clips that are much alike have one envelope; those of many scenes, between which
there is much that is none of theirs, are told by their nearest neighbours.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["Domain", "Envelope", "Neighbours", "clip_statistics", "read_domain"]

SIDE = 64
"""Pictures are brought to this area before they are looked at, so that their size says nothing."""

_FLOOR = 0.02  # of a statistic's deviation: what codecs and scaling do to it
_FLAT = 0.02  # of full scale
_USUAL = 0.7  # share of a kind's own clips that have a neighbour within reach
_STEPS = 1000  # of a statistic that is kept
_BRIGHTNESS_BINS = 6
_THIRDS = 3


def clip_statistics(frames: Tensor) -> Tensor:
    """What a clip looks like, ``(29,)`` float, every statistic within about [0, 1].

    Args:
        frames: ``(T, 3, H, W)`` float in [0, 1].
    """
    scale = SIDE / (frames.shape[2] * frames.shape[3]) ** 0.5
    size = [max(8, round(side * scale)) for side in frames.shape[2:]]
    small = F.interpolate(frames.float(), size, mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)
    red, green, blue = small.unbind(1)
    gray = 0.3 * red + 0.59 * green + 0.11 * blue  # (T, h, w)
    bins = (gray * _BRIGHTNESS_BINS).long().clamp(max=_BRIGHTNESS_BINS - 1)
    brightness = torch.bincount(bins.flatten(), minlength=_BRIGHTNESS_BINS) / bins.numel()
    chroma = torch.stack((red - green, blue - (red + green) / 2))
    slopes, flat = [], gray.new_zeros(())
    for level in range(_THIRDS):
        scaled = F.avg_pool2d(gray, 2**level) if level else gray
        across, down = scaled.diff(dim=2).abs(), scaled.diff(dim=1).abs()
        slopes.append((across.mean() + down.mean()) / 2)
        if not level:
            flat = ((across < _FLAT).float().mean() + (down < _FLAT).float().mean()) / 2
    moved = gray.diff(dim=0).abs() if len(gray) > 1 else torch.zeros_like(gray)
    texture = _texture(frames)
    layout = F.adaptive_avg_pool2d(gray.mean(dim=0)[None], _THIRDS).flatten()
    return torch.cat(
        (
            brightness[:-1],  # what is left follows from these
            chroma.mean(dim=(1, 2, 3)),
            chroma.std(dim=(1, 2, 3)),
            torch.stack(slopes).sqrt(),
            torch.stack((flat, moved.mean().sqrt())),
            layout,
            texture.sqrt(),
        )
    )


def _texture(frames: Tensor) -> Tensor:
    """How much goes on where little does: what rendered pictures lack and cameras always give, ``(6,)`` in [0, 1].

    Quantiles of a Laplacian, and of the change from frame to frame, at twice the side: at the usual one noise is gone.
    """
    height, width = frames.shape[2:]
    scale = 2 * SIDE / (height * width) ** 0.5
    if scale < 1:
        size = [max(8, round(height * scale)), max(8, round(width * scale))]
        frames = F.interpolate(frames.float(), size, mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)
    gray = frames.float().mean(dim=1)
    inner = gray[:, 1:-1, 1:-1]
    around = gray[:, :-2, 1:-1] + gray[:, 2:, 1:-1] + gray[:, 1:-1, :-2] + gray[:, 1:-1, 2:]
    moved = gray.diff(dim=0) if len(gray) > 1 else torch.zeros_like(gray)
    low = torch.tensor([0.1, 0.25, 0.5])
    return torch.cat([each.abs().flatten(1).quantile(low, dim=1).mean(dim=1) for each in (4 * inner - around, moved)])


class Domain(Protocol):
    """What the clips of a kind look like."""

    def distance(self, statistics: Tensor) -> float:
        """How far a clip lies from them: above 1, it is hardly of this kind."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The domain as JSON values."""
        ...


def read_domain(value: Mapping[str, Any]) -> Domain:
    """A domain read back.

    Raises:
        KeyError: a part is missing.
    """
    return Neighbours.from_json(value) if "clips" in value else Envelope.from_json(value)


@dataclass(frozen=True, eq=False)
class Envelope:
    """What the statistics of a kind of clips look like: a mean, a spread, and how far its own clips reach.

    Args:
        mean: ``(D,)``.
        precision: ``(D, D)``, the inverse of the covariance.
        reach: the distance that a thousandth of the kind's own clips exceeds.
    """

    mean: Tensor
    precision: Tensor
    reach: float

    @classmethod
    def fit(cls, clips: Sequence[Tensor]) -> Envelope:
        """The envelope of some clips' statistics, ``(D,)`` each; at least four."""
        rows = torch.stack(list(clips)).double()
        # Clips that an envelope was fitted to lie nearer to it than others of their kind: each half judges the other.
        halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        away = [_fitted(one).measure(row) for one, other in (halves, halves[::-1]) for row in other]
        return replace(_fitted(rows), reach=float(torch.tensor(away, dtype=torch.float64).quantile(0.999)))

    def distance(self, statistics: Tensor) -> float:
        """How far a clip lies from the mean, in units of ``reach``: above 1, it is hardly of this kind."""
        return self.measure(statistics) / self.reach

    def measure(self, statistics: Tensor) -> float:
        """The Mahalanobis distance of a clip from the mean."""
        away = statistics.double() - self.mean
        return float((away @ self.precision @ away).sqrt())

    def to_json(self) -> dict[str, Any]:
        """The envelope as JSON values, six digits each."""
        return {
            "mean": [float(f"{value:.6g}") for value in self.mean.tolist()],
            "precision": [[float(f"{value:.6g}") for value in row] for row in self.precision.tolist()],
            "reach": round(self.reach, 4),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The envelope read back.

        Raises:
            KeyError: a part is missing.
        """
        mean, precision = (torch.tensor(value[name], dtype=torch.float64) for name in ("mean", "precision"))
        return cls(mean, precision, float(value["reach"]))


def _fitted(rows: Tensor) -> Envelope:
    spread = rows.T.cov() + _FLOOR**2 * torch.eye(rows.shape[1], dtype=torch.float64)
    return Envelope(rows.mean(dim=0), torch.linalg.inv(spread), 1.0)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Some clips of a kind whose scenes are of many sorts.

    Args:
        clips: ``(N, D)`` their statistics, in thousandths.
        spread: ``(D,)`` of each statistic.
        reach: the distance to the nearest other one that three tenths of them exceed. The more clips, the less it is,
            and the farther are all others.
    """

    clips: Tensor
    spread: Tensor
    reach: float

    @classmethod
    def fit(cls, clips: Sequence[Tensor]) -> Neighbours:
        """The neighbours among some clips' statistics, ``(D,)`` each; at least four."""
        rows = torch.stack(list(clips)).double().mul(_STEPS).round().div(_STEPS)
        found = cls(rows, (rows.std(dim=0) + _FLOOR).mul(_STEPS).round().div(_STEPS), 1.0)
        away = torch.stack([found._away(row).topk(2, largest=False).values[1] for row in rows])
        return replace(found, reach=float(away.quantile(_USUAL)))

    def distance(self, statistics: Tensor) -> float:
        """How far a clip lies from the nearest of them, in units of ``reach``."""
        return float(self._away(statistics.double()).min()) / self.reach

    def _away(self, statistics: Tensor) -> Tensor:
        return ((self.clips - statistics) / self.spread).norm(dim=1)

    def to_json(self) -> dict[str, Any]:
        """The neighbours as JSON values; the clips are 16-bit integers in base64, least significant byte first."""
        steps = self.clips.mul(_STEPS).round().numpy().astype("<i2")
        return {
            "clips": base64.b64encode(steps.tobytes()).decode(),
            "spread": [round(value, 3) for value in self.spread.tolist()],
            "reach": round(self.reach, 4),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The neighbours read back.

        Raises:
            KeyError: a part is missing.
        """
        spread = torch.tensor(value["spread"], dtype=torch.float64)
        steps = np.frombuffer(base64.b64decode(value["clips"]), "<i2").reshape(-1, len(spread))
        return cls(torch.from_numpy(steps / _STEPS), spread, float(value["reach"]))
