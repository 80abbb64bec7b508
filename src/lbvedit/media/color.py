"""What samples mean: tags completed where a stream is silent, and pictures as RGB."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from lbvedit.errors import MediaError
from lbvedit.types import ColorTags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.video.format import VideoFormat
    from numpy.typing import NDArray
    from torch import Tensor

    Samples = NDArray[Any]

__all__ = ["bit_depth", "from_rgb", "has_alpha", "is_rgb", "read_tags", "resolve_tags", "to_rgb"]

UNSPECIFIED = 2
"""The H.273 code point of a stream that does not say; 0 and 3 are reserved and mean no more."""

HD_HEIGHT = 720
BT709, SMPTE170M, BT2020, BT2020_NCL = 1, 6, 9, 9

SWSCALE_MATRIX = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9}
"""H.273 matrix code -> libswscale's name for the same coefficients."""

LUMA_WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""H.273 matrix code -> the weights K_R and K_B of red and blue in luma (table 4)."""

# Without these libswscale takes fast paths that round coarsely and repeat chroma instead of interpolating it.
SCALING = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def bit_depth(pixel_format: VideoFormat) -> int:
    """Bits a component of a pixel format, at least 8 (a palette counts as its colours)."""
    if pixel_format.has_palette:
        return 8
    return max(8, *(component.bits for component in pixel_format.components))


def has_alpha(pixel_format: VideoFormat) -> bool:
    """Whether a pixel format has an alpha plane."""
    return any(component.is_alpha for component in pixel_format.components)


def read_tags(picture: av.VideoFrame) -> ColorTags:
    """The colour tags of a decoded picture, as they are."""
    full_range = {ColorRange.MPEG: False, ColorRange.JPEG: True}.get(ColorRange(picture.color_range))
    if picture.format.name.startswith("yuvj"):
        full_range = True
    return ColorTags(picture.color_primaries, picture.color_trc, picture.colorspace, full_range)


def is_rgb(pixel_format: VideoFormat) -> bool:
    """Whether samples are red, green and blue, a palette's included."""
    return pixel_format.is_rgb or pixel_format.has_palette


def resolve_tags(tags: ColorTags, *, height: int, pixel_format: str) -> ColorTags:
    """Colour tags with a guess in every place where the stream is silent.

    BT.709 from 720 rows on, else BT.601 (SMPTE 170M), and BT.2020 where the primaries say so. RGB is full range and
    has the identity matrix.
    """
    rgb = is_rgb(av.VideoFormat(pixel_format))
    gray = pixel_format.startswith(("gray", "ya"))
    guess = BT709 if height >= HD_HEIGHT else SMPTE170M
    primaries = tags.primaries if _says(tags.primaries) else guess
    transfer = tags.transfer if _says(tags.transfer) else guess
    if rgb:
        matrix = 0
    elif tags.matrix not in (0, UNSPECIFIED, 3):
        matrix = tags.matrix
    else:
        matrix = BT2020_NCL if primaries == BT2020 else guess
    full_range = (rgb or gray) if tags.full_range is None else tags.full_range
    return dataclasses.replace(tags, primaries=primaries, transfer=transfer, matrix=matrix, full_range=full_range)


def _says(code: int) -> bool:
    return code not in (0, UNSPECIFIED, 3)


def to_rgb(pictures: Sequence[av.VideoFrame], color: ColorTags, *, alpha: bool) -> tuple[Tensor, Tensor | None]:
    """Pictures of one size and pixel format as RGB.

    Args:
        pictures: at least one.
        color: their resolved tags.
        alpha: whether to give the alpha plane, which the pixel format must then have.

    Returns:
        ``(T, 3, H, W)`` RGB and ``(T, 1, H, W)`` alpha or None: uint8, or uint16 full scale from more than 8 bits on.

    Raises:
        MediaError: a colour matrix that is neither of BT.601, BT.709, BT.2020, SMPTE 240M or FCC.
    """
    import torch

    first = pictures[0]
    deep = bit_depth(first.format) > 8
    shape = (len(pictures), 4 if alpha else 3, first.height, first.width)
    planes = np.empty(shape, np.uint16 if deep else np.uint8)
    reformatter = VideoReformatter()
    for index, picture in enumerate(pictures):
        samples = _deep_planes(picture, color) if deep else _planes(picture, color, reformatter)
        for place, plane in zip(planes[index], samples, strict=False):
            place[:] = plane
    values = torch.from_numpy(planes)
    return (values[:, :3], values[:, 3:]) if alpha else (values, None)


