"""Reading: every picture once, at its own time, upright, in its own colours, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from lbvedit.errors import MediaError, UsageError
from lbvedit.media.decoded import DecodedClip
from lbvedit.media.source import Source
from lbvedit.types import ColorTags
from tests.clips import FRAMES, Clips


def packet_times(path: Path) -> list[Fraction]:
    """When a file's pictures are shown, by its packets."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        packets = [packet for packet in container.demux(video) if packet.size and not packet.is_discard]
        return sorted(packet.pts * video.time_base for packet in packets)


def read(source: Source, size: int = 7) -> DecodedClip:
    """A whole source as one clip."""
    clips = list(source.windows(size))
    pictures = [picture for clip in clips for picture in clip.pictures]
    pts = tuple(stamp for clip in clips for stamp in clip.pts)
    numbers = tuple(number for clip in clips for number in clip.numbers or ())
    return DecodedClip(pictures, pts, clips[0].time_base, numbers, clips[0].color, opaque=not clips[0].has_alpha)


def times(clips: Iterable[DecodedClip]) -> list[Fraction]:
    return [stamp * clip.time_base for clip in clips for stamp in clip.pts]


def luma(picture: av.VideoFrame) -> np.ndarray:
    plane = picture.planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]


@pytest.mark.parametrize(
    "name",
    ["cfr", "ntsc", "bframes", "open_gop", "vfr", "offset", "ts", "edit_list", "sound", "gif", "alpha_vp9", "y4m"],
)
def test_every_picture_at_its_own_time(clips: Clips, name: str) -> None:
    path = clips(name)
    with Source(path) as source:
        assert source.frame_count is None
        whole = list(source.windows(6))
        expected = packet_times(path)
        assert times(whole) == expected
        assert [number for clip in whole for number in clip.numbers or ()] == list(range(len(expected)))
        assert source.frame_count == len(expected)
        assert source.warnings == ()


def test_pictures_equal_ffmpegs_own(clips: Clips) -> None:
    with Source(clips("bframes")) as source, av.open(str(clips("bframes"))) as container:
        ours = [luma(picture) for picture in read(source).pictures]
        theirs = [luma(picture) for picture in container.decode(video=0)]
    assert all(np.array_equal(mine, other) for mine, other in zip(ours, theirs, strict=True))


@pytest.mark.parametrize(("size", "overlap"), [(1, 0), (5, 0), (7, 2), (20, 19), (64, 8)])
def test_windows_share_their_overlap(clips: Clips, size: int, overlap: int) -> None:
    with Source(clips("vfr")) as source:
        windows = list(source.windows(size, overlap))
        numbers = [list(clip.numbers or ()) for clip in windows]
        assert all(len(some) == size for some in numbers[:-1])
        assert all(one[len(one) - overlap :] == other[:overlap] for one, other in pairwise(numbers))
        assert sorted({number for some in numbers for number in some}) == list(range(FRAMES))
        assert len(numbers) == 1 or len(numbers[-1]) > overlap
        assert [times([clip]) for clip in source.windows(size, overlap)] == [times([clip]) for clip in windows]


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (4, 4), (4, -1)])
def test_impossible_windows(clips: Clips, size: int, overlap: int) -> None:
    with Source(clips("cfr")) as source, pytest.raises(UsageError, match="overlap"):
        next(source.windows(size, overlap))


@pytest.mark.parametrize("name", ["cfr", "bframes", "open_gop", "vfr", "long_gop", "long", "joined", "damaged"])
def test_begins_at_start(clips: Clips, name: str) -> None:
    with Source(clips(name)) as source:
        whole = read(source)
        for start in (1, 11, len(whole) - 1):
            source.start = start
            rest = read(source)
            assert rest.pts == whole.pts[start:]
            assert rest.numbers == whole.numbers[start:]
            assert np.array_equal(luma(rest.pictures[0]), luma(whole.pictures[start]))
            assert source.frame_count == len(whole)


@pytest.mark.parametrize(
    ("name", "turn"),
    [
        ("rotated", lambda image: np.rot90(image, 1)),
        ("rotated_180", lambda image: np.rot90(image, 2)),
        ("rotated_270", lambda image: np.rot90(image, 3)),
        ("flipped", lambda image: image[:, ::-1]),
    ],
)
def test_stands_upright_without_loss(clips: Clips, name: str, turn: object) -> None:
    assert callable(turn)
    with Source(clips("cfr")) as plain, Source(clips(name)) as source:
        for upright, stored in zip(read(source).pictures, read(plain).pictures, strict=True):
            assert np.array_equal(luma(upright), turn(luma(stored)))
            assert upright.rotation == 0
        assert (source.info.width, source.info.height) == (upright.width, upright.height)


