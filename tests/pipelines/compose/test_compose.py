"""The pipeline around the operators: what it may touch, what it remembers, what it refuses."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from lbvedit.errors import MissingCapabilityError, NoMatchError, UsageError
from lbvedit.language.operators import OPERATORS as LANGUAGE
from lbvedit.media.source import Source
from lbvedit.pipelines.compose.operators import OPERATORS
from lbvedit.pipelines.targets import MaskSequence, Targets
from lbvedit.types import MaskFile
from tests.pipelines.compose.scenes import compose, edit, moving_square, write_clip, write_masks

RED = {"op": "recolor", "target": "square", "params": {"color": "red"}}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, torch.Tensor, torch.Tensor]:
    folder = tmp_path_factory.mktemp("scene")
    frames, masks, _ = moving_square()
    return write_clip(folder / "scene.mkv", frames), write_masks(folder / "masks", masks), frames, masks


def test_every_exact_operator_on_the_picture_is_there() -> None:
    exact = {name for name, entry in LANGUAGE.items() if entry.domain == "picture" and entry.engine == "exact"}
    assert set(OPERATORS) == exact


@pytest.mark.parametrize("deep", [False, True])
def test_pixels_outside_the_matte_are_the_very_same_integers(tmp_path: Path, deep: bool) -> None:
    frames, masks, _ = moving_square()
    if deep:
        frames = (frames.to(torch.int32) * 257 - 64 * (frames > 128)).to(torch.uint16)
    path = write_clip(tmp_path / "clip.mkv", frames)
    done = edit(path, RED, masks=[write_masks(tmp_path / "masks", masks)])
    assert done.frames.dtype == frames.dtype
    far = ~torch.nn.functional.max_pool2d(masks[:, None].float(), 21, 1, 10).bool().expand(-1, 3, -1, -1)
    was, now = frames.to(torch.int32), done.frames.to(torch.int32)
    assert torch.equal(was[far], now[far])
    inside = masks[:, None].expand(-1, 3, -1, -1)
    assert (was[inside] - now[inside]).abs().float().mean() > 20 * (257 if deep else 1)
    outside = done.outside()
    assert outside["max"] == outside["mean"] == 0
    assert outside["values"] > 0.8 * far.sum()


def test_what_changes_outside_is_told(scene: tuple[Path, Path, torch.Tensor, torch.Tensor]) -> None:
    from lbvedit.pipelines.compose.outside import Outside

    before = torch.zeros(1, 3, 4, 5, dtype=torch.uint8)
    after = before.clone()
    after[0, 1, 2, 3] = 51
    events: list = []
    proof = Outside({})
    proof.add(before, after, torch.zeros(1, 1, 4, 5, dtype=torch.bool))
    proof.tell(events.append)
    assert events[0].data["max"] == pytest.approx(0.2)
    assert events[0].data["mean"] == pytest.approx(0.2 / 60)


def test_windows_do_not_show(scene: tuple[Path, Path, torch.Tensor, torch.Tensor]) -> None:
    path, masks, *_ = scene
    whole, cut = (edit(path, RED, masks=[masks], window=size).frames for size in (16, 5))
    assert torch.equal(whole, cut)


def test_a_resumed_job_goes_on_the_same(scene: tuple[Path, Path, torch.Tensor, torch.Tensor]) -> None:
    path, masks, *_ = scene
    steps = (RED, {"op": "zoom", "target": "square"})
    whole = edit(path, *steps, masks=[masks]).frames
    first = compose(*steps, masks=[masks], window=4)
    with Source(path) as source:
        begun = first(source, lambda event: None)
        next(begun)
        kept = {name: value.clone() for name, value in first.state.items()}
    second = compose(*steps, masks=[masks], window=4)
    second.state = kept
    with Source(path) as source:
        source.start = 4
        rest = torch.cat([clip.frames for clip in second(source, lambda event: None)])
    assert torch.equal(rest, whole[4:])


@pytest.mark.parametrize("start", [4, 12])
def test_what_is_measured_is_measured_of_the_whole_video(
    scene: tuple[Path, Path, torch.Tensor, torch.Tensor], start: int
) -> None:
    path, masks, *_ = scene
    steps = (RED, {"op": "crop", "target": "square"}, {"op": "stabilize"})
    whole = edit(path, *steps, masks=[masks]).frames
    with Source(path) as source:
        source.start = start  # as a preview shows moments, or where a job lost its state
        rest = [clip.frames for clip in compose(*steps, masks=[masks])(source, lambda event: None)]
        assert source.start == start
    assert sum(map(len, rest)) == 12 - start
    assert all(clip.shape[1:] == whole.shape[1:] for clip in rest)


def test_a_wrong_count_in_the_header_refuses_no_masks() -> None:
    targets = Targets((), ())
    targets._files = {"square": MaskFile(Path("masks"), "square")}
    packed = (zlib.compress(np.packbits(np.ones((4, 4), bool)).tobytes()),) * 60
    targets._masks = {"square": MaskSequence(Path("masks"), packed, ((4, 4),) * 60, still=False)}
    targets.check(118, lambda: 60)
    targets.check(60, lambda: pytest.fail("it fits: nothing to count"))
    with pytest.raises(UsageError, match="60 masks, the video has 59 frames"):
        targets.check(118, lambda: 59)


def test_alpha_is_kept(tmp_path: Path) -> None:
    frames, masks, _ = moving_square(4)
    alpha = torch.full((4, 1, 72, 96), 200, dtype=torch.uint8)
    path = write_clip(tmp_path / "clip.mkv", frames, alpha)
    done = edit(path, RED, {"op": "flip"}, masks=[write_masks(tmp_path / "masks", masks)])
    assert done.alpha is not None
    assert torch.equal(done.alpha, alpha)


def test_a_step_keeps_to_its_time(scene: tuple[Path, Path, torch.Tensor, torch.Tensor]) -> None:
    path, _, frames, _ = scene
    done = edit(path, {"op": "invert", "params": {"start": 0.2, "end": -0.16}})
    changed = [bool((now != was).any()) for now, was in zip(done.frames, frames, strict=True)]
    assert changed == [5 <= t < 8 for t in range(12)]


def test_mattes_move_along_with_the_picture(scene: tuple[Path, Path, torch.Tensor, torch.Tensor]) -> None:
    path, masks, *_ = scene
    before = edit(path, RED, {"op": "flip"}, masks=[masks]).frames
    after = edit(path, {"op": "flip"}, RED, masks=[masks]).frames
    assert (before.float() - after.float()).abs().mean() < 0.05


def test_everything_except_a_target_is_its_complement(scene: tuple[Path, Path, torch.Tensor, torch.Tensor]) -> None:
    path, masks, frames, truth = scene
    done = edit(path, {"op": "invert", "target": "square", "outside": True}, masks=[masks])
    inner = truth[:, None] & ~torch.nn.functional.max_pool2d((~truth[:, None]).float(), 9, 1, 4).bool()
    assert torch.equal(done.frames[inner.expand_as(frames)], frames[inner.expand_as(frames)])
    assert torch.equal(done.frames[:, :, :10], 255 - frames[:, :, :10])
    again = edit(path, {"op": "invert", "target": "background"}, masks=[MaskFile(masks, "square")])
    assert torch.equal(again.frames, done.frames)


def test_imagination_is_refused() -> None:
    with pytest.raises(MissingCapabilityError, match="imagination"):
        compose({"op": "style", "params": {"style": "watercolor"}, "engine": "generative"})


def test_a_target_without_a_mask_points_at_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.pipelines.mmvt_targets.finder_for", lambda request: None)
    with pytest.raises(MissingCapabilityError) as caught:
        compose(RED)
    assert "--mask 'square=FILE'" in caught.value.hint


def test_masks_must_fit_the_video(scene: tuple[Path, Path, torch.Tensor, torch.Tensor], tmp_path: Path) -> None:
    path, _, _, truth = scene
    with pytest.raises(UsageError, match="7 masks"):
        edit(path, RED, masks=[write_masks(tmp_path / "few", truth[:7])])
    with pytest.raises(NoMatchError, match="empty"):
        edit(path, RED, masks=[write_masks(tmp_path / "none", torch.zeros_like(truth))])
