"""Parts and what they are joined to, decoded again: every picture, its samples, its time and its tags."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from lbvedit.errors import MediaError
from lbvedit.media.containers import container_for
from lbvedit.media.encode import Writer
from lbvedit.media.encoding import Encoding, choose_encoding
from lbvedit.media.parts import Joined, join
from lbvedit.media.source import Source
from lbvedit.types import Clip, EncodeOptions
from tests.clips import Clips

LOSSLESS = EncodeOptions(codec="ffv1")
FAST = EncodeOptions(preset="ultrafast")


def encode(
    path: Path, output: str, folder: Path, options: EncodeOptions = FAST, lengths: Sequence[int] = (7,)
) -> tuple[Joined, Encoding, list[int]]:
    """A clip passed through into parts of some lengths, the last of which repeats, and joined."""
    encoding, parts, stamps = None, [], []
    with Source(path) as source:
        frames = list(source.windows(1))
        at = 0
        while at < len(frames):
            count = lengths[min(len(parts), len(lengths) - 1)]
            encoding = encoding or choose_encoding(container_for(output), options, frames[0], source.info)
            part = folder / f"part-{len(parts)}.nut"
            with Writer(part, encoding) as writer:
                for clip in frames[at : at + count]:
                    writer.write(clip)
            parts.append(part)
            at += count
        stamps = [clip.pts[0] for clip in frames]
    assert encoding is not None
    return join(parts, folder / "joined", encoding), encoding, stamps


def decode(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def seconds(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [picture.pts * stream.time_base for picture in container.decode(stream)]


@pytest.mark.parametrize("name", ["bframes", "vfr", "ntsc", "offset", "ts", "edit_list", "open_gop"])
@pytest.mark.parametrize("preset", ["ultrafast", "medium"])
def test_every_time_stamp_is_the_sources_with_and_without_b_frames(
    clips: Clips, tmp_path: Path, name: str, preset: str
) -> None:
    joined, encoding, stamps = encode(clips(name), "x.mp4", tmp_path, EncodeOptions(preset=preset), (7, 1, 5))
    assert seconds(joined.path) == [stamp * encoding.time_base for stamp in stamps]
    with av.open(str(joined.path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    decoding = [packet.dts for packet in packets]
    assert all(earlier < later for earlier, later in pairwise(decoding))
    assert all(packet.dts <= packet.pts for packet in packets)
    reordered = [packet.pts for packet in packets] != sorted(packet.pts for packet in packets)
    assert reordered == (preset == "medium")


def test_lossless_parts_hold_the_decoders_own_samples(clips: Clips, tmp_path: Path) -> None:
    for name in ("bframes", "twelve_bit", "odd_420"):
        joined, _, _ = encode(clips(name), "x.mkv", tmp_path, LOSSLESS)
        for old, new in zip(decode(clips(name)), decode(joined.path), strict=True):
            for one, other in zip(old.planes, new.planes, strict=True):
                assert bytes(one) == bytes(other)


def test_transparency_of_vp9_survives_the_joining(clips: Clips, tmp_path: Path) -> None:
    joined, encoding, _ = encode(clips("alpha_vp9"), "x.webm", tmp_path, EncodeOptions(preset="8"))
    assert (encoding.codec, encoding.pixel_format) == ("libvpx-vp9", "yuva420p")
    decoder = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(str(joined.path)) as container:
        pictures = [picture for packet in container.demux(video=0) if packet.size for picture in decoder.decode(packet)]
    assert len(pictures) == 20
    alpha = np.frombuffer(memoryview(pictures[9].planes[3]), np.uint8).reshape(48, -1)[:, :64]
    ramp = 255 * np.arange(64) / 64
    assert np.abs(alpha.astype(float) - ramp).mean() < 6


@pytest.mark.parametrize(
    ("name", "tags"),
    [("bt601", (6, 6, 6, 1)), ("bt709", (1, 1, 1, 1)), ("full_range", (2, 2, 1, 2)), ("pq", (9, 16, 9, 1))],
)
def test_colour_tags_are_in_the_stream(clips: Clips, tmp_path: Path, name: str, tags: tuple[int, ...]) -> None:
    joined, _, _ = encode(clips(name), "x.mkv", tmp_path)
    first = decode(joined.path)[0]
    assert (first.color_primaries, first.color_trc, first.colorspace, first.color_range) == tags


def test_hdr_mastering_survives(clips: Clips, tmp_path: Path) -> None:
    from tests.clips import ffmpeg, pictures

    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    params = f"log-level=none:master-display={display}:max-cll=1000,400"
    source = tmp_path / "hdr.mp4"
    ffmpeg(*pictures(frames=4).split(), "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
           "-color_trc", "smpte2084", "-x265-params", params, source)  # fmt: skip
    joined, encoding, _ = encode(source, "x.mp4", tmp_path)
    before, after = decode(source)[0].side_data, decode(joined.path)[0].side_data
    for kind in ("MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"):
        assert bytes(before[kind]) == bytes(after[kind])
    assert "kept: HDR metadata, mastered at 0.005 to 1000 cd/m2, light levels 1000 and 400 cd/m2" in map(
        str, encoding.outcomes
    )


def test_pixel_aspect_is_kept(clips: Clips, tmp_path: Path) -> None:
    joined, _, _ = encode(clips("sar"), "x.mp4", tmp_path)
    with av.open(str(joined.path)) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


def test_an_edit_is_exact_outside_and_seen_inside(clips: Clips, tmp_path: Path) -> None:
    with Source(clips("bframes")) as source:
        clip = next(source.windows(20))
        frames = clip.frames.clone()
        frames[:, :, 16:32, 16:32] = 0
        edited = clip.with_frames(frames)
        encoding = choose_encoding(container_for("x.mkv"), LOSSLESS, edited, source.info)
        with Writer(tmp_path / "part.nut", encoding) as writer:
            writer.write(edited)
    joined = join([tmp_path / "part.nut"], tmp_path / "joined", encoding)
    for old, new in zip(decode(clips("bframes")), decode(joined.path), strict=True):
        before, after = (picture.to_ndarray()[:48].astype(int) for picture in (old, new))
        assert (after[16:32, 16:32] == 16).all()
        before[16:32, 16:32] = after[16:32, 16:32] = 0
        assert (before == after).all()


def test_single_pictures_and_single_frame_parts_work(clips: Clips, tmp_path: Path) -> None:
    joined, _, _ = encode(clips("image"), "x.png", tmp_path, EncodeOptions())
    assert joined.frames == 1
    (old,), (new,) = decode(clips("image")), decode(joined.path)
    assert (old.to_ndarray(format="rgb24") == new.to_ndarray(format="rgb24")).all()


def clip_at(*pts: int, size: tuple[int, int] = (64, 48), tick: Fraction = Fraction(1, 25)) -> Clip:
    return Clip(torch.zeros((len(pts), 3, size[1], size[0]), dtype=torch.uint8), pts, tick)


def test_clips_that_do_not_fit_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    encoding = choose_encoding(container_for("x.mp4"), FAST, clip_at(0))
    for wrong in (clip_at(2, 3), clip_at(9, size=(32, 32)), clip_at(9, tick=Fraction(1, 24))):
        path = tmp_path / "part.nut"
        writer = Writer(path, encoding)
        writer.write(clip_at(0, 1, 3))
        with pytest.raises(ValueError, match=r"follow|!="), writer:
            writer.write(wrong)
        assert not path.exists()


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "part.nut"
    path.symlink_to("/dev/full")
    encoding = choose_encoding(container_for("x.mkv"), LOSSLESS, clip_at(0, size=(640, 480)))
    noise = torch.randint(0, 255, (8, 3, 480, 640), dtype=torch.uint8)
    with pytest.raises(MediaError, match="No space left") as caught, Writer(path, encoding) as writer:
        writer.write(Clip(noise, tuple(range(8)), Fraction(1, 25)))
    assert caught.value.exit_code == 6
    assert not path.is_symlink()


def test_parts_that_do_not_belong_together_are_refused(clips: Clips, tmp_path: Path) -> None:
    first = choose_encoding(container_for("x.mp4"), FAST, clip_at(0))
    other = choose_encoding(container_for("x.mp4"), EncodeOptions(preset="slow"), clip_at(0))
    for name, encoding, pts in (("a", first, 0), ("b", other, 1), ("c", first, 0)):
        with Writer(tmp_path / name, encoding) as writer:
            writer.write(clip_at(pts))
    with pytest.raises(MediaError, match="other settings"):
        join([tmp_path / "a", tmp_path / "b"], tmp_path / "joined", first)
    with pytest.raises(MediaError, match="does not follow"):
        join([tmp_path / "a", tmp_path / "c"], tmp_path / "joined", first)
    with pytest.raises(MediaError, match="cannot be read"):
        join([tmp_path / "gone"], tmp_path / "joined", first)


@pytest.mark.parametrize(
    ("preset", "tag", "pixels"),
    [
        ("proxy", "apco", "yuv422p10le"),
        ("lt", "apcs", "yuv422p10le"),
        ("standard", "apcn", "yuv422p10le"),
        ("hq", "apch", "yuv422p10le"),
        ("4444", "ap4h", "yuva444p12le"),
        ("4444xq", "ap4x", "yuva444p12le"),
        (None, "ap4h", "yuva444p12le"),
    ],
)
def test_prores_is_tagged_as_the_profile_it_is(
    clips: Clips, tmp_path: Path, preset: str | None, tag: str, pixels: str
) -> None:
    joined, _, _ = encode(clips("alpha_prores"), "x.mov", tmp_path, EncodeOptions(preset=preset))
    with av.open(str(joined.path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.codec_tag, next(container.decode(stream)).format.name) == (tag, pixels)
