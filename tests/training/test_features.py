import pytest
import torch

from lbvedit.training.features_world import FeaturesWorld, FeaturesWorldConfig
from lbvedit.training.recipe import Draw


@pytest.fixture(scope="module")
def recipe():
    return FeaturesWorld(FeaturesWorldConfig(pairs=2, batch_size=2, width=2, frames_a_clip=1))


@pytest.fixture(scope="module")
def batch(recipe):
    return recipe.batch(Draw(0, 0, 2))


def test_a_batch_has_a_clip_of_each_corpus_with_its_labels(recipe, batch):
    frame, clip = recipe.classes
    assert batch["clips"].shape == (2, 20, 3, 64, 64)
    assert batch["frames"].shape == (2, 3, 128, 128)
    assert 0 <= float(batch["clips"].min()) < float(batch["clips"].max()) <= 1
    assert batch["frame"].shape == batch["frame_known"].shape == (2, frame)
    assert batch["clip"].shape == batch["clip_known"].shape == (2, clip)
    assert (batch["frame_known"].sum(0) == 1).all()
    assert not (batch["frame"] > batch["frame_known"]).any()


def test_what_nobody_knows_is_not_learnt(recipe, batch):
    model = recipe.build()

    @torch.no_grad()
    def loss(labels):
        torch.manual_seed(0)
        return float(recipe.loss(model, {**batch, "clip": labels})["clip"])

    unknown = batch["clip_known"] == 0
    assert loss(batch["clip"]) == loss(torch.where(unknown, 1.0, batch["clip"]))
    assert loss(batch["clip"]) != loss(torch.where(unknown, batch["clip"], 1.0))
