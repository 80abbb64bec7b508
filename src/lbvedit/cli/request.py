"""Flags become a checked ``Job``: everything that can be known to be wrong before a model or a video is loaded."""

from __future__ import annotations

import json
import re
import sys
from fractions import Fraction
from pathlib import Path

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import EditFlags, MediaFlags, OnceFlags, RunFlags
from lbvedit.errors import UsageError
from lbvedit.job.checks import existing
from lbvedit.pipelines import registry
from lbvedit.types import A_PLAN, EditPlan, EncodeOptions, Job, MaskFile, Request, Task

__all__ = ["default_output", "make_job", "may_overwrite", "read_plan"]

ENDINGS: dict[Task, str] = {"edit": "edited", "segment": "segmented", "synth": "synth"}
"""What a derived output name ends with, before its suffix."""

CONTAINERS = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mxf", ".nut", ".gif", ".png", ".jpg", ".webp"}
"""Suffixes that a derived output name keeps; any other input gives Matroska, which holds everything."""


def make_job(
    task: Task,
    source: str,
    text: str,
    once: OnceFlags,
    run: RunFlags,
    media: MediaFlags,
    edit: EditFlags | None = None,
    plan: EditPlan | None = None,
) -> Job:
    """The job that the flags describe.

    Raises:
        UsageError: a value that cannot be meant.
        MissingCapabilityError: the task's pipeline does not exist yet.
    """
    pipeline = run.pipeline or registry.default_for(task)
    request = Request(
        task=task,
        text=text,
        plan=plan,
        masks=tuple(_mask(value) for value in (edit.mask if edit else None) or ()),
        options=dict(_pair(value) for value in once.set_ or ()) | (_flag_options(edit, pipeline) if edit else {}),
        model=run.model,
        weights=run.weights,
        device=run.device,
        dtype=run.dtype,
        seed=run.seed,
        window=run.window,
        overlap=run.overlap,
        commercial_ok=run.commercial_ok,
    )
    return Job(
        input=source,
        output=once.output or default_output(source, task),
        pipeline=pipeline,
        request=request,
        encode=EncodeOptions(media.codec, media.crf, media.preset, media.pixel_format),
        start_s=_time("--start", once.start),
        end_s=_time("--end", once.end),
        fps=_rate(media.fps),
        size=_size(media.size),
        stream=once.stream,
        overwrite=bool(media.yes),
        resume=once.resume,
        allow_protocols=media.allow_protocols,
        manifest=once.manifest,
        preview=edit.preview if edit else False,
        report=edit.report if edit else None,
        contact_sheet=edit.contact_sheet if edit else None,
        command=("lbvedit", *sys.argv[1:]),
    )


def default_output(source: str, task: Task) -> str:
    """A name beside the input that is never the input's own.

    Raises:
        UsageError: standard input has no name to derive one from.
    """
    if source == "-":
        raise UsageError("an input of - gives no name for the output", hint="-o FILE, or -o - for standard output")
    path = Path(source)
    if re.search(r"[%*?\[]", path.name) and not path.exists():
        path = path.parent.resolve()  # a pattern of images is named like their folder
    film = path.is_dir() or path.suffix.lower() not in CONTAINERS
    stem, suffix = (path.name if path.is_dir() else path.stem, ".mkv") if film else (path.stem, path.suffix.lower())
    return str(path.parent / f"{stem}-{ENDINGS[task]}{suffix}")


def may_overwrite(output: str, media: MediaFlags) -> bool:
    """Whether an output that exists may be replaced; a person at a terminal is asked.

    Raises:
        UsageError: it may not.
    """
    there = None if output == "-" or media.yes else existing(output)
    if not there:
        return bool(media.yes)
    asked = media.yes is None and not talk.voice.json and talk.is_terminal(sys.stdin) and talk.is_terminal(sys.stderr)
    if asked and typer.confirm(f"{there} exists. Replace it?", err=True):
        return True
    raise UsageError(f"{there} exists already", hint="-y replaces it; -o gives another name")


def read_plan(path: Path) -> EditPlan:
    """The plan in a JSON file, as ``--plan --json`` prints it and perhaps edited.

    Raises:
        UsageError: the file is missing, is no JSON, or holds no plan.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint=A_PLAN) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(f"{path} is not JSON: {error}", hint=A_PLAN) from error
    try:
        return EditPlan.from_json(value)
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", hint=error.hint) from error


def _mask(value: str) -> MaskFile:
    """``TARGET=FILE`` or ``FILE``; a file whose own name holds a ``=`` is taken as it is."""
    target, sign, name = value.partition("=")
    if not sign or Path(value).exists():
        target, name = "", value
    if not Path(name).exists():
        raise UsageError(f"--mask {value}: {name} does not exist", hint="--mask [TARGET=]FILE")
    return MaskFile(Path(name), target.strip() or None)


def _flag_options(edit: EditFlags, pipeline: str) -> dict[str, str]:
    """The options of a pipeline that have a flag of their own.

    Raises:
        UsageError: the pipeline has no such option.
    """
    options = {"background": str(edit.background)} if edit.background else {}
    options |= {"force": "true"} if edit.force else {}
    for name in options:
        if not _has_option(pipeline, name):
            having = [f"-p {other}" for other in registry.PIPELINES if _has_option(other, name)]
            raise UsageError(f"the pipeline {pipeline!r} has no --{name}", hint=f"it belongs to {', '.join(having)}")
    return options


def _has_option(pipeline: str, name: str) -> bool:
    return name in {option.name for option in registry.describe_options(pipeline)}


def _pair(value: str) -> tuple[str, str]:
    key, sign, text = value.partition("=")
    if not sign or not key:
        raise UsageError(f"--set {value}: expected KEY=VALUE", hint="lbvedit pipelines show NAME lists the keys")
    return key.strip().replace("-", "_"), text


def _time(flag: str, value: str | None) -> Fraction | None:
    if value is None:
        return None
    match = re.fullmatch(r"(-?)(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)s?", value.strip())
    if not match:
        raise UsageError(
            f"{flag} {value} is not a time", hint="seconds (12.5) or [H:]M:S (1:02.5); -2 is 2 s from the end"
        )
    sign, hours, minutes, seconds = match.groups()
    total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + Fraction(seconds)
    return -total if sign else total


def _rate(value: str | None) -> Fraction | None:
    if value is None:
        return None
    try:
        rate = Fraction(value)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000:
        raise UsageError(
            f"fps {value} is not a frame rate", hint="such as 25, 29.97 or 30000/1001, at most 1000", setting="fps"
        )
    return rate


def _size(value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"(-1|\d+)[xX:](-1|\d+)", value.strip())
    width, height = map(int, match.groups()) if match else (0, 0)
    if not match or 0 in (width, height) or width == height == -1:
        raise UsageError(
            f"size {value} is not a size", hint="WxH, such as 1280x720, or -1x720 to keep the shape", setting="size"
        )
    return width, height
