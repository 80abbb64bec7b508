"""What the close-up of M3L learns from: squares of clips and of moments, made once; and actors, found and painted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lbvedit.data.build import build
from lbvedit.data.e_clevr import EClevr
from lbvedit.errors import UsageError
from lbvedit.systems.m3l import M3L, Places
from lbvedit.systems.m3l.places import fixed_eye
from lbvedit.training.m3l import M3LRecipe
from lbvedit.training.m3l_squares import squares
from lbvedit.training.m3l_things import ACTING, SOLID
from lbvedit.training.recipe import Draw
from tests.systems.m3l.test_model import batch
from tests.systems.m3l.test_places import PLACED
from tests.training.test_m3l import recipe_of
from tests.training.tiny_m3l import TINY, write_pairs


def test_squares_of_a_clip_are_made_once_and_learnt_from(tmp_path: Path) -> None:
    write_pairs(tmp_path / "e-clevr", [(0, 1, 0, 0), (1, 2, 1, 1)])
    model = TINY["model"] | {"skips": True, "sentence_norm": True, "warp_gate": False, "horizon": -1.66}
    settings = {"corpus": "e-clevr", "data": str(tmp_path), "only": "retouching", "squares": 3}
    recipe = recipe_of(**settings, model=model | {"attributes": SOLID})
    game, losses = recipe.build(), []

    def learn(_: str, told: dict[str, torch.Tensor]) -> None:
        losses.append(sum(told.values()))
        losses[-1].backward()

    batch = recipe.batch(Draw(0, 0, 2))
    assert set(batch) == {"turn", "clips"}
    for _ in range(2):
        recipe.step(game, batch, learn)
    assert {key for key, _ in recipe._album.kept.items()} == {(0, int(clip)) for clip in batch["clips"]}
    kept = next(iter(recipe._album.kept.values()))
    assert kept.layers.shape == (3, 5, 3, 80, 80)
    assert kept.changed.any()
    assert not kept.changed.all()
    assert all(float(loss.detach()) > 0 for loss in losses)
    assert game.editor.generator.close_up.out.weight.grad.abs().sum() > 0
    mirrored = kept.mirrored()
    assert torch.equal(mirrored.layers.flip(4), kept.layers)
    assert torch.equal(mirrored.places.there, kept.places.there * torch.tensor([-1, 1]))
    for attributes, said in (((), "trains the close-up"), ((2, 3), "no such things")):
        with pytest.raises(UsageError, match=said):
            recipe_of(**settings, model=model | {"attributes": attributes}).build()


def test_squares_of_further_pairs_are_their_first_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pairs(tmp_path / "e-clevr", [(0, 1, 0, 0)] * 2)
    model = TINY["model"] | {"skips": True, "sentence_norm": True, "warp_gate": False, "horizon": -1.66}
    settings = {"corpus": "e-clevr", "data": str(tmp_path), "only": "retouching", "openings": 3}
    recipe = recipe_of(**settings, model=model | {"attributes": SOLID})
    drawn = {int(clip) for step in range(20) for clip in recipe.batch(Draw(0, step, 2))["clips"]}
    built = len(recipe.corpora("train")["e-clevr"])
    assert drawn == set(range(built + 3))
    game, rendered = recipe.build(), []
    monkeypatch.setattr(EClevr, "opening", lambda self, index, frames: rendered.append((self.seed, index, frames)))
    with pytest.raises(TypeError):  # as nothing is rendered here
        recipe._album.one(game.editor, 0, built + 1)
    assert rendered == [(1, 1, 1)]


def test_squares_show_what_the_generator_shows_its_close_up(tmp_path: Path) -> None:
    torch.manual_seed(0)
    editor = M3L(replace(PLACED, attributes=(2, 3))).eval()
    source, target, ids, present = batch(H=8, W=8)
    source, target, ids, present = source[:1], target[:1], ids[:1], present[:1]
    text, stands = editor.read(ids, present), torch.full((1, source.shape[1], 2), 0.2)
    moments, looks = torch.tensor([1]), torch.ones(1, source.shape[1], 5)
    there = Places(stands, stands, fixed_eye(-1.66, stands), looks)
    made = squares(editor, source, target, text, there, moments)
    close_up = editor.generator.close_up
    assert close_up is not None
    f = editor.encode(source, text)
    afar = editor.generator.afar(editor.decode(f, target[:, :-1], text), source, source, text.sentence, there)
    whole = editor.paint(f, source, afar.frames, text, places=there).frames
    cut = close_up.square(there).cut(whole)[0, 1]
    assert (made.retouched(close_up)[0][0] - cut).abs().max() < 0.02


@pytest.fixture(scope="module")
def actors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two built edits of actors."""
    folder = tmp_path_factory.mktemp("world")
    build("actor-edits", folder / "actor-edits", size=2)
    return folder


def acting(data: Path, **settings: object) -> M3LRecipe:
    model = TINY["model"] | {"skips": True, "sentence_norm": True, "warp_gate": False, "horizon": -1.66}
    return recipe_of(corpus="actors", data=str(data), **settings, model=model | {"attributes": ACTING, "acting": True})


@pytest.mark.parametrize("only", ["finding", ""])
def test_actors_are_found_by_other_instructions_and_painted(actors: Path, only: str) -> None:
    found = {"retelling": True, "grounding": 0, "freeze": True} if only else {}
    recipe, told = acting(actors, only=only, frames=3, **found), {}
    recipe.step(recipe.build(), recipe.batch(Draw(0, 0, 2)), lambda _, losses: told.update(losses))
    assert {"locating", "becoming", "pace", "facing", "eye", "binding", "pointing", "showing"} <= set(told)
    assert all(torch.isfinite(loss) for loss in told.values())
    assert ("editing" in told) == (only == "")


def test_the_close_up_of_actors_learns_from_moments(actors: Path) -> None:
    recipe = acting(actors, only="retouching", openings=2)
    game, losses = recipe.build(), []
    batch = recipe.batch(Draw(0, 0, 4))
    assert set(batch["clips"].tolist()) == {0, 1}
    recipe.step(game, batch, lambda _, told: losses.append(sum(told.values())))
    assert float(losses[0].detach()) > 0
    cleared, painted = (recipe._album.kept[0, 0][torch.tensor([which])] for which in range(2))
    assert cleared.places.looks is not None
    assert cleared.places.looks.abs().max() == 0
    assert torch.equal(cleared.places.there, cleared.places.here)
    assert (painted.layers[:, 0] != painted.layers[:, 1]).any()  # it is painted where nothing is any more
    with pytest.raises(UsageError, match="single moments"):
        acting(actors, only="retouching").build()
    with pytest.raises(UsageError, match="no such things"):
        recipe_of(corpus="actors", data=str(actors), model=recipe.config.model.to_json() | {"acting": False}).build()
