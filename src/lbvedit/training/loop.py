"""The training loop: one function, for one process or several, that can be killed at any time.

::

    runs/NAME/
        config.json        the settings
        curves.csv         step, loss parts, gradient norms, lr, seconds
        validation.csv     figures on held-out data, one row a checkpoint
        checkpoints/       the last two, see checkpoint.py
        samples/           one picture a checkpoint
"""

from __future__ import annotations

import copy
import itertools
import json
import math
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from PIL import Image
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset, get_worker_info

from lbvedit.errors import LbveditError, UsageError
from lbvedit.training import checkpoint
from lbvedit.training.checkpoint import State
from lbvedit.training.config import TrainingConfig, to_json
from lbvedit.training.curves import Curves
from lbvedit.training.recipe import Draw, Recipe
from lbvedit.types import Event, Report

__all__ = ["Outcome", "averaged_model", "learning_rate_factor", "train"]

_REPORT_EVERY_S = 5.0
_NON_FINITE_STEPS_IN_A_ROW = 10


@dataclass(frozen=True)
class Outcome:
    """How a sitting of a training ended.

    Args:
        step: finished steps.
        seconds: seconds trained, over all sittings.
        finished: whether all planned steps are done.
        stopped_by: the signal that asked to stop, or None.
        figures: the last validation.
        device: what it ran on.
    """

    step: int
    seconds: float
    finished: bool
    stopped_by: signal.Signals | None
    figures: Mapping[str, float]
    device: str


def train(
    recipe: Recipe[Any],
    run: Path,
    *,
    minutes: float | None = None,
    resume: bool = False,
    report: Report = lambda event: None,
) -> Outcome:
    """Trains until the planned steps are done, the minutes are over, or SIGINT or SIGTERM asks to stop.

    Everything random in a step is seeded from the seed of the run and the step, so a resumed run has the losses of an
    undisturbed one, bit for bit on a CPU with the same number of threads.

    Args:
        recipe: what to train.
        run: the folder of the run.
        minutes: time for this sitting; None trains to the last step.
        resume: go on from the last checkpoint in ``run``.
        report: told about progress.

    Raises:
        UsageError: ``run`` has checkpoints and ``resume`` is false, or the other way round.
        LbveditError: the loss was not finite ten steps in a row.
    """
    config: TrainingConfig = recipe.config
    found = checkpoint.latest(run / "checkpoints")
    if resume and found is None:
        raise UsageError(f"nothing to resume in {run}", hint="start it without --resume")
    if found is not None and not resume:
        raise UsageError(f"{run} already has a training", hint="--resume goes on with it, --run NAME starts another")
    accelerator = _accelerator(config)
    if config.threads:
        torch.set_num_threads(config.threads)
    state, scaled = _set_up(recipe, accelerator, found)
    model, average = state.model, state.average

    main = accelerator.is_main_process
    first, before, began = state.step, state.seconds, time.monotonic()
    saved_at, reported_at, guard = began, -math.inf, _Guard(scaling=accelerator.scaler is not None)
    figures: dict[str, float] = {}
    batches = _begun(_batches(recipe, config, accelerator, first))
    run.mkdir(parents=True, exist_ok=True)
    if main:
        _write(run / "config.json", json.dumps(to_json(config), indent=1))

    with _stop_on_signal() as stop, Curves(run / "curves.csv" if main else None, first) as curves:
        for step, batch in batches:
            _seed_everything(Draw(config.seed, step, 0, accelerator.process_index).seed)
            rate = _set_learning_rates(state.optimizers, learning_rate_factor(config, step))
            parts: dict[str, float] = {}
            update = _updater(accelerator, scaled, config, parts)
            model.train()
            with accelerator.autocast():
                recipe.step(model, _moved(batch, accelerator.device, config), update)
            guard.look(step, parts)
            if average is not None:
                _move_average(average, model, min(config.ema_decay, (1 + step) / (10 + step)))

            now = time.monotonic()
            state = replace(state, step=step + 1, seconds=before + now - began)
            curves.append(state.step, {**parts, "lr": rate, "seconds": state.seconds})
            over = minutes is not None and now - began >= 60 * minutes
            last = state.step == config.steps
            ending = _agreed(accelerator, over or last or stop() is not None)
            if main and (now - reported_at >= _REPORT_EVERY_S or ending):
                reported_at = now
                told = {"seconds": state.seconds, **parts}
                report(Event("progress", "train", state.step, config.steps, _line(parts), told))
            if ending or _agreed(accelerator, now - saved_at >= 60 * config.checkpoint_minutes):
                if main:
                    if accelerator.scaler is not None:
                        state.extra["scaler"] = accelerator.scaler.state_dict()
                    checkpoint.save(run / "checkpoints", state)
                    if stop() is None:  # who interrupts does not want to wait for pictures
                        figures = _look(recipe, model if average is None else average, run, state.step)
                    report(Event("progress", "checkpoint", state.step, config.steps, _line(figures), dict(figures)))
                accelerator.wait_for_everyone()
                saved_at = time.monotonic()  # a slow validation must not bring the next one nearer
            if ending:
                break
        stopped_by = stop()
    finished = state.step >= config.steps
    return Outcome(state.step, state.seconds, finished, stopped_by, figures, _device_name(accelerator))


