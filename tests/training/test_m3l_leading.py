"""What leads M3L's generator while it learns: sprites and their steps, places, and tints."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lbvedit.data.e_clevr import EClevr
from lbvedit.data.mnist import DMnist, SMnist
from lbvedit.systems.m3l.places import Located, spread
from lbvedit.systems.m3l.sprites import composed, shifted
from lbvedit.training.m3l_leading import (
    ATTRIBUTES,
    Placed,
    astray,
    becoming_loss,
    coloring,
    led,
    locating_loss,
    placed,
    steps_loss,
    tinting_loss,
)
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


def test_a_solid_stands_where_the_world_put_it() -> None:
    for number in range(12):
        meta = EClevr("train").said(number)["meta"]
        told = placed(meta)
        assert told is not None
        assert told.sent == bool(meta["relation"])
        assert torch.equal(told.goal, told.there[-1])
        if not meta["relation"]:
            assert torch.equal(told.here, told.there)
        centre = 2 * meta["centres"][0, meta["solid"]] / 128 - 1
        assert (centre[:, 1] < told.here[:, 1]).all()  # it stands on its feet
        assert (centre - told.here).abs()[:, 0].max() < 0.1
    assert placed({"digits": []}) is None


def test_places_go_astray_together_unless_sent() -> None:
    here = torch.zeros(2, 3, 2)
    told = astray(Placed(here, here, here[:, 0], torch.tensor([0.0, 1.0]), torch.zeros(2, 4).long()))
    assert torch.equal(told.here[0], told.there[0])
    assert not torch.equal(told.here[1], told.there[1])
    assert 0 < told.here.abs().max() < 0.1


def test_what_becomes_of_a_solid_is_told_and_least_wrong_at_the_truth() -> None:
    pair = next(pair for index in range(40) if "large" in (pair := EClevr("train").said(index))["instruction"])
    meta, told = pair["meta"], placed(pair["meta"])
    assert told is not None
    assert told.looks.tolist() == meta["attributes"][1, meta["solid"]].tolist()
    batch = Placed(*(each[None] for each in told))
    assert batch.ones.shape == (1, 20, sum(ATTRIBUTES))
    sure = [9 * each for each in batch.ones[:, 0].split(ATTRIBUTES, dim=1)]
    assert becoming_loss(sure, batch.looks) < 0.01
    assert becoming_loss([-each for each in sure], batch.looks) > 2


def test_locating_is_least_at_the_truth() -> None:
    here, goal = torch.tensor([[[-0.75, 0.25]], [[0.25, 0.25]]]), torch.tensor([[0.75, 0.75], [-0.75, -0.25]])
    told = Placed(here, here, goal, torch.tensor([1.0, 0.0]), torch.zeros(2, 4).long())
    sure = Located(
        99 * spread(here, 4, 4), 99 * spread(torch.stack((goal[0], -goal[1]))[:, None], 4, 4), torch.tensor([9.0, -9.0])
    )
    assert locating_loss(sure, told) < 1e-3  # where nothing is sent, any goal will do
    for wrong in (sure._replace(here=-sure.here), sure._replace(goal=-sure.goal), sure._replace(sent=-sure.sent)):
        assert locating_loss(wrong, told) > 5


def test_a_tint_counts_where_the_colour_alone_changes_or_stays() -> None:
    meta = {"solid": 1, "relation": "", "attributes": [[[0, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 0, 0], [0, 2, 0, 0]]]}
    assert coloring(meta).tolist() == [1, 0]
    assert coloring(meta | {"relation": "behind"}).tolist() == [0, 0]
    assert coloring(meta | {"solid": 0}).tolist() == [0, 1]
    carried, target = torch.zeros(3, 1, 3, 2, 2), torch.ones(3, 1, 3, 2, 2)
    changed = torch.zeros(3, 1, 1, 2, 2, dtype=torch.bool)
    changed[:, :, :, 0] = True
    held = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])  # alone, kept, neither
    tinted = torch.full_like(carried, 0.5)
    assert tinting_loss(tinted, carried, target, changed, held) == pytest.approx(0.25 + 0.25 / 3)
    right = torch.stack((target[0] * changed[0], carried[1], tinted[2]))
    assert tinting_loss(right, carried, target, changed, held) == 0
