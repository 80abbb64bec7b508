"""RGB against numbers worked out from ITU-T H.273, and back."""

from __future__ import annotations

import av
import numpy as np
import pytest
import torch

from lbvedit.errors import MediaError
from lbvedit.media.color import from_rgb, to_rgb
from lbvedit.types import ColorTags


def flat(pixel_format: str, *values: int) -> av.VideoFrame:
    """A 16x8 picture whose planes are each one value."""
    picture = av.VideoFrame(16, 8, pixel_format)
    deep = picture.format.components[0].bits > 8
    for plane, value in zip(picture.planes, values, strict=True):
        plane.update(np.full(plane.buffer_size // (2 if deep else 1), value, np.uint16 if deep else np.uint8).tobytes())
    return picture


def pixel(picture: av.VideoFrame, color: ColorTags, *, alpha: bool = False) -> list[int]:
    frames, mask = to_rgb([picture], color, alpha=alpha)
    return [*frames[0, :, 3, 5].tolist(), *([] if mask is None else [mask[0, 0, 3, 5].item()])]


@pytest.mark.parametrize(
    ("pixel_format", "values", "matrix", "full", "expected"),
    [
        # Black and white of each depth and range; libswscale's own 16-bit white is 65280.
        ("yuv420p", (16, 128, 128), 1, False, [0, 0, 0]),
        ("yuv420p", (235, 128, 128), 1, False, [255, 255, 255]),
        ("yuv420p", (255, 128, 128), 1, True, [255, 255, 255]),
        ("yuv420p10le", (940, 512, 512), 1, False, [65535, 65535, 65535]),
        ("yuv420p10le", (1023, 512, 512), 1, True, [65535, 65535, 65535]),
        ("yuv422p12le", (3760, 2048, 2048), 9, False, [65535, 65535, 65535]),
        # Y' = (502 - 64) / 876 = 1/2 exactly.
        ("yuv444p10le", (502, 512, 512), 1, False, [32768, 32768, 32768]),
        # Red of BT.601: Y' = 0.299, so Y = 16 + 219 * 0.299 = 81.5, Cb = 128 - 0.169 * 224 = 90.2, Cr = 240.
        ("yuv444p", (81, 90, 240), 6, False, [254, 0, 0]),
        # The same samples of BT.709 are another colour: R = (65/219) + 1.5748 * 0.5 > 1, G = .0584.
        ("yuv444p", (81, 90, 240), 1, False, [255, 24, 0]),
        # Blue of BT.2020 in 10 bits: Y = 64 + 876 * 0.0593 = 115.9, Cb = 960, Cr = 512 - 896 * 0.0593 / 1.4746 = 476.
        ("yuv444p10le", (116, 960, 476), 9, False, [7, 3, 65535]),
        ("gray", (77,), 6, True, [77, 77, 77]),
        ("gbrp10le", (1023, 0, 512), 0, True, [32800, 65535, 0]),
    ],
)
def test_rgb_of_known_samples(
    pixel_format: str, values: tuple[int, ...], matrix: int, full: bool, expected: list[int]
) -> None:
    assert pixel(flat(pixel_format, *values), ColorTags(1, 1, matrix, full)) == pytest.approx(expected, abs=1)


def test_alpha_is_full_range_at_every_depth() -> None:
    color = ColorTags(1, 1, 1, False)
    assert pixel(flat("yuva420p", 235, 128, 128, 77), color, alpha=True) == [255, 255, 255, 77]
    assert pixel(flat("yuva444p12le", 3760, 2048, 2048, 4095), color, alpha=True)[3] == 65535
    assert pixel(flat("yuva444p10le", 940, 512, 512, 512), color, alpha=True)[3] == round(512 / 1023 * 65535)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv420p10le", "yuv444p12le"])
@pytest.mark.parametrize("size", [(63, 47), (1, 1), (64, 48)])
def test_odd_sizes_and_chroma_positions(pixel_format: str, size: tuple[int, int]) -> None:
    width, height = size
    luma = np.linspace(0.2, 0.8, width)[None].repeat(height, 0)
    gray = torch.from_numpy((luma * 65535).astype(np.uint16))
    deep = pixel_format.endswith("le")
    frames = (gray if deep else (gray.to(torch.int32) >> 8).to(torch.uint8)).expand(3, height, width).contiguous()
    like = av.VideoFrame(width, height, pixel_format)
    color = ColorTags(1, 1, 1, False)
    back, alpha = to_rgb([from_rgb(frames, None, like, color)], color, alpha=False)
    assert alpha is None
    assert back.shape == (1, 3, height, width)
    difference = (back[0].to(torch.int32) - frames.to(torch.int32)).abs().max().item()
    assert difference <= (65535 / 876 if deep else 2)


@pytest.mark.parametrize(
    ("pixel_format", "step"),
    [("yuv444p", 2), ("yuv444p10le", 110), ("yuv444p12le", 28), ("gbrp", 0), ("gbrp10le", 32), ("rgba", 0)],
)
@pytest.mark.parametrize("matrix", [1, 6, 9])
@pytest.mark.parametrize("full", [False, True])
def test_there_and_back(pixel_format: str, step: int, matrix: int, full: bool) -> None:
    deep = pixel_format.endswith("le")
    generator = np.random.default_rng(0)
    top, kind = (65535, np.uint16) if deep else (255, np.uint8)
    frames = torch.from_numpy(generator.integers(0, top + 1, (3, 8, 16)).astype(kind))
    alpha = (
        torch.from_numpy(generator.integers(0, top + 1, (1, 8, 16)).astype(kind)) if pixel_format == "rgba" else None
    )
    like, color = av.VideoFrame(16, 8, pixel_format), ColorTags(1, 1, matrix, full)
    back, mask = to_rgb([from_rgb(frames, alpha, like, color)], color, alpha=alpha is not None)
    assert (back[0].to(torch.int32) - frames.to(torch.int32)).abs().max().item() <= step
    if mask is not None and alpha is not None:
        assert torch.equal(mask[0], alpha)


def test_unknown_matrix_is_refused() -> None:
    for pixel_format, values in (("yuv444p", (81, 90, 240)), ("yuv444p10le", (502, 512, 512))):
        with pytest.raises(MediaError, match="code 14 cannot"):
            pixel(flat(pixel_format, *values), ColorTags(1, 1, 14, False))


@pytest.mark.parametrize(
    "pixel_format",
    ["p010le", "rgb48be", "gray12le", "gray16be", "ya16le", "yuv420p10be", "gbrpf32le", "pal8", "y210le"],
)
def test_unusual_layouts_are_read(pixel_format: str) -> None:
    picture = av.VideoFrame(16, 8, pixel_format)
    frames, _ = to_rgb([picture], ColorTags(1, 1, 1, False), alpha=False)
    assert frames.shape == (1, 3, 8, 16)
