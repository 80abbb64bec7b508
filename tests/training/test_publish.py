from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from lbvedit.cli.train import app
from lbvedit.errors import LbveditError, UsageError
from lbvedit.training import recipes
from lbvedit.training.config import configure
from lbvedit.training.loop import averaged_model
from lbvedit.training.publish import publish
from lbvedit.training.recipes import RECIPES, recipe_class
from lbvedit.weights import load_state, locate
from tests.training.toy import Toy, ToyConfig

FEW = {"device": "cpu", "steps": 2}


@pytest.fixture(autouse=True)
def toy_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(recipes.RECIPES, "toy", "tests.training.toy:Toy")


def lbvedit_train(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_every_listed_recipe_exists_and_has_settings() -> None:
    for name in RECIPES:
        assert recipe_class(name).Config().steps > 0
    with pytest.raises(UsageError) as caught:
        recipe_class("digit")
    assert caught.value.hint == "did you mean digits?"


def test_recipes_load_without_a_media_stack() -> None:
    script = (
        "import sys; sys.modules['av'] = sys.modules['cv2'] = sys.modules['ffmpeg'] = None\n"
        "import lbvedit.training.loop, lbvedit.training.publish\n"
        "from lbvedit.training.recipes import RECIPES, recipe_class\n"
        "[recipe_class(name) for name in RECIPES]"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_train_resume_publish_from_the_command_line(tmp_path: Path) -> None:
    places = ["--out", tmp_path / "runs", "--weights", tmp_path / "weights"]
    assert "digits" in lbvedit_train("--list")
    assert "width = 8" in lbvedit_train("toy", "--list")
    lbvedit_train("toy", "--set", "device=cpu", "--set", "width=6", "--minutes", "0", *places)
    state = next((tmp_path / "runs" / "toy" / "checkpoints").glob("*/state.json"))
    described = json.loads(state.read_text())
    described["config"]["depth"] = 3  # as a recipe of yesterday would have left it
    state.write_text(json.dumps(described))
    resumed = lbvedit_train("toy", "--resume", "--set", "steps=3", *places)
    assert "no longer has depth" in resumed
    assert "finished" in resumed
    assert "now enter it in" in lbvedit_train("toy", "--publish", *places)
    found = locate("toy", tmp_path / "weights")
    assert found.config["architecture"] == {"width": 6}
    assert found.config["steps"] == 3
    assert not list((tmp_path / "weights").glob(".*"))
    card = (found.folder / "README.md").read_text()
    assert "lbvedit train toy --set width=6" in card.replace(' --set device="cpu"', "").replace(" --set steps=3", "")
    assert "3 steps of 4" in card
    with pytest.raises(UsageError, match="already has a training"):
        lbvedit_train("toy", *places)


def test_published_weights_are_the_averaged_ones_in_fp16(tmp_path: Path) -> None:
    from lbvedit.training.loop import train

    recipe = Toy(configure(ToyConfig(), FEW))
    train(recipe, tmp_path / "run")
    publish(recipe, tmp_path / "run", tmp_path / "weights", command="lbvedit train toy")
    loaded, expected = recipe.build(), averaged_model(recipe, tmp_path / "run")
    load_state(loaded, locate("toy", tmp_path / "weights"))
    for one, other in zip(loaded.state_dict().values(), expected.state_dict().values(), strict=True):
        assert torch.equal(one, other.half().to(one.dtype) if one.is_floating_point() else other)
    config = json.loads((tmp_path / "weights" / "toy" / "config.json").read_text())
    assert (config["licence"], config["commercial_ok"], config["dtype"]) == ("CC0-1.0", True, "float16")


@pytest.mark.parametrize(("value", "said"), [(1e6, "overflows fp16"), (1e-9, "too small for fp16")])
def test_weights_that_fp16_cannot_hold_are_not_published(tmp_path: Path, value: float, said: str) -> None:
    from lbvedit.training.loop import train

    class Immoderate(Toy):
        def publish(self, model):
            model["critic"].weight.fill_(value)
            return super().publish(model)

    recipe = Immoderate(configure(ToyConfig(), FEW))
    train(recipe, tmp_path / "run")
    with pytest.raises(LbveditError, match=said):
        publish(recipe, tmp_path / "run", tmp_path / "weights", command="lbvedit train toy")
    assert not (tmp_path / "weights" / "toy").exists()
