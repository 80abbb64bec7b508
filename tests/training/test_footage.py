"""The recipe of what tells the world from a camera's pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lbvedit.measures.footage import SIDE
from lbvedit.training.footage import Footage, FootageConfig, _filmed
from lbvedit.training.pictures import View
from lbvedit.training.recipe import Draw


class Noise:
    """A camera that sees nothing but noise."""

    frames = (("noise", 0),)

    def draw_photo(self, rng: np.random.Generator) -> int:
        return 0


def _noise(pictures: object, item: object, side: int, rng: np.random.Generator) -> View:
    return View(torch.from_numpy(rng.random((3, side, side), dtype=np.float32)), torch.zeros(side, side))


def test_it_learns_to_tell_the_world_from_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.training.footage.Pictures", lambda folder: Noise())
    monkeypatch.setattr("lbvedit.training.footage.draw_view", _noise)
    torch.manual_seed(0)
    recipe = Footage(FootageConfig(width=4, pictures=3))
    batch = recipe.batch(Draw(0, 0, 16))
    assert batch["pictures"].shape == (16, 3, SIDE, SIDE)
    assert 0 < batch["world"].sum() < 16
    assert torch.equal(batch["pictures"], recipe.batch(Draw(0, 0, 16))["pictures"])
    model = recipe.build()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(12):
        loss = recipe.loss(model, batch)["cross_entropy"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]


def test_softening_and_noise_leave_a_picture_in_range() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        picture = _filmed(View(torch.rand(3, SIDE, SIDE), torch.zeros(SIDE, SIDE)), rng)
        assert picture.shape == (3, SIDE, SIDE)
        assert picture.min() >= 0
        assert picture.max() <= 1
