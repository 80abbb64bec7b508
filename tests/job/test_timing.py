from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from lbvedit.errors import UsageError
from lbvedit.job.timing import faded, split, timeline_for
from lbvedit.media.timeline import Timeline
from lbvedit.types import Clip, EditPlan, Job, Request, Step


def job(**values) -> Job:
    return Job("in.mp4", "out.mp4", "passthrough", Request("edit"), **values)


def test_split_keeps_the_order_on_both_sides():
    steps = tuple(Step(op) for op in ("recolor", "trim", "blur", "reverse"))
    timed, plan = split(EditPlan(steps, ("a note",)))
    assert [step.op for step in timed] == ["trim", "reverse"]
    assert plan is not None
    assert [step.op for step in plan.steps] == ["recolor", "blur"]
    assert plan.notes == ("a note",)


def test_start_and_end_come_before_the_steps():
    steps = (Step("trim", params={"end": 2}),)
    timeline = timeline_for(job(start_s=Fraction(3), end_s=Fraction(-1)), steps, Fraction(10))
    assert [(piece.start_s, piece.end_s) for piece in timeline.segments] == [(3, 5)]


def test_nothing_left_is_refused():
    with pytest.raises(UsageError, match="nothing lies between"):
        timeline_for(job(start_s=Fraction(11)), (), Fraction(10))


@pytest.mark.parametrize(("dtype", "full"), [(torch.uint8, 255), (torch.uint16, 65535)])
def test_faded_pictures_follow_the_ramp_and_others_are_the_same_object(dtype, full):
    frames = torch.full((4, 3, 2, 2), full).to(dtype)
    clip = Clip(frames, (10, 11, 12, 13), Fraction(1, 2))
    untouched = Clip(frames, (20, 21, 22, 23), Fraction(1, 2))
    timeline = Timeline.whole(Fraction(100)).fade("in", Fraction(1))
    first = faded(clip, timeline, Fraction(5))
    assert [int(value) for value in first.frames[:, 0, 0, 0]] == [0, round(full / 2), full, full]
    assert first.origin is clip
    assert faded(untouched, timeline, Fraction(5)) is untouched
