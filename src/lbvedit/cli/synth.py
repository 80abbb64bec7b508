"""``lbvedit synth``: make a video from words."""

from __future__ import annotations

from typing import Annotated

import typer

from lbvedit.cli.flags import MediaFlags, OnceFlags, RunFlags, TalkFlags, spread
from lbvedit.cli.request import make_job
from lbvedit.cli.running import run_job

__all__ = ["app"]

app = typer.Typer(add_completion=False)


@app.command()
@spread
def synth(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help='What to show, such as "a red ball rolls left".')],
    source: Annotated[
        str, typer.Argument(metavar="[IN]", help="An image or a video to begin from.", show_default=False)
    ] = "",
    *,
    once: OnceFlags,
    run: RunFlags,
    media: MediaFlags,
    talking: TalkFlags,
) -> None:
    """Make a video from words, and from a picture where one is given."""
    run_job(make_job("synth", source, prompt, once, run, media), media)
