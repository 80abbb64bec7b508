"""An ffmpeg command while it is being put together: streams in order, what is said of each, and the table's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from av.stream import Disposition

from lbvedit.media.ffmpeg import Node, run
from lbvedit.media.outcome import Fate, Outcome

if TYPE_CHECKING:
    from av.stream import Stream

__all__ = ["STALE", "Assembly"]

STALE = ("alpha_mode", "encoder", "duration", "bps", "number_of_", "rotate", "_statistics_", "vendor_id")
"""Beginnings of tags that describe the old coded stream and would be wrong of a new one."""


@dataclass
class Assembly:
    """The finished file in the making.

    Args:
        folder: for what is needed meanwhile.
        outcomes: rows so far.
        carried: the source's streams that those of the output were made of, in the output's order.
    """

    folder: Path
    outcomes: list[Outcome]
    carried: list[Stream] = field(default_factory=list)
    _nodes: list[Node] = field(default_factory=list)
    _options: dict[str, object] = field(default_factory=dict)
    _attached: list[Path] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def tell(self, fate: Fate, what: str, how: str = "") -> None:
        """Adds a row to the table."""
        self.outcomes.append(Outcome(fate, what, how))

    def set(self, **options: object) -> None:
        """Sets options of the output, without their dash."""
        self._options |= options

    def add(self, node: Node, kind: str, codec: str, options: Mapping[str, object] | None = None) -> str:
        """Adds a stream; gives its specifier, such as ``a:1``.

        Args:
            node: where it comes from.
            kind: ``v``, ``a``, ``s``, ``d`` or ``t``.
            codec: its encoder, or ``copy``.
            options: the encoder's.
        """
        place = self._counts.get(kind, 0)
        self._counts[kind] = place + 1
        specifier = f"{kind}:{place}"
        self._nodes.append(node)
        self._options[f"c:{specifier}"] = codec
        self._options |= {f"{name}:{specifier}": value for name, value in (options or {}).items()}
        return specifier

    def attach(self, file: Path, mime_type: str) -> None:
        """Attaches a file."""
        place = self._counts.get("t", 0)
        self._counts["t"] = place + 1
        self._attached.append(file)
        self._options[f"metadata:s:t:{place}"] = [f"mimetype={mime_type}", f"filename={file.name}"]

    def describe(self, specifier: str, stream: Stream, *, new: bool, without: Iterable[str] = ()) -> None:
        """Gives the stream added last the tags and the disposition of a source's.

        Args:
            specifier: what ``add`` gave.
            stream: of the source.
            new: whether the stream was encoded anew, so that tags about its coding no longer hold.
            without: names of tags to leave out.
        """
        self.carried.append(stream)
        tags = {name: value for name, value in stream.metadata.items() if name.lower() not in without}
        if new:
            tags = {name: value for name, value in tags.items() if not name.lower().startswith(STALE)}
            # ffmpeg takes tags over from where a stream comes from; an empty one removes them.
            tags = {"encoder": "", "handler_name": "", "vendor_id": ""} | tags
        # What MP4 gives back as a track's name was written as its title.
        if "name" in tags and "title" not in tags:
            tags["title"] = tags.pop("name")
        self._options[f"metadata:s:{specifier}"] = [f"{name}={value}" for name, value in tags.items()]
        names = "+".join(str(flag.name) for flag in Disposition if flag & stream.disposition)
        self._options[f"disposition:{specifier}"] = names or "0"

    def write(self, output: str | Path, *, metadata: Path | None) -> None:
        """Runs ffmpeg.

        Args:
            output: a path, or ``-``.
            metadata: an FFMETADATA file with the whole file's tags and chapters.

        Raises:
            MediaError: ffmpeg fails.
        """
        if self._attached:
            self.set(attach=[str(file) for file in self._attached])
        run(self._nodes, output, self._options, metadata=metadata, flags=["-copyts"])
