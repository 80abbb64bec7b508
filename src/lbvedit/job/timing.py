"""The steps of a plan that act on time and sound, apart from those that act on pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from lbvedit.media.timeline import TIME_OPS, Timeline
from lbvedit.types import Clip, EditPlan, Job, Step

__all__ = ["acts_on_time", "faded", "lay_out"]


def acts_on_time(job: Job) -> bool:
    """Whether anything in a job needs to know how long the source is."""
    steps = job.request.plan.steps if job.request.plan else ()
    return job.start_s is not None or job.end_s is not None or any(step.op in TIME_OPS for step in steps)


def lay_out(job: Job, duration_s: Fraction | None) -> tuple[Timeline, EditPlan | None]:
    """What of the source plays when, and the plan that is left for the pipeline.

    First ``--start`` and ``--end`` act, then the steps in their order. A step on pictures that names a time means the
    output as the steps before it left it, but the pipeline works on the finished time line; so its time is moved to
    where those moments play in the end, and the step repeated where they play more than once.

    Args:
        job: for its start, end and plan.
        duration_s: the source's, None where only reading it could tell.

    Raises:
        UsageError: nothing is left, or a time counts from an end that is not known.
    """
    timeline = Timeline.whole(duration_s)
    if job.start_s is not None or job.end_s is not None:
        timeline = timeline.trim(job.start_s, job.end_s)
    plan = job.request.plan
    if plan is None:
        return timeline, None
    pictures: list[tuple[Step, Timeline]] = []
    for step in plan.steps:
        if step.op in TIME_OPS:
            timeline = timeline.apply(step)
        else:
            pictures.append((step, timeline))
    steps = tuple(moved for step, then in pictures for moved in _moved(step, then, timeline))
    return timeline, EditPlan(steps, plan.notes)


def _moved(step: Step, then: Timeline, end: Timeline) -> Iterator[Step]:
    """A step with its time in the output of ``then`` as a time, or times, in the output of ``end``."""
    start, stop = step.params.get("start"), step.params.get("end")
    if (start is None and stop is None) or then.segments == end.segments:
        yield step
        return
    span = then.trim(*(None if value is None else Fraction(str(value)) for value in (start, stop)))
    for piece in span.segments:
        for first, last in end.outputs_of(piece.start_s, piece.end_s):
            yield replace(step, params={**step.params, "start": float(first), "end": float(last)})


def faded(clip: Clip, timeline: Timeline, start_s: Fraction) -> Clip:
    """A clip with its pictures as bright as the time line's fades say; without a fade the clip itself.

    Args:
        clip: frames of the output.
        timeline: for its ramps of brightness.
        start_s: the time stamp of the output's first picture.
    """
    levels = [timeline.picture_level(pts * clip.time_base - start_s) for pts in clip.pts]
    if all(level == 1 for level in levels):
        return clip
    import torch

    factors = torch.tensor([float(level) for level in levels]).view(-1, 1, 1, 1)
    return clip.with_frames((clip.frames.float() * factors).round().to(clip.frames.dtype))
