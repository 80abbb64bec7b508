"""Reading a video: ``Source`` gives its windows, each a ``DecodedClip``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lbvedit.errors import MediaError, UsageError
from lbvedit.media.access import MAX_PIXELS, resolve_input
from lbvedit.media.ahead import Ahead
from lbvedit.media.color import resolve_tags
from lbvedit.media.decoded import DecodedClip
from lbvedit.media.probe import probe_input
from lbvedit.media.reader import Index, Reader, Shot, StreamReader
from lbvedit.media.retime import common_tick, is_even, pace, play, played_time_base, resample
from lbvedit.media.sequence import SequenceReader
from lbvedit.media.upright import stand_up
from lbvedit.media.window import cut_windows
from lbvedit.types import VideoInfo

if TYPE_CHECKING:
    from lbvedit.media.timeline import Timeline

__all__ = ["DecodedClip", "Source"]


MOST_AHEAD = 16
AHEAD_BYTES = 64 << 20
"""Pictures, and their bytes, that may be decoded before they are asked for."""

LOSSES = frozenset({"short", "damaged"})
"""Kinds of warnings that mean missing pictures."""


class Source:
    """A video opened for reading, as often as needed and in bounded memory.

    Attributes:
        info: what ``windows`` delivers: the probe's findings with size, aspect, rate, time base, start, duration and
            frame count as they are after ``size``, ``fps`` and ``timeline``.
        probed: the file's own.
        color: what the samples mean, guesses included.
        frame_count: frames that a whole pass gives; None until one has ended.
        start: frames that are done already; windows begin there.

    Args:
        path: a file, an image, a folder or pattern of images, or ``-``.
        stream: the container's index of the video stream; None for the default one.
        timeline: the moments to read, in order; None for all of them.
        fps: an even rate to resample to, by the nearest time stamp; for images, the rate they are shown at.
        size: width and height to scale to; the displayed aspect stays, and -1 for one of them keeps pixels as wide
            as they are high.
        square_pixels: without a size, scale pixels that are no squares up to squares: for who turns or measures them.
        allow_protocols: let FFmpeg open addresses and playlists.
        on_warning: called with each new warning.

    Raises:
        MediaError: it cannot be read, or holds no video.
        UsageError: no such stream, or an impossible size or rate.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        stream: int | None = None,
        timeline: Timeline | None = None,
        fps: Fraction | None = None,
        size: tuple[int, int] | None = None,
        square_pixels: bool = False,
        allow_protocols: bool = False,
        on_warning: Callable[[str], None] | None = None,
    ) -> None:
        if fps is not None and fps <= 0:
            raise UsageError(f"{fps} frames a second is no rate", hint="--fps takes a number above 0, such as 25")
        self.start = 0
        self.frame_count: int | None = None
        self._on_warning = on_warning
        self._warnings: dict[str, str] = {}
        self._told: set[str] = set()
        self._passes: list[Ahead[Shot]] = []
        self._timeline = None if timeline is None or timeline.keeps_time else timeline
        self._input = resolve_input(path, allow_protocols=allow_protocols)
        images = self._input.kind == "images"
        self._fps = None if images else fps
        try:
            probed = probe_input(self._input, stream=stream, allow_protocols=allow_protocols)
            self._size = _target_size(probed, size)
            self._square = square_pixels and size is None and probed.sample_aspect_ratio != 1
            if self._square:
                self._size = _squared(probed)
        except BaseException:
            self.close()
            raise
        if images and fps:
            duration_s = len(self._input.files) / fps
            probed = dataclasses.replace(probed, average_rate=fps, time_base=1 / fps, duration_s=duration_s)
        if probed.pixel_format == "pal8":
            probed = dataclasses.replace(probed, pixel_format="rgba")
        self.probed = probed
        self.color = resolve_tags(probed.color, height=probed.height, pixel_format=probed.pixel_format)
        self._decoder: Reader
        if images:
            self._decoder = SequenceReader(self._input, probed)
        else:
            self._decoder = StreamReader(self._input, probed, allow_protocols=allow_protocols, warn=self._warn)
        self._paced, self._even = probed, True
        if self._timeline is not None and any(piece.speed != 1 for piece in self._timeline.segments):
            index = self._decoder.index()
            self._paced = dataclasses.replace(probed, average_rate=pace(index, probed))
            self._even = is_even(index, self._paced)
        self.info = self._delivered()
        self._reader = _UprightReader(self._decoder, probed.time_base, self._size, self._warn)
        self._warn_of_choices(stream)
        self._tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops passes that are under way and gives back what the source holds on disk."""
        for each in tuple(self._passes):
            each.close()
        if self._input.spool:
            self._input.spool.close()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a user should know about the file, one line each."""
        return tuple(self._warnings.values())

    @property
    def losses(self) -> tuple[str, ...]:
        """What of the file's pictures did not come, one line each; complete once a pass has come to the end."""
        return tuple(message for kind, message in self._warnings.items() if kind in LOSSES)

    @property
    def guessed(self) -> tuple[str, ...]:
        """The fields of ``color`` that the file does not say."""
        tags = self.probed.color
        return tuple(
            field.name
            for field in dataclasses.fields(tags)
            if getattr(tags, field.name) != getattr(self.color, field.name)
        )

    @property
    def path(self) -> Path | None:
        """The file to copy the other streams from: for ``-`` a temporary one, complete after a whole pass.

        None for images and addresses.
        """
        if self._input.spool:
            return self._input.spool.drain()
        return self._input.files[0] if self._input.kind == "file" else None

    @property
    def end_s(self) -> Fraction | None:
        """When the last picture ends, as the file says; None until a pass has come to it, and on another time line."""
        return self._decoder.end_s if self._timeline is None and self._fps is None else None

    @property
    def restarts(self) -> int:
        """How often the time stamps begin anew, as in joined recordings; known once a pass has come to the end."""
        return self._decoder.restarts if isinstance(self._decoder, StreamReader) else 0

    @contextmanager
    def from_the_first(self) -> Iterator[None]:
        """Lets windows begin at the first frame, whatever is done already: for what is measured of a whole video."""
        start, self.start = self.start, 0
        try:
            yield
        finally:
            self.start = start

    def count(self) -> int:
        """How many pictures the file has, counted in its index; what its header says is not exact everywhere."""
        return len(self._decoder.index().pts)

    def windows(self, size: int, overlap: int = 0) -> Iterator[DecodedClip]:
        """Consecutive clips of ``size`` frames, each beginning with the last ``overlap`` frames of the one before.

        The last one may be shorter. Every call reads the video again from ``start`` on.

        Raises:
            MediaError: the file cannot be read any more, or has no frame in the time asked for.
            UsageError: windows that overlap wholly.
        """
        opaque = not self.probed.has_alpha
        count = 0
        ahead = Ahead(self._shots(), self._depth())
        self._passes.append(ahead)
        try:
            for shots in cut_windows(ahead, size, overlap):
                self._tell()
                pictures, pts, numbers = zip(*shots, strict=True)
                count += len(shots) - (overlap if count else 0)
                yield DecodedClip(pictures, pts, self.info.time_base, numbers, self.color, opaque=opaque)
        finally:
            ahead.close()
            self._passes.remove(ahead)
            self._tell()
        self.frame_count = self.start + count
        if not self.frame_count:
            raise MediaError(f"{self.info.path} has no frame in the time asked for", hint="check --start and --end")

    def _depth(self) -> int:
        """Pictures to decode ahead: some, but few where they are large."""
        picture_bytes = self.probed.width * self.probed.height * (3 if self.probed.bit_depth == 8 else 6)
        return max(1, min(MOST_AHEAD, AHEAD_BYTES // picture_bytes))

    def _shots(self) -> Generator[Shot]:
        """What is delivered, from ``start`` on: counted, because a damaged packet gives no picture to count on."""
        shots: Iterator[Shot]
        if self._timeline is None:
            shots = self._reader.shots()
        else:
            shots = play(self._reader, self._timeline, self._paced, self.color)
        if self._fps is not None:
            shots = resample(shots, self._played_time_base(), self._fps, self.info.time_base)
        yield from islice(shots, self.start, None)

    def _played_time_base(self) -> Fraction:
        if self._timeline is None:
            return self.probed.time_base
        return played_time_base(self._timeline, self._paced)

    def _delivered(self) -> VideoInfo:
        """The probe's findings after size, rate and timeline."""
        info = self.probed
        if self._size:
            width, height = self._size
            shown = info.sample_aspect_ratio * info.width / info.height
            aspect = Fraction(1) if self._square else shown * height / width
            info = dataclasses.replace(info, width=width, height=height, sample_aspect_ratio=aspect)
        if self._timeline is not None:
            duration_s = self._timeline.duration_s
            # Nobody knows how many pictures an uneven source has at another speed.
            rate = info.average_rate if self._even else None
            info = dataclasses.replace(
                info,
                time_base=self._played_time_base(),
                start_s=Fraction(0),
                duration_s=duration_s,
                frame_count=round(duration_s * rate) if duration_s and rate else None,
            )
        if self._fps is not None:
            count = round(info.duration_s * self._fps) if info.duration_s else None
            info = dataclasses.replace(
                info,
                average_rate=self._fps,
                time_base=common_tick(info.start_s, 1 / self._fps),
                frame_count=count,
            )
        return info

    def _warn_of_choices(self, stream: int | None) -> None:
        videos = [each.index for each in self.probed.streams if each.kind == "video" and not each.attached_picture]
        if stream is None and len(videos) > 1:
            self._warn(
                "streams", f"{len(videos)} video streams; {self.probed.stream} is read, --stream picks from {videos}"
            )

    def _warn(self, kind: str, message: str) -> None:
        self._warnings.setdefault(kind, message)

    def _tell(self) -> None:
        """Hands new warnings on, in the consumer's thread."""
        for kind in self._warnings.keys() - self._told:
            self._told.add(kind)
            if self._on_warning:
                self._on_warning(self._warnings[kind])


class _UprightReader:
    """A reader whose pictures are deinterlaced, upright and of the wanted size."""

    def __init__(
        self, reader: Reader, time_base: Fraction, size: tuple[int, int] | None, warn: Callable[[str, str], None]
    ) -> None:
        self._reader = reader
        self._time_base = time_base
        self._size = size
        self._warn = warn

    def shots(self, start: int | None = None) -> Generator[Shot]:
        return stand_up(self._reader.shots(start), self._time_base, self._size, self._warn)

    def index(self) -> Index:
        return self._reader.index()

    @property
    def end_s(self) -> Fraction | None:
        return self._reader.end_s


def _squared(info: VideoInfo) -> tuple[int, int]:
    """The size at which pixels are squares and none is lost."""
    aspect = info.sample_aspect_ratio
    if aspect > 1:
        return 2 * round(info.width * aspect / 2), info.height
    return info.width, 2 * round(info.height / aspect / 2)


def _target_size(info: VideoInfo, size: tuple[int, int] | None) -> tuple[int, int] | None:
    """Width and height with -1 replaced by what keeps pixels' shape; None where nothing is to be scaled."""
    if size is None:
        return None
    width, height = size
    if (width, height) == (-1, -1) or min(size) < -1 or 0 in size or width * height > MAX_PIXELS:
        raise UsageError(f"{width}x{height} is no frame size", hint="--size takes WIDTHxHEIGHT; -1 keeps the aspect")
    if width == -1:
        width = max(2, 2 * round(height * info.width / info.height / 2))
    if height == -1:
        height = max(2, 2 * round(width * info.height / info.width / 2))
    return None if (width, height) == (info.width, info.height) else (width, height)
