"""A source's pictures as a time line plays them: trimmed, cut, faster, slower, backwards, or at an even rate."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from functools import reduce
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from lbvedit.media.between import Between
from lbvedit.media.reader import Index, Reader, Shot
from lbvedit.media.timeline import HORIZON_S, Segment, Timeline

if TYPE_CHECKING:
    from lbvedit.types import ColorTags, VideoInfo

__all__ = ["common_tick", "is_even", "pace", "play", "played_time_base", "resample"]

FINEST = 1_000_000
"""Ticks a second beyond which time stamps are rounded."""

ROUNDED = Fraction(1, 90_000)

HELD = Fraction(5, 2)
"""Frame intervals from which on a picture counts as held: slow motion invents nothing between it and the next."""

SNAP = Fraction(1, 64)
"""Fraction of a frame interval within which a picture stands for a moment as it is."""

LONG_S = Fraction(1, 10)
"""How long a picture must stay to open a piece that begins in the middle of it."""

REVERSE_BYTES = 256 << 20
"""Decoded pictures held at once while playing backwards."""


EVEN = Fraction(4, 5)
"""Pictures come evenly where the shorter of their intervals are at least this share of the average one."""


def pace(index: Index, info: VideoInfo) -> Fraction | None:
    """The rate that pictures of another speed are made at: the source's, or that of its quickest passages.

    A screen recording may come at 25 pictures a second while something moves and at one otherwise. At its average
    rate most of what moves would be lost.
    """
    if info.average_rate is None or len(index.pts) < 3:
        return info.average_rate
    gaps = sorted(after - before for before, after in pairwise(index.pts))
    quick_s = gaps[len(gaps) // 10] * info.time_base
    return info.average_rate if quick_s * info.average_rate >= EVEN else 1 / quick_s


def is_even(index: Index, info: VideoInfo) -> bool:
    """Whether pictures come at the source's rate all the time: none is held."""
    if info.average_rate is None:
        return False
    return all(after - before <= HELD / info.average_rate / info.time_base for before, after in pairwise(index.pts))


def common_tick(*times: Fraction) -> Fraction:
    """The longest tick that all times are whole numbers of, or 1/90000 s where that is shorter than a microsecond."""
    tick = reduce(_gcd, (time for time in times if time))
    return tick if tick.denominator <= FINEST else ROUNDED


def _gcd(a: Fraction, b: Fraction) -> Fraction:
    return Fraction(math.gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)


def played_time_base(timeline: Timeline, info: VideoInfo) -> Fraction:
    """The time base of what ``play`` gives."""
    times = [info.time_base]
    for piece in timeline.segments:
        ends = [piece.start_s, *([] if piece.end_s == HORIZON_S else [piece.end_s])]
        times += [info.time_base / piece.speed, *(end / piece.speed for end in ends)]
        if piece.speed != 1 and info.average_rate:
            times.append(1 / info.average_rate)
    return common_tick(*times)


def play(reader: Reader, timeline: Timeline, info: VideoInfo, color: ColorTags) -> Iterator[Shot]:
    """The pictures of every piece of a time line, with output time stamps from 0 on.

    At normal speed every picture of a piece is shown when it is due. A faster piece keeps the source's rate and drops
    pictures; a slower one keeps it too and gets motion-compensated pictures in between.

    Args:
        reader: gives pictures in the source's time base.
        timeline: the pieces; times in it count from the source's first picture.
        info: the source's; its rate is the :func:`pace` of other speeds.
        color: its resolved tags.

    Yields:
        Shots whose ``pts`` count ``played_time_base``; a picture in between has the number of the one before it.
    """
    tick = played_time_base(timeline, info)
    last = -1
    for begin_s, piece in timeline.placed():
        moments = _backwards(reader, piece, info) if piece.reversed else _forwards(reader, piece, info)
        length_s = piece.end_s - piece.start_s
        for offset_s, shot in _at_speed(moments, piece.speed, length_s, info.average_rate, color):
            pts = max(last + 1, round((begin_s + offset_s) / tick))
            last = pts
            yield Shot(shot.picture, pts, shot.number)


def resample(shots: Iterable[Shot], time_base: Fraction, fps: Fraction, tick: Fraction) -> Iterator[Shot]:
    """Pictures at an even rate, each the one nearest in time.

    Args:
        shots: pictures in order.
        time_base: of their time stamps.
        fps: the rate wanted.
        tick: the time base of the result, of which both the first time stamp and 1 / fps are multiples.
    """
    step, count = 1 / fps, 0
    start_s = before_s = Fraction(0)
    gap_s = step
    before: Shot | None = None
    for shot in shots:
        time_s = shot.pts * time_base
        if before is None:
            start_s = time_s
        else:
            gap_s = time_s - before_s
            while start_s + count * step <= before_s + gap_s / 2:
                yield before._replace(pts=round((start_s + count * step) / tick))
                count += 1
        before, before_s = shot, time_s
    while before is not None and start_s + count * step < before_s + gap_s:
        yield before._replace(pts=round((start_s + count * step) / tick))
        count += 1


Moment = tuple[Fraction, Shot]
"""A picture with the time since its piece began, at normal speed."""


