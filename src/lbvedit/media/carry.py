"""The streams beside the pictures: sound, subtitles, attachments, covers and data, each carried over by its kind."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from av.audio.stream import AudioStream
from av.stream import AttachmentStream, Disposition
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from lbvedit.media.assembly import Assembly
from lbvedit.media.audio import edited_sound, plan_track
from lbvedit.media.containers import Container, holds
from lbvedit.media.ffmpeg import Node, input_file
from lbvedit.media.original import Original
from lbvedit.media.retell import played_subtitles

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

__all__ = ["Carrier", "stream_name"]

TEXT_SUBTITLES = frozenset({"ass", "mov_text", "ssa", "subrip", "text", "ttml", "webvtt"})

COVERS = {"mjpeg": ("cover.jpg", "image/jpeg"), "png": ("cover.png", "image/png")}

WARM_UP_S = Fraction(1, 10)
"""Hidden sound that a decoder may need before the first that is heard."""


def stream_name(stream: Stream) -> str:
    """What a stream is called in the table."""
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
    if isinstance(stream, AttachmentStream):
        return f"attachment {stream.metadata.get('filename', stream.index)}"
    if isinstance(stream, VideoStream) and stream.disposition & Disposition.attached_pic:
        return f"cover picture ({codec})"
    kind = {"subtitle": "subtitles", "data": "data stream"}.get(str(stream.type), str(stream.type))
    language = stream.language if stream.language not in (None, "und") else ""
    inside = ", ".join(word for word in (codec, language) if word)
    return f"{kind} {stream.index}" + (f" ({inside})" if inside else "")


@dataclass(frozen=True)
class Carrier:
    """Takes the streams beside the pictures over into the output, each by its kind."""

    assembly: Assembly
    container: Container
    source: InputContainer
    original: Original
    rest: Node
    shift_s: Fraction

    def carry(self, stream: Stream) -> None:
        """Takes one stream over, or says why not."""
        if isinstance(stream, AudioStream):
            self._sound(stream)
        elif isinstance(stream, SubtitleStream):
            self._subtitles(stream)
        elif isinstance(stream, AttachmentStream):
            self._attachment(stream)
        elif isinstance(stream, VideoStream) and stream.disposition & Disposition.attached_pic:
            self._cover(stream)
        else:
            self._as_it_is(stream)

    def _copy(self, stream: Stream, kind: str, options: dict[str, object] | None = None) -> None:
        specifier = self.assembly.add(self.rest[str(stream.index)], kind, "copy", options)
        self.assembly.describe(specifier, stream, new=False)

    def _sound(self, stream: AudioStream) -> None:
        track = plan_track(self.container, stream, self.original.timeline)
        self.assembly.outcomes.append(track.outcome)
        if track.dropped:
            return
        if track.encoder is None:
            self._copy(stream, "a", self._without_hidden(stream))
            return
        node = self.rest[str(stream.index)]
        timeline = self.original.timeline
        if timeline is not None and not timeline.is_identity:
            assert self.original.path is not None
            start_s = self.original.info.start_s
            node = edited_sound(
                self.original.path,
                stream,
                timeline,
                start_s=start_s,
                base_s=Fraction(0) if self.original.retimed else start_s + self.shift_s,
                folder=self.assembly.folder,
            )
        specifier = self.assembly.add(node, "a", track.encoder, track.options)
        self.assembly.describe(specifier, stream, new=True)

    def _without_hidden(self, stream: AudioStream) -> dict[str, object]:
        """Options that leave out what an edit list hides, where the output has none of its own to hide it with."""
        if self.container.muxer in ("mp4", "mov") or "mov" not in self.source.format.name:
            return {}
        tick_s = stream.time_base or Fraction(1)
        start_s = (stream.start_time or 0) * tick_s - WARM_UP_S
        self.source.seek(0)
        first = next(packet for packet in self.source.demux(stream))
        if first.pts is None or first.pts * tick_s >= start_s:
            return {}
        self.assembly.tell("changed", f"audio {stream.index}", "what an edit list hid at its beginning is left out")
        return {"bsf": f"noise=drop='lt(pts*tb,{float(start_s + self.shift_s):.6f})'"}

    def _subtitles(self, stream: SubtitleStream) -> None:
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
        fits = holds(self.container, stream)
        target = "copy" if fits else self.container.text if codec in TEXT_SUBTITLES else None
        what = stream_name(stream)
        if target is None:
            self.assembly.tell("lost", what, f"{self.container.name} cannot hold them")
            return
        node = self.rest[str(stream.index)]
        if self.original.retimed:
            path = self.assembly.folder / f"subtitles-{stream.index}.{'mp4' if codec == 'mov_text' else 'mkv'}"
            start_s = self.original.info.start_s
            if not played_subtitles(self.source, stream, self.original.retimed, start_s, path):
                self.assembly.tell("lost", what, "none plays on the new time line, or they do not say how long")
                return
            node = input_file(path)["s"]
        specifier = self.assembly.add(node, "s", target)
        self.assembly.describe(specifier, stream, new=bool(self.original.retimed))
        changes = ["moved with the time line"] if self.original.retimed else []
        changes += [] if fits else [f"turned into {target}"]
        self.assembly.tell("changed" if changes else "kept", what, ", ".join(changes))

    def _attachment(self, stream: AttachmentStream) -> None:
        if self.container.attachments:
            self._copy(stream, "t")
            self.assembly.tell("kept", stream_name(stream))
        else:
            self.assembly.tell("lost", stream_name(stream), f"{self.container.name} holds no attachments")

    def _cover(self, stream: VideoStream) -> None:
        if self.container.attachments:
            # Matroska keeps a cover as a file of a certain name.
            name, mime_type = COVERS.get(stream.codec_context.name, ("cover", "application/octet-stream"))
            self.source.seek(0)
            picture = next((bytes(packet) for packet in self.source.demux(stream) if packet.size), b"")
            file = self.assembly.folder / name
            file.write_bytes(picture)
            self.assembly.attach(file, mime_type)
        elif self.container.muxer == "mp4" and holds(self.container, stream):
            self._copy(stream, "v")
        else:
            self.assembly.tell("lost", stream_name(stream), f"{self.container.name} holds none")
            return
        self.assembly.tell("kept", stream_name(stream))

    def _as_it_is(self, stream: Stream) -> None:
        """A second video, or data: kept as it is or not at all."""
        what = stream_name(stream)
        if "timecode" in stream.metadata and not isinstance(stream, VideoStream):
            # QuickTime's time code track is written anew from the video's tag.
            return
        if self.original.retimed:
            self.assembly.tell("lost", what, "the time line changes")
        elif not holds(self.container, stream):
            self.assembly.tell("lost", what, f"{self.container.name} cannot hold it")
        else:
            self._copy(stream, "v" if isinstance(stream, VideoStream) else "d")
            self.assembly.tell("kept", what)
