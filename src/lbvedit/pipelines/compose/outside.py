"""The proof that what was not meant stayed as it was: differences outside the mattes, before encoding."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from lbvedit.types import Event, Report

__all__ = ["Outside"]

KEY = "outside"


class Outside:
    """Compares edited frames with the source's where no step was to touch them.

    The figures are kept in a job's state: largest difference, sum of differences, values compared, and frames in which
    no pixel was out of bounds.

    Args:
        state: where they are kept.
    """

    def __init__(self, state: dict[str, Tensor]) -> None:
        self._state = state
        if KEY not in state:
            state[KEY] = torch.zeros(4, dtype=torch.float64)

    def add(self, before: Tensor, after: Tensor, touched: Tensor | None) -> None:
        """Takes the next frames.

        Args:
            before: ``(T, 3, H, W)`` as the source has them.
            after: the same frames edited.
            touched: ``(T, 1, H, W)`` bool, True where a step may change pixels; None for everywhere.
        """
        seen = self._state[KEY].clone()
        if touched is None:
            seen[3] += len(before)
        else:
            for was, now, reached in zip(before.numpy(), after.numpy(), touched.numpy(), strict=True):
                kept = ~reached
                seen[2] += 3 * int(np.count_nonzero(kept))
                # Equality is quick to see; the sums are only made where something did change.
                if not ((was != now) & kept).any():
                    continue
                difference = np.abs(was.astype(np.float64) - now) * kept / np.iinfo(was.dtype).max
                seen[0] = max(float(seen[0]), float(difference.max()))
                seen[1] += float(difference.sum())
        self._state[KEY] = seen

    def tell(self, report: Report) -> None:
        """Reports the figures as shares of full scale, unless every step was meant for the whole frame."""
        largest, total, values, everywhere = self._state[KEY].tolist()
        if not values:
            return
        mean = total / values
        report(
            Event(
                "result",
                "outside",
                message=f"outside the masks, before encoding: largest difference {largest:g}, mean {mean:g}",
                data={"max": largest, "mean": mean, "values": int(values), "frames_without": int(everywhere)},
            )
        )
