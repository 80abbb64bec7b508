"""A segmentation as data: PNGs, run lengths or boxes instead of a video."""

from __future__ import annotations

from pathlib import Path

from lbvedit.errors import UsageError
from lbvedit.job.finish import Result
from lbvedit.job.opening import announce, counted, losses, open_source
from lbvedit.manifest import Manifest, hash_input, installed_versions
from lbvedit.media.maskfiles import mask_writer
from lbvedit.pipelines import registry
from lbvedit.types import DataFormat, Event, Job, Report
from lbvedit.weights import verified

__all__ = ["write_masks"]


def write_masks(job: Job, kind: DataFormat, report: Report) -> Result:
    """Segments a video and writes its masks; they appear when they are complete.

    Args:
        job: a checked segmentation whose output is the folder or the file.
        kind: what to write.
        report: told everything worth telling while it runs.

    Raises:
        NoMatchError: nothing in the video fits the words.
        UsageError: the output exists, or the pipeline gives no masks.
    """
    pipeline = registry.build(job.pipeline, job.request)
    masks = getattr(pipeline, "masks", None)
    if masks is None:
        raise UsageError(f"the pipeline {job.pipeline!r} gives no masks", hint="--format overlay")
    source, _, _ = open_source(job, report)
    frames = 0
    with source, mask_writer(Path(job.output), kind, job.request.text, overwrite=job.overwrite) as writer:
        announce(job, source, report)
        for found in masks(source, report):
            writer.add(found)
            frames += len(found.origin)
            report(Event("progress", "segment", frames, source.info.frame_count))
    if job.manifest:
        manifest = Manifest(job, installed_versions(), hash_input(job.input), {}, verified())
        job.manifest.write_text(manifest.to_json() + "\n", encoding="utf-8")
    result = Result(job.output, frames, losses(source), job.manifest)
    report(Event("result", message=f"{job.output}: masks of {counted(frames)}", data=result.to_json()))
    return result
