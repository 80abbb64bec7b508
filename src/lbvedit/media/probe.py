"""What a video is, found out before it is edited: ``probe(path)`` gives its ``VideoInfo``."""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction
from pathlib import Path
from struct import unpack
from typing import TYPE_CHECKING, Literal, cast

import av
from av.codec.context import CodecContext, ThreadType
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from lbvedit.errors import MediaError, UsageError
from lbvedit.media.access import MAX_PIXELS, Input, media_errors, open_container, resolve_input
from lbvedit.media.color import bit_depth, has_alpha, read_tags
from lbvedit.media.sidedata import side_data
from lbvedit.types import StreamInfo, VideoInfo

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext

__all__ = [
    "IMAGE_RATE",
    "choose_stream",
    "display_matrix",
    "first_picture",
    "open_decoder",
    "probe",
    "probe_input",
    "stream_duration",
]

IMAGE_RATE = Fraction(25)
"""Frames a second of an image sequence, which does not say: FFmpeg's default too."""

ALPHA_DECODERS = {"vp9": "libvpx-vp9", "vp8": "libvpx"}
"""Decoders that know the alpha plane of WebM; FFmpeg's own drop it."""

FIRST_PICTURE_PACKETS = 2000
"""Video packets that may fail before a stream counts as one without pictures."""


def probe(path: str | Path, *, stream: int | None = None, allow_protocols: bool = False) -> VideoInfo:
    """What a video is: opened, its first picture decoded, and closed again.

    Args:
        path: a file, an image, a folder or pattern of images, or ``-`` (which then cannot be read again).
        stream: the container's index of the video stream; None for the default one.
        allow_protocols: let FFmpeg open addresses and playlists.

    Raises:
        MediaError: it cannot be read, or holds no video.
        UsageError: there is no such video stream.
    """
    source = resolve_input(path, allow_protocols=allow_protocols)
    try:
        return probe_input(source, stream=stream, allow_protocols=allow_protocols)
    finally:
        if source.spool:
            source.spool.close()


def probe_input(source: Input, *, stream: int | None = None, allow_protocols: bool = False) -> VideoInfo:
    """The same for an input that is already resolved."""
    one = Input(str(source.files[0]), "file", source.files[:1]) if source.kind == "images" else source
    with media_errors(one), open_container(one, allow_protocols=allow_protocols) as container:
        video = choose_stream(container, source.name, stream)
        info = _describe(container, video, first_picture(container, video, source.name), source.name)
    if source.kind != "images":
        return info
    return _as_sequence(info, len(source.files))


def choose_stream(container: InputContainer, name: str, stream: int | None = None) -> VideoStream:
    """The video stream to edit: the one asked for, else the first that is marked default, else the first.

    Raises:
        MediaError: there is none; cover art does not count.
        UsageError: the one asked for is none.
    """
    videos = [video for video in container.streams.video if not _is_cover(video)]
    if stream is not None:
        for video in videos:
            if video.index == stream:
                return video
        have = ", ".join(str(video.index) for video in videos) or "none"
        raise UsageError(f"{name} has no video stream {stream}", hint=f"its video streams: {have}")
    if not videos:
        found = "only a cover picture" if container.streams.video else _kinds(container)
        raise MediaError(f"{name} holds no video, {found}", hint="name a file with moving pictures")
    return next((video for video in videos if Disposition.default in video.disposition), videos[0])


