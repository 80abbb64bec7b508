"""Pictures through a time line: which, when, and in how much memory."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from lbvedit.media import retime
from lbvedit.media.between import Between
from lbvedit.media.color import from_rgb
from lbvedit.media.source import Source
from lbvedit.media.timeline import Timeline
from lbvedit.types import ColorTags
from tests.clips import FRAMES, Clips, ffmpeg
from tests.media.test_source import luma, read

F = Fraction
LENGTH = F(FRAMES, 25)
WHOLE = Timeline.whole(LENGTH)


def played(clips: Clips, name: str, timeline: Timeline, **options: Fraction) -> list[tuple[Fraction, int]]:
    """(time, source number) of every picture."""
    with Source(clips(name), timeline=timeline, **options) as source:
        whole = read(source)
        assert source.frame_count == len(whole)
        return [(pts * whole.time_base, number) for pts, number in zip(whole.pts, whole.numbers or (), strict=True)]


def test_identity_is_the_source_itself(clips: Clips) -> None:
    with Source(clips("offset"), timeline=WHOLE) as source, Source(clips("offset")) as plain:
        assert read(source).pts == read(plain).pts
        assert source.info == plain.info


@pytest.mark.parametrize("name", ["cfr", "bframes", "offset", "ts"])
def test_trim_counts_from_the_first_picture(clips: Clips, name: str) -> None:
    timeline = WHOLE.trim(F(1, 5), F(3, 5))
    assert played(clips, name, timeline) == [(F(n - 5, 25), n) for n in range(5, 15)]
    with Source(clips(name), timeline=timeline) as source:
        assert (source.info.start_s, source.info.duration_s, source.info.frame_count) == (0, F(2, 5), 10)


def test_trim_between_pictures_keeps_their_times(clips: Clips) -> None:
    assert played(clips, "cfr", WHOLE.trim(F(1, 10), F(1, 4))) == [
        (F(1, 50), 3),
        (F(3, 50), 4),
        (F(1, 10), 5),
        (F(7, 50), 6),
    ]


@pytest.mark.parametrize(
    ("start", "first"),
    [(F(1, 10), (F(0), 0)), (F(29, 40), (F(3, 40), 1)), (F(8, 5), (F(0), 2))],
)
def test_a_held_picture_opens_a_piece(clips: Clips, start: Fraction, first: tuple[Fraction, int]) -> None:
    # Five pictures, one every 0.8 s: cut in the middle of one, it is shown from the start if it stays for 0.1 s.
    assert played(clips, "slides", Timeline.whole(F(4)).trim(start))[0] == first


@pytest.mark.parametrize("reverse", [False, True])
def test_a_piece_within_one_picture(clips: Clips, reverse: bool) -> None:
    timeline = Timeline.whole(F(4)).trim(F(1), F(3, 2))
    assert played(clips, "slides", timeline.reverse() if reverse else timeline) == [(F(0), 1)]


def test_cut_joins_the_rest(clips: Clips) -> None:
    got = played(clips, "long", Timeline.whole(F(8)).cut(F(1), F(7)))
    assert [number for _, number in got] == [*range(25), *range(175, 200)]
    assert [time for time, _ in got] == [F(n, 25) for n in range(50)]


@pytest.mark.parametrize("name", ["cfr", "bframes", "open_gop", "long", "long_gop_mkv", "alpha_qtrle", "ts"])
@pytest.mark.parametrize("budget", [1, 1 << 30])
def test_reverse(clips: Clips, name: str, budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retime, "REVERSE_BYTES", budget)
    with Source(clips(name)) as source:
        forward = read(source)
        duration_s = source.info.duration_s
    assert duration_s is not None
    with Source(clips(name), timeline=Timeline.whole(duration_s).reverse()) as source:
        backward = read(source)
    assert backward.numbers == tuple(reversed(forward.numbers or ()))
    assert [pts * backward.time_base for pts in backward.pts] == [F(n, 25) for n in range(len(forward))]
    for mine, other in zip(backward.pictures, reversed(forward.pictures), strict=True):
        assert np.array_equal(luma(mine), luma(other))


def test_reverse_holds_a_bounded_number_of_pictures(clips: Clips, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retime, "REVERSE_BYTES", 1)
    runs = []
    monkeypatch.setattr(retime, "list", lambda shots: runs.append(list(shots)) or runs[-1], raising=False)
    with Source(clips("long_gop_mkv"), timeline=Timeline.whole(F(12, 5)).reverse()) as source:
        assert len(read(source)) == 60
    assert max(map(len, runs)) == 8


def test_reverse_of_uneven_times_mirrors_them(clips: Clips) -> None:
    with Source(clips("vfr")) as source:
        times = [F(pts, 1000) for clip in source.windows(20) for pts in clip.pts]
    got = played(clips, "vfr", Timeline.whole(F(81, 100)).reverse())
    assert got[0] == (F(0), FRAMES - 1)
    assert [time for time, _ in got[1:]] == [F(81, 100) - time for time in reversed(times[1:])]


def test_faster_keeps_the_rate(clips: Clips) -> None:
    assert played(clips, "cfr", WHOLE.speed(F(2))) == [(F(n, 25), 2 * n) for n in range(10)]
    got = played(clips, "cfr", WHOLE.speed(F(3, 2)))
    assert [time for time, _ in got] == [F(n, 25) for n in range(len(got))]
    assert len(got) == 14
    assert all(abs(F(number, 25) - F(3, 2) * time) <= F(1, 50) for time, number in got)
    assert len({number for _, number in got}) == len(got)


@pytest.mark.parametrize(("speed", "count"), [(F(1, 2), 40), (F(7, 10), 29), (F(1, 4), 80)])
def test_slower_keeps_the_rate_and_invents_pictures(clips: Clips, speed: Fraction, count: int) -> None:
    with Source(clips("cfr")) as source:
        plain = read(source)
    with Source(clips("cfr"), timeline=WHOLE.speed(speed)) as source:
        slow = read(source)
    assert [pts * slow.time_base for pts in slow.pts] == [F(n, 25) for n in range(count)]
    for place, (picture, number) in enumerate(zip(slow.pictures, slow.numbers or (), strict=True)):
        own = np.array_equal(luma(picture), luma(plain.pictures[number]))
        if place * speed == number:
            assert own
        elif number < FRAMES - 1:
            assert not own
    assert slow.frames.shape[0] == count


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])  # at 25 and at 3.4 pictures a second, as their headers have it
def test_a_quick_passage_of_an_uneven_source_keeps_its_pictures(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"burst{suffix}"  # 25 pictures in the first second, then one a second
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=10", "-vf", "select='lt(n,25)+not(mod(n,25))'",
           "-fps_mode", "vfr", "-c:v", "mpeg4", path)  # fmt: skip
    with Source(path, timeline=Timeline.whole(F(10)).speed(F(1, 2))) as source:
        assert source.info.frame_count is None
        slow = read(source)
    times = [pts * slow.time_base for pts in slow.pts]
    assert set(slow.numbers or ()) == set(range(34))
    assert sum(time < 2 for time in times) == pytest.approx(50, abs=1)
    assert all(any(abs(time - 2 * second) < F(1, 20) for time in times) for second in range(10))
    with Source(path, timeline=Timeline.whole(F(10)).speed(F(2))) as source:
        quick = read(source)
    assert sum(pts * quick.time_base < F(1, 2) for pts in quick.pts) == pytest.approx(12, abs=1)


def test_pieces_in_any_order_and_speed(clips: Clips) -> None:
    timeline = WHOLE.reverse().speed(F(2), F(0), F(2, 5)).trim(F(1, 25))
    got = played(clips, "bframes", timeline)
    assert [number for _, number in got] == [17, 15, 13, 11, *range(9, -1, -1)]
    assert [time for time, _ in got] == [F(n, 25) for n in range(14)]


def test_resumes_within_a_time_line(clips: Clips) -> None:
    with Source(clips("bframes"), timeline=WHOLE.reverse().speed(F(1, 2))) as source:
        whole = read(source)
        source.start = 13
        rest = read(source)
    assert rest.pts == whole.pts[13:]
    assert all(np.array_equal(luma(a), luma(b)) for a, b in zip(rest.pictures, whole.pictures[13:], strict=True))


def test_time_line_and_rate_together(clips: Clips) -> None:
    got = played(clips, "cfr", WHOLE.trim(F(2, 5)), fps=F(50))
    assert got == [(F(n, 50), 10 + n // 2) for n in range(20)]


def test_reversed_images(clips: Clips) -> None:
    with Source(clips.images(), timeline=Timeline.whole(F(6, 25)).reverse()) as source:
        assert read(source).numbers == (5, 4, 3, 2, 1, 0)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((F(1, 25), F(1, 30000)), F(1, 30000 * 1)),
        ((F(1001, 30000), F(1, 2)), F(1, 30000)),
        ((F(1, 12800), F(0)), F(1, 12800)),
        ((F(1, 999_983), F(1, 999_979)), F(1, 90_000)),
    ],
)
def test_common_tick(times: tuple[Fraction, ...], expected: Fraction) -> None:
    assert retime.common_tick(*times) == expected


def moving_square(left: int, pixel_format: str = "yuv444p", *, inverted: bool = False) -> av.VideoFrame:
    """A soft bright square on a textured ground, ``left`` pixels from the edge."""
    rows, columns = np.mgrid[0:96, 0:128]
    ground = 60 + 20 * np.sin(columns / 5) * np.cos(rows / 7)
    square = 150 * np.clip(20 - np.maximum(abs(columns - left - 20), abs(rows - 48)), 0, 4) / 4
    gray = np.clip(ground + square, 0, 255).astype(np.uint8)
    if inverted:
        gray = 255 - gray
    import torch

    like = av.VideoFrame(128, 96, pixel_format)
    return from_rgb(torch.from_numpy(gray).expand(3, -1, -1).contiguous(), None, like, ColorTags(1, 1, 1, False))


def test_between_follows_motion() -> None:
    first, middle, last = (luma(moving_square(left)).astype(int) for left in (30, 34, 38))
    made = luma(Between(moving_square(30), moving_square(38), ColorTags(1, 1, 1, False)).at(0.5)).astype(int)
    dissolved = abs((first + last) / 2 - middle).mean()
    assert abs(made - middle).mean() < 0.35 * dissolved


def test_between_does_not_mix_scenes() -> None:
    one, other = moving_square(30), moving_square(30, inverted=True)
    motion = Between(one, other, ColorTags(1, 1, 1, False))
    assert motion.at(0.25) is one
    assert motion.at(0.75) is other


@pytest.mark.parametrize("name", ["ten_bit", "alpha_prores", "alpha_vp9", "rgb", "gif", "odd_420", "gray"])
def test_in_betweens_look_like_their_neighbours(clips: Clips, name: str) -> None:
    with Source(clips(name)) as source:
        plain, duration_s = read(source), source.info.duration_s
    assert duration_s is not None
    with Source(clips(name), timeline=Timeline.whole(duration_s).trim(F(0), F(1, 5)).speed(F(1, 2))) as source:
        slow = read(source)
    assert {picture.format.name for picture in slow.pictures} == {picture.format.name for picture in plain.pictures}
    full = 255 if slow.bit_depth == 8 else 65535
    for k in range(1, 4, 2):
        near = plain.frames[k // 2 : k // 2 + 2].float().mean()
        assert abs(slow.frames[k].float().mean() - near) < 0.03 * full
    if plain.has_alpha:
        assert slow.alpha is not None
        assert (slow.alpha.float() - plain.alpha[:1].float()).abs().mean() < 0.02 * full
    assert all(later > earlier for earlier, later in pairwise(slow.pts))