def _set_up(recipe: Recipe[Any], accelerator: Accelerator, found: Path | None) -> tuple[State, dict[str, Any]]:
    """The model on its device with all that belongs to it, new or as a checkpoint left it, and scaled optimizers."""
    config: TrainingConfig = recipe.config
    _seed_everything(config.seed)
    model = recipe.build().to(accelerator.device)
    if config.channels_last:
        for layer in model.modules():
            if isinstance(layer, nn.Conv2d):  # torch refuses a module that holds 3D convolutions, too
                layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if accelerator.num_processes > 1 and accelerator.device.type == "cuda":
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    average = copy.deepcopy(model).requires_grad_(False) if config.ema_decay else None
    optimizers = recipe.optimizers(model)
    scaled = {name: accelerator.prepare(optimizer) for name, optimizer in optimizers.items()}
    state = State(0, 0.0, model, average, optimizers, to_json(config), {"device": _device_name(accelerator)})
    if found is not None:
        state = checkpoint.load(found, state)
        state.extra["device"] = _device_name(accelerator)
        if accelerator.scaler is not None and "scaler" in state.extra:
            accelerator.scaler.load_state_dict(state.extra["scaler"])
    return state, scaled


class _Guard:
    """Ends a training whose losses are not finite any more.

    Args:
        scaling: whether gradients are scaled. They may overflow then: the scaler skips the step, and lowers its scale.
    """

    def __init__(self, *, scaling: bool) -> None:
        self._scaling = scaling
        self._in_a_row = 0

    def look(self, step: int, parts: Mapping[str, float]) -> None:
        """Looks at the losses and gradient norms of a step, counted from 0; raises as ``train`` does."""
        watched = (value for name, value in parts.items() if not (self._scaling and name.startswith("grad_norm")))
        self._in_a_row = 0 if all(map(math.isfinite, watched)) else self._in_a_row + 1
        if self._in_a_row == _NON_FINITE_STEPS_IN_A_ROW:
            raise LbveditError(
                f"the loss of step {step + 1} is not finite, and so were the nine before: {dict(parts)}",
                hint="resume from the last checkpoint with a lower lr",
            )


def averaged_model(recipe: Recipe[Any], run: Path) -> nn.Module:
    """The model of a run's last checkpoint, averaged weights where they were kept, in eval mode on the CPU.

    Raises:
        UsageError: the run has no checkpoint, or one of another recipe.
    """
    found = checkpoint.latest(run / "checkpoints")
    if found is None:
        raise UsageError(f"no checkpoint in {run}", hint="train first")
    model = recipe.build()
    checkpoint.load_weights(model, checkpoint.weights_of(found))
    return model.eval().requires_grad_(False)


