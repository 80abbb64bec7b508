"""Pictures as they are meant to be seen: deinterlaced, upright, of one size, and still in their own colours."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction

import av
from av.error import BlockingIOError as TryAgain
from av.error import EOFError as Ended
from av.filter import Graph
from av.video.reformatter import Interpolation, VideoReformatter

from lbvedit.media.probe import display_matrix
from lbvedit.media.reader import Shot

__all__ = ["stand_up"]

TURNS: dict[tuple[int, int, int, int], list[tuple[str, str]]] = {
    (1, 0, 0, 1): [],
    (-1, 0, 0, 1): [("hflip", "")],
    (1, 0, 0, -1): [("vflip", "")],
    (-1, 0, 0, -1): [("hflip", ""), ("vflip", "")],
    (0, 1, 1, 0): [("transpose", "cclock_flip")],
    (0, -1, 1, 0): [("transpose", "cclock")],
    (0, 1, -1, 0): [("transpose", "clock")],
    (0, -1, -1, 0): [("transpose", "clock_flip")],
}
"""The signs of a display matrix -> the filters that do what it says."""

DEINTERLACE = ("bwdif", "mode=send_frame:deint=interlaced")
NO_MATRIX = ("sidedata", "mode=delete:type=DISPLAYMATRIX")
SMALLEST_FIELD = 3
"""Columns and rows that bwdif needs."""

RESIZING = Interpolation.BICUBIC | Interpolation.ACCURATE_RND


def stand_up(
    shots: Iterator[Shot], time_base: Fraction, size: tuple[int, int] | None, warn: Callable[[str, str], None]
) -> Generator[Shot]:
    """Turns, deinterlaces and resizes pictures as they come.

    The first picture decides about turning and size; from the first interlaced one on, interlaced pictures become
    progressive ones of the same rate (bwdif). Pictures that change their size or format in the middle of a stream
    are brought to the first one's.

    Args:
        shots: decoded pictures.
        time_base: of their time stamps.
        size: width and height to scale to; None keeps the first picture's.
        warn: told what was done that a user should know, by kind and in one line.
    """
    chain: _Chain | None = None
    for shot in shots:
        picture = shot.picture
        if chain is None:
            chain = _Chain(picture, time_base, TURNS[display_matrix(picture)], size)
        if picture.interlaced_frame and not chain.deinterlaces and min(chain.width, chain.height) >= SMALLEST_FIELD:
            warn("interlaced", "the video is interlaced; it was deinterlaced (bwdif, as many frames as before)")
            yield from chain.flush()
            chain = chain.deinterlacing(time_base)
        if (picture.width, picture.height, picture.format.name) != (chain.width, chain.height, chain.format):
            if not picture.format.has_palette:
                warn("shape", "the video changes its size or pixel format; later frames were made like the first")
            shot = shot._replace(picture=chain.conform(picture))
        yield from chain.push(shot)
    if chain is not None:
        yield from chain.flush()


class _Chain:
    """The filters that pictures of one shape pass, and the shots that wait in them.

    Args:
        picture: the first one.
        time_base: of the time stamps.
        turns: filters that turn it upright.
        size: width and height to scale to, or None.
        deinterlaces: whether fields are woven into frames first.
    """

    def __init__(
        self,
        picture: av.VideoFrame,
        time_base: Fraction,
        turns: list[tuple[str, str]],
        size: tuple[int, int] | None,
        *,
        deinterlaces: bool = False,
    ) -> None:
        self.width, self.height = picture.width, picture.height
        self.format = "rgba" if picture.format.has_palette else picture.format.name
        self.deinterlaces = deinterlaces
        self._color = picture.colorspace, picture.color_range
        self._turns = turns
        self._size = size
        self._resizer = VideoReformatter()
        self._conformer = VideoReformatter()
        self._waiting: deque[Shot] = deque()
        self._graph = self._build(time_base) if turns or deinterlaces else None

    def deinterlacing(self, time_base: Fraction) -> _Chain:
        """The same chain with a deinterlacer before it."""
        blank = av.VideoFrame(self.width, self.height, self.format)
        blank.colorspace, blank.color_range = self._color
        return _Chain(blank, time_base, self._turns, self._size, deinterlaces=True)

    def conform(self, picture: av.VideoFrame) -> av.VideoFrame:
        """A picture of another shape, made like the first."""
        return self._conformer.reformat(picture, self.width, self.height, self.format, interpolation=RESIZING)

    def push(self, shot: Shot) -> Iterator[Shot]:
        """Gives what comes out when a picture goes in."""
        if self._graph is None:
            yield self._resized(shot)
            return
        self._waiting.append(shot)
        self._graph.vpush(shot.picture)
        yield from self._pull()

    def flush(self) -> Iterator[Shot]:
        """Gives what is still inside."""
        if self._graph is not None:
            self._graph.vpush(None)
            yield from self._pull()

    def _pull(self) -> Iterator[Shot]:
        assert self._graph is not None
        while True:
            try:
                picture = self._graph.vpull()
            except (TryAgain, Ended):
                return
            shot = self._waiting.popleft()
            picture.pts, picture.time_base = shot.pts, shot.picture.time_base
            yield self._resized(shot._replace(picture=picture))

    def _resized(self, shot: Shot) -> Shot:
        picture = shot.picture
        if self._size is None or (picture.width, picture.height) == self._size:
            return shot
        return shot._replace(picture=self._resizer.reformat(picture, *self._size, interpolation=RESIZING))

    def _build(self, time_base: Fraction) -> Graph:
        graph = Graph()
        matrix, color_range = self._color
        source = graph.add(
            "buffer",
            f"video_size={self.width}x{self.height}:pix_fmt={self.format}:time_base={time_base}:pixel_aspect=1/1"
            f":colorspace={matrix}:range={color_range}",
        )
        filters = [*([DEINTERLACE] if self.deinterlaces else []), *self._turns, NO_MATRIX]
        graph.link_nodes(source, *(graph.add(*each) for each in filters), graph.add("buffersink"))
        graph.configure()
        return graph
