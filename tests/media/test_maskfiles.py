"""Masks as files."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from lbvedit.errors import UsageError
from lbvedit.media.maskfiles import mask_writer, run_lengths
from lbvedit.types import Clip, Masks


def _masks(start: int = 0) -> Masks:
    planes = torch.zeros(2, 2, 12, 20, dtype=torch.uint8)
    planes[:, 0, 2:5, 3:10] = 255
    planes[1, 1, 8:10, 12:13] = 255
    clip = Clip(torch.zeros(2, 3, 12, 20, dtype=torch.uint8), (start, start + 1), Fraction(1, 25))
    return Masks(planes, torch.tensor([[0.9, 0.0], [0.8, 0.7]]), (1, 4), clip)


def _decoded(counts: str, shape: tuple[int, ...]) -> np.ndarray:
    """COCO's own reading of the string."""
    runs: list[int] = []
    place = 0
    while place < len(counts):
        value, shift, more = 0, 0, True
        while more:
            code = ord(counts[place]) - 48
            value |= (code & 0x1F) << shift
            more, place, shift = bool(code & 0x20), place + 1, shift + 5
            if not more and code & 0x10:
                value |= -1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return flat.reshape(shape, order="F")


@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.booleans()))
def test_run_lengths_are_cocos(inside: np.ndarray) -> None:
    assert np.array_equal(_decoded(run_lengths(inside), inside.shape), inside)


def test_a_known_string() -> None:
    inside = np.zeros((3, 3), dtype=bool)
    inside[1, 1] = True
    assert run_lengths(inside) == "414"  # four outside, one inside, four outside


def test_pngs_are_black_and_white_one_a_frame(tmp_path: Path) -> None:
    with mask_writer(tmp_path / "out", "png", "car", overwrite=False) as writer:
        writer.add(_masks())
        writer.add(_masks(2))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["00000.png", "00001.png", "00002.png", "00003.png"]
    picture = Image.open(tmp_path / "out" / "00001.png")
    assert picture.mode == "L"
    assert picture.size == (20, 12)
    pixels = np.asarray(picture)
    assert set(np.unique(pixels)) == {0, 255}
    assert (pixels == 255).sum() == 23


@pytest.mark.parametrize("kind", ["rle", "boxes"])
def test_json_says_what_is_where(tmp_path: Path, kind: str) -> None:
    with mask_writer(tmp_path / "out.json", kind, "car", overwrite=False) as writer:  # type: ignore[arg-type]
        writer.add(_masks())
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["size"] == [12, 20]
    first, second = told["frames"]
    assert [i["id"] for i in first["instances"]] == [1]
    assert second["instances"][1]["bbox"] == [12, 8, 1, 2]
    assert second["instances"][0]["score"] == 0.8
    assert ("segmentation" in first["instances"][0]) == (kind == "rle")


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    def fail() -> None:
        with mask_writer(tmp_path / "out", "png", "car", overwrite=False) as writer:
            writer.add(_masks())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_only_replaced_when_asked(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "00000.png").touch()
    with pytest.raises(UsageError, match="exists"), mask_writer(target, "png", "car", overwrite=False):
        pass
    with mask_writer(target, "png", "car", overwrite=True) as writer:
        writer.add(_masks())
    assert (target / "00000.png").stat().st_size > 0
    (target / "notes.txt").touch()
    with pytest.raises(UsageError, match="other things"), mask_writer(target, "png", "car", overwrite=True):
        pass
