"""From probabilities, frame by frame, to steady instances with numbers that last."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lbvedit.motion import warp

__all__ = ["Instance", "Steady", "Tracker"]


LIKENESS = 0.15
"""Mean difference of colours along the flow at which what was known before counts a third as much."""

INERTIA = 0.18
"""How far beyond the threshold a pixel must go to change sides, where the motion is sure."""


GAP = 0.025
"""Of the root of a frame's area: closer parts belong together."""


class Steady:
    """A running mean of probabilities along the motion, in which a pixel that was inside tends to stay inside.

    Where the picture along the flow no longer looks the same, something was uncovered, and only the new frame counts.

    Args:
        memory: weight of what was known before, in [0, 1).
        threshold: probability from which a pixel is inside.

    Attributes:
        state: the last frame, what it showed and what was inside of it; empty before the first.
    """

    def __init__(self, memory: float, threshold: float) -> None:
        self.memory = memory
        self.threshold = threshold
        self.state: dict[str, Tensor] = {}

    def __call__(self, probability: Tensor, frame: Tensor, back: Tensor | None) -> Tensor:
        """The steadied probability ``(h, w)``.

        Args:
            probability: ``(h, w)`` of this frame alone.
            frame: ``(3, h, w)`` in [0, 1].
            back: flow ``(2, h, w)`` to the previous frame, or None for the first.
        """
        steadied = probability
        if self.state and back is not None:
            mean, inside = warp(torch.stack((self.state["probability"], self.state["inside"])), back)
            changed = (warp(self.state["frame"], back) - frame).abs().mean(dim=0)
            alike = torch.exp(-((changed / LIKENESS) ** 2))
            trust = self.memory * alike
            probability = (1 - trust) * probability + trust * mean
            # The mean itself has no inertia, or a mistake would feed on itself.
            steadied = (probability + INERTIA * alike * (2 * inside - 1)).clamp(0, 1)
        inside = (steadied >= self.threshold).float()
        self.state = {"frame": frame, "probability": probability, "inside": inside}
        return steadied


@dataclass(frozen=True)
class Instance:
    """One thing in one frame.

    Args:
        number: its own, the same in every frame.
        mask: ``(h, w)`` bool.
        score: confidence in [0, 1].
    """

    number: int
    mask: NDArray[np.bool_]
    score: float


class Tracker:
    """Splits a mask into connected things and carries their numbers along the motion.

    What lies closer together than a gap of :data:`GAP` is one thing: colours part a shirt from trousers, too.

    Args:
        smallest: fraction of the frame under which a region is a speck and dropped.
    """

    def __init__(self, smallest: float = 0.0008) -> None:
        self.smallest = smallest
        self.labels: NDArray[np.int32] | None = None
        self.next_number = 1

    def __call__(self, probability: Tensor, threshold: float, back: Tensor | None) -> list[Instance]:
        """The instances of one frame, by number.

        Args:
            probability: ``(h, w)`` in [0, 1].
            threshold: what counts as inside.
            back: flow ``(2, h, w)`` to the previous frame, or None for the first.
        """
        p = probability.numpy()
        inside = (p >= threshold).astype(np.uint8)
        reach = 2 * round(GAP / 2 * p.size**0.5) + 1
        joined = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
        count, regions = cv2.connectedComponents(joined, connectivity=8)
        regions *= inside
        areas = np.bincount(regions.ravel(), minlength=count)
        carried = self._carried(back, p.shape)
        labels = np.zeros(p.shape, dtype=np.int32)
        for region in range(1, count):
            if areas[region] < self.smallest * p.size:
                continue
            self._number(labels, regions == region, carried)
        self.labels = labels
        return [
            Instance(int(number), labels == number, float(p[labels == number].mean()))
            for number in np.unique(labels)
            if number
        ]

    def _carried(self, back: Tensor | None, shape: tuple[int, ...]) -> NDArray[np.int32]:
        """The previous frame's numbers where the motion takes them."""
        if self.labels is None or back is None:
            return np.zeros(shape, dtype=np.int32)
        ys, xs = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        x, y = (f.numpy() for f in back)
        moved = cv2.remap(self.labels.astype(np.float32), xs + x, ys + y, cv2.INTER_NEAREST)
        return np.asarray(moved.astype(np.int32))

    def _number(self, labels: NDArray[np.int32], region: NDArray[np.bool_], carried: NDArray[np.int32]) -> None:
        """Numbers one region: as the thing that moved there, as several of them, or as a new one."""
        numbers, areas = np.unique(carried[region & (carried > 0)], return_counts=True)
        came = [int(number) for number, area in zip(numbers, areas, strict=True) if area >= 0.15 * region.sum()]
        came = [number for number in came if not (labels == number).any()]
        if not came:
            labels[region] = self.next_number
            self.next_number += 1
        elif len(came) == 1:
            labels[region] = came[0]
        else:  # things that touch now: every pixel goes to the nearest of them
            distances = [cv2.distanceTransform((carried != n).astype(np.uint8), cv2.DIST_L2, 3) for n in came]
            labels[region] = np.array(came)[np.argmin(distances, axis=0)][region]
