"""Masks over time as an inline SVG line chart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lbvedit.report.contact_sheet import clock
from lbvedit.report.findings import MaskTrack

__all__ = ["chart"]

WIDTH, HEIGHT = 720, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 28
LINES = ("#2a78d6", "#d9622b", "#2e8f5b", "#9457c8", "#b8860b", "#c2407a")
"""Told apart by dashes as well, for eyes that do not tell these colours apart."""
DASHES = ("", "8 4", "2 4", "12 4 2 4", "4 4", "16 6")


def chart(tracks: Sequence[MaskTrack]) -> str:
    """The share of the frame that each target covers, over time, as SVG text with a legend."""
    end = max((track.times_s[-1] for track in tracks if track.times_s), default=0.0) or 1.0
    most = max((max(track.shares) for track in tracks if track.shares), default=0.0)
    top = _round_up(most)
    lines = "".join(_line(track, number, end, top) for number, track in enumerate(tracks))
    legend = "".join(_entry(track, number) for number, track in enumerate(tracks))
    named = escape(", ".join(track.name for track in tracks), quote=True)
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='Share of the frame covered over time: {named}'>"
        f"{_axes(end, top)}{lines}</svg><ul class='legend'>{legend}</ul>"
    )


def _round_up(share: float) -> float:
    return next((bound for bound in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if share <= bound), 1.0)


def _axes(end: float, top: float) -> str:
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    marks = []
    for part in (0.0, 0.5, 1.0):
        y = floor - part * (floor - TOP)
        label = f"{100 * top * part:g} %"
        marks.append(f"<line class='axis' x1='{LEFT}' x2='{right}' y1='{y:g}' y2='{y:g}'/>")
        marks.append(f"<text x='{LEFT - 6}' y='{y:g}' text-anchor='end' dominant-baseline='middle'>{label}</text>")
        x = LEFT + part * (right - LEFT)
        anchor = {0.0: "start", 0.5: "middle", 1.0: "end"}[part]
        marks.append(f"<text x='{x:g}' y='{HEIGHT - 8}' text-anchor='{anchor}'>{clock(end * part)}</text>")
    return "".join(marks)


def _line(track: MaskTrack, number: int, end: float, top: float) -> str:
    floor, across = HEIGHT - BOTTOM, WIDTH - RIGHT - LEFT
    points = " ".join(
        f"{LEFT + time / end * across:.1f},{floor - min(share / top, 1.0) * (floor - TOP):.1f}"
        for time, share in zip(track.times_s, track.shares, strict=True)
    )
    return f"<polyline points='{points}' fill='none' {_stroke(number)}/>"


def _entry(track: MaskTrack, number: int) -> str:
    mean = sum(track.shares) / len(track.shares) if track.shares else 0.0
    swatch = f"<svg viewBox='0 0 28 8' aria-hidden='true'><line x1='0' x2='28' y1='4' y2='4' {_stroke(number)}/></svg>"
    return f"<li>{swatch}{escape(track.name)}: {100 * mean:.3g} % of the frame on average</li>"


def _stroke(number: int) -> str:
    color, dash = LINES[number % len(LINES)], DASHES[number % len(DASHES)]
    return f"stroke='{color}' stroke-width='2.5'" + (f" stroke-dasharray='{dash}'" if dash else "")
