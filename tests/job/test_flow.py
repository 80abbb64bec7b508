"""A whole job: what comes out, what a kill changes (nothing), and what is left when it cannot end well."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from lbvedit import job as work
from lbvedit.errors import MediaError, RuntimeUnavailableError, UsageError
from lbvedit.job import parts
from lbvedit.job.identity import identity
from lbvedit.job.workfolder import folder_for
from lbvedit.media.probe import probe
from lbvedit.pipelines import registry
from lbvedit.pipelines.passthrough import Passthrough
from lbvedit.types import Clip, EditPlan, EncodeOptions, Event, Job, Request, Step
from tests.clips import ffmpeg

EXACT = EncodeOptions(codec="ffv1")
FAST = EncodeOptions(preset="ultrafast")


@dataclass(frozen=True)
class NoOptions:
    """None."""


class Drift:
    """Brightens every window by the number of those before it, and lets them overlap: all that a resume restores."""

    Options = NoOptions
    window = 6
    overlap = 2

    def __init__(self, request, options):
        self.state = {}

    def __call__(self, source, report) -> Iterator[Clip]:
        for clip in source.windows(self.window, self.overlap):
            seen = self.state.get("seen", torch.zeros(1))
            self.state = {"seen": seen + 1}
            yield clip.with_frames((clip.frames.int() + int(seen) * 5).clamp(0, 255).to(torch.uint8))


def use_drift(monkeypatch):
    monkeypatch.setitem(registry.PIPELINES, "drift", registry.Entry("x:Drift", ("edit",), "a test", "nothing"))
    monkeypatch.setattr(registry, "load", lambda name: Drift)


@pytest.fixture
def short_parts(monkeypatch):
    monkeypatch.setattr(parts, "PART_FRAMES", 8)


def make(clip: Path, output: Path, pipeline: str = "passthrough", encode: EncodeOptions = EXACT, **values) -> Job:
    return Job(str(clip), str(output), pipeline, Request("edit"), encode, **values)


def ignore(event: Event) -> None:
    pass


def pictures(path: Path) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        return [(frame.time, frame.to_ndarray().tobytes()) for frame in container.decode(video=0)]


def warnings(events: list[Event]) -> list[str]:
    return [event.message for event in events if event.kind == "warning"]


class Killed(BaseException):
    pass


def kill_after(frames: int):
    def report(event: Event) -> None:
        if event.kind == "progress" and event.done > frames:
            raise Killed

    return report


def test_passthrough_keeps_every_sample_and_time_stamp(clips, tmp_path):
    for name in ("cfr", "vfr", "rotated", "ten_bit"):
        output = tmp_path / f"{name}.mkv"
        result = work.run(make(clips(name), output), ignore)
        assert result.frames == 20
        if name != "rotated":
            assert pictures(output) == pictures(clips(name))
        assert [entry.name for entry in tmp_path.iterdir()] == [output.name]
        output.unlink()


def test_events_tell_the_story(clips, tmp_path):
    events: list[Event] = []
    work.run(make(clips("sound"), tmp_path / "out.mkv"), events.append)
    assert [event.kind for event in events] == ["start", "progress", "progress", "result"]
    assert events[0].data["frames"] == 20
    assert [(event.done, event.total) for event in events[1:3]] == [(16, 20), (20, 20)]
    rows = events[-1].data["rows"]
    assert {"fate": "kept", "what": "audio 1 (aac)", "how": "packets copied bit for bit"} in rows


def test_a_total_that_was_too_small_counts_as_unknown(clips, tmp_path):
    events: list[Event] = []
    work.run(make(clips("joined"), tmp_path / "out.mkv"), events.append)
    told = [(event.done, event.total) for event in events if event.kind == "progress"]
    assert all(total is None or done <= total for done, total in told)
    assert None in [total for _, total in told]
    assert told[-1][0] == told[-1][1]


def test_a_file_that_is_cut_short_is_warned_of_and_told_at_the_end(tmp_path):
    whole, cut = tmp_path / "whole.mkv", tmp_path / "cut.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=15:d=2", "-c:v", "ffv1", whole)
    cut.write_bytes(whole.read_bytes()[: 3 * whole.stat().st_size // 4])
    for path, loss in ((whole, ()), (cut, ("pictures",))):
        events: list[Event] = []
        result = work.run(make(path, tmp_path / "out.mkv", overwrite=True), events.append)
        assert tuple(row.what for row in result.outcomes if row.fate == "lost") == loss
        assert len([each for each in warnings(events) if "2.00 s were announced" in each]) == len(loss)


def test_several_pictures_for_one_image_are_refused_before_the_work(clips, tmp_path):
    with pytest.raises(UsageError, match="20 pictures do not fit into one PNG"):
        work.run(make(clips("cfr"), tmp_path / "out.png", encode=EncodeOptions()), kill_after(0))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("pipeline", "frames", "kept"),
    [
        *(("passthrough", frames, kept) for frames, kept in [(0, 0), (17, 16), (55, 48)]),
        *(("drift", frames, kept) for frames, kept in [(0, 0), (9, 8), (31, 24), (55, 48)]),
    ],
)
def test_a_killed_and_resumed_job_gives_the_same_pictures(clips, tmp_path, monkeypatch, pipeline, frames, kept):
    monkeypatch.setattr(parts, "PART_FRAMES", 8)
    if pipeline == "drift":
        use_drift(monkeypatch)
    whole, killed = tmp_path / "whole.mkv", tmp_path / "killed.mkv"
    clip = clips("long_gop_mkv")
    work.run(make(clip, whole, pipeline, FAST), ignore)
    with pytest.raises(Killed):
        work.run(make(clip, killed, pipeline, FAST), kill_after(frames))
    assert not killed.exists()
    assert work.frames_kept(str(killed)) == kept
    said: list[Event] = []
    work.run(make(clip, killed, pipeline, FAST, resume=True), said.append)
    assert any(event.data.get("finished_frames") == kept for event in said)
    assert pictures(killed) == pictures(whole)
    assert not folder_for(str(killed)).exists()


def test_a_job_killed_while_it_was_put_together_needs_no_frame_again(clips, tmp_path, short_parts, monkeypatch):
    use_drift(monkeypatch)
    whole, killed = tmp_path / "whole.mkv", tmp_path / "killed.mkv"
    clip = clips("long_gop_mkv")
    work.run(make(clip, whole, "drift"), ignore)
    with monkeypatch.context() as patch:
        patch.setattr("lbvedit.job.finish.join", lambda *_, **__: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            work.run(make(clip, killed, "drift"), ignore)
    assert work.frames_kept(str(killed)) == 60
    work.run(make(clip, killed, "drift", resume=True), ignore)
    assert pictures(killed) == pictures(whole)


@pytest.mark.parametrize(
    "change",
    [{"encode": EncodeOptions(codec="ffv1", pixel_format="yuv444p")}, {"request": Request("edit", seed=1)}],
    ids=["codec", "seed"],
)
def test_parts_of_other_settings_are_not_mixed_in(clips, tmp_path, short_parts, change):
    clip, output = clips("long_gop_mkv"), tmp_path / "out.mkv"
    with pytest.raises(Killed):
        work.run(make(clip, output), kill_after(30))
    job = replace(make(clip, output, resume=True), **change)
    events: list[Event] = []
    work.run(job, events.append)
    assert warnings(events)[0].startswith("the finished parts belong to")
    assert events[-1].data["frames"] == 60


def test_a_changed_input_is_noticed(clips, tmp_path, short_parts):
    clip, output = tmp_path / "in.mkv", tmp_path / "out.mkv"
    clip.write_bytes(clips("long_gop_mkv").read_bytes())
    with pytest.raises(Killed):
        work.run(make(clip, output), kill_after(30))
    clip.write_bytes(clips("cfr_mkv").read_bytes())
    events: list[Event] = []
    work.run(make(clip, output, resume=True), events.append)
    assert "another input" in warnings(events)[0]
    assert pictures(output) == pictures(clips("cfr_mkv"))


def test_without_resume_a_left_over_folder_is_replaced(clips, tmp_path, short_parts):
    clip, output = clips("long_gop_mkv"), tmp_path / "out.mkv"
    with pytest.raises(Killed):
        work.run(make(clip, output), kill_after(30))
    events: list[Event] = []
    work.run(make(clip, output), events.append)
    assert "--resume was not given" in warnings(events)[0]
    assert pictures(output) == pictures(clip)


def test_a_full_disk_is_said_and_nothing_is_replaced(clips, tmp_path, monkeypatch):
    output = tmp_path / "out.mkv"
    output.write_bytes(b"precious")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("lbvedit.job.workfolder.os.fsync", full)
    with pytest.raises(MediaError, match="No space left") as error:
        work.run(make(clips("cfr"), output, overwrite=True), ignore)
    assert "--resume" in error.value.hint or error.value.hint
    assert output.read_bytes() == b"precious"


def test_steps_on_time_and_sound_make_the_time_line(clips, tmp_path):
    plan = EditPlan(
        (Step("trim", params={"start": 0.2, "end": 0.6}), Step("fade", params={"kind": "in", "duration": 0.2}))
    )
    job = make(clips("sound"), tmp_path / "out.mkv")
    result = work.run(replace(job, request=replace(job.request, plan=plan)), ignore)
    assert result.frames == 10
    frames = pictures(tmp_path / "out.mkv")
    assert frames[0][0] == 0
    brightness = [float(np.frombuffer(data[: 64 * 48], np.uint8).mean()) for _, data in frames]
    assert brightness[0] == pytest.approx(16, abs=1)
    assert brightness[:6] == sorted(brightness[:6])


def test_the_manifest_is_inside_and_beside_only_where_it_must_be(clips, tmp_path):
    from lbvedit.media.embed import read_manifest

    inside, outside, asked = tmp_path / "out.mp4", tmp_path / "out.ts", tmp_path / "how.json"
    work.run(make(clips("cfr"), inside, encode=FAST, manifest=asked), ignore)
    text = read_manifest(inside)
    assert text is not None
    values = json.loads(text)
    assert values["input"]["path"] == str(clips("cfr"))
    assert len(values["input"]["sha256"]) == 64
    assert values == json.loads(asked.read_text())
    work.run(make(clips("cfr"), outside, encode=FAST), ignore)
    assert json.loads((tmp_path / "out.ts.lbvedit.json").read_text())["pipeline"] == "passthrough"
    assert {entry.name for entry in tmp_path.iterdir()} == {"out.mp4", "how.json", "out.ts", "out.ts.lbvedit.json"}


def test_a_numbered_output_is_one_file_a_picture(clips, tmp_path):
    result = work.run(Job(str(clips("cfr")), str(tmp_path / "%03d.png"), "passthrough", Request("edit")), ignore)
    names = sorted(entry.name for entry in tmp_path.iterdir() if entry.suffix == ".png")
    assert result.frames == len(names) == 20
    with pytest.raises(UsageError, match="exists already"):
        work.run(Job(str(clips("cfr")), str(tmp_path / "%03d.png"), "passthrough", Request("edit")), ignore)


def test_a_shorter_numbered_output_leaves_nothing_of_the_longer_one(clips, tmp_path):
    (tmp_path / "mine.png").write_bytes(b"no picture of the pattern")
    for number in (1, 20, 21, 400):
        (tmp_path / f"{number:03d}.png").write_bytes(b"old")
    job = Job(str(clips("cfr")), str(tmp_path / "%03d.png"), "passthrough", Request("edit"), overwrite=True)
    assert work.run(job, ignore).frames == 20
    names = {entry.name for entry in tmp_path.iterdir() if entry.suffix == ".png"}
    assert names == {f"{number:03d}.png" for number in range(1, 21)} | {"mine.png"}
    assert all(entry.read_bytes() != b"old" for entry in tmp_path.iterdir())


def test_a_background_that_changed_is_another_job(clips, tmp_path):
    behind = tmp_path / "behind.png"
    behind.write_bytes(b"one")
    request = Request("edit", options={"background": str(behind)})
    job = replace(make(clips("cfr"), tmp_path / "out.mkv"), request=request)
    before = identity(job)
    assert identity(job) == before
    behind.write_bytes(b"another")
    assert identity(job) != before


def test_memory_that_runs_out_is_said_in_one_line(clips, tmp_path, monkeypatch):
    class Hungry(Passthrough):
        def __call__(self, source, report):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")
            yield

    monkeypatch.setattr(registry, "build", lambda name, request: Hungry(request, None))
    with pytest.raises(RuntimeUnavailableError, match="out of memory") as caught:
        work.run(make(clips("cfr"), tmp_path / "out.mkv"), ignore)
    assert "--device cpu" in caught.value.hint
    assert not (tmp_path / "out.mkv").exists()


@pytest.mark.parametrize(
    ("step", "size"),
    [
        (Step("rotate", params={"angle": 90}), (48, 86)),
        (Step("crop", params={"aspect": "1:1"}), (48, 48)),
        (Step("resize", params={"width": 32, "height": 32}), (32, 32)),
    ],
)
def test_pixels_that_are_no_squares_become_squares_before_they_are_turned(tmp_path, step, size):
    clip, output = tmp_path / "wide.mkv", tmp_path / "out.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=0.2", "-vf", "setsar=4/3", "-c:v", "ffv1", clip)
    plan = EditPlan((step,))
    work.run(replace(make(clip, output, "compose"), request=Request("edit", plan=plan)), ignore)
    made = probe(output)
    assert (made.width, made.height) == size
    assert made.sample_aspect_ratio == 1


def test_one_picture_is_one_frame(clips, tmp_path):
    events: list[Event] = []
    work.run(make(clips("image"), tmp_path / "out.png", encode=EncodeOptions()), events.append)
    assert events[0].message.endswith("(64x48, 1 frame) -> " + str(tmp_path / "out.png") + ", passthrough")
    assert events[-1].message.endswith("out.png: 1 frame")
    result = work.run(make(clips("image"), tmp_path / "out.mp4", preview=True), ignore)
    assert result.frames == 1
