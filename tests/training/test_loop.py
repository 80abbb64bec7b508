from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from lbvedit.errors import LbveditError, UsageError
from lbvedit.training import checkpoint, curves
from lbvedit.training.config import TrainingConfig, configure
from lbvedit.training.loop import _accelerator, _updater, averaged_model, learning_rate_factor, train
from lbvedit.training.recipe import Draw, Recipe
from tests.training.toy import Toy, ToyConfig

ONE_THREAD = {"seed": 7, "device": "cpu"}


def losses(run: Path) -> list[tuple[str, ...]]:
    rows = curves.read(run / "curves.csv")
    return [tuple(value for key, value in row.items() if key != "seconds") for row in rows]


def toy(**settings: object) -> Toy:
    return Toy(configure(ToyConfig(), {**ONE_THREAD, **settings}))


@pytest.mark.parametrize("settings", [{}, {"workers": 1}, {"precision": "bf16", "channels_last": True}], ids=str)
def test_a_run_stopped_and_resumed_is_the_undisturbed_run(tmp_path: Path, settings: dict[str, object]) -> None:
    whole = train(toy(**settings), tmp_path / "whole")
    assert (whole.finished, whole.step) == (True, 12)

    stopped = train(toy(**settings), tmp_path / "halves", minutes=0)
    assert (stopped.finished, stopped.step) == (False, 1)
    resumed = train(toy(**settings), tmp_path / "halves", resume=True)
    assert resumed.step == 12

    assert losses(tmp_path / "halves") == losses(tmp_path / "whole")
    for name in ("model", "average", "optimizer-generator", "optimizer-critic"):
        one, other = (
            load_file(tmp_path / run / "checkpoints" / "00000012" / f"{name}.safetensors")
            for run in ("whole", "halves")
        )
        assert one.keys() == other.keys()
        assert all(torch.equal(one[key], other[key]) for key in one), name


def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.training.test_loop import toy; "
        "from lbvedit.training.loop import train; train(toy(steps=100), Path(sys.argv[1]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "killed")])
    rows = tmp_path / "killed" / "curves.csv"
    while not (rows.exists() and len(curves.read(rows)) >= 7):
        time.sleep(0.01)
        assert process.poll() is None, "ended before it could be killed"
    process.kill()
    process.wait()
    folder = checkpoint.latest(tmp_path / "killed" / "checkpoints")
    assert folder is not None
    saved = checkpoint.describe(folder)["step"]
    assert len(curves.read(rows)) - 2 <= saved < 100

    train(toy(steps=100), tmp_path / "killed", resume=True)
    train(toy(steps=100, checkpoint_minutes=60), tmp_path / "whole")
    assert losses(tmp_path / "killed") == losses(tmp_path / "whole")


def test_sigterm_finishes_the_step_and_saves(tmp_path: Path) -> None:
    class Interrupted(Toy):
        def step(self, model, batch, update) -> None:
            super().step(model, batch, update)
            signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    outcome = train(Interrupted(configure(ToyConfig(), {**ONE_THREAD, "checkpoint_minutes": 60})), tmp_path)
    assert outcome.stopped_by == signal.SIGTERM
    assert outcome.step == 1
    assert checkpoint.latest(tmp_path / "checkpoints") == tmp_path / "checkpoints" / "00000001"
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_to_the_whole_group_leaves_the_workers_alone(tmp_path: Path) -> None:
    groups = []

    class Grouped(Toy):
        def batch(self, draw: Draw):
            return super().batch(draw) | {"group": torch.tensor(os.getpgid(0))}

        def step(self, model, batch, update) -> None:
            groups.append(int(batch["group"]))
            super().step(model, batch, update)

    train(Grouped(configure(ToyConfig(), {**ONE_THREAD, "steps": 2, "workers": 1})), tmp_path)
    assert len(groups) == 2
    assert os.getpgid(0) not in groups


def test_a_run_keeps_two_checkpoints_a_sample_and_its_figures(tmp_path: Path) -> None:
    train(toy(), tmp_path)
    assert [path.name for path in sorted((tmp_path / "checkpoints").iterdir())] == ["00000011", "00000012"]
    assert len(list((tmp_path / "samples").glob("*.png"))) == 12
    assert [row["step"] for row in curves.read(tmp_path / "validation.csv")] == [str(step) for step in range(1, 13)]
    weight = float(averaged_model(toy(), tmp_path)["critic"].weight.sum())
    assert weight == pytest.approx(float(curves.read(tmp_path / "validation.csv")[-1]["weight"]), rel=1e-5)
    with pytest.raises(UsageError, match="already has a training"):
        train(toy(), tmp_path)
    with pytest.raises(UsageError, match="does not fit this recipe"):
        train(toy(width=9), tmp_path, resume=True)
    with pytest.raises(UsageError, match="nothing to resume"):
        train(toy(), tmp_path / "none", resume=True)


