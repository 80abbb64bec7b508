from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import torch

from lbvedit.errors import UsageError
from lbvedit.job.timing import faded, lay_out
from lbvedit.media.timeline import Timeline
from lbvedit.types import Clip, EditPlan, Job, Request, Step


def job(**values) -> Job:
    return Job("in.mp4", "out.mp4", "passthrough", Request("edit"), **values)


def lay(steps: list[Step], duration_s: int = 10, **values) -> tuple[Timeline, tuple[Step, ...]]:
    asked = job(**values)
    timeline, plan = lay_out(
        replace(asked, request=replace(asked.request, plan=EditPlan(tuple(steps)))), Fraction(duration_s)
    )
    assert plan is not None
    return timeline, plan.steps


def spans(timeline: Timeline) -> list[tuple[Fraction, Fraction]]:
    return [(piece.start_s, piece.end_s) for piece in timeline.segments]


def test_steps_keep_their_order_on_both_sides():
    timeline, left = lay(
        [Step("recolor"), Step("trim", params={"start": 4}), Step("blur"), Step("cut", params={"end": 1})]
    )
    assert spans(timeline) == [(5, 10)]
    assert [step.op for step in left] == ["recolor", "blur"]


def test_start_and_end_come_before_the_steps():
    timeline, _ = lay([Step("trim", params={"end": 2})], start_s=Fraction(3), end_s=Fraction(-1))
    assert spans(timeline) == [(3, 5)]


def test_nothing_left_is_refused():
    with pytest.raises(UsageError, match="nothing lies between"):
        lay_out(job(start_s=Fraction(11)), Fraction(10))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([], [(5, 8)]),
        ([Step("cut", params={"end": 2})], [(3, 6)]),
        ([Step("speed", params={"factor": 2})], [(2.5, 4)]),
        ([Step("reverse")], [(2, 5)]),
        ([Step("cut", params={"start": 6, "end": 7})], [(5, 7)]),
        ([Step("trim", params={"end": 4})], []),
        ([Step("fade", params={"kind": "in", "duration": 1})], [(5, 8)]),
    ],
)
def test_a_time_means_the_output_of_the_steps_before(after, expected):
    _, left = lay([Step("blur", params={"amount": 1, "start": 5, "end": 8}), *after])
    assert [(step.params["start"], step.params["end"]) for step in left] == expected
    assert all(step.params["amount"] == 1 for step in left)


def test_a_time_from_the_end_means_the_end_of_then():
    _, left = lay([Step("blur", params={"start": -2}), Step("trim", params={"start": 5})])
    assert [(step.params["start"], step.params["end"]) for step in left] == [(3, 5)]


def test_a_time_after_a_cut_is_already_the_outputs_own():
    _, left = lay([Step("cut", params={"end": 2}), Step("blur", params={"start": 5})])
    assert dict(left[0].params) == {"start": 5}


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
