"""The evaluations of MMVT, around a finder that knows one colour."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from lbvedit.data.corpus import Referral
from lbvedit.errors import WeightsError
from lbvedit.evaluation import mmvt
from lbvedit.evaluation.table import Options, Result
from tests.pipelines.test_mmvt import RedFinder, _film


@pytest.fixture(autouse=True)
def red(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = _film(6, ((8, 8),))
    item: Referral = {
        "frames": frames,
        "masks": frames[:, 0] > 200,
        "annotated": torch.arange(6),
        "expression": "the red car",
        "meta": {"video": "red-square", "instance": 1, "kinds": ["car"]},
    }
    monkeypatch.setattr(mmvt, "load_finder", lambda request: RedFinder())
    for name in ("open_davis", "JHMDBSentences"):
        monkeypatch.setattr(mmvt, name, lambda root: [item])
    monkeypatch.setattr(mmvt, "A2DSentences", lambda root, split: [item])


def _options(**more: Any) -> Options:
    return Options(data=Path("anywhere"), **more)


def test_davis_has_j_of_the_whole_pipeline_and_of_each_sequence() -> None:
    result = mmvt.evaluate_davis(_options())
    assert result.metrics["j_mean"] > 0.75
    assert result.others["red-square"]["j_mean"] == result.metrics["j_mean"]


@pytest.mark.parametrize("evaluate", [mmvt.evaluate_a2d, mmvt.evaluate_jhmdb])
def test_the_papers_tables_have_both_average_precisions(evaluate: Any) -> None:
    result = evaluate(_options())
    assert result.metrics["p@0.9"] == 1
    assert result.metrics["map"] == pytest.approx(result.metrics["coco_map"], abs=0.02)
    assert result.table.columns[-1].metric == "coco_map"


def test_what_is_absent_is_refused_and_what_is_there_is_not() -> None:
    result = mmvt.evaluate_absent(_options())
    assert result.metrics == {"absent_refused": 1.0, "present_refused": 0.0}
    assert result.n == 28


def test_actors_that_only_act_differently_have_a_row_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = _film(4, ((8, 8),))
    item = {
        "frames": frames,
        "mask": (frames[:, :1] > 200),
        "expression": "the red car",
        "meta": {"mode": "action", "distractor": True},
    }
    other = {**item, "meta": {"mode": "appearance", "distractor": False}}
    monkeypatch.setattr(mmvt, "Actors", lambda split, frames: [item, other])

    class Watching(RedFinder):
        """Finds nothing where nothing is seen to move."""

        def see(self, frame: Tensor, after: Tensor | None, before: Tensor | None, past: Tensor | None = None) -> Any:
            moves = any(other is not None and not torch.equal(frame, other) for other in (after, before))
            return super().see(frame if moves else torch.zeros_like(frame), after, before)

    monkeypatch.setattr(mmvt, "load_finder", lambda request: Watching())
    result = mmvt.evaluate_actors(Options())
    assert result.metrics["p@0.5"] == 1
    moving, still = result.others.items()
    assert moving[0] == "only the action tells, one of its kind beside it (1 clips)"
    assert moving[1]["p@0.5"] == 1
    assert still[0] == "the same clips, shown no motion"
    assert still[1]["p@0.5"] == 0


def test_rows_of_an_ablation_are_those_that_were_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = ["mmvt-small", "mmvt-small-clean-B", "mmvt-small-clean-B+M+T"]
    monkeypatch.setattr(mmvt, "listing", lambda folder: [SimpleNamespace(name=name) for name in trained])
    monkeypatch.setattr(
        mmvt, "evaluate_actors", lambda options: Result("mmvt", "actors", 7, {"map": float(len(options.model))})
    )
    result = mmvt.evaluate_parts(Options())
    assert result.metrics == {"map": len("mmvt-small-clean-B+M+T")}
    assert result.others == {"ours, B": {"map": len("mmvt-small-clean-B")}}
    assert result.n == 7
    with pytest.raises(WeightsError, match="Table 6"):
        mmvt.evaluate_losses(Options())
