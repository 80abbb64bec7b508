"""M3L's tables, with weights that have hardly learnt anything."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.errors import WeightsError
from lbvedit.evaluation import m3l_world
from lbvedit.evaluation.m3l_mnist import evaluate_d_mnist, evaluate_d_mnist_zero_shot
from lbvedit.evaluation.m3l_world import evaluate_e_clevr, obeys
from lbvedit.evaluation.table import Options, Result, markdown
from lbvedit.training import m3l
from lbvedit.training.config import configure
from lbvedit.training.loop import train
from lbvedit.training.m3l import M3LRecipe
from lbvedit.training.m3l_settings import M3LTraining
from lbvedit.training.publish import publish
from tests.training.tiny_m3l import TINY, write_digits, write_pairs


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a built corpus, and the weights of M3L and of pix2pix."""
    folder = tmp_path_factory.mktemp("world")
    write_pairs(folder / "e-clevr", [[1, 1, 1, 1]] * 6)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(m3l, "_VALIDATED", 1)
        for system in ("m3l", "pix2pix"):
            settings = {"corpus": "e-clevr", "data": folder, "system": system}
            recipe = M3LRecipe(configure(M3LTraining(), TINY | {"steps": 1} | settings))
            train(recipe, folder / "runs" / system)
            publish(recipe, folder / "runs" / system, folder / "weights", command="lbvedit train m3l")
    return folder


def evaluated(world: Path, monkeypatch: pytest.MonkeyPatch, **values: object) -> Result:
    def alternatives(pairs: m3l_world.WorldPairs, index: int) -> tuple[list[str], torch.Tensor, int]:
        return ["source", "target"], torch.stack([pairs[index]["source"], pairs[index]["target"]]), 1

    monkeypatch.setattr(m3l_world.WorldPairs, "alternatives", alternatives)
    return evaluate_e_clevr(Options(data=world, weights=world / "weights", device="cpu", limit=3, **values))


def test_e_clevr_prints_copies_baselines_and_what_obeys(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = evaluated(world, monkeypatch, picture=True)
    copy, ours = result.others["copy source"], result.metrics
    assert ours["ssim_gain"] == pytest.approx((ours["ssim"] - copy["ssim"]) / (100 - copy["ssim"]))
    assert ours["changed_share"] == pytest.approx(64 / 1024)
    assert 0 <= ours["obeyed"] <= 1
    assert ours["obeyed_property"] == ours["obeyed"]
    assert "ssim_gain" in result.others["pix2pix (ours)"]
    assert result.others["vid2vid (ours)"] == {}
    text = markdown(result)
    assert "| M3L, the paper's" in text
    assert next(line for line in text.splitlines() if "vid2vid (ours)" in line).count("n/a") >= 4
    assert result.picture is not None
    assert result.picture.shape[0] == 3


def test_the_nearest_clip_tells_what_was_obeyed() -> None:
    clips = torch.stack([torch.full((2, 3, 4, 4), value, dtype=torch.uint8) for value in (0, 100, 200)])
    assert obeys(clips[1] + 20, clips, right=1)
    assert not obeys(clips[0] + 20, clips, right=1)


def test_an_actors_edit_has_other_readings() -> None:
    edits = ActorEdits("test", frames=2, side=32)
    index = next(index for index in range(20) if edits[index]["meta"]["kind"] == "act")
    names, clips, right = edits.alternatives(index)
    pair = edits[index]
    assert torch.equal(clips[right], pair["target"])
    assert torch.equal(clips[0], pair["source"])
    assert names[right] == pair["instruction"]
    assert len(names) == len(clips) > 2


def test_a_missing_weight_is_said_or_not_available(tmp_path: Path) -> None:
    digits = write_digits(tmp_path)
    result = evaluate_d_mnist_zero_shot(Options(mnist=digits, weights=tmp_path, device="cpu", limit=1))
    assert result.corpus == "d-mnist-zero-shot"
    assert result.others["no MLF (ours)"] == {}
    assert result.others["copy source"]["ssim"] > 0
    with pytest.raises(WeightsError, match="m3l-nowhere"):
        evaluate_d_mnist(Options(mnist=digits, weights=tmp_path, device="cpu", limit=1, model="m3l-nowhere"))