def learning_rate_factor(config: TrainingConfig, step: int) -> float:
    """The learning rate of a step as a fraction of its peak, in (0, 1]."""
    warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
    if config.schedule == "cosine":
        progress = min(1.0, max(0.0, (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)))
        return warm * 0.5 * (1 + math.cos(math.pi * progress))
    if config.schedule == "trapezoid":
        return warm * min(1.0, max(0, config.steps - step) / max(1, config.cooldown_steps))
    return warm


def _accelerator(config: TrainingConfig) -> Accelerator:
    cuda = torch.cuda.is_available() and config.device != "cpu"
    if config.device == "cuda" and not cuda:
        raise UsageError("no CUDA device here", hint="leave out device=cuda")
    precision = config.precision
    if precision == "auto":
        precision = ("bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16") if cuda else "fp32"
    if precision == "fp16" and not cuda:
        raise UsageError("fp16 trains on CUDA only", hint="--set precision=bf16")
    # accelerate keeps one precision for the life of a process; here several trainings may follow one another.
    AcceleratorState._reset_state()
    return Accelerator(mixed_precision="no" if precision == "fp32" else precision, cpu=not cuda)


def _batches(
    recipe: Recipe[Any], config: TrainingConfig, accelerator: Accelerator, first: int
) -> Iterator[tuple[int, Any]]:
    """The steps from ``first`` on, each with its batch."""
    batches = _Batches(recipe, config, accelerator)
    steps = range(first, config.steps)
    if not config.workers:
        return ((step, batches[step]) for step in steps)
    loader: DataLoader[Any] = DataLoader(
        batches,
        batch_size=None,
        sampler=steps,
        num_workers=config.workers,
        pin_memory=accelerator.device.type == "cuda",
        generator=torch.Generator(),
        worker_init_fn=_leave_signals_to_the_loop,
    )
    return zip(steps, map(_raised, loader), strict=True)


def _raised(batch: Any) -> Any:
    """A worker's batch; the error that it met instead is raised here."""
    if isinstance(batch, LbveditError):
        raise batch
    return batch


