from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from lbvedit.errors import ExitCode, WeightsError
from lbvedit.weights import Weights, embedded_folder, listing, load_state, locate, locate_default, read_tensors, verify


@pytest.fixture(autouse=True)
def nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LBVEDIT_WEIGHTS", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)


def store(root: Path, name: str, value: float = 1.0, **config: object) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    save_file({"weight": torch.full((2, 3), value).half(), "bias": torch.zeros(2).half()}, folder / "model.safetensors")
    sha256 = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    (folder / "config.json").write_text(json.dumps({"system": "toy", "sha256": sha256, **config}))
    return folder


def test_folders_are_searched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("flag", "variable", "embedded"):
        store(tmp_path / place, "toy")
    monkeypatch.setattr("lbvedit.weights.embedded_folder", lambda: tmp_path / "embedded")
    assert locate("toy").folder == tmp_path / "embedded" / "toy"
    monkeypatch.setenv("LBVEDIT_WEIGHTS", str(tmp_path / "variable"))
    assert locate("toy").folder == tmp_path / "variable" / "toy"
    assert locate("toy", tmp_path / "flag").folder == tmp_path / "flag" / "toy"
    assert locate(tmp_path / "variable" / "toy", tmp_path / "flag").folder == tmp_path / "variable" / "toy"


def test_a_hub_model_is_taken_from_the_cache(tmp_path: Path) -> None:
    snapshot = tmp_path / "hub" / "models--owner--model" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text('{"model_type": "clip"}')
    (tmp_path / "hub" / "models--owner--model" / "refs").mkdir()
    (tmp_path / "hub" / "models--owner--model" / "refs" / "main").write_text("abc")
    found = locate("owner/model")
    assert (found.folder, found.system, found.licence, found.commercial_ok) == (snapshot, "", "unknown", False)


def test_a_miss_lists_the_places_and_the_command(tmp_path: Path) -> None:
    store(tmp_path / "flag", "toy")
    with pytest.raises(WeightsError) as caught:
        locate("owner/model", tmp_path / "flag")
    assert caught.value.exit_code == ExitCode.MISSING
    assert str(tmp_path / "flag" / "owner" / "model") in caught.value.message
    assert str(tmp_path / "hub") in caught.value.message
    assert "hf download owner/model" in caught.value.hint
    (tmp_path / "mine" / "toy").mkdir(parents=True)
    with pytest.raises(WeightsError, match=r"mine/toy has no config\.json"):
        locate("mine/toy")
    with pytest.raises(WeightsError) as caught:
        locate("tyo", tmp_path / "flag")
    assert "toy" in caught.value.hint
    with pytest.raises(WeightsError, match=r"no weights '\./toy'"):
        locate("./toy", tmp_path / "flag")


def test_a_weight_of_another_system_is_refused_with_those_that_fit(tmp_path: Path) -> None:
    store(tmp_path, "toy")
    store(tmp_path, "ball", system="balls")
    assert locate("ball", tmp_path, systems=("balls",)).system == "balls"
    with pytest.raises(WeightsError, match="toy is for toy, not balls") as caught:
        locate("toy", tmp_path, systems=("balls",))
    assert caught.value.hint == "--model ball"


def test_commercial_use_takes_the_clean_variant_of_the_default_alone(tmp_path: Path) -> None:
    store(tmp_path, "toy", licence="CC-BY-NC-4.0", commercial_ok=False)
    assert locate("toy", tmp_path).name == "toy"
    with pytest.raises(WeightsError, match=r"licence is CC-BY-NC-4\.0"):
        locate("toy", tmp_path, commercial_ok=True)
    store(tmp_path, "toy-clean", licence="CC0-1.0", commercial_ok=True)
    assert locate_default("toy", tmp_path, commercial_ok=True).name == "toy-clean"
    assert locate_default("toy", tmp_path).name == "toy"
    with pytest.raises(WeightsError, match="may not be used commercially") as caught:
        locate("toy", tmp_path, commercial_ok=True)
    assert caught.value.hint == "--model toy-clean may be"
    store(tmp_path, "free", licence="CC0-1.0", commercial_ok=True)
    assert locate("free", tmp_path, commercial_ok=True).name == "free"
    store(tmp_path, "silent")
    with pytest.raises(WeightsError, match="unknown"):
        locate("silent", tmp_path, commercial_ok=True)


def test_tensors_are_checked_and_loaded_strictly(tmp_path: Path) -> None:
    folder = store(tmp_path, "toy", value=0.5)
    found = locate("toy", tmp_path)
    model = nn.Linear(3, 2)
    load_state(model, found)
    assert torch.equal(model.weight, torch.full((2, 3), 0.5))
    assert model.weight.dtype == torch.float32
    assert read_tensors(found)["weight"].dtype == torch.float16
    with pytest.raises(WeightsError, match="does not fit Linear"):
        load_state(nn.Linear(3, 4), found)
    with pytest.raises(WeightsError, match="does not fit Sequential"):
        load_state(nn.Sequential(nn.Linear(3, 2)), found)
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(WeightsError, match="damaged or incomplete"):
        load_state(nn.Linear(3, 2), found)
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match="No such file"):
        verify(found)


def test_a_damaged_config_is_a_weights_error(tmp_path: Path) -> None:
    folder = store(tmp_path, "toy")
    (folder / "config.json").write_text("{")
    with pytest.raises(WeightsError, match="cannot be read"):
        locate("toy", tmp_path)


def test_embedded_weights_check_and_say_what_may_be_done_with_them() -> None:
    root = embedded_folder()
    assert root is not None
    found = listing()
    assert "digits" in {weights.name for weights in found}
    for weights in found:
        verify(weights)
        assert {"system", "architecture", "licence", "commercial_ok", "data", "metrics"} <= set(weights.config)
        assert (weights.folder / "README.md").exists()
        assert weights.size_bytes <= 20_000_000
    assert sum(weights.size_bytes for weights in found) <= 80_000_000


@pytest.mark.parametrize("weights", listing(), ids=lambda weights: weights.name)
def test_no_embedded_weight_lost_a_layer_to_fp16(weights: Weights) -> None:
    matrices = {name: tensor for name, tensor in read_tensors(weights).items() if tensor.ndim > 1}
    assert matrices
    assert [name for name, tensor in matrices.items() if not tensor.any()] == []


def test_the_module_loads_no_torch() -> None:
    script = "import sys, lbvedit.weights as w; w.listing(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
