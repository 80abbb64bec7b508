"""M3L as a pipeline: which weight, which footage, which words, and what of a frame is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.davis import open_davis
from lbvedit.data.e_clevr import EClevr
from lbvedit.errors import InstructionError, NoMatchError, UsageError, WeightsError
from lbvedit.pipelines import registry
from lbvedit.pipelines.m3l import FARTHEST, M3LEdit, M3LOptions, candidates, distance_to
from lbvedit.pipelines.m3l_frame import Letterbox
from lbvedit.training import m3l, m3l_batches
from lbvedit.training.config import configure
from lbvedit.training.loop import train
from lbvedit.training.m3l import M3LRecipe
from lbvedit.training.m3l_corpora import BuiltPairs
from lbvedit.training.m3l_settings import M3LTraining
from lbvedit.training.m3l_things import SOLID
from lbvedit.training.publish import publish
from lbvedit.types import Request
from lbvedit.weights import locate
from tests.pipelines.films import Film
from tests.training.tiny_m3l import TINY, write_digits, write_pairs

DAVIS = Path(__file__).parents[2].parent / "shared/data/davis"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weights that have hardly learnt anything, one of digits and one of coloured squares."""
    folder = tmp_path_factory.mktemp("m3l")
    write_digits(folder)
    write_pairs(folder / "e-clevr", [[1, 1, 1, 1]] * 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(m3l_batches, "_SENTENCES", 300)
        patch.setattr(m3l, "_DESCRIBED", 30)
        patch.setattr(m3l, "_VALIDATED", 1)
        told = {"skips": True, "sentence_norm": True, "warp_gate": False, "horizon": -1.66}
        told["attributes"] = SOLID
        solids = {"corpus": "e-clevr", "data": folder, "model": TINY["model"] | told}
        for settings in ({"corpus": "s-mnist", "mnist": folder}, solids):
            recipe = M3LRecipe(configure(M3LTraining(), TINY | {"steps": 1} | settings))
            train(recipe, folder / "runs" / str(settings["corpus"]))
            publish(recipe, folder / "runs" / str(settings["corpus"]), folder / "weights", command="lbvedit train m3l")
    return folder / "weights"


@pytest.fixture(scope="module")
def digits(weights: Path) -> Tensor:
    """Fourteen frames of a moving digit."""
    recipe = M3LRecipe(configure(M3LTraining(), TINY | {"corpus": "s-mnist", "mnist": weights.parent}))
    return recipe.corpora("test")["s-mnist"][0]["source"][:14]


def pipeline(weights: Path, text: str = "head upper left", options: M3LOptions | None = None, **values) -> M3LEdit:
    return M3LEdit(Request("edit", text, weights=weights, device="cpu", **values), options or M3LOptions())


def edited(edit: M3LEdit, film: Film) -> Tensor:
    return torch.cat([clip.frames for clip in edit(film, lambda event: None)])


def test_any_length_is_edited_in_windows_that_go_on(weights: Path, digits: Tensor) -> None:
    edit = pipeline(weights, window=6)
    out = edited(edit, Film(digits))
    assert out.shape == digits.shape
    assert out.dtype == torch.uint8
    assert edit.weights_sha256["m3l-mnist"] == locate("m3l-mnist", weights).config["sha256"]
    assert edit.state["edited"].shape[0] == 2
    assert torch.equal(out[:6], edited(pipeline(weights, window=6), Film(digits[:6])))


def test_a_resumed_job_goes_on_with_weight_and_frames(weights: Path, digits: Tensor) -> None:
    whole = edited(pipeline(weights, window=6), Film(digits))
    first, second = pipeline(weights, window=6), pipeline(weights, window=6)
    edited(first, Film(digits[:6]))
    second.state = {name: tensor.clone() for name, tensor in first.state.items()}
    assert torch.equal(edited(second, Film(digits, start=6)), whole[6:])


def test_a_window_goes_on_from_where_its_thing_was_put(weights: Path) -> None:
    squares = torch.cat([BuiltPairs(weights.parent / "e-clevr", "test")[n]["source"] for n in range(3)])
    whole, first = (pipeline(weights, "make the cube blue", window=6) for _ in range(2))
    out = edited(whole, Film(squares))
    assert whole.state["there"].shape == (1, 2, 2)
    assert whole.state["looks"].shape == (1, sum(SOLID))
    edited(first, Film(squares[:6]))
    second = pipeline(weights, "make the cube blue", window=6)
    second.state = {name: tensor.clone() for name, tensor in first.state.items()}
    assert torch.equal(edited(second, Film(squares, start=6)), out[6:])


def test_the_weight_follows_the_footage(weights: Path, digits: Tensor) -> None:
    told: list[str] = []
    film = Film(BuiltPairs(weights.parent / "e-clevr", "train")[0]["source"])
    edit = pipeline(weights, "make the cube blue")
    list(edit(film, lambda event: told.append(event.message)))
    assert set(edit.weights_sha256) == {"m3l-e-clevr"}
    assert told == ["m3l-e-clevr fits the video best"]
    names = {found.name for found in candidates(weights)}  # the embedded ones are among them
    assert {"m3l-mnist", "m3l-e-clevr"} <= names
    assert not any(name.endswith(("-concat", "-none", "-zero-shot")) for name in names)


def test_other_footage_is_refused_unless_forced(weights: Path) -> None:
    torch.manual_seed(0)
    street = Film(torch.randint(0, 256, (6, 3, 48, 80), dtype=torch.uint8))
    with pytest.raises(NoMatchError, match="looks like nothing") as refused:
        edited(pipeline(weights), street)
    assert "--force" in refused.value.hint
    with pytest.raises(NoMatchError, match="m3l-mnist was trained on"):
        edited(pipeline(weights, model="m3l-mnist"), street)
    forced = pipeline(weights, options=M3LOptions(force=True), model="m3l-mnist")
    assert edited(forced, street).shape == street.frames.shape


@pytest.mark.skipif(not DAVIS.exists(), reason="DAVIS is not here")
def test_real_footage_looks_like_no_digits(weights: Path) -> None:
    found = locate("m3l-mnist", weights)
    sequences = open_davis(DAVIS)
    assert all(distance_to(found, sequences[number]["frames"][:6]) > 2 * FARTHEST for number in range(4))


@pytest.mark.skipif(not DAVIS.exists(), reason="DAVIS is not here")
@pytest.mark.parametrize("name", ["m3l-mnist", "m3l-e-clevr", "m3l-actors"])
def test_real_footage_looks_like_nothing_that_an_embedded_weight_knows(name: str) -> None:
    found, sequences = locate(name), open_davis(DAVIS)
    assert all(distance_to(found, sequences[number]["frames"][:20]) > FARTHEST for number in range(len(sequences)))


def test_the_world_s_actors_are_told_from_its_solids() -> None:
    actors, solids = locate("m3l-actors"), locate("m3l-e-clevr")
    moments = [ActorEdits("test", seed=7).moment(index)[0]["source"] for index in range(12)]
    still = [frame.expand(8, -1, -1, -1) for frame in moments]  # that nothing moves says nothing
    assert sum(distance_to(actors, clip) < distance_to(solids, clip) for clip in still) >= 10
    assert all(distance_to(solids, EClevr("test").opening(index, 2)["source"]) <
               distance_to(actors, EClevr("test").opening(index, 2)["source"]) for index in range(4))  # fmt: skip


def test_words_that_it_never_learnt_are_said_with_known_ones(weights: Path, digits: Tensor) -> None:
    with pytest.raises(InstructionError, match="never learnt 'uper'") as refused:
        edited(pipeline(weights, "head uper left"), Film(digits))
    assert "upper" in refused.value.hint
    with pytest.raises(InstructionError, match="'zebra'") as refused:
        edited(pipeline(weights, "zebra left"), Film(digits))
    assert "it knows: " in refused.value.hint


def test_attention_is_drawn(weights: Path, digits: Tensor, tmp_path: Path) -> None:
    options = registry.parse(M3LOptions, {"attention": str(tmp_path / "maps.png")}, "m3l")
    edited(pipeline(weights, options=options), Film(digits))
    assert (tmp_path / "maps.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UsageError, match="there is no folder"):
        pipeline(weights, options=M3LOptions(attention=tmp_path / "nowhere" / "maps.png"))


def test_only_its_own_weights_are_taken(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text(json.dumps({"system": "mmvt", "architecture": {"size": [8, 8]}}))
    with pytest.raises(WeightsError, match="is for mmvt"):
        edited(pipeline(tmp_path, model="other"), Film(torch.zeros(2, 3, 8, 8, dtype=torch.uint8)))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16])
def test_what_an_edit_leaves_alone_is_the_sources_own(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    most = torch.iinfo(dtype).max
    frames = (torch.rand(2, 3, 90, 160) * most).to(dtype)
    box = Letterbox(90, 160, (64, 64))
    assert box.inner == (36, 64)
    assert box.bars == (0, 0, 14, 14)
    shown = box.shrink(box.picture(frames))
    assert shown.shape == (2, 3, 64, 64)
    assert torch.equal(box.restore(frames, shown, shown), frames)
    changed = shown.clone()
    changed[:, :, 20:30, 10:20] = 255 - changed[:, :, 20:30, 10:20]
    changed[:, :, :14] = 0  # what becomes of a bar is nobody's business
    out = box.restore(frames, shown, changed)
    differs = (out.int() != frames.int()).any(dim=1)
    rows, columns = slice(15 - 5, 40 + 6), slice(25 - 6, 50 + 6)  # 2.5 times as large, with a rim
    assert differs[:, 18:36, 28:46].float().mean() > 0.95
    differs[:, rows, columns] = False
    assert not differs.any()


def test_a_frame_of_the_trained_size_is_painted_pixel_by_pixel() -> None:
    box = Letterbox(64, 64, (64, 64))
    frames = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    painted = frames.clone()
    painted[..., 20:40, 20:40] = 200
    assert torch.equal(box.restore(frames, box.shrink(box.picture(frames)), painted), painted)
