"""From edited RGB back to samples: where nothing was edited, the source's own samples stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from lbvedit.media.color import SCALING, SWSCALE_MATRIX, bit_depth, from_rgb, has_alpha, to_rgb
from lbvedit.media.decoded import DecodedClip

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from lbvedit.types import Clip, ColorTags

    Samples = NDArray[Any]
    Mask = NDArray[np.bool_]

__all__ = ["Painter"]

MARGIN = 16
"""Pixels converted around an edit, so that the filter that halves chroma sees its true neighbours."""


class Painter:
    """Gives a clip's frames as pictures of one pixel format.

    A ``DecodedClip`` gives the decoder's own pictures. An edited clip is converted only where its RGB differs from its
    origin's; everywhere else the origin's samples stay, block by block where chroma is subsampled.

    Args:
        pixel_format: of the pictures to give.
        color: what their samples mean, guesses included.
    """

    def __init__(self, pixel_format: str, color: ColorTags) -> None:
        self.pixel_format = pixel_format
        self.color = color
        self._alpha = has_alpha(av.VideoFormat(pixel_format))
        self._rgb = av.VideoFormat(pixel_format).is_rgb
        self._reformatter = VideoReformatter()
        self._splitter = VideoReformatter()

    def pictures(self, clip: Clip) -> Iterator[av.VideoFrame]:
        """One picture a frame, in order; they may be the decoder's own and must not be painted on."""
        if isinstance(clip, DecodedClip):
            for picture in clip.pictures:
                yield self._converted(picture, clip.color)
        elif isinstance(clip.origin, DecodedClip):
            yield from self._edited(clip, clip.origin)
        else:
            for frame, alpha in _frames(clip):
                yield self._painted(frame, alpha)

    def _edited(self, clip: Clip, origin: DecodedClip) -> Iterator[av.VideoFrame]:
        first = origin.pictures[0].format
        if first.is_rgb or first.has_palette:
            # RGB to RGB is exact as it is, and RGB to anything else has no samples to go back to.
            for frame, alpha in _frames(clip):
                yield self._painted(frame, alpha)
            return
        layout = _planar(first.name, alpha=clip.has_alpha)
        for index, (frame, alpha) in enumerate(_frames(clip)):
            old_alpha = None if origin.alpha is None else origin.alpha[index]
            changed = _differs(frame, origin.frames[index])
            veiled = None if alpha is None or old_alpha is None else _differs(alpha, old_alpha)
            picture = origin.pictures[index]
            opaque_before = alpha is not None and old_alpha is None
            if not opaque_before and not changed.any() and (veiled is None or not veiled.any()):
                yield self._converted(picture, origin.color)
                continue
            samples = self._split(picture, layout, origin.color)
            _repaint(samples, frame, alpha, changed, veiled, origin.color)
            yield self._converted(samples, origin.color)

    def _split(self, picture: av.VideoFrame, layout: str, color: ColorTags) -> av.VideoFrame:
        """A copy of a picture with one plane a component, which may be painted on."""
        if picture.format.name != layout:
            with_range = ColorRange.JPEG if color.full_range else ColorRange.MPEG
            return self._splitter.reformat(
                picture, format=layout, src_color_range=with_range, dst_color_range=with_range, interpolation=SCALING
            )
        copy = av.VideoFrame(picture.width, picture.height, layout)
        for target, plane in zip(_planes(copy), _planes(picture), strict=True):
            target[:] = plane
        return copy

    def _painted(self, frame: Tensor, alpha: Tensor | None) -> av.VideoFrame:
        """A picture of RGB that has no samples to go back to."""
        deep_frame = frame.element_size() > 1
        deep = bit_depth(av.VideoFormat(self.pixel_format)) > 8
        letter = "" if alpha is None else "a"
        if deep_frame != deep:
            # Depth changes in the target's own family, so that colours are converted once, at the greater depth.
            depth = "16le" if deep_frame else ""
            name = f"gbr{letter}p{depth}" if self._rgb or not deep_frame else f"yuv{letter}444p{depth}"
        elif (alpha is None) == self._alpha:
            name = _with_alpha(self.pixel_format, alpha=alpha is not None)
        else:
            name = self.pixel_format
        like = av.VideoFrame(frame.shape[2], frame.shape[1], name)
        return self._converted(from_rgb(frame, alpha, like, self.color), self.color)

    def _converted(self, picture: av.VideoFrame, color: ColorTags) -> av.VideoFrame:
        """A picture in the target's format: itself where that fits."""
        if picture.format.name == self.pixel_format:
            return picture
        rgb = picture.format.is_rgb or picture.format.has_palette
        if self._rgb and not rgb:
            frames, alpha = to_rgb([picture], color, alpha=self._alpha and has_alpha(picture.format))
            return self._painted(frames[0], None if alpha is None else alpha[0])
        matrix = SWSCALE_MATRIX.get((self.color if rgb else color).matrix)
        return self._reformatter.reformat(
            picture,
            format=self.pixel_format,
            src_colorspace=None if rgb else matrix,
            dst_colorspace=None if self._rgb else matrix,
            src_color_range=ColorRange.JPEG if rgb or color.full_range else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG if self._rgb or self.color.full_range else ColorRange.MPEG,
            interpolation=SCALING,
        )


