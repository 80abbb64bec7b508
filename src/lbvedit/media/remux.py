"""The last step: the edited pictures and everything else that the source had, in one file.

ffmpeg puts it together, because PyAV cannot write every kind of stream. What does not arrive is found by reading the
finished file again, and listed.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.stream import Discard

from lbvedit.media.assembly import Assembly
from lbvedit.media.carry import Carrier, stream_name
from lbvedit.media.codecs import final_settings
from lbvedit.media.color import UNSPECIFIED, has_alpha
from lbvedit.media.containers import Container, check_count, is_numbered
from lbvedit.media.embed import free_tag, is_manifest, marked
from lbvedit.media.ffmpeg import Node, filtered, input_file, run, with_second
from lbvedit.media.original import STREAM_CLOCKS, Original, open_original, with_one_clock
from lbvedit.media.outcome import Outcome
from lbvedit.media.retell import Chapter, played_chapters, read_chapters, write_metadata
from lbvedit.media.survey import Edited, lost_tags, moved_by, survey

if TYPE_CHECKING:
    from av.container import InputContainer

    from lbvedit.media.encoding import Encoding
    from lbvedit.media.parts import Joined

__all__ = ["Remuxed", "remux"]

BRANDS = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder"})


@dataclass(frozen=True)
class Remuxed:
    """What became of it.

    Args:
        outcomes: the rows of the table at the end.
        has_manifest: whether the manifest is inside; where not, it belongs beside the output.
    """

    outcomes: tuple[Outcome, ...]
    has_manifest: bool


def remux(
    joined: Joined,
    output: str | Path,
    container: Container,
    encoding: Encoding,
    *,
    folder: Path,
    original: Original | None = None,
    manifest: str = "",
) -> Remuxed:
    """Writes the finished video.

    Args:
        joined: the edited pictures.
        output: the file to write, which the caller renames into place, or ``-`` for standard output.
        container: its format.
        encoding: how the pictures were encoded.
        folder: for what is needed meanwhile.
        original: where all other streams come from; None for a video that no source has.
        manifest: to be written into the container's metadata.

    Raises:
        MediaError: ffmpeg fails, or the disk is full; nothing is left of the output then.
        UsageError: several pictures for a single image.
    """
    check_count(container, output, joined.frames)
    assembly = Assembly(folder, list(encoding.outcomes))
    if original and original.restarts and container.kind == "film" and original.info.container in STREAM_CLOCKS:
        original = with_one_clock(original, folder)
    try:
        with ExitStack() as stack:
            source = stack.enter_context(open_original(original.path)) if original and original.path else None
            if original is None or source is None or container.kind != "film":
                has_manifest = _write_alone(assembly, joined, output, container, encoding, source, original, manifest)
            else:
                has_manifest = _write_all(assembly, joined, output, container, encoding, source, original, manifest)
                if str(output) != "-":
                    start_s = joined.start_s + _shift(joined, container, original, source)
                    assembly.outcomes += survey(
                        Path(output),
                        container,
                        source,
                        assembly.carried,
                        Edited(original.info.stream, start_s, encoding.tags, original.info.color),
                        moved=original.retimed is not None,
                    )
    except BaseException:
        _remove(output)
        raise
    return Remuxed(tuple(assembly.outcomes), has_manifest)


def _remove(output: str | Path) -> None:
    """Takes away what a failed run has written so far."""
    path = Path(output)
    if str(output) == "-":
        return
    if is_numbered(output):
        number = 1
        while (each := path.with_name(path.name % number)).exists():
            each.unlink()
            number += 1
    else:
        path.unlink(missing_ok=True)


def _write_alone(
    assembly: Assembly,
    joined: Joined,
    output: str | Path,
    container: Container,
    encoding: Encoding,
    source: InputContainer | None,
    original: Original | None,
    manifest: str,
) -> bool:
    """Writes pictures that nothing else comes with; says whether the manifest found a place."""
    _set_up(assembly, container, encoding, joined)
    if container.kind == "animation":
        pictures = input_file(joined.path)
        assembly.add(_with_palette(pictures, joined.path, assembly.folder), "v", "gif")
    else:
        _add_pictures(assembly, joined, container, encoding)
    tags = encoding.tags
    if container.kind in ("raw", "animation") and {tags.primaries, tags.transfer, tags.matrix} != {UNSPECIFIED}:
        which = "all but the range: " if container.kind == "raw" else ""
        assembly.tell("lost", "colour tags", f"{which}{container.name} has no place for them")
    if source is not None:
        assert original is not None
        for stream in source.streams:
            if stream.index != original.info.stream and Discard(stream.discard) is not Discard.all:
                assembly.tell("lost", stream_name(stream), f"{container.name} holds pictures only")
        if source.chapters():
            assembly.tell("lost", f"{len(source.chapters())} chapters", f"{container.name} holds pictures only")
        assembly.outcomes += lost_tags(container, source.metadata)
    written, found = _with_manifest({}, container, manifest)
    assembly.write(output, metadata=_metadata_file(assembly, written, []))
    return found


def _write_all(
    assembly: Assembly,
    joined: Joined,
    output: str | Path,
    container: Container,
    encoding: Encoding,
    source: InputContainer,
    original: Original,
    manifest: str,
) -> bool:
    """Writes the pictures with all that the source has beside them; says whether the manifest found a place."""
    assert original.path is not None
    _set_up(assembly, container, encoding, joined)
    shift_s = _shift(joined, container, original, source)
    rest = input_file(original.path, **_moved(shift_s))
    if shift_s:
        assembly.outcomes.append(moved_by(shift_s))
    if container.tick_s and (joined.tick_s / container.tick_s).denominator != 1:
        assembly.tell("changed", "time stamps", f"rounded to {container.tick_s} s, as {container.name} has them")
    lost = ["timecode"] if original.retimed else []
    for stream in source.streams:
        if stream.index == original.info.stream:
            specifier = _add_pictures(assembly, joined, container, encoding, shift_s)
            assembly.describe(specifier, stream, new=True, without=lost)
            if lost and "timecode" in stream.metadata:
                assembly.tell("lost", "time code", "the time line changes")
        elif Discard(stream.discard) is not Discard.all:
            Carrier(assembly, container, source, original, rest, shift_s).carry(stream)
    chapters = _chapters(assembly, container, source, original, shift_s)
    tags = {name: value for name, value in source.metadata.items() if name.lower() not in BRANDS | {*lost}}
    tags = {name: value for name, value in tags.items() if not is_manifest(value)}
    tags, found = _with_manifest(tags, container, manifest)
    assembly.write(output, metadata=_metadata_file(assembly, tags, chapters))
    return found


def _set_up(assembly: Assembly, container: Container, encoding: Encoding, joined: Joined) -> None:
    """Sets the muxer and what makes it keep time stamps and show the file soonest."""
    if not container.variable_rate and joined.frames > 1:
        assembly.tell("changed", "time stamps", f"{container.name} has none: one picture follows another")
    assembly.set(f=container.muxer, fps_mode="passthrough")
    if container.muxer in ("matroska", "webm"):
        # Their identifiers are random otherwise, so that no two files of the same job would be the same.
        assembly.set(fflags="+bitexact")
    if container.muxer in ("mp4", "mov"):
        ticks = str(encoding.time_base.denominator)
        assembly.set(movflags="+faststart", video_track_timescale=ticks, movie_timescale=ticks)
        if encoding.canonical_codec == "hevc":
            # Apple's players know only this one of the two names.
            assembly.set(**{"tag:v:0": "hvc1"})
    elif container.muxer == "avi" and not encoding.final_codec:
        assembly.set(**{"r:v:0": str(encoding.rate)})
    elif container.muxer == "mpegts":
        assembly.set(muxdelay=0, muxpreload=0)
    elif container.muxer == "image2" and joined.frames == 1:
        assembly.set(update=1)


def _add_pictures(
    assembly: Assembly,
    joined: Joined,
    container: Container,
    encoding: Encoding,
    shift_s: Fraction = Fraction(0),
) -> str:
    """Adds the edited pictures; gives their specifier.

    The tags of their colours are said again: of some codecs only the container can say them, and parts do not.
    """
    options = _moved(shift_s)
    if encoding.canonical_codec == "vp9" and has_alpha(av.VideoFormat(encoding.pixel_format)):
        # Only the decoder that knows of alpha makes the muxer write that there is one.
        options["c:v"] = encoding.codec
    if encoding.final_codec:
        options |= encoding.color_options
        if container.muxer == "avi":
            options["r"] = str(encoding.rate)
    pictures = input_file(joined.path, **options)["v"]
    if encoding.final_codec:
        assembly.set(strict=-1)  # for y4m of more than 8 bits
        settings: dict[str, object] = {**final_settings(encoding.final_codec)}
        if container.kind != "stills":
            settings["pix_fmt"] = encoding.pixel_format
        return assembly.add(pictures, "v", encoding.final_codec, settings)
    return assembly.add(pictures, "v", "copy", {**encoding.color_options, "bsf": _lengths(joined, container, shift_s)})


def _lengths(joined: Joined, container: Container, shift_s: Fraction) -> str:
    """A filter of packets that says how long the last picture stays.

    MOV and MP4 know lengths in the order of decoding alone; so what was read from there is another picture's.
    """
    half_tick_s = joined.tick_s / 2
    last_s, end_s = (float(time_s + shift_s) for time_s in (joined.last_s - half_tick_s, joined.end_s))
    left, length = f"round({end_s:.9f}/TB)-PTS", "DURATION"
    if container.muxer in ("mp4", "mov"):
        length = f"if(eq(N,{joined.frames - 1}),round({float(joined.tail_s):.9f}/TB),DURATION)"
    return f"setts=pts=PTS:dts=DTS:duration='if(gt(PTS*TB,{last_s:.9f}),{left},min({length},{left}))'"


def _shift(joined: Joined, container: Container, original: Original, source: InputContainer) -> Fraction:
    """Seconds by which everything is moved: none, unless times would be negative or a broadcaster's."""
    if original.retimed is None and (
        not container.variable_rate or (container.muxer != "mpegts" and original.info.container in STREAM_CLOCKS)
    ):
        return -Fraction(source.start_time or 0, av.time_base)
    return max(Fraction(0), -joined.start_s)


