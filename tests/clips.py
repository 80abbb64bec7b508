"""Small clips of every kind that lbvedit must read, made when a test first asks for one.

``Clips(folder)("rotated")`` gives a path. Unless its recipe says otherwise a clip is 64x48, 25 frames a second,
20 frames, H.264 in MP4 and silent. ``RECIPES`` is the list.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg

FRAMES = 20
RATE = 25
WIDTH, HEIGHT = 64, 48

SUBTITLES = """1
00:00:00,100 --> 00:00:00,400
Hello

2
00:00:00,450 --> 00:00:00,750
Good bye
"""

CHAPTERS = """;FFMETADATA1
title=A small film
artist=Nobody
[CHAPTER]
TIMEBASE=1/1000
START=0
END=400
title=First
[CHAPTER]
TIMEBASE=1/1000
START=400
END=800
title=Second
"""

HLS = """#EXTM3U
#EXTINF:1,
/etc/hostname
#EXT-X-ENDLIST
"""


def ffmpeg(*arguments: object) -> None:
    """Runs the ffmpeg binary; its last words are the exception's text."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")


def pictures(size: str = f"{WIDTH}x{HEIGHT}", frames: int = FRAMES, rate: object = RATE) -> str:
    """Input arguments for moving test pictures."""
    return f"-f lavfi -i testsrc2=size={size}:rate={rate},trim=end_frame={frames}"


def tone(hertz: int = 440, seconds: float = FRAMES / RATE) -> str:
    """Input arguments for a sine."""
    return f"-f lavfi -i sine=frequency={hertz}:sample_rate=48000:duration={seconds}"


X264 = "-c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv420p"
X265 = "-c:v libx265 -preset ultrafast -x265-params log-level=none"
AAC = "-c:a aac -b:a 64k"
ODD = "format=yuv444p,scale=63:47,setsar=1"
ALPHA = "format=yuva444p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*X/W'"


def tags(primaries: str, transfer: str, matrix: str, colors: str = "tv") -> str:
    """Filter and output arguments for a clip that says what its colours mean."""
    return (
        f"-vf setparams=color_primaries={primaries}:color_trc={transfer}:colorspace={matrix}:range={colors} "
        f"-color_primaries {primaries} -color_trc {transfer} -colorspace {matrix} -color_range {colors}"
    )


@dataclass(frozen=True)
class Recipe:
    """How a clip is made: ffmpeg arguments where ``{name}`` is the path of another clip or of a side file."""

    file: str
    arguments: str = ""
    finish: Callable[[Path, Clips], None] | None = None


