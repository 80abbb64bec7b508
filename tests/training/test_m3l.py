"""M3L's recipe, from two steps of training to a published weight that edits."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lbvedit.data.e_clevr import EClevr
from lbvedit.data.mnist import DIGIT_WORDS, DMnist
from lbvedit.data.world.render import render
from lbvedit.errors import UsageError
from lbvedit.pipelines.m3l_editor import M3LEditor
from lbvedit.systems.m3l.losses import altering_loss, copying_loss
from lbvedit.systems.m3l.model import Instruction, Looks
from lbvedit.systems.m3l.text import TextEncoder
from lbvedit.training import m3l, m3l_batches
from lbvedit.training.checkpoint import latest, weights_of
from lbvedit.training.config import configure
from lbvedit.training.loop import train
from lbvedit.training.m3l import M3LRecipe
from lbvedit.training.m3l_corpora import BuiltPairs, open_corpora, retold, shows_held_out
from lbvedit.training.m3l_meaning import (
    Meaning,
    Showing,
    asked,
    centres,
    grounding_loss,
    names,
    pointing_loss,
    shown,
    wanted,
)
from lbvedit.training.m3l_settings import M3LTraining
from lbvedit.training.m3l_things import SOLID
from lbvedit.training.publish import publish
from lbvedit.training.recipe import Draw
from tests.training.tiny_m3l import TINY, write_digits, write_pairs


def recipe_of(**settings: object) -> M3LRecipe:
    return M3LRecipe(configure(M3LTraining(), TINY | settings))


@pytest.fixture(autouse=True)
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m3l_batches, "_SENTENCES", 150)
    monkeypatch.setattr(m3l, "_DESCRIBED", 8)
    monkeypatch.setattr(m3l, "_VALIDATED", 1)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_digits(tmp_path_factory.mktemp("mnist"))


def test_two_steps_publish_and_edit(digits: Path, tmp_path: Path) -> None:
    recipe = recipe_of(mnist=digits, corpus="mnist", adversarial=1.0)
    train(recipe, tmp_path / "run")
    folder = publish(recipe, tmp_path / "run", tmp_path / "weights", command="lbvedit train m3l")
    config = json.loads((folder / "config.json").read_text())
    assert (config["name"], config["system"], config["frames"]) == ("m3l-mnist", "m3l", 6)
    assert (config["licence"], config["commercial_ok"]) == ("CC-BY-SA-3.0", True)
    assert len(config["domain"]) == 2
    assert len(config["metrics"]) == 2
    assert "CC BY-SA 3.0" in (folder / "README.md").read_text()

    editor = M3LEditor("m3l-mnist", tmp_path / "weights")
    pair = recipe.corpora("test")["s-mnist"][0]
    edited = editor.edit(pair["source"][:6], pair["instruction"])
    assert edited.shape == (6, 3, 64, 64)
    assert not editor.unknown_words(pair["instruction"])
    assert editor.frame_count == 6
    assert set(editor.model.state_dict()) < {name.removeprefix("editor.") for name in recipe.build().state_dict()}


def test_a_weight_of_one_part_is_named_by_it(digits: Path, tmp_path: Path) -> None:
    recipe = recipe_of(mnist=digits, corpus="mnist", turns=("d-mnist", "d-mnist"))
    train(recipe, tmp_path / "run")
    folder = publish(recipe, tmp_path / "run", tmp_path / "weights", command="lbvedit train m3l")
    config = json.loads((folder / "config.json").read_text())
    assert config["name"] == "m3l-d-mnist"
    assert len(config["domain"]) == 1
    assert "--corpus d-mnist --model m3l-d-mnist" in (folder / "README.md").read_text()


def test_batches_come_from_the_parts_in_turns(digits: Path) -> None:
    things = []
    for turns in ((), ("s-mnist",), ("d-mnist", "s-mnist")):
        recipe = recipe_of(mnist=digits, corpus="mnist", turns=turns)
        things.append([recipe.batch(Draw(0, step, 2))["shown"].shape[1] for step in (0, 1)])
    assert things == [[1, 2], [1, 1], [2, 1]]
    with pytest.raises(UsageError, match="no turns for 'e-mnist'") as caught:
        recipe_of(mnist=digits, corpus="mnist", turns=("e-mnist",)).build()
    assert caught.value.hint == "mnist has s-mnist, d-mnist"


def test_short_clips_come_more_often_than_long_ones(digits: Path) -> None:
    recipe = recipe_of(mnist=digits, frames=8, batch_size=1)
    lengths = [recipe.batch(Draw(0, step, 1))["source"].shape[1] for step in range(60)]
    assert (min(lengths), max(lengths)) == (1, 8)
    assert sum(length <= 2 for length in lengths) > sum(length >= 7 for length in lengths)


def test_the_opening_counts_once_more(digits: Path) -> None:
    recipe = recipe_of(mnist=digits, frames=1, opening=2.0, structure=0.0)
    told: dict[str, float] = {}
    recipe.step(
        recipe.build(),
        recipe.batch(Draw(0, 0, 2)),
        lambda _, losses: told.update({name: float(loss.detach()) for name, loss in losses.items()}),
    )
    assert told["opening"] == pytest.approx(2 * told["editing"])


def test_a_run_begins_with_the_weights_of_another(digits: Path, tmp_path: Path) -> None:
    earlier = recipe_of(mnist=digits, adversarial=1.0)
    train(earlier, tmp_path / "run")
    average = load_file(sorted((tmp_path / "run" / "checkpoints").iterdir())[-1] / "average.safetensors")
    later = recipe_of(mnist=digits, init=str(tmp_path / "run"), adversarial=1.0).build().state_dict()
    assert all(torch.equal(tensor, average[name]) for name, tensor in later.items() if name in average)

    folder = publish(earlier, tmp_path / "run", tmp_path / "weights", command="lbvedit train m3l")
    again = recipe_of(mnist=digits, init=str(folder)).build().state_dict()
    assert torch.allclose(again["editor.start"], average["editor.start"], atol=1e-3)

    with pytest.raises(UsageError, match="no weights there"):
        recipe_of(mnist=digits, init=str(tmp_path / "nowhere")).build()
    with pytest.raises(UsageError, match="do not fit"):
        recipe_of(mnist=digits, init=str(folder), system="pix2pix").build()


def test_a_clip_feeds_itself_what_it_generates(digits: Path) -> None:
    torch.manual_seed(0)
    recipe = recipe_of(mnist=digits)
    game = recipe.build().eval()
    corpus = recipe.corpora("train")["s-mnist"]
    batch = recipe.collate([corpus[0], corpus[1]], slice(4))
    source, target = (batch[side].float() / 127.5 - 1 for side in ("source", "target"))
    own = torch.tensor([False, True])
    fed = recipe._fed(game.editor, source, target, batch | {"self_fed": own})
    text = game.editor.read(batch["ids"][own], batch["present"][own])
    generated = torch.stack(list(game.editor.edit(source[own], text)), dim=1)
    assert torch.equal(fed[0], target[0])
    assert torch.allclose(fed[1], generated[0], atol=1e-5)
    assert not torch.allclose(fed[1], target[1], atol=1e-2)
    assert recipe._fed(game.editor, source, target, batch | {"self_fed": ~own & own}) is target


def test_words_learn_what_they_ask_for() -> None:
    torch.manual_seed(0)
    text, meaning = TextEncoder({**TINY["model"]["text"], "vocab_size": 8}), Meaning(2, 8)
    ids, present = torch.tensor([[0, 4, 5, 2], [0, 6, 7, 2]]).repeat(8, 1), torch.ones(16, 4, dtype=torch.bool)
    facts = torch.eye(2).repeat(8, 1)
    optimizer = torch.optim.Adam([*text.parameters(), *meaning.parameters()], lr=0.02)
    losses = []
    for _ in range(60):
        words, sentence = text(ids, present)
        loss = meaning.loss(Instruction(words, sentence, present[:, 1:]), facts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert sum(losses[-5:]) < 0.1 * sum(losses[:5])


def test_what_is_shown_counts_wherever_it_is() -> None:
    showing = Showing(2, 3)
    with torch.no_grad():
        showing.told.weight.copy_(torch.tensor([[99.0, 0, 0], [0, 99.0, 0]]))
        showing.told.bias.fill_(-6.0)
    v = torch.zeros(2, 1, 3, 4, 4)
    v[0, 0, 0, 3, 1] = v[1, 0, 1, 0, 2] = 2.0
    right, wrong = torch.eye(2)[:, None], torch.eye(2).flip(0)[:, None]
    assert showing.loss(v, right) < 0.1 < 5 < showing.loss(v, wrong)


def test_what_is_shown_is_asked_where_it_is() -> None:
    showing = Showing(2, 2)
    with torch.no_grad():
        showing.told.weight.copy_(12 * torch.eye(2))
        showing.told.bias.fill_(-6.0)
    v = torch.zeros(1, 1, 2, 4, 4)
    v[0, 0, 0, 3, 1] = v[0, 0, 1, 0, 2] = 1.0
    facts = torch.eye(2)[None]
    places = torch.tensor([[[[-0.25, 0.75]], [[0.25, -0.75]]]])  # of two things, x before y
    assert showing.loss(v, facts, places) < 0.01 < 5 < showing.loss(v, facts, places.flip(1))


def test_sprites_are_led_and_feed_themselves(digits: Path, tmp_path: Path) -> None:
    sprites = {"model": TINY["model"] | {"sprites": 2}}
    recipe = recipe_of(mnist=digits, corpus="mnist", self_feed=1.0, **sprites)
    batch = recipe.batch(Draw(0, 2, 2))
    assert batch["self_fed"].all()
    told: dict[str, float] = {}
    recipe.step(
        recipe.build(),
        batch,
        lambda _, losses: told.update({name: float(loss.detach()) for name, loss in losses.items()}),
    )
    assert {"sprites", "steps"} < set(told)
    assert told["sprites"] > 0
    with pytest.raises(UsageError, match="does not tell so many"):
        recipe_of(mnist=digits, model=TINY["model"] | {"sprites": 3}).build()


def test_places_are_told_found_and_fed(tmp_path: Path) -> None:
    write_pairs(tmp_path / "e-clevr", [(0, 1, 0, 0), (1, 2, 1, 1)])
    model = TINY["model"] | {"skips": True, "sentence_norm": True, "warp_gate": False, "horizon": -1.66}
    settings = {"corpus": "e-clevr", "data": str(tmp_path), "model": model, "self_feed": 1.0, "anywhere": True}
    recipe = recipe_of(**settings)
    batch = recipe.batch(Draw(0, 2, 2))
    assert batch["stands.here"].shape == (2, batch["source"].shape[1], 2)
    told: dict[str, float] = {}
    recipe.step(
        recipe.build(),
        batch,
        lambda _, losses: told.update({name: float(loss.detach()) for name, loss in losses.items()}),
    )
    assert {"locating", "tinting"} < set(told)
    assert told["locating"] > 0
    with pytest.raises(UsageError, match="does not tell where"):
        recipe_of(mnist=write_digits(tmp_path), model=model).build()


def test_clips_may_begin_anywhere(tmp_path: Path) -> None:
    write_pairs(tmp_path / "e-clevr", [(0, 1, 0, 0)])
    recipe = recipe_of(corpus="e-clevr", data=str(tmp_path), frames=1, anywhere=True)
    pair = recipe.corpora("train")["e-clevr"][0]
    begun = set()
    for step in range(20):
        frame = recipe.batch(Draw(0, step, 2))["source"][0, 0]
        begun |= {at for at in range(5) if torch.equal(frame, pair["source"][at])}
    assert len(begun) > 2


def test_each_digit_is_told_what_becomes_of_it(digits: Path) -> None:
    meta = {
        "paths": torch.zeros(2, 2, 1, 2),
        "digits": torch.tensor([[3, 5], [7, 5]]),
        "directions": torch.tensor([[0, 1], [0, 2]]),
    }
    assert wanted(meta) == [{"new digit 7"}, {"to direction 2"}]
    assert wanted({"source": []}) == []
    recipe = recipe_of(mnist=digits, corpus="mnist")
    batch = recipe.batch(Draw(0, 1, 2))
    assert batch["wanted"].sum(dim=2).eq(1).all()
    assert (batch["wanted"].amax(dim=1) <= batch["asked"]).all()


def test_pointing_is_least_where_what_is_named_is() -> None:
    places = torch.tensor([[[[-0.9, 0.1]], [[0.6, -0.6]]]])  # of two things in one frame, on a grid of 4 x 4
    named = torch.tensor([[[True, False, False], [False, False, True]]])
    looks = Looks(torch.zeros(1, 1, 3, 16), torch.full((1, 1, 2, 16, 3), 1 / 3))
    assert pointing_loss(looks, named, places, 4) == pytest.approx(math.log(16) + math.log(3))
    first, second = 2 * 4 + 0, 0 * 4 + 3
    looks.positions[0, 0, 0, first] = looks.positions[0, 0, 2, second] = 99.0
    assert pointing_loss(looks, named, places, 4) == pytest.approx(math.log(3))
    looks.words[0, 0, :, first] = torch.tensor([1.0, 0.0, 0.0])
    looks.words[0, 0, :, second] = torch.tensor([0.0, 0.0, 1.0])
    assert pointing_loss(looks, named, places, 4) == pytest.approx(0, abs=1e-4)
    looks.positions[0, 0, 1, 5] = 99.0  # a word that names nothing may look anywhere
    assert pointing_loss(looks, named, places, 4) == pytest.approx(0, abs=1e-4)
    assert pointing_loss(looks, ~named & named, places, 4) == 0


def test_words_that_name_a_digit_are_known(digits: Path) -> None:
    recipe = recipe_of(mnist=digits, corpus="mnist")
    pair = recipe.corpora("train")["d-mnist"][0]
    batch = recipe.collate([pair], slice(2))
    words = recipe.tokenizer.encode(pair["instruction"]).tokens[1:]
    for thing, digit in enumerate(pair["meta"]["digits"][0].tolist()):
        said = {word for word, meant in zip(words, batch["named"][0, thing], strict=True) if meant}
        assert said
        assert said <= {str(digit), DIGIT_WORDS[digit]}
    assert names({"source": []}) == []


def test_digits_are_where_their_centres_are(digits: Path) -> None:
    pair = DMnist(digits, "train")[0]
    places = centres(pair["meta"], pair["source"].shape[-1])
    assert places is not None
    assert places.shape == (2, 30, 2)
    corners = (places + 1) / 2 * 64 - 14
    assert torch.equal(corners.round().long(), pair["meta"]["paths"][0])
    assert centres({"source": []}, 64) is None


def test_grounding_is_least_where_the_change_is() -> None:
    changed = torch.zeros(1, 2, 1, 8, 8, dtype=torch.bool)
    changed[0, 1, 0, 1, 6] = True  # one pixel counts for its cell
    told = torch.full((2, 1, 2, 2), -9.0)
    missed = grounding_loss(told, changed)
    told[1, 0, 0, 1] = 9.0
    assert grounding_loss(told, changed) < 0.01 < missed


def test_facts_of_a_pair() -> None:
    digits = {"digits": [[7, 8], [0, 8]], "directions": [[1, 2], [1, 3]]}
    assert shown(digits) == [{"digit 7"}, {"digit 8"}]
    assert asked(digits) == {"old digit 7", "new digit 0", "digit 8 goes elsewhere", "to direction 3"}

    solids = {
        "solid": 1,
        "reference": 0,
        "relation": "behind",
        "attributes": [[[0, 1, 0, 2], [1, 2, 1, 0]], [[0, 1, 0, 2], [1, 4, 1, 0]]],
    }
    old = {"old size 1", "old color 2", "old material 1", "old shape 0"}
    beside = {"beside size 0", "beside color 1", "beside material 0", "beside shape 2"}
    first, second = {"size 0", "color 1", "material 0", "shape 2"}, {"size 1", "color 2", "material 1", "shape 0"}
    assert shown(solids) == [first, second]
    assert asked(solids) == old | beside | {"new color 4", "behind"}

    dog = {"kind": "dog", "color": "brown", "act": {"action": "walk", "direction": "left"}}
    runs = dog | {"act": {"action": "run", "direction": "right"}}
    acted = {"kind": "act", "actor": 0, "source": [dog], "target": [runs]}
    looks = {"old kind dog", "old color brown", "new kind dog", "new color brown"}
    assert shown(acted) == [{"kind dog", "color brown", "does walk", "goes left"}] * 4  # as many for every pair
    assert asked(acted) == looks | {"act", "does run", "goes right"}
    assert asked({"kind": "remove", "actor": 0, "source": [dog], "target": []}) == {
        "remove",
        "old kind dog",
        "old color brown",
    }


def test_each_solid_is_told_what_becomes_of_it_and_by_which_words() -> None:
    corpus = EClevr("train")
    meta = next(meta for index in range(99) if (meta := corpus.said(index)["meta"])["kind"] == "both")
    told, words, places = wanted(meta), names(meta), centres(meta, 128)
    solid, reference = meta["solid"], meta["reference"]
    assert meta["relation"] in told[solid] <= asked(meta)
    assert len(told[solid]) > 1
    assert told[reference] == {fact for fact in asked(meta) if fact.startswith("beside")}
    assert words[solid]
    assert words[reference]
    assert words[solid].isdisjoint(words[reference])
    assert places is not None
    assert places.shape == (5, 20, 2)
    assert places.abs().max() < 1
    count = int((meta["attributes"][0, :, 0] >= 0).sum())
    for slot in range(count, 5):  # those of few come again
        assert told[slot] == told[slot % count]
        assert torch.equal(places[slot], places[slot % count])
    assert len(shown(meta)) == 5


def test_solids_are_rendered_only_as_far_as_a_step_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = []
    monkeypatch.setattr(
        "lbvedit.data.e_clevr.render",
        lambda scenes, *size, **how: rendered.append(scenes[0].frames) or render(scenes, *size, **how),
    )
    recipe = recipe_of(corpus="e-clevr", frames=2)
    assert rendered == []
    recipe.batch(Draw(0, 0, 2))
    assert max(rendered[2:]) <= 2  # one whole pair tells the length


def test_seeing_trains_the_resnet_alone(digits: Path) -> None:
    recipe = recipe_of(mnist=digits, only="seeing")
    game = recipe.build()
    recipe.step(game, recipe.batch(Draw(0, 0, 2)), lambda _, losses: sum(losses.values()).backward())
    learns = {name for name, parameter in game.named_parameters() if parameter.grad is not None}
    assert {name.partition(".")[0] for name in learns} == {"editor", "showing"}
    assert all(name.startswith(("editor.resnet.", "showing.")) for name in learns)
    with pytest.raises(UsageError, match="by showing alone"):
        recipe_of(mnist=digits, only="seeing", showing=0).build()


def test_stepping_trains_how_sprites_move_alone(digits: Path) -> None:
    recipe = recipe_of(mnist=digits, only="stepping", frames=4, model=TINY["model"] | {"sprites": 2})
    game = recipe.build()
    batch = next(batch for step in range(9) if (batch := recipe.batch(Draw(0, step, 2)))["source"].shape[1] > 2)
    recipe.step(game, batch, lambda _, losses: sum(losses.values()).backward())
    learns = [name for name, parameter in game.named_parameters() if parameter.grad is not None]
    assert learns
    assert all(name.startswith("editor.generator.motion.") for name in learns)
    with pytest.raises(UsageError, match="how sprites move"):
        recipe_of(mnist=digits, only="stepping").build()


@pytest.mark.parametrize(
    ("only", "learning", "kept"),
    [
        ("finding", ("editor.text", "editor.encoder", "editor.locator", "meaning", "binding"), "editor.generator"),
        ("painting", ("editor.decoder", "editor.generator.tint", "editor.generator.blocks"), "editor.encoder"),
        ("retouching", ("editor.generator.close_up",), "editor.generator.blocks"),
    ],
)
def test_finding_and_painting_train_what_they_are_about(
    tmp_path: Path, only: str, learning: tuple[str, ...], kept: str
) -> None:
    write_pairs(tmp_path / "e-clevr", [(0, 1, 0, 0), (1, 2, 1, 1)])
    model = TINY["model"] | {"skips": True, "sentence_norm": True, "warp_gate": False, "horizon": -1.66}
    model["attributes"] = SOLID if only == "retouching" else ()
    recipe = recipe_of(corpus="e-clevr", data=str(tmp_path), model=model, only=only)
    game = recipe.build()
    recipe.step(game, recipe.batch(Draw(0, 0, 2)), lambda _, losses: sum(losses.values()).backward())
    learns = {name for name, parameter in game.named_parameters() if parameter.grad is not None}
    assert not any(name.startswith(kept) for name in learns)
    for part in learning:
        assert any(name.startswith(part) for name in learns), part
    with pytest.raises(UsageError, match="a part of m3l"):
        recipe_of(corpus="e-clevr", data=str(tmp_path), only=only, system="pix2pix").build()


def test_a_clip_is_given_another_instruction_whenever_it_is_drawn(tmp_path: Path) -> None:
    write_pairs(tmp_path / "e-clevr", [(0, 1, 0, 0)] * 8)
    (tmp_path / "e-clevr" / "dataset.json").write_text(json.dumps({"name": "e-clevr", "seed": 5}))
    settings = {"only": "finding", "grounding": 0.0, "retelling": True, "freeze": True}
    recipe = recipe_of(corpus="e-clevr", data=str(tmp_path), **settings)
    told: dict[int, set[tuple[int, ...]]] = {}
    for step in range(8):
        batch = recipe.batch(Draw(0, step, 2))
        assert "target" not in batch
        assert torch.equal(batch["ids"], recipe.batch(Draw(0, step, 2))["ids"])
        for clip, ids in zip(batch["clips"].tolist(), batch["ids"], strict=True):
            told.setdefault(clip, set()).add(tuple(ids[ids > 0].tolist()))
    assert max(map(len, told.values())) >= 2
    losses = []
    recipe.step(recipe.build(), batch, lambda _, each: losses.append(sum(each.values()).item()))  # without a horizon
    assert losses[0] > 0
    for wrong in ({"only": "painting"}, {"freeze": False}, {"grounding": 0.1}):
        with pytest.raises(UsageError, match="without targets"):
            recipe_of(corpus="e-clevr", data=str(tmp_path), **settings | wrong).build()


def test_built_solids_are_given_other_instructions_and_digits_none(digits: Path, tmp_path: Path) -> None:
    write_pairs(tmp_path / "e-clevr", [(0, 1, 0, 0)] * 8)
    (tmp_path / "e-clevr" / "dataset.json").write_text(json.dumps({"name": "e-clevr", "seed": 5}))
    built, rng = BuiltPairs(tmp_path / "e-clevr", "train"), np.random.default_rng
    assert len(built) >= 2
    told = built.retold(1, rng(3))
    assert told["instruction"] == EClevr(seed=5).retold(1, rng(3))["instruction"]
    left_out = BuiltPairs(tmp_path / "e-clevr", "train", without_held_out=True)
    clean = next(index for index in range(8) if not shows_held_out(EClevr(seed=5).said(index)["meta"]))
    assert not any(shows_held_out(left_out.retold(clean, rng(seed))["meta"]) for seed in range(20))
    with pytest.raises(UsageError, match="digits have no other"):
        retold(recipe_of(mnist=digits).corpora("train")["s-mnist"], 0, rng(0))


def test_a_frozen_resnet_stays_as_it_is(digits: Path, tmp_path: Path) -> None:
    recipe = recipe_of(mnist=digits)
    train(recipe, tmp_path / "run")
    after = load_file(weights_of(latest(tmp_path / "run" / "checkpoints")))
    begun = recipe_of(mnist=digits, init=tmp_path / "run", freeze=True)
    train(begun, tmp_path / "next")
    again = load_file(weights_of(latest(tmp_path / "next" / "checkpoints")))
    moved = {name for name in after if not torch.equal(after[name], again[name])}
    assert moved
    assert not any(name.startswith("editor.resnet.") for name in moved)


def test_what_changes_may_count_once_more() -> None:
    target, changed = torch.zeros(1, 1, 3, 2, 2), torch.zeros(1, 1, 1, 2, 2, dtype=torch.bool)
    edited = torch.ones(1, 1, 3, 2, 2)
    assert altering_loss(edited, target, changed) == 0
    changed[..., 0, 0] = True
    edited[..., 0, 0] = 0.5
    assert altering_loss(edited, target, changed) == pytest.approx(0.5)


def test_the_copy_gate_learns_what_is_left_alone() -> None:
    changed = torch.zeros(1, 1, 1, 2, 4, dtype=torch.bool)
    changed[..., 0] = True
    right = (~changed).float()
    half = torch.full_like(right, 0.5)
    assert copying_loss(right, changed) < 1e-3 < copying_loss(half, changed) == pytest.approx(math.log(2))


@pytest.mark.parametrize("system", ["pix2pix", "vid2vid"])
def test_a_baseline_is_published_under_its_own_name(digits: Path, tmp_path: Path, system: str) -> None:
    recipe = recipe_of(mnist=digits, system=system, zero_shot=True)
    train(recipe, tmp_path / "run")
    folder = publish(recipe, tmp_path / "run", tmp_path / "weights", command="lbvedit train m3l")
    assert folder.name == f"{system}-mnist-zero-shot"
    clip = torch.zeros(3, 3, 64, 64, dtype=torch.uint8)
    assert M3LEditor(folder.name, tmp_path / "weights").edit(clip, "head upper left").shape == clip.shape


def test_the_world_is_learnt_from_built_pairs_of_their_own_size(tmp_path: Path) -> None:
    write_pairs(tmp_path / "e-clevr", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1], [1, 2, 0, 1]])
    write_pairs(tmp_path / "actor-edits", [[1, 1, 1, 1]] * 4)
    recipe = recipe_of(corpus="world", data=tmp_path, frames=30)
    assert recipe.architecture.size == (32, 32)
    first, second = (recipe.batch(Draw(0, step, 2)) for step in range(2))
    assert first["source"].shape[2:] == second["source"].shape[2:] == (3, 32, 32)
    assert first["source"].shape[1] <= 5  # no clip is longer
    with pytest.raises(UsageError, match="built data set"):
        recipe_of(corpus="actors").build()


def test_zero_shot_leaves_out_pairs_with_held_out_solids(tmp_path: Path) -> None:
    write_pairs(tmp_path / "e-clevr", [[0, 0, 0, 0], [1, 7, 1, 2], [0, 1, 0, 1], [0, 0, 0, 0]])
    every = BuiltPairs(tmp_path / "e-clevr", "train")
    held_out = [shows_held_out(every[index]["meta"]) for index in range(len(every))]
    assert 0 < sum(held_out) < len(every)
    seen = open_corpora("e-clevr", "train", data=tmp_path, zero_shot=True)["e-clevr"]
    assert len(seen) == len(every) - sum(held_out)
    assert not any(shows_held_out(seen[index]["meta"]) for index in range(len(seen)))
