"""Which inputs may be opened, and how: the gate between a name that a user gave and FFmpeg.

FFmpeg opens far more than files: protocols (``http:``, ``concat:``), playlists that pull in other files, devices. A
name is therefore looked at before FFmpeg sees it, and FFmpeg is told to open local files only.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import av
from av.error import FFmpegError

from lbvedit.errors import MediaError

if TYPE_CHECKING:
    from av.container import InputContainer

__all__ = ["MAX_PIXELS", "Input", "Spool", "media_errors", "open_container", "resolve_input"]

MAX_PIXELS = 1 << 27
"""Largest picture that is decoded: 134 million pixels, a little more than 16K video (15,360 x 8,640)."""

IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".exr", ".dpx", ".ppm", ".pgm", ".jp2", ".jxl"}
)

PROTOCOL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+[:,]")

PLAYLISTS = (b"#EXTM3U", b"ffconcat version", b"[playlist]", b"<MPD", b"<smil", b"v=0\r\no=", b"v=0\no=", b"file '")

# Demuxers that read something other than the one file they are given, or that make pictures out of plain text.
REFUSED_DEMUXERS = frozenset(
    {"concat", "dash", "hls", "image2", "image2pipe", "imf", "rtp", "rtsp", "sap", "sdp", "webm_dash_manifest"}
    | {"alsa", "fbdev", "kmsgrab", "lavfi", "video4linux2,v4l2", "x11grab"}
    | {"bin", "idf", "tty", "xbin"}
)


@dataclass(frozen=True)
class Input:
    """What a name stands for.

    Args:
        name: as the user gave it.
        kind: a file, a stream that can be read once, a list of images, or something that only FFmpeg's protocols open.
        files: the file, or the images in order.
        spool: the stream's bytes.
    """

    name: str
    kind: Literal["file", "stream", "images", "protocol"]
    files: tuple[Path, ...] = ()
    spool: Spool | None = None


class Spool:
    """A stream that can be read only once, kept in a temporary file while it is read, so that it can be read again.

    Args:
        stream: where the bytes come from, without a buffer: a thread waiting in a buffered read would hold a lock that
            the interpreter needs to end.
        owned: whether ``close`` closes the stream too.
    """

    def __init__(self, stream: BinaryIO, *, owned: bool = False) -> None:
        self._stream = stream
        self._owned = owned
        self._file = tempfile.NamedTemporaryFile(prefix="lbvedit-", suffix=".spool")  # noqa: SIM115
        self._ended = False
        self._lock = threading.Lock()
        self.interruption: BaseException | None = None

    @property
    def path(self) -> Path:
        """The temporary file; holds everything once ``drain`` returned."""
        return Path(self._file.name)

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes from an offset: as many as are there, waiting only where there is none; none at the end."""
        with self._lock:  # several passes read at once
            have = self._file.seek(0, os.SEEK_END)
            while have <= offset and not self._ended:
                piece = self._stream.read(max(size, 1 << 16))
                self._ended = not piece
                have += self._file.write(piece)
            self._file.seek(offset)
            return self._file.read(size)

    def drain(self) -> Path:
        """Reads the stream to its end and gives the file that now holds it."""
        while not self._ended:
            with self._lock:
                end = self._file.seek(0, os.SEEK_END)
            self.read_at(end, 1 << 20)
        self._file.flush()
        return self.path

    def close(self) -> None:
        """Removes the temporary file."""
        self._file.close()
        if self._owned:
            self._stream.close()


class _SpoolReader:
    """A file object over a spool, without seeking: what a demuxer sees of a pipe."""

    def __init__(self, spool: Spool, name: str) -> None:
        self.name = name
        self._spool = spool
        self._offset = 0

    def read(self, size: int) -> bytes:
        try:
            piece = self._spool.read_at(self._offset, size)
        except BaseException as error:
            # FFmpeg's callback can hand on ordinary exceptions only: Ctrl-C would be lost in it.
            self._spool.interruption = error
            raise OSError("reading was interrupted") from error
        self._offset += len(piece)
        return piece


