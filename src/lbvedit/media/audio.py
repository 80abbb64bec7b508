"""What happens to sound: packets copied bit for bit, or filtered along the time line and encoded again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lbvedit.media.containers import Container, holds
from lbvedit.media.ffmpeg import Node, concat, filtered, input_file, run, split
from lbvedit.media.outcome import Outcome
from lbvedit.media.timeline import HORIZON_S, Ramp, Timeline

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

__all__ = ["Track", "edited_sound", "plan_track"]

ENCODERS = {
    "aac": "aac",
    "ac3": "ac3",
    "alac": "alac",
    "eac3": "eac3",
    "flac": "flac",
    "mp2": "mp2",
    "mp3": "libmp3lame",
    "opus": "libopus",
    "vorbis": "libvorbis",
    "wavpack": "wavpack",
}
"""Coded format -> encoder that makes it; PCM of any kind is its own encoder."""

LOSSLESS = frozenset({"alac", "flac", "wavpack"})

CHANNEL_BITS, MOST_CHANNEL_BITS = 96_000, 256_000
"""Bits a second and channel of lossy sound that is encoded again: as many as it had, between these."""

BLOCK = 1 << 20
"""Samples of one channel that are turned round at once."""


@dataclass(frozen=True)
class Track:
    """What is to become of one audio stream.

    Args:
        index: of the stream in the source.
        encoder: what it is encoded again with; None where its packets are copied.
        outcome: its row of the table.
        dropped: whether it is left out.
        options: ffmpeg's options for the encoder, without a stream specifier.
    """

    index: int
    encoder: str | None
    outcome: Outcome
    dropped: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


SLOWEST = Fraction(1, 200)
"""A piece that plays slower holds a picture: its few samples are followed by silence."""


def plan_track(container: Container, stream: AudioStream, timeline: Timeline | None) -> Track:
    """What becomes of an audio stream in a container and on a time line."""
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"
    language = f", {stream.language}" if stream.language not in (None, "und") else ""
    what = f"audio {stream.index} ({codec}{language})"
    fits = holds(container, stream)
    if container.kind != "film":
        return Track(stream.index, None, Outcome("lost", what, f"{container.name} holds no sound"), dropped=True)
    if timeline is not None and timeline.is_silent:
        return Track(stream.index, None, Outcome("changed", what, "muted: left out"), dropped=True)
    edited = timeline is not None and not timeline.is_identity
    if fits and not edited:
        return Track(stream.index, None, Outcome("kept", what, "packets copied bit for bit"))
    own = codec if codec.startswith("pcm_") else ENCODERS.get(codec)
    encoder = own if fits and own else container.audio
    options = {} if _is_lossless(encoder) else {"b": str(_bit_rate(stream, codec))}
    why = f"{container.name} cannot hold {codec}" if not fits else "to change its loudness"
    if timeline is not None and not timeline.keeps_time:
        why = "to follow the time line"
    return Track(stream.index, encoder, Outcome("changed", what, f"encoded again as {encoder}, {why}"), options=options)


def _is_lossless(codec: str) -> bool:
    return codec in LOSSLESS or codec.startswith("pcm_")


def _bit_rate(stream: AudioStream, codec: str) -> int:
    had = 0 if _is_lossless(codec) else (stream.bit_rate or 0) // stream.codec_context.channels
    return min(max(had, CHANNEL_BITS), MOST_CHANNEL_BITS) * stream.codec_context.channels


def edited_sound(
    source: Path, stream: AudioStream, timeline: Timeline, *, start_s: Fraction, base_s: Fraction, folder: Path
) -> Node:
    """An audio stream played along a time line, pitch kept where the speed changes.

    Args:
        source: the file that holds it.
        stream: the stream, of the file opened elsewhere.
        timeline: what plays when.
        start_s: the source's time stamp of its first picture, where the time line begins to count.
        base_s: the output's time stamp of its first picture.
        folder: where sound that is played backwards is kept meanwhile.
    """
    rate = stream.codec_context.sample_rate
    forwards = [place for place, piece in enumerate(timeline.segments) if not piece.reversed]
    aligned = split(_aligned(source, stream, start_s), len(forwards)) if forwards else []
    sounds = dict(zip(forwards, aligned, strict=True))
    pieces = []
    for place, (begin_s, piece) in enumerate(timeline.placed()):
        # Sound may go on longer than the pictures; only a time line that moves them ends it where they end.
        open_end = piece.end_s == HORIZON_S or timeline.keeps_time
        first, last = round(piece.start_s * rate), round(piece.end_s * rate)
        length = round((begin_s + piece.duration_s) * rate) - round(begin_s * rate)
        if piece.reversed:
            sound = _backwards(source, stream, start_s, first, last, folder / f"sound-{stream.index}-{place}")
        else:
            span = {"start_sample": first} if open_end else {"start_sample": first, "end_sample": last}
            sound = filtered(filtered(sounds[place], "atrim", **span), "asetpts", "N/SR/TB")
        sound = _at_speed(sound, piece.speed) if piece.speed > SLOWEST else sound
        if not open_end:
            # Stretching ends a few samples early or late; the next piece must begin on time.
            sound = filtered(filtered(sound, "apad", whole_len=length), "atrim", end_sample=length)
        pieces.append(filtered(sound, "asetpts", "N/SR/TB"))
    gains = [_gain(ramp, rate, goes_on=ramp.end_s == timeline.duration_s) for ramp in timeline.sound]
    sound = _with_gains(concat(pieces), gains, stream.codec_context.channels)
    return filtered(sound, "asetpts", f"N/SR/TB+({base_s})/TB")


def _aligned(source: Path, stream: AudioStream, start_s: Fraction) -> Node:
    """The stream from the first picture on: gaps filled with silence, so that a sample's place is its time."""
    sound = input_file(source)[str(stream.index)]
    sound = filtered(sound, "asetpts", f"PTS-({start_s})/TB")
    return filtered(sound, "aresample", stream.codec_context.sample_rate, **{"async": 1, "first_pts": 0})