def _begun(batches: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """The same batches, the first made now: without its data a run ends here, and leaves no folder behind."""
    return itertools.chain(list(itertools.islice(batches, 1)), batches)


def _leave_signals_to_the_loop(worker: int) -> None:
    """Takes a worker out of the group that a Ctrl-C or a kill reaches: batches must come until the loop has saved."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class _Batches(Dataset[Any]):
    """The batch of each step, made with the random state of that step alone."""

    def __init__(self, recipe: Recipe[Any], config: TrainingConfig, accelerator: Accelerator) -> None:
        self._recipe = recipe
        self._process = (accelerator.process_index, accelerator.num_processes)
        self._device = torch.device("cpu") if config.workers else accelerator.device

    def __getitem__(self, step: int) -> Any:
        config = self._recipe.config
        draw = Draw(config.seed, step, config.batch_size, *self._process, self._device)
        _seed_everything(draw.seed)
        try:
            return self._recipe.batch(draw)
        except LbveditError as error:
            if get_worker_info() is None:
                raise
            return error  # raised in a worker it would come as a traceback in its message, without its hint


def _seed_everything(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def _updater(
    accelerator: Accelerator, optimizers: Mapping[str, Any], config: TrainingConfig, parts: dict[str, float]
) -> Callable[[str, Mapping[str, Tensor]], None]:
    """The ``update`` that a recipe's step calls; it notes loss parts and gradient norms in ``parts``.

    Gradients are averaged here rather than by a wrapper around the model, so that a recipe may call any part of it.
    """

    def update(name: str, losses: Mapping[str, Tensor]) -> None:
        optimizer = optimizers[name]
        with torch.autocast(accelerator.device.type, enabled=False):
            optimizer.zero_grad(set_to_none=True)
            total = torch.stack([loss.float() for loss in losses.values()]).sum()
            accelerator.backward(total)
            parameters = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
            if accelerator.num_processes > 1:
                for parameter in parameters:
                    if parameter.grad is None:  # its batch had no use for it; those of other processes may
                        parameter.grad = torch.zeros_like(parameter)
                    torch.distributed.all_reduce(parameter.grad, torch.distributed.ReduceOp.SUM)
                    parameter.grad /= accelerator.num_processes
            accelerator.unscale_gradients(optimizer)
            norm = float(nn.utils.clip_grad_norm_(parameters, config.clip or math.inf))
            # With fp16 the scaler itself skips a step whose gradients overflowed, and lowers its scale.
            if math.isfinite(norm) or accelerator.scaler is not None:
                optimizer.step()
                torch.clear_autocast_cache()  # or a later pass of this step would still use the weights of before
        noted = {part: float(loss.detach()) for part, loss in losses.items()}
        noted["grad_norm" if len(optimizers) == 1 else f"grad_norm_{name}"] = norm
        parts.update(noted)

    return update


def _set_learning_rates(optimizers: Mapping[str, Optimizer], factor: float) -> float:
    """Scales every group's own peak; gives the largest rate."""
    groups = [group for optimizer in optimizers.values() for group in optimizer.param_groups]
    for group in groups:
        group["lr"] = group.setdefault("peak_lr", group["lr"]) * factor
    return max(float(group["lr"]) for group in groups)


@torch.no_grad()
def _move_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    for mean, parameter in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(parameter, 1 - decay)
    for copied, buffer in zip(average.buffers(), model.buffers(), strict=True):
        copied.copy_(buffer)


def _moved(batch: Any, device: torch.device, config: TrainingConfig) -> Any:
    if isinstance(batch, Tensor):
        images = config.channels_last and batch.ndim == 4
        return batch.to(
            device, non_blocking=True, memory_format=torch.channels_last if images else torch.preserve_format
        )
    if isinstance(batch, Mapping):
        return {key: _moved(value, device, config) for key, value in batch.items()}
    if isinstance(batch, list | tuple):
        moved = [_moved(value, device, config) for value in batch]
        return type(batch)(*moved) if hasattr(batch, "_fields") else type(batch)(moved)
    return batch


def _agreed(accelerator: Accelerator, flag: bool) -> bool:
    """Whether any process raised the flag: all of them stop and save at the same step."""
    if accelerator.num_processes == 1:
        return flag
    flags = torch.tensor([float(flag)], device=accelerator.device)
    torch.distributed.all_reduce(flags, torch.distributed.ReduceOp.MAX)
    return bool(flags.item())


@torch.no_grad()
def _look(recipe: Recipe[Any], model: nn.Module, run: Path, step: int) -> dict[str, float]:
    """Writes a sample and a row of validation figures, with the random state of a fixed seed."""
    _seed_everything(recipe.config.seed)
    model.eval()
    picture = recipe.sample(model)
    if picture is not None:
        _write_png(run / "samples" / f"{step:08d}.png", picture)
    figures = dict(recipe.validate(model))
    if figures:
        with Curves(run / "validation.csv", step - 1) as rows:
            rows.append(step, figures)
    return figures


def _write_png(path: Path, picture: Tensor) -> None:
    if picture.is_floating_point():
        picture = (picture.float().clamp(0, 1) * 255).round().to(torch.uint8)
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    Image.fromarray(picture.permute(1, 2, 0).cpu().numpy()).save(partial, format="PNG")
    partial.replace(path)


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


@contextmanager
def _stop_on_signal() -> Iterator[Callable[[], signal.Signals | None]]:
    """The first SIGINT or SIGTERM is kept for the loop, which finishes its step and saves; a second acts at once."""
    received: list[signal.Signals] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def keep(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        signal.signal(number, previous[signal.Signals(number)])

    for number in previous:
        signal.signal(number, keep)
    try:
        yield lambda: received[0] if received else None
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _line(figures: Mapping[str, float]) -> str:
    return " ".join(f"{name} {figure:.4g}" for name, figure in figures.items())


def _device_name(accelerator: Accelerator) -> str:
    if accelerator.device.type == "cuda":
        return f"{accelerator.num_processes} x {torch.cuda.get_device_name(accelerator.device)}"
    return f"CPU, {torch.get_num_threads()} threads"
