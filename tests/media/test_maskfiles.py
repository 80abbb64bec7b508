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
from lbvedit.pipelines.targets import read_masks
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


def test_boxes_say_what_is_where(tmp_path: Path) -> None:
    with mask_writer(tmp_path / "out.json", "boxes", "car", overwrite=False) as writer:
        writer.add(_masks())
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["size"] == [12, 20]
    first, second = told["frames"]
    assert [i["id"] for i in first["instances"]] == [1]
    assert second["instances"][0] == {"id": 1, "score": 0.8, "bbox": [3, 2, 7, 3]}
    assert second["instances"][1]["bbox"] == [12, 8, 1, 2]


def test_coco_json_serves_as_a_mask_again(tmp_path: Path) -> None:
    clip = Clip(torch.zeros(1, 3, 12, 20, dtype=torch.uint8), (2,), Fraction(1, 25))
    empty = Masks(torch.zeros(1, 0, 12, 20, dtype=torch.uint8), torch.zeros(1, 0), (), clip)
    with mask_writer(tmp_path / "out.json", "rle", "car", overwrite=False) as writer:
        writer.add(_masks())
        writer.add(empty)
    told = json.loads((tmp_path / "out.json").read_text())
    assert [image["id"] for image in told["images"]] == [0, 1, 2]
    assert [(a["image_id"], a["track_id"], a["area"]) for a in told["annotations"]] == [
        (0, 1, 21), (1, 1, 21), (1, 4, 2), (2, 0, 0),
    ]  # fmt: skip
    read = read_masks(tmp_path / "out.json")
    for frame, masks, t in ((0, _masks(), 0), (1, _masks(), 1), (2, empty, 0)):
        assert np.array_equal(read.at(frame, (12, 20)), masks.union()[t, 0].numpy())


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
