"""Decoding: the pictures of one video stream in the order they are shown, each with a time stamp that holds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from av.error import FFmpegError

from lbvedit.errors import MediaError
from lbvedit.media.access import Input, media_errors, open_container
from lbvedit.media.probe import choose_stream, open_decoder, stream_duration

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from lbvedit.types import VideoInfo

__all__ = ["Clock", "Index", "Reader", "Shot", "StreamReader"]

BROKEN_READS = 100
"""Reads that may fail in a row before the rest of a file counts as lost."""

SHORT_S = Fraction(1, 4)
SHORT_STEPS = 5
"""Seconds, and frame intervals, that may be missing at the end before it is worth a word."""

BREAK_S = 1
"""Seconds that time may run backwards before it counts as a new start and not as a single wrong stamp."""


class Shot(NamedTuple):
    """One decoded picture.

    ``pts`` counts the source's time base; ``number`` is the picture's place in the source's presentation order.
    """

    picture: av.VideoFrame
    pts: int
    number: int


@dataclass(frozen=True)
class Index:
    """When a stream's pictures are shown, and at which of them decoding can begin.

    Args:
        pts: every picture's time stamp, ascending.
        keys: those of the key pictures; the first picture is always one.
    """

    pts: tuple[int, ...]
    keys: tuple[int, ...]

    def key_before(self, pts: int) -> int:
        """The last key picture at or before a time stamp, else the first."""
        return self.keys[max(0, bisect_right(self.keys, pts) - 1)]

    def number(self, pts: int) -> int:
        """The place of a picture in presentation order."""
        return bisect_left(self.pts, pts)


class Reader(Protocol):
    """What can be read picture by picture: a video stream or a list of images."""

    @property
    def end_s(self) -> Fraction | None:
        """When the last picture ends, once a pass has come to it; None where nothing says how long it stays."""
        ...

    def shots(self, start: int | None = None) -> Generator[Shot]:
        """The pictures in order, from the last one at or before a time stamp on, or all of them."""
        ...

    def index(self) -> Index:
        """The time stamps of all pictures."""
        ...


@dataclass
class Clock:
    """Gives every picture a time stamp later than the one before.

    Args:
        step: ticks from one picture to the next, where a stream does not say.
        jump: ticks that time may run backwards before everything after it is moved.
    """

    step: int
    jump: int
    repaired: int = 0
    restarts: int = 0
    last: int | None = None
    _moved: int = field(default=0, repr=False)

    @classmethod
    def of(cls, info: VideoInfo) -> Clock:
        """A clock for a stream's time base and rate."""
        step = round(1 / (info.average_rate * info.time_base)) if info.average_rate else 1
        return cls(max(1, step), round(BREAK_S / info.time_base))

    def stamp(self, pts: int | None) -> int:
        """The time stamp of the next picture, as it is where it can be.

        A missing one is a step after the last; a single wrong one is a tick after it; and where time starts again,
        as in joined recordings, everything from there on follows the last.
        """
        last = self.last
        if pts is None:
            now = 0 if last is None else last + self.step
        else:
            now = pts + self._moved
            if last is not None and now <= last:
                self.repaired += 1
                if last - now > self.jump:
                    self.restarts += 1
                    self._moved += last + self.step - now
                    now = last + self.step
                else:
                    now = last + 1
        self.last = now
        return now


