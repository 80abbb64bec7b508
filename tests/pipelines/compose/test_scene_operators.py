"""Removal, the steady camera, cutouts and captions, against scenes whose truth is known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFont

from lbvedit.errors import UsageError
from lbvedit.pipelines.compose.caption import caption_matte
from lbvedit.pipelines.compose.cutout import _Film
from lbvedit.pipelines.compose.geometry import resample
from lbvedit.pipelines.compose.operator import Call
from tests.pipelines.compose.scenes import compose, edit, eight, moving_square, psnr, texture, write_clip, write_masks

REMOVE = {"op": "remove", "target": "square"}
CUTOUT = {"op": "cutout", "target": "square"}


def test_what_another_frame_shows_comes_back(tmp_path: Path) -> None:
    frames, masks, truth = moving_square()
    path = write_clip(tmp_path / "clip.mkv", frames)
    done = edit(path, REMOVE, masks=[write_masks(tmp_path / "masks", masks)])
    hole = masks[:, None].expand_as(frames)
    assert psnr(frames[hole], truth[hole]) < 20
    assert psnr(done.frames[hole], truth[hole]) > 45
    assert done.outside()["max"] == 0


def test_it_comes_back_under_a_moving_camera(tmp_path: Path) -> None:
    large = texture(160, 300, cell=8)[None]
    count, (height, width) = 14, (120, 200)
    truth, masks = [], torch.zeros(count, height, width, dtype=torch.bool)
    for t in range(count):
        view = np.array([[1, 0, 10 + 2.3 * t], [0, 1, 12 + 0.6 * t]])
        truth.append(eight(resample(large, view, (height, width)))[0])
    frames = torch.stack(truth).clone()
    for t in range(count):
        left = 20 + 9 * t
        frames[t, :, 50:74, left : left + 22] = 250
        masks[t, 50:74, left : left + 22] = True
    path = write_clip(tmp_path / "clip.mkv", frames)
    done = edit(path, REMOVE, masks=[write_masks(tmp_path / "masks", masks)])
    hole = masks[:, None].expand_as(frames)
    assert psnr(done.frames[hole], torch.stack(truth)[hole]) > 30


def test_what_no_frame_shows_is_closed_from_its_edge(tmp_path: Path) -> None:
    ramp = torch.linspace(60, 200, 96).to(torch.uint8).expand(4, 3, 72, 96)
    frames, masks = ramp.clone(), torch.zeros(4, 72, 96, dtype=torch.bool)
    frames[..., 30:46, 40:56] = 0
    masks[:, 30:46, 40:56] = True
    path = write_clip(tmp_path / "clip.mkv", frames)
    done = edit(path, REMOVE, masks=[write_masks(tmp_path / "masks", masks)])
    assert (done.frames.float() - ramp.float()).abs().max() < 20


def test_the_shake_goes_and_no_border_shows(tmp_path: Path) -> None:
    large = texture(200, 300, cell=10)[None]
    random = np.random.default_rng(4)
    frames = []
    for t in range(30):
        shift, turn = random.normal(0, 2.5, 2), random.normal(0, 0.006)
        turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        middle = np.array([150 + 0.8 * t, 100.0]) + shift
        matrix = np.column_stack((turned, middle - turned @ np.array([80.0, 60.0])))
        frames.append(eight(resample(large, matrix, (120, 160)))[0])
    shaken = torch.stack(frames)
    done = edit(write_clip(tmp_path / "clip.mkv", shaken), {"op": "stabilize"}).frames

    def shake(clip: torch.Tensor) -> float:
        inner = clip.float()[..., 16:-16, 16:-16]
        return float(inner.diff(dim=0).diff(dim=0).abs().mean())

    assert done.shape == shaken.shape
    assert shake(done) < 0.35 * shake(shaken)
    for before in ({"op": "crop", "params": {"aspect": "1:1"}}, {"op": "rotate", "params": {"angle": 90}}):
        path = tmp_path / "clip.mkv"
        assert shake(edit(path, before, {"op": "stabilize"}).frames) < 0.35 * shake(edit(path, before).frames)


def test_a_cutout_is_the_matte_as_alpha(tmp_path: Path) -> None:
    frames, masks, _ = moving_square(4)
    path, folder = write_clip(tmp_path / "clip.mkv", frames), write_masks(tmp_path / "masks", masks)
    done = edit(path, CUTOUT, masks=[folder])
    assert done.alpha is not None
    assert ((done.alpha[:, 0] > 127) == masks).float().mean() > 0.99
    inner = (done.alpha == 255).expand_as(frames)
    assert torch.equal(done.frames[inner], frames[inner])
    assert done.frames[(done.alpha == 0).expand_as(frames)].max() == 0


def test_a_cutout_stands_on_a_colour_a_picture_or_a_video(tmp_path: Path) -> None:
    frames, masks, _ = moving_square(4)
    path, folder = write_clip(tmp_path / "clip.mkv", frames), write_masks(tmp_path / "masks", masks)
    Image.new("RGB", (300, 100), (10, 200, 30)).save(tmp_path / "behind.png")
    video = torch.tensor([0, 80, 160], dtype=torch.uint8).reshape(3, 1, 1, 1).expand(3, 3, 40, 50)
    write_clip(tmp_path / "behind.mkv", video)
    for background, expected in {
        "blue": [[0, 0, 255]] * 4,
        str(tmp_path / "behind.png"): [[10, 200, 30]] * 4,
        str(tmp_path / "behind.mkv"): [[0] * 3, [80] * 3, [160] * 3, [0] * 3],
    }.items():
        done = edit(path, {**CUTOUT, "params": {"background": background}}, masks=[folder])
        assert done.alpha is None
        assert done.frames[:, :, 2, 2].tolist() == expected
        assert torch.equal(done.frames[0, :, 34, 16], frames[0, :, 34, 16])
    with pytest.raises(UsageError, match="neither a colour nor a file"):
        edit(path, {**CUTOUT, "params": {"background": "no such thing"}}, masks=[folder])


def test_a_background_file_goes_behind_what_the_plan_cuts_out(tmp_path: Path) -> None:
    behind = str(tmp_path / "behind.png")
    with pytest.raises(UsageError, match="no background"):
        compose(CUTOUT, background=behind)
    Image.new("RGB", (30, 20)).save(behind)
    mask = write_masks(tmp_path / "masks", moving_square(2)[1])
    assert compose(CUTOUT, masks=[mask], background=behind).steps[0].params == {"background": behind}
    named = {**CUTOUT, "params": {"background": "blue"}}
    assert compose(named, masks=[mask], background=behind).steps[0].params == {"background": "blue"}
    with pytest.raises(UsageError, match="cuts nothing out"):
        compose({"op": "blur", "target": "square", "params": {"amount": 0.5}}, masks=[mask], background=behind)


@pytest.mark.parametrize(
    ("position", "rows", "columns"),
    [("bottom", (0.6, 1), (0, 1)), ("top left", (0, 0.4), (0, 0.7)), ("center", (0.25, 0.75), (0, 1))],
)
def test_a_caption_stands_where_it_should(
    position: str, rows: tuple[float, float], columns: tuple[float, float]
) -> None:
    matte = caption_matte(Call({"text": "Hello", "position": position}, (180, 320)))[0, 0]
    inked = matte > 0
    inside = inked[round(rows[0] * 180) : round(rows[1] * 180), round(columns[0] * 320) : round(columns[1] * 320)]
    assert inside.sum() == inked.sum() > 200
    assert not inked[:4].any()
    assert not inked[:, -4:].any()


def test_a_caption_is_white_within_black_and_touches_nothing_else(tmp_path: Path) -> None:
    frames = torch.full((3, 3, 180, 320), 128, dtype=torch.uint8)
    long = "A caption that is far too long for a single line of such a small picture"
    done = edit(write_clip(tmp_path / "clip.mkv", frames), {"op": "caption", "params": {"text": long}})
    assert (done.frames == 255).all(dim=1).sum() > 300
    assert (done.frames == 0).all(dim=1).sum() > 300
    assert done.outside()["max"] == 0
    assert torch.equal(done.frames[0], done.frames[2])
    assert torch.equal(done.frames[:, :, :60], frames[:, :, :60])


def test_a_background_video_keeps_its_own_time(tmp_path: Path) -> None:
    video = torch.arange(5, dtype=torch.uint8).mul(50).reshape(5, 1, 1, 1).expand(5, 3, 8, 8)
    film = _Film(str(write_clip(tmp_path / "behind.mkv", video)), (4, 4))  # 25 frames a second
    for second, shown in ((0, 0), (1 / 50, 0), (2 / 50, 1), (3 / 50, 1), (4 / 25, 4), (5 / 25, 0), (13 / 25, 3)):
        assert int(film.at(Fraction(second).limit_denominator(100))[0, 0, 0]) == 50 * shown
    assert int(film.at(Fraction(1, 25))[0, 0, 0]) == 50  # and back again


def test_letters_that_no_font_has_are_said_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    step = {"op": "caption", "params": {"text": "Gr\u00fc\u00dfe, \U000f1234!"}}  # for private use: no font has a shape
    with pytest.raises(UsageError, match="no font here has all of") as caught:
        compose(step)
    assert "font=" in caught.value.hint
    with pytest.raises(UsageError, match="is no font"):
        compose(step, font=__file__)
    monkeypatch.setattr("lbvedit.fonts.USUAL", ())
    assert compose({"op": "caption", "params": {"text": "Hello"}}).steps[0].params == {"text": "Hello"}
    with pytest.raises(UsageError, match="has all of \u00fc\u00df"):
        compose({"op": "caption", "params": {"text": "Gr\u00fc\u00dfe"}})


def test_a_caption_in_another_font(tmp_path: Path) -> None:
    own = ImageFont.load_default(12)
    assert isinstance(own, ImageFont.FreeTypeFont)
    (tmp_path / "mine.ttf").write_bytes(own.font_bytes)
    frames = moving_square(2)[0]
    step = {"op": "caption", "params": {"text": "Hello"}}
    done = edit(write_clip(tmp_path / "clip.mkv", frames), step, font=str(tmp_path / "mine.ttf"))
    assert done.pipeline.steps[0].params["font"] == str(tmp_path / "mine.ttf")
    assert 0.001 < float((done.frames != frames).any(dim=1).float().mean()) < 0.2
