"""A stream as windows of fixed length that overlap, and overlapping clips as one stream again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from lbvedit.errors import UsageError
from lbvedit.media.decoded import DecodedClip, join, part, source_of
from lbvedit.types import Clip

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CrossFade", "cut_windows"]

Item = TypeVar("Item")


def cut_windows(items: Iterable[Item], size: int, overlap: int = 0) -> Iterator[list[Item]]:
    """Lists of ``size`` items, each beginning with the last ``overlap`` items of the one before.

    The last list may be shorter; it holds at least one item that no list before it held.

    Raises:
        UsageError: no room for a new item in every list.
    """
    if size < 1 or not 0 <= overlap < size:
        raise UsageError(
            f"windows of {size} frames cannot overlap by {overlap}", hint="a window is at least one frame longer"
        )
    window: list[Item] = []
    for item in items:
        if len(window) == size:
            yield window
            window = window[size - overlap :]
        window.append(item)
    if window:
        yield window


class CrossFade:
    """Blends clips whose last and first frames are the same moments into one stream without seams.

    Over n shared frames the weight of the later clip rises linearly, (k + 1) / (n + 1) for the k-th. The arithmetic is
    in integers, so that it gives the same values everywhere, and leaves a pixel alone on which both clips agree.

    Args:
        overlap: frames that neighbouring clips share, at most; 0 hands every clip through untouched.
    """

    def __init__(self, overlap: int) -> None:
        self.overlap = overlap
        self._tail: Clip | None = None

    def push(self, clip: Clip) -> Clip | None:
        """The frames that are final once the next clip is known, or None where there are none yet."""
        if not self.overlap:
            return clip
        whole = self._merged(clip)
        done = max(0, len(whole) - self.overlap)
        self._tail = part(whole, done, len(whole))
        return part(whole, 0, done) if done else None

    def flush(self) -> Clip | None:
        """The frames that were held back, when no clip follows."""
        tail, self._tail = self._tail, None
        return tail

    @property
    def state(self) -> dict[str, Tensor]:
        """The frames held back, as tensors; empty when there are none."""
        import torch

        tail = self._tail
        if tail is None:
            return {}
        state = {
            "frames": tail.frames.contiguous(),
            "pts": torch.tensor(tail.pts, dtype=torch.int64),
            "time_base": torch.tensor([tail.time_base.numerator, tail.time_base.denominator], dtype=torch.int64),
        }
        if tail.alpha is not None:
            state["alpha"] = tail.alpha.contiguous()
        if tail.numbers is not None:
            state["numbers"] = torch.tensor(tail.numbers, dtype=torch.int64)
        return state

    @state.setter
    def state(self, state: dict[str, Tensor]) -> None:
        if not state:
            self._tail = None
            return
        numerator, denominator = state["time_base"].tolist()
        self._tail = Clip(
            state["frames"],
            tuple(state["pts"].tolist()),
            Fraction(numerator, denominator),
            state.get("alpha"),
            tuple(state["numbers"].tolist()) if "numbers" in state else None,
        )

    def _merged(self, clip: Clip) -> Clip:
        tail = self._tail
        if tail is None:
            return clip
        if tail.time_base != clip.time_base:
            raise ValueError(f"time base {clip.time_base} != {tail.time_base} of the clip before")
        before = sum(stamp < clip.pts[0] for stamp in tail.pts)
        shared = len(tail) - before
        if tail.pts[before:] != clip.pts[:shared]:
            raise ValueError(f"time stamps {clip.pts[:shared]} do not go on from {tail.pts}")
        pieces: Sequence[Clip] = (part(tail, 0, before), clip)
        if shared:
            blended = _blend(part(tail, before, len(tail)), part(clip, 0, shared))
            pieces = (part(tail, 0, before), blended, part(clip, shared, len(clip)))
        return join(pieces)


def _blend(earlier: Clip, later: Clip) -> Clip:
    """The shared frames of two clips, faded from one to the other; what was never edited stays as decoded."""
    if isinstance(later, DecodedClip) and (isinstance(earlier, DecodedClip) or _same(earlier, later)):
        return later
    frames = _fade(earlier.frames, later.frames)
    alpha = None
    if earlier.alpha is not None and later.alpha is not None:
        alpha = _fade(earlier.alpha, later.alpha)
    return Clip(frames, later.pts, later.time_base, alpha, later.numbers, source_of(later))


def _same(first: Clip, second: Clip) -> bool:
    import torch

    if first.alpha is not None and second.alpha is not None and not torch.equal(first.alpha, second.alpha):
        return False
    return torch.equal(first.frames, second.frames)


def _fade(earlier: Tensor, later: Tensor) -> Tensor:
    """Two equally long runs of frames ``(T, C, H, W)``, frame by frame so that the wide integers stay few."""
    import torch

    n = len(earlier)
    out = torch.empty_like(later)
    for k in range(n):
        total = earlier[k].to(torch.int32) * (n - k) + later[k].to(torch.int32) * (k + 1)
        out[k] = torch.div(total + (n + 1) // 2, n + 1, rounding_mode="floor").to(later.dtype)
    return out
