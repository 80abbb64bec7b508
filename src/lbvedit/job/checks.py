"""What can be known to be wrong before a model or a video is loaded; the cheapest first."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path

from lbvedit.errors import MediaError, MissingCapabilityError, UsageError
from lbvedit.pipelines import registry
from lbvedit.runtime import check_names
from lbvedit.types import Job, Request
from lbvedit.weights import locate

__all__ = ["check", "check_overwriting", "existing", "numbered", "preview_path"]


def check(job: Job) -> None:
    """Refuses a job that cannot end well; loads no torch, and of the input reads no more than its first bytes.

    Raises:
        UsageError: unknown names, an output that is the input or has no folder, or flags that exclude each other.
        MissingCapabilityError: a pipeline or a step that nothing installed can do, or weights that are missing.
        MediaError: an input that is missing, empty, a playlist or no local file, or an output that cannot be written.
    """
    _check_pipeline(job)
    _check_input(job)
    if job.data:
        _check_data(job)
    else:
        _check_video(job)
    _check_beside(job)
    check_overwriting(job)


def _check_pipeline(job: Job) -> None:
    entry = registry.find(job.pipeline, job.request.task)
    registry.check_options(job.pipeline, job.request.options)
    _check_request(job.request)
    check_names(job.request.device, job.request.dtype)
    if job.request.model is not None:
        locate(job.request.model, job.request.weights, commercial_ok=job.request.commercial_ok, systems=entry.systems)
    if entry.reads == "text" and not any(letter.isalnum() for letter in job.request.text):
        raise UsageError(f"{job.request.task} what?", hint=f'lbvedit {job.request.task} IN "man jumping"')
    if job.request.plan is None or entry.reads != "plan":
        return
    for step in job.request.plan.steps:
        if step.engine == "generative":
            words = f" ({step.words})" if step.words else ""
            raise MissingCapabilityError(
                f"no installed pipeline can do the step {step.op!r}{words}", hint="--plan shows which steps can be done"
            )


def _check_request(request: Request) -> None:
    window, overlap = request.window, request.overlap
    if window is not None and overlap is not None and overlap >= window:
        raise UsageError(
            f"windows of {window} frames cannot overlap by {overlap}",
            hint="a window is at least one frame longer",
            setting="overlap",
        )
    if request.weights is not None and not request.weights.is_dir():
        raise UsageError(
            f"there is no folder {request.weights} of weights",
            hint="lbvedit doctor shows where they are",
            setting="weights",
        )


def _check_input(job: Job) -> None:
    if job.input == "-":
        if job.resume:
            raise UsageError("--resume cannot read standard input again", hint="give the input as a file")
        return
    if job.start_s is not None and job.end_s is not None and job.start_s * job.end_s > 0 and job.start_s >= job.end_s:
        raise UsageError(
            f"--start {float(job.start_s):g} is not before --end {float(job.end_s):g}",
            hint="both count from the beginning, or from the end where they are negative",
        )
    path = Path(job.input)
    if path.exists() and not path.is_file() and not path.is_dir():
        return  # a pipe can be looked into only once
    if not path.exists() and not any(sign in job.input for sign in ":,%*?["):
        raise MediaError(f"{path} does not exist", hint="check the path")  # without loading av
    from lbvedit.media.access import resolve_input

    resolve_input(job.input, allow_protocols=job.allow_protocols)


def _check_video(job: Job) -> None:
    if job.output == "-":
        if job.resume:
            raise UsageError("--resume cannot go on with standard output", hint="-o FILE")
    elif Path(job.output).is_dir():
        raise UsageError(f"{job.output} is a folder", hint=f"-o {Path(job.output) / 'NAME.mp4'}")
    else:
        _check_output(job)
    _check_encoding(job)


def _check_data(job: Job) -> None:
    """Refuses what masks as data have no use for, and an output of the wrong kind."""
    idle = {
        "--resume": job.resume,
        "--preview": job.preview,
        "--report": job.report,
        "--contact-sheet": job.contact_sheet,
        **{f"--{name.replace('_', '-')}": value for name, value in asdict(job.encode).items()},
    }
    if flag := next((flag for flag, value in idle.items() if value not in (None, False)), None):
        raise UsageError(f"{flag} is for a video, and --format {job.data} makes none", hint=f"leave out {flag}")
    output, is_folder = Path(job.output), job.data == "png"
    what = "a folder" if is_folder else "a file"
    if job.output == "-":
        raise UsageError(f"--format {job.data} writes {what}, not to standard output", hint="-o NAME")
    if output.exists() and output.is_dir() != is_folder:
        raise UsageError(f"--format {job.data} writes {what}, which {output} is not", hint="-o gives another name")
    _check_output(job)


def _check_encoding(job: Job) -> None:
    from lbvedit.media.containers import container_for
    from lbvedit.media.encoding import check_codec

    check_codec(container_for(job.output, codec=job.encode.codec), job.encode)


def _check_output(job: Job) -> None:
    output = Path(job.output)
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent}", hint="make it first, or choose another output")
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise MediaError(f"{output.parent} may not be written to", hint="choose another folder with -o")
    if not job.overwrite and not job.preview and (there := existing(job.output)):
        raise UsageError(f"{there} exists already", hint="-y replaces it; -o gives another name")


def _check_beside(job: Job) -> None:
    """Refuses names for what is written beside the output that cannot be written to."""
    for flag, path in _beside(job).items():
        if str(path) == "-":
            raise UsageError(f"{flag} goes to a file, not to standard output", hint=f"{flag} FILE")
        if path.is_dir():
            raise UsageError(f"{flag} {path} is a folder", hint=f"{flag} {path / 'NAME'}")
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}", hint="make it first")
        if flag == "--contact-sheet" and path.suffix.lower() not in PICTURES:
            raise UsageError(f"{path}: a contact sheet is a picture", hint="name it .png or .jpg")
        if not job.overwrite and path.exists():
            raise UsageError(f"{path} exists already", hint="-y replaces it")
    if job.preview and (job.report or job.manifest):
        raise UsageError("a preview is one picture, with no report and no manifest", hint="leave out --preview")
    if job.preview and not job.overwrite and preview_path(job) == Path(job.output) and Path(job.output).exists():
        raise UsageError(f"{job.output} exists already", hint="-y replaces it; -o gives another name")


def _beside(job: Job) -> dict[str, Path]:
    """The files that are asked for beside the output, by their flags."""
    named = {"--manifest": job.manifest, "--report": job.report, "--contact-sheet": job.contact_sheet}
    return {flag: path for flag, path in named.items() if path is not None}


def check_overwriting(job: Job) -> None:
    """Refuses to write over what is read, or twice over the same file; ``-y`` is no leave to do either.

    Raises:
        UsageError: that is what the job would do.
    """
    output = preview_path(job) if job.preview else Path(job.output)
    written = {**_beside(job), "the output": output} if job.output != "-" else _beside(job)
    read = _read_files(job)
    taken: dict[Path, str] = {}
    for flag, path in written.items():
        for place in numbered(path) or [path]:
            # A folder of masks would take the place of the folder that the images lie in.
            what = next((what for what, file in read if _same_file(file, place) or _same_file(file.parent, place)), "")
            if what:
                raise UsageError(f"{flag} {path} is {what}", hint="choose another name; the source stays untouched")
        if (other := taken.get(path.resolve())) and not (job.preview and flag == "the output"):
            raise UsageError(f"{flag} and {other} are one file, {path}", hint="give each its own name")
        taken[path.resolve()] = flag


def _read_files(job: Job) -> list[tuple[str, Path]]:
    """Every file that the job reads, and what it is."""
    from lbvedit.media.access import resolve_input

    path, files = Path(job.input), [Path(job.input)]
    if path.is_dir() or not path.exists():
        # Folders and patterns; a pipe can be looked into only once.
        files = [] if job.input == "-" else list(resolve_input(job.input, allow_protocols=job.allow_protocols).files)
    read = [("the input", file) for file in files]
    for mask in job.request.masks:
        parts = sorted(mask.path.iterdir()) if mask.path.is_dir() else [mask.path]
        read += [(f"the mask {mask.path}", part) for part in parts]
    if background := job.request.options.get("background"):
        read.append(("the background", Path(background)))
    return read


PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
"""Endings of pictures that a contact sheet can be written as."""


def preview_path(job: Job) -> Path:
    """Where a preview goes: the contact sheet's own name, or one beside the output."""
    output = Path(job.output)
    if job.contact_sheet:
        return job.contact_sheet
    return output if output.suffix.lower() in PICTURES else output.with_suffix(".preview.png")


def existing(output: str) -> Path | None:
    """A file that would be replaced; of a numbered pattern such as ``%05d.png`` the first one."""
    path = Path(output)
    if path.exists():
        return path
    return next(iter(numbered(path)), None) if output != "-" else None


def numbered(output: Path) -> list[Path]:
    """The files of a pattern such as ``%05d.png`` that are there; none of a name that is no pattern."""
    before, number, after = re.match(r"(.*?)(%0?\d*d)?([^%]*)$", output.name).groups()  # type: ignore[union-attr]
    if not number:
        return []
    fits = re.compile(re.escape(before) + r"\d+" + re.escape(after))
    return sorted(entry for entry in output.parent.iterdir() if fits.fullmatch(entry.name))


def _same_file(first: Path, second: Path) -> bool:
    """Whether two names lead to one file, through whatever links."""
    try:
        return first.samefile(second)
    except OSError:
        # One of them is not there; a link that leads nowhere may still lead to the other's place.
        return first.resolve() == second.resolve()