def _overwrite_payload(path: Path, clips: Clips) -> None:
    """Noise inside three pictures in the middle; the container stays whole."""
    original = clips("long_gop")
    data = bytearray(original.read_bytes())
    with av.open(str(original)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    for start, size in packets[30:33]:
        for at in range(start + 8, start + size):
            data[at] = (data[at] * 7 + at) % 256
    path.write_bytes(data)


def _overwrite_container(path: Path, clips: Clips) -> None:
    """Noise over the second half, so that the container itself can no longer be followed."""
    data = bytearray(clips("long_gop_mkv").read_bytes())
    for at in range(len(data) // 2, len(data) // 2 + 1200, 7):
        data[at] ^= 0x5A
    path.write_bytes(data)


def _repeat_time(path: Path, clips: Clips) -> None:
    """A Matroska file whose eighth picture claims the time of the seventh."""
    data = clips("cfr_mkv").read_bytes()
    block = b"\x81" + (280).to_bytes(2, "big")
    assert data.count(block) == 1
    path.write_bytes(data.replace(block, b"\x81" + (240).to_bytes(2, "big")))


def _start_again(path: Path, clips: Clips) -> None:
    """Two recordings joined as bytes: time starts again in the middle."""
    path.write_bytes(2 * clips("ts_long").read_bytes())


def _change_size(path: Path, clips: Clips) -> None:
    """A recording whose pictures become smaller in the middle."""
    path.write_bytes(clips("ts").read_bytes() + clips("small_ts").read_bytes())


def _cut_short(path: Path, clips: Clips) -> None:
    """An MP4 whose index, which comes last, was never written."""
    path.write_bytes(clips("cfr").read_bytes()[:4000])


def _cut_short_mkv(path: Path, clips: Clips) -> None:
    data = clips("cfr_mkv").read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


RECIPES: dict[str, Recipe] = {
    # time
    "cfr": Recipe("cfr.mp4", f"{pictures()} {X264} -bf 0"),
    "cfr_mkv": Recipe("cfr.mkv", f"{pictures()} {X264} -bf 0"),
    "ntsc": Recipe("ntsc.mp4", f"{pictures(rate='30000/1001')} {X264}"),
    "bframes": Recipe("bframes.mp4", f"{pictures()} -c:v libx264 -pix_fmt yuv420p -crf 18 -bf 3 -g 10"),
    "open_gop": Recipe(
        "open_gop.mkv",
        f"{pictures(frames=40)} -c:v libx264 -pix_fmt yuv420p -crf 18 -x264-params bframes=3:keyint=10:open-gop=1",
    ),
    "long_gop": Recipe("long_gop.mp4", f"{pictures(frames=60)} {X264} -bf 0 -g 60"),
    "long_gop_mkv": Recipe("long_gop.mkv", f"{pictures(frames=60)} {X264} -bf 0 -g 60"),
    "vfr": Recipe(
        "vfr.mp4",
        f"{pictures()} -vf settb=1/1000,setpts=40*N+10*mod(N\\,3) {X264} -bf 0 -fps_mode passthrough "
        "-enc_time_base 1/1000 -video_track_timescale 1000",
    ),
    "slides": Recipe("slides.mkv", f"{pictures(frames=5)} -vf settb=1/1000,setpts=800*N {X264} -fps_mode passthrough"),
    "offset": Recipe("offset.mkv", f"{pictures()} {tone()} {X264} -bf 0 -c:a flac -output_ts_offset 1.5"),
    "ts": Recipe("stream.ts", f"{pictures()} {tone()} {X264} {AAC}"),
    "ts_long": Recipe("long.ts", f"{pictures(frames=60)} {X264} -bf 0"),
    "edit_list": Recipe("edit_list.mp4", "-ss 0.2 -i {bframes} -c copy"),
    "long_mkv": Recipe("long.mkv", f"{pictures(frames=200)} {X264} -g 25"),
    "long": Recipe("long.mp4", f"{pictures(frames=200)} {X264} -g 25"),
    # shape
    "rotated": Recipe("rotated.mp4", "-display_rotation 90 -i {cfr} -c copy"),
    "rotated_180": Recipe("rotated_180.mp4", "-display_rotation 180 -i {cfr} -c copy"),
    "rotated_270": Recipe("rotated_270.mp4", "-display_rotation 270 -i {cfr} -c copy"),
    "sar_rotated": Recipe("sar_rotated.mp4", "-display_rotation 90 -i {sar} -c copy"),
    "flipped": Recipe("flipped.mp4", "-display_hflip -i {cfr} -c copy"),
    "odd": Recipe("odd.mp4", f"{pictures()} -vf {ODD} -c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv444p"),
    "odd_420": Recipe("odd_420.mkv", f"{pictures()} -vf {ODD} -c:v ffv1 -pix_fmt yuv420p"),
    "sar": Recipe("sar.mp4", f"{pictures()} -vf setsar=4/3 {X264}"),
    "tiny": Recipe("tiny.mkv", f"{pictures()} -vf scale=1:1 -c:v ffv1 -pix_fmt yuv444p"),
    "wide": Recipe("wide.mp4", f"{pictures('16000x64', frames=3)} {X264}"),
    "interlaced": Recipe(
        "interlaced.mp4",
        f"{pictures(rate=50, frames=40)} -vf tinterlace=interleave_top,fieldorder=tff -c:v libx264 -preset ultrafast "
        "-crf 18 -pix_fmt yuv420p -flags +ilme+ildct -x264-params tff=1",
    ),
    # samples
    "ten_bit": Recipe("ten_bit.mp4", f"{pictures()} {X265} -pix_fmt yuv420p10le -tag:v hvc1"),
    "twelve_bit": Recipe("twelve_bit.mkv", f"{pictures()} -c:v ffv1 -pix_fmt yuv422p12le"),
    "rgb": Recipe("rgb.mkv", f"{pictures()} -c:v ffv1 -pix_fmt gbrp"),
    "gray": Recipe("gray.mkv", f"{pictures()} -c:v ffv1 -pix_fmt gray"),
    "full_range": Recipe(
        "full_range.mp4",
        f"{pictures()} -vf scale=out_range=full:out_color_matrix=bt709 {X264} -color_range pc -colorspace bt709",
    ),
    "bt601": Recipe("bt601.mp4", f"{pictures()} {X264} {tags('smpte170m', 'smpte170m', 'smpte170m')}"),
    "bt709": Recipe("bt709.mp4", f"{pictures()} {X264} {tags('bt709', 'bt709', 'bt709')}"),
    "bt2020": Recipe(
        "bt2020.mp4", f"{pictures()} {X265} -pix_fmt yuv420p10le {tags('bt2020', 'bt2020-10', 'bt2020nc')}"
    ),
    "hlg": Recipe("hlg.mp4", f"{pictures()} {X265} -pix_fmt yuv420p10le {tags('bt2020', 'arib-std-b67', 'bt2020nc')}"),
    "pq": Recipe("pq.mp4", f"{pictures()} {X265} -pix_fmt yuv420p10le {tags('bt2020', 'smpte2084', 'bt2020nc')}"),
    "alpha_vp9": Recipe(
        "alpha.webm",
        f"{pictures()} -vf {ALPHA} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M -pix_fmt yuva420p",
    ),
    "alpha_prores": Recipe(
        "alpha_prores.mov", f"{pictures()} -vf {ALPHA} -c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le"
    ),
    "alpha_qtrle": Recipe("alpha_qtrle.mov", f"{pictures()} -vf {ALPHA} -c:v qtrle -pix_fmt argb"),
    # what else a container holds
    "sound": Recipe("sound.mp4", f"{pictures()} {tone()} {X264} {AAC}"),
    "opus": Recipe("opus.webm", f"{pictures()} {tone()} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"),
    "pcm": Recipe("pcm.mov", f"{pictures()} {tone()} {X264} -c:a pcm_s16le"),
    "everything": Recipe(
        "everything.mkv",
        f"{pictures()} {tone()} {tone(880)} -i {{subtitles}} -i {{chapters}} -map 0:v -map 1:a -map 2:a -map 3:s "
        f"-map_metadata 4 -map_chapters 4 {X264} -bf 0 -c:a:0 flac -c:a:1 libopus -c:s srt -metadata:s:v:0 title=Main "
        "-metadata:s:a:0 language=eng -metadata:s:a:1 language=deu -metadata:s:a:1 title=Kommentar "
        "-metadata:s:s:0 language=fra -disposition:a:1 comment -disposition:s:0 default "
        "-attach {attachment} -metadata:s:t mimetype=text/plain",
    ),
    "two_sounds": Recipe(
        "two_sounds.mp4",
        f"{pictures()} {tone()} {tone(880)} -i {{subtitles}} -i {{chapters}} -map 0:v -map 1:a -map 2:a -map 3:s "
        f"-map_metadata 4 -map_chapters 4 {X264} {AAC} -c:s mov_text -metadata:s:a:0 language=eng "
        "-metadata:s:a:1 language=deu -metadata:s:s:0 language=fra",
    ),
    "two_videos": Recipe(
        "two_videos.mkv", f"{pictures()} {pictures('32x32', rate=10)} -map 0:v -map 1:v {X264} -disposition:v:0 default"
    ),
    "cover": Recipe(
        "cover.mp4",
        "-i {sound} -i {image} -map 0 -map 1 -c copy -disposition:v:1 attached_pic",
    ),
    "cover_only": Recipe(
        "cover_only.m4a", f"{tone()} -i {{image}} -map 0 -map 1 {AAC} -c:v copy -disposition:v:0 attached_pic"
    ),
    "timecode": Recipe("timecode.mov", f"{pictures()} {tone()} {X264} {AAC} -timecode 01:00:00:00"),
    # stills and streams of stills
    "gif": Recipe("moving.gif", f"{pictures(rate=10)}"),
    "image": Recipe("image.png", f"{pictures(frames=1)} -update 1"),
    "image_jpeg": Recipe("image.jpg", f"{pictures(frames=1)} -update 1"),
    "image_deep": Recipe("image_deep.png", f"{pictures(frames=1)} -pix_fmt rgb48be -update 1"),
    "y4m": Recipe("plain.y4m", f"{pictures()} -pix_fmt yuv420p"),
    "avi": Recipe("old.avi", f"{pictures()} {tone()} -c:v mpeg4 -q:v 3 -bf 2 -c:a mp3"),
    "flv": Recipe("old.flv", f"{pictures()} {tone()} -c:v flv1 -q:v 3 -c:a mp3 -ar 44100"),
    "av1": Recipe("new.mp4", f"{pictures()} -c:v libaom-av1 -cpu-used 8 -crf 40 -pix_fmt yuv420p"),
    "nut": Recipe("plain.nut", f"{pictures()} {X264}"),
    # what goes wrong
    "audio_only": Recipe("audio_only.mp4", f"{tone()} {AAC}"),
    "no_frames": Recipe("no_frames.mkv", f"{pictures()} {X264} -frames:v 0"),
    "repeated_time": Recipe("repeated_time.mkv", finish=_repeat_time),
    "joined": Recipe("joined.ts", finish=_start_again),
    "small_ts": Recipe("small.ts", f"{pictures('32x32')} {X264} -bf 0 -output_ts_offset 5"),
    "resized": Recipe("resized.ts", finish=_change_size),
    "damaged": Recipe("damaged.mp4", finish=_overwrite_payload),
    "damaged_mkv": Recipe("damaged.mkv", finish=_overwrite_container),
    "truncated": Recipe("truncated.mp4", finish=_cut_short),
    "truncated_mkv": Recipe("truncated.mkv", finish=_cut_short_mkv),
    "text": Recipe("text.mp4", finish=lambda path, _: _write(path, "This is not a video.\n" * 40)),
    "empty": Recipe("empty.mp4", finish=lambda path, _: _write(path, "")),
    "hls": Recipe(
        "hls.mp4", finish=lambda path, _: _write(path, "#EXTM3U\n#EXTINF:1,\n/etc/hostname\n#EXT-X-ENDLIST\n")
    ),
    "ffconcat": Recipe(
        "ffconcat.mp4", finish=lambda path, clips: _write(path, f"ffconcat version 1.0\nfile {clips('cfr')}\n")
    ),
    # side files
    "subtitles": Recipe("subtitles.srt", finish=lambda path, _: _write(path, SUBTITLES)),
    "chapters": Recipe("chapters.txt", finish=lambda path, _: _write(path, CHAPTERS)),
    "attachment": Recipe("notes.txt", finish=lambda path, _: _write(path, "attached\n")),
}


def _write(path: Path, text: str) -> None:
    path.write_text(text)


class Clips:
    """Makes clips into a folder, each once.

    Args:
        folder: where they are kept; tests must not change them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str) -> Path:
        """The path of a clip of ``RECIPES``, made now if it is not there."""
        recipe = RECIPES[name]
        path = self.folder / recipe.file
        if not path.exists():
            if recipe.finish:
                recipe.finish(path, self)
            else:
                words = (word.format_map(_Paths(self)) if "{" in word else word for word in recipe.arguments.split())
                ffmpeg(*words, path)
        return path

    def images(self, count: int = 6) -> Path:
        """A folder of ``0001.png``, ``0002.png`` and so on."""
        folder = self.folder / f"images_{count}"
        if not folder.exists():
            folder.mkdir()
            ffmpeg(*pictures(frames=count).split(), folder / "%04d.png")
        return folder


class _Paths(dict[str, Path]):
    def __init__(self, clips: Clips) -> None:
        super().__init__()
        self.clips = clips

    def __missing__(self, name: str) -> Path:
        return self.clips(name)