def test_deinterlaces_with_a_word(clips: Clips) -> None:
    told: list[str] = []
    with Source(clips("interlaced"), on_warning=told.append) as source:
        whole = read(source)
        assert times([whole]) == packet_times(clips("interlaced"))
        assert not any(picture.interlaced_frame for picture in whole.pictures)
    assert len(told) == 1
    assert "deinterlaced" in told[0]
    assert source.warnings == tuple(told)


def test_rgb_is_made_only_when_looked_at(clips: Clips) -> None:
    with Source(clips("cfr")) as source:
        clip = next(source.windows(5))
    assert (len(clip), clip.width, clip.height, clip.bit_depth, clip.has_alpha) == (5, 64, 48, 8, False)
    assert "_rgb" not in clip.__dict__
    assert clip.frames.shape == (5, 3, 48, 64)
    assert clip.frames is clip.frames
    edited = clip.with_frames(255 - clip.frames)
    assert edited.origin is clip


def test_reading_without_looking_loads_no_torch(clips: Clips) -> None:
    program = (
        "import sys; from lbvedit.media.source import Source\n"
        f"for clip in Source({str(clips('cfr'))!r}).windows(8): clip.width, clip.has_alpha, repr(clip)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("name", "matrix", "guessed"),
    [
        ("bt601", 6, ()),
        ("bt709", 1, ()),
        ("bt2020", 9, ()),
        ("cfr", 6, ("primaries", "transfer", "matrix", "full_range")),
    ],
)
def test_guesses_are_named(clips: Clips, name: str, matrix: int, guessed: tuple[str, ...]) -> None:
    with Source(clips(name)) as source:
        assert source.color.matrix == matrix
        assert source.guessed == guessed
        assert next(source.windows(2)).color == source.color
        assert source.info.color == source.probed.color == (ColorTags() if name == "cfr" else source.color)


def test_matrix_and_range_change_the_rgb(clips: Clips) -> None:
    # The same test pictures were encoded with each matrix and range, so the RGB must come out alike.
    frames = {}
    for name in ("bt601", "full_range"):
        with Source(clips(name)) as source:
            frames[name] = read(source).frames.float()
    assert (frames["bt601"] - frames["full_range"]).abs().mean() < 3


@pytest.mark.parametrize(("name", "top"), [("alpha_vp9", 255), ("alpha_prores", 65535), ("alpha_qtrle", 255)])
def test_alpha_is_kept(clips: Clips, name: str, top: int) -> None:
    with Source(clips(name)) as source:
        clip = next(source.windows(3))
    assert clip.alpha is not None
    assert clip.alpha.dtype == clip.frames.dtype
    ramp = torch.arange(64) / 64
    columns = clip.alpha.float().mean(dim=(0, 1, 2)) / top
    assert (columns - ramp).abs().max() < 0.03


@pytest.mark.parametrize(
    ("name", "size"), [("odd", (63, 47)), ("odd_420", (63, 47)), ("tiny", (1, 1)), ("wide", (16000, 64))]
)
def test_unusual_sizes(clips: Clips, name: str, size: tuple[int, int]) -> None:
    with Source(clips(name)) as source:
        clip = next(source.windows(2))
        assert (clip.width, clip.height) == size
        assert clip.frames.shape == (2, 3, size[1], size[0])


def test_gif_is_opaque(clips: Clips) -> None:
    with Source(clips("gif")) as source:
        clip = next(source.windows(4))
        assert clip.alpha is None
        assert not clip.has_alpha


def test_images(clips: Clips, tmp_path: Path) -> None:
    folder = clips.images()
    with Source(folder, fps=Fraction(10)) as source:
        assert times(source.windows(4)) == [Fraction(n, 10) for n in range(6)]
        source.start = 4
        assert next(source.windows(4)).numbers == (4, 5)
    (tmp_path / "1.png").write_bytes((folder / "0001.png").read_bytes())
    (tmp_path / "2.png").write_bytes(b"not a picture at all")
    with Source(tmp_path) as source, pytest.raises(MediaError, match=r"2\.png"):
        list(source.windows(4))


def test_damage_in_the_middle(clips: Clips) -> None:
    told: list[str] = []
    with Source(clips("damaged"), on_warning=told.append) as source:
        whole = read(source)
        assert len(whole) >= 57
        assert times([whole])[-1] == packet_times(clips("damaged"))[-1]
        list(source.windows(9))
    assert [message for message in told if "damaged packet" in message] == told
    assert len(told) == 1


@pytest.mark.parametrize(("name", "word"), [("damaged_mkv", "damaged"), ("truncated_mkv", "ends after 0.24 s")])
def test_a_lost_end_is_told(clips: Clips, name: str, word: str) -> None:
    with Source(clips(name)) as source:
        assert len(read(source)) >= 5
        assert any(word in message for message in source.warnings)


