"""Operators on tone and detail, one property each that a user would notice."""

from __future__ import annotations

import pytest
import torch

from lbvedit.pipelines.compose import detail, tone
from lbvedit.pipelines.compose.color import cielab, decode, luminance
from lbvedit.pipelines.compose.operator import Call, Operator
from lbvedit.pipelines.compose.operators import OPERATORS
from tests.pipelines.compose.scenes import texture

EVERYWHERE = torch.ones(1, 1, 96, 128)


def picture() -> torch.Tensor:
    return texture(96, 128)[None]


def call(**params: object) -> Call:
    return Call(params, (96, 128))


def lightness(frames: torch.Tensor) -> torch.Tensor:
    return cielab(decode(frames))[:, 0]


def test_brightness_and_contrast_keep_black_and_white() -> None:
    ends = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2).expand(1, 3, 1, 2)
    for amount in (-0.7, 0.7):
        assert torch.allclose(tone.brightness(ends, EVERYWHERE, call(amount=amount)), ends, atol=1e-3)
    assert torch.allclose(tone.contrast(ends, EVERYWHERE, call(amount=0.7)), ends, atol=1e-3)
    base = lightness(picture()).mean()
    steps = [
        float(lightness(tone.brightness(picture(), EVERYWHERE, call(amount=amount))).mean() - base)
        for amount in (-0.6, -0.2, 0.2, 0.6)
    ]
    assert steps[0] < steps[1] < -2 < 2 < steps[2] < steps[3]


def test_contrast_spreads_and_flattens() -> None:
    spread = [
        float(lightness(tone.contrast(picture(), EVERYWHERE, call(amount=amount))).std())
        for amount in (-1, -0.3, 0, 0.3, 1)
    ]
    assert spread == sorted(spread)
    assert spread[0] < 0.2 * spread[2]
    assert spread[2] == pytest.approx(float(lightness(picture()).std()), rel=1e-3)


def test_saturation_scales_chroma_and_temperature_moves_white() -> None:
    def chroma(frames: torch.Tensor) -> float:
        return float(cielab(decode(frames))[:, 1:].norm(dim=1).mean())

    gray, vivid = (tone.saturation(picture(), EVERYWHERE, call(amount=amount)) for amount in (-1, 0.3))
    assert chroma(gray) < 1.5
    assert chroma(vivid) > 1.15 * chroma(picture())
    white = torch.full((1, 3, 4, 4), 0.8)
    warm, cool = (tone.temperature(white, EVERYWHERE, call(amount=amount))[0, :, 0, 0] for amount in (0.5, -0.5))
    assert warm[0] > 0.8 > warm[2]
    assert cool[0] < 0.8 < cool[2]
    assert float(luminance(decode(warm.reshape(1, 3, 1, 1)))) == pytest.approx(
        float(luminance(decode(white))[0, 0, 0, 0]), rel=0.01
    )


def test_gray_sepia_and_negative() -> None:
    gray = tone.grayscale(picture(), EVERYWHERE, call())
    assert torch.equal(gray[:, 0], gray[:, 2])
    assert (luminance(decode(gray)) - luminance(decode(picture()))).abs().max() < 2e-3
    brown = tone.sepia(picture(), EVERYWHERE, call()).mean(dim=(0, 2, 3))
    assert brown[0] > brown[1] > brown[2]
    assert torch.equal(tone.invert(picture(), EVERYWHERE, call()), 1 - picture())


def test_vignette_knows_where_a_box_lies_in_the_frame() -> None:
    whole = tone.vignette(picture(), EVERYWHERE, call(amount=0.8))
    assert whole[..., 48, 64].mean() > 0.97 * picture()[..., 48, 64].mean()
    assert whole[..., 0, 0].mean() < 0.7 * picture()[..., 0, 0].mean()
    box = Call({"amount": 0.8}, (96, 128), (32, 64))
    assert torch.allclose(tone.vignette(picture()[..., 32:60, 64:99], EVERYWHERE, box), whole[..., 32:60, 64:99])


@pytest.mark.parametrize("amount", [0.1, 0.5, 1.0])
def test_blurring_the_background_takes_nothing_from_the_foreground(amount: float) -> None:
    frame = torch.full((1, 3, 96, 128), 0.25)
    background = torch.ones(1, 1, 96, 128)
    frame[..., 30:60, 40:80] = 1.0
    background[..., 30:60, 40:80] = 0
    blurred = detail.blur(frame, background, call(amount=amount))
    outside = background.expand_as(frame) > 0
    assert (blurred[outside] - 0.25).abs().max() < 1e-4


def test_blur_and_denoise_calm_and_sharpen_lifts() -> None:
    noisy = (picture() + 0.05 * torch.randn(1, 3, 96, 128, generator=torch.Generator().manual_seed(2))).clamp(0, 1)

    def roughness(frames: torch.Tensor) -> float:
        return float(frames.diff(dim=3).abs().mean())

    assert roughness(detail.blur(noisy, EVERYWHERE, call(amount=0.5))) < 0.55 * roughness(noisy)
    calm = detail.denoise(noisy, EVERYWHERE, call(amount=0.5))
    assert (calm - picture()).square().mean() < 0.9 * (noisy - picture()).square().mean()
    fine = texture(96, 128, cell=2)[None]
    assert roughness(detail.sharpen(fine, EVERYWHERE, call(amount=0.8))) > 1.1 * roughness(fine)


def test_blocks_of_a_box_are_those_of_the_frame() -> None:
    whole = detail.pixelate(picture(), EVERYWHERE, call(amount=0.5))
    assert len(whole[0, 0].unique()) < 0.05 * 96 * 128
    side = detail.reach_of_pixelate(call(amount=0.5))
    top, left = 3 * side - 2, 2 * side + 1
    box = Call({"amount": 0.5}, (96, 128), (top, left))
    height, width = 4 * side, 5 * side
    part = detail.pixelate(
        picture()[..., top : top + height, left : left + width], EVERYWHERE[..., :height, :width], box
    )
    inner = (..., slice(side, 3 * side), slice(side, 4 * side))
    there = whole[..., top : top + height, left : left + width]
    assert torch.allclose(part[inner], there[inner], atol=1e-5)


@pytest.mark.parametrize("name", [name for name, entry in OPERATORS.items() if not entry.measure and not entry.draws])
def test_every_operator_gives_numbers_in_range(name: str) -> None:
    entry: Operator = OPERATORS[name]
    params = {"angle": 30, "scale": 0.5, "background": "blue"}
    extremes = torch.cat((picture(), torch.zeros(1, 3, 96, 128), torch.ones(1, 3, 96, 128)))
    for frames in extremes.split(1):
        done = entry.apply(frames, EVERYWHERE, Call(params, (96, 128), indices=(0,)))
        assert done.isfinite().all()
        assert done.min() >= -1e-4
        assert done.max() <= 1 + 1e-4