def from_rgb(frames: Tensor, alpha: Tensor | None, like: av.VideoFrame, color: ColorTags) -> av.VideoFrame:
    """RGB as one picture of another's pixel format, tags and time base; the inverse of ``to_rgb``.

    Args:
        frames: ``(3, H, W)`` uint8, or uint16 full scale for a format deeper than 8 bits.
        alpha: ``(1, H, W)`` of the same dtype, for a format with an alpha plane.
        like: the picture to resemble.
        color: its resolved tags.
    """
    red, green, blue = frames.numpy()
    bits, rgb, letter = bit_depth(like.format), like.format.is_rgb, "" if alpha is None else "a"
    planes = [green, blue, red, *([] if alpha is None else [alpha[0].numpy()])]
    if bits == 8:
        name = f"gbr{letter}p"
    elif rgb:
        name = f"gbr{letter}p{bits}le"
        planes = [_shallow(plane, bits) for plane in planes]
    else:
        name = f"yuv{letter}444p{bits}le"
        planes = [*_yuv(red, green, blue, bits, color), *(_shallow(plane, bits) for plane in planes[3:])]
    picture = av.VideoFrame(frames.shape[2], frames.shape[1], name)
    for index, samples in enumerate(planes):
        _plane(picture, index)[:] = samples
    picture = picture.reformat(
        format=like.format.name,
        src_colorspace=None if rgb else SWSCALE_MATRIX[color.matrix],
        dst_colorspace=None if rgb else SWSCALE_MATRIX[color.matrix],
        src_color_range=ColorRange.JPEG if bits == 8 or color.full_range else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG if color.full_range else ColorRange.MPEG,
        interpolation=SCALING,
        threads=1,
    )
    picture.colorspace, picture.color_range = like.colorspace, like.color_range
    picture.color_trc, picture.color_primaries = like.color_trc, like.color_primaries
    if like.time_base:
        picture.time_base = like.time_base
    return picture


def _swscale_matrix(color: ColorTags) -> int:
    if color.matrix not in SWSCALE_MATRIX:
        raise MediaError(
            f"the colour matrix with H.273 code {color.matrix} cannot be turned into RGB",
            hint="convert the video first: ffmpeg -i IN -vf scale=out_color_matrix=bt709 OUT",
        )
    return SWSCALE_MATRIX[color.matrix]


def _planes(picture: av.VideoFrame, color: ColorTags, reformatter: VideoReformatter) -> list[Samples]:
    """Red, green, blue and alpha of at most 8 bits: libswscale is within half a level here."""
    alpha = has_alpha(picture.format)
    planar = reformatter.reformat(
        picture,
        format="gbrap" if alpha else "gbrp",
        src_colorspace=None if is_rgb(picture.format) else _swscale_matrix(color),
        src_color_range=ColorRange.JPEG if color.full_range else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=SCALING,
    )
    green, blue, red, *rest = (_plane(planar, index) for index in range(4 if alpha else 3))
    return [red, green, blue, *rest]


def _deep_planes(picture: av.VideoFrame, color: ColorTags) -> list[Samples]:
    """Red, green, blue and alpha of more than 8 bits, full scale, computed in float.

    libswscale's 16-bit RGB ends at 65280 for limited-range white, so the arithmetic is done here.
    """
    picture = _planar(picture)
    bits, alpha = bit_depth(picture.format), has_alpha(picture.format)
    samples = [_plane(picture, index) for index in range(len(picture.planes))]
    rest = [_full_scale(samples[-1], bits)] if alpha else []
    if picture.format.is_rgb:
        green, blue, red = (_full_scale(plane, bits) for plane in samples[:3])
        return [red, green, blue, *rest]
    offset, luma_range, chroma_range = _ranges(bits, color)
    luma = (samples[0].astype(np.float32) - offset) / luma_range
    if len(samples) < 3:
        gray = _store(luma)
        return [gray, gray, gray, *rest]
    middle = 1 << (bits - 1)
    cb, cr = (_upsample((plane.astype(np.float32) - middle) / chroma_range, luma.shape) for plane in samples[1:3])
    kr, kb = _weights(color)
    red = luma + 2 * (1 - kr) * cr
    blue = luma + 2 * (1 - kb) * cb
    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    return [_store(red), _store(green), _store(blue), *rest]


