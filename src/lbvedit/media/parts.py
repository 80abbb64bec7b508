"""Putting parts together by their packets, without decoding: every time stamp stays exactly what it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from lbvedit.errors import MediaError
from lbvedit.media.encode import MATROSKA_TICK, muxer_options, part_muxer, write_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.packet import Packet
    from av.video.stream import VideoStream

    from lbvedit.media.encoding import Encoding

__all__ = ["Joined", "join"]

MOV_CODECS = frozenset({"h264", "hevc", "prores", "qtrle", "tiff"})
MP4_CODECS = frozenset({"av1", "ffv1"})


@dataclass(frozen=True)
class Joined:
    """All of a video's packets in one file.

    Args:
        path: the file.
        frames: pictures in it.
        start_s: when the first one is shown.
        last_s: when the last one is shown.
        end_s: when that one ends.
        tail_s: how long the picture that is decoded last lasts in the order of decoding, so that all lengths together
            are the video's.
        tick_s: the longest time that all their time stamps are whole numbers of.
    """

    path: Path
    frames: int
    start_s: Fraction
    last_s: Fraction
    end_s: Fraction
    tail_s: Fraction
    tick_s: Fraction


def join(parts: Sequence[Path], path: Path, encoding: Encoding, *, end_s: Fraction | None = None) -> Joined:
    """Puts parts one after the other into one file.

    NUT keeps no decoding times, so they are worked out anew for the whole: the packet's place in the order of decoding
    gets the time stamp that comes as many places earlier in the order of showing as the codec delays pictures.

    Args:
        parts: what ``Writer`` wrote, in order.
        path: the file to write, without an ending: that depends on what may hold the codec.
        encoding: what all parts share.
        end_s: when the last picture ends; None where it stays as long as the one before.

    Raises:
        MediaError: a part is missing, damaged or was encoded otherwise, or the file cannot be written.
    """
    stamps = [_stamps(part, encoding.time_base) for part in parts]
    shown = sorted(stamp for part in stamps for stamp in part)
    if not shown:
        raise MediaError("no picture was encoded", hint="the video or the part chosen of it is empty")
    for part, (before, after) in zip(parts[1:], pairwise(stamps), strict=True):
        if min(after) <= max(before):
            raise MediaError(f"{part} does not follow the part before it", hint="start again without --resume")
    decoded = [stamp for part in stamps for stamp in part]
    places = {stamp: place for place, stamp in enumerate(shown)}
    delay = max(index - places[stamp] for index, stamp in enumerate(decoded))
    step = shown[1] - shown[0] if len(shown) > 1 else max(1, round(1 / (encoding.rate * encoding.time_base)))
    last = shown[-1] - shown[-2] if len(shown) > 1 else step
    if end_s is not None and end_s > shown[-1] * encoding.time_base:
        last = max(1, round(end_s / encoding.time_base) - shown[-1])

    def decoding_time(index: int) -> int:
        return shown[index - delay] if index >= delay else shown[0] - (delay - index) * step

    codec = encoding.canonical_codec
    muxer = "mov" if codec in MOV_CODECS else "mp4" if codec in MP4_CODECS else "nut"
    if part_muxer(encoding) == "matroska":
        muxer = "matroska"
    path = path.with_suffix(f".{muxer}")
    options = muxer_options(muxer, encoding.time_base)
    index = 0
    with write_errors(path), av.open(str(path), "w", format=muxer, options=options) as output:
        stream: VideoStream | None = None
        header = b""
        for part in parts:
            with _open(part) as container:
                template = container.streams.video[0]
                extra = bytes(template.codec_context.extradata or b"")
                if stream is None:
                    stream, header = output.add_stream_from_template(template, opaque=True), extra
                    stream.time_base = encoding.time_base
                    if codec == "prores":
                        # PyAV drops the tag of a copied stream, and only the tag says which ProRes it is.
                        stream.codec_context.codec_tag = template.codec_context.codec_tag
                elif extra != header:
                    raise MediaError(
                        f"{part} was encoded with other settings than the first part",
                        hint="start again without --resume",
                    )
                for packet in _packets(container, template):
                    pts = decoded[index]
                    place = places[pts]
                    packet.stream = stream
                    packet.time_base = encoding.time_base
                    packet.pts, packet.dts = pts, decoding_time(index)
                    packet.duration = shown[place + 1] - pts if place + 1 < len(shown) else last
                    output.mux(packet)
                    index += 1
    tick = encoding.time_base
    end = shown[-1] + last
    tail = max(1, end - shown[0] - (decoding_time(len(shown) - 1) - decoding_time(0)))
    start_s, last_s, end_s, tail_s = (ticks * tick for ticks in (shown[0], shown[-1], end, tail))
    return Joined(path, len(shown), start_s, last_s, end_s, tail_s, math.gcd(*shown) * tick)


def _stamps(part: Path, time_base: Fraction) -> list[int]:
    """A part's time stamps in the order of decoding, in ticks of a time base."""
    with _open(part) as container:
        stream = container.streams.video[0]
        matroska = "matroska" in container.format.name
        scale = 1 / (MATROSKA_TICK if matroska else time_base) * (stream.time_base or Fraction(1))
        stamps = []
        for packet in _packets(container, stream):
            stamp = (packet.pts or 0) * scale
            if stamp.denominator != 1:
                raise MediaError(f"{part} has time stamps that do not fit {time_base}", hint="start again")
            stamps.append(stamp.numerator)
    return stamps


def _open(part: Path) -> av.container.InputContainer:
    try:
        return av.open(str(part), "r")
    except (FFmpegError, OSError) as error:
        raise MediaError(f"{part} cannot be read again: {error}", hint="start again without --resume") from error


def _packets(container: av.container.InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except FFmpegError as error:
        raise MediaError(f"{container.name} is damaged: {error}", hint="start again without --resume") from error
