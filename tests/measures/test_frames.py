"""SSIM, PSNR, activation distance, accuracy, warp error, flicker."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torchmetrics.functional.image import peak_signal_noise_ratio, structural_similarity_index_measure

from lbvedit.measures.accuracy import accuracy
from lbvedit.measures.activation_distance import activation_distance
from lbvedit.measures.flicker import brightness_flicker, temporal_flickering
from lbvedit.measures.psnr import outside_psnr, psnr
from lbvedit.measures.ssim import ssim, ssim_map
from lbvedit.measures.warp_error import mask_stability, warp_error


def pair(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    first = torch.rand(2, 3, 20, 24, generator=generator)
    return first, (first + 0.2 * torch.randn(first.shape, generator=generator)).clamp(0, 1)


def test_ssim_of_one_window_is_the_formula() -> None:
    x, y = (image[:1, :1, :7, :7] for image in pair())
    a, b = (image.double().flatten().numpy() for image in (x, y))
    covariance = np.cov(a, b)
    c1, c2 = 1e-4, 9e-4
    expected = (2 * a.mean() * b.mean() + c1) * (2 * covariance[0, 1] + c2)
    expected /= (a.mean() ** 2 + b.mean() ** 2 + c1) * (covariance[0, 0] + covariance[1, 1] + c2)
    assert float(ssim(x, y)[0]) == pytest.approx(expected, abs=1e-6)


def test_ssim_of_flat_images_by_hand() -> None:
    dark, light = torch.full((1, 1, 9, 9), 0.2), torch.full((1, 1, 9, 9), 0.6)
    assert float(ssim(dark, light)) == pytest.approx((2 * 0.12 + 1e-4) / (0.04 + 0.36 + 1e-4), abs=2e-5)
    assert float(ssim(light, light)) == 1.0


def test_ssim_agrees_with_torchmetrics_but_for_its_biased_covariance() -> None:
    first, second = pair()
    _, full = structural_similarity_index_measure(
        first, second, gaussian_kernel=False, kernel_size=7, data_range=1.0, return_full_image=True
    )
    inside = full[:, :, 3:-3, 3:-3]
    assert ssim_map(first, second).shape == inside.shape
    # 49/48 on the second moments moves a window by less than this; a wrong formula by far more.
    assert torch.allclose(ssim_map(first, second), inside, atol=6e-3)


def test_ssim_of_bytes_is_that_of_fractions() -> None:
    first, second = ((255 * image).to(torch.uint8) for image in pair())
    assert torch.allclose(ssim(first, second), ssim(first / 255, second / 255))
    with pytest.raises(ValueError, match="smaller than a window"):
        ssim(first[..., :6], second[..., :6])


def test_psnr_by_hand_and_by_torchmetrics() -> None:
    first, second = pair()
    assert psnr(first, second) == pytest.approx(float(peak_signal_noise_ratio(first, second, data_range=1.0)), abs=1e-4)
    assert psnr(torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 0.1)) == pytest.approx(20, abs=1e-5)
    assert psnr(first, first) == math.inf


def test_outside_psnr_sees_no_pixel_of_the_mask() -> None:
    first, _ = pair()
    masks = torch.zeros(2, 1, 20, 24, dtype=torch.uint8)
    masks[:, :, 4:8, 4:8] = 1
    inside, outside = first.clone(), first.clone()
    inside[:, :, 5, 5] += 0.5
    outside[0, 0, 0, 0] += 0.5
    assert outside_psnr(first, inside, masks) == math.inf
    assert outside_psnr(first, outside, masks) == pytest.approx(10 * math.log10(2 * 3 * (480 - 16) / 0.25), abs=1e-4)
    assert math.isnan(outside_psnr(first, inside, torch.ones_like(masks)))


def test_activation_distance_is_paired_not_frechet() -> None:
    a = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert activation_distance(a, a.flip(0)) == 5.0
    assert activation_distance(a, torch.tensor([[3.0, 4.0], [3.0, 4.0]])) == 2.5


def test_accuracy_counts_the_most_likely_class() -> None:
    assert accuracy(torch.tensor([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0]]), torch.tensor([1, 0, 0])) == pytest.approx(2 / 3)


def test_a_video_that_moves_along_its_flow_has_no_warp_error() -> None:
    wide = torch.rand(1, 3, 16, 40, generator=torch.Generator().manual_seed(0))
    frames = torch.cat([wide[..., 4 - 2 * t : 28 - 2 * t] for t in range(3)])
    right = torch.zeros(2, 2, 16, 24)
    right[:, 0] = 2
    assert warp_error(frames, right, -right) < 1e-10
    still = torch.zeros_like(right)
    expected = (frames[1:] - frames[:-1]).square().mean()
    assert warp_error(frames, still, still) == pytest.approx(float(expected), rel=1e-5)
    assert math.isnan(warp_error(frames, right, right))


def test_mask_stability_follows_the_motion_and_skips_empty_pairs() -> None:
    masks = torch.zeros(4, 16, 24, dtype=torch.uint8)
    for t in range(3):
        masks[t, 4:8, 4 + 2 * t : 10 + 2 * t] = 255
    masks[3] = 0
    back = torch.zeros(3, 2, 16, 24)
    back[:, 0] = -2
    assert mask_stability(masks[:3], back[:2]) == 1.0
    assert mask_stability(masks[:3], 0 * back[:2]) == pytest.approx(4 / 8)
    assert mask_stability(masks, back) == pytest.approx(2 / 3)
    assert mask_stability(torch.cat([masks[:3], 0 * masks[:2]]), torch.cat([back, back[:1]])) == pytest.approx(2 / 3)


def test_flicker_by_hand() -> None:
    fade = torch.tensor([0.2, 0.3, 0.4]).reshape(3, 1, 1, 1).expand(3, 3, 4, 4)
    pumping = torch.tensor([0.2, 0.4, 0.2]).reshape(3, 1, 1, 1).expand(3, 3, 4, 4)
    assert brightness_flicker(fade) == pytest.approx(0, abs=1e-6)
    assert brightness_flicker(pumping) == pytest.approx(0.4, abs=1e-6)
    assert temporal_flickering(fade) == pytest.approx(0.9, abs=1e-6)
    assert temporal_flickering((255 * pumping).to(torch.uint8)) == pytest.approx(0.8, abs=1e-2)
