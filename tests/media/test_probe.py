"""What a probe says of every kind of clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import av
import pytest
from av.video.stream import VideoStream
from PIL import Image

from lbvedit.errors import MediaError, UsageError
from lbvedit.media.color import resolve_tags
from lbvedit.media.probe import open_decoder, probe
from lbvedit.types import ColorTags
from tests.clips import FRAMES, Clips, ffmpeg, pictures

UNSAID = ColorTags()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cfr", {"average_rate": Fraction(25), "frame_count": FRAMES, "duration_s": Fraction(4, 5), "codec": "h264"}),
        ("ntsc", {"average_rate": Fraction(30000, 1001), "duration_s": Fraction(20 * 1001, 30000)}),
        ("vfr", {"average_rate": Fraction(2000, 81), "time_base": Fraction(1, 1000)}),
        ("offset", {"start_s": Fraction(3, 2), "duration_s": Fraction(4, 5), "frame_count": FRAMES}),
        ("edit_list", {"start_s": Fraction(0), "duration_s": Fraction(3, 5)}),
        ("rotated", {"width": 48, "height": 64, "rotation": 90}),
        ("rotated_180", {"width": 64, "height": 48, "rotation": 180}),
        ("rotated_270", {"width": 48, "height": 64, "rotation": 270}),
        ("odd", {"width": 63, "height": 47, "pixel_format": "yuv444p"}),
        ("sar", {"sample_aspect_ratio": Fraction(4, 3), "width": 64}),
        ("sar_rotated", {"sample_aspect_ratio": Fraction(3, 4), "width": 48, "height": 64}),
        ("tiny", {"width": 1, "height": 1}),
        ("wide", {"width": 16000}),
        ("interlaced", {"interlaced": True}),
        ("ten_bit", {"bit_depth": 10, "pixel_format": "yuv420p10le"}),
        ("twelve_bit", {"bit_depth": 12}),
        ("full_range", {"color": ColorTags(2, 2, 1, True)}),
        ("bt601", {"color": ColorTags(6, 6, 6, False)}),
        ("bt709", {"color": ColorTags(1, 1, 1, False)}),
        ("bt2020", {"color": ColorTags(9, 14, 9, False)}),
        ("hlg", {"color": ColorTags(9, 18, 9, False)}),
        ("pq", {"color": ColorTags(9, 16, 9, False)}),
        ("alpha_vp9", {"has_alpha": True, "pixel_format": "yuva420p"}),
        ("alpha_prores", {"has_alpha": True, "bit_depth": 12}),
        ("alpha_qtrle", {"has_alpha": True, "bit_depth": 8}),
        ("gif", {"has_alpha": False, "frame_count": FRAMES}),
        ("image", {"frame_count": 1, "duration_s": Fraction(1, 25)}),
        ("image_deep", {"bit_depth": 16}),
        ("everything", {"chapters": 2}),
    ],
)
def test_describes(clips: Clips, name: str, expected: dict[str, object]) -> None:
    info = probe(clips(name))
    assert {field: getattr(info, field) for field in expected} == expected


def test_lists_streams_and_metadata(clips: Clips) -> None:
    info = probe(clips("everything"))
    assert [(each.kind, each.codec, each.language) for each in info.streams] == [
        ("video", "h264", None),
        ("audio", "flac", "eng"),
        ("audio", "opus", "deu"),
        ("subtitle", "srt", "fra"),
        ("attachment", "unknown", None),
    ]
    assert info.metadata["title"] == "A small film"


def test_cover_art_is_no_video(clips: Clips) -> None:
    info = probe(clips("cover"))
    assert info.stream == 0
    assert [each.attached_picture for each in info.streams] == [False, False, True]
    with pytest.raises(MediaError, match="only a cover picture"):
        probe(clips("cover_only"))
    with pytest.raises(UsageError, match="no video stream 2"):
        probe(clips("cover"), stream=2)


def test_picks_a_stream(clips: Clips) -> None:
    assert probe(clips("two_videos")).width == 64
    assert probe(clips("two_videos"), stream=1).width == 32
    with pytest.raises(UsageError, match="no video stream 7"):
        probe(clips("two_videos"), stream=7)


def test_image_sequence(clips: Clips) -> None:
    info = probe(clips.images())
    assert (info.frame_count, info.average_rate, info.duration_s) == (6, 25, Fraction(6, 25))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("audio_only", "no video, only audio"),
        ("no_frames", "ends before its first frame"),
        ("truncated", "cut short"),
        ("text", "is text"),
        ("subtitles", "no video, only subtitle"),
    ],
)
def test_refuses_in_one_line(clips: Clips, name: str, message: str) -> None:
    with pytest.raises(MediaError, match=message) as caught:
        probe(clips(name))
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_an_animated_webp_is_called_so(tmp_path: Path) -> None:
    first, second = (Image.new("RGB", (16, 16), color) for color in ("red", "blue"))
    first.save(tmp_path / "two.webp", save_all=True, append_images=[second])
    with pytest.raises(MediaError, match="animated WebP") as caught:
        probe(tmp_path / "two.webp")
    assert caught.value.exit_code == 6
    first.save(tmp_path / "one.webp")
    assert probe(tmp_path / "one.webp").width == 16


@pytest.mark.parametrize(
    ("tags", "height", "pixel_format", "resolved"),
    [
        (UNSAID, 480, "yuv420p", ColorTags(6, 6, 6, False)),
        (UNSAID, 720, "yuv420p", ColorTags(1, 1, 1, False)),
        (UNSAID, 720, "rgb24", ColorTags(1, 1, 0, True)),
        (UNSAID, 480, "gray", ColorTags(6, 6, 6, True)),
        (ColorTags(9, 16, 2, None), 2160, "yuv420p10le", ColorTags(9, 16, 9, False)),
        (ColorTags(1, 1, 1, True), 480, "yuv420p", ColorTags(1, 1, 1, True)),
    ],
)
def test_guesses_colors(tags: ColorTags, height: int, pixel_format: str, resolved: ColorTags) -> None:
    assert resolve_tags(tags, height=height, pixel_format=pixel_format) == resolved


def test_images_are_known_by_their_bytes(tmp_path: Path) -> None:
    """A TIFF carries EXIF, which PyAV has no name for; FFmpeg takes some JPEGs' names for a sequence's."""
    for name, codec in (("one.tif", "tiff"), ("one.jpg", "mjpeg"), ("misnamed.png", "mjpeg")):
        image = tmp_path / name
        ffmpeg(*pictures("80x60", frames=1).split(), "-update", 1, "-f", "image2", "-c:v", codec, image)
        info = probe(image)
        assert (info.width, info.height, info.frame_count) == (80, 60, 1)


@pytest.mark.parametrize("name", ["alpha_mode", "ALPHA_MODE"])
def test_the_mark_of_alpha_is_read_in_any_case(clips: Clips, name: str) -> None:
    with av.open(str(clips("alpha_vp9"))) as container:
        video = container.streams.video[0]
        marked = {key: value for key, value in video.metadata.items() if key.lower() != "alpha_mode"} | {name: "1"}
        stream = SimpleNamespace(codec_context=video.codec_context, metadata=marked, index=0)
        assert open_decoder(cast("VideoStream", stream), "SLICE").name == "libvpx-vp9"
