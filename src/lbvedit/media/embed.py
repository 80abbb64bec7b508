"""A manifest inside a video: as a tag that changes none of those that players read, and back out again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import av
from av.error import FFmpegError

from lbvedit.media.containers import Container

__all__ = ["free_tag", "is_manifest", "marked", "read_manifest"]

MARK = "lbvedit manifest: "
"""What a tag's value begins with if it is a manifest, so that one in a comment is told from a comment."""

LONGEST = 60_000
"""Bytes: QuickTime's strings end at 65,535."""


def free_tag(container: Container, taken: Mapping[str, str], manifest: str) -> str | None:
    """The tag that a manifest goes into; None where the container has no place for it.

    MP4 and MOV keep tags of other names only by giving up the atoms that players read, so there it is the first of a
    few well-known ones that the source does not use.
    """
    used = {name.lower() for name, value in taken.items() if value and not is_manifest(value)}
    if len(manifest.encode()) > LONGEST:
        return None
    return next((name for name in container.manifest_tags if name.lower() not in used), None)


def marked(manifest: str) -> str:
    """A manifest as the value of a tag."""
    return MARK + manifest


def is_manifest(value: str) -> bool:
    """Whether a tag's value is a manifest."""
    return value.startswith(MARK)


def read_manifest(path: str | Path) -> str | None:
    """The manifest inside a video, or None where there is none or the file cannot be read."""
    try:
        with av.open(f"file:{path}", options={"protocol_whitelist": "file"}, metadata_errors="replace") as container:
            values = [value for value in container.metadata.values() if is_manifest(value)]
    except (FFmpegError, OSError, ValueError):
        return None
    return values[0].removeprefix(MARK) if values else None
