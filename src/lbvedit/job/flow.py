"""THE main flow: a video goes in, a pipeline runs, a faithful video comes out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from lbvedit import runtime
from lbvedit.errors import MediaError, RuntimeUnavailableError
from lbvedit.job.checks import check
from lbvedit.job.identity import identity
from lbvedit.job.timing import faded
from lbvedit.job.workfolder import WorkFolder, folder_for
from lbvedit.manifest import Manifest, hash_input, installed_versions
from lbvedit.pipelines import registry
from lbvedit.types import Clip, Event, Job, Report
from lbvedit.weights import verified

if TYPE_CHECKING:
    from torch import Tensor

    from lbvedit.job.finish import Result
    from lbvedit.job.showing import Watch
    from lbvedit.media.source import Source
    from lbvedit.pipelines.protocol import Pipeline

__all__ = ["run"]


def run(job: Job, report: Report) -> Result:
    """Does a job from beginning to end; the output appears only when it is complete.

    Args:
        job: what to do.
        report: told everything worth telling while it runs.

    Raises:
        LbveditError: whatever kept the job from being done. Finished parts stay in the work folder.
    """
    check(job)
    from lbvedit.job.finish import finish
    from lbvedit.job.opening import announce, counted, losses, open_source
    from lbvedit.job.parts import PartEncoder
    from lbvedit.media.containers import check_count, container_for
    from lbvedit.media.encoding import choose_encoding
    from lbvedit.media.original import Original
    from lbvedit.media.window import CrossFade

    if job.preview:
        from lbvedit.job.showing import preview

        return preview(job, report)
    if job.data:
        from lbvedit.job.masks import write_masks

        return write_masks(job, job.data, report)
    container = container_for(job.output, codec=job.encode.codec)
    with ExitStack() as stack:
        stack.enter_context(_disk_errors(job))
        stack.enter_context(_memory_errors())
        source, timeline, plan = open_source(job, report)
        stack.enter_context(source)
        check_count(container, job.output, source.info.frame_count or 1)
        # What is left of a plan of cuts and fades alone needs no pipeline.
        name = job.pipeline if plan is None or plan.steps else "passthrough"
        pipeline = registry.build(name, replace(job.request, plan=plan))
        folder = None if job.output == "-" else folder_for(job.output)
        work = stack.enter_context(WorkFolder(folder, identity(job), resume=job.resume))
        hashing = stack.enter_context(ThreadPoolExecutor(1, "lbvedit-hash"))
        given_up = threading.Event()
        stack.callback(given_up.set)  # an error need not wait for a large input's hash
        input_sha256 = hashing.submit(hash_input, job.input, given_up)

        blend = CrossFade(pipeline.overlap)
        source.start = work.frames
        if state := work.state():
            pipeline.state, blend.state = _under("pipeline", state), _under("overlap", state)
        if work.replaced:
            report(Event("warning", "resume", message=work.replaced))
        if work.frames:
            report(Event("warning", "resume", message=f"going on after {work.frames} finished frames"))
        announce(job, source, report, finished=work.frames)
        watch = _watch(job, source, pipeline)

        def last_touch(clip: Clip) -> Clip:
            done = faded(clip, timeline, source.info.start_s)
            if watch:
                watch.see(done)
            return done

        encoder = PartEncoder(
            work,
            choose=lambda clip: choose_encoding(container, job.encode, clip, source.info),
            change=last_touch,
            progress=lambda done: report(_progress(job, done, source.info.frame_count)),
        )
        encoding = encoder.run(
            cast("Iterator[Clip]", pipeline(source, report)),
            blend,
            state=lambda: _named("pipeline", pipeline.state) | _named("overlap", blend.state),
        )
        if encoder.frames != source.info.frame_count:
            report(Event("progress", job.request.task, encoder.frames, encoder.frames))

        hashes = {str(mask.path): hash_input(mask.path) or "" for mask in job.request.masks}
        manifest = Manifest(job, installed_versions(), input_sha256.result(), hashes, verified())
        original = Original(source.path, source.probed, timeline, source.restarts)
        result = finish(job, work, original, container, encoding, manifest, end_s=source.end_s)
        result = replace(result, outcomes=(*result.outcomes, *losses(source)))
        if watch:
            watch.write(result, manifest)

    report(Event("result", message=f"{result.output}: {counted(result.frames)}", data=result.to_json()))
    return result


def _watch(job: Job, source: Source, pipeline: Pipeline) -> Watch | None:
    """Somebody to look on, where a contact sheet or a report is wanted."""
    if not job.contact_sheet and not job.report:
        return None
    from lbvedit.job.showing import Watch

    return Watch(job, source, pipeline)


def _progress(job: Job, done: int, announced: int | None) -> Event:
    """How far a job is; a total that turned out to be too small counts as unknown."""
    return Event("progress", job.request.task, done, announced if announced and done <= announced else None)


def _named(owner: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{owner}.{name}": tensor for name, tensor in state.items()}


def _under(owner: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The inverse of ``_named``."""
    return {name.removeprefix(f"{owner}."): tensor for name, tensor in state.items() if name.startswith(f"{owner}.")}


@contextmanager
def _memory_errors() -> Iterator[None]:
    """Memory that ran out, in one line."""
    try:
        yield
    except Exception as error:
        if not runtime.is_out_of_memory(error):
            raise
        raise RuntimeUnavailableError(
            "out of memory", hint="--size with fewer pixels, --window with fewer frames, or --device cpu"
        ) from error


@contextmanager
def _disk_errors(job: Job) -> Iterator[None]:
    """What the disk refuses while the journal or the result is written, in one line."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        from lbvedit.media.ffmpeg import disk_hint

        # An error while writing knows no name, one while opening does.
        name = error.filename or job.output
        reason = error.strerror or error
        raise MediaError(f"{name} cannot be written: {reason}", hint=disk_hint(error.errno)) from error
