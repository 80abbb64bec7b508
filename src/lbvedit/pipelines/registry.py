"""Every pipeline by name, one line each; listing them loads none of them.

A new pipeline is one module and one line of ``PIPELINES``. Its ``Options`` dataclass gives ``--set key=value``, the
text of ``lbvedit pipelines show`` and its section of the man page, so the command line needs no change.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from lbvedit.errors import MissingCapabilityError, UsageError
from lbvedit.pipelines.protocol import Pipeline
from lbvedit.types import Request, Task

__all__ = [
    "DEFAULTS",
    "PIPELINES",
    "Entry",
    "OptionInfo",
    "build",
    "check_options",
    "default_for",
    "describe_options",
    "find",
    "parse",
]


@dataclass(frozen=True)
class Entry:
    """One pipeline.

    Args:
        location: ``module:Class``; imported only when the pipeline is used or shown.
        tasks: what it can be asked to do.
        summary: one line for people.
        reads: what it makes of the user's words: ``plan`` (steps), ``text`` (as they are) or ``nothing``.
        systems: the systems whose weights ``--model`` may name; empty for a pipeline without a model.
        options: ``module:Class`` of its ``Options``, where that is to be had without loading the pipeline.
    """

    location: str
    tasks: tuple[Task, ...]
    summary: str
    reads: typing.Literal["plan", "text", "nothing"] = "text"
    systems: tuple[str, ...] = ()
    options: str = ""


PIPELINES: dict[str, Entry] = {
    "compose": Entry(
        "lbvedit.pipelines.compose.compose:Compose",
        ("edit",),
        "exact, flicker-free operators at full resolution",
        "plan",
        ("mmvt",),
        options="lbvedit.pipelines.compose.options:ComposeOptions",
    ),
    "passthrough": Entry(
        "lbvedit.pipelines.passthrough:Passthrough", ("edit",), "every picture as it is; the template", "nothing"
    ),
    "m3l": Entry(
        "lbvedit.pipelines.m3l:M3LEdit",
        ("edit",),
        "learnt edits of motion and kind, on the footage it knows",
        "text",
        ("m3l", "pix2pix", "vid2vid"),
    ),
    "mmvt": Entry(
        "lbvedit.pipelines.mmvt:MMVTSegmenter",
        ("segment",),
        "what a phrase means, by appearance and motion",
        "text",
        ("mmvt",),
    ),
}

DEFAULTS: dict[Task, str] = {"edit": "compose", "segment": "mmvt", "synth": "mmvid"}
"""The pipeline of each task where the user names none; one that is not yet in ``PIPELINES`` is said to be missing."""


def default_for(task: Task) -> str:
    """The name of the pipeline that does a task when none is named."""
    return DEFAULTS[task]


def find(name: str, task: Task | None = None) -> Entry:
    """The pipeline of that name.

    Args:
        name: as in ``lbvedit pipelines list``.
        task: what it will be asked to do, if that matters.

    Raises:
        UsageError: no such pipeline, or one that does not do this task.
        MissingCapabilityError: a pipeline that this version of lbvedit does not have yet.
    """
    entry = PIPELINES.get(name)
    if entry is None and name in DEFAULTS.values():
        raise MissingCapabilityError(
            f"the pipeline {name!r} is not part of this version of lbvedit",
            hint=f"there are: {', '.join(PIPELINES)}",
            setting="pipeline",
        )
    if entry is None:
        near = get_close_matches(name, PIPELINES, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(PIPELINES)}"
        raise UsageError(f"there is no pipeline {name!r}", hint=hint, setting="pipeline")
    if task is not None and task not in entry.tasks:
        fit = [other for other, candidate in PIPELINES.items() if task in candidate.tasks]
        raise UsageError(
            f"the pipeline {name!r} does {', '.join(entry.tasks)}, not {task}",
            hint=f"for {task} there are: {', '.join(fit)}" if fit else f"no pipeline here does {task}",
            setting="pipeline",
        )
    return entry


def load(name: str) -> type[Pipeline]:
    """The class of a pipeline, imported now."""
    return typing.cast("type[Pipeline]", _imported(find(name).location))


def _imported(location: str) -> Any:
    module, _, attribute = location.partition(":")
    return getattr(import_module(module), attribute)


def _options(name: str) -> type[Any]:
    """The ``Options`` of a pipeline, which is loaded for it only if there is no other way."""
    entry = PIPELINES.get(name)
    return typing.cast("type[Any]", _imported(entry.options) if entry and entry.options else load(name).Options)


def build(name: str, request: Request) -> Pipeline:
    """A pipeline ready to be called.

    Raises:
        UsageError: an unknown name or option.
        WeightsError: weights that it needs are missing or bad.
    """
    pipeline = load(name)
    return pipeline(request, parse(pipeline.Options, request.options, name))


def check_options(name: str, given: Mapping[str, str]) -> None:
    """Refuses options that a pipeline would refuse, without making it.

    Raises:
        UsageError: an unknown key or a value of the wrong kind.
    """
    if given:
        parse(_options(name), given, name)


@dataclass(frozen=True)
class OptionInfo:
    """One ``--set key=value`` of a pipeline, for people."""

    name: str
    kind: str
    default: str
    help: str


def describe_options(name: str) -> tuple[OptionInfo, ...]:
    """What ``--set`` can change in a pipeline; the words come from its ``Options``' docstring."""
    options = _options(name)
    hints, words = typing.get_type_hints(options), _argument_docs(options.__doc__ or "")
    return tuple(
        OptionInfo(field.name, _kind(hints[field.name]), _default(field), words.get(field.name, ""))
        for field in fields(options)
    )


