"""Sound along a time line, sample by sample against numpy."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from lbvedit.media.audio import _turn, edited_sound, plan_track
from lbvedit.media.containers import container_for
from lbvedit.media.ffmpeg import run
from lbvedit.media.timeline import Timeline
from tests.clips import Clips, ffmpeg

RATE = 48_000
SECONDS = Fraction(4, 5)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.8 s of stereo noise, losslessly beside a picture, both beginning at 1.5 s."""
    folder = tmp_path_factory.mktemp("noise")
    samples = np.random.default_rng(5).integers(-20_000, 20_000, (int(SECONDS * RATE), 2)).astype("<i2")
    (folder / "noise.s16").write_bytes(samples.tobytes())
    path = folder / "noise.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=s=16x16:r=25:d=0.8", "-f", "s16le", "-ar", RATE, "-ac", 2,
           "-i", folder / "noise.s16", "-c:v", "ffv1", "-c:a", "pcm_s16le", "-output_ts_offset", 1.5, path)  # fmt: skip
    return path


def samples(path: Path) -> np.ndarray:
    """All samples of a file's first sound, ``(N, channels)`` in [-1, 1]."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp")
        frames = [new for old in container.decode(audio=0) for new in resampler.resample(old)]
        return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T


def played(source: Path, folder: Path, timeline: Timeline, start_s: Fraction = Fraction(3, 2)) -> np.ndarray:
    """The source's sound along a time line."""
    with av.open(str(source)) as container:
        sound = edited_sound(
            source, container.streams.audio[0], timeline, start_s=start_s, base_s=Fraction(0), folder=folder
        )
        run([sound], folder / "played.wav", {"c:a": "pcm_f32le"}, flags=["-copyts"])
    return samples(folder / "played.wav")


CUTS: dict[str, tuple[Callable[[Timeline], Timeline], Callable[[np.ndarray], np.ndarray]]] = {
    "trim": (lambda t: t.trim(Fraction("0.1"), Fraction("0.3")), lambda x: x[4800:14400]),
    "cut": (lambda t: t.cut(Fraction("0.1"), Fraction("0.3")), lambda x: np.concatenate((x[:4800], x[14400:]))),
    "reverse": (lambda t: t.reverse(), lambda x: x[::-1]),
    "part reversed": (
        lambda t: t.reverse(Fraction("0.2"), Fraction("0.5")),
        lambda x: np.concatenate((x[:9600], x[9600:24000][::-1], x[24000:])),
    ),
    "half as loud": (lambda t: t.volume(Fraction(1, 2)), lambda x: x * 0.5),
    "muted in the middle": (
        lambda t: t.mute(Fraction("0.2"), Fraction("0.4")),
        lambda x: np.concatenate((x[:9600], 0 * x[9600:19200], x[19200:])),
    ),
    "faded, then cut": (
        lambda t: t.fade("in", Fraction("0.4")).cut(Fraction(0), Fraction("0.1")),
        lambda x: (x * np.minimum(np.arange(len(x)) / 19200, 1)[:, None])[4800:],
    ),
    "faded out backwards": (
        lambda t: t.reverse().fade("out", Fraction("0.2")),
        lambda x: x[::-1] * np.minimum((38400 - np.arange(38400)) / 9600, 1)[:, None],
    ),
}


@pytest.mark.parametrize("name", CUTS)
def test_every_sample_is_where_the_time_line_puts_it(noise: Path, tmp_path: Path, name: str) -> None:
    change, expected = CUTS[name]
    got = played(noise, tmp_path, change(Timeline.whole(SECONDS)))
    want = expected(samples(noise))
    assert got.shape == want.shape
    assert np.abs(got - want).max() < 1e-5


@pytest.mark.parametrize("factor", [Fraction(2), Fraction(1, 2), Fraction(1, 5), Fraction(3)])
def test_speed_keeps_the_pitch_and_the_length_exact(tmp_path: Path, factor: Fraction) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=48000:duration=2", tmp_path / "tone.wav")
    got = played(tmp_path / "tone.wav", tmp_path, Timeline.whole(Fraction(2)).speed(factor), Fraction(0))
    assert len(got) == round(2 / factor * RATE)
    middle = got[len(got) // 4 : 3 * len(got) // 4, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert abs(spectrum.argmax() * RATE / len(middle) - 1000) < 12


def test_sound_that_begins_late_stays_late_and_short_sound_is_filled_up(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=s=16x16:r=25:d=1", "-itsoffset", "0.5", "-f", "lavfi",
           "-i", "aevalsrc=0.5:s=48000:d=0.25", "-c:v", "ffv1", "-c:a", "pcm_s16le", tmp_path / "late.mkv")  # fmt: skip
    got = played(tmp_path / "late.mkv", tmp_path, Timeline.whole(Fraction(1)).trim(Fraction("0.3")), Fraction(0))
    heard = np.flatnonzero(np.abs(got[:, 0]) > 0.1)
    assert len(got) == round(0.7 * RATE)
    assert (heard[0], heard[-1]) == (pytest.approx(0.2 * RATE, abs=48), pytest.approx(0.45 * RATE, abs=48))


def test_turning_round_works_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lbvedit.media.audio.BLOCK", 7)
    values = np.arange(3 * 20, dtype=np.float32).reshape(20, 3)
    (tmp_path / "in").write_bytes(values.tobytes())
    _turn(tmp_path / "in", tmp_path / "out", 3)
    assert (np.frombuffer((tmp_path / "out").read_bytes(), np.float32).reshape(20, 3) == values[::-1]).all()


def test_the_plan_copies_where_it_can_and_says_why_not(clips: Clips) -> None:
    whole = Timeline.whole(SECONDS)
    with av.open(str(clips("sound"))) as container:
        (stream,) = container.streams.audio
        assert plan_track(container_for("x.mp4"), stream, whole).encoder is None
        assert plan_track(container_for("x.mp4"), stream, whole.speed(Fraction(2))).encoder == "aac"
        assert plan_track(container_for("x.webm"), stream, None).encoder == "libopus"
        assert plan_track(container_for("x.mp4"), stream, whole.mute()).dropped
        assert plan_track(container_for("x.gif"), stream, whole).outcome.fate == "lost"
    with av.open(str(clips("pcm"))) as container:
        (stream,) = container.streams.audio
        assert plan_track(container_for("x.mkv"), stream, whole.reverse()).encoder == "pcm_s16le"


def test_sound_that_outlasts_the_pictures_stays_and_keeps_its_loudness(noise: Path, tmp_path: Path) -> None:
    whole = samples(noise)  # 0.8 s
    short = Timeline.whole(Fraction("0.5"))
    assert np.allclose(played(noise, tmp_path, short.volume(Fraction(1, 2))), 0.5 * whole, atol=1e-4)
    faded = played(noise, tmp_path, short.fade("out", Fraction("0.2")))
    assert len(faded) == len(whole)
    assert np.abs(faded[24000:]).max() == 0
