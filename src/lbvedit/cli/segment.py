"""``lbvedit segment``: find what a phrase means and give its mask."""

from __future__ import annotations

from typing import Annotated

import typer

from lbvedit.cli.flags import Input, MediaFlags, OnceFlags, RunFlags, TalkFlags, spread
from lbvedit.cli.request import make_job
from lbvedit.cli.running import run_job

__all__ = ["app"]

app = typer.Typer(add_completion=False)


@app.command()
@spread
def segment(
    source: Input,
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", help='What to find, such as "man jumping".')],
    *,
    once: OnceFlags,
    run: RunFlags,
    media: MediaFlags,
    talking: TalkFlags,
) -> None:
    """Find what a phrase means and give its mask."""
    run_job(make_job("segment", source, expression, once, run, media), media)
