"""Runs a job for a command: asks before replacing, shows what happens, and says what became of everything."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from lbvedit import job as work
from lbvedit.cli import talk
from lbvedit.cli.flags import MediaFlags
from lbvedit.cli.plan import tell_plan
from lbvedit.cli.progress import reporting
from lbvedit.cli.request import may_overwrite
from lbvedit.cli.tables import print_table
from lbvedit.errors import UsageError
from lbvedit.types import Event, Job, Report

__all__ = ["run_job"]


def run_job(job: Job, media: MediaFlags) -> None:
    """Runs a job to its end and prints the table of what was kept.

    Raises:
        LbveditError: whatever kept the job from being done; finished parts stay for ``--resume``.
    """
    talk.configure(video_on_stdout=job.output == "-")
    work.check(replace(job, overwrite=True))
    if not job.preview:
        job = replace(job, overwrite=may_overwrite(job.output, media))
    try:
        with reporting() as report:
            result = work.run(job, partial(_told, job, report))
    except UsageError:
        raise
    except BaseException:
        if (frames := work.frames_kept(job.output)) and not talk.voice.json:
            talk.say(f"{frames} finished frames are kept; the same command with --resume goes on from there")
        raise
    if result.outcomes and not talk.voice.json and not talk.voice.quiet:
        rows = [(row.fate, row.what, row.how) for row in result.outcomes]
        print_table(("", "what", "how"), rows, stderr=True)


def _told(job: Job, report: Report, event: Event) -> None:
    """Tells the plan once the source is open, so that a refusal stays one line and one hint."""
    if event.kind == "start":
        tell_plan(job)
    report(event)
