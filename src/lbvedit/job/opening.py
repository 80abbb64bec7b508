"""Opens a job's input as a source that plays what the job's time line says."""

from __future__ import annotations

from collections.abc import Callable

from lbvedit.job.timing import acts_on_time, lay_out
from lbvedit.media.outcome import Outcome
from lbvedit.media.source import Source
from lbvedit.media.timeline import Timeline
from lbvedit.types import EditPlan, Event, Job, Report

__all__ = ["announce", "counted", "losses", "open_source"]

_SHAPING = frozenset({"crop", "resize", "rotate"})
"""Steps for which a pixel has to be as wide as high."""


def open_source(job: Job, report: Report) -> tuple[Source, Timeline, EditPlan | None]:
    """The source, the time line that it plays, and the plan that is left for the pipeline.

    Args:
        job: for the input, how to read it, and what to do to time and sound.
        report: told the source's warnings.

    Raises:
        MediaError: the input cannot be read.
        UsageError: times that leave nothing, or a stream that is not there.
    """
    plan = job.request.plan
    shapes = plan is not None and any(step.op in _SHAPING for step in plan.steps)

    def opened(timeline: Timeline | None, warn: Callable[[str], None] | None) -> Source:
        return Source(
            job.input,
            stream=job.stream,
            timeline=timeline,
            fps=job.fps,
            size=job.size,
            square_pixels=shapes,
            allow_protocols=job.allow_protocols,
            on_warning=warn,
        )

    duration_s = None
    if job.input != "-" and acts_on_time(job):
        with opened(None, None) as whole:
            duration_s = whole.probed.duration_s
    timeline, left = lay_out(job, duration_s)
    return opened(timeline, lambda message: report(Event("warning", "decode", message=message))), timeline, left


def announce(job: Job, source: Source, report: Report, *, finished: int = 0) -> None:
    """Reports the event ``start``: what is about to be done.

    Args:
        job: for what goes where.
        source: the opened input.
        report: told it.
        finished: frames that an earlier run has done already.
    """
    info = source.info
    data = {
        "input": job.input,
        "output": job.output,
        "pipeline": job.pipeline,
        "width": info.width,
        "height": info.height,
        "frames": info.frame_count,
        "duration_s": None if info.duration_s is None else float(info.duration_s),
        "finished_frames": finished,
    }
    size = f"{info.width}x{info.height}" + (f", {counted(info.frame_count)}" if info.frame_count else "")
    report(Event("start", message=f"{job.input} ({size}) -> {job.output}, {job.pipeline}", data=data))


def losses(source: Source) -> tuple[Outcome, ...]:
    """Rows for what of a source's pictures did not come; complete once a pass has come to the end."""
    return tuple(Outcome("lost", "pictures", loss) for loss in source.losses)


def counted(frames: int) -> str:
    """A number of frames in words."""
    return "1 frame" if frames == 1 else f"{frames} frames"