class StreamReader:
    """Reads a video stream of a container.

    Args:
        source: the resolved input.
        info: what the probe found.
        allow_protocols: as it was probed.
        warn: told of damage and repairs, by kind and in one line, at the end of a pass.
    """

    def __init__(
        self, source: Input, info: VideoInfo, *, allow_protocols: bool, warn: Callable[[str, str], None]
    ) -> None:
        self._source = source
        self._info = info
        self._allow_protocols = allow_protocols
        self._warn = warn
        self._index: Index | None = None
        self._end_s: Fraction | None = None
        self.restarts = 0
        """How often time began anew in the last pass that came to the end."""

    def shots(self, start: int | None = None) -> Generator[Shot]:
        """The pictures in order, from the last one at or before a time stamp on, or all of them.

        Raises:
            MediaError: the file can no longer be opened.
        """
        if start is None or start <= self._info.start_s / self._info.time_base:
            yield from self._decode(None)
            return
        index = self.index()
        start = index.pts[max(0, bisect_right(index.pts, start) - 1)]
        key = index.key_before(start)
        found = False
        for shot in self._decode(key, index):
            if not found:
                if shot.pts > key:
                    break
                found = True
            if shot.pts >= start:
                yield shot
        if not found:
            # The container's own index led past the key picture: read from the beginning.
            yield from (shot for shot in self._decode(None) if shot.pts >= start)

    @property
    def end_s(self) -> Fraction | None:
        """When the last picture ends, as the last pass that came to it found."""
        return self._end_s

    def index(self) -> Index:
        """The time stamps of all pictures: from the packets, or by decoding where those do not tell."""
        if self._index is None:
            self._index = self._index_packets() or self._index_pictures()
        return self._index

    def _index_packets(self) -> Index | None:
        stamps, keys = [], []
        with self._open(seekable=True) as container:
            video = choose_stream(container, self._info.path, self._info.stream)
            for packet in self._packets(container, video, []):
                if not packet.size or packet.is_discard:
                    continue
                if packet.pts is None:
                    return None
                stamps.append(packet.pts)
                if packet.is_keyframe:
                    keys.append(packet.pts)
        ordered = sorted(stamps)
        if not keys or len(set(stamps)) < len(stamps) or ordered[0] != self._info.start_s / self._info.time_base:
            return None
        return Index(tuple(ordered), tuple(sorted({ordered[0], *keys})))

    def _index_pictures(self) -> Index:
        stamps = tuple(shot.pts for shot in self._decode(None))
        return Index(stamps, stamps[:1])

    def _open(self, *, seekable: bool = False) -> InputContainer:
        source = self._source
        if source.spool and seekable:
            source = Input(source.name, "file", (source.spool.drain(),))
        return open_container(source, allow_protocols=self._allow_protocols)

    def _decode(self, key: int | None, index: Index | None = None) -> Generator[Shot]:
        """Pictures from a key picture on, or from the beginning."""
        clock, damaged, number, stays = Clock.of(self._info), [0], -1, 0
        with self._open(seekable=key is not None) as container:
            video = choose_stream(container, self._info.path, self._info.stream)
            decoder = open_decoder(video, "AUTO")
            if key is not None:
                with media_errors(self._source):
                    container.seek(key, stream=video)
            try:
                for packet in self._packets(container, video, damaged):
                    try:
                        pictures = decoder.decode(packet)
                    except FFmpegError:
                        damaged[0] += 1
                        continue
                    for picture in pictures:
                        pts = clock.stamp(picture.pts if picture.pts is not None else picture.dts)
                        number = index.number(pts) if index else number + 1
                        picture.pts, stays = pts, picture.duration
                        yield Shot(picture, pts, number)
                self.restarts = clock.restarts
                announced_s = stream_duration(container, video, self._info.start_s)
                self._tell_if_short(announced_s, clock, stays)
                self._end_s = self._end(clock, stays, announced_s, is_whole=number + 1 == video.frames)
            except MemoryError as error:
                raise MediaError(
                    f"{self._info.path} asks for more memory than there is", hint="it is probably damaged"
                ) from error
            finally:
                self._tell(damaged[0], clock.repaired)

    def _end(self, clock: Clock, stays: int, announced_s: Fraction | None, *, is_whole: bool) -> Fraction | None:
        """When the last picture ends.

        Args:
            clock: for its time stamp.
            stays: for how many ticks it is said to stay, 0 where nothing says so.
            announced_s: how long the stream is said to last.
            is_whole: whether as many pictures came as are said to be there.
        """
        if clock.last is None or stays <= 0:
            return None
        last_s, end_s = (ticks * self._info.time_base for ticks in (clock.last, clock.last + stays))
        announced_end_s = self._info.start_s + (announced_s or 0)
        if announced_end_s <= last_s:
            return end_s
        # In MOV a picture's length may be another one's, as lengths stand there in the order of decoding.
        return announced_end_s if is_whole else min(end_s, announced_end_s)

    def _packets(
        self, container: InputContainer, video: VideoStream, damaged: list[int]
    ) -> Iterator[Packet[VideoStream]]:
        """Packets to the end of the file, past places where it cannot be read."""
        broken = 0
        while True:
            try:
                for packet in container.demux(video):
                    broken = 0
                    yield packet
                return
            except FFmpegError:
                broken += 1
                if damaged:
                    damaged[0] += 1
                if broken > BROKEN_READS:
                    return

    def _tell_if_short(self, announced_s: Fraction | None, clock: Clock, stays: int) -> None:
        """Warns where the last time stamp lies well before the end; how many pictures were announced may be a guess."""
        if announced_s is None or clock.last is None:
            return
        end_s = (clock.last + max(clock.step, stays)) * self._info.time_base - self._info.start_s
        if announced_s - end_s > max(SHORT_S, SHORT_STEPS * clock.step * self._info.time_base):
            self._warn("short", f"the video ends after {float(end_s):.2f} s; {float(announced_s):.2f} s were announced")

    def _tell(self, damaged: int, repaired: int) -> None:
        if damaged:
            self._warn("damaged", f"{damaged} damaged packets were skipped; the pictures around them may be faulty")
        if repaired:
            self._warn("times", f"{repaired} time stamps ran backwards or were repeated; they were moved to follow")
