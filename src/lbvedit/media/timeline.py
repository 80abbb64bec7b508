"""Which moments of the source play when: exact arithmetic for what cuts, repeats, holds, speeds and fades.

Source times count from the source's first picture, output times from the output's. Every method acts on the output so
far, so a chain of calls keeps the order in which the steps were asked for.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from lbvedit.errors import UsageError
from lbvedit.types import Step

__all__ = ["TIME_OPS", "Ramp", "Segment", "Timeline"]

TIME_OPS = frozenset({"trim", "cut", "speed", "reverse", "loop", "freeze", "fade", "mute", "volume"})
"""The operators that ``Timeline.apply`` understands."""

SLIVER_S = Fraction(1, 1000)
"""How much of the source plays while a picture is held."""

HORIZON_S = Fraction(10**9)
"""Where a source of unknown length is said to end: no video lasts thirty years."""

_TIMES = "such as 'play it three times'; in a plan \"times\": 3"
_FADE = 'such as \'fade out over 2 seconds\'; in a plan "kind": "out", "duration": 2'


@dataclass(frozen=True)
class Segment:
    """The source from ``start_s`` up to ``end_s``, played at ``speed``, backwards if ``reversed``.

    Raises:
        ValueError: an empty piece or a speed that is not positive.
    """

    start_s: Fraction
    end_s: Fraction
    speed: Fraction = Fraction(1)
    reversed: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s or self.speed <= 0:
            raise ValueError(f"not a piece of a video: {self.start_s}..{self.end_s} s at speed {self.speed}")

    @property
    def duration_s(self) -> Fraction:
        """How long the piece plays."""
        return (self.end_s - self.start_s) / self.speed

    def source_at(self, offset_s: Fraction) -> Fraction:
        """The source time that plays ``offset_s`` after the piece begins."""
        step = offset_s * self.speed
        return self.end_s - step if self.reversed else self.start_s + step

    def offset_of(self, source_s: Fraction) -> Fraction:
        """How long after the piece begins a source time plays; the inverse of ``source_at``."""
        step = self.end_s - source_s if self.reversed else source_s - self.start_s
        return step / self.speed

    def between(self, start_s: Fraction, end_s: Fraction) -> Segment:
        """The part of the piece that plays from one offset up to another."""
        first, last = sorted((self.source_at(start_s), self.source_at(end_s)))
        return dataclasses.replace(self, start_s=first, end_s=last)

    def precedes(self, other: Segment) -> bool:
        """Whether the other piece goes on seamlessly where this one stops."""
        touching = self.start_s == other.end_s if self.reversed else self.end_s == other.start_s
        return touching and self.speed == other.speed and self.reversed == other.reversed


@dataclass(frozen=True)
class Ramp:
    """A factor that goes in a straight line from ``start_level`` to ``end_level``, and is 1 outside its span.

    Times are output times.
    """

    start_s: Fraction
    end_s: Fraction
    start_level: Fraction
    end_level: Fraction

    @property
    def is_constant(self) -> bool:
        """Whether the factor is the same in the whole span."""
        return self.start_level == self.end_level

    def level(self, time_s: Fraction) -> Fraction:
        """The factor at a time."""
        if not self.start_s <= time_s < self.end_s:
            return Fraction(1)
        return self._line(time_s)

    def between(self, start_s: Fraction, end_s: Fraction) -> Ramp | None:
        """The part inside a span of time, or None where they do not meet."""
        first, last = max(self.start_s, start_s), min(self.end_s, end_s)
        return Ramp(first, last, self._line(first), self._line(last)) if first < last else None

    def moved(self, place: Callable[[Fraction], Fraction]) -> Ramp:
        """The ramp with its times mapped by a linear function, which may turn them round."""
        ends = sorted(((place(self.start_s), self.start_level), (place(self.end_s), self.end_level)))
        (start_s, start_level), (end_s, end_level) = ends
        return Ramp(start_s, end_s, start_level, end_level)

    def _line(self, time_s: Fraction) -> Fraction:
        part = (time_s - self.start_s) / (self.end_s - self.start_s)
        return self.start_level + (self.end_level - self.start_level) * part


@dataclass(frozen=True)
class Timeline:
    """An output as pieces of a source, in playing order, with fades of the pictures and gains of the sound.

    Args:
        source_s: the source's duration; ``HORIZON_S`` where only reading to the end could tell.
        segments: the pieces; the first plays at output time 0, each at the end of the one before.
        picture: factors of the pictures' brightness; where several meet they multiply.
        sound: factors of the sound's amplitude, likewise.
    """

    source_s: Fraction
    segments: tuple[Segment, ...]
    picture: tuple[Ramp, ...] = ()
    sound: tuple[Ramp, ...] = ()

    @classmethod
    def whole(cls, duration_s: Fraction | None) -> Timeline:
        """The source as it is; with None, of a length that is not known yet.

        Raises:
            UsageError: a duration that is not positive.
        """
        if duration_s is not None and duration_s <= 0:
            raise UsageError(
                f"a video of {_seconds(duration_s)} has nothing to edit", hint="name a video with at least one frame"
            )
        end_s = HORIZON_S if duration_s is None else duration_s
        return cls(end_s, (Segment(Fraction(0), end_s),))

    @property
    def is_identity(self) -> bool:
        """Whether the output is the source: every moment once, in order, at its own speed and loudness."""
        return self == Timeline(self.source_s, (Segment(Fraction(0), self.source_s),))

    @property
    def keeps_time(self) -> bool:
        """Whether the pictures play as in the source, whatever happens to sound and brightness."""
        return self.segments == (Segment(Fraction(0), self.source_s),)

    @property
    def is_open(self) -> bool:
        """Whether the output ends where the source does and nobody knows yet when that is."""
        return self.source_s == HORIZON_S and any(piece.end_s == HORIZON_S for piece in self.segments)

    @property
    def is_silent(self) -> bool:
        """Whether no sound is left."""
        mute = [ramp for ramp in self.sound if not ramp.start_level and not ramp.end_level]
        covered = Fraction(0)
        for ramp in sorted(mute, key=lambda ramp: ramp.start_s):
            if ramp.start_s <= covered:
                covered = max(covered, ramp.end_s)
        return covered >= self._length

    @property
    def duration_s(self) -> Fraction | None:
        """The output's duration, or None where only reading to the end could tell."""
        return None if self.is_open else self._length

    def placed(self) -> Iterator[tuple[Fraction, Segment]]:
        """Each piece with the output time at which it begins."""
        starts = accumulate((piece.duration_s for piece in self.segments), initial=Fraction(0))
        return zip(starts, self.segments, strict=False)

    def source_at(self, output_s: Fraction) -> Fraction:
        """The source time that plays at an output time.

        Raises:
            ValueError: a time outside the output.
        """
        for start_s, piece in self.placed():
            if start_s <= output_s < start_s + piece.duration_s:
                return piece.source_at(output_s - start_s)
        raise ValueError(f"{output_s} s is outside the output of {self.duration_s} s")

    def outputs_of(self, start_s: Fraction, end_s: Fraction) -> list[tuple[Fraction, Fraction]]:
        """The spans of output time in which a span of the source plays, in order; empty where it was cut."""
        spans: list[tuple[Fraction, Fraction]] = []
        for begin_s, piece in self.placed():
            first, last = max(start_s, piece.start_s), min(end_s, piece.end_s)
            if first < last:
                span = sorted(begin_s + piece.offset_of(time_s) for time_s in (first, last))
                if spans and spans[-1][1] == span[0]:
                    spans[-1] = (spans[-1][0], span[1])
                else:
                    spans.append((span[0], span[1]))
        return spans

    def picture_level(self, output_s: Fraction) -> Fraction:
        """The factor of the pictures' brightness at an output time."""
        return _product(ramp.level(output_s) for ramp in self.picture)

    def sound_level(self, output_s: Fraction) -> Fraction:
        """The factor of the sound's amplitude at an output time."""
        return _product(ramp.level(output_s) for ramp in self.sound)

    def trim(self, start_s: Fraction | None = None, end_s: Fraction | None = None) -> Timeline:
        """Only what plays from one time up to another; negative times count from the end.

        Raises:
            UsageError: nothing is left, or a time counts from an end that is not known yet.
        """
        start_s, end_s = self._span(start_s, end_s)
        return self._joined([(start_s, end_s)])

    def cut(self, start_s: Fraction | None = None, end_s: Fraction | None = None) -> Timeline:
        """Everything but what plays from one time up to another.

        Raises:
            UsageError: nothing is left, or a time counts from an end that is not known yet.
        """
        start_s, end_s = self._span(start_s, end_s)
        return self._joined([(Fraction(0), start_s), (end_s, self._length)])

    def speed(self, factor: Fraction, start_s: Fraction | None = None, end_s: Fraction | None = None) -> Timeline:
        """A span played ``factor`` times as fast: 2 is twice as fast, 1/2 half as fast.

        Raises:
            UsageError: a factor that is not positive, or an impossible span.
        """
        if factor <= 0:
            raise UsageError(f"a speed factor is above 0, got {float(factor):g}", hint="reverse plays backwards")
        start_s, end_s = self._span(start_s, end_s)

        return self._rebuilt(
            start_s,
            end_s,
            lambda pieces: [dataclasses.replace(piece, speed=piece.speed * factor) for piece in pieces],
            lambda time_s: start_s + (time_s - start_s) / factor,
        )

    def reverse(self, start_s: Fraction | None = None, end_s: Fraction | None = None) -> Timeline:
        """A span played backwards, pictures and sound.

        Raises:
            UsageError: an impossible span, or one whose end is not known yet.
        """
        start_s, end_s = self._span(start_s, end_s)
        if end_s == self._length:
            self._require_end("reversing")
        return self._rebuilt(
            start_s,
            end_s,
            _backwards,
            _turned(start_s + end_s),
        )

    def loop(
        self,
        times: int,
        start_s: Fraction | None = None,
        end_s: Fraction | None = None,
        *,
        alternating: bool = False,
    ) -> Timeline:
        """A span played several times over; ``alternating``: every second time backwards.

        Raises:
            UsageError: no time at all, an impossible span, or one whose end is not known yet.
        """
        if times < 1:
            raise UsageError(f"a loop plays at least once, got {times}", hint=_TIMES)
        start_s, end_s = self._span(start_s, end_s)
        if end_s == self._length:
            self._require_end("looping")
        length = end_s - start_s
        forwards = self._pieces(start_s, end_s)
        turns = [alternating and turn % 2 == 1 for turn in range(times)]
        places = [
            _turned(start_s + end_s + turn * length) if back else _shift(turn * length)
            for turn, back in enumerate(turns)
        ]
        after = _shift((times - 1) * length)
        spans = [(Fraction(0), start_s, _shift(Fraction(0))), *((start_s, end_s, place) for place in places)]
        spans.append((end_s, self._length, after))
        picture, sound = (
            tuple(part for first, last, place in spans for part in _moved(ramps, first, last, place))
            for ramps in (self.picture, self.sound)
        )
        pieces = [
            *self._pieces(Fraction(0), start_s),
            *itertools.chain.from_iterable(_backwards(forwards) if back else forwards for back in turns),
            *self._pieces(end_s, self._length),
        ]
        return Timeline(self.source_s, _merged(pieces), picture, sound)

    def freeze(self, duration_s: Fraction, at_s: Fraction | None = None) -> Timeline:
        """The picture of a moment held for a while, without sound; by default the last one.

        Args:
            duration_s: for how long.
            at_s: when, negative from the end; None at the end.

        Raises:
            UsageError: a duration that is not positive, a moment outside the output, or an end that is not known yet.
        """
        if duration_s <= 0:
            raise UsageError(
                f"a picture is held for some time, got {_seconds(duration_s)}",
                hint="such as 'freeze the last frame for 2 seconds'; in a plan \"duration\": 2",
            )
        if at_s is None or at_s < 0:
            self._require_end("holding a picture before the end")
        length = self._length
        moment_s = length if at_s is None else at_s + length if at_s < 0 else at_s
        if not 0 <= moment_s <= length:
            raise UsageError(
                f"no picture shows at {_seconds(at_s or 0)} of a video of {_seconds(length)}",
                hint=f"from 0 to {float(length):g} s, as the steps before left it; -1 is 1 s before the end",
            )
        shown_s = min(self.source_at(min(moment_s, length - SLIVER_S)), self.source_s - SLIVER_S)
        held = Segment(shown_s, shown_s + SLIVER_S, SLIVER_S / duration_s)
        before, after = (Fraction(0), moment_s), (moment_s, length)
        picture, sound = (
            (*_moved(ramps, *before, _shift(Fraction(0))), *_moved(ramps, *after, _shift(duration_s)))
            for ramps in (self.picture, self.sound)
        )
        silence = Ramp(moment_s, moment_s + duration_s, Fraction(0), Fraction(0))
        pieces = (*self._pieces(*before), held, *self._pieces(*after))
        return Timeline(self.source_s, _merged(pieces), picture, (*sound, silence))

    def fade(self, kind: Literal["in", "out"], duration_s: Fraction) -> Timeline:
        """Pictures and sound rising from nothing at the start, or sinking to nothing at the end.

        Raises:
            UsageError: a duration that is not positive, or an end that is not known yet.
        """
        if duration_s <= 0:
            raise UsageError(f"a fade takes some time, got {_seconds(duration_s)}", hint=_FADE)
        if kind == "out":
            self._require_end("fading out")
        duration_s = min(duration_s, self._length)
        start_s = Fraction(0) if kind == "in" else self._length - duration_s
        levels = (Fraction(0), Fraction(1)) if kind == "in" else (Fraction(1), Fraction(0))
        ramp = Ramp(start_s, start_s + duration_s, *levels)
        return dataclasses.replace(self, picture=(*self.picture, ramp), sound=(*self.sound, ramp))

    def mute(self, start_s: Fraction | None = None, end_s: Fraction | None = None) -> Timeline:
        """A span without sound.

        Raises:
            UsageError: an impossible span.
        """
        return self.volume(Fraction(0), start_s, end_s)

    def volume(self, factor: Fraction, start_s: Fraction | None = None, end_s: Fraction | None = None) -> Timeline:
        """A span with its sound's amplitude times ``factor``.

        Raises:
            UsageError: a negative factor, or an impossible span.
        """
        if factor < 0:
            raise UsageError(
                f"a volume factor is at least 0, got {float(factor):g}",
                hint="0.5 is half as loud, 2 twice as loud, 0 silent",
            )
        start_s, end_s = self._span(start_s, end_s)
        if factor == 1:
            return self
        return dataclasses.replace(self, sound=(*self.sound, Ramp(start_s, end_s, factor, factor)))

    def apply(self, step: Step) -> Timeline:
        """The timeline after one step of an edit.

        Raises:
            UsageError: a parameter that is missing or not a number, or times that make no sense.
            ValueError: a step that is not among ``TIME_OPS``.
        """
        span = (_number(step, "start"), _number(step, "end"))
        match step.op:
            case "trim":
                return self.trim(*span)
            case "cut":
                return self.cut(*span)
            case "speed":
                return self.speed(_needed(step, "factor"), *span)
            case "reverse":
                return self.reverse(*span)
            case "loop":
                times = _needed(step, "times") if "times" in step.params else Fraction(2)
                if times.denominator > 1:
                    raise UsageError(f"loop: times is a whole number, got {float(times):g}", hint=_TIMES)
                return self.loop(int(times), *span, alternating=step.params.get("direction") == "alternating")
            case "freeze":
                duration_s = _needed(step, "duration") if "duration" in step.params else Fraction(2)
                return self.freeze(duration_s, _number(step, "at"))
            case "mute":
                return self.mute(*span)
            case "volume":
                return self.volume(_needed(step, "factor"), *span)
            case "fade":
                kind = step.params.get("kind")
                if kind not in ("in", "out"):
                    raise UsageError(f"fade: kind is 'in' or 'out', got {kind!r}", hint=_FADE)
                return self.fade(kind, _needed(step, "duration"))
        raise ValueError(f"{step.op} does not act on time")

    @property
    def _length(self) -> Fraction:
        return sum((piece.duration_s for piece in self.segments), Fraction(0))

    def _require_end(self, what: str) -> None:
        if self.is_open:
            raise UsageError(
                f"{what} needs the video's length, which this input does not tell",
                hint="give the input as a file, or name the end: trim it first",
            )

    def _span(self, start_s: Fraction | None, end_s: Fraction | None) -> tuple[Fraction, Fraction]:
        """A span of output time: None is the beginning or the end, negative counts from the end."""
        if (start_s or 0) < 0 or (end_s or 0) < 0:
            self._require_end("counting from the end")
        length = self._length
        first = Fraction(0) if start_s is None else start_s + length if start_s < 0 else start_s
        last = length if end_s is None else end_s + length if end_s < 0 else end_s
        first, last = max(first, Fraction(0)), min(last, length)
        if first >= last:
            known = "" if self.is_open else f" of a video of {_seconds(length)}"
            raise UsageError(
                f"nothing lies between {_seconds(start_s or 0)} and "
                f"{'the end' if end_s is None else _seconds(end_s)}{known}",
                hint="times count from the beginning, or from the end where they are negative",
            )
        return first, last

    def _pieces(self, start_s: Fraction, end_s: Fraction) -> list[Segment]:
        """What plays in a span of output time."""
        found = []
        for begin_s, piece in self.placed():
            first = max(start_s - begin_s, Fraction(0))
            last = min(end_s - begin_s, piece.duration_s)
            if first < last:
                found.append(piece.between(first, last))
        return found

    def _joined(self, spans: Iterable[tuple[Fraction, Fraction]]) -> Timeline:
        """The output reduced to some spans of itself, one after the other."""
        pieces: list[Segment] = []
        picture: list[Ramp] = []
        sound: list[Ramp] = []
        at_s = Fraction(0)
        for start_s, end_s in spans:
            if start_s >= end_s:
                continue
            pieces += self._pieces(start_s, end_s)
            picture += _moved(self.picture, start_s, end_s, _shift(at_s - start_s))
            sound += _moved(self.sound, start_s, end_s, _shift(at_s - start_s))
            at_s += end_s - start_s
        if not pieces:
            raise UsageError(
                f"cutting all {_seconds(self._length)} leaves nothing",
                hint="cut less, or say what to keep: 'trim to the first 5 seconds'",
            )
        return Timeline(self.source_s, _merged(pieces), tuple(picture), tuple(sound))

    def _rebuilt(
        self,
        start_s: Fraction,
        end_s: Fraction,
        change: Callable[[list[Segment]], list[Segment]],
        place: Callable[[Fraction], Fraction],
    ) -> Timeline:
        """The output with the pieces of one span changed; ``place`` maps the span's times to where they went."""
        spans = (Fraction(0), start_s), (start_s, end_s), (end_s, self._length)
        before, inside, after = (self._pieces(*span) for span in spans)
        places = (_shift(Fraction(0)), place, _shift(max(place(start_s), place(end_s)) - end_s))
        picture, sound = (
            tuple(part for span, to in zip(spans, places, strict=True) for part in _moved(ramps, *span, to))
            for ramps in (self.picture, self.sound)
        )
        return Timeline(self.source_s, _merged([*before, *change(inside), *after]), picture, sound)