def test_a_change_of_size_in_the_middle(clips: Clips) -> None:
    with Source(clips("resized")) as source:
        whole = read(source)
        assert len(whole) == 2 * FRAMES
        assert {(picture.width, picture.height) for picture in whole.pictures} == {(64, 48)}
        assert any("changes its size" in message for message in source.warnings)


def test_pictures_beyond_the_limit_are_refused(clips: Clips, tmp_path: Path) -> None:
    header = bytearray(clips("image").read_bytes())
    header[16:24] = (20_000).to_bytes(4, "big") * 2
    path = tmp_path / "huge.png"
    path.write_bytes(header)
    with pytest.raises(MediaError) as caught:
        Source(path)
    assert "134 million pixels" in caught.value.hint


def test_repairs_time_stamps(clips: Clips) -> None:
    with Source(clips("repeated_time")) as source:
        assert [round(time * 1000) for time in times([read(source)])][5:9] == [200, 240, 241, 320]
        assert "1 time stamp" in source.warnings[0]
    with Source(clips("joined")) as source:
        gaps = {round((later - earlier) * 1000) for earlier, later in pairwise(times([read(source)]))}
        assert gaps == {40}
        assert "1 time stamp" in source.warnings[0]


@pytest.mark.parametrize(("fps", "count"), [(50, 40), (25, 20), (Fraction(25, 2), 10), (10, 8)])
def test_resamples_to_the_nearest(clips: Clips, fps: Fraction, count: int) -> None:
    with Source(clips("cfr"), fps=Fraction(fps)) as source:
        whole = read(source)
        assert times([whole]) == [n / Fraction(fps) for n in range(count)]
        assert source.info.average_rate == fps
        assert source.info.frame_count == count
        for number, time in zip(whole.numbers or (), times([whole]), strict=True):
            assert abs(Fraction(number, 25) - time) <= Fraction(1, 50)


def test_resampled_start_stays(clips: Clips) -> None:
    with Source(clips("offset"), fps=Fraction(30000, 1001)) as source:
        whole = times(source.windows(5))
    assert whole[0] == Fraction(3, 2)
    assert {later - earlier for earlier, later in pairwise(whole)} == {Fraction(1001, 30000)}


@pytest.mark.parametrize(
    ("size", "expected", "aspect"),
    [((32, 32), (32, 32), Fraction(4, 3)), ((32, -1), (32, 24), Fraction(1)), ((-1, 96), (128, 96), Fraction(1))],
)
def test_scales_and_keeps_the_displayed_aspect(
    clips: Clips, size: tuple[int, int], expected: tuple[int, int], aspect: Fraction
) -> None:
    with Source(clips("cfr"), size=size) as source:
        clip = next(source.windows(3))
        assert (clip.width, clip.height) == expected == (source.info.width, source.info.height)
        assert source.info.sample_aspect_ratio == aspect
        assert clip.frames.float().mean() == pytest.approx(read(Source(clips("cfr"))).frames[:3].float().mean(), abs=3)


def test_impossible_size_and_rate(clips: Clips) -> None:
    for size in ((0, 10), (-1, -1), (-2, 10), (100_000, 100_000)):
        with pytest.raises(UsageError, match="frame size"):
            Source(clips("cfr"), size=size)
    with pytest.raises(UsageError, match="no rate"):
        Source(clips("cfr"), fps=Fraction(0))


def test_several_streams(clips: Clips) -> None:
    with Source(clips("two_videos")) as source:
        assert "--stream" in source.warnings[0]
    with Source(clips("two_videos"), stream=1) as source:
        assert source.warnings == ()
        assert next(source.windows(2)).width == 32


def decoding_threads() -> Iterator[threading.Thread]:
    return (thread for thread in threading.enumerate() if thread.name == "lbvedit-decode")


def test_stops_cleanly_in_the_middle(clips: Clips) -> None:
    with Source(clips("long")) as source:
        windows = source.windows(2)
        next(windows)
        windows.close()
        assert not list(decoding_threads())
        other = source.windows(2)
        next(other)
    assert not list(decoding_threads())


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    """Ten times the frames, the same memory, measured in processes of their own."""
    from tests.clips import X264, ffmpeg, pictures

    program = (
        "import resource, sys; from lbvedit.media.source import Source\n"
        "for clip in Source(sys.argv[1]).windows(8, 2): clip.frames\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = []
    for frames in (30, 300):
        path = tmp_path / f"{frames}.mp4"
        ffmpeg(*pictures("320x180", frames=frames).split(), *X264.split(), path)
        peaks.append(int(subprocess.check_output([sys.executable, "-c", program, str(path)])))
    assert peaks[1] <= 1.1 * peaks[0]