def _at_speed(sound: Node, speed: Fraction) -> Node:
    """Sound played faster or slower at the same pitch; one filter takes a factor of at least a half."""
    if speed == 1:
        return sound
    while speed < Fraction(1, 2):
        sound, speed = filtered(sound, "atempo", 0.5), speed * 2
    return filtered(sound, "atempo", f"{float(speed):.12g}")


def _with_gains(sound: Node, gains: Sequence[str], channels: int) -> Node:
    """Sound with its amplitude multiplied by expressions of the sample number n."""
    if not gains:
        return sound
    product = "*".join(gains)
    return filtered(sound, "aeval", "|".join(f"val({channel})*{product}" for channel in range(channels)), c="same")


def _gain(ramp: Ramp, rate: int, *, goes_on: bool) -> str:
    """A ramp as an expression of the sample number n; its last level goes on where sound outlasts the pictures."""
    first, last = round(ramp.start_s * rate), round(ramp.end_s * rate)
    low, rise = float(ramp.start_level), float(ramp.end_level - ramp.start_level)
    line = f"{low:.9g}" if ramp.is_constant else f"({low:.9g}+{rise:.9g}*(n-{first})/{max(1, last - first)})"
    after = f"{float(ramp.end_level):.9g}" if goes_on else "1"
    return f"if(lt(n,{first}),1,if(lt(n,{last}),{line},{after}))"


def _backwards(source: Path, stream: AudioStream, start_s: Fraction, first: int, last: int, path: Path) -> Node:
    """A span of samples from the last to the first, turned round on disk so that memory stays bounded."""
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    sound = filtered(_aligned(source, stream, start_s), "apad", whole_len=last)
    sound = filtered(sound, "atrim", start_sample=first, end_sample=last)
    raw, turned = path.with_suffix(".f32"), path.with_suffix(".reversed.f32")
    run([sound], raw, {"f": "f32le", "c:a": "pcm_f32le", "ac": channels}, flags=["-copyts"])
    _turn(raw, turned, channels)
    raw.unlink()
    node = input_file(turned, f="f32le", ar=rate, ac=channels)["a"]
    return filtered(filtered(node, "aformat", channel_layouts=stream.codec_context.layout.name), "asetpts", "N/SR/TB")


def _turn(source: Path, target: Path, channels: int) -> None:
    """Writes a file of interleaved float samples with its moments in opposite order."""
    frame = 4 * channels
    with source.open("rb") as read, target.open("wb") as write:
        left = read.seek(0, 2) // frame
        while left:
            count = min(BLOCK, left)
            left -= count
            read.seek(left * frame)
            block = np.frombuffer(read.read(count * frame), np.float32).reshape(count, channels)
            write.write(block[::-1].tobytes())