def _backwards(pieces: Sequence[Segment]) -> list[Segment]:
    return [dataclasses.replace(piece, reversed=not piece.reversed) for piece in reversed(pieces)]


def _turned(sum_s: Fraction) -> Callable[[Fraction], Fraction]:
    return lambda time_s: sum_s - time_s


def _shift(by_s: Fraction) -> Callable[[Fraction], Fraction]:
    return lambda time_s: time_s + by_s


def _moved(
    ramps: Iterable[Ramp], start_s: Fraction, end_s: Fraction, place: Callable[[Fraction], Fraction]
) -> list[Ramp]:
    """What some ramps do in a span of time, with its times mapped by a linear function."""
    return [part.moved(place) for ramp in ramps if (part := ramp.between(start_s, end_s))]


def _merged(pieces: Iterable[Segment]) -> tuple[Segment, ...]:
    """Pieces with seamless neighbours joined."""
    merged: list[Segment] = []
    for piece in pieces:
        if merged and merged[-1].precedes(piece):
            last = merged.pop()
            piece = dataclasses.replace(
                piece, start_s=min(last.start_s, piece.start_s), end_s=max(last.end_s, piece.end_s)
            )
        merged.append(piece)
    return tuple(merged)


def _product(levels: Iterable[Fraction]) -> Fraction:
    product = Fraction(1)
    for level in levels:
        product *= level
    return product


def _needed(step: Step, name: str) -> Fraction:
    value = _number(step, name)
    if value is None:
        raise UsageError(f"{step.op} needs its {name}", hint=f'in the step of the plan: "params": {{"{name}": 2}}')
    return value


def _number(step: Step, name: str) -> Fraction | None:
    value = step.params.get(name)
    if value is None:
        return None
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(
            f"{step.op}: {name} is a number, got {value!r}",
            hint=f'in the step of the plan: "params": {{"{name}": 1.5}}',
        ) from error


def _seconds(time_s: Fraction | int) -> str:
    return f"{float(time_s):g} s"
