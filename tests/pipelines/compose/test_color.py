"""Colour spaces against published numbers, and back."""

from __future__ import annotations

import kornia.color
import pytest
import torch

from lbvedit.pipelines.compose.color import cielab, decode, encode, from_oklab, into_gamut, luminance, oklab


def colors(count: int = 400) -> torch.Tensor:
    return torch.rand(1, 3, 20, count // 20, generator=torch.Generator().manual_seed(5))


def test_tables_come_back_to_the_same_stored_values() -> None:
    for full, slack in ((255, 0), (65535, 1)):
        stored = torch.arange(full + 1).float().reshape(1, 1, 1, -1) / full
        assert ((encode(decode(stored)) * full).round() - (stored * full).round()).abs().max() <= slack


def test_oklab_of_red_is_the_published_one() -> None:
    # B. Ottosson's page: linear (1, 0, 0) is (0.628, 0.225, 0.126).
    red = oklab(torch.tensor([1.0, 0, 0]).reshape(1, 3, 1, 1)).flatten()
    assert red.tolist() == pytest.approx([0.62796, 0.22486, 0.12585], abs=2e-4)
    assert oklab(torch.ones(1, 3, 1, 1)).flatten().tolist() == pytest.approx([1, 0, 0], abs=1e-4)
    linear = decode(colors())
    assert torch.allclose(from_oklab(oklab(linear.clone())), linear, atol=2e-4)


def test_cielab_agrees_with_kornia() -> None:
    rgb = colors()
    assert torch.allclose(cielab(decode(rgb)), kornia.color.rgb_to_lab(rgb), atol=0.05)


def test_into_gamut_keeps_luminance_and_leaves_what_fits() -> None:
    linear = colors() * 1.6 - 0.3
    inside = into_gamut(linear)
    assert inside.min() >= -1e-5
    assert inside.max() <= 1 + 1e-5
    showable = (luminance(linear) >= 0) & (luminance(linear) <= 1)
    assert torch.allclose(luminance(inside)[showable], luminance(linear)[showable], atol=1e-4)
    fits = ((linear >= 0) & (linear <= 1)).all(dim=1, keepdim=True).expand_as(linear)
    assert torch.allclose(inside[fits], linear[fits], atol=1e-5)
