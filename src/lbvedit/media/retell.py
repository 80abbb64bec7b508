"""Chapters and subtitles along a time line: what was said when, at the times when it now plays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av

from lbvedit.media.timeline import Timeline

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.subtitles.stream import SubtitleStream

__all__ = ["Chapter", "played_chapters", "played_subtitles", "read_chapters", "write_metadata"]

TICK = Fraction(1, 1_000_000)


@dataclass(frozen=True)
class Chapter:
    """A chapter with its tags; times are time stamps of the file it stands in."""

    start_s: Fraction
    end_s: Fraction
    tags: Mapping[str, str]


def read_chapters(container: InputContainer) -> list[Chapter]:
    """The chapters of an open file, in its own order."""
    return [
        Chapter(
            each["start"] * Fraction(each["time_base"]), each["end"] * Fraction(each["time_base"]), each["metadata"]
        )
        for each in container.chapters()
        if each["time_base"]
    ]


def played_chapters(chapters: Iterable[Chapter], timeline: Timeline, start_s: Fraction) -> list[Chapter]:
    """Chapters where a time line plays them, in playing order; one that was cut in two appears twice.

    Args:
        chapters: of the source.
        timeline: what plays when.
        start_s: the source's time stamp of its first picture.
    """
    played = [
        Chapter(first, last, chapter.tags)
        for chapter in chapters
        for first, last in timeline.outputs_of(chapter.start_s - start_s, chapter.end_s - start_s)
    ]
    return sorted(played, key=lambda chapter: chapter.start_s)


def write_metadata(path: Path, tags: Mapping[str, str], chapters: Iterable[Chapter]) -> None:
    """Writes tags and chapters in ffmpeg's own format for them."""
    lines = [";FFMETADATA1", *_lines(tags)]
    for chapter in chapters:
        first, last = round(chapter.start_s / TICK), round(chapter.end_s / TICK)
        lines += ["[CHAPTER]", f"TIMEBASE={TICK}", f"START={first}", f"END={last}", *_lines(chapter.tags)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lines(tags: Mapping[str, str]) -> list[str]:
    return [f"{_escaped(name)}={_escaped(value)}" for name, value in tags.items()]


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "=;#\\\n" else sign for sign in text)


def played_subtitles(
    container: InputContainer, stream: SubtitleStream, timeline: Timeline, start_s: Fraction, path: Path
) -> int:
    """Writes a stream of subtitles with every one at the times when a time line plays it; gives their number.

    Args:
        container: the open source; it is read to its end.
        stream: the subtitles.
        timeline: what plays when.
        start_s: the source's time stamp of its first picture.
        path: a file of a kind that holds the codec.
    """
    shown: list[tuple[Fraction, Fraction, bytes]] = []
    container.seek(0)
    for packet in container.demux(stream):
        if not packet.size or packet.pts is None or not packet.duration or not packet.time_base:
            continue
        begin_s = packet.pts * packet.time_base - start_s
        end_s = begin_s + packet.duration * packet.time_base
        shown += [(first, last, bytes(packet)) for first, last in timeline.outputs_of(begin_s, end_s)]
    shown.sort(key=lambda each: each[0])
    if not shown:
        return 0
    tick = Fraction(1, 1000)
    with av.open(str(path), "w") as output:
        target = output.add_stream_from_template(stream)
        target.time_base = tick
        last_pts = -1
        for first, last, data in shown:
            line = av.Packet(data)
            line.stream = target
            line.time_base = tick
            last_pts = line.pts = line.dts = max(round(first / tick), last_pts + 1)
            line.duration = max(1, round(last / tick) - last_pts)
            output.mux(line)
    return len(shown)
