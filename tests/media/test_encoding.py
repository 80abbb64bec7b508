"""What is chosen for which source and container, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from lbvedit.errors import UsageError
from lbvedit.media.containers import container_for
from lbvedit.media.encoding import check_codec, choose_encoding
from lbvedit.media.source import Source
from lbvedit.types import Clip, EncodeOptions
from tests.clips import Clips


def choice(clips: Clips, name: str, output: str, **options: str) -> tuple[str, str, list[str]]:
    with Source(clips(name)) as source:
        clip = next(source.windows(1))
        encoding = choose_encoding(container_for(output), EncodeOptions(**options), clip, source.info)
    return encoding.final_codec or encoding.codec, encoding.pixel_format, [str(row) for row in encoding.outcomes[1:]]


CHOICES = [
    ("cfr", "x.mp4", "libx264", "yuv420p", []),
    ("cfr", "-", "libx264", "yuv420p", []),
    ("cfr", "x.webm", "libvpx-vp9", "yuv420p", []),
    ("cfr", "x.gif", "gif", "yuv420p", []),
    ("cfr", "x.y4m", "rawvideo", "yuv420p", []),
    ("cfr", "%03d.png", "png", "rgb24", []),
    ("cfr", "%03d.jpg", "mjpeg", "yuvj420p", []),
    ("full_range", "x.mp4", "libx264", "yuv420p", []),
    ("ten_bit", "x.mp4", "libx265", "yuv420p10le", ["kept: bit depth, 10 bits"]),
    ("ten_bit", "%03d.png", "png", "rgb48be", ["kept: bit depth, 10 bits"]),
    ("ten_bit", "x.webm", "libsvtav1", "yuv420p10le", ["kept: bit depth, 10 bits"]),
    ("twelve_bit", "x.mkv", "libx265", "yuv422p12le", ["kept: bit depth, 12 bits"]),
    (
        "twelve_bit",
        "x.webm",
        "libsvtav1",
        "yuv420p10le",
        ["changed: bit depth, 12 to 10 bits", "changed: pixel format, yuv422p12le to yuv420p10le"],
    ),
    ("odd", "x.mp4", "libx264", "yuv444p", []),
    ("odd_420", "x.mp4", "libx264", "yuv444p", ["changed: pixel format, yuv420p to yuv444p: 63x47 needs it"]),
    ("odd_420", "x.webm", "libvpx-vp9", "yuv420p", []),
    ("tiny", "x.mp4", "libx264", "yuv444p", []),
    ("gray", "x.mp4", "libx264", "yuv420p", ["changed: pixel format, gray to yuv420p; --pixel-format gray keeps it"]),
    ("ten_bit", "x.gif", "gif", "yuv420p10le", ["changed: bit depth, 10 to 8 bits"]),
    (
        "rgb",
        "x.mp4",
        "libx264",
        "yuv420p",
        ["changed: pixel format, RGB to yuv420p; --pixel-format chooses another"],
    ),
    ("rotated", "x.mp4", "libx264", "yuv420p", ["changed: rotation, the pictures are turned upright by 90 degrees"]),
    ("interlaced", "x.mp4", "libx264", "yuv420p", ["changed: interlacing, deinterlaced"]),
    (
        "alpha_vp9",
        "x.mp4",
        "libx264",
        "yuv420p",
        ["lost: transparency, libx264 in MP4 has none; .mov and .webm do"],
    ),
    ("alpha_vp9", "x.webm", "libvpx-vp9", "yuva420p", []),
    ("alpha_vp9", "x.mkv", "libvpx-vp9", "yuva420p", []),
    ("alpha_qtrle", "x.mov", "qtrle", "argb", []),
    ("alpha_prores", "x.mov", "prores_ks", "yuva444p10le", ["changed: bit depth, 12 to 10 bits"]),
    (
        "alpha_prores",
        "x.webm",
        "libvpx-vp9",
        "yuva420p",
        ["changed: bit depth, 12 to 8 bits", "changed: pixel format, yuva444p12le to yuva420p"],
    ),
    ("alpha_prores", "x.mkv", "ffv1", "yuva444p12le", ["kept: bit depth, 12 bits"]),
    ("alpha_qtrle", "%03d.png", "png", "rgba", []),
]


@pytest.mark.parametrize(("name", "output", "codec", "pixel_format", "told"), CHOICES)
def test_the_default_keeps_most(
    clips: Clips, name: str, output: str, codec: str, pixel_format: str, told: list[str]
) -> None:
    assert choice(clips, name, output) == (codec, pixel_format, told)


def test_new_transparency_chooses_a_codec_that_holds_it(clips: Clips) -> None:
    with Source(clips("cfr")) as source:
        clip = next(source.windows(1))
        cut_out = clip.with_frames(clip.frames, torch.zeros_like(clip.frames[:, :1]))
        found = [
            choose_encoding(container_for(name), EncodeOptions(), cut_out, source.info)
            for name in ("x.mov", "x.webm", "x.mkv", "x.mp4")
        ]
    assert [(each.codec, each.pixel_format) for each in found] == [
        ("prores_ks", "yuva444p10le"),
        ("libvpx-vp9", "yuva420p"),
        ("libvpx-vp9", "yuva420p"),
        ("libx264", "yuv420p"),
    ]


@pytest.mark.parametrize("codec", ["x265", "av1", "ffv1", "vp9", "prores"])
def test_other_codecs_by_choice(clips: Clips, codec: str) -> None:
    encoder, _, _ = choice(clips, "cfr", "x.mkv", codec=codec)
    assert encoder in ("libx265", "libsvtav1", "ffv1", "libvpx-vp9", "prores_ks")


def test_a_prores_without_alpha_says_that_it_is_lost(clips: Clips) -> None:
    codec, pixel_format, told = choice(clips, "alpha_prores", "x.mov", preset="lt")
    assert (codec, pixel_format) == ("prores_ks", "yuv422p10le")
    assert "lost: transparency, ProRes lt has none; --preset 4444 does" in told


def test_frames_without_a_source_are_encoded_too() -> None:
    clip = Clip(torch.zeros((1, 3, 720, 1280), dtype=torch.uint8), (0,), Fraction(1, 8))
    encoding = choose_encoding(container_for("x.mp4"), EncodeOptions(), clip)
    assert (encoding.codec, encoding.pixel_format, encoding.tags.matrix) == ("libx264", "yuv420p", 1)
    assert encoding.tags.full_range is False


def test_a_size_that_players_guess_otherwise_is_tagged(clips: Clips) -> None:
    with Source(clips("cfr")) as source:
        clip = next(source.windows(1))
        large = Clip(torch.zeros((1, 3, 720, 960), dtype=torch.uint8), clip.pts, clip.time_base)
        encoding = choose_encoding(container_for("x.mp4"), EncodeOptions(), large, source.info)
    assert encoding.tags.matrix == 6, "BT.601 as the small source, where 720 rows would be taken for BT.709"


@pytest.mark.parametrize(
    ("output", "options", "message"),
    [
        ("x.mp4", {"codec": "h266"}, "no video encoder 'h266'"),
        ("x.mp4", {"codec": "aac"}, "does not encode video"),
        ("x.webm", {"codec": "libx264"}, "WebM cannot hold libx264"),
        ("x.mp4", {"codec": "qtrle"}, "MP4 cannot hold qtrle"),
        ("x.ts", {"codec": "ffv1"}, "MPEG-TS cannot hold ffv1"),
        ("x.gif", {"codec": "libx264"}, "GIF cannot hold libx264"),
        ("x.png", {"codec": "libx264"}, "PNG cannot hold libx264"),
        ("x.mp4", {"preset": "warp"}, "no preset 'warp'"),
        ("x.mp4", {"crf": 99}, "--crf from 0 to 51, got 99"),
        ("x.mkv", {"codec": "ffv1", "crf": 18}, "ffv1 has no --crf"),
        ("x.mp4", {"pixel_format": "yuv999p"}, "no pixel format 'yuv999p'"),
        ("x.mp4", {"pixel_format": "gbrp"}, "libx264 does not encode gbrp"),
        ("x.mov", {"codec": "prores", "preset": "hq", "pixel_format": "yuv444p10le"}, "ProRes hq has colour at half"),
    ],
)
def test_impossible_wishes_are_refused_with_a_hint(
    clips: Clips, output: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        choice(clips, "cfr", output, **options)
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_names_alone_are_checked_before_any_video() -> None:
    check_codec(container_for("x.mp4"), EncodeOptions(codec="hevc", preset="slow"))
    for bad in (EncodeOptions(codec="nope"), EncodeOptions(codec="x264", preset="nope")):
        with pytest.raises(UsageError):
            check_codec(container_for("x.mp4"), bad)
    for name in ("x", "x.doc", "x.mp3"):
        with pytest.raises(UsageError, match="ending"):
            container_for(name)