def _is_cover(video: VideoStream) -> bool:
    return bool(video.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _kinds(container: InputContainer) -> str:
    kinds = sorted({str(stream.type) for stream in container.streams})
    return f"only {' and '.join(kinds)}" if kinds else "nothing at all"


def open_decoder(video: VideoStream, threads: Literal["AUTO", "SLICE"]) -> VideoCodecContext:
    """A decoder for a stream that keeps what the stream has, alpha included.

    Args:
        video: a stream of an open container.
        threads: PyAV's thread type: ``AUTO`` for speed, ``SLICE`` to get the first picture soonest.
    """
    context: VideoCodecContext | None = video.codec_context
    if context is None:
        raise MediaError(
            f"video stream {video.index} has an unknown codec", hint="`lbvedit doctor` lists what can be decoded"
        )
    decoder = ALPHA_DECODERS.get(context.name)
    if decoder and "1" in (value for name, value in video.metadata.items() if name.lower() == "alpha_mode"):
        context = cast("VideoCodecContext", CodecContext.create(decoder, "r"))
    context.thread_type = ThreadType[threads]
    context.options = {"max_pixels": str(MAX_PIXELS)}
    return context


def first_picture(container: InputContainer, video: VideoStream, name: str) -> av.VideoFrame:
    """The first picture that can be decoded.

    Raises:
        MediaError: there is none.
    """
    decoder = open_decoder(video, "SLICE")
    failed = 0
    for packet in container.demux(video):
        try:
            pictures = decoder.decode(packet)
        except FFmpegError as error:
            if video.codec_context.name == "webp" and b"ANIM" in bytes(packet)[:64]:
                raise MediaError(
                    f"{name} is an animated WebP, which is not supported here",
                    hint="turn it into a GIF or a video first",
                ) from error
            failed += 1
            if failed >= FIRST_PICTURE_PACKETS:
                raise MediaError(f"{name}: the first {failed} packets cannot be decoded", hint=_DAMAGED) from error
            continue
        if pictures:
            return pictures[0]
    raise MediaError(
        f"{name} holds no picture that can be decoded ({failed} damaged packets)"
        if failed
        else f"{name} has no frames",
        hint=_DAMAGED if failed else "name a video with at least one frame",
    )


_DAMAGED = f"it is damaged, or its pictures have more than {MAX_PIXELS // 1_000_000} million pixels"


def display_matrix(picture: av.VideoFrame) -> tuple[int, int, int, int]:
    """The signs of a picture's display matrix (a, b, c, d): pixel (x, y) is shown at (ax + cy, bx + dy).

    The identity where there is no matrix, or one that turns by anything but quarters.
    """
    data = side_data(picture).get("DISPLAYMATRIX")
    if data is None:
        return 1, 0, 0, 1
    a, b, _, c, d = ((value > 0) - (value < 0) for value in unpack("=9i", bytes(data))[:5])
    return (a, b, c, d) if (a, b, c, d) in QUARTER_TURNS else (1, 0, 0, 1)


QUARTER_TURNS: dict[tuple[int, int, int, int], int] = {
    (1, 0, 0, 1): 0,
    (-1, 0, 0, 1): 0,
    (0, -1, 1, 0): 90,
    (0, 1, 1, 0): 90,
    (-1, 0, 0, -1): 180,
    (1, 0, 0, -1): 180,
    (0, 1, -1, 0): 270,
    (0, -1, -1, 0): 270,
}
"""The signs of a display matrix -> degrees counter-clockwise that it turns; mirrored ones included."""


def _describe(container: InputContainer, video: VideoStream, picture: av.VideoFrame, name: str) -> VideoInfo:
    matrix = display_matrix(picture)
    sideways = matrix[0] == 0
    time_base = video.time_base or Fraction(1, 1000)
    rate = video.average_rate or video.guessed_rate or None
    aspect = video.sample_aspect_ratio or Fraction(1)
    start = picture.pts if picture.pts is not None else video.start_time or 0
    duration = _duration(container, video, start * time_base)
    still = container.format.name.endswith("_pipe") or container.format.name in {"image2", "ico"}
    count = 1 if still else video.frames or (round(duration * rate) if duration and rate else None)
    width, height = picture.width, picture.height
    return VideoInfo(
        path=name,
        container=container.format.name,
        stream=video.index,
        codec=video.codec_context.name,
        width=height if sideways else width,
        height=width if sideways else height,
        sample_aspect_ratio=1 / aspect if sideways else aspect,
        average_rate=IMAGE_RATE if still else rate,
        time_base=time_base,
        start_s=start * time_base,
        duration_s=1 / IMAGE_RATE if still else duration,
        frame_count=count,
        pixel_format=picture.format.name,
        bit_depth=bit_depth(picture.format),
        color=read_tags(picture),
        rotation=QUARTER_TURNS[matrix],
        interlaced=picture.interlaced_frame,
        has_alpha=_shows_alpha(picture),
        streams=tuple(_stream_info(stream) for stream in container.streams),
        chapters=len(container.chapters()),
        metadata=dict(container.metadata),
    )


def _stream_info(stream: Stream) -> StreamInfo:
    codec = stream.codec_context.name if stream.codec_context else "unknown"
    cover = isinstance(stream, VideoStream) and _is_cover(stream)
    language = None if stream.language == "und" else stream.language
    return StreamInfo(stream.index, str(stream.type), codec, language, cover)


def stream_duration(container: InputContainer, video: VideoStream, start_s: Fraction) -> Fraction | None:
    """How long a stream itself is said to last, or None where only its container says something.

    Matroska says it in a tag, which libavformat fills with the stream's end and others with its length.
    """
    if container.format.name.startswith("matroska"):
        clock = re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", video.metadata.get("DURATION", ""))
        if not clock:
            return None
        hours, minutes, seconds = map(Fraction, clock.groups())
        return _length(container, 3600 * hours + 60 * minutes + seconds, start_s)
    if video.duration and video.duration > 0 and video.time_base:
        return video.duration * video.time_base
    return None


def _duration(container: InputContainer, video: VideoStream, start_s: Fraction) -> Fraction | None:
    own_s = stream_duration(container, video, start_s)
    if own_s is not None or not container.duration or container.duration < 0:
        return own_s
    return _length(container, Fraction(container.duration, av.time_base), start_s)


def _length(container: InputContainer, duration_s: Fraction, start_s: Fraction) -> Fraction:
    """A duration as a Matroska file says it, as a length."""
    is_end = container.format.name.startswith("matroska") and container.metadata.get("ENCODER", "").startswith("Lavf")
    return duration_s - start_s if is_end and duration_s > start_s > 0 else duration_s


def _shows_alpha(picture: av.VideoFrame) -> bool:
    """Whether the alpha is meant: a GIF is decoded with an alpha plane even when nothing in it is transparent."""
    if not has_alpha(picture.format):
        return False
    return picture.format.name != "bgra" or min(bytes(picture.planes[0])[3::4]) < 255


def _as_sequence(info: VideoInfo, count: int) -> VideoInfo:
    return dataclasses.replace(
        info,
        average_rate=IMAGE_RATE,
        time_base=1 / IMAGE_RATE,
        start_s=Fraction(0),
        duration_s=count / IMAGE_RATE,
        frame_count=count,
    )
