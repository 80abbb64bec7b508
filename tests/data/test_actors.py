import numpy as np
import pytest
import torch

from lbvedit.data.actors import Actors
from lbvedit.data.world.backgrounds import draw_ground
from lbvedit.data.world.stage import draw_stage
from lbvedit.data.world.words import MODES, Description, absent, describe

COUNT = 10


@pytest.fixture(scope="module")
def test_items():
    corpus = Actors("test", size=COUNT, frames=4, side=96, annotated="some")
    return [corpus[index] for index in range(COUNT)]


def test_the_test_set_keeps_its_promises(test_items):
    for item in test_items:
        assert len(item["meta"]["actors"]) >= 3
        assert item["mask"].any()
        assert 3 <= int(item["annotated"].sum()) <= 4
        if item["meta"]["distractor"]:
            first, second = item["meta"]["actors"][:2]
            assert (first["kind"], first["color"]) == (second["kind"], second["color"])
            acts = [(actor["act"]["action"], actor["act"]["direction"]) for actor in (first, second)]
            assert acts[0] != acts[1]
            assert item["meta"]["mode"] in ("action", "both")
            assert item["meta"]["target"] in (0, 1)
    areas = [float(item["mask"].float().mean()) for item in test_items]
    assert np.median(areas) <= 0.08
    assert {item["meta"]["distractor"] for item in test_items} == {True, False}


def test_half_of_the_clips_have_a_distractor_and_in_a_third_the_camera_moves(test_items):
    corpus = Actors("test", size=COUNT)
    for index, item in enumerate(test_items):  # the first draws of an item decide, whatever scenes are then thrown away
        rng = corpus.stream(index)
        assert item["meta"]["distractor"] == (rng.random() < 0.5)
        assert item["meta"]["moving_camera"] == (rng.random() < 1 / 3)


def test_no_test_clip_has_a_plain_background(monkeypatch):
    grounds = [draw_ground(np.random.default_rng(seed), plain=plain) for plain in (True, False) for seed in range(40)]
    studios = [ground.words == "in a studio" for ground in grounds]
    assert any(studios[:40])
    assert not any(studios[40:])
    asked = []

    def noted(rng, photos, *, plain):
        asked.append(plain)
        return draw_ground(rng, photos, plain=plain)

    monkeypatch.setattr("lbvedit.data.world.stage.draw_ground", noted)
    for split in ("train", "test"):
        Actors(split, size=1, frames=1, side=32, samples=1)[0]
    assert set(zip(("train", "test"), (asked[0], asked[-1]), strict=True)) == {("train", True), ("test", False)}


def test_items_are_a_function_of_seed_and_split(test_items):
    again = Actors("test", size=COUNT, frames=4, side=96, annotated="some")[2]
    assert torch.equal(again["frames"], test_items[2]["frames"])
    assert again["expression"] == test_items[2]["expression"]
    train = Actors(frames=4, side=96)[2]
    assert not torch.equal(train["frames"], again["frames"])


def stages():
    for number in range(60):
        yield np.random.default_rng(number), draw_stage(np.random.default_rng([1, number]), 6, least=2).actors


def test_an_expression_is_true_of_its_target_alone():
    found = dict.fromkeys(MODES, 0)
    for rng, actors in stages():
        for target in range(len(actors)):
            for mode in MODES:
                said = describe(rng, actors, target, mode)
                if said is None:
                    continue
                found[mode] += 1
                assert [place for place in range(len(actors)) if said.fits(actors, place)] == [target]
                assert_words_agree(said, actors[target])
    assert min(found.values()) > 20


def assert_words_agree(said: Description, actor):
    words = set(said.text.split())
    directions = {"left": {"left"}, "right": {"right"}, "away": {"away", "distance"}, "toward": {"towards", "closer"}}
    if said.color:
        assert said.color == actor.color
        assert said.color in words
    if said.direction in directions:
        assert words & directions[said.direction]
    if said.relation:
        assert said.relation in said.text


def test_an_absent_expression_is_true_of_nobody():
    for rng, actors in stages():
        said = absent(rng, actors)
        assert not any(said.fits(actors, place) for place in range(len(actors)))


def test_absent_items_have_empty_masks():
    corpus = Actors(size=3, frames=3, side=48, stride=3, samples=1, absent_share=1.0)
    for index in range(3):
        item = corpus[index]
        assert not item["present"]
        assert not item["mask"].any()
        assert item["flow"].shape == (3, 2, 48, 48)
