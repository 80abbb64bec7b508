"""Opens a job's input as a source that plays what the job's time line says."""

from __future__ import annotations

from collections.abc import Callable

from lbvedit.job.timing import timeline_for
from lbvedit.media.source import Source
from lbvedit.media.timeline import Timeline
from lbvedit.types import Event, Job, Report, Step

__all__ = ["open_source"]


def open_source(job: Job, steps: tuple[Step, ...], report: Report) -> tuple[Source, Timeline]:
    """The source, and the time line that it plays.

    Args:
        job: for the input and how to read it.
        steps: the steps on time and sound.
        report: told the source's warnings.

    Raises:
        MediaError: the input cannot be read.
        UsageError: times that leave nothing, or a stream that is not there.
    """

    def opened(timeline: Timeline | None, warn: Callable[[str], None] | None) -> Source:
        return Source(
            job.input,
            stream=job.stream,
            timeline=timeline,
            fps=job.fps,
            size=job.size,
            allow_protocols=job.allow_protocols,
            on_warning=warn,
        )

    duration_s = None
    if job.input != "-" and (steps or job.start_s is not None or job.end_s is not None):
        with opened(None, None) as whole:
            duration_s = whole.probed.duration_s
    timeline = timeline_for(job, steps, duration_s)
    return opened(timeline, lambda message: report(Event("warning", "decode", message=message))), timeline
