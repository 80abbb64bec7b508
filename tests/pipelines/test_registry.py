"""Pipelines by name, and ``--set`` read into their options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from lbvedit.errors import MissingCapabilityError, UsageError
from lbvedit.pipelines import registry
from lbvedit.types import Request


@dataclass(frozen=True)
class Options:
    """Options of every kind.

    Args:
        steps: how many,
            on two lines.
        strength: in [0, 1].
        mode: which way.
        fast: whether to hurry.
        lut: a file.
        limit: or none.
    """

    steps: int = 20
    strength: float = 0.5
    mode: Literal["soft", "hard"] = "soft"
    fast: bool = False
    lut: Path | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ValueError(f"strength must lie in [0, 1], got {self.strength}")


def test_text_becomes_values_of_the_fields_types():
    given = {"steps": "5", "strength": "1", "mode": "hard", "fast": "yes", "lut": "a.cube", "limit": "none"}
    assert registry.parse(Options, given, "x") == Options(5, 1.0, "hard", True, Path("a.cube"), None)
    assert registry.parse(Options, {"limit": "3"}, "x").limit == 3
    assert registry.parse(Options, {}, "x") == Options()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"step": "5"}, "no option 'step'"),
        ({"steps": "5.5"}, "whole number"),
        ({"strength": "much"}, "a number"),
        ({"mode": "medium"}, "one of soft, hard"),
        ({"fast": "maybe"}, "true or false"),
        ({"strength": "2"}, r"\[0, 1\], got 2"),
    ],
)
def test_what_does_not_fit_is_a_usage_error_with_a_hint(given, said):
    with pytest.raises(UsageError, match=said) as error:
        registry.parse(Options, given, "x")
    assert error.value.hint


def test_every_pipeline_can_be_shown_and_built_from_its_defaults():
    for name, entry in registry.PIPELINES.items():
        assert entry.summary
        for option in registry.describe_options(name):
            assert option.help, f"{name}: {option.name} has no words in the docstring of Options"


def test_options_are_described_by_their_docstring(monkeypatch):
    class Fake:
        Options = Options

    monkeypatch.setattr(registry, "load", lambda name: Fake)
    found = {option.name: option for option in registry.describe_options("x")}
    assert found["steps"] == registry.OptionInfo("steps", "whole number", "20", "how many, on two lines.")
    assert found["mode"].kind == "soft|hard"
    assert found["fast"].default == "false"
    assert found["limit"].kind == "whole number or none"


def test_names_that_do_not_exist_and_tasks_that_do_not_fit():
    with pytest.raises(UsageError, match="no pipeline 'passthru'") as error:
        registry.find("passthru")
    assert "'passthrough'" in error.value.hint
    with pytest.raises(UsageError, match="does edit, not synth"):
        registry.find("passthrough", "synth")


def test_a_default_that_is_not_there_yet_is_missing_and_not_misspelt(monkeypatch):
    monkeypatch.setitem(registry.DEFAULTS, "synth", "tomorrow")
    with pytest.raises(MissingCapabilityError, match="'tomorrow' is not part of this version"):
        registry.find("tomorrow", "synth")


def test_passthrough_hands_every_window_through():
    class Source:
        def windows(self, size, overlap):
            return iter([("window", size, overlap)])

    pipeline = registry.build("passthrough", Request("edit", window=5))
    assert list(pipeline(Source(), lambda event: None)) == [("window", 5, 0)]
