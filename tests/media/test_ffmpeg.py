"""Running the ffmpeg program: what it is told, what it says, and how it is stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from lbvedit.errors import MediaError
from lbvedit.media import ffmpeg
from tests.clips import Clips


def test_the_program_is_there_and_knows_its_version() -> None:
    assert Path(ffmpeg.find_ffmpeg()).is_file()
    assert ffmpeg.ffmpeg_version().startswith("ffmpeg version")


def test_the_systems_program_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = tmp_path / "ffmpeg"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ffmpeg.find_ffmpeg.cache_clear()
    try:
        assert ffmpeg.find_ffmpeg() == str(mine)
    finally:
        ffmpeg.find_ffmpeg.cache_clear()


def test_names_that_a_shell_or_ffmpeg_would_read_are_only_names(clips: Clips, tmp_path: Path) -> None:
    odd = tmp_path / "$(touch x) 'a':b;|%d,[0].mp4"
    odd.write_bytes(clips("sound").read_bytes())
    output = tmp_path / "-y %03d.mkv"
    ffmpeg.run([ffmpeg.input_file(odd)["a"]], output, {"c": "copy", "metadata:s:a:0": ["a=1", "b=x y"]})
    assert output.stat().st_size > 1000
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([odd.name, output.name])


def test_its_last_words_are_the_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"No such file or directory") as caught:
        ffmpeg.run([ffmpeg.input_file(tmp_path / "none.mp4")["v"]], tmp_path / "out.mkv", {"c": "copy"})
    assert "\n" not in caught.value.message


def test_it_opens_files_only(tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError):
        ffmpeg.run([ffmpeg.input_file(playlist)["v"]], tmp_path / "out.mkv", {"c": "copy"})


def test_an_interrupt_stops_it_at_once(tmp_path: Path) -> None:
    endless = ffmpeg.filtered(ffmpeg.ffmpeg.input("testsrc2=s=640x480", f="lavfi")["v"], "realtime")
    threading.Timer(0.6, os.kill, (os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ffmpeg.run([endless], tmp_path / "out.mkv", {"t": 60})
    assert time.monotonic() - started < 30
    size = (tmp_path / "out.mkv").stat().st_size if (tmp_path / "out.mkv").exists() else 0
    time.sleep(0.2)
    assert ((tmp_path / "out.mkv").stat().st_size if size else 0) == size