def _frames(clip: Clip) -> Iterator[tuple[Tensor, Tensor | None]]:
    for index, frame in enumerate(clip.frames):
        yield frame, None if clip.alpha is None else clip.alpha[index]


def _repaint(
    samples: av.VideoFrame,
    frame: Tensor,
    alpha: Tensor | None,
    changed: Mask,
    veiled: Mask | None,
    color: ColorTags,
) -> None:
    """Puts edited pixels into a picture's samples, converting only the box around them.

    Args:
        samples: planar, painted on.
        frame: ``(3, H, W)`` RGB.
        alpha: ``(1, H, W)`` or None.
        changed: ``(H, W)``, where RGB was edited.
        veiled: ``(H, W)``, where alpha was; None where all of it is new or there is none.
        color: what the samples mean.
    """
    touched = changed if veiled is None else changed | veiled
    if alpha is not None and veiled is None:
        touched = np.ones_like(changed)
    rows, columns = _span(np.any(touched, axis=1)), _span(np.any(touched, axis=0))
    part = frame[:, rows, columns].contiguous()
    like = av.VideoFrame(part.shape[2], part.shape[1], samples.format.name)
    new = from_rgb(part, None if alpha is None else alpha[:, rows, columns].contiguous(), like, color)
    for index, (target, source) in enumerate(zip(_planes(samples), _planes(new), strict=True)):
        high, wide = (-(-full // plane) for full, plane in zip(changed.shape, target.shape, strict=True))
        top, left = rows.start // high, columns.start // wide
        box = target[top : top + source.shape[0], left : left + source.shape[1]]
        if index == len(samples.planes) - 1 and alpha is not None:
            where = True if veiled is None else veiled[rows, columns]
        else:
            where = _blocks(changed[rows, columns], high, wide)
        np.copyto(box, source, where=where)


def _span(some: Mask) -> slice:
    """From a little before the first to a little after the last, beginning on a block of chroma."""
    found = np.flatnonzero(some)
    if not len(found):
        return slice(0, 0)
    return slice(max(0, (int(found[0]) - MARGIN) // MARGIN * MARGIN), min(len(some), int(found[-1]) + 1 + MARGIN))


def _differs(one: Tensor, other: Tensor) -> Mask:
    """Where any channel of two ``(C, H, W)`` pictures differs: ``(H, W)``."""
    # Channel by channel this is many times as fast as reducing over the first axis.
    return np.logical_or.reduce([left != right for left, right in zip(one.numpy(), other.numpy(), strict=True)])


def _blocks(changed: Mask, high: int, wide: int) -> Mask:
    """Whether any pixel of each block changed; blocks at the right and the lower edge may be cut."""
    return _joined(_joined(changed, wide).T, high).T


def _joined(changed: Mask, count: int) -> Mask:
    """Every so many columns as one, the last of them maybe fewer."""
    joined = changed[:, ::count].copy()
    for offset in range(1, count):
        some = changed[:, offset::count]
        joined[:, : some.shape[1]] |= some
    return joined


def _planes(picture: av.VideoFrame) -> list[Samples]:
    """Writable views of a planar picture's samples, ``(H, W)`` each."""
    kind = np.uint16 if bit_depth(picture.format) > 8 else np.uint8
    views = []
    for plane in picture.planes:
        samples = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
        views.append(samples[:, : plane.width])
    return views


def _planar(name: str, *, alpha: bool) -> str:
    """The format that holds the samples of a YUV or gray one with one plane a component."""
    layout, bits = av.VideoFormat(name), bit_depth(av.VideoFormat(name))
    suffix = "" if bits == 8 else f"{bits}le"
    letter = "a" if alpha else ""
    if len(layout.components) < 3:
        return f"yuv{letter}420p{suffix}"
    wide, high = layout.chroma_width(64), layout.chroma_height(64)
    sampling = {
        (32, 32): "420",
        (32, 64): "422",
        (64, 64): "444",
        (64, 32): "440",
        (16, 64): "411",
        (16, 16): "410",
    }[wide, high]
    full = "j" if name.startswith("yuvj") and not alpha else ""
    return f"yuv{full}{letter}{sampling}p{suffix}"


def _with_alpha(name: str, *, alpha: bool) -> str:
    """The planar sibling of a format with alpha, or without."""
    layout = av.VideoFormat(name)
    bits = bit_depth(layout)
    if layout.is_rgb:
        return f"gbr{'a' if alpha else ''}p{'' if bits == 8 else f'{bits}le'}"
    return _planar(name, alpha=alpha)
