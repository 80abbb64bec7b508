"""The settings of a training: a frozen dataclass, from defaults, a TOML file and ``--set key=value``."""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from lbvedit.errors import UsageError

__all__ = ["TrainingConfig", "configure", "from_json", "read_toml", "to_json"]

Config = TypeVar("Config")

_LISTING = "lbvedit train RECIPE --list shows the settings"


@dataclass(frozen=True)
class TrainingConfig:
    """What every recipe can be told; a recipe's own config inherits from it.

    Args:
        seed: the seed of everything random.
        steps: planned number of optimizer steps; the schedule ends there.
        batch_size: items a step and process.
        lr: peak learning rate.
        weight_decay: of AdamW, on all parameters with at least two dimensions.
        betas: of AdamW.
        warmup_steps: steps of linear warm-up.
        schedule: ``constant``, ``cosine`` to zero, or ``trapezoid``: constant, then linear to zero in the last
            ``cooldown_steps``, so that a run can be prolonged from any checkpoint before them.
        cooldown_steps: see ``schedule``.
        clip: largest norm of the gradient; 0 does not clip.
        ema_decay: of the moving average of the weights, warmed up as (1 + s) / (10 + s); 0 keeps none.
        precision: of autocast; ``auto`` is bf16 on CUDA (fp16 where the GPU lacks it) and fp32 on the CPU.
        device: ``auto``, ``cpu`` or ``cuda``.
        threads: of torch on the CPU; 0 leaves its own choice.
        workers: processes that prepare batches ahead; 0 prepares them in the loop.
        channels_last: whether convolutions run in the NHWC memory format.
        checkpoint_minutes: minutes between checkpoints.
    """

    seed: int = 0
    steps: int = 10_000
    batch_size: int = 16
    lr: float = 3e-4
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    warmup_steps: int = 100
    schedule: Literal["constant", "cosine", "trapezoid"] = "cosine"
    cooldown_steps: int = 1_000
    clip: float = 1.0
    ema_decay: float = 0.999
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = 0
    workers: int = 0
    channels_last: bool = False
    checkpoint_minutes: float = 5.0


def configure(config: Config, settings: Mapping[str, Any]) -> Config:
    """The configuration with some settings changed.

    Args:
        config: a dataclass instance, which may hold others.
        settings: values by name, ``model.width`` for a nested one: text as typed after ``--set``, or TOML and JSON
            values.

    Raises:
        UsageError: an unknown name, or a value that is not of the field's type or that the dataclass refuses.
    """
    for name, value in settings.items():
        config = _replaced(config, name, name.split("."), value)
    return config


def _replaced(config: Any, name: str, path: list[str], value: Any) -> Any:
    hints = typing.get_type_hints(type(config))
    fields = [field.name for field in dataclasses.fields(config)]
    if path[0] not in fields:
        raise UsageError(f"no setting {name!r}", hint=f"settings are {', '.join(fields)}")
    inner = getattr(config, path[0])
    if len(path) > 1 and not dataclasses.is_dataclass(inner):
        raise UsageError(f"no setting {name!r}: {path[0]!r} has no parts", hint=_LISTING)
    try:
        if len(path) > 1:
            new = _replaced(inner, name, path[1:], value)
        elif dataclasses.is_dataclass(inner) and isinstance(value, Mapping):
            new = configure(inner, value)
        else:
            new = _parsed(value, hints[path[0]])
        return dataclasses.replace(config, **{path[0]: new})
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} = {value!r}: {error}", hint=_LISTING) from error


def _parsed(value: Any, hint: Any) -> Any:
    """``value`` as the type ``hint``; text is read as a person types it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None or (isinstance(value, str) and value.lower() in ("none", "null")):
            if type(None) in arguments:
                return None
        elif len(choices := [argument for argument in arguments if argument is not type(None)]) == 1:
            return _parsed(value, choices[0])
        raise ValueError(f"expected {hint}")
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"expected one of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        items = value.strip("()[] ").split(",") if isinstance(value, str) else list(value)
        items = [item for item in items if item != ""]
        variadic = len(arguments) == 2 and arguments[1] is Ellipsis
        if not variadic and len(items) != len(arguments):
            raise ValueError(f"expected {len(arguments)} values, got {len(items)}")
        kinds = [arguments[0]] * len(items) if variadic else list(arguments)
        return tuple(_parsed(item, kind) for item, kind in zip(items, kinds, strict=True))
    if origin is dict or hint is dict:
        mapping = json.loads(value) if isinstance(value, str) else value
        if not isinstance(mapping, dict):
            raise ValueError("expected a JSON object")
        return mapping
    if hint is bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if isinstance(value, bool) or str(value).lower() not in words:
            return value if isinstance(value, bool) else _refuse("true or false")
        return words[str(value).lower()]
    if hint in (int, float):
        return _number(value, hint)
    if hint is str and not isinstance(value, str):
        return _refuse("text")
    return hint(value) if isinstance(hint, type) else value


def _number(value: Any, kind: type[int] | type[float]) -> int | float:
    """A number, which if it has to be whole may be typed as 2e3, too."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number) or (kind is int and not number.is_integer()):
        _refuse("a whole number" if kind is int else "a number")
    return kind(value if isinstance(value, int) else number)


def _refuse(expected: str) -> Any:
    raise ValueError(f"expected {expected}")


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """``["lr=1e-4"]`` as ``{"lr": "1e-4"}``.

    Raises:
        UsageError: an assignment without ``=``.
    """
    settings = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set {assignment!r} is not key=value", hint=_LISTING)
        settings[name.strip()] = value.strip()
    return settings


def read_toml(path: Path) -> dict[str, Any]:
    """The settings in a TOML file; a table is a nested config.

    Raises:
        UsageError: the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="name a TOML file with settings") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}", hint=f"key = value; {_LISTING}") from error


def to_json(config: Any) -> dict[str, Any]:
    """The configuration as JSON values, nested ones as objects."""
    return typing.cast(dict[str, Any], json.loads(json.dumps(dataclasses.asdict(config), default=str)))


def from_json(defaults: Config, value: Mapping[str, Any]) -> Config:
    """The configuration that :func:`to_json` wrote.

    Args:
        defaults: an instance whose fields the saved values replace.
        value: JSON values.

    Raises:
        UsageError: a setting that the recipe no longer knows.
    """
    return configure(defaults, value)
