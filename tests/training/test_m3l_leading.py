"""What leads M3L's generator while it learns: sprites and their steps."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lbvedit.data.mnist import DMnist, SMnist
from lbvedit.systems.m3l.sprites import composed, shifted
from lbvedit.training.m3l_leading import led, steps_loss
from tests.training.tiny_m3l import write_digits


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MNIST's files with a few strokes instead of digits."""
    return write_digits(tmp_path_factory.mktemp("mnist"))


def test_sprites_that_are_led_are_the_target(digits: Path) -> None:
    for pair in (SMnist(digits, "train", 1, 4)[0], DMnist(digits, "train")[0]):
        source = pair["source"]
        guide = led(pair["meta"], source, pair["target"])
        assert guide is not None
        there = shifted(guide.pictures.expand(30, -1, -1, -1, -1), guide.steps.cumsum(dim=0))
        seen = composed(there, torch.full((30, 3, 64, 64), -1.0))
        # Where both are half there, one over the other is a little more than the brighter one.
        assert (seen / 2 + 0.5 - pair["target"] / 255).abs().mean() < 1e-3
        old, new = pair["meta"]["digits"]
        there = [bool((old != new).any()), bool((old == new).any())]
        assert guide.pictures.flatten(1).any(dim=1).tolist() == there
        assert guide.mattes.flatten(1).any(dim=1).tolist() == there
        # Each bright pixel of the source is some thing's.
        assert torch.equal(guide.mattes.amax(dim=0) == 1, source[0, 0] >= 64)
    assert led({"attributes": []}, *torch.zeros(2, 1, 3, 64, 64)) is None


def test_steps_of_sprites_at_rest_do_not_count() -> None:
    told = torch.zeros(1, 4, 2, 2)
    told[:, 1:, 0] = 3.0
    made = told.clone()
    made[:, 2:, 0, 0] += 1.5
    made[:, 1:, 1], made[:, 0] = 99.0, 99.0
    assert steps_loss(made, told) == pytest.approx(1.0 / 2)
    made[:, 1, 0] += 2.5
    assert steps_loss(made, told) == pytest.approx(0.3 * 2.0 + 1.0 / 2)
    assert steps_loss(told[:, :1], told[:, :1]) == 0
