"""``lbvedit edit``: change a video as a sentence says."""

from __future__ import annotations

from typing import Annotated

import typer

from lbvedit.cli.flags import EditFlags, Input, MediaFlags, OnceFlags, RunFlags, TalkFlags, spread
from lbvedit.cli.plan import show_plan, understand
from lbvedit.cli.request import make_job
from lbvedit.cli.running import run_job
from lbvedit.pipelines import registry

__all__ = ["app"]

app = typer.Typer(add_completion=False)


@app.command()
@spread
def edit(
    source: Input,
    instruction: Annotated[
        str | None, typer.Argument(metavar="INSTRUCTION", help='What to change, such as "make the car red".')
    ] = None,
    *,
    once: OnceFlags,
    flags: EditFlags,
    run: RunFlags,
    media: MediaFlags,
    talking: TalkFlags,
) -> None:
    """Change a video as a sentence says.

    Everything that the sentence leaves alone stays as it is: sound, subtitles, chapters, metadata, time
    stamps, colours.
    """
    pipeline = run.pipeline or registry.default_for("edit")
    plan = understand(instruction, flags.plan_file, pipeline)
    job = make_job("edit", source, instruction or "", once, run, media, flags, plan)
    if flags.plan:
        show_plan(job)
    else:
        run_job(job, media)
