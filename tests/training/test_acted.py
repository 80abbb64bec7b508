"""Pictures of the world's actors, as MMVT is shown them."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from lbvedit.data.actors import Actors, Tableau
from lbvedit.data.photos import IGNORED
from lbvedit.data.world.actions import ACTIONS, DIRECTIONS, TRAVELS
from lbvedit.data.world.words import Description
from lbvedit.data.world.workshop import COLORS
from lbvedit.errors import UsageError
from lbvedit.language.lexicon import VOC_CLASSES
from lbvedit.training.acted import CAST, TRAITS, acted, asked, descriptions, watched
from lbvedit.training.config import configure
from lbvedit.training.mmvt import MMVTTraining, _binary
from lbvedit.training.mmvt_settings import MMVTTrainingConfig
from lbvedit.training.pictures import View
from lbvedit.training.recipe import Draw
from lbvedit.training.referring import Reference
from lbvedit.weights import locate

SIDE = 64


@pytest.fixture(scope="module")
def actors() -> Actors:
    return Actors("train", 3, size=40, frames=2, side=SIDE, back=6)


@pytest.fixture(scope="module")
def pictures(actors: Actors) -> list[tuple[View, Tensor, list[Reference]]]:
    rng = np.random.default_rng(0)
    return [pictured(actors.tableau(number), 48, 4, rng) for number in range(12)]


def pictured(
    tableau: Tableau, side: int, count: int, rng: np.random.Generator, **more: Any
) -> tuple[View, Tensor, list[Reference]]:
    return acted(tableau, side, count, rng, **{"seen": watched(tableau, 6), "absences": 0.25, **more})


def test_a_tableau_is_the_first_frame_of_its_item(actors: Actors) -> None:
    tableau, item = actors.tableau(5), actors[5]
    assert torch.equal(tableau.frame, item["frames"][0])
    assert torch.equal(tableau.flow, item["flow"][0])
    # A camera's noise is another in a clip of another length.
    assert (tableau.after.float() - item["frames"][1].float()).abs().mean() < 8
    assert torch.equal(tableau.masks[item["meta"]["target"]], item["mask"][0, 0])
    assert [actor.kind for actor in tableau.actors] == [actor["kind"] for actor in item["meta"]["actors"]]


def test_the_flow_that_is_estimated_is_near_the_exact_one(actors: Actors) -> None:
    """On those who move by themselves it is nearer to the truth than no flow at all, and so is that since long ago."""
    wrong, since, none = [], [], []
    for number in range(8):
        tableau = actors.tableau(number)
        seen, moving = watched(tableau, 6).float(), tableau.flow.norm(dim=0) > 0.7
        wrong.append((seen[:2] - tableau.flow).norm(dim=0)[moving])
        since.append((seen[2:] - tableau.flow).norm(dim=0)[moving])
        none.append(tableau.flow.norm(dim=0)[moving])
    assert torch.cat(wrong).mean() < 0.6 * torch.cat(none).mean()
    assert torch.cat(since).mean() < 0.9 * torch.cat(none).mean()


def test_masks_lie_on_what_the_labels_call_by_that_name(pictures: list[tuple[View, Tensor, list[Reference]]]) -> None:
    named = 0
    for view, flow, said in pictures:
        assert view.image.shape == (3, 48, 48)
        assert flow.shape == (4, 48, 48)
        assert len(said) == 4
        for reference in said:
            told = reference.kinds & set(VOC_CLASSES) and not reference.kinds >= set(CAST)
            if reference.mask.any() and told:
                # Masks share pixels at their edges, where the labels have room for one name only.
                most = int(view.labels[reference.mask].mode().values)
                assert VOC_CLASSES[most] in reference.kinds, reference.expression
                named += 1
    assert named > 5


def test_the_classes_of_the_cast_ignore_nobody(actors: Actors) -> None:
    tableau = actors.tableau(0)
    view, _, _ = pictured(tableau, SIDE, 1, np.random.default_rng(5), classes=CAST, absences=0.0)
    kinds = {CAST.index(actor.kind) for actor in tableau.actors}
    assert set(view.labels.unique().tolist()) <= {0, IGNORED} | kinds
    assert set(view.labels.unique().tolist()) & kinds


def test_traits_lie_on_the_masks_of_those_who_have_them_and_are_what_words_ask_for(actors: Actors) -> None:
    rng = np.random.default_rng(2)
    pointed = 0
    for number in range(12):
        tableau = actors.tableau(number)
        view, _, said = pictured(tableau, SIDE, 4, rng, classes=CAST)
        assert view.traits is not None
        who = {(list(COLORS).index(a.color), ACTIONS.index(a.act.action)) for a in tableau.actors}
        shown = view.traits[:2, (view.labels > 0) & (view.labels != IGNORED)]
        assert {tuple(pair) for pair in shown.T.tolist()} <= who
        for reference in said:
            assert reference.asked is not None
            may = torch.tensor(reference.asked).split(TRAITS)
            if reference.mask.any():
                # Masks share pixels at their edges, where traits have room for one actor only.
                values = view.traits[:, reference.mask].mode(dim=1).values
                assert all(bool(one[value]) for one, value in zip(may, values.tolist(), strict=True))
                pointed += sum(not bool(one.all()) for one in may)
    assert pointed > 15


def test_moving_asks_for_whatever_travels() -> None:
    said = Description("whatever is moving left", "action", action="move", direction="left")
    color, action, way = torch.tensor(asked(said)).split(TRAITS)
    assert color.all()
    assert {name for name, may in zip(ACTIONS, action, strict=True) if may} == TRAVELS
    assert way.nonzero().flatten().tolist() == [1 + list(DIRECTIONS).index("left")]


def test_some_expressions_fit_nobody(pictures: list[tuple[View, Tensor, list[Reference]]]) -> None:
    empty = [reference.mask.any().item() for _, _, said in pictures for reference in said]
    assert 0.05 < 1 - sum(empty) / len(empty) < 0.6


def test_what_lies_beyond_the_frame_is_no_background(pictures: list[tuple[View, Tensor, list[Reference]]]) -> None:
    beyond = [view.labels == IGNORED for view, _, _ in pictures if (view.image == 0).all(dim=0).float().mean() > 0.1]
    assert beyond
    assert all(each.any() for each in beyond)


def test_the_world_alone_needs_no_other_data_and_has_its_own_words(tmp_path: Path) -> None:
    settings = {"data": tmp_path, "tokenizer": tmp_path, "actors": 1.0, "size_px": 48, "expressions": 2, "spoken": 4}
    recipe = MMVTTraining(configure(MMVTTrainingConfig(), settings))
    assert recipe.build().mmvt.config.kinds == len(CAST)
    batch = recipe.batch(Draw(0, 0, 2))
    assert batch["means"].shape[1] == len(CAST)
    assert batch["frames"].shape == (2, 3, 48, 48)
    assert batch["masks"].shape == (4, 1, 48, 48)
    vocabulary = recipe.batches.tokenizer.get_vocab()
    rng = np.random.default_rng(99)
    said = " ".join(d.text for d in itertools.islice(descriptions(rng), 250)).replace(",", "").split()
    assert sum(word in vocabulary for word in said) / len(said) > 0.99


def test_photos_say_nothing_of_traits() -> None:
    words = locate("mmvt-small").folder / "tokenizer.json"
    recipe = MMVTTraining(configure(MMVTTrainingConfig(), {"only": "reading", "actors": 0.5, "tokenizer": words}))
    batch = recipe.batch(Draw(0, 0, 60))
    known = batch["asked"][:, 0] >= 0
    assert 15 < int(known.sum()) < 45
    assert set(batch["asked"][~known].unique().tolist()) == {-1.0}


def test_what_nobody_knows_is_not_learnt() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    loss = _binary(logits, torch.tensor([[1.0, 0, 1], [-1, -1, -1]]))
    loss.backward()
    assert float(loss.detach()) == pytest.approx(3 * math.log(2) / 2)
    assert logits.grad is not None
    assert logits.grad[0].abs().min() > 0
    assert logits.grad[1].abs().max() == 0


def test_what_a_name_means_where_the_class_map_has_no_such_kind() -> None:
    of_photos, of_the_world = MMVTTraining(MMVTTrainingConfig()), MMVTTraining(MMVTTrainingConfig(actors=1.0))

    def meant(recipe: MMVTTraining, *kinds: str) -> dict[str, float]:
        told = zip(recipe.batches.classes, recipe.batches.meant(frozenset(kinds)), strict=True)
        return {kind: likely for kind, likely in told if likely}

    assert meant(of_photos, "car") == meant(of_the_world, "car") == {"car": 1.0}
    assert meant(of_photos, "ball") == {"background": 0.5}
    assert meant(of_the_world, "ball") == {"ball": 1.0}
    assert meant(of_photos) == {}
    anybody = meant(of_photos, *CAST)
    assert anybody["background"] == 0.5
    assert anybody["dog"] == 1.0
    assert "sofa" not in anybody


@pytest.mark.parametrize("row", ["+bce", "B+M", None])
def test_the_recipe_trains_every_part_of_a_row(monkeypatch: pytest.MonkeyPatch, row: str | None) -> None:
    monkeypatch.setattr("lbvedit.training.mmvt_batches._DESCRIPTIONS", 250)
    settings = {"actors": 1, "row": row, "size_px": 64, "expressions": 2, "spoken": 4, "batch_size": 2}
    recipe = MMVTTraining(configure(MMVTTrainingConfig(), settings))
    trainee = recipe.build().train()
    losses = recipe.loss(trainee, recipe.batch(Draw(0, 0, 2)))
    torch.stack([loss.float() for loss in losses.values()]).sum().backward()
    idle = {name.split(".")[0] for name, p in trainee.mmvt.named_parameters() if p.grad is None}
    assert idle == set()


def test_a_row_begins_with_what_it_has_of_the_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lbvedit.training.mmvt_batches._DESCRIPTIONS", 250)
    whole = MMVTTraining(configure(MMVTTrainingConfig(), {"actors": 1})).build()
    save_file(whole.state_dict(), tmp_path / "whole.safetensors")
    settings = {"actors": 1, "row": "B", "init": tmp_path / "whole.safetensors"}
    row = MMVTTraining(configure(MMVTTrainingConfig(), settings)).build()
    assert torch.equal(row.mmvt.appearance.stem[0].weight, whole.mmvt.appearance.stem[0].weight)
    assert torch.equal(row.mmvt.text.project.weight, whole.mmvt.text.project.weight)
    with pytest.raises(UsageError, match="do not fit"):
        MMVTTraining(configure(MMVTTrainingConfig(), {**settings, "row": None, "actors": 0.5})).build()


def test_a_row_is_published_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MMVTTraining, "validate", lambda self, model: {})
    monkeypatch.setattr("lbvedit.training.mmvt_batches._DESCRIPTIONS", 250)
    for row, name in (("B+M", "mmvt-small-clean-B+M"), (None, "mmvt-small-clean")):
        settings = {"actors": 1, "row": row, "working_px": 40_000}
        recipe = MMVTTraining(configure(MMVTTrainingConfig(), settings))
        publication = recipe.publish(recipe.build())
        assert (publication.name, publication.facts) == (name, {"working_px": 40_000})
    with pytest.raises(UsageError, match="finds nothing by words"):
        MMVTTraining(configure(MMVTTrainingConfig(), {"only": "seeing"})).publish(torch.nn.Identity())


def test_words_are_learnt_without_pictures_by_an_encoder_begun_afresh(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lbvedit.training.mmvt_batches._DESCRIPTIONS", 250)
    torch.manual_seed(0)
    before = MMVTTraining(configure(MMVTTrainingConfig(), {"actors": 1})).build()
    save_file(before.state_dict(), tmp_path / "before.safetensors")
    settings = {"actors": 1, "only": "reading", "init": tmp_path / "before.safetensors", "afresh": "text"}
    recipe = MMVTTraining(configure(MMVTTrainingConfig(), settings))
    trainee = recipe.build().train()
    same = {name for name, p in before.mmvt.named_parameters() if torch.equal(p, trainee.mmvt.get_parameter(name))}
    changed = {name for name, _ in before.mmvt.named_parameters()} - same
    assert {name.split(".")[0] for name in changed} == {"text"}
    losses = recipe.loss(trainee, recipe.batch(Draw(0, 0, 4)))
    assert set(losses) == {"names", "asked"}
    torch.stack(list(losses.values())).sum().backward()
    taught = {name.split(".")[0] for name, p in trainee.mmvt.named_parameters() if p.grad is not None}
    assert taught == {"text", "kinds", "traits"}