def resolve_input(name: str | Path, *, allow_protocols: bool = False) -> Input:
    """What a name stands for, checked as far as possible without opening it as media.

    ``-`` is stdin; a folder, ``frames/%04d.png`` and ``frames/*.png`` are image sequences; a file is a file even if
    its name looks like a protocol.

    Raises:
        MediaError: nothing there, nothing in it, a folder without images, or a refused protocol or playlist.
    """
    name = str(name)
    if name == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise MediaError(
                "standard input is a terminal, not a video", hint="pipe one in: ffmpeg ... - | lbvedit ... -"
            )
        return Input("standard input", "stream", spool=Spool(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)))
    path = Path(name)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        return _resolve_unseen(name, error, allow_protocols)
    if stat.S_ISDIR(mode):
        return Input(name, "images", _images_in(path))
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode):
        return Input(name, "stream", spool=Spool(_open(path, buffering=0), owned=True))
    with _open(path) as file:
        head = file.read(1024)
    if not head:
        raise MediaError(f"{name} is empty (0 bytes)", hint="copy or download it again")
    if _is_playlist(head) and not allow_protocols:
        raise MediaError(
            f"{name} is a playlist that names other files", hint="--allow-protocols opens it, if you trust it"
        )
    return Input(name, "file", (path,))


def _resolve_unseen(name: str, error: OSError | ValueError, allow_protocols: bool) -> Input:
    """A name under which there is no file: a pattern of images, a protocol, or a mistake."""
    if PROTOCOL.match(name):
        if not allow_protocols:
            raise MediaError(
                f"{name} is not a local file", hint="--allow-protocols lets FFmpeg open it, if you trust it"
            ) from error
        return Input(name, "protocol")
    if images := _images_by_pattern(Path(name)):
        return Input(name, "images", images)
    if isinstance(error, PermissionError):
        raise MediaError(f"{name} may not be read", hint="check its permissions") from error
    raise MediaError(f"{name} does not exist", hint="check the path") from error


def _open(path: Path, *, buffering: Literal[-1, 0] = -1) -> BinaryIO:
    try:
        return path.open("rb", buffering=buffering)
    except OSError as error:
        raise MediaError(f"{path} cannot be opened: {error.strerror}", hint="check its permissions") from error


def _is_playlist(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return any(tag.lower() in text.lower() for tag in (b"<mpd", b"<smil", b"<assetmap", b"<compositionplaylist"))
    return text.startswith(PLAYLISTS)


def _images_in(folder: Path) -> tuple[Path, ...]:
    images = [path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]
    if not images:
        raise MediaError(f"{folder} is a folder without images", hint="name a video file, or a folder of PNG or JPEG")
    kinds = sorted({path.suffix.lower() for path in images})
    if len(kinds) > 1:
        raise MediaError(
            f"{folder} holds images of several kinds ({', '.join(kinds)})",
            hint=f"name one, as in '{folder}/*{kinds[0]}'",
        )
    return _in_order(images)


def _images_by_pattern(pattern: Path) -> tuple[Path, ...]:
    """The images of ``%04d.png`` or ``*.png``; empty for any other name."""
    numbered = re.fullmatch(r"(.*?)%(0?)(\d*)d(.*)", pattern.name)
    if numbered:
        before, zero, width, after = numbered.groups()
        digits = rf"\d{{{width},}}" if zero and width else r"\d+"
        fits = re.compile(re.escape(before) + digits + re.escape(after))
        if pattern.parent.is_dir():
            return _in_order([path for path in pattern.parent.iterdir() if fits.fullmatch(path.name)])
        return ()
    if any(sign in pattern.name for sign in "*?[") and pattern.parent.is_dir():
        return _in_order([path for path in pattern.parent.glob(pattern.name) if path.is_file()])
    return ()


def _in_order(paths: list[Path]) -> tuple[Path, ...]:
    """By name, with numbers in it counted as numbers: 9.png before 10.png."""
    return tuple(
        sorted(
            paths,
            key=lambda path: [
                (int(part), part) if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)
            ],
        )
    )


