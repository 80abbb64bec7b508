"""The flags that commands share, each declared once, and the decorator that spreads a group of them over a command.

A group is a frozen dataclass whose fields are Typer options. A command takes the group as one parameter::

    @spread
    def edit(source: Input, run: RunFlags, talk: TalkFlags) -> None: ...

Fields of ``RunFlags``, ``MediaFlags`` and ``TalkFlags`` are settings too: the config file and ``LBVEDIT_<NAME>`` give
their defaults. Fields of ``OnceFlags`` belong to one call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from lbvedit.cli import talk
from lbvedit.cli.origin import given_by
from lbvedit.errors import LbveditError

__all__ = [
    "SETTINGS",
    "ContactSheet",
    "Debug",
    "EditFlags",
    "Input",
    "MediaFlags",
    "OnceFlags",
    "Resume",
    "RunFlags",
    "Set",
    "TalkFlags",
    "WeightsDir",
    "Yes",
    "as_arguments",
    "setting_names",
    "spread",
]

WORK, VIDEO, WORDS, TALK = "Work", "Video", "Instruction", "Messages"

Input = Annotated[
    str, typer.Argument(metavar="IN", help="A video, an image, a folder of images, or - for standard input.")
]

Yes = Annotated[
    bool | None,
    typer.Option(
        "--yes/--no",
        "-y/-n",
        metavar="",
        envvar="LBVEDIT_YES",
        show_envvar=False,
        help="Replace an output that exists, or never do; without either, ask.",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", metavar="", help="Go on where a killed run of the same job stopped.", rich_help_panel=WORK
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An option of the pipeline; repeatable.", rich_help_panel=WORK),
]
ContactSheet = Annotated[
    Path | None, typer.Option(metavar="OUT.png", help="Also write a picture of four moments.", rich_help_panel=WORDS)
]


WeightsDir = Annotated[
    Path | None, typer.Option("--weights", metavar="DIR", envvar="LBVEDIT_WEIGHTS", help="Look for weights here first.")
]
"""For commands that do no work; the others have it in ``RunFlags``."""


def _debug(wanted: bool) -> None:
    talk.configure(debug=wanted)


Debug = Annotated[
    bool,
    typer.Option("--debug", metavar="", callback=_debug, expose_value=False, help="Show the traceback of an error."),
]
"""For commands that take no settings; the others have it in ``TalkFlags``."""


@dataclass(frozen=True)
class OnceFlags:
    """What one call says about its own input and output."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Where to write; its name chooses the container; - is standard output, written when all is done.",
        ),
    ] = None
    start: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Begin here: seconds or [H:]M:S; negative counts from the end.", rich_help_panel=VIDEO
        ),
    ] = None
    end: Annotated[str | None, typer.Option(metavar="TIME", help="End here.", rich_help_panel=VIDEO)] = None
    stream: Annotated[
        int | None,
        typer.Option(metavar="N", help="Which video stream, by the container's index.", rich_help_panel=VIDEO),
    ] = None
    set_: Set = None
    resume: Resume = False
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write here how the result was made.", rich_help_panel=WORK)
    ] = None


@dataclass(frozen=True)
class EditFlags:
    """What one call says about its instruction and how to look at the result."""

    plan: Annotated[bool, typer.Option("--plan", help="Show the steps and stop.", rich_help_panel=WORDS)] = False
    plan_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Run the steps of this JSON file instead of an instruction.", rich_help_panel=WORDS
        ),
    ] = None
    mask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[TARGET=]FILE",
            help="Where a target is: a video, an image, a folder of PNGs or COCO RLE JSON; repeatable.",
            rich_help_panel=WORDS,
        ),
    ] = None
    background: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An image or a video to put behind what is cut out.", rich_help_panel=WORDS),
    ] = None
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Edit footage that looks like nothing the model was trained on.", rich_help_panel=WORDS
        ),
    ] = False
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="Write a contact sheet of four moments, in seconds, and no video.", rich_help_panel=WORDS
        ),
    ] = False
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.html", help="Also write a page that compares before and after.", rich_help_panel=WORDS
        ),
    ] = None
    contact_sheet: ContactSheet = None


