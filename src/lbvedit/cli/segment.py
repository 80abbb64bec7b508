"""``lbvedit segment``: find what a phrase means and give its mask."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import ContactSheet, Input, MediaFlags, OnceFlags, RunFlags, TalkFlags, spread
from lbvedit.cli.progress import reporting
from lbvedit.cli.request import default_output, make_job, may_overwrite
from lbvedit.cli.running import run_job
from lbvedit.types import Job

__all__ = ["app"]

app = typer.Typer(add_completion=False)


class Format(StrEnum):
    """What a segmentation is written as."""

    OVERLAY = "overlay"
    MATTE = "matte"
    CUTOUT = "cutout"
    PNG = "png"
    RLE = "rle"
    BOXES = "boxes"


_ENDINGS = {Format.PNG: "", Format.RLE: ".json", Format.BOXES: ".json"}
"""Formats that are data and no video, with what their name ends in."""


@app.command()
@spread
def segment(
    source: Input,
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", help='What to find, such as "man jumping".')],
    *,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="Tinted, a matte, or cut out with alpha; or data: a folder of PNGs, COCO run lengths, boxes.",
        ),
    ] = Format.OVERLAY,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Share of the strongest evidence from which a pixel is inside.",
            show_default=False,
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all/--best", help="Everything that fits, or what fits best.")] = True,
    contact_sheet: ContactSheet = None,
    once: OnceFlags,
    run: RunFlags,
    media: MediaFlags,
    talking: TalkFlags,
) -> None:
    """Find what a phrase means and give its mask."""
    said: dict[str, Any] = {"instances": None if all_ else "best", "threshold": threshold}
    if form not in _ENDINGS and form is not Format.OVERLAY:
        said["format"] = str(form)
    options = [f"{name}={value}" for name, value in said.items() if value is not None]
    output = once.output or _derived(source, form)
    once = replace(once, output=output, set_=[*options, *(once.set_ or [])])
    job = replace(make_job("segment", source, expression, once, run, media), contact_sheet=contact_sheet)
    if form in _ENDINGS:
        _write_data(job, form, media)
    else:
        run_job(job, media)


def _derived(source: str, form: Format) -> str:
    """A name beside the input: a cut-out in a container that has alpha, data without a video's suffix."""
    name = Path(default_output(source, "segment"))
    if form is Format.CUTOUT:
        return str(name.with_suffix(".mov"))
    return str(name.with_suffix(_ENDINGS[form])) if form in _ENDINGS else str(name)


def _write_data(job: Job, form: Format, media: MediaFlags) -> None:
    from lbvedit.job.masks import write_masks

    job = replace(job, overwrite=may_overwrite(job.output, media))
    with reporting() as report:
        frames = write_masks(job, form.value, report)  # type: ignore[arg-type]
    if not talk.voice.json and not talk.voice.quiet:
        talk.say(f"{job.output}: masks of {frames} frames")
