"""Which inputs are opened and which are refused."""

from __future__ import annotations

import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lbvedit.errors import MediaError
from lbvedit.media import access
from lbvedit.media.access import Spool, resolve_input
from lbvedit.media.probe import probe
from lbvedit.media.source import Source
from tests.clips import FRAMES, Clips


def test_missing_empty_and_folder(clips: Clips, tmp_path: Path) -> None:
    for name, message in [
        (tmp_path / "none.mp4", "does not exist"),
        (clips("empty"), "is empty"),
        (tmp_path, "folder without images"),
        (tmp_path / "%04d.png", "does not exist"),
        (f"{tmp_path}/nul\0.mp4", "does not exist"),
    ]:
        with pytest.raises(MediaError, match=message) as caught:
            resolve_input(name)
        assert caught.value.hint


@pytest.mark.parametrize(
    "name", ["http://localhost/a.mp4", "concat:a.ts|b.ts", "subfile,,start,0,end,9,,:a.mp4", "data:,x", "rtsp://x/y"]
)
def test_refuses_protocols(name: str) -> None:
    with pytest.raises(MediaError, match="not a local file") as caught:
        resolve_input(name)
    assert "--allow-protocols" in caught.value.hint
    assert resolve_input(name, allow_protocols=True).kind == "protocol"


@pytest.mark.parametrize("name", ["hls", "ffconcat"])
def test_refuses_playlists_by_content(clips: Clips, name: str) -> None:
    with pytest.raises(MediaError, match="playlist") as caught:
        probe(clips(name))
    assert "--allow-protocols" in caught.value.hint


@pytest.mark.parametrize("first_line", ["#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,", "ffconcat version 1.0"])
def test_ffmpeg_itself_refuses_playlists(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_line: str
) -> None:
    name = "a.ts"
    (tmp_path / name).write_bytes(clips("ts").read_bytes())
    path = tmp_path / "innocent.m3u8"
    path.write_text(f"{first_line}\n{'file ' * first_line.startswith('ff')}{name}\n#EXT-X-ENDLIST\n")
    assert probe(path, allow_protocols=True).codec == "h264"
    monkeypatch.setattr(access, "_is_playlist", lambda head: False)
    with pytest.raises(MediaError):
        probe(path)


def test_allowed_playlist_opens(clips: Clips, tmp_path: Path) -> None:
    path = tmp_path / "list.ffconcat"
    (tmp_path / "a.mp4").write_bytes(clips("cfr").read_bytes())
    path.write_text("ffconcat version 1.0\nfile a.mp4\nfile a.mp4\n")
    with Source(path, allow_protocols=True) as source:
        assert sum(len(clip) for clip in source.windows(8)) == 2 * FRAMES


def test_a_name_with_a_colon_is_a_file(clips: Clips, tmp_path: Path) -> None:
    path = tmp_path / "http:100%d.mp4"
    path.write_bytes(clips("cfr").read_bytes())
    assert probe(path).codec == "h264"


def test_image_names_are_ordered_by_number(clips: Clips, tmp_path: Path) -> None:
    image = clips("image").read_bytes()
    for number in (10, 9, 1):
        (tmp_path / f"shot{number}.png").write_bytes(image)
    (tmp_path / "notes.txt").write_text("not an image")
    expected = ["shot1.png", "shot9.png", "shot10.png"]
    for name in (tmp_path, tmp_path / "shot%d.png", tmp_path / "*.png"):
        assert [path.name for path in resolve_input(name).files] == expected
    (tmp_path / "other.jpg").write_bytes(clips("image_jpeg").read_bytes())
    with pytest.raises(MediaError, match="several kinds"):
        resolve_input(tmp_path)


def test_spool_reads_twice_and_no_further_than_asked() -> None:
    data = os.urandom(300_000)
    stream = io.BytesIO(data)
    spool = Spool(stream)
    assert spool.read_at(0, 100) == data[:100]
    assert stream.tell() < len(data)
    assert spool.read_at(50, 100) == data[50:150]
    assert spool.drain().read_bytes() == data
    assert spool.read_at(len(data) - 5, 100) == data[-5:]
    spool.close()
    assert not spool.path.exists()


def test_two_passes_read_one_spool_at_once() -> None:
    data = os.urandom(2_000_000)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            time.sleep(0.0005)
            return super().read(min(size or 0, 20_000))

    spool = Spool(Slow(data))

    def everything(step: int) -> bytes:
        got = b""
        while piece := spool.read_at(len(got), step):
            got += piece
        return got

    with ThreadPoolExecutor(3) as pool:
        assert all(got == data for got in pool.map(everything, (3_000, 7_000, 11_000)))
    spool.close()


@pytest.mark.parametrize("name", ["cfr_mkv", "y4m", "nut", "ts", "cfr"])
def test_reads_stdin_several_times(clips: Clips, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BufferedReader(_Pipe(clips(name).read_bytes()))

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr("sys.stdin", Stdin())
    with Source("-") as source:
        passes = [[stamp for clip in source.windows(6) for stamp in clip.pts] for _ in range(2)]
        assert source.path is not None
        assert source.path.read_bytes() == clips(name).read_bytes()
    with Source(clips(name)) as file:
        assert passes == 2 * [[stamp for clip in file.windows(6) for stamp in clip.pts]]
    assert not source._input.spool.path.exists()


def test_reads_a_named_pipe(clips: Clips, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(clips("cfr_mkv").read_bytes()))
    writer.start()
    with Source(path) as source:
        assert sum(len(clip) for clip in source.windows(8)) == FRAMES
    writer.join()


def test_stdin_that_is_no_video(monkeypatch: pytest.MonkeyPatch) -> None:
    for data, message in ((b"", "is empty"), (b"just some words\n" * 9, "is text")):
        monkeypatch.setattr(
            "sys.stdin", type("Stdin", (), {"buffer": io.BytesIO(data), "isatty": lambda self: False})()
        )
        with pytest.raises(MediaError, match=f"standard input {message}"):
            Source("-")
    monkeypatch.setattr("sys.stdin", type("Stdin", (), {"isatty": lambda self: True})())
    with pytest.raises(MediaError, match="terminal"):
        Source("-")


def test_ctrl_c_while_waiting_for_stdin(clips: Clips, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(clips("cfr_mkv").read_bytes()[:600])

        def isatty(self) -> bool:
            return False

    def interrupted(size: int) -> bytes:
        if piece := original(min(size, 200)):
            return piece
        raise KeyboardInterrupt

    original, Stdin.buffer.read = Stdin.buffer.read, interrupted  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", Stdin())
    with pytest.raises(KeyboardInterrupt):
        Source("-")


class _Pipe(io.RawIOBase):
    """Bytes that come once and in pieces."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        piece = self._rest.read(min(len(buffer), 1000))
        buffer[: len(piece)] = piece
        return len(piece)


def test_an_allowed_playlist_that_leads_nowhere_is_not_called_text(tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nnowhere.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError, match="is a playlist that cannot be followed") as caught:
        probe(playlist, allow_protocols=True)
    assert caught.value.hint
