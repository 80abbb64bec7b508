"""The steps of a plan that act on time and sound, apart from those that act on pictures."""

from __future__ import annotations

from fractions import Fraction

from lbvedit.media.timeline import TIME_OPS, Timeline
from lbvedit.types import Clip, EditPlan, Job, Step

__all__ = ["faded", "split", "timeline_for"]


def split(plan: EditPlan | None) -> tuple[tuple[Step, ...], EditPlan | None]:
    """The steps for the time line, and a plan of the others for the pipeline."""
    if plan is None:
        return (), None
    timed = tuple(step for step in plan.steps if step.op in TIME_OPS and step.target is None)
    others = tuple(step for step in plan.steps if step not in timed)
    return timed, EditPlan(others, plan.notes)


def timeline_for(job: Job, steps: tuple[Step, ...], duration_s: Fraction | None) -> Timeline:
    """What of the source plays when: first ``--start`` and ``--end``, then the steps in their order.

    Args:
        job: for its start and end.
        steps: the steps on time and sound.
        duration_s: the source's, None where only reading it could tell.

    Raises:
        UsageError: nothing is left, or a time counts from an end that is not known.
    """
    timeline = Timeline.whole(duration_s)
    if job.start_s is not None or job.end_s is not None:
        timeline = timeline.trim(job.start_s, job.end_s)
    for step in steps:
        timeline = timeline.apply(step)
    return timeline


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
