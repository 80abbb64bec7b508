"""The time line against a plain model: which source time plays at an output time, and how loud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbvedit.errors import UsageError
from lbvedit.media.timeline import Ramp, Segment, Timeline
from lbvedit.types import Step

F = Fraction
LENGTH = F(10)
# Never on a boundary of what the strategies below make, where half-open spans turn round under reverse.
INSTANTS = [F(k, 9973) for k in range(1, 9973, 701)]


@dataclass(frozen=True)
class Model:
    """An output as a function of time."""

    duration: Fraction
    source: Callable[[Fraction], Fraction]
    level: Callable[[Fraction], Fraction]

    def warped(self, duration: Fraction, place: Callable[[Fraction], Fraction]) -> Model:
        return Model(duration, lambda t: self.source(place(t)), lambda t: self.level(place(t)))


times = st.fractions(min_value=0, max_value=1, max_denominator=12)
operations = st.tuples(
    st.sampled_from(["trim", "cut", "speed", "reverse", "loop", "back and forth", "volume", "fade"]),
    times,
    times,
    st.fractions(min_value=F(1, 4), max_value=4, max_denominator=6),
    st.sampled_from(["in", "out"]),
)


def step(timeline: Timeline, model: Model, operation: tuple[str, F, F, F, str]) -> tuple[Timeline, Model]:
    op, one, other, factor, kind = operation
    length = model.duration
    a, b = sorted((one * length, other * length))
    if a == b or (op == "cut" and b - a == length):
        return timeline, model
    match op:
        case "trim":
            return timeline.trim(a, b), model.warped(b - a, lambda t: t + a)
        case "cut":
            return timeline.cut(a, b), model.warped(length - (b - a), lambda t: t if t < a else t + b - a)
        case "speed":
            end = a + (b - a) / factor
            return timeline.speed(factor, a, b), model.warped(
                length - (b - a) + (b - a) / factor,
                lambda t: t if t < a else a + (t - a) * factor if t < end else t - end + b,
            )
        case "reverse":
            return timeline.reverse(a, b), model.warped(length, lambda t: a + b - t if a <= t < b else t)
        case "loop" | "back and forth":
            turns, turning, lasts = int(factor) + 1, op != "loop", b - a

            def looped(t: Fraction) -> Fraction:
                turn, into = divmod(t - a, lasts)
                if t < a:
                    return t
                if turn >= turns:
                    return t - (turns - 1) * lasts
                return b - into if turning and turn % 2 else a + into

            longer = model.warped(length + (turns - 1) * lasts, looped)
            return timeline.loop(turns, a, b, alternating=turning), longer
        case "volume":
            return timeline.volume(factor, a, b), Model(
                length, model.source, lambda t: model.level(t) * (factor if a <= t < b else 1)
            )
    lasts = b - a
    fading = {"in": lambda t: min(t / lasts, F(1)), "out": lambda t: min((length - t) / lasts, F(1))}[kind]
    return timeline.fade(kind, lasts), Model(length, model.source, lambda t: model.level(t) * fading(t))


@settings(max_examples=50, deadline=None)
@given(st.lists(operations, max_size=6))
def test_any_chain_of_steps_agrees_with_the_model(chain: list[tuple[str, F, F, F, str]]) -> None:
    timeline, model = Timeline.whole(LENGTH), Model(LENGTH, lambda t: t, lambda t: F(1))
    for operation in chain:
        timeline, model = step(timeline, model, operation)
    assert timeline.duration_s == model.duration
    for instant in INSTANTS:
        t = instant * model.duration
        assert timeline.source_at(t) == model.source(t)
        assert timeline.sound_level(t) == model.level(t)


@settings(max_examples=40, deadline=None)
@given(st.lists(operations, max_size=5), times, times)
def test_a_source_span_plays_exactly_where_its_moments_do(
    chain: list[tuple[str, F, F, F, str]], one: F, other: F
) -> None:
    timeline, model = Timeline.whole(LENGTH), Model(LENGTH, lambda t: t, lambda t: F(1))
    for operation in chain:
        timeline, model = step(timeline, model, operation)
    a, b = sorted((one * LENGTH, other * LENGTH))
    spans = timeline.outputs_of(a, b)
    assert all(s < e for s, e in spans)
    assert all(e < s for (_, e), (s, _) in pairwise(spans))
    for instant in INSTANTS:
        t = instant * model.duration
        assert any(s <= t < e for s, e in spans) == (a <= model.source(t) < b)


def test_undoing_gives_the_source_back() -> None:
    whole = Timeline.whole(LENGTH)
    assert whole.is_identity
    assert whole.speed(F(3)).speed(F(1, 3)).is_identity
    assert whole.reverse().reverse().is_identity
    assert whole.reverse(F(2), F(5)).reverse(F(2), F(5)).is_identity
    assert whole.trim(F(0), F(99)).is_identity
    assert not whole.mute().is_identity
    assert whole.mute().keeps_time


def test_steps_act_on_the_output_so_far() -> None:
    slowed_first = Timeline.whole(LENGTH).speed(F(1, 2)).cut(F(0), F(2))
    assert slowed_first.segments == (Segment(F(1), F(10), F(1, 2)),)
    cut_first = Timeline.whole(LENGTH).cut(F(0), F(2)).speed(F(1, 2))
    assert cut_first.segments == (Segment(F(2), F(10), F(1, 2)),)


def test_negative_times_count_from_the_end_and_trim_keeps() -> None:
    assert Timeline.whole(LENGTH).trim(end_s=F(-2)).segments == (Segment(F(0), F(8)),)
    assert Timeline.whole(LENGTH).cut(F(-2)).segments == (Segment(F(0), F(8)),)


def test_a_fade_out_turned_round_is_a_fade_in() -> None:
    faded = Timeline.whole(LENGTH).fade("out", F(2)).reverse()
    assert faded.picture == faded.sound == (Ramp(F(0), F(2), F(0), F(1)),)


def test_silence_is_known_even_in_two_halves() -> None:
    assert Timeline.whole(LENGTH).mute().is_silent
    assert Timeline.whole(LENGTH).mute(F(4)).mute(F(0), F(5)).is_silent
    assert not Timeline.whole(LENGTH).mute(F(4)).mute(F(0), F(3)).is_silent


def test_an_unknown_length_allows_what_needs_no_end() -> None:
    stream = Timeline.whole(None)
    assert stream.is_identity
    assert stream.duration_s is None
    assert stream.cut(F(0), F(2)).speed(F(2)).is_open
    assert stream.mute().is_silent
    assert stream.trim(F(1), F(4)).reverse().duration_s == 3
    for refused in (
        lambda: stream.loop(2),
        lambda: stream.reverse(),
        lambda: stream.fade("out", F(1)),
        lambda: stream.trim(end_s=F(-2)),
    ):
        with pytest.raises(UsageError, match="length"):
            refused()


@pytest.mark.parametrize(
    ("op", "params"),
    [
        ("trim", {"start": 12}),
        ("trim", {"start": 5, "end": 4}),
        ("cut", {}),
        ("speed", {}),
        ("speed", {"factor": 0}),
        ("speed", {"factor": "fast"}),
        ("speed", {"factor": "1/0"}),
        ("volume", {"factor": -1}),
        ("fade", {"duration": 2}),
        ("fade", {"kind": "in", "duration": 0}),
        ("trim", {"start": float("nan")}),
    ],
)
def test_nonsense_is_refused_in_one_line(op: str, params: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        Timeline.whole(LENGTH).apply(Step(op, None, params))
    assert "\n" not in caught.value.message


def test_steps_from_a_plan() -> None:
    plan = [Step("speed", None, {"factor": 0.5}), Step("cut", None, {"start": 0, "end": 2}), Step("mute")]
    timeline = Timeline.whole(LENGTH)
    for part in plan:
        timeline = timeline.apply(part)
    assert timeline.duration_s == 18
    assert timeline.is_silent


def test_a_loop_of_a_known_stretch_needs_no_end() -> None:
    stream = Timeline.whole(None).loop(3, F(1), F(2), alternating=True)
    assert [(piece.start_s, piece.end_s, piece.reversed) for piece in stream.segments[:3]] == [
        (F(0), F(2), False),
        (F(1), F(2), True),
        (F(1), stream.source_s, False),
    ]


@pytest.mark.parametrize("times", [0, 0.5, "often"])
def test_a_loop_plays_a_whole_number_of_times(times: object) -> None:
    with pytest.raises(UsageError, match="loop"):
        Timeline.whole(LENGTH).apply(Step("loop", params={"times": times}))


def test_a_held_picture_is_silent_and_moves_what_follows() -> None:
    ending = Timeline.whole(LENGTH).fade("out", F(2))
    held = ending.freeze(F(3), F(4))
    assert held.duration_s == LENGTH + 3
    assert [held.source_at(t) for t in (F(3), F(8), F(12))] == [F(3), F(5), F(9)]
    assert all(F(4) <= held.source_at(t) < F(4) + F(1, 1000) for t in (F(4), F(5), F(69, 10)))
    assert [held.sound_level(t) for t in (F(3), F(5), F(8), F(12))] == [1, 0, 1, F(1, 2)]
    assert [held.picture_level(t) for t in (F(5), F(12))] == [1, F(1, 2)]


def test_the_last_picture_is_held_by_default() -> None:
    held = Timeline.whole(LENGTH).freeze(F(2))
    assert held.duration_s == LENGTH + 2
    assert LENGTH - F(1, 1000) <= held.source_at(F(11)) < LENGTH
    assert Timeline.whole(LENGTH).freeze(F(2), F(-1)).source_at(F(10)) < LENGTH - 1 + F(1, 1000)


@pytest.mark.parametrize(("duration", "at"), [(F(0), None), (F(1), F(11)), (F(1), F(-11))])
def test_a_picture_that_cannot_be_held(duration: F, at: F | None) -> None:
    with pytest.raises(UsageError, match=r"held for some time|no picture shows"):
        Timeline.whole(LENGTH).freeze(duration, at)
