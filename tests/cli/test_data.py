import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from lbvedit.cli.data import app
from lbvedit.data import build
from lbvedit.errors import UsageError


def test_list_names_every_data_set():
    result = CliRunner().invoke(app, ["list"])
    assert result.exit_code == 0
    for name in ("s-mnist", "d-mnist", "e-clevr", "actors", "shapes", "world-captions"):
        assert name in result.output
    assert "11,070 / 738" in result.output


def test_build_writes_the_folder_and_says_where(tmp_path):
    out = tmp_path / "shapes"
    result = CliRunner().invoke(app, ["build", "shapes", "--out", str(out), "--seed", "1", "--size", "2"])
    assert result.exit_code == 0, result.output
    assert result.output.strip() == str(out)
    assert (out / "train.jsonl").is_file()


def test_show_draws_a_page_of_any_data_set_or_built_folder(tmp_path):
    folder, sheet = tmp_path / "shapes", tmp_path / "sheet.png"
    CliRunner().invoke(app, ["build", "shapes", "--out", str(folder), "--size", "3"])
    result = CliRunner().invoke(app, ["show", str(folder), "--out", str(sheet), "--items", "2"])
    assert result.exit_code == 0, result.output
    built = np.asarray(Image.open(sheet))
    CliRunner().invoke(app, ["show", "shapes", "--out", str(sheet), "--items", "2"])
    assert np.array_equal(np.asarray(Image.open(sheet)), built)
    assert len(np.unique(built.reshape(-1, 3), axis=0)) > 100
    CliRunner().invoke(app, ["show", "shapes", "--out", str(sheet), "--items", "2", "--first", "1"])
    assert not np.array_equal(np.asarray(Image.open(sheet)), built)
    result = CliRunner().invoke(app, ["show", str(folder), "--out", str(sheet), "--first", "9"])
    assert isinstance(result.exception, UsageError)
    assert result.exception.hint == "--first 0 to 2"


@pytest.mark.parametrize(
    ("out", "said"),
    [("x.xyz", "draws no .xyz"), ("x", "without a suffix"), ("no/x.png", "no folder"), ("", "a folder")],
)
def test_show_refuses_a_name_before_it_draws(tmp_path, monkeypatch, out, said):
    monkeypatch.setattr(build, "made", lambda *_: pytest.fail("drawn first"))
    result = CliRunner().invoke(app, ["show", "e-clevr", "--out", str(tmp_path / out), "--items", "1"])
    assert isinstance(result.exception, UsageError)
    assert said in result.exception.message
    assert result.exception.hint


def test_an_unknown_data_set_is_refused(tmp_path):
    result = CliRunner().invoke(app, ["build", "nothing", "--out", str(tmp_path / "out")])
    assert isinstance(result.exception, UsageError)
