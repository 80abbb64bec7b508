from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from lbvedit.cli.evaluate import app
from lbvedit.errors import UsageError
from lbvedit.evaluation import m3l, mmvid, mmvt, tcve
from lbvedit.evaluation.plot import draw
from lbvedit.evaluation.registry import EVALUATIONS, evaluation
from lbvedit.evaluation.table import Column, Options, Result, Row, Table, markdown, sample, to_json

TABLE = Table(
    "Table 1",
    "Someone et al.",
    (Column("map", "mAP", 100), Column("fad", "FAD", digits=2)),
    (Row("theirs", (41.9, 1.24)), Row("older", (39.9, None))),
    ("one mask a sentence",),
)


def result(**changes: object) -> Result:
    values = {"map": 0.4567, "j_mean": 0.5, "nothing": float("nan")}
    return Result("toy", "a2d", 1234, values, **{"table": TABLE, **changes})


def test_markdown_puts_our_row_under_the_papers() -> None:
    text = markdown(result(others={"copy": {"fad": 2.0}}))
    assert text.splitlines()[0] == "### toy on a2d (1,234 samples)"
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == ["", "mAP", "FAD"]
    assert rows[2:6] == [
        ["theirs", "41.9", "1.24"],
        ["older", "39.9", "n/a"],
        ["**toy (ours)**", "45.7", "n/a"],
        ["copy", "n/a", "2.00"],
    ]
    assert ["j_mean", "0.5"] in rows
    assert "- one mask a sentence" in text
    assert "Someone et al." in text


def test_json_is_one_object_in_the_units_of_the_metrics() -> None:
    value = json.loads(json.dumps(to_json(result()), allow_nan=False))
    assert set(value) == {"system", "corpus", "n", "metrics", "paper"}
    assert (value["system"], value["corpus"], value["n"]) == ("toy", "a2d", 1234)
    assert value["metrics"] == {"map": 0.4567, "j_mean": 0.5, "nothing": None}
    assert value["paper"]["rows"] == {"theirs": {"map": 0.419, "fad": 1.24}, "older": {"map": 0.399}}
    assert to_json(result(table=None))["paper"] is None


def test_a_sample_is_the_same_in_every_run_and_grows_by_adding() -> None:
    assert sample(100, 10) == sample(100, 10)
    assert sample(100, 10) != sample(100, 10, seed=1)
    assert set(sample(100, 10)) < set(sample(100, 20))
    assert sample(5, None) == sample(5, 9) == [0, 1, 2, 3, 4]
    with pytest.raises(UsageError, match="nothing to evaluate"):
        sample(0, None)


def test_a_plot_shows_the_bars_or_the_evaluations_own_picture(tmp_path: Path) -> None:
    draw(result(), tmp_path / "bars.png")
    with Image.open(tmp_path / "bars.png") as image:
        colors = {color for _, color in image.getcolors(1 << 16)}
    assert {(0xD1, 0x49, 0x5B), (0x8A, 0xA1, 0xB1)} <= colors
    draw(result(picture=torch.full((3, 4, 6), 9, dtype=torch.uint8)), tmp_path / "own.png")
    with Image.open(tmp_path / "own.png") as image:
        assert image.size == (6, 4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bars.png", "own.png"]


def test_the_papers_rows_are_as_long_as_their_columns() -> None:
    with pytest.raises(ValueError, match="older: 1 values != 2 columns"):
        Table("t", "s", TABLE.columns, (Row("older", (1.0,)),))
    assert (
        dict(zip((c.metric for c in mmvt.A2D.columns), mmvt.A2D.rows[-1].printed, strict=True))["overall_iou"] == 67.3
    )
    assert m3l.OVERALL["e-clevr"].rows[-1].printed == (96.8, 1.32, 1.96)
    assert mmvid.VOXCELEB.rows[-1].printed[0] == 59.46
    assert tcve.LOVEU.rows == ()
    more = mmvt.A2D.with_columns(Column("coco_map", "COCO mAP", 100))
    assert more.rows[0].printed[-1] is None


def test_every_listed_evaluation_exists() -> None:
    for system, corpora in EVALUATIONS.items():
        for corpus in corpora:
            assert callable(evaluation(system, corpus)[1])
        assert evaluation(system, None)[0] == next(iter(corpora))
    with pytest.raises(UsageError, match="no evaluation of"):
        evaluation("nobody", None)
    with pytest.raises(UsageError) as caught:
        evaluation("digits", "svhn")
    assert caught.value.hint == "corpora are mnist"


def test_a_folder_that_was_not_given_is_asked_for() -> None:
    with pytest.raises(UsageError, match="--data DIR"):
        Options().require("data")


def test_evaluate_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVALUATIONS, "toy", {"a2d": "tests.evaluation.test_table:evaluate_toy"})
    run = CliRunner().invoke(app, ["toy", "--limit", "7", "--json", "--plot", str(tmp_path / "p.png")])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["metrics"]["map"] == 7
    assert (tmp_path / "p.png").exists()
    assert "**toy (ours)**" in CliRunner().invoke(app, ["toy", "--corpus", "a2d"]).stdout
    monkeypatch.setitem(EVALUATIONS, "toy", {"a2d": "tests.evaluation.test_table:evaluate_never"})
    for name, said in (("none/p.png", "there is no folder"), ("p.jpg", "draws no .jpg")):
        run = CliRunner().invoke(app, ["toy", "--plot", str(tmp_path / name)])
        assert isinstance(run.exception, UsageError)
        assert said in run.exception.message


def evaluate_never(options: Options) -> Result:
    raise AssertionError("evaluated before the plot's name was checked")


def evaluate_toy(options: Options) -> Result:
    return Result("toy", "a2d", 1, {"map": float(options.limit or 0)}, TABLE)
