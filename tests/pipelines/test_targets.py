"""Masks from files of every kind, and which target each one serves."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lbvedit.errors import UsageError
from lbvedit.media.maskfiles import mask_writer, run_lengths
from lbvedit.pipelines.targets import Targets, decode_rle, read_masks
from lbvedit.types import Clip, MaskFile, Masks, Step
from tests.pipelines.compose.scenes import write_clip, write_masks

CIRCLES = torch.stack(
    [(torch.arange(20)[:, None] - 8).square() + (torch.arange(30) - 10 - t).square() < 30 for t in range(3)]
)


def recolor(target: str) -> Step:
    return Step("recolor", target, {"color": "red"})


def clip(count: int = 3, height: int = 20, width: int = 30) -> Clip:
    frames = torch.zeros(count, 3, height, width, dtype=torch.uint8)
    return Clip(frames, tuple(range(count)), Fraction(1, 25), numbers=tuple(range(count)))


def test_run_lengths_by_hand() -> None:
    mask = decode_rle([1, 2, 3], (2, 3))  # column by column: 0 1 | 1 0 | 0 0
    assert mask.tolist() == [[False, True, False], [True, False, False]]
    with pytest.raises(ValueError, match="7 pixels"):
        decode_rle([1, 6], (2, 3))


@pytest.mark.parametrize("seed", range(6))
def test_compressed_run_lengths_come_back(seed: int) -> None:
    random = np.random.default_rng(seed)
    mask = random.random((37, 53)) < (0.02, 0.5, 0.9)[seed % 3]
    assert np.array_equal(decode_rle(run_lengths(mask), mask.shape), mask)


def test_every_kind_of_file_gives_the_same_masks(tmp_path: Path) -> None:
    folder = write_masks(tmp_path / "masks", CIRCLES)
    video = write_clip(tmp_path / "masks.mkv", CIRCLES[:, None].expand(-1, 3, -1, -1).to(torch.uint8) * 255)
    plain = [{"size": [20, 30], "counts": run_lengths(mask.numpy())} for mask in CIRCLES]
    (tmp_path / "plain.json").write_text(json.dumps(plain))
    coco = {
        "annotations": [
            {"image_id": 10 + t, "segmentation": {"size": [20, 30], "counts": run_lengths(part)}}
            for t, mask in enumerate(CIRCLES.numpy())
            for part in (mask & (np.arange(30) < 10), mask & (np.arange(30) >= 10))
        ]
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    planes = CIRCLES[:, None].to(torch.uint8) * 255
    with mask_writer(tmp_path / "own.json", "rle", "circle", overwrite=False) as writer:
        writer.add(Masks(planes, torch.ones(3, 1), (0,), clip()))
    for path in (folder, video, *(tmp_path / f"{name}.json" for name in ("plain", "coco", "own"))):
        masks = read_masks(path)
        assert not masks.still
        for t in range(3):
            assert np.array_equal(masks.at(t, (20, 30)), CIRCLES[t].numpy() * 255), path
        with pytest.raises(UsageError, match="3 masks"):
            masks.at(3, (20, 30))


def test_an_image_serves_every_frame_and_scales(tmp_path: Path) -> None:
    palette = Image.fromarray(CIRCLES[0].numpy().astype(np.uint8) * 7, "L").convert("P")
    palette.save(tmp_path / "mask.png")
    masks = read_masks(tmp_path / "mask.png")
    assert masks.still
    large = masks.at(99, (80, 120))
    assert abs(large.mean() / 255 - CIRCLES[0].float().mean()) < 0.01
    with pytest.raises(UsageError, match="30x20"):
        masks.at(0, (80, 80))


def test_transparency_is_a_mask(tmp_path: Path) -> None:
    layers = np.dstack([np.full((20, 30, 3), 90, np.uint8), CIRCLES[0].numpy().astype(np.uint8) * 255])
    Image.fromarray(layers, "RGBA").save(tmp_path / "mask.png")
    assert np.array_equal(read_masks(tmp_path / "mask.png").at(0, (20, 30)) > 0, CIRCLES[0].numpy())


def test_several_targets_want_names(tmp_path: Path) -> None:
    folder = write_masks(tmp_path / "masks", CIRCLES)
    steps = [recolor("car"), recolor("dog")]
    with pytest.raises(UsageError, match="does not say of what"):
        Targets([MaskFile(folder)], steps)
    with pytest.raises(UsageError, match="no such target"):
        Targets([MaskFile(folder, "cat")], steps)
    named = Targets([MaskFile(folder, "Car"), MaskFile(folder, "dog")], steps)
    assert set(named.masks(clip(), (20, 30))) == {"car", "dog"}


def test_the_background_is_what_is_no_known_thing(tmp_path: Path) -> None:
    first, second = (write_masks(tmp_path / str(shift), CIRCLES.roll(shift, 2)) for shift in (0, 9))
    step = Step("blur", "background")
    expected = ~(CIRCLES | CIRCLES.roll(9, 2))
    for targets in (
        Targets([MaskFile(first, "car"), MaskFile(second, "dog")], [recolor("car"), step]),
        Targets([MaskFile(first, "car"), MaskFile(second, "dog")], [step]),
    ):
        assert torch.equal(targets.masks(clip(), (20, 30))["background"][:, 0] > 0, expected)
    own = Targets([MaskFile(first, "background")], [step])
    assert torch.equal(own.masks(clip(), (20, 30))["background"][:, 0] > 0, CIRCLES)


def test_one_target_without_another(tmp_path: Path) -> None:
    people, speaker = np.zeros((4, 6), np.uint8), np.zeros((4, 6), np.uint8)
    people[:, :4], speaker[:, 2:3] = 255, 255
    files = []
    for name, mask in (("people", people), ("speaker", speaker)):
        Image.fromarray(mask).save(tmp_path / f"{name}.png")
        files.append(MaskFile(tmp_path / f"{name}.png", name))
    step = Step("blur", "people except speaker", {"amount": 0.5}, "exact")
    found = Targets(files, [step]).masks(clip(2, 4, 6), (4, 6))
    assert list(found) == ["people except speaker"]
    assert (found["people except speaker"][1, 0, 0] == torch.tensor([255, 255, 0, 255, 0, 0])).all()
    with pytest.raises(UsageError, match="does not say of what"):
        Targets([MaskFile(files[0].path)], [step])


@pytest.mark.parametrize("content", ["{", "[1, 2]", '[{"size": [2, 2], "counts": [1]}]', '[{"size": [2, 2]}]'])
def test_bad_json_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "masks.json").write_text(content)
    with pytest.raises(UsageError, match=r"masks\.json"):
        read_masks(tmp_path / "masks.json")