def parse(options: type[Any], given: Mapping[str, str], pipeline: str) -> Any:
    """An ``Options`` made from text.

    Args:
        options: a dataclass whose fields are bool, int, float, str, Path, a Literal of strings, or one of these or
            None.
        given: values as the user typed them.
        pipeline: its name, for the messages.

    Raises:
        UsageError: an unknown key or a value of the wrong kind.
    """
    hints = typing.get_type_hints(options)
    known = {field.name for field in fields(options)}
    values = {}
    for key, text in given.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            there = f"there are: {', '.join(sorted(known))}" if known else "it has none"
            raise UsageError(
                f"the pipeline {pipeline!r} has no option {key!r}",
                hint=f"did you mean {near[0]!r}?" if near else there,
            )
        try:
            values[key] = _convert(text, hints[key])
        except ValueError as error:
            raise UsageError(f"--set {key}={text}: {error}", hint=f"lbvedit pipelines show {pipeline}") from error
    try:
        return options(**values)
    except ValueError as error:
        raise UsageError(f"--set: {error}", hint=f"lbvedit pipelines show {pipeline}") from error


_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _convert(text: str, kind: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if type(None) in arguments and text.lower() == "none":
            return None
        return _convert(text, next(argument for argument in arguments if argument is not type(None)))
    if origin is typing.Literal:
        if text not in arguments:
            raise ValueError(f"must be one of {', '.join(map(str, arguments))}")
        return text
    if kind is bool:
        if text.lower() not in _BOOLEANS:
            raise ValueError("must be true or false")
        return _BOOLEANS[text.lower()]
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"must be {'a whole number' if kind is int else 'a number'}") from None
    return Path(text) if kind is Path else text


def _kind(hint: Any) -> str:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return "|".join(map(str, arguments))
    if arguments:
        return " or ".join("none" if argument is type(None) else _kind(argument) for argument in arguments)
    names = {bool: "true|false", int: "whole number", float: "number", str: "text", Path: "path"}
    return names.get(hint, str(hint))


def _default(field: Any) -> str:
    if field.default is MISSING:
        return ""
    return (
        str(field.default).lower() if field.default is None or isinstance(field.default, bool) else str(field.default)
    )


def _argument_docs(docstring: str) -> dict[str, str]:
    """The entries of a Google docstring's ``Args:`` or ``Attributes:`` section."""
    words: dict[str, str] = {}
    name, inside, indent = "", False, 0
    for line in docstring.expandtabs().splitlines():
        text = line.strip()
        if text in ("Args:", "Attributes:"):
            inside, indent = True, len(line) - len(line.lstrip()) + 4
        elif inside and text:
            depth = len(line) - len(line.lstrip())
            if depth < indent:
                inside = False
            elif depth == indent and ":" in text:
                name, _, rest = text.partition(":")
                name = name.split(" ")[0]
                words[name] = rest.strip()
            elif name:
                words[name] += f" {text}"
    return words