@cache
def _allowed_demuxers() -> str:
    from av.format import ContainerFormat, formats_available

    inputs = {name for name in formats_available if ContainerFormat(name).is_input}
    return ",".join(sorted(inputs - REFUSED_DEMUXERS))


def open_container(source: Input, *, allow_protocols: bool = False) -> InputContainer:
    """Opens a file, stream or protocol for reading, local files only unless protocols are allowed.

    Raises:
        MediaError: FFmpeg cannot read it.
    """
    options = {"max_pixels": str(MAX_PIXELS)}
    if not allow_protocols:
        options |= {"protocol_whitelist": "file", "format_whitelist": _allowed_demuxers()}
    with media_errors(source):
        if source.spool:
            return _open_spool(source, source.spool, options)
        if source.kind == "protocol":
            return av.open(source.name, "r", options=options, metadata_errors="replace")
        path = source.files[0]
        if path.suffix.lower() in IMAGE_SUFFIXES:
            # By such a name FFmpeg would look for a numbered sequence; the bytes alone say what they are.
            return av.open(io.BytesIO(path.read_bytes()), "r", options=options, metadata_errors="replace")
        # The prefix keeps FFmpeg from reading a colon or a percent sign in the name as its own.
        return av.open(f"file:{path}", "r", options=options, metadata_errors="replace")


def _open_spool(source: Input, spool: Spool, options: dict[str, str]) -> InputContainer:
    """A stream, read as it comes; a container that needs seeking, once all of it has come."""
    if _index_comes_last(spool):
        return av.open(f"file:{spool.drain()}", "r", options=options, metadata_errors="replace")
    try:
        return av.open(_SpoolReader(spool, source.name), "r", options=options, metadata_errors="replace")
    except FFmpegError:
        if spool.interruption:
            raise
        return av.open(f"file:{spool.drain()}", "r", options=options, metadata_errors="replace")


def _index_comes_last(spool: Spool) -> bool:
    """Whether a stream is an MP4 whose pictures come before the index (moov) that tells where they lie."""
    offset = 0
    while len(head := spool.read_at(offset, 16)) >= 8:
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if kind == b"mdat":
            return True
        if kind not in (b"ftyp", b"free", b"skip", b"wide", b"uuid", b"styp", b"sidx", b"pdin") or size < 8:
            return False
        offset += size
    return False


@contextmanager
def media_errors(source: Input) -> Iterator[None]:
    """Turns what FFmpeg raises while it opens or probes an input into one line and a hint."""
    try:
        yield
    except EOFError as error:
        _raise_interruption(source)
        raise MediaError(f"{source.name} ends before its first frame", hint="copy or record it again") from error
    except (FFmpegError, ValueError, UnicodeError, OSError) as error:
        _raise_interruption(source)
        message, hint = _explain(source)
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(f"{source.name} {message}: {reason}", hint=hint) from error
    except MemoryError as error:
        raise MediaError(f"{source.name} asks for more memory than there is", hint="it is probably damaged") from error


def _raise_interruption(source: Input) -> None:
    if source.spool and source.spool.interruption and not isinstance(source.spool.interruption, Exception):
        raise source.spool.interruption


def _explain(source: Input) -> tuple[str, str]:
    """Why FFmpeg probably refused an input, by its first bytes."""
    head = b""
    if source.spool:
        head = source.spool.read_at(0, 4096)
    elif source.kind == "file":
        with _open(source.files[0]) as file:
            head = file.read(4096)
    if source.spool and not head:
        return "is empty", "check the command before the pipe"
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return "is cut short or damaged", "an MP4 without its index (moov) cannot be read: copy or record it again"
    if _is_playlist(head):
        return "is a playlist that cannot be followed", "check that the files it names are there, and videos"
    if head and all(byte in b"\t\n\r\f" or byte >= 32 for byte in head) and b"\x7f" not in head:
        return "is text, not video", "name a video file"
    return "cannot be read as video", "check that it plays; `lbvedit doctor` lists what FFmpeg can read"
