"""Checkpoints that survive a kill at any time: safetensors and JSON, written aside, renamed into place.

::

    runs/NAME/checkpoints/00001200/
        model.safetensors            weights
        average.safetensors          their moving average, where one is kept
        optimizer-<name>.safetensors moments
        state.json                   step, seconds, configuration, scale of the fp16 gradients
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, load_model, save_file, save_model
from torch import Tensor, nn
from torch.optim import Optimizer

from lbvedit.errors import UsageError

__all__ = ["KEPT", "State", "describe", "initialise", "latest", "load", "load_weights", "save", "weights_of"]

KEPT = 2
"""How many checkpoints stay; the one before the last is the way back from a disk that lied."""

_AS_BEGUN = "resume with the settings that the run began with, or start another with --run"


@dataclass(frozen=True)
class State:
    """Everything that a resumed run needs.

    Args:
        step: finished steps.
        seconds: seconds trained so far, over all sittings.
        model: the trained weights.
        average: their moving average, or None.
        optimizers: by name.
        config: the configuration as JSON values.
        extra: further JSON values.
    """

    step: int
    seconds: float
    model: nn.Module
    average: nn.Module | None
    optimizers: Mapping[str, Optimizer]
    config: Mapping[str, Any]
    extra: dict[str, Any]


def save(folder: Path, state: State) -> Path:
    """Writes a checkpoint into ``folder`` and drops all but the last :data:`KEPT`.

    A kill at any moment leaves either the whole new checkpoint or none of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(".writing-*"):
        shutil.rmtree(stale)
    target = folder / f"{state.step:08d}"
    if target in _finished(folder):
        return target
    writing = folder / f".writing-{target.name}"
    writing.mkdir()
    save_model(state.model, str(writing / "model.safetensors"))
    if state.average is not None:
        save_model(state.average, str(writing / "average.safetensors"))
    for name, optimizer in state.optimizers.items():
        save_file(_moments(optimizer), writing / f"optimizer-{name}.safetensors")
    described = {
        "step": state.step,
        "seconds": state.seconds,
        "config": dict(state.config),
        "optimizers": sorted(state.optimizers),
        "extra": state.extra,
    }
    (writing / "state.json").write_text(json.dumps(described, indent=1), encoding="utf-8")
    for file in (*writing.iterdir(), writing):
        _sync(file)
    writing.replace(target)
    _sync(folder)
    for old in _finished(folder)[:-KEPT]:
        shutil.rmtree(old)
    return target


def latest(folder: Path) -> Path | None:
    """The last finished checkpoint in a folder, or None."""
    finished = _finished(folder)
    return finished[-1] if finished else None


def _finished(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("[0-9]*") if (path / "state.json").is_file())


def describe(checkpoint: Path) -> dict[str, Any]:
    """The JSON values of a checkpoint: step, seconds, config, optimizers, extra.

    Raises:
        UsageError: the file is damaged.
    """
    try:
        value = json.loads((checkpoint / "state.json").read_text(encoding="utf-8"))
        return {key: value[key] for key in ("step", "seconds", "config", "optimizers", "extra")}
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            f"checkpoint {checkpoint} is damaged: {error}", hint="delete that folder to resume from the one before"
        ) from error


def load(checkpoint: Path, state: State) -> State:
    """Reads a checkpoint into the modules and optimizers of ``state`` and gives its step, seconds and extra.

    Raises:
        UsageError: damaged, or of another model or other optimizers.
    """
    described = describe(checkpoint)
    if described["optimizers"] != sorted(state.optimizers):
        raise UsageError(
            f"{checkpoint} has the optimizers {', '.join(described['optimizers'])}, the recipe now has "
            f"{', '.join(sorted(state.optimizers))}",
            hint=_AS_BEGUN,
        )
    load_weights(state.model, checkpoint / "model.safetensors")
    if state.average is not None:
        load_weights(state.average, checkpoint / "average.safetensors")
    for name, optimizer in state.optimizers.items():
        with _refusing(checkpoint):
            _restore(optimizer, load_file(checkpoint / f"optimizer-{name}.safetensors"))
    return replace(state, step=described["step"], seconds=described["seconds"], extra=described["extra"])


def load_weights(model: nn.Module, file: Path) -> None:
    """Reads weights into a model, every one and no other.

    Raises:
        UsageError: missing, damaged, or of another model.
    """
    with _refusing(file):
        load_model(model, file, strict=True)


def weights_of(checkpoint: Path) -> Path:
    """The weights of a checkpoint that are for use: the moving average, where one is kept."""
    average = checkpoint / "average.safetensors"
    return average if average.exists() else checkpoint / "model.safetensors"


def initialise(
    trainee: nn.Module, part: nn.Module, source: Path, *, afresh: Sequence[str] = (), whole: bool = True
) -> None:
    """Begins a training with weights of an earlier one.

    Args:
        trainee: everything that is trained; a run's moving average fits it.
        part: what of it is published; a folder of weights fits that.
        source: a run, a folder of weights, or a safetensors file of either kind. It need not hold every tensor.
        afresh: what of ``part`` is not taken from there, by the first names of its modules.
        whole: every tensor of ``source`` must fit; else those that do not are left out.

    Raises:
        UsageError: nothing to load there, or of another shape.
    """
    run = latest(source / "checkpoints")
    file = weights_of(run) if run is not None else source
    file = file / "model.safetensors" if file.is_dir() else file
    if not file.exists():
        raise UsageError(f"init={source}: no weights there", hint="a folder of weights, a run, or a .safetensors file")
    state = {name: tensor.float() for name, tensor in load_file(file).items()}
    among = len(state.keys() & part.state_dict().keys()) >= len(state.keys() & trainee.state_dict().keys())
    target = part if among else trainee
    within = "" if among else next((f"{name}." for name, module in trainee.named_modules() if module is part), "")
    left = tuple(f"{within}{name}." for name in afresh)
    state = {name: tensor for name, tensor in state.items() if not name.startswith(left)}
    own = target.state_dict()
    wrong = [name for name, tensor in state.items() if name not in own or own[name].shape != tensor.shape]
    if wrong and (whole or len(wrong) == len(state)):
        raise UsageError(
            f"init={source}: {len(wrong)} tensors do not fit, such as {wrong[0]}",
            hint="begin with weights of the same recipe and sizes; --set gives this training the sizes of those",
        )
    target.load_state_dict({name: tensor for name, tensor in state.items() if name not in wrong}, strict=False)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        raise UsageError(
            f"{path} does not fit this recipe: {str(error).splitlines()[0]}",
            hint=_AS_BEGUN,
        ) from error


def _moments(optimizer: Optimizer) -> dict[str, Tensor]:
    """The optimizer's state as ``{"<parameter>.<name>": tensor}``.

    Rates, betas and decay are not part of it: they are the configuration's, which may change between two sittings.
    """
    return {
        f"{index}.{name}": torch.as_tensor(value).contiguous()
        for index, values in optimizer.state_dict()["state"].items()
        for name, value in values.items()
        if value is not None
    }


def _restore(optimizer: Optimizer, moments: Mapping[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in moments.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            for name, value in optimizer.state.get(parameter, {}).items():
                # Moments keep the memory format of their parameter, or fused kernels would slow down.
                if torch.is_tensor(value) and value.shape == parameter.shape:
                    optimizer.state[parameter][name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _sync(path: Path) -> None:
    """Waits until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
