from fractions import Fraction

import kornia
import pytest
import torch
from torch import Tensor

from lbvedit.report.findings import Findings
from lbvedit.report.observer import Asked, Observer, hue_distance, lab
from lbvedit.types import Clip

HEIGHT, WIDTH = 72, 96


def clip(frames: Tensor, first: int = 0) -> Clip:
    return Clip(frames, tuple(range(first, first + len(frames))), Fraction(1, 10))


def scene(count: int) -> Tensor:
    """Smooth texture that does not move."""
    ys, xs = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    picture = 110 + 60 * torch.sin(xs / 5.0) * torch.cos(ys / 4.0)
    return picture.round().to(torch.uint8).expand(count, 3, -1, -1).clone()


def matte(count: int) -> Tensor:
    inside = torch.zeros(count, 1, HEIGHT, WIDTH, dtype=torch.uint8)
    inside[..., 20:60, 24:72] = 255
    return inside


def figure(findings: Findings, name: str) -> float:
    (number,) = [each.number for each in findings.figures if each.name == name]
    assert number is not None
    return number


def test_the_moments_lie_evenly_whatever_the_length_and_the_windows() -> None:
    for count, size in ((3, 2), (64, 16), (333, 10)):
        observer = Observer()
        frames = scene(1).expand(count, -1, -1, -1)
        for first in range(0, count, size):
            part = clip(frames[first : first + size], first)
            observer.add(part, part)
        moments = observer.finish().moments
        times = [moment.time_s * 10 for moment in moments]
        assert len(times) == min(4, count)
        wanted = [(part + 0.5) * count / 4 for part in range(4)]
        if count > 4:
            assert all(abs(time - goal) <= count / 16 for time, goal in zip(times, wanted, strict=True))


def test_a_difference_outside_the_mask_is_found_wherever_it_is() -> None:
    before, inside = scene(6), matte(6)
    after = torch.where(inside > 0, 255 - before, before)
    clean, broken = Observer(), Observer()
    clean.add(clip(before), clip(after), {"car": inside}, inside)
    assert figure(clean.finish(), "difference outside the mask, largest") == 0
    after[5, 1, 3, 3] = before[5, 1, 3, 3] + 17
    broken.add(clip(before), clip(after), {"car": inside}, inside)
    assert figure(broken.finish(), "difference outside the mask, largest") == pytest.approx(17 / 255)
    assert figure(broken.finish(), "difference outside the mask, mean") == pytest.approx(
        17 / 255 / (6 * 3 * (HEIGHT * WIDTH - 40 * 48)), rel=1e-4
    )


def test_pumping_inside_the_mask_is_flicker_and_a_steady_edit_is_none() -> None:
    before, inside = scene(8), matte(8)
    steady, pumping = Observer(), Observer()
    steady.add(clip(before), clip(before + 20), None, inside)
    jumping = before.clone()
    jumping[1::2] += 30
    pumping.add(clip(before), clip(jumping), None, inside)
    assert figure(steady.finish(), "flicker of the result") == pytest.approx(0, abs=1e-4)
    assert figure(pumping.finish(), "flicker of the result") == pytest.approx(30 / 255, rel=0.02)


def test_the_hue_is_held_against_the_named_colour() -> None:
    before, inside = scene(4), matte(4)
    shade = before[:, :1].float() / 255
    painted = torch.cat((shade, shade * 0.1, shade * 0.1), dim=1).mul(255).round().to(torch.uint8)
    after = torch.where(inside > 0, painted, before)
    observer = Observer(
        [Asked("car", "red", (255, 0, 0)), Asked("car", "blue", (0, 0, 255)), Asked("dog", "red", (255, 0, 0))]
    )
    observer.add(clip(before), clip(after), {"car": inside}, inside)
    findings = observer.finish()
    red, blue = (each.number for each in findings.figures if each.name == "car: hue reached")
    assert red is not None
    assert blue is not None
    assert red < 12 < 60 < blue
    assert [each.value for each in findings.figures if each.name.startswith("dog")] == ["not measured"]


def test_a_colour_without_hue_is_held_against_its_lightness() -> None:
    observer = Observer([Asked(None, "white", (255, 255, 255))])
    bright = torch.full((4, 3, HEIGHT, WIDTH), 250, dtype=torch.uint8)
    observer.add(clip(scene(4)), clip(bright))
    names = [each.name for each in observer.finish().figures]
    assert "frame: chroma left" in names
    assert figure(observer.finish(), "frame: lightness reached") == pytest.approx(100 - 98.3, abs=0.2)


def test_masks_are_tracked_frame_by_frame() -> None:
    inside = matte(5)
    inside[2] = 0
    observer = Observer()
    observer.add(clip(scene(5)), clip(scene(5)), {"car": inside}, inside)
    (track,) = observer.finish().tracks
    share = 40 * 48 / (HEIGHT * WIDTH)
    assert track.times_s == pytest.approx((0, 0.1, 0.2, 0.3, 0.4))
    assert track.shares == pytest.approx((share, share, 0, share, share))


def test_a_result_of_another_size_is_looked_at_and_not_compared() -> None:
    observer = Observer()
    observer.add(clip(scene(4)), clip(scene(4)[..., :40]), None, matte(4))
    findings = observer.finish()
    assert findings.moments[0].after.shape == (HEIGHT, 40, 3)
    assert findings.figures == ()


def test_lab_agrees_with_kornia_and_hues_wrap_around() -> None:
    colors = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(lab(colors), kornia.color.rgb_to_lab(colors), atol=0.2)
    assert hue_distance((1, 0.1), (1, -0.1)) == pytest.approx(11.42, abs=0.01)
    assert hue_distance((1, 0), (-1, 0)) == pytest.approx(180)


def test_one_mask_may_stand_for_a_whole_window() -> None:
    before, inside = scene(6), matte(1)
    after = torch.where(inside > 0, 255 - before, before)
    observer = Observer()
    observer.add(clip(before), clip(after), {"car": inside}, inside > 0)
    findings = observer.finish()
    assert figure(findings, "difference outside the mask, largest") == 0
    assert len(findings.tracks[0].shares) == 6
    assert findings.moments[0].mask is not None
    assert findings.moments[0].mask.max() == 255