@dataclass(frozen=True)
class RunFlags:
    """How the work is done."""

    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            "-p",
            metavar="NAME",
            help="What does the work; see lbvedit pipelines list.",
            rich_help_panel=WORK,
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A model's name, a folder or a hub id; with compose, the one that finds what the words mean.",
            rich_help_panel=WORK,
        ),
    ] = None
    weights: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Look for weights here first.", rich_help_panel=WORK)
    ] = None
    device: Annotated[str, typer.Option(metavar="auto|cuda|cpu", help="Where to compute.", rich_help_panel=WORK)] = (
        "auto"
    )
    dtype: Annotated[str, typer.Option(metavar="auto|fp16|bf16|fp32", help="Precision.", rich_help_panel=WORK)] = "auto"
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of everything random.", rich_help_panel=WORK)] = 0
    window: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Frames worked on at a time.", rich_help_panel=WORK)
    ] = None
    overlap: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Frames that windows share.", rich_help_panel=WORK)
    ] = None
    commercial_ok: Annotated[
        bool,
        typer.Option("--commercial-ok", help="Only weights whose licence allows commercial use.", rich_help_panel=WORK),
    ] = False


@dataclass(frozen=True)
class MediaFlags:
    """How the video is read and written."""

    fps: Annotated[
        str | None,
        typer.Option(metavar="RATE", help="Frames a second, such as 25 or 30000/1001.", rich_help_panel=VIDEO),
    ] = None
    size: Annotated[
        str | None,
        typer.Option(metavar="WxH", help="Scale to this size; -1 for one side keeps the shape.", rich_help_panel=VIDEO),
    ] = None
    codec: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Video codec, such as h264, hevc, av1, vp9, prores, ffv1.", rich_help_panel=VIDEO
        ),
    ] = None
    crf: Annotated[
        float | None, typer.Option(metavar="N", help="Quality: lower is better and larger.", rich_help_panel=VIDEO)
    ] = None
    preset: Annotated[str | None, typer.Option(metavar="NAME", help="The encoder's speed.", rich_help_panel=VIDEO)] = (
        None
    )
    pixel_format: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="How samples are stored, such as yuv420p10le.", rich_help_panel=VIDEO),
    ] = None
    yes: Yes = None
    allow_protocols: Annotated[
        bool,
        typer.Option(
            "--allow-protocols", help="Allow URLs and playlists that pull in other files.", rich_help_panel=VIDEO
        ),
    ] = False


@dataclass(frozen=True)
class TalkFlags:
    """What is said, and how."""

    json: Annotated[
        bool, typer.Option("--json", help="Say everything as JSON, one event a line.", rich_help_panel=TALK)
    ] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong.", rich_help_panel=TALK)] = (
        False
    )
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.", rich_help_panel=TALK)] = False
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.", rich_help_panel=TALK)] = (
        False
    )


SETTINGS: tuple[type[Any], ...] = (RunFlags, MediaFlags, TalkFlags)


def setting_names(*groups: type[Any]) -> tuple[str, ...]:
    """The flags of some groups, by default every flag that the config file and the environment may set."""
    return tuple(field.name for group in groups or SETTINGS for field in fields(group))


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose flag groups are spread into single options, as Typer wants them.

    An error about a setting's value begins with what gave it, where that is the config file or the environment.
    """
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: each.annotation for name, each in signature.parameters.items() if is_dataclass(each.annotation)
    }

    own_context = next((name for name, each in signature.parameters.items() if each.annotation is typer.Context), None)

    @wraps(command)
    def called(**values: Any) -> None:
        context = values[own_context] if own_context else values.pop("context")
        for name, group in groups.items():
            if group is TalkFlags:
                talk.configure(**{field.name: values[field.name] for field in fields(group)})
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        try:
            command(**values)
        except LbveditError as error:
            if where := given_by(context, error.setting):
                error.message = f"{where}: {error.message}"
            raise

    parameters: list[inspect.Parameter] = []
    if not own_context:
        parameters.append(inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context))
    for name, parameter in signature.parameters.items():
        if name in groups:
            parameters.extend(_options(groups[name]))
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def as_arguments(group: RunFlags | MediaFlags) -> list[str]:
    """A group's values as words of a command line; those of a default, too, which may be what the user insists on."""
    words: list[str] = []
    for field in fields(group):
        value = getattr(group, field.name)
        if value is True:
            words.append(f"--{field.name.replace('_', '-')}")
        elif value is False and field.default is None:
            words.append("--no")  # what --yes is without it
        elif value is not None and value is not False:
            words += [f"--{field.name.replace('_', '-')}", str(value)]
    return words


def _options(group: type[Any]) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        kind, option = hints[field.name].__origin__, copy(hints[field.name].__metadata__[0])
        if field.default is False:
            option.metavar = ""  # a flag takes no value, which Typer's help would call <bool>
        if group in SETTINGS:
            option.envvar, option.show_envvar = f"LBVEDIT_{field.name.upper()}", False
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
        )
