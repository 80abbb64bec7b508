"""One self-contained page about an edit: before and after, the plan, masks over time, figures.

Nothing is fetched: pictures are data URIs, style and script stand in the page, and a content security policy forbids
the rest. Every text is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from PIL import Image

from lbvedit.report.chart import chart
from lbvedit.report.contact_sheet import clock
from lbvedit.report.findings import Figure, Findings, Moment, Picture
from lbvedit.report.look import SCRIPT, STYLE

__all__ = ["Page", "render"]

JPEG_QUALITY = 88
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode("ascii")
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    f"script-src 'sha256-{_SCRIPT_HASH}'"
)


@dataclass(frozen=True)
class Page:
    """What a report says.

    Args:
        title: the heading, such as the result's file name.
        instruction: what the user said.
        plan: the plan as JSON values: ``{"steps": [...], "notes": [...]}``.
        findings: what was seen.
        facts: names and values of the run, such as source, result, pipeline and versions.
        outcomes: rows (kept, changed or lost; what; how) on what became of the source's streams and tags.
    """

    title: str
    instruction: str
    plan: Mapping[str, Any]
    findings: Findings
    facts: Mapping[str, str] = field(default_factory=dict)
    outcomes: Sequence[tuple[str, str, str]] = ()


def render(page: Page) -> str:
    """The page as HTML text."""
    sections = [
        _compared(page.findings.moments),
        _section("plan", "The plan", _plan(page.plan)),
        _section("masks", "Masks over time", chart(page.findings.tracks)) if page.findings.tracks else "",
        _section("figures", "Measures", _figures(page.findings.figures)) if page.findings.figures else "",
        _section("kept", "Kept, changed, lost", _outcomes(page.outcomes)) if page.outcomes else "",
        _section("run", "The run", _facts(page.facts)) if page.facts else "",
    ]
    title = escape(page.title)
    said = f"<p class='said'><q>{escape(page.instruction)}</q></p>" if page.instruction else ""
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta name='color-scheme' content='light dark'>\n"
        f"<title>{title} - lbvedit</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header><h1>{title}</h1>{said}</header>\n<main>\n"
        + "\n".join(section for section in sections if section)
        + f"\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _section(name: str, heading: str, body: str) -> str:
    return f"<section aria-labelledby='{name}'><h2 id='{name}'>{heading}</h2>{body}</section>"


def _compared(moments: Sequence[Moment]) -> str:
    """A slider a moment: the result lies over the source, and as much of it shows as the range says."""
    if not moments:
        return ""
    return _section("compared", "Before and after", f"<div class='moments'>{''.join(map(_slider, moments))}</div>")


def _slider(moment: Moment) -> str:
    when = clock(moment.time_s)
    mask = ""
    if moment.mask is not None:
        picture = _image(moment.mask, f"mask at {when}, white where the edit may act", "mask")
        mask = f"<details><summary>Mask</summary>{picture}</details>"
    height, width = moment.before.shape[:2]
    return (
        f"<figure class='moment'><div class='pair' style='--shown:50%;aspect-ratio:{width}/{height}'>"
        f"{_image(moment.before, f'before, at {when}', 'before')}{_image(moment.after, f'after, at {when}', 'after')}"
        "<span class='tag left' aria-hidden='true'>before</span><span class='tag right' aria-hidden='true'>after</span>"
        f"<input type='range' min='0' max='100' value='50' aria-label='Share of the source to show, at {when}'></div>"
        f"<figcaption>{when}</figcaption>{mask}</figure>"
    )


def _image(picture: Picture, alt: str, name: str) -> str:
    image = Image.fromarray(picture)
    stream = io.BytesIO()
    lossless = image.mode in ("L", "RGBA")  # masks and transparency
    name = f"{name} clear" if image.mode == "RGBA" else name
    image.save(stream, "PNG" if lossless else "JPEG", **({"optimize": True} if lossless else {"quality": JPEG_QUALITY}))
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    kind = "png" if lossless else "jpeg"
    return (
        f"<img class='{name}' alt='{escape(alt, quote=True)}' width='{image.width}' height='{image.height}' "
        f"src='data:image/{kind};base64,{data}'>"
    )


def _plan(plan: Mapping[str, Any]) -> str:
    rows = []
    for number, step in enumerate(plan.get("steps", ()), start=1):
        target = step.get("target") or "whole frame"
        if step.get("outside"):
            target = f"everything except {target}"
        params = ", ".join(f"{name} {value}" for name, value in step.get("params", {}).items())
        rows.append([str(number), step.get("op", ""), target, params, step.get("engine", ""), step.get("words", "")])
    table = _table(["", "step", "on", "how", "engine", "your words"], rows)
    notes = "".join(f"<li>{escape(str(note))}</li>" for note in plan.get("notes", ()))
    return table + (f"<ul class='notes'>{notes}</ul>" if notes else "")


def _figures(figures: Sequence[Figure]) -> str:
    return _table(["what", "figure", "how it is measured"], [[each.name, each.value, each.meaning] for each in figures])


def _outcomes(outcomes: Sequence[tuple[str, str, str]]) -> str:
    return _table(["", "what", "how"], [list(row) for row in outcomes])


def _facts(facts: Mapping[str, str]) -> str:
    terms = "".join(f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
    return f"<dl>{terms}</dl>"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    titles = "".join(f"<th scope='col'>{escape(name)}</th>" if name else "<td></td>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='wide'><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
