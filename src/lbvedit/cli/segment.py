"""``lbvedit segment``: find what a phrase means and give its mask."""

from __future__ import annotations

from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lbvedit.cli.flags import ContactSheet, Input, MediaFlags, OnceFlags, RunFlags, TalkFlags, spread
from lbvedit.cli.request import default_output, make_job
from lbvedit.cli.running import run_job
from lbvedit.types import DataFormat, EncodeOptions

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


_DATA: dict[Format, tuple[DataFormat, str]] = {
    Format.PNG: ("png", ""),
    Format.RLE: ("rle", ".json"),
    Format.BOXES: ("boxes", ".json"),
}
"""Formats that are data and no video, with what their name ends in."""


@app.command()
@spread
def segment(
    context: typer.Context,
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
    if form not in _DATA and form is not Format.OVERLAY:
        said["format"] = str(form)
    options = [f"{name}={value}" for name, value in said.items() if value is not None]
    output = once.output or _derived(source, form)
    once = replace(once, output=output, set_=[*options, *(once.set_ or [])])
    job = replace(make_job("segment", source, expression, once, run, media), contact_sheet=contact_sheet)
    if form in _DATA:
        job = replace(job, data=_DATA[form][0], encode=_typed(context, job.encode))
    run_job(job, media)


def _typed(context: typer.Context, encode: EncodeOptions) -> EncodeOptions:
    """What was typed in this command alone: a setting for videos is no reason to refuse data."""
    sources = {name: context.get_parameter_source(name) for name in asdict(encode)}
    settings = [name for name, source in sources.items() if source is None or source.name != "COMMANDLINE"]
    return replace(encode, **dict.fromkeys(settings))


def _derived(source: str, form: Format) -> str:
    """A name beside the input: a cut-out in a container that has alpha, data without a video's suffix."""
    name = Path(default_output(source, "segment"))
    if form is Format.CUTOUT:
        return str(name.with_suffix(".mov"))
    return str(name.with_suffix(_DATA[form][1])) if form in _DATA else str(name)
