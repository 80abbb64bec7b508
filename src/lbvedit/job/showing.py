"""What a job shows of itself: the contact sheet, the preview and the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lbvedit.errors import MediaError, UsageError
from lbvedit.job.checks import preview_path
from lbvedit.job.finish import Result
from lbvedit.job.opening import open_source
from lbvedit.language import rgb
from lbvedit.media.decoded import DecodedClip, join
from lbvedit.pipelines import registry
from lbvedit.report.contact_sheet import contact_sheet
from lbvedit.report.html import Page, render
from lbvedit.report.observer import Asked, Observer
from lbvedit.types import Clip, EditPlan, Event, Job, Report

if TYPE_CHECKING:
    from torch import Tensor

    from lbvedit.manifest import Manifest
    from lbvedit.media.source import Source
    from lbvedit.pipelines.protocol import Pipeline

__all__ = ["MOMENTS", "Watch", "preview"]

MOMENTS = 4


class Watch:
    """Looks on while a job runs, and writes its contact sheet and report.

    Args:
        job: which of them are wanted, and where.
        source: what is edited.
        pipeline: for the mattes of its targets, if it has any.
    """

    def __init__(self, job: Job, source: Source, pipeline: Pipeline) -> None:
        self._job = job
        self._pipeline = pipeline
        self._befores = _Befores(source)
        steps = job.request.plan.steps if job.request.plan else ()
        recolored = [
            (step.target, str(step.params["color"])) for step in steps if step.op == "recolor" and not step.outside
        ]
        self._observer = Observer([Asked(target, color, rgb(color)) for target, color in recolored])

    def see(self, clip: Clip) -> None:
        """Takes the next frames of the result, before they are encoded."""
        before = self._befores.of(clip)
        mattes: Mapping[str, Tensor] = getattr(self._pipeline, "mattes", {})
        touched: Tensor | None = getattr(self._pipeline, "touched", None)
        shape = (len(clip), 1, before.height, before.width)
        fitting = {name: matte.expand(shape) for name, matte in mattes.items() if _fits(matte, shape)}
        self._observer.add(before, clip, fitting, touched if touched is not None and _fits(touched, shape) else None)

    def write(self, result: Result, manifest: Manifest) -> None:
        """Writes what was asked for."""
        findings, job = self._observer.finish(), self._job
        if job.contact_sheet:
            self.write_sheet(job.contact_sheet)
        if job.report:
            plan = job.request.plan.to_json() if job.request.plan else {"steps": []}
            facts = {"source": job.input, "result": job.output, "pipeline": job.pipeline, **manifest.versions}
            rows = [(row.fate, row.what, row.how) for row in result.outcomes]
            page = Page(Path(job.output).name, job.request.text, plan, findings, facts, rows)
            job.report.write_text(render(page), encoding="utf-8")

    def write_sheet(self, path: Path) -> None:
        """Writes the contact sheet of what was seen."""
        contact_sheet(self._observer.finish().moments, title=self._job.request.text).save(path)


class _Befores:
    """The source's frames that a result was made of: its origin, or read a second time where it has none."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._frames: Iterator[DecodedClip] | None = None

    def of(self, clip: Clip) -> Clip:
        if clip.origin is not None or isinstance(clip, DecodedClip):
            return clip.origin or clip
        if self._frames is None:
            self._frames = self._source.windows(1)
        found: list[Clip] = []
        for frame in self._frames:
            if frame.pts[0] >= clip.pts[0]:
                found.append(frame)
            if frame.pts[0] >= clip.pts[-1]:
                break
        return join(found)


def _fits(matte: Tensor, shape: tuple[int, ...]) -> bool:
    return tuple(matte.shape[2:]) == shape[2:] and len(matte) in (1, shape[0])


def preview(job: Job, report: Report) -> Result:
    """Edits four moments of a video and shows them in one picture.

    Raises:
        UsageError: an input of unknown length.
        MediaError: it cannot be read, or the pipeline gives fewer pictures than it.
    """
    if job.output == "-":
        raise UsageError("a preview is a picture in a file", hint="-o FILE")
    source, _, plan = open_source(job, report)
    with source:
        count = source.info.frame_count
        if count is None:
            raise UsageError(f"{job.input} does not say how long it is, so there is no preview", hint="give a file")
        watch = _seen(job, source, plan, moments := _moments(count), report)
        if watch is None:
            # The file announces more pictures than it has; how many those are only reading it tells.
            watch = _seen(job, source, plan, moments := _moments(_counted(source)), report)
        if watch is None:
            raise MediaError(f"{job.pipeline} gave no picture at frame {source.start}", hint="leave out --preview")
    path = preview_path(job)
    watch.write_sheet(path)
    result = Result(str(path), len(moments), ())
    report(Event("result", message=f"preview: {path}", data=result.to_json()))
    return result


def _moments(count: int) -> list[int]:
    """The frames to show of a video of ``count`` frames: in the middle of equal shares of it."""
    number = min(MOMENTS, count)
    return [(2 * each + 1) * count // (2 * number) for each in range(number)]


def _seen(job: Job, source: Source, plan: EditPlan | None, moments: list[int], report: Report) -> Watch | None:
    """What watched these moments being edited, or None if one of them lies behind the end."""
    name = job.pipeline if plan is None or plan.steps else "passthrough"
    pipeline = registry.build(name, replace(job.request, plan=plan, window=1, overlap=0))
    watch = Watch(job, source, pipeline)
    for number, moment in enumerate(moments):
        source.start = moment
        clips: Iterator[Any] = pipeline(source, report)
        clip = next(clips, None)
        if clip is None:
            return None
        watch.see(clip)
        clips.close()  # type: ignore[attr-defined]
        report(Event("progress", "preview", number + 1, len(moments)))
    return watch


def _counted(source: Source) -> int:
    """How many pictures come."""
    with source.from_the_first():
        return sum(len(clip) for clip in source.windows(1))
