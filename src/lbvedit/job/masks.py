"""A segmentation as data: PNGs, run lengths or boxes instead of a video."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lbvedit.errors import UsageError
from lbvedit.job.checks import check_overwriting
from lbvedit.pipelines import registry
from lbvedit.types import Event, Job, Report

if TYPE_CHECKING:
    from lbvedit.media.maskfiles import DataFormat

__all__ = ["write_masks"]


def write_masks(job: Job, kind: DataFormat, report: Report) -> int:
    """Segments a video and writes its masks; they appear when they are complete.

    Args:
        job: a segmentation whose output is the folder or the file.
        kind: what to write.
        report: told about progress.

    Returns:
        The number of frames.

    Raises:
        NoMatchError: nothing in the video fits the words.
        UsageError: the output exists, or the pipeline gives no masks.
    """
    from lbvedit.job.opening import open_source
    from lbvedit.media.maskfiles import mask_writer

    if job.contact_sheet:
        raise UsageError(
            f"--format {kind} shows no pictures for a contact sheet", hint="--format overlay, matte or cutout"
        )
    check_overwriting(job)
    pipeline = registry.build(job.pipeline, job.request)
    masks = getattr(pipeline, "masks", None)
    if masks is None:
        raise UsageError(f"the pipeline {job.pipeline!r} gives no masks", hint="--format overlay")
    if job.output == "-":
        raise UsageError(f"--format {kind} writes a folder or a file", hint="-o NAME")
    source, _, _ = open_source(job, report)
    frames = 0
    with source, mask_writer(Path(job.output), kind, job.request.text, overwrite=job.overwrite) as writer:
        for found in masks(source, report):
            writer.add(found)
            frames += len(found.origin)
            report(Event("progress", "segment", frames, source.info.frame_count))
    report(Event("result", message=f"{job.output}: {frames} frames", data={"output": job.output, "frames": frames}))
    return frames
