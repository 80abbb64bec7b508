"""Clips that know the pictures they were decoded from."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from lbvedit.media.color import bit_depth, has_alpha, to_rgb
from lbvedit.types import Clip, ColorTags

if TYPE_CHECKING:
    import av
    from torch import Tensor

__all__ = ["DecodedClip", "join", "part", "source_of"]


class DecodedClip(Clip):
    """Frames as they were decoded; RGB is made when somebody looks at ``frames`` or ``alpha``, and kept.

    Args:
        pictures: upright ``av.VideoFrame`` objects of one size and pixel format, in the stream's own colours.
        pts: their time stamps.
        time_base: seconds per tick.
        numbers: their places in the source's presentation order.
        color: what their samples mean, guesses included.
        opaque: ignore an alpha plane that says nothing.
    """

    pictures: tuple[av.VideoFrame, ...]
    color: ColorTags
    _opaque: bool

    def __init__(
        self,
        pictures: Sequence[av.VideoFrame],
        pts: tuple[int, ...],
        time_base: Fraction,
        numbers: tuple[int, ...] | None,
        color: ColorTags,
        *,
        opaque: bool = False,
    ) -> None:
        values = {
            "pictures": tuple(pictures),
            "pts": pts,
            "time_base": time_base,
            "numbers": numbers,
            "color": color,
            "origin": None,
            "_opaque": opaque,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_times(len(self.pictures))

    @cached_property
    def _rgb(self) -> tuple[Tensor, Tensor | None]:
        return to_rgb(self.pictures, self.color, alpha=self.has_alpha)

    @property
    def frames(self) -> Tensor:
        """``(T, 3, H, W)`` RGB: uint8, or uint16 full scale from more than 8 bits on."""
        return self._rgb[0]

    @property
    def alpha(self) -> Tensor | None:
        """``(T, 1, H, W)`` of the same dtype, or None for an opaque source."""
        return self._rgb[1] if self.has_alpha else None

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.pictures[0].height

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.pictures[0].width

    @property
    def bit_depth(self) -> int:
        """8 for uint8 frames, 16 for uint16 ones."""
        return 8 if bit_depth(self.pictures[0].format) == 8 else 16

    @property
    def has_alpha(self) -> bool:
        """Whether the frames carry transparency."""
        return not self._opaque and has_alpha(self.pictures[0].format)

    def part(self, start: int, stop: int) -> DecodedClip:
        """The frames from one up to another; RGB that was made already is shared."""
        numbers = self.numbers[start:stop] if self.numbers else None
        some = DecodedClip(
            self.pictures[start:stop], self.pts[start:stop], self.time_base, numbers, self.color, opaque=self._opaque
        )
        if "_rgb" in self.__dict__:
            frames, alpha = self._rgb
            some.__dict__["_rgb"] = frames[start:stop], None if alpha is None else alpha[start:stop]
        return some


def source_of(clip: Clip) -> Clip | None:
    """What a clip was edited from: itself where it is as decoded."""
    return clip if isinstance(clip, DecodedClip) else clip.origin


def part(clip: Clip, start: int, stop: int) -> Clip:
    """The frames of a clip from one up to another, with those of its origin."""
    if isinstance(clip, DecodedClip):
        return clip.part(start, stop)
    return Clip(
        clip.frames[start:stop],
        clip.pts[start:stop],
        clip.time_base,
        None if clip.alpha is None else clip.alpha[start:stop],
        clip.numbers[start:stop] if clip.numbers else None,
        part(clip.origin, start, stop) if clip.origin else None,
    )


def join(clips: Sequence[Clip]) -> Clip:
    """Clips one after the other as one; what only some of them know (numbers, origin) is dropped."""
    import torch

    clips = [clip for clip in clips if len(clip)]
    if len(clips) == 1:
        return clips[0]
    first = clips[0]
    pts = tuple(stamp for clip in clips for stamp in clip.pts)
    numbers = [clip.numbers for clip in clips if clip.numbers is not None]
    joined_numbers = tuple(n for some in numbers for n in some) if len(numbers) == len(clips) else None
    decoded = [clip for clip in clips if isinstance(clip, DecodedClip)]
    if isinstance(first, DecodedClip) and len(decoded) == len(clips):
        pictures = [picture for clip in decoded for picture in clip.pictures]
        whole = DecodedClip(pictures, pts, first.time_base, joined_numbers, first.color, opaque=not first.has_alpha)
        if all("_rgb" in clip.__dict__ for clip in decoded):
            whole.__dict__["_rgb"] = (torch.cat([clip.frames for clip in clips]), _joined_alpha(clips))
        return whole
    origins = [origin for origin in map(source_of, clips) if origin is not None]
    return Clip(
        torch.cat([clip.frames for clip in clips]),
        pts,
        first.time_base,
        _joined_alpha(clips),
        joined_numbers,
        join(origins) if len(origins) == len(clips) else None,
    )


def _joined_alpha(clips: Sequence[Clip]) -> Tensor | None:
    import torch

    alphas = [clip.alpha for clip in clips if clip.alpha is not None]
    return torch.cat(alphas) if alphas else None
