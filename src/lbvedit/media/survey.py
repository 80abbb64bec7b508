"""What of a source a finished file really has: read back, not assumed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.stream import Disposition
from av.video.reformatter import ColorRange

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

__all__ = ["survey"]

MUXERS_OWN = ("major_brand", "minor_version", "compatible_brands", "encoder", "software", "duration", "location-eng")
"""Beginnings of tags that a muxer writes for itself."""

STREAMS_OWN = (*MUXERS_OWN, *STALE, "handler_name", "language", "variant_bitrate")
"""Likewise of tags that describe one coded stream, or that are compared in another way."""


def survey(
    output: Path,
    container: Container,
    source: InputContainer,
    carried: Sequence[Stream],
    tags: ColorTags,
    *,
    moved: bool,
) -> list[Outcome]:
    """Rows for the tags and chapters of a source that its edited version has or lacks.

    Args:
        output: the finished file.
        container: its format.
        source: the open source.
        carried: its streams that those of the finished file were made of, in that file's order.
        tags: the colours that the edited pictures should be said to have.
        moved: whether chapters follow a time line, which is told elsewhere.
    """
    with av.open(f"file:{output}", options={"protocol_whitelist": "file"}, metadata_errors="replace") as finished:
        return [
            *_tags(container, source.metadata, finished.metadata),
            *([] if moved else _chapters(container, source, finished)),
            *_colors(container, finished, tags),
            *(row for old, new in zip(carried, finished.streams, strict=False) for row in _titles(container, old, new)),
        ]


def _tags(container: Container, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Outcome]:
    wanted = {
        name.lower(): value
        for name, value in before.items()
        if value and not is_manifest(value) and not name.lower().startswith(MUXERS_OWN)
    }
    have = {name.lower() for name in after}
    lost = sorted(set(wanted) - have)
    if kept := sorted(set(wanted) & have):
        yield Outcome("kept", "tags", ", ".join(kept))
    if lost:
        yield Outcome("lost", "tags", f"{', '.join(lost)}: {container.name} has no place for them")


def _chapters(container: Container, source: InputContainer, finished: InputContainer) -> Iterator[Outcome]:
    before, after = len(source.chapters()), len(finished.chapters())
    if before and not after:
        yield Outcome("lost", f"{before} chapters", f"{container.name} has none")
    elif before and before == after:
        yield Outcome("kept", f"{before} chapters")


def _colors(container: Container, finished: InputContainer, tags: ColorTags) -> Iterator[Outcome]:
    """A row for colour tags that neither the container nor the codec has a place for."""
    context = finished.streams.video[0].codec_context
    pairs = {
        "primaries": (tags.primaries, context.color_primaries),
        "transfer": (tags.transfer, context.color_trc),
        "matrix": (tags.matrix, context.colorspace),
        # Limited range is what silence means.
        "full range": (2 if tags.full_range is not True else 0, 0 if context.color_range == ColorRange.JPEG else 2),
    }
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