def _forwards(reader: Reader, piece: Segment, info: VideoInfo) -> Iterator[Moment]:
    """The pictures of a piece in order, with the one on show when it begins where that counts."""
    first = round(info.start_s / info.time_base)
    begin_ticks = first + piece.start_s / info.time_base
    covering: Shot | None = None
    with closing(reader.shots(math.floor(begin_ticks) if piece.start_s else None)) as shots:
        for shot in shots:
            time_s = (shot.pts - first) * info.time_base
            if time_s >= piece.end_s:
                break
            if time_s < piece.start_s:
                covering = shot
                continue
            if covering and _counts(covering.pts, shot.pts, begin_ticks, info):
                yield Fraction(0), covering
            covering = None
            yield time_s - piece.start_s, shot
    if covering:
        yield Fraction(0), covering


def _backwards(reader: Reader, piece: Segment, info: VideoInfo) -> Iterator[Moment]:
    """The pictures of a piece from the last to the first, a bounded number of them decoded at a time.

    A picture that is shown from one moment up to another is shown, backwards, from the other up to the one.
    """
    index = reader.index()
    first = round(info.start_s / info.time_base)
    start, stop = (first + time_s / info.time_base for time_s in (piece.start_s, piece.end_s))
    low = max(0, bisect_right(index.pts, start) - 1)
    high = bisect_left(index.pts, stop)
    if index.pts[low] < start and low + 1 < high and not _counts(index.pts[low], index.pts[low + 1], start, info):
        low += 1
    until_s = piece.end_s
    for shot in _descending(reader, index, low, high, info):
        yield piece.end_s - until_s, shot
        until_s = (shot.pts - first) * info.time_base


def _descending(reader: Reader, index: Index, low: int, high: int, info: VideoInfo) -> Iterator[Shot]:
    """Pictures number ``high - 1`` down to ``low``."""
    picture_bytes = info.width * info.height * (1 if info.bit_depth == 8 else 2) * 3
    most = max(8, REVERSE_BYTES // picture_bytes)
    while high > low:
        floor = max(low, high - most)
        # Begin at a key picture where there is one, so that nothing is decoded in vain.
        key = bisect_left(index.keys, index.pts[floor])
        if key < len(index.keys) and index.keys[key] < index.pts[high - 1]:
            floor = bisect_left(index.pts, index.keys[key])
        until = index.pts[high] if high < len(index.pts) else math.inf
        with closing(reader.shots(index.pts[floor])) as shots:
            run = list(_below(shots, until))
        yield from reversed(run)
        high = floor


def _below(shots: Iterable[Shot], pts: float) -> Iterator[Shot]:
    return takewhile(lambda shot: shot.pts < pts, shots)


def _counts(pts: int, following: int, start: Fraction, info: VideoInfo) -> bool:
    """Whether a picture that is on show when a piece begins belongs to it: for more than half of its time, or long."""
    return following - start > min(Fraction(following - pts, 2), LONG_S / info.time_base)


def _at_speed(
    moments: Iterator[Moment], speed: Fraction, length_s: Fraction, rate: Fraction | None, color: ColorTags
) -> Iterator[Moment]:
    if speed == 1:
        return moments
    if rate is None:
        return ((time_s / speed, shot) for time_s, shot in moments)
    return _fast(moments, speed, length_s, rate) if speed > 1 else _slow(moments, speed, length_s, rate, color)


def _fast(moments: Iterator[Moment], speed: Fraction, length_s: Fraction, rate: Fraction) -> Iterator[Moment]:
    """At every tick of the source's rate the nearest picture, none twice."""
    step, count, gap_s = speed / rate, 0, 1 / rate
    before: Moment | None = None
    for moment in moments:
        if before is not None:
            gap_s = moment[0] - before[0]
            middle_s = before[0] + gap_s / 2
            if count * step <= middle_s:
                yield count / rate, before[1]
                count = math.floor(middle_s / step) + 1
        before = moment
    if before is not None and count * step < min(length_s, before[0] + gap_s):
        yield count / rate, before[1]


def _slow(
    moments: Iterator[Moment], speed: Fraction, length_s: Fraction, rate: Fraction, color: ColorTags
) -> Iterator[Moment]:
    """At every tick of the source's rate a picture: the source's own where one is due, else one made in between.

    A picture that is held for long is given once.
    """
    step, count, gap_s = speed / rate, 0, 1 / rate
    before: Moment | None = None
    for moment in moments:
        if before is not None:
            start_s, shot = before
            gap_s = moment[0] - start_s
            until_s = moment[0] - gap_s * SNAP
            if gap_s > HELD / rate:
                yield count / rate, shot
                count = math.ceil(until_s / step)
            else:
                motion = Between(shot.picture, moment[1].picture, color)
                while count * step < until_s:
                    part = (count * step - start_s) / gap_s
                    own = part <= SNAP
                    yield count / rate, shot if own else shot._replace(picture=motion.at(float(part)))
                    count += 1
        before = moment
    while before is not None and count * step < min(length_s, before[0] + gap_s):
        yield count / rate, before[1]
        count += 1
