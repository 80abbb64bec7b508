"""What of a source a finished file really has: read back, not assumed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.stream import Disposition
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from lbvedit.media.assembly import STALE
from lbvedit.media.color import UNSPECIFIED
from lbvedit.media.embed import is_manifest
from lbvedit.media.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from av.container import InputContainer
    from av.stream import Stream

    from lbvedit.media.containers import Container
    from lbvedit.types import ColorTags

__all__ = ["Edited", "lost_tags", "moved_by", "survey"]

MUXERS_OWN = ("major_brand", "minor_version", "compatible_brands", "encoder", "software", "duration", "location-eng")
"""Beginnings of tags that a muxer writes for itself."""

STREAMS_OWN = (*MUXERS_OWN, *STALE, "handler_name", "language", "variant_bitrate")
"""Likewise of tags that describe one coded stream, or that are compared in another way."""


SILENT = (0, UNSPECIFIED)
"""H.273 code points that say nothing, except 0 of a matrix, which is RGB's."""

IDENTITY = 0
"""The H.273 matrix of RGB."""

PERCEPTIBLE_S = Fraction(1, 500)
"""Seconds that rounding to a container's ticks never reaches."""


@dataclass(frozen=True)
class Edited:
    """What a finished file's pictures should be said to be.

    Args:
        stream: the source's stream that they were made of, by its index.
        start_s: when the first one is shown.
        tags: their colours.
        source: the colour tags that they had.
    """

    stream: int
    start_s: Fraction
    tags: ColorTags
    source: ColorTags


def survey(
    output: Path,
    container: Container,
    source: InputContainer,
    carried: Sequence[Stream],
    edited: Edited,
    *,
    moved: bool,
) -> list[Outcome]:
    """Rows for the tags and chapters of a source that its edited version has or lacks.

    Args:
        output: the finished file.
        container: its format.
        source: the open source.
        carried: its streams that those of the finished file were made of, in that file's order.
        edited: what the pictures should be said to be.
        moved: whether chapters follow a time line, which is told elsewhere.
    """
    with av.open(f"file:{output}", options={"protocol_whitelist": "file"}, metadata_errors="replace") as finished:
        place = next(place for place, stream in enumerate(carried) if stream.index == edited.stream)
        pictures = finished.streams[place]
        assert isinstance(pictures, VideoStream)
        return [
            *(_shift(pictures, edited.start_s) if container.variable_rate else ()),
            *_tags(container, source.metadata, finished.metadata),
            *([] if moved else _chapters(container, source, finished)),
            *_colors(container, pictures, edited),
            *(row for old, new in zip(carried, finished.streams, strict=False) for row in _titles(container, old, new)),
        ]


def lost_tags(container: Container, before: Mapping[str, str]) -> list[Outcome]:
    """The row for the tags of a source in a container that holds none of them."""
    return list(_tags(container, before, {}))


def _tags(container: Container, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Outcome]:
    wanted = {
        name.lower()
        for name, value in before.items()
        if value and not is_manifest(value) and not name.lower().startswith(MUXERS_OWN)
    }
    have = {name.lower() for name in after}
    if kept := sorted(wanted & have):
        yield Outcome("kept", "tags", ", ".join(kept))
    if lost := sorted(wanted - have):
        yield Outcome("lost", "tags", f"{', '.join(lost)}: {container.name} has no place for them")


def _chapters(container: Container, source: InputContainer, finished: InputContainer) -> Iterator[Outcome]:
    before, after = len(source.chapters()), len(finished.chapters())
    if before and not after:
        yield Outcome("lost", f"{before} chapters", f"{container.name} has none")
    elif before and before == after:
        yield Outcome("kept", f"{before} chapters")


def _shift(pictures: VideoStream, start_s: Fraction) -> Iterator[Outcome]:
    """A row for pictures that a muxer has moved, because it holds no times of decoding before 0."""
    found_s = (pictures.start_time or 0) * (pictures.time_base or 0)
    if abs(found_s - start_s) > PERCEPTIBLE_S:
        yield moved_by(found_s - start_s)


def moved_by(shift_s: Fraction) -> Outcome:
    """The row for time stamps that are all later than the source's."""
    return Outcome("changed", "time stamps", f"moved by {float(shift_s):g} s, sound and pictures alike")


def _colors(container: Container, pictures: VideoStream, edited: Edited) -> Iterator[Outcome]:
    """Rows for the colour tags that are as they were, and for those that container and codec have no place for."""
    context, tags = pictures.codec_context, edited.tags
    pairs = {
        "primaries": (tags.primaries, context.color_primaries),
        "transfer": (tags.transfer, context.color_trc),
        "matrix": (tags.matrix, context.colorspace),
        # Limited range is what silence means.
        "full range": (2 if tags.full_range is not True else 0, 0 if context.color_range == ColorRange.JPEG else 2),
    }
    if tags.matrix == IDENTITY:
        # RGB needs no word of either.
        del pairs["matrix"], pairs["full range"]
    had = {name: getattr(edited.source, name) for name in ("primaries", "transfer", "matrix") if name in pairs}
    kept: list[str] = [name for name, said in had.items() if said not in SILENT and said == pairs[name][1]]
    if "full range" in pairs and edited.source.full_range and context.color_range == ColorRange.JPEG:
        kept.append("full range")
    if kept:
        yield Outcome("kept", "colour tags", ", ".join(kept))
    lost = [name for name, (said, found) in pairs.items() if said != UNSPECIFIED and found == UNSPECIFIED]
    if lost:
        yield Outcome("lost", "colour tags", f"{', '.join(lost)}: {container.name} has no place for them")


def _titles(container: Container, old: Stream, new: Stream) -> Iterator[Outcome]:
    """A row for a stream that lost its language, title or role."""
    lost = [] if _language(old) in (None, _language(new)) else ["language"]
    have = {_tag(name) for name in new.metadata}
    had = {_tag(name) for name, value in old.metadata.items() if value}
    lost += sorted(name for name in had - have if not name.startswith(STREAMS_OWN))
    roles = old.disposition & ~new.disposition & ~(Disposition.default | Disposition.attached_pic)
    lost += [f"role as {role.name}" for role in Disposition if role & roles]
    if lost:
        yield Outcome("lost", f"{old.type} {old.index}", f"its {', '.join(lost)}: {container.name} has no place")


def _tag(name: str) -> str:
    """A tag's name in small letters; what MP4 gives back as a track's name was its title."""
    return "title" if name.lower() == "name" else name.lower()


def _language(stream: Stream) -> str | None:
    return None if stream.language in (None, "und") else stream.language
