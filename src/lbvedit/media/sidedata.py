"""What a decoder hangs on a picture beside its samples: how it is turned, how it was mastered."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

from av.filter import Graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    import av
    from av.buffer import Buffer

__all__ = ["side_data"]

UNNAMED = range(28, 64)
"""libavutil's numbers of kinds that PyAV 18.1 has no name for: EXIF, stereo views and what may come."""


def side_data(picture: av.VideoFrame) -> Mapping[str, Buffer]:
    """A picture's side data by PyAV's names for their kinds.

    PyAV gives none of them where there is one that it has no name for; so that one is taken off a copy first.
    """
    try:
        return cast("Mapping[str, Buffer]", picture.side_data)
    except ValueError:
        return cast("Mapping[str, Buffer]", _with_named_ones(picture).side_data)


def _with_named_ones(picture: av.VideoFrame) -> av.VideoFrame:
    graph = Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=picture.time_base or Fraction(1)
    )
    graph.link_nodes(
        source, *(graph.add("sidedata", f"mode=delete:type={kind}") for kind in UNNAMED), graph.add("buffersink")
    ).configure()
    graph.vpush(picture)
    return graph.vpull()
