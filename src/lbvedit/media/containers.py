"""Output formats: what a name's ending means, and what each container can hold.

What can be asked is asked: a stream fits a container if its muxer accepts the stream's header.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import av
from av.error import FFmpegError

from lbvedit.errors import UsageError

if TYPE_CHECKING:
    from av.stream import Stream

__all__ = ["Container", "Kind", "check_count", "container_for", "holds", "is_numbered"]

Kind = Literal["film", "stills", "animation", "raw"]


@dataclass(frozen=True)
class Container:
    """An output format.

    Args:
        muxer: FFmpeg's name of it.
        suffix: the ending that chose it, or "" for standard output.
        kind: ``film`` holds streams of every kind; ``stills``, ``animation`` (GIF) and ``raw`` (y4m) only pictures.
        audio: the encoder for sound that the container cannot hold as it is.
        text: the codec for subtitles in text that it cannot hold as they are.
        manifest_tags: the tags that may carry the manifest, the best first; none where there is no room for text.
        attachments: whether it holds attached files.
        tick_s: what time stamps are rounded to, if they are; None for a format that any clock fits.
        variable_rate: whether every picture has its own time stamp.
    """

    muxer: str
    suffix: str
    kind: Kind = "film"
    audio: str = "aac"
    text: str | None = None
    manifest_tags: tuple[str, ...] = ()
    attachments: bool = False
    tick_s: Fraction | None = None
    variable_rate: bool = True

    @property
    def name(self) -> str:
        """What people call it."""
        return NAMES.get(self.muxer, self.suffix.lstrip(".").upper())

    def codecs(self) -> frozenset[str]:
        """The coded formats that its muxer knows."""
        return TS_CODECS if self.muxer == "mpegts" else _known(self.muxer)


@cache
def _known(muxer: str) -> frozenset[str]:
    with av.open(io.BytesIO(), "w", format=muxer) as trial:
        return frozenset(trial.supported_codecs)


NAMES = {"matroska": "Matroska", "mpegts": "MPEG-TS", "webm": "WebM", "yuv4mpegpipe": "Y4M"}

MILLISECOND = Fraction(1, 1000)

ITUNES = ("comment", "description", "synopsis")

FILMS = {
    ".mp4": Container("mp4", ".mp4", text="mov_text", manifest_tags=ITUNES),
    ".m4v": Container("mp4", ".m4v", text="mov_text", manifest_tags=ITUNES),
    ".mov": Container("mov", ".mov", text="mov_text", manifest_tags=("comment",)),
    ".mkv": Container(
        "matroska",
        ".mkv",
        text="subrip",
        manifest_tags=("LBVEDIT",),
        attachments=True,
        tick_s=MILLISECOND,
    ),
    ".webm": Container("webm", ".webm", audio="libopus", text="webvtt", manifest_tags=("LBVEDIT",), tick_s=MILLISECOND),
    ".nut": Container("nut", ".nut", audio="flac", manifest_tags=("LBVEDIT",)),
    ".avi": Container("avi", ".avi", audio="libmp3lame", manifest_tags=("comment",), variable_rate=False),
    ".ts": Container("mpegts", ".ts", tick_s=Fraction(1, 90_000)),
    ".m2ts": Container("mpegts", ".m2ts", tick_s=Fraction(1, 90_000)),
    ".mts": Container("mpegts", ".mts", tick_s=Fraction(1, 90_000)),
    ".gif": Container("gif", ".gif", "animation"),
    ".y4m": Container("yuv4mpegpipe", ".y4m", "raw", variable_rate=False),
}

STILLS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")

# MPEG-TS takes any stream as private data that no player reads, so these are what the standard names.
TS_CODECS = frozenset(
    {"h264", "hevc", "mpeg2video", "mpeg1video", "mpeg4", "vvc"}
    | {"aac", "mp2", "mp3", "ac3", "eac3", "dts", "truehd", "opus", "s302m"}
    | {"dvb_subtitle", "dvb_teletext", "hdmv_pgs_subtitle", "scte_35"}
)


def container_for(output: str | Path, *, codec: str | None = None) -> Container:
    """The output format that a name asks for.

    Args:
        output: a path, a numbered pattern such as ``out/%05d.png``, or ``-`` for standard output.
        codec: the video codec asked for; ``rawvideo`` on standard output means y4m, anything else Matroska.

    Raises:
        UsageError: an unknown ending.
    """
    if str(output) == "-":
        film = FILMS[".y4m"] if codec == "rawvideo" else FILMS[".mkv"]
        return Container(**{**film.__dict__, "suffix": ""})
    suffix = Path(output).suffix.lower()
    if suffix in STILLS:
        return Container("image2", suffix, "stills", variable_rate=False)
    if suffix not in FILMS:
        raise UsageError(
            f"no video format is known by the ending {suffix!r} of {output}"
            if suffix
            else f"{output} has no ending that names a video format",
            hint=f"one of {' '.join(FILMS)}, or {' '.join(STILLS)} for images",
        )
    return FILMS[suffix]


def is_numbered(output: str | Path) -> bool:
    """Whether a name such as ``%05d.png`` stands for as many files as there are pictures."""
    return re.search(r"%0?\d*d", Path(output).name) is not None


def check_count(container: Container, output: str | Path, pictures: int) -> None:
    """Refuses several pictures for a single image.

    Raises:
        UsageError: the name of an image has no number, and there is more than one picture.
    """
    if container.kind == "stills" and pictures > 1 and not is_numbered(output):
        raise UsageError(
            f"{pictures} pictures do not fit into one {container.name}",
            hint=f"a name with a number, such as %05d{container.suffix}, writes one file a picture",
        )


def holds(container: Container, stream: Stream) -> bool:
    """Whether a container takes a stream as it is, by writing a header for it into memory."""
    if container.kind != "film":
        return False
    if container.muxer == "mpegts":
        context = stream.codec_context
        return context is not None and context.codec.canonical_name in TS_CODECS
    try:
        with av.open(io.BytesIO(), "w", format=container.muxer) as trial:
            trial.add_stream_from_template(stream)
            trial.start_encoding()
    except (FFmpegError, ValueError, TypeError):
        return False
    return True