def _yuv(red: Samples, green: Samples, blue: Samples, bits: int, color: ColorTags) -> list[Samples]:
    """Y'CbCr 4:4:4 of a depth from full-scale 16-bit RGB (ITU-T H.273, equations 38 to 40)."""
    kr, kb = _weights(color)
    r, g, b = (plane.astype(np.float32) / 65535 for plane in (red, green, blue))
    luma = kr * r + (1 - kr - kb) * g + kb * b
    offset, luma_range, chroma_range = _ranges(bits, color)
    middle, top = 1 << (bits - 1), (1 << bits) - 1
    values = (
        luma * luma_range + offset,
        (b - luma) / (2 * (1 - kb)) * chroma_range + middle,
        (r - luma) / (2 * (1 - kr)) * chroma_range + middle,
    )
    return [np.rint(value).clip(0, top).astype(np.uint16) for value in values]


def _weights(color: ColorTags) -> tuple[float, float]:
    _swscale_matrix(color)
    return LUMA_WEIGHTS[color.matrix]


def _ranges(bits: int, color: ColorTags) -> tuple[int, int, int]:
    """Black level, luma range and chroma range of a depth (ITU-T H.273, section 8.3)."""
    if color.full_range:
        return 0, (1 << bits) - 1, (1 << bits) - 1
    unit = 1 << (bits - 8)
    return 16 * unit, 219 * unit, 224 * unit


def _planar(picture: av.VideoFrame) -> av.VideoFrame:
    """The same samples in one little-endian plane a component, where they lie otherwise."""
    layout, bits = picture.format, bit_depth(picture.format)
    if layout.is_planar and len(picture.planes) == len(layout.components) and not layout.is_big_endian and bits <= 16:
        return picture
    letter = "a" if has_alpha(layout) else ""
    if layout.is_rgb or bits > 16 or (letter and len(layout.components) < 3):
        return picture.reformat(format=f"gbr{letter}p16le" if bits > 14 else f"gbr{letter}p{bits}le", threads=1)
    if len(layout.components) < 3:
        return picture.reformat(format=f"gray{bits}le", threads=1)
    wide, high = layout.chroma_width(64), layout.chroma_height(64)
    subsampling = {(32, 32): "420", (32, 64): "422", (64, 64): "444", (64, 32): "440"}[wide, high]
    return picture.reformat(format=f"yuv{letter}{subsampling}p{bits}le", threads=1)


def _upsample(plane: Samples, shape: tuple[int, ...]) -> Samples:
    """Chroma at every luma sample by linear interpolation: in rows co-sited with even columns, in columns between."""
    height, width = shape
    if plane.shape[0] < height:
        above = np.concatenate((plane[:1], plane[:-1]))
        below = np.concatenate((plane[1:], plane[-1:]))
        plane = np.stack((0.75 * plane + 0.25 * above, 0.75 * plane + 0.25 * below), axis=1)
        plane = plane.reshape(-1, plane.shape[2])[:height]
    if plane.shape[1] < width:
        right = np.concatenate((plane[:, 1:], plane[:, -1:]), axis=1)
        plane = np.stack((plane, 0.5 * (plane + right)), axis=2).reshape(height, -1)[:, :width]
    return plane


def _store(values: Samples) -> Samples:
    """Values in [0, 1] as uint16 full scale."""
    return np.rint(values.clip(0, 1) * 65535).astype(np.uint16)


def _full_scale(plane: Samples, bits: int) -> Samples:
    return plane if bits == 16 else _store(plane.astype(np.float32) / ((1 << bits) - 1))


def _shallow(plane: Samples, bits: int) -> Samples:
    return np.rint(plane.astype(np.float32) * (((1 << bits) - 1) / 65535)).astype(np.uint16)


def _plane(picture: av.VideoFrame, index: int) -> Samples:
    """A view of one plane's samples, ``(H, W)``."""
    plane = picture.planes[index]
    samples = np.frombuffer(memoryview(plane), np.uint16 if bit_depth(picture.format) > 8 else np.uint8)
    return samples.reshape(plane.height, -1)[:, : plane.width]
