"""What every benchmark gives, and how it makes its clips and times its processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

LBVEDIT = [sys.executable, "-m", "lbvedit"]


@dataclass(frozen=True)
class Figure:
    """One line of the benchmarks.

    Args:
        name: what was measured.
        value: the figure.
        unit: its unit; ``x`` for a ratio.
        against: what it is held against, in words.
        bound: the value that it must not miss.
        at_least: whether the bound is the least value allowed, and not the greatest.
    """

    name: str
    value: float
    unit: str
    against: str
    bound: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        verdict = "holds" if self.holds else "MISSED"
        return f"{self.name}: {self.value:.3g} {self.unit} ({sign} {self.bound:g}; {self.against}) {verdict}"


@dataclass(frozen=True)
class Run:
    """What a finished process took."""

    seconds: float
    peak_bytes: int


def run(command: Sequence[object], *, cwd: Path | None = None) -> Run:
    """Runs a process to its end and measures it.

    Raises:
        RuntimeError: it failed.
    """
    began = time.perf_counter()
    words = [str(word) for word in command]
    process = subprocess.Popen(words, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{words}: exit code {process.returncode}\n{said.decode()[-2000:]}")
    return Run(time.perf_counter() - began, usage.ru_maxrss * 1024)


def make_clip(path: Path, size: str, seconds: int, *, sound: bool = True) -> Path:
    """A moving, slightly noisy clip, so that decoder and encoder have real work."""
    if not path.exists():
        tone = ["-f", "lavfi", "-i", f"sine=440:sample_rate=48000:duration={seconds}", "-c:a", "aac"] if sound else []
        picture = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}"]
        noise = [
            "-vf",
            "noise=alls=6:allf=t",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "20",
            "-pix_fmt",
            "yuv420p",
        ]
        run([FFMPEG, "-v", "error", "-y", *picture, *tone, *noise, path])
    return path


def decoded_hash(path: Path) -> str:
    """A hash over every decoded frame and its time stamp."""
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:v", "-f", "framehash", "-hash", "sha256", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
