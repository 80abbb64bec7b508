"""Finished files against their sources: every stream, packet, chapter, tag and moment."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from av.stream import Disposition
from av.video.reformatter import ColorRange

from lbvedit.errors import MediaError, UsageError
from lbvedit.media.containers import container_for
from lbvedit.media.embed import read_manifest
from lbvedit.media.encode import Writer
from lbvedit.media.encoding import choose_encoding
from lbvedit.media.original import Original
from lbvedit.media.parts import join
from lbvedit.media.remux import Remuxed, remux
from lbvedit.media.source import Source
from lbvedit.media.timeline import Timeline
from lbvedit.types import EncodeOptions
from tests.clips import Clips, ffmpeg, pictures, tone

FAST = {"libx264": EncodeOptions(preset="ultrafast"), "libx265": EncodeOptions(preset="ultrafast")}
MANIFEST = '{"a": "=;#\\\\ü\\n"}'

Change = Callable[[Timeline], Timeline]


def remake(
    path: Path, output: Path, change: Change = lambda whole: whole, options: EncodeOptions | None = None
) -> Remuxed:
    """A clip passed through along a time line."""
    folder = output.parent / f"work-{output.stem}-{output.suffix[1:]}"
    folder.mkdir(exist_ok=True)
    with Source(path) as source:
        timeline = change(Timeline.whole(source.probed.duration_s))
    container = container_for(output)
    with Source(path, timeline=timeline) as source:
        clips = source.windows(64)
        clip = next(clips)
        encoding = choose_encoding(container, options or EncodeOptions(), clip, source.info)
        with Writer(folder / "part.nut", encoding) as writer:
            writer.write(clip)
            for clip in clips:
                writer.write(clip)
        joined = join([folder / "part.nut"], folder / "joined", encoding, end_s=source.end_s)
        original = Original(source.path, source.probed, timeline, source.restarts)
        return remux(joined, output, container, encoding, folder=folder, original=original, manifest=MANIFEST)


def times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [picture.pts * stream.time_base for picture in container.decode(stream)]


def packets(path: Path, kind: str, place: int) -> list[tuple[Fraction, bytes]]:
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[place]
        return [
            ((packet.pts or 0) * stream.time_base, bytes(packet)) for packet in container.demux(stream) if packet.size
        ]


def rows(remuxed: Remuxed) -> list[str]:
    return [str(outcome) for outcome in remuxed.outcomes]


def test_matroska_keeps_everything(clips: Clips, tmp_path: Path) -> None:
    source, output = clips("everything"), tmp_path / "out.mkv"
    remuxed = remake(source, output)
    assert not [row for row in rows(remuxed) if row.startswith("lost")]
    assert times(output) == times(source)
    for place in (0, 1):
        assert packets(output, "audio", place) == packets(source, "audio", place)
    assert packets(output, "subtitles", 0) == packets(source, "subtitles", 0)
    with av.open(str(source)) as before, av.open(str(output)) as after:
        assert [stream.type for stream in after.streams] == [stream.type for stream in before.streams]
        assert [stream.language for stream in after.streams] == [stream.language for stream in before.streams]
        assert [stream.disposition for stream in after.streams] == [stream.disposition for stream in before.streams]
        assert [stream.metadata.get("title") for stream in after.streams] == ["Main", None, "Kommentar", None, None]
        assert after.chapters() == before.chapters()
        assert after.metadata["title"] == "A small film"
        assert after.metadata["ARTIST"] == "Nobody"
        (attachment,) = after.streams.attachments
        assert (attachment.name, attachment.data) == ("notes.txt", b"attached\n")
        assert "libx264" not in str(after.streams.video[0].metadata)
    assert remuxed.has_manifest
    assert read_manifest(output) == MANIFEST


def tags(path: Path) -> tuple[int, ...]:
    with av.open(str(path)) as container:
        seen = container.streams.video[0].codec_context
        return seen.color_primaries, seen.color_trc, seen.colorspace, seen.color_range


@pytest.mark.parametrize("codec", ["ffv1", "rawvideo", "x264"])
@pytest.mark.parametrize("name", ["bt709", "full_range"])
def test_colour_tags_that_a_codec_cannot_say_are_said_by_the_container(
    clips: Clips, tmp_path: Path, name: str, codec: str
) -> None:
    source, output = clips(name), tmp_path / "out.mkv"
    told = rows(remake(source, output, options=EncodeOptions(codec=codec)))
    assert tags(output) == tags(source)
    assert not [row for row in told if row.startswith("lost")]
    kept = {"bt709": "primaries, transfer, matrix", "full_range": "matrix, full range"}[name]
    assert [row for row in told if "colour tags" in row] == [f"kept: colour tags, {kept}"]


def test_colour_tags_without_a_place_are_listed(clips: Clips, tmp_path: Path) -> None:
    for codec in ("ffv1", "rawvideo"):
        output = tmp_path / f"{codec}.avi"
        told = rows(remake(clips("full_range"), output, options=EncodeOptions(codec=codec)))
        (row,) = (row for row in told if "colour tags" in row)
        assert row.startswith("lost: colour tags, ")
        assert "full range" in row
        assert len(times(output)) == len(times(clips("full_range")))
    output = tmp_path / "out.y4m"
    told = rows(remake(clips("full_range"), output))
    assert "lost: colour tags, all but the range: Y4M has no place for them" in told
    assert tags(output)[3] == ColorRange.JPEG
    told = rows(remake(clips("bt709"), tmp_path / "out.gif"))
    assert "lost: colour tags, GIF has no place for them" in told


def test_rgb_needs_no_tags(clips: Clips, tmp_path: Path) -> None:
    told = rows(remake(clips("alpha_qtrle"), tmp_path / "out.mov"))
    assert not [row for row in told if "colour tags" in row]


def test_avi_says_that_it_holds_no_languages(clips: Clips, tmp_path: Path) -> None:
    told = rows(remake(clips("everything"), tmp_path / "out.avi"))
    assert [row for row in told if "its language" in row] == [
        "lost: audio 1, its language: AVI has no place",
        "lost: audio 2, its language, role as comment: AVI has no place",
    ]


@pytest.mark.parametrize(
    ("ending", "most"), [("png", 0), ("tif", 0), ("bmp", 0), ("webp", 6), ("jpg", 6)], ids=lambda value: str(value)
)
def test_a_numbered_name_writes_one_image_a_picture(clips: Clips, tmp_path: Path, ending: str, most: int) -> None:
    source = clips("alpha_qtrle") if not most else clips("cfr")
    remake(source, tmp_path / f"%03d.{ending}")
    with Source(source) as before, Source(tmp_path / f"%03d.{ending}") as after:
        (old,), (new,) = list(before.windows(99)), list(after.windows(99))
    assert new.frames.shape == old.frames.shape
    assert (new.frames.float() - old.frames.float()).abs().mean() <= most


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "gif"])
def test_the_last_picture_stays_as_long_as_it_did(clips: Clips, tmp_path: Path, ending: str) -> None:
    held = tmp_path / "held.mp4"
    ffmpeg("-i", clips("cfr"), "-c", "copy", "-bsf:v", r"setts=duration=if(eq(N\,19)\,25600\,DURATION)", held)
    output, again = tmp_path / f"out.{ending}", tmp_path / "again.mp4"
    remake(held, output)
    with av.open(str(output)) as container:
        assert container.duration == pytest.approx((19 / 25 + 2) * 1e6, abs=1e4)
    remake(output, again)
    with av.open(str(again)) as container:
        assert container.duration == pytest.approx((19 / 25 + 2) * 1e6, abs=1e4), "from B-frames in MOV, too"


def test_sound_that_an_edit_list_hides_stays_unheard(clips: Clips, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.mp4"
    long = tmp_path / "long.mp4"
    ffmpeg(*pictures(frames=50).split(), *tone(seconds=2).split(), "-c:v", "libx264", "-c:a", "aac", long)
    ffmpeg("-ss", 0.5, "-i", long, "-c", "copy", hidden)
    assert packets(hidden, "audio", 0)[0][0] < -0.4
    for ending, row in (("mkv", True), ("ts", True), ("mp4", False)):
        output = tmp_path / f"out.{ending}"
        told = rows(remake(hidden, output))
        assert ("changed: audio 1, what an edit list hid at its beginning is left out" in told) == row
        if row:
            assert times(output)[0] - packets(output, "audio", 0)[0][0] < 0.15


def test_what_a_muxer_moves_is_told(clips: Clips, tmp_path: Path) -> None:
    source, output = clips("sound"), tmp_path / "out.ts"
    told = rows(remake(source, output))
    moved_s = times(output)[0] - times(source)[0]
    assert moved_s > 0, "there is no time of decoding before 0 in MPEG-TS"
    assert f"changed: time stamps, moved by {float(moved_s):g} s, sound and pictures alike" in told


def test_sound_follows_where_the_clock_of_a_recording_begins_anew(tmp_path: Path) -> None:
    once, twice, output = tmp_path / "once.ts", tmp_path / "twice.ts", tmp_path / "out.mkv"
    ffmpeg(*pictures(frames=50).split(), *tone(seconds=2).split(), "-c:v", "mpeg2video", "-c:a", "mp2", once)
    twice.write_bytes(2 * once.read_bytes())
    remake(twice, output)
    sound = packets(output, "audio", 0)
    assert len(sound) == 2 * len(packets(once, "audio", 0))
    steps = [float(later - earlier) for (earlier, _), (later, _) in pairwise(sound)]
    assert min(steps) > 0.01, "no packet is squeezed"
    assert max(steps) < 0.1, "and there is no gap"
    assert sound[-1][0] == pytest.approx(times(output)[-1], abs=0.1)


@pytest.mark.parametrize("ending", ["mkv", "webm", "mp4"])
def test_the_same_work_gives_the_same_bytes(clips: Clips, tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"1.{ending}", tmp_path / f"2.{ending}"
    for output in (first, second):
        remake(clips("sound"), output)
    assert first.read_bytes() == second.read_bytes()


def test_mp4_says_what_it_changes_and_loses_and_keeps_the_title(clips: Clips, tmp_path: Path) -> None:
    source, output = clips("everything"), tmp_path / "out.mp4"
    told = rows(remake(source, output))
    assert "changed: subtitles 3 (subrip, fra), turned into mov_text" in told
    assert "lost: attachment notes.txt, MP4 holds no attachments" in told
    assert "kept: 2 chapters" in told
    for place in (0, 1):
        assert [data for _, data in packets(output, "audio", place)] == [
            data for _, data in packets(source, "audio", place)
        ]
    with av.open(str(output)) as after:
        assert (after.metadata["title"], after.metadata["artist"]) == ("A small film", "Nobody")
        assert [chapter["metadata"]["title"] for chapter in after.chapters()] == ["First", "Second"]
        assert after.streams.audio[1].disposition & Disposition.comment
        assert after.streams.audio[1].language == "deu"
    data = output.read_bytes()
    assert b"\xa9nam" in data, "the atom that players read"
    assert data.index(b"moov") < data.index(b"mdat"), "a player can begin at once"
    assert read_manifest(output) == MANIFEST


def test_a_comment_of_the_source_is_not_replaced(clips: Clips, tmp_path: Path) -> None:
    source = tmp_path / "commented.mp4"
    ffmpeg("-i", clips("sound"), "-c", "copy", "-metadata", "comment=mine", source)
    first, again = tmp_path / "first.mp4", tmp_path / "again.mp4"
    remake(source, first)
    remake(first, again)
    for output in (first, again):
        with av.open(str(output)) as after:
            assert after.metadata["comment"] == "mine"
            assert after.metadata["description"].endswith(MANIFEST)
    assert not remake(source, tmp_path / "out.mov").has_manifest


@pytest.mark.parametrize("name", ["sound", "opus", "pcm", "offset", "two_sounds", "ts"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_copied_sound_stays_in_step_with_the_pictures(clips: Clips, tmp_path: Path, name: str, suffix: str) -> None:
    source, output = clips(name), tmp_path / f"out{suffix}"
    told = rows(remake(source, output, options=EncodeOptions(codec="libx264")))
    assert any(row.endswith("packets copied bit for bit") for row in told)
    before, after = packets(source, "audio", 0), packets(output, "audio", 0)
    # A broadcast repeats seven bytes of AAC's header in every packet.
    headers = 7 if name == "ts" else 0
    assert [data for _, data in after] == [data[headers:] for _, data in before]
    offset = times(source)[0] - before[0][0]
    assert abs((times(output)[0] - after[0][0]) - offset) <= Fraction(1, 1000)
    if name != "ts" and suffix == ".mp4":
        assert times(output) == times(source)


def test_sound_that_a_container_cannot_hold_is_encoded_again(clips: Clips, tmp_path: Path) -> None:
    output = tmp_path / "out.webm"
    told = rows(remake(clips("pcm"), output, options=EncodeOptions(preset="8")))
    assert "changed: audio 1 (pcm_s16le), encoded again as libopus, WebM cannot hold pcm_s16le" in told
    with av.open(str(output)) as after:
        assert after.streams.audio[0].codec_context.codec.canonical_name == "opus"


def test_a_cover_stays_a_cover(clips: Clips, tmp_path: Path) -> None:
    cover = packets(clips("cover"), "video", 1)[0][1]
    for suffix in (".mp4", ".mkv"):
        output = tmp_path / f"out{suffix}"
        assert "kept: cover picture (png)" in rows(remake(clips("cover"), output))
        with av.open(str(output)) as after:
            video, picture = after.streams.video
            assert not video.disposition & Disposition.attached_pic
            assert picture.disposition & Disposition.attached_pic
            assert next(bytes(packet) for packet in after.demux(picture) if packet.size) == cover
    assert "lost: cover picture (png), MOV holds none" in rows(remake(clips("cover"), tmp_path / "out.mov"))


def test_time_code_and_a_second_video_come_along(clips: Clips, tmp_path: Path) -> None:
    output = tmp_path / "out.mov"
    remake(clips("timecode"), output)
    with av.open(str(output)) as after:
        assert after.streams.video[0].metadata["timecode"] == "01:00:00:00"
        assert len(after.streams.data) == 1
    output = tmp_path / "out.mp4"
    assert "kept: video 1 (h264)" in rows(remake(clips("two_videos"), output))
    assert [data for _, data in packets(output, "video", 1)] == [
        data for _, data in packets(clips("two_videos"), "video", 1)
    ]


def test_chapters_and_subtitles_follow_the_time_line(clips: Clips, tmp_path: Path) -> None:
    output = tmp_path / "out.mkv"
    told = rows(remake(clips("everything"), output, lambda whole: whole.cut(Fraction("0.2"), Fraction("0.6"))))
    assert "changed: chapters, moved with the time line" in told
    with av.open(str(output)) as after:
        spans = [(chapter["start"] / 1e9, chapter["end"] / 1e9) for chapter in after.chapters()]
        shown = [
            (float(packet.pts * packet.time_base), float(packet.duration * packet.time_base), bytes(packet))
            for packet in after.demux(subtitles=0)
            if packet.size
        ]
    assert [time for span in spans for time in span] == pytest.approx([0, 0.2, 0.2, 0.4])
    assert shown == [(pytest.approx(0.1), pytest.approx(0.1), b"Hello"), (0.2, pytest.approx(0.15), b"Good bye")]
    assert times(output) == [Fraction(n, 25) for n in range(10)]
    told = rows(remake(clips("everything"), output, lambda whole: whole.trim(end_s=Fraction("0.1"))))
    assert "lost: 1 of 2 chapters, cut out" in told
    assert "lost: subtitles 3 (subrip, fra), none plays on the new time line, or they do not say how long" in told


def test_broadcast_clocks_begin_at_nought_elsewhere_and_are_kept_at_home(clips: Clips, tmp_path: Path) -> None:
    told = rows(remake(clips("ts"), tmp_path / "out.mp4"))
    assert "changed: time stamps, moved by -1.4 s, sound and pictures alike" in told
    remake(clips("ts"), tmp_path / "out.ts")
    assert times(tmp_path / "out.ts") == times(clips("ts"))


def test_rounding_of_time_stamps_is_told(clips: Clips, tmp_path: Path) -> None:
    told = rows(remake(clips("ntsc"), tmp_path / "out.mkv"))
    assert "changed: time stamps, rounded to 1/1000 s, as Matroska has them" in told
    assert not any("rounded" in row for row in rows(remake(clips("ntsc"), tmp_path / "out.mp4")))


def test_pictures_alone(clips: Clips, tmp_path: Path) -> None:
    told = rows(remake(clips("everything"), tmp_path / "%03d.png"))
    assert "lost: audio 1 (flac, eng), PNG holds pictures only" in told
    assert len(list(tmp_path.glob("*.png"))) == 20
    assert any(row.startswith("lost: tags, ") for row in told)
    remuxed = remake(clips("cfr"), tmp_path / "out.gif")
    assert not remuxed.has_manifest
    assert len(times(tmp_path / "out.gif")) == 20
    remake(clips("ten_bit"), tmp_path / "out.y4m")
    with av.open(str(tmp_path / "out.y4m")) as raw:
        assert raw.streams.video[0].codec_context.format.name == "yuv420p10le"
        assert len(list(raw.decode(video=0))) == 20
    remake(clips("image"), tmp_path / "one.png")
    assert (tmp_path / "one.png").is_file()
    with pytest.raises(UsageError, match="20 pictures do not fit into one PNG"):
        remake(clips("cfr"), tmp_path / "many.png")


def test_gif_looks_like_its_source(clips: Clips, tmp_path: Path) -> None:
    remake(clips("cfr"), tmp_path / "out.gif")
    with av.open(str(clips("cfr"))) as before, av.open(str(tmp_path / "out.gif")) as after:
        one, other = (next(container.decode(video=0)).to_ndarray(format="rgb24") for container in (before, after))
    assert abs(one.astype(int) - other.astype(int)).mean() < 12


def test_a_full_disk_leaves_nothing(clips: Clips, tmp_path: Path) -> None:
    output = tmp_path / "out.mkv"
    output.symlink_to("/dev/full")
    with pytest.raises(MediaError, match="No space left") as caught:
        remake(clips("sound"), output)
    assert caught.value.exit_code == 6
    assert not output.is_symlink()


def test_alpha_of_vp9_is_announced(clips: Clips, tmp_path: Path) -> None:
    remake(clips("alpha_vp9"), tmp_path / "out.webm", options=EncodeOptions(preset="8"))
    with Source(tmp_path / "out.webm") as source:
        assert source.info.has_alpha
    remake(clips("alpha_vp9"), tmp_path / "opaque.mkv", options=EncodeOptions(codec="libx264"))
    with av.open(str(tmp_path / "opaque.mkv")) as after:
        assert "alpha_mode" not in {name.lower() for name in after.streams.video[0].metadata}
