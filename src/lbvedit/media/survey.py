"""What of a source a finished file really has: read back, not assumed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from lbvedit.media.embed import is_manifest
from lbvedit.media.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from av.container import InputContainer
    from av.stream import Stream

    from lbvedit.media.containers import Container

__all__ = ["survey"]

MUXERS_OWN = ("major_brand", "minor_version", "compatible_brands", "encoder", "software", "duration", "location-eng")
"""Beginnings of tags that a muxer writes for itself."""

STREAMS_OWN = (*MUXERS_OWN, "handler_name", "vendor_id", "bps", "number_of_", "_statistics_", "language", "rotate")


def survey(
    output: Path, container: Container, source: InputContainer, edited: int, *, moved: bool = False
) -> list[Outcome]:
    """Rows for the tags and chapters of a source that its edited version has or lacks.

    Args:
        output: the finished file.
        container: its format.
        source: the open source.
        edited: index of the source's stream that was edited.
        moved: whether chapters follow a time line, which is told elsewhere.
    """
    with av.open(f"file:{output}", options={"protocol_whitelist": "file"}, metadata_errors="replace") as finished:
        return [
            *_tags(container, source.metadata, finished.metadata),
            *([] if moved else _chapters(container, source, finished)),
            *_titles(container, source, finished, edited),
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


def _titles(container: Container, source: InputContainer, finished: InputContainer, edited: int) -> Iterator[Outcome]:
    """Rows for streams that lost their language, title or role, where streams can be told apart."""
    before = [stream for stream in source.streams if _is_told(stream, edited)]
    after = [stream for stream in finished.streams if _is_told(stream, -1)]
    if [stream.type for stream in before] != [stream.type for stream in after]:
        return
    for old, new in zip(before, after, strict=True):
        lost = [] if _language(old) in (None, _language(new)) else ["language"]
        have = {name.lower().replace("name", "title") for name in new.metadata}
        for name, value in old.metadata.items():
            name = "title" if name == "name" else name.lower()
            if value and not name.startswith(STREAMS_OWN) and name not in have:
                lost.append(name)
        roles = old.disposition & ~new.disposition & ~(Disposition.default | Disposition.attached_pic)
        lost += [f"role as {role.name}" for role in Disposition if role & roles]
        if lost:
            yield Outcome("lost", f"{old.type} {old.index}", f"its {', '.join(lost)}: {container.name} has no place")


def _is_told(stream: Stream, edited: int) -> bool:
    """Whether a stream is one that every container lists in the same order."""
    if stream.index == edited:
        return True
    cover = isinstance(stream, VideoStream) and bool(stream.disposition & Disposition.attached_pic)
    return str(stream.type) in ("video", "audio", "subtitle") and not cover and Discard(stream.discard) != Discard.all


def _language(stream: Stream) -> str | None:
    return None if stream.language in (None, "und") else stream.language
