from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from lbvedit.errors import UsageError
from lbvedit.training.config import TrainingConfig, configure, from_json, parse_assignments, read_toml, to_json


@dataclass(frozen=True)
class Inner:
    width: int = 8
    kinds: tuple[str, ...] = ("car",)

    def __post_init__(self) -> None:
        if self.width % 2:
            raise ValueError(f"width {self.width} is odd")


@dataclass(frozen=True)
class Outer(TrainingConfig):
    model: Inner = field(default_factory=Inner)
    data: Path = Path("data")
    mode: Literal["fast", "slow"] = "fast"
    limit: int | None = None
    flip: bool = True
    text: dict[str, int] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("assignment", "name", "expected"),
    [
        ("lr=1e-4", "lr", 1e-4),
        ("steps=2e3", "steps", 2000),
        ("betas=0.5, 0.9", "betas", (0.5, 0.9)),
        ("flip=no", "flip", False),
        ("data=/tmp/x", "data", Path("/tmp/x")),
        ("limit=3", "limit", 3),
        ("limit=none", "limit", None),
        ("mode=slow", "mode", "slow"),
        ('text={"a": 1}', "text", {"a": 1}),
        ("model.width=16", "model", Inner(width=16)),
        ("model.kinds=car,dog", "model", Inner(kinds=("car", "dog"))),
    ],
)
def test_text_becomes_what_the_field_is(assignment: str, name: str, expected: object) -> None:
    assert getattr(configure(Outer(), parse_assignments([assignment])), name) == expected


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("lr", "not key=value"),
        ("rate=1", "no setting 'rate'"),
        ("lr.x=1", "has no parts"),
        ("steps=1.5", "a whole number"),
        ("steps=abc", "expected a whole number"),
        ("steps=inf", "expected a whole number"),
        ("lr=fast", "expected a number"),
        ("flip=maybe", "true or false"),
        ("mode=medium", "one of fast, slow"),
        ("betas=0.5", "expected 2 values"),
        ("model.width=7", "width 7 is odd"),
        ("model.depth=7", "no setting 'model.depth'"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(assignment: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        configure(Outer(), parse_assignments([assignment]))
    assert caught.value.hint


def test_a_config_survives_json_and_toml(tmp_path: Path) -> None:
    config = configure(Outer(), {"model.width": 16, "data": "x", "limit": 4, "betas": [0.1, 0.2]})
    assert from_json(Outer(), to_json(config)) == config
    (tmp_path / "run.toml").write_text('lr = 0.5\n[model]\nwidth = 4\nkinds = ["cat"]\n')
    read = configure(Outer(), read_toml(tmp_path / "run.toml"))
    assert (read.lr, read.model) == (0.5, Inner(4, ("cat",)))
    (tmp_path / "bad.toml").write_text("lr = ")
    with pytest.raises(UsageError, match=r"bad\.toml"):
        read_toml(tmp_path / "bad.toml")
    with pytest.raises(UsageError, match=r"none\.toml cannot be read: No such file") as caught:
        read_toml(tmp_path / "none.toml")
    assert caught.value.hint
