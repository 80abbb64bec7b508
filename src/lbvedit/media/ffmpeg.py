"""The ffmpeg program: found, given a command built by ffmpeg-python, run, and stopped when the job is.

This is the only file that imports ffmpeg-python. A command is a list of arguments and never passes through a shell.
"""

from __future__ import annotations

import errno
import logging
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import ffmpeg

from lbvedit.errors import MediaError

__all__ = [
    "Node",
    "concat",
    "disk_hint",
    "ffmpeg_version",
    "filtered",
    "find_ffmpeg",
    "input_file",
    "run",
    "split",
    "with_second",
]

log = logging.getLogger(__name__)

Node = Any
"""A stream in a command: an input, one of its streams, or what a filter made of it."""

_DISK_HINTS = {
    errno.ENOSPC: "free some space and run it again with --resume",
    errno.EDQUOT: "free some space and run it again with --resume",
    errno.EFBIG: "choose a disk, or a limit, that allows larger files",
}

LAST_WORDS = 4096
"""Bytes of what ffmpeg says before it fails that are read; a damaged file can make it say gigabytes."""


_PLACE = "check that its folder may be written to, or choose another with -o; --debug shows where it failed"


def disk_hint(number: int | None, otherwise: str = _PLACE) -> str:
    """What to do about an error that a disk gives.

    Args:
        number: the error's, as in ``errno``.
        otherwise: what to do about any other error.
    """
    return _DISK_HINTS.get(number or 0, otherwise)


@cache
def find_ffmpeg() -> str:
    """The ffmpeg program: the system's, else the one that imageio-ffmpeg brings.

    Raises:
        MediaError: there is neither.
    """
    if found := shutil.which("ffmpeg"):
        return found
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise MediaError("there is no ffmpeg program", hint="install ffmpeg, or imageio-ffmpeg's binary") from error


def ffmpeg_version() -> str:
    """The first line that the program says of itself."""
    done = subprocess.run([find_ffmpeg(), "-version"], capture_output=True, text=True, check=False, errors="replace")
    return done.stdout.partition("\n")[0]


def input_file(path: Path, **options: object) -> Node:
    """A file as an input; ffmpeg opens nothing but files for it.

    Args:
        path: the file.
        options: ffmpeg's input options without their dash.
    """
    return ffmpeg.input(f"file:{path}", protocol_whitelist="file", **options)


def filtered(node: Node, name: str, *values: object, **options: object) -> Node:
    """What a filter makes of one stream."""
    return node.filter(name, *values, **options)


def concat(nodes: Sequence[Node]) -> Node:
    """Sounds one after the other."""
    return nodes[0] if len(nodes) == 1 else ffmpeg.concat(*nodes, v=0, a=1)


def split(node: Node, count: int) -> list[Node]:
    """One sound, several times."""
    if count == 1:
        return [node]
    parts = node.filter_multi_output("asplit", count)
    return [parts.stream(index) for index in range(count)]


def with_second(node: Node, second: Node, name: str, **options: object) -> Node:
    """What a filter makes of two streams."""
    return ffmpeg.filter([node, second], name, **options)


def run(
    nodes: Sequence[Node],
    output: str | Path,
    options: Mapping[str, object],
    *,
    metadata: Path | None = None,
    flags: Sequence[str] = (),
) -> None:
    """Runs ffmpeg to its end; stops it when this thread is interrupted.

    Args:
        nodes: the streams of the output, in order.
        output: a path, or ``-`` for standard output.
        options: ffmpeg's output options without their dash; a list repeats one.
        metadata: an FFMETADATA file with tags and chapters for the output, which then has no others.
        flags: global options.

    Raises:
        MediaError: ffmpeg fails; its last words are the message.
        BrokenPipeError: whoever read standard output went away.
    """
    target = "pipe:1" if str(output) == "-" else f"file:{output}"
    command = _command(nodes, target, options, metadata, flags)
    log.debug("%s", shlex.join(command))
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=None if str(output) == "-" else subprocess.DEVNULL, stderr=words
        )
        try:
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code:
            _fail(output, _last_words(words), code)


def _command(
    nodes: Sequence[Node], target: str, options: Mapping[str, object], metadata: Path | None, flags: Sequence[str]
) -> list[str]:
    single = {name: value for name, value in options.items() if not isinstance(value, list)}
    arguments = ffmpeg.output(*nodes, target, **single).get_args()
    repeated = [(name, value) for name, values in options.items() if isinstance(values, list) for value in values]
    arguments[-1:-1] = [word for name, value in repeated for word in (f"-{name}", str(value))]
    if metadata:
        # ffmpeg-python knows no input without a stream in the output. This one comes last, so its number is known.
        number = arguments.count("-i")
        after = len(arguments) - arguments[::-1].index("-i") + 1
        arguments[-1:-1] = ["-map_metadata", str(number), "-map_chapters", str(number)]
        arguments[after:after] = ["-f", "ffmetadata", "-protocol_whitelist", "file", "-i", f"file:{metadata}"]
    return [find_ffmpeg(), "-hide_banner", "-nostdin", "-v", "error", "-y", *flags, *arguments]


def _last_words(words: Any) -> str:
    size = words.seek(0, os.SEEK_END)
    words.seek(max(0, size - LAST_WORDS))
    return str(words.read().decode(errors="replace")).strip()


def _fail(output: str | Path, words: str, code: int) -> None:
    if str(output) == "-" and os.strerror(errno.EPIPE) in words:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    refused = next((number for number in _DISK_HINTS if os.strerror(number) in words), None)
    lines = [line for line in words.splitlines() if line.strip()]
    said = os.strerror(refused) if refused else lines[0] if lines else f"ffmpeg ended with {code}"
    name = "standard output" if str(output) == "-" else output
    hint = disk_hint(None if str(output) == "-" else refused, otherwise="--debug shows ffmpeg's command")
    raise MediaError(f"{name} cannot be written: {said}", hint=hint)
