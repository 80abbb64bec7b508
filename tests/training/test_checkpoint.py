from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from lbvedit.errors import UsageError
from lbvedit.training import checkpoint
from lbvedit.training.checkpoint import State


def state(step: int, seed: int = 0) -> State:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1 + seed)
    model(torch.rand(1, 2, 5, 5)).sum().backward()
    optimizer.step()
    return State(step, 1.5, model, None, {"model": optimizer}, {"lr": 0.1}, {"scaler": {"scale": 2.0}})


def test_what_is_saved_comes_back_with_its_memory_format(tmp_path: Path) -> None:
    before, after = state(3), state(0, seed=1)
    written = checkpoint.save(tmp_path, before)
    loaded = checkpoint.load(written, after)
    assert (loaded.step, loaded.seconds, loaded.extra) == (3, 1.5, {"scaler": {"scale": 2.0}})
    for one, other in zip(before.model.state_dict().values(), after.model.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    weight, expected = next(after.model.parameters()), next(before.model.parameters())
    moment = after.optimizers["model"].state[weight]["exp_avg_sq"]
    assert torch.equal(moment, before.optimizers["model"].state[expected]["exp_avg_sq"])
    assert moment.stride() == weight.stride()
    assert after.optimizers["model"].param_groups[0]["lr"] == 1.1  # the configuration's, not the checkpoint's


def test_only_finished_checkpoints_count(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        checkpoint.save(tmp_path, state(step))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["00000002", "00000003"]
    half = tmp_path / ".writing-00000004"  # as a kill would leave it
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"half a file")
    assert checkpoint.latest(tmp_path) == tmp_path / "00000003"
    checkpoint.save(tmp_path, state(5))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["00000003", "00000005"]
    assert checkpoint.latest(tmp_path / "elsewhere") is None


def test_a_checkpoint_is_there_as_a_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.save(tmp_path, state(1))

    def killed(*arguments: object, **more: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("lbvedit.training.checkpoint.json.dumps", killed)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(tmp_path, state(2))
    assert [path.name for path in tmp_path.glob("[0-9]*")] == ["00000001"]
    monkeypatch.undo()
    checkpoint.save(tmp_path, state(2))
    assert checkpoint.latest(tmp_path) == tmp_path / "00000002"
    assert not list(tmp_path.glob(".*"))


def test_no_pickle_is_written(tmp_path: Path) -> None:
    written = checkpoint.save(tmp_path, state(1))
    assert {path.suffix for path in written.iterdir()} == {".safetensors", ".json"}
    json.loads((written / "state.json").read_text())


def test_another_model_or_a_damaged_file_is_refused(tmp_path: Path) -> None:
    written = checkpoint.save(tmp_path, state(1))
    other = state(0)
    with pytest.raises(UsageError, match="optimizers"):
        checkpoint.load(written, State(0, 0, other.model, None, {"critic": other.optimizers["model"]}, {}, {}))
    with pytest.raises(UsageError, match="does not fit this recipe"):
        checkpoint.load(written, State(0, 0, nn.Linear(2, 2), None, other.optimizers, {}, {}))
    (written / "state.json").write_text("{")
    with pytest.raises(UsageError, match="damaged"):
        checkpoint.load(written, other)
