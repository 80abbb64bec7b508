"""What an edit shows of itself: moments to look at, masks over time, and figures. Plain values, no files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Figure", "Findings", "MaskTrack", "Moment", "Picture"]

Picture = NDArray[np.uint8]
"""``(H, W, 3)`` RGB, ``(H, W, 4)`` with alpha, or ``(H, W)`` gray."""


@dataclass(frozen=True, eq=False)
class Moment:
    """One moment of a video before and after.

    Args:
        time_s: when it is, in seconds.
        before: the source's picture.
        after: the result's picture, perhaps of another size.
        mask: ``(H, W)`` where pixels may have changed, 0..255; None for everywhere.
    """

    time_s: float
    before: Picture
    after: Picture
    mask: Picture | None = None


@dataclass(frozen=True)
class MaskTrack:
    """How much of the frame a target covers over time.

    Args:
        name: the target.
        times_s: moments in seconds, increasing.
        shares: the share of the frame at each, in [0, 1].
    """

    name: str
    times_s: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.times_s) != len(self.shares):
            raise ValueError(f"{len(self.times_s)} times != {len(self.shares)} shares")


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Args:
        name: what was measured.
        value: the figure with its unit, as people read it.
        meaning: one line on how it was measured and what is good.
        number: the figure as a number, for machines; None where it could not be measured.
    """

    name: str
    value: str
    meaning: str
    number: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The figure as JSON values."""
        return {"name": self.name, "value": self.value, "meaning": self.meaning, "number": self.number}


@dataclass(frozen=True)
class Findings:
    """What was seen of an edit from beginning to end."""

    moments: tuple[Moment, ...] = ()
    tracks: tuple[MaskTrack, ...] = ()
    figures: tuple[Figure, ...] = field(default_factory=tuple)