def test_a_slow_validation_does_not_bring_the_next_nearer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0

    class Slow(Toy):
        def step(self, model, batch, update) -> None:
            nonlocal clock
            clock += 1
            super().step(model, batch, update)

        def sample(self, model: torch.nn.Module) -> torch.Tensor:
            nonlocal clock
            clock += 100
            return super().sample(model)

    monkeypatch.setattr("lbvedit.training.loop.time", SimpleNamespace(monotonic=lambda: clock))
    train(Slow(configure(ToyConfig(), {**ONE_THREAD, "checkpoint_minutes": 4 / 60})), tmp_path)
    assert [path.stem for path in sorted((tmp_path / "samples").iterdir())] == ["00000004", "00000008", "00000012"]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_run_without_its_data_leaves_nothing_behind(tmp_path: Path, workers: int) -> None:
    class Empty(Toy):
        def batch(self, draw: Draw):
            raise LbveditError("no data", hint="get some")

    with pytest.raises(LbveditError) as caught:
        train(Empty(ToyConfig(device="cpu", workers=workers)), tmp_path / "run")
    assert (caught.value.message, caught.value.hint) == ("no data", "get some")
    assert list(tmp_path.iterdir()) == []


def test_the_average_follows_the_weights(tmp_path: Path) -> None:
    train(toy(steps=2, ema_decay=0.9), tmp_path)
    folder = tmp_path / "checkpoints"
    first, second = (load_file(folder / step / "model.safetensors") for step in ("00000001", "00000002"))
    average = load_file(folder / "00000002" / "average.safetensors")
    torch.manual_seed(7)
    start = toy().build()["critic"].weight.detach()
    expected = start.lerp(first["critic.weight"], 0.9).lerp(second["critic.weight"], 1 - 2 / 11)
    assert torch.allclose(average["critic.weight"], expected, atol=1e-7)


def test_a_loss_that_stays_infinite_ends_the_run(tmp_path: Path) -> None:
    class Diverging(Toy):
        def step(self, model, batch, update) -> None:
            update("critic", {"critic": model["critic"].weight.sum() * math.inf})

    with pytest.raises(LbveditError, match="step 10 is not finite"):
        train(Diverging(configure(ToyConfig(), ONE_THREAD)), tmp_path)


def test_a_later_pass_of_a_step_uses_the_updated_weights() -> None:
    accelerator = _accelerator(TrainingConfig(precision="bf16", device="cpu"))
    layer = nn.Linear(4, 1)
    update = _updater(accelerator, {"all": torch.optim.SGD(layer.parameters(), lr=1.0)}, TrainingConfig(clip=0), {})
    with accelerator.autocast():
        before = layer(torch.ones(1, 4))
        update("all", {"loss": before.sum()})
        after = layer(torch.ones(1, 4))
    assert float(after.detach()) == pytest.approx(float(before.detach()) - 5, abs=0.1)


class Line(Recipe[TrainingConfig]):
    def build(self) -> nn.Module:
        return nn.Linear(3, 1)

    def dataset(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        points = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
        return [(point, point.sum()) for point in points]

    def loss(self, model, batch) -> dict[str, torch.Tensor]:
        return {"square": (model(batch[0])[:, 0] - batch[1]).square().mean()}


@pytest.mark.long
def test_two_processes_with_half_the_batch_learn_the_same(tmp_path: Path) -> None:
    script = tmp_path / "line.py"
    script.write_text(
        "import sys; from pathlib import Path; from tests.training.test_loop import Line, TrainingConfig, train\n"
        "train(Line(TrainingConfig(steps=20, batch_size=int(sys.argv[2]), device='cpu', clip=0)), Path(sys.argv[1]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    pair = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    environment["ACCELERATE_USE_CPU"] = "true"
    subprocess.run([*pair, str(script), str(tmp_path / "two"), "2"], env=environment, check=True)
    subprocess.run([sys.executable, str(script), str(tmp_path / "one"), "4"], env=environment, check=True)
    one, two = (load_file(tmp_path / run / "checkpoints/00000020/model.safetensors") for run in ("one", "two"))
    assert torch.allclose(one["weight"], two["weight"], atol=1e-6)


def test_curves_take_new_figures_and_drop_what_came_after(tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    with curves.Curves(path, 0) as rows:
        rows.append(1, {"a": 0.5})
        rows.append(2, {"a": 0.25, "b": 1})
        rows.append(3, {"a": 2})
    with path.open("a") as file:
        file.write("4,0.1")  # cut short by a kill
    assert [row["b"] for row in curves.read(path)] == ["", "1", ""]
    with curves.Curves(path, 2) as rows:
        rows.append(3, {"b": 7})
    assert path.read_text().splitlines() == ["step,a,b", "1,0.5,", "2,0.25,1", "3,,7"]


def test_an_epoch_sees_every_item_once_and_no_two_processes_share_one() -> None:
    seen = [i for step in range(5) for rank in range(2) for i in Draw(3, step, 4, rank, 2).indices(20)]
    assert sorted(seen[:20]) == list(range(20))
    assert sorted(seen[20:]) == list(range(20))
    assert seen[:20] != seen[20:]
    assert Draw(3, 1, 4).indices(20) == Draw(3, 1, 4).indices(20) != Draw(4, 1, 4).indices(20)
    assert len({Draw(3, step, 4, rank).seed for step in range(50) for rank in range(4)}) == 200
    assert max(Draw(3, 0, 8).indices(1 << 40)) > 1 << 30


def test_schedules_by_hand() -> None:
    def at(step: int, **settings: object) -> float:
        return learning_rate_factor(configure(TrainingConfig(steps=110, warmup_steps=10), settings), step)

    assert at(4) == 0.5
    assert at(60) == pytest.approx(0.5)
    assert at(109) < 0.001
    assert at(60, schedule="constant") == 1.0
    assert at(100, schedule="trapezoid", cooldown_steps=20) == 0.5
