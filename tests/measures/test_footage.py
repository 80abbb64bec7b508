"""Telling the world from a camera's pictures."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lbvedit.measures.footage import FootageClassifier, shows_world


@pytest.mark.parametrize("size", [(32, 32), (61, 45)])
def test_pictures_of_any_shape_are_told(size: tuple[int, int]) -> None:
    assert FootageClassifier(4)(torch.rand(3, 3, *size)).shape == (3,)


class Brightness(FootageClassifier):
    """Takes what is bright for the world."""

    def forward(self, pictures: Tensor) -> Tensor:
        return 40 * (pictures.mean(dim=(1, 2, 3)) - 0.5)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16])
def test_a_clip_is_told_by_the_mean_over_it(dtype: torch.dtype) -> None:
    full = torch.iinfo(dtype).max
    bright, dark = torch.full((9, 3, 40, 300), full), torch.zeros(9, 3, 40, 300)
    assert shows_world(Brightness(), bright.to(dtype))
    assert not shows_world(Brightness(), dark.to(dtype))
    assert not shows_world(Brightness(), torch.cat((dark, bright)).to(dtype))
    assert shows_world(Brightness(), bright[:1].to(dtype))
