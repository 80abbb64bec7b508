"""Image sequences as video: one picture a file, at an even rate."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from lbvedit.errors import MediaError
from lbvedit.media.access import Input, media_errors, open_container
from lbvedit.media.probe import choose_stream, first_picture
from lbvedit.media.reader import Index, Shot

if TYPE_CHECKING:
    import av

    from lbvedit.types import VideoInfo

__all__ = ["SequenceReader"]


class SequenceReader:
    """Reads images one after another; picture n has the time stamp n.

    Args:
        source: the resolved input.
        info: what the probe found in the first image.
    """

    def __init__(self, source: Input, info: VideoInfo) -> None:
        self._files = source.files
        self._info = info

    def shots(self, start: int | None = None) -> Generator[Shot]:
        """The pictures in order, from one on, or all of them.

        Raises:
            MediaError: an image that cannot be read, or that differs from the first in size.
        """
        first: tuple[int, int] | None = None
        for number in range(min(start or 0, len(self._files) - 1), len(self._files)):
            picture = self._read(number)
            size = picture.width, picture.height
            first = first or size
            if size != first:
                raise MediaError(
                    f"{self._files[number]} is {size[0]}x{size[1]}, the first image is {first[0]}x{first[1]}",
                    hint="make the images of a sequence equally large",
                )
            picture.pts, picture.time_base = number, self._info.time_base
            yield Shot(picture, number, number)

    @property
    def end_s(self) -> None:
        """Images do not say how long they stay."""

    def index(self) -> Index:
        """One time stamp an image; decoding can begin at each."""
        stamps = tuple(range(len(self._files)))
        return Index(stamps, stamps)

    def _read(self, number: int) -> av.VideoFrame:
        name = str(self._files[number])
        image = Input(name, "file", (self._files[number],))
        with media_errors(image), open_container(image) as container:
            return first_picture(container, choose_stream(container, name), name)
