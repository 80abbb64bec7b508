"""Pixels that move: exact where they can be, smooth where they follow something."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lbvedit.pipelines.compose import geometry
from lbvedit.pipelines.compose.operator import Call
from tests.pipelines.compose.scenes import edit, eight, psnr, texture, write_clip, write_masks

NONE = torch.ones(1, 1, 1, 1)


def call(frames: torch.Tensor, **params: object) -> Call:
    return Call(params, (frames.shape[2], frames.shape[3]), indices=(0,))


def test_flip_and_right_angles_move_samples_unchanged() -> None:
    frames = torch.arange(24.0).reshape(1, 1, 4, 6) / 24
    assert torch.equal(geometry.flip(frames, NONE, call(frames))[0, 0, 0], frames[0, 0, 0].flip(0))
    assert torch.equal(geometry.flip(frames, NONE, call(frames, axis="vertical"))[0, 0, 0], frames[0, 0, 3])
    turned = geometry.rotate(frames, NONE, call(frames, angle=90))
    assert turned.shape == (1, 1, 6, 4)
    assert turned[0, 0, 0, 3] == frames[0, 0, 0, 0]  # clockwise: the top left corner comes to the top right


def test_rotation_is_clockwise_and_leaves_no_corner_empty() -> None:
    frames = torch.full((1, 1, 60, 100), 0.5)
    frames[..., 30:31, 50:] = 1.0  # a hand that points right
    turned = geometry.rotate(frames, NONE, call(frames, angle=30))
    assert turned.shape == frames.shape
    assert turned.min() > 0.4
    below, above = turned[0, 0, 40:55, 55:95].amax(), turned[0, 0, 5:20, 55:95].amax()
    assert below > 0.7 > above


@pytest.mark.parametrize(
    ("params", "size"),
    [({"width": 50}, (30, 50)), ({"height": 90, "width": 60}, (90, 60)), ({"scale": 2}, (120, 200))],
)
def test_resize_gives_the_size_asked_for(params: dict[str, int], size: tuple[int, int]) -> None:
    frames = texture(60, 100)[None]
    assert geometry.resize(frames, NONE, call(frames, **params)).shape[2:] == size


def test_hidden_colour_does_not_show_at_soft_edges() -> None:
    layers = torch.zeros(1, 4, 40, 40)
    layers[:, 0] = 1.0  # red under full transparency
    layers[:, 1:, :, 20:] = 1.0
    layers[:, 0, :, 20:] = 0
    small = geometry.resize(layers, NONE, call(layers, scale=0.5))
    seen = small[:, :3, :, :] * small[:, 3:]
    assert seen[:, 0].max() < 0.02


def test_crop_without_a_target_is_the_middle_itself(tmp_path: Path) -> None:
    frames = eight(texture(60, 100)).expand(3, -1, -1, -1).clone()
    done = edit(write_clip(tmp_path / "clip.mkv", frames), {"op": "crop", "params": {"aspect": "1:1"}})
    assert torch.equal(done.frames, frames[..., 20:80])


def test_zoom_holds_a_jittering_target_on_a_smooth_path(tmp_path: Path) -> None:
    height, width, count = 72, 128, 30
    background = eight(texture(height, width))
    frames, masks, places = [], torch.zeros(count, height, width, dtype=torch.bool), []
    for t in range(count):
        left, top = 30 + 2 * t + (3 if t % 2 else -3), 28 + (2 if t % 3 else -2)
        frame = background.clone()
        frame[:, top : top + 10, left : left + 10] = 255
        masks[t, top : top + 10, left : left + 10] = True
        frames.append(frame)
        places.append(left + 5)
    path = write_clip(tmp_path / "clip.mkv", torch.stack(frames))
    step = {"op": "zoom", "target": "box", "params": {"factor": 2}}
    done = edit(path, step, masks=[write_masks(tmp_path / "masks", masks)])
    assert done.frames.shape == (count, 3, height, width)
    path_x = done.pipeline.state["step0.path"][:, 0] * width
    assert path_x.diff().diff().abs().max() < 0.1 < torch.tensor(places).float().diff().diff().abs().max()
    assert abs(float(path_x[15]) - places[15]) < 5


def test_zoom_shows_the_middle_enlarged(tmp_path: Path) -> None:
    frames = eight(texture(80, 120, cell=20)).expand(2, -1, -1, -1).clone()
    done = edit(write_clip(tmp_path / "clip.mkv", frames), {"op": "zoom", "params": {"factor": 2}})
    middle = frames[:1, :, 20:60, 30:90].float()
    expected = torch.nn.functional.interpolate(middle, (80, 120), mode="bicubic", align_corners=False)
    assert psnr(done.frames[:1].float()[..., 4:-4, 4:-4], expected[..., 4:-4, 4:-4]) > 40
