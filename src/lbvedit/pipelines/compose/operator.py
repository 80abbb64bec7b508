"""What an operator of ``compose`` is: one small function on float pixels, and how the pipeline is to feed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

__all__ = ["Call", "Measurement", "Operator", "no_reach", "whole_reach"]


@dataclass(frozen=True)
class Call:
    """What an operator is told besides pixels and matte.

    Attributes:
        params: the step's parameters.
        size: height and width of the whole frame.
        offset: top and left of the pixels that are given.
        indices: each frame's place in the clip.
        seconds: each frame's time, from the first one's on.
        memory: what was measured over the clip before, by name.
    """

    params: Mapping[str, Any]
    size: tuple[int, int]
    offset: tuple[int, int] = (0, 0)
    indices: tuple[int, ...] = ()
    seconds: tuple[Fraction, ...] = ()
    memory: Mapping[str, Tensor] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        """A parameter as a number."""
        return float(self.params.get(name, default))


class Measurement(Protocol):
    """Looks at the clip once, before anything is changed, so that every window is treated alike.

    Attributes:
        stride: 1 to see every frame, n to see the first of n consecutive ones.
        satisfied: True as soon as it has seen enough.
    """

    stride: int
    satisfied: bool

    def add(self, frames: Tensor, matte: Tensor | None) -> None:
        """Takes the next frames: ``(T, 3, H, W)`` integers and ``(T, 1, H, W)`` uint8."""
        ...

    def result(self) -> dict[str, Tensor]:
        """What is kept in the job's state."""
        ...


def no_reach(call: Call) -> int:
    """For operators that look at one pixel at a time."""
    return 0


def whole_reach(call: Call) -> int:
    """For operators that want the whole frame."""
    return max(call.size)


@dataclass(frozen=True)
class Operator:
    """One entry of the table.

    Attributes:
        apply: ``(frames, matte, call) -> frames``. ``pixels``: frames ``(T, 3, h, w)`` float in [0, 1] of a box around
            the target and matte ``(T, 1, h, w)`` in [0, 1], the same shape back, blended by the matte afterwards.
            ``frame``: whole frames with 3 or, with alpha, 4 channels; any size and channel count may come back.
        kind: ``pixels`` or ``frame``.
        reach: for ``pixels``, how many pixels around the target it looks at.
        complement: whether it acts on what is not the target.
        grow: pixels by which the target is widened, of the frame's size.
        moves: for ``frame``, whether pixels move, so that later mattes have to move along.
        draws: the matte of what it draws itself, ``(1, 1, H, W)`` float.
        measure: what has to be known of the clip first; None where nothing has.
    """

    apply: Callable[[Tensor, Tensor, Call], Tensor]
    kind: Literal["pixels", "frame"] = "pixels"
    reach: Callable[[Call], int] = no_reach
    complement: bool = False
    grow: Callable[[tuple[int, int]], int] = lambda size: 0
    moves: bool = False
    draws: Callable[[Call], Tensor] | None = None
    measure: Callable[[Call], Measurement] | None = None


def unit(values: Tensor) -> Tensor:
    """Stored values as float in [0, 1]."""
    return values.float() / torch.iinfo(values.dtype).max


def stored(values: Tensor, dtype: torch.dtype) -> Tensor:
    """Float in [0, 1] as stored values, rounded to the nearest: ``stored(unit(x), x.dtype)`` is x."""
    return (values * torch.iinfo(dtype).max).round_().clamp_(0, torch.iinfo(dtype).max).to(dtype)
