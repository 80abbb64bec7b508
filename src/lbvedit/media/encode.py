"""Writing: ``Writer`` turns clips into one part of a video, a file with exact time stamps."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

import av
from av.error import FFmpegError
from av.video.frame import PictureType

from lbvedit.errors import MediaError
from lbvedit.media.color import has_alpha
from lbvedit.media.ffmpeg import disk_hint
from lbvedit.media.samples import Painter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from av.packet import Packet
    from av.video.stream import VideoStream

    from lbvedit.media.encoding import Encoding
    from lbvedit.types import Clip

__all__ = ["MATROSKA_TICK", "Writer", "muxer_options", "write_errors"]

MOV_ONLY = frozenset({"prores", "qtrle", "tiff"})
"""Codecs that NUT has no name for."""

MATROSKA_TICK = Fraction(1, 1000)
"""Matroska's clock. A part in it says ticks of its own time base for milliseconds, so that none is rounded."""


def part_muxer(encoding: Encoding) -> str:
    """What a part is kept in: NUT, which has any time base, wherever it can hold everything."""
    codec = encoding.canonical_codec
    if codec in MOV_ONLY:
        return "mov"
    # The alpha of VP9 travels beside its packets, where only Matroska keeps it as it was.
    return "matroska" if codec == "vp9" and has_alpha(av.VideoFormat(encoding.pixel_format)) else "nut"


def muxer_options(muxer: str, time_base: Fraction) -> dict[str, str]:
    """Options with which a muxer keeps every time stamp, in the media's own clock and in the file's."""
    if muxer == "mov" or muxer == "mp4":
        return {"video_track_timescale": str(time_base.denominator), "movie_timescale": str(time_base.denominator)}
    return {"avoid_negative_ts": "disabled"}


class Writer:
    """Encodes clips into a file that ``join`` can put together with others of the same encoding.

    Use it as a context manager, or call ``close`` when the last clip is in: what the encoder still holds is written
    then, which may as well happen in another thread while the next part begins.

    Attributes:
        frames: pictures written so far.

    Args:
        path: the part's file, by custom ``part-00000.nut``.
        encoding: the same for every part.

    Raises:
        MediaError: the file cannot be written.
    """

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self.path = path
        self.encoding = encoding
        self.frames = 0
        self._last: int | None = None
        self._painter = Painter(encoding.pixel_format, encoding.color)
        with write_errors(path):
            muxer = part_muxer(encoding)
            options = muxer_options(muxer, encoding.time_base)
            self._container = av.open(str(path), "w", format=muxer, options=options)
            self._stream = cast("VideoStream", self._container.add_stream(encoding.codec))
            encoding.apply(self._stream.codec_context)
            self._tick = MATROSKA_TICK if muxer == "matroska" else encoding.time_base
            self._stream.time_base = self._tick

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def write(self, clip: Clip) -> None:
        """Encodes frames that follow those before.

        Raises:
            MediaError: the file cannot be written, or the encoder fails.
            ValueError: another size or time base than the encoding's, or time stamps that do not increase.
        """
        encoding = self.encoding
        if clip.time_base != encoding.time_base:
            raise ValueError(f"time base {clip.time_base} != {encoding.time_base}")
        if (clip.width, clip.height) != (encoding.width, encoding.height):
            raise ValueError(f"{clip.width}x{clip.height} != {encoding.width}x{encoding.height}")
        if self._last is not None and clip.pts[0] <= self._last:
            raise ValueError(f"time stamp {clip.pts[0]} does not follow {self._last}")
        with write_errors(self.path):
            for picture, pts in zip(self._painter.pictures(clip), clip.pts, strict=True):
                picture.pts, picture.time_base, picture.duration = pts, encoding.time_base, 0
                # A decoder's picture remembers what it was coded as, and encoders would obey.
                picture.pict_type = PictureType.NONE
                self._mux(self._stream.encode(picture))
        self._last = clip.pts[-1]
        self.frames += len(clip)

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        for packet in packets:
            packet.time_base = self._tick
        self._container.mux(packets)

    def close(self) -> None:
        """Writes what the encoder still holds, and closes the file.

        Raises:
            MediaError: the file cannot be written.
        """
        try:
            with write_errors(self.path):
                self._mux(self._stream.encode(None))
                self._container.close()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Closes the file and removes it, when it is not wanted."""
        try:
            self._container.close()
        except (FFmpegError, OSError):
            # The disk that is full now was the reason for discarding.
            pass
        finally:
            self.path.unlink(missing_ok=True)


@contextmanager
def write_errors(path: Path | str) -> Iterator[None]:
    """Turns what FFmpeg raises while it writes into one line and a hint."""
    try:
        yield
    except (FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(f"{path} cannot be written: {reason}", hint=disk_hint(error.errno)) from error
