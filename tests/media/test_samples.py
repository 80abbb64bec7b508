"""An edit changes the samples that it must and no other."""

from __future__ import annotations

import av
import numpy as np
import pytest
import torch

from lbvedit.media.color import SCALING, from_rgb, to_rgb
from lbvedit.media.decoded import DecodedClip
from lbvedit.media.samples import Painter
from lbvedit.media.source import Source
from tests.clips import Clips

FORMATS = {
    "cfr": "yuv420p",
    "odd_420": "yuv420p",
    "twelve_bit": "yuv422p12le",
    "alpha_vp9": "yuva420p",
    "alpha_prores": "yuva444p12le",
    "full_range": "yuvj420p",
}


def first_clip(path: object) -> DecodedClip:
    with Source(str(path)) as source:
        return next(source.windows(3))


def planes(picture: av.VideoFrame) -> list[np.ndarray]:
    kind = np.uint16 if picture.format.components[0].bits > 8 else np.uint8
    return [
        np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)[:, : plane.width].copy()
        for plane in picture.planes
    ]


def touched(changed: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Which samples of a plane stand for a changed pixel, by brute force."""
    high, wide = -(-changed.shape[0] // shape[0]), -(-changed.shape[1] // shape[1])
    return np.array(
        [
            [changed[y * high : (y + 1) * high, x * wide : (x + 1) * wide].any() for x in range(shape[1])]
            for y in range(shape[0])
        ]
    )


@pytest.mark.parametrize(("name", "layout"), FORMATS.items())
def test_only_the_edited_samples_differ_from_the_sources(clips: Clips, name: str, layout: str) -> None:
    clip = first_clip(clips(name))
    frames = clip.frames.clone()
    changed = np.zeros(frames.shape[2:], bool)
    changed[13:22, 31:44] = True
    frames[1, 0, 13:22, 31:44] = 119 if frames.dtype == torch.uint8 else 30_583
    painter = Painter(layout, clip.color)
    same, edited, last = painter.pictures(clip.with_frames(frames))
    assert same is clip.pictures[0]
    assert last is clip.pictures[2]
    for index, (old, new) in enumerate(zip(planes(clip.pictures[1]), planes(edited), strict=True)):
        where = touched(changed, old.shape)
        assert (new[~where] == old[~where]).all()
        if index == 0:
            assert (new[where] != old[where]).mean() > 0.8
        if index == 3:
            assert (new == old).all(), "alpha was not edited"


def test_edited_pixels_become_what_they_were_edited_to(clips: Clips) -> None:
    clip = first_clip(clips("cfr"))
    frames = clip.frames.clone()
    frames[:, :, 8:40, 16:48] = torch.tensor([200, 40, 90], dtype=torch.uint8)[None, :, None, None]
    pictures = list(Painter("yuv420p", clip.color).pictures(clip.with_frames(frames)))
    back, _ = to_rgb(pictures, clip.color, alpha=False)
    inner = (slice(None), slice(None), slice(14, 34), slice(22, 42))
    assert (back[inner].int() - frames[inner].int()).abs().max() <= 3


def test_new_transparency_comes_with_the_sources_own_colours(clips: Clips) -> None:
    clip = first_clip(clips("cfr"))
    alpha = torch.full((3, 1, 48, 64), 255, dtype=torch.uint8)
    alpha[:, :, :20] = 7
    picture = next(Painter("yuva420p", clip.color).pictures(clip.with_frames(clip.frames, alpha)))
    got, source = planes(picture), planes(clip.pictures[0])
    assert all((new == old).all() for new, old in zip(got[:3], source, strict=True))
    assert (got[3] == alpha[0, 0].numpy()).all()


def test_transparency_alone_can_be_edited(clips: Clips) -> None:
    clip = first_clip(clips("alpha_vp9"))
    assert clip.alpha is not None
    alpha = clip.alpha.clone()
    alpha[:, :, :5] = 0
    _, picture, _ = Painter("yuva420p", clip.color).pictures(clip.with_frames(clip.frames, alpha))
    got, source = planes(picture), planes(clip.pictures[1])
    assert all((new == old).all() for new, old in zip(got[:3], source, strict=False))
    assert (got[3][:5] == 0).all()
    assert (got[3][5:] == source[3][5:]).all()


def test_gray_keeps_its_luma_when_colour_is_painted_in(clips: Clips) -> None:
    clip = first_clip(clips("gray"))
    frames = clip.frames.clone()
    frames[:, 0, :8, :8] = 255
    frames[:, 1:, :8, :8] = 0
    picture = next(Painter("yuv420p", clip.color).pictures(clip.with_frames(frames)))
    luma, _, red = planes(picture)
    (source,) = planes(clip.pictures[0])
    assert (luma[8:] == source[8:]).all()
    assert (luma[:, 8:] == source[:, 8:]).all()
    assert (red[:4, :4] > 200).all()
    assert (red[4:] == 128).all()


@pytest.mark.parametrize("target", ["rgb24", "gbrp", "yuv444p", "yuv420p10le", "rgb48be"])
@pytest.mark.parametrize("deep", [False, True])
def test_frames_that_no_source_has_are_painted_in_any_format(target: str, deep: bool) -> None:
    from fractions import Fraction

    from lbvedit.types import Clip, ColorTags

    frames = torch.tensor([180, 60, 120], dtype=torch.uint8)[None, :, None, None].expand(1, 3, 16, 16).contiguous()
    if deep:
        frames = (frames.int() * 257).to(torch.uint16)
    rgb = target.startswith(("rgb", "gbr"))
    color = ColorTags(1, 1, 0 if rgb else 1, rgb)
    (picture,) = Painter(target, color).pictures(Clip(frames, (0,), Fraction(1)))
    assert picture.format.name == target
    back, _ = to_rgb([picture], color, alpha=False)
    scale = 257 if back.dtype == torch.uint16 else 1
    want = torch.tensor([180, 60, 120])[:, None, None] * scale
    assert (back[0].int() - want).abs().max() <= 2 * scale


def test_conversion_between_yuv_formats_leaves_colours_alone(clips: Clips) -> None:
    clip = first_clip(clips("bt601"))
    (picture, *_) = Painter("yuv444p", clip.color).pictures(clip)
    assert (planes(picture)[0] == planes(clip.pictures[0])[0]).all()
    like = picture.reformat(format="yuv420p", interpolation=SCALING)
    assert from_rgb(clip.frames[0], None, like, clip.color).format.name == "yuv420p"
