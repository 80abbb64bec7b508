"""Places that M3L is told while it learns, of solids and of actors, and what is wrong about those that it finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.e_clevr import EClevr
from lbvedit.systems.m3l.acting import Acting, pace
from lbvedit.systems.m3l.places import Located, fixed_eye, on_floor, spread
from lbvedit.training.m3l_placing import Placed, acting_losses, astray, becoming_loss, locating_loss, tinting_loss
from lbvedit.training.m3l_things import ACTING, SOLID, coloring, placed


def of_solids(here: Tensor, goal: Tensor, sent: Tensor) -> Placed:
    """Two solids that stay where they are."""
    eye = fixed_eye(-1.66, here)
    return Placed(here, here, eye, goal, sent, torch.zeros(2, 4).long(), here[..., :0], torch.zeros(2, 2))


def test_a_solid_stands_where_the_world_put_it() -> None:
    for number in range(12):
        meta = EClevr("train").said(number)["meta"]
        told = placed(meta, 128, -1.66)
        assert told is not None
        assert told.sent == bool(meta["relation"])
        assert torch.equal(told.goal, told.there[-1])
        if not meta["relation"]:
            assert torch.equal(told.here, told.there)
        centre = 2 * meta["centres"][0, meta["solid"]] / 128 - 1
        assert (centre[:, 1] < told.here[:, 1]).all()  # it stands on its feet
        assert (centre - told.here).abs()[:, 0].max() < 0.1
    assert placed({"digits": []}, 64, -1.66) is None


def test_places_go_astray_together_unless_sent() -> None:
    here = torch.zeros(2, 3, 2)
    told = astray(of_solids(here, here[:, 0], torch.tensor([0.0, 1.0])), SOLID)
    assert torch.equal(told.here[0], told.there[0])
    assert not torch.equal(told.here[1], told.there[1])
    many = astray(of_solids(torch.zeros(999, 3, 2), torch.zeros(999, 2), torch.zeros(999)), SOLID).here
    away = many[:, 0].norm(dim=1)
    assert 0.005 < away.median() < 0.03  # a pixel of 128
    assert away.quantile(0.95) > 0.05
    assert many.std(dim=1).max() < 0.03  # and the same way in all frames, nearly


def test_what_becomes_of_a_solid_is_told_and_least_wrong_at_the_truth() -> None:
    pair = next(pair for index in range(40) if "large" in (pair := EClevr("train").said(index))["instruction"])
    meta, told = pair["meta"], placed(pair["meta"], 128, -1.66)
    assert told is not None
    assert told.looks.tolist() == meta["attributes"][1, meta["solid"]].tolist()
    batch = Placed(*(each[None] for each in told))
    ones = batch.places(SOLID).looks
    assert ones is not None
    assert ones.shape == (1, 20, sum(SOLID))
    assert batch.places(()).looks is None
    sure = [9 * each for each in ones[:, 0].split(SOLID, dim=1)]
    assert becoming_loss(sure, batch.looks) < 0.01
    assert becoming_loss([-each for each in sure], batch.looks) > 2


def test_locating_is_least_at_the_truth() -> None:
    here, goal = torch.tensor([[[-0.75, 0.25]], [[0.25, 0.25]]]), torch.tensor([[0.75, 0.75], [-0.75, -0.25]])
    told = of_solids(here, goal, torch.tensor([1.0, 0.0]))
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


@pytest.fixture(scope="module")
def edits() -> list[dict[str, Any]]:
    """The ``meta`` of an edit of each kind."""
    corpus, found = ActorEdits(size=40, frames=4, side=48), {}
    meta = corpus[0]["meta"]
    for seed in range(60):
        told = corpus.retold(0, meta["tries"], np.random.default_rng(seed))["meta"]
        found.setdefault(told["kind"], told)
    assert len(found) == 5
    return list(found.values())


def test_an_actor_stands_where_the_world_put_it_and_is_what_it_becomes(edits: list[dict[str, Any]]) -> None:
    for meta in edits:
        told = placed(meta, 48, -1.66)
        assert told is not None
        batch = Placed(*(each[None] for each in told))
        looks = batch.places(ACTING).looks
        assert looks is not None
        assert looks.shape == (1, 4, sum(ACTING) + 5)
        assert bool(told.looks[0] == 0) == (meta["kind"] == "remove") == (float(looks.abs().max()) == 0)
        assert torch.equal(told.here, told.there) or meta["kind"] in ("act", "replace")
        assert (told.eye[:, 1] > 0.4).all()
        assert (told.here[:, 1] > told.eye[:, 0]).all()


def test_whether_an_actor_s_colour_alone_changes_is_told(edits: list[dict[str, Any]]) -> None:
    held = {meta["kind"]: coloring(meta).tolist() for meta in edits}
    assert held["recolor"] == [1, 0]
    assert held["act"] == held["remove"] == [0, 1]
    assert held["replace"] == held["add"] == [0, 0]


def test_acting_is_least_wrong_at_the_truth(edits: list[dict[str, Any]]) -> None:
    each = [told for meta in edits if (told := placed(meta, 48, -1.66)) is not None]
    told = Placed(*(torch.stack(part) for part in zip(*each, strict=True)))
    ahead = pace(on_floor(told.there, told.eye)) - pace(on_floor(told.here, told.eye))
    sure = [30 * torch.nn.functional.one_hot(told.looks[:, n], count).float() for n, count in enumerate(ACTING)]
    right = Acting(sure, ahead, told.facing)
    shares = spread(told.here, 6, 6)
    found = Located(shares.clamp(min=1e-9).log(), shares, told.sent)
    least = float(-(shares * found.here).sum(dim=(2, 3)).mean())  # between cells, no place is sure
    first = acting_losses(found, right, told.eye, told)
    assert first.pop("locating") == pytest.approx(least, abs=1e-4)
    assert all(float(loss) < 1e-4 for loss in first.values())
    wrong = {
        "locating": (found._replace(here=-found.here), right, told.eye),
        "becoming": (found, right._replace(looks=[-each for each in sure]), told.eye),
        "pace": (found, right._replace(pace=ahead + 1), told.eye),
        "facing": (found, right._replace(facing=-told.facing), told.eye),
        "eye": (found, right, told.eye + 0.5),
    }
    for name, given in wrong.items():
        losses = acting_losses(*given, told)
        losses["locating"] = losses["locating"] - least
        assert [key for key, loss in losses.items() if float(loss) > 1e-3] == [name]