def _moved(shift_s: Fraction) -> dict[str, object]:
    """The option of an input whose time stamps are moved."""
    return {"itsoffset": f"{float(shift_s):.6f}"} if shift_s else {}


def _with_palette(pictures: Node, path: Path, folder: Path) -> Node:
    """Pictures in the 256 colours that fit the whole video best, found in a pass before."""
    palette = folder / "palette.png"
    run([filtered(input_file(path)["v"], "palettegen", stats_mode="full")], palette, {"update": 1, "f": "image2"})
    return with_second(pictures["v"], input_file(palette)["v"], "paletteuse", dither="sierra2_4a")


def _with_manifest(tags: dict[str, str], container: Container, manifest: str) -> tuple[dict[str, str], bool]:
    tag = free_tag(container, tags, manifest) if manifest else None
    return (tags | {tag: marked(manifest)}, True) if tag else (tags, False)


def _metadata_file(assembly: Assembly, tags: dict[str, str], chapters: list[Chapter]) -> Path:
    path = assembly.folder / "metadata.txt"
    write_metadata(path, tags, chapters)
    return path


def _chapters(
    assembly: Assembly, container: Container, source: InputContainer, original: Original, shift_s: Fraction
) -> list[Chapter]:
    """The chapters to write, at the times when they play."""
    chapters = read_chapters(source)
    if not chapters:
        return []
    if original.retimed:
        played = played_chapters(chapters, original.retimed, original.info.start_s)
        gone = len({id(chapter.tags) for chapter in chapters} - {id(chapter.tags) for chapter in played})
        if gone:
            assembly.tell("lost", f"{gone} of {len(chapters)} chapters", "cut out")
        if played:
            assembly.tell("changed", "chapters", "moved with the time line")
        return played
    return [Chapter(each.start_s + shift_s, each.end_s + shift_s, each.tags) for each in chapters]
