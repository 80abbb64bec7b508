"""The source of a finished video, for everything of it that is not the edited pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.error import FFmpegError

from lbvedit.errors import MediaError
from lbvedit.media.ffmpeg import input_file, run

if TYPE_CHECKING:
    from av.container import InputContainer

    from lbvedit.media.timeline import Timeline
    from lbvedit.types import VideoInfo

__all__ = ["STREAM_CLOCKS", "Original", "open_original", "with_one_clock"]

STREAM_CLOCKS = frozenset({"mpegts", "mpeg"})
"""Demuxers whose time stamps are a broadcaster's clock, which other containers would show as hours of nothing."""


@dataclass(frozen=True)
class Original:
    """The source, for everything of it that is not the edited pictures.

    Args:
        path: a file; None for images and addresses, which bring nothing else along.
        info: what a probe found, before size, rate and time line.
        timeline: what of it plays when; None for all of it.
        restarts: how often its time stamps begin anew.
    """

    path: Path | None
    info: VideoInfo
    timeline: Timeline | None = None
    restarts: int = 0

    @property
    def retimed(self) -> Timeline | None:
        """The time line, if it shows pictures at other times than the source's own: from 0 on."""
        return None if self.timeline is None or self.timeline.keeps_time else self.timeline


def with_one_clock(original: Original, folder: Path) -> Original:
    """The source with its packets as they are and its time stamps as one run, as the pictures' are.

    FFmpeg moves all streams together where a broadcaster's clock begins anew, but not while it keeps time stamps.
    """
    assert original.path is not None
    path = folder / "one-clock.ts"
    with open_original(original.path) as source:
        start_s = Fraction(source.start_time or 0, av.time_base)
        streams = [input_file(original.path)[str(stream.index)] for stream in source.streams]
    options = {"f": "mpegts", "c": "copy", "muxdelay": 0, "muxpreload": 0, "output_ts_offset": f"{float(start_s):.6f}"}
    run(streams, path, options)
    return replace(original, path=path)


def open_original(path: Path) -> InputContainer:
    """The source, open for its packets.

    Raises:
        MediaError: it is not as it was.
    """
    try:
        return av.open(f"file:{path}", options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (FFmpegError, OSError) as error:
        raise MediaError(f"{path} cannot be read again: {error}", hint="it must not change while a job runs") from error
