"""The man pages, rendered from the command line itself: ``python -m lbvedit.cli.manpage [FOLDER]`` writes them.

They are committed in ``man/``, and a test compares them with what this module gives.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from lbvedit import __version__
from lbvedit.cli import app
from lbvedit.cli.flags import setting_names
from lbvedit.cli.settings import COMMANDS
from lbvedit.errors import ExitCode
from lbvedit.pipelines import registry
from lbvedit.types import EVENT_VERSION

__all__ = ["render"]

EXIT_CODES = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "failed, or at least one item of a batch did",
    ExitCode.USAGE: "the command cannot be meant as given: an unknown flag, an output that is the input or has no "
    "folder, a sentence that is not understood",
    ExitCode.NO_MATCH: "nothing in the video fits the words",
    ExitCode.MISSING: "weights are missing or damaged, or no installed pipeline can do a step",
    ExitCode.RUNTIME: "no CUDA where it was asked for, or out of memory even after stepping down",
    ExitCode.MEDIA: "a video cannot be read or written: missing, empty, damaged, without pictures, refused, disk full",
    ExitCode.INTERRUPTED: "Ctrl-C",
    ExitCode.TERMINATED: "SIGTERM",
}

EVENTS = {
    "plan": "the steps of an instruction: steps (a list of objects with op, target, params, engine, and outside and "
    "words where they say something), notes where a word could mean something else, estimate (an object or null)",
    "start": "what is about to be done: input, output, pipeline, width, height, frames and duration_s (null while "
    "unknown), finished_frames (those of a run that is resumed), message",
    "progress": "stage, done, total (null while unknown), fps, eta_s, memory_bytes",
    "warning": "message, and stage where it belongs to one: something to know that stops nothing",
    "item": "one video of a batch is finished with: input, instruction, output, state (done, skipped or failed), "
    "exit_code, message, and how many of the batch are: done, total",
    "result": "output, frames, and where a video was written rows (what was kept, changed or could not be kept) and "
    "manifest (a file beside the output, or null); of a batch instead done, skipped, failed (how many items) and items "
    "(a list of objects such as item has)",
    "pipeline": "name, tasks, summary, and of pipelines show options (objects with name, kind, default, help)",
    "model": "name, system, size_bytes, licence, commercial_ok, folder, and of models show config",
    "verified": "of models verify: name, ok, problem (null where there is none)",
    "doctor": "what this machine has, by name",
    "error": "message, hint, exit_code",
}

ENVIRONMENT = {
    "XDG_CONFIG_HOME": "the folder that holds lbvedit/config.toml; ~/.config without it",
    "HF_HOME, HF_HUB_OFFLINE": "where the hub's models are kept, and that nothing is fetched",
    "NO_COLOR": "no colours, whatever its value",
}


def render() -> dict[str, str]:
    """Every page by file name, as roff."""
    group = app.command()
    context = typer.Context(group, info_name="lbvedit", **group.context_settings)
    pages = {"lbvedit.1": _main_page(group, context)}
    for name in group.list_commands(context):
        command = app.load(name)
        sub = typer.Context(command, info_name=name, parent=context)
        pages[f"lbvedit-{name}.1"] = _command_page(f"lbvedit {name}", command, sub)
    return pages


def _main_page(group: Any, context: Any) -> str:
    parts = [_head("lbvedit", app.DESCRIPTION), _section("SYNOPSIS", r"\fBlbvedit\fR \fICOMMAND\fR [\fIOPTIONS\fR]...")]
    commands = [
        _entry(rf"\fBlbvedit\-{_text(name)}\fR(1)", app.COMMANDS[name][1]) for name in group.list_commands(context)
    ]
    parts.append(_section("COMMANDS", "".join(commands)))
    parts.append(_section("OPTIONS", "".join(_options(group, context))))
    parts.append(_section("PIPELINES", "".join(map(_pipeline, registry.PIPELINES))))
    parts.append(_section("SETTINGS", _settings()))
    parts.append(_section("ENVIRONMENT", "".join(_entry(rf"\fB{_text(k)}\fR", v) for k, v in ENVIRONMENT.items())))
    parts.append(_section("EVENTS", _events()))
    parts.append(_exit_status())
    return "".join(parts)


def _pipeline(name: str) -> str:
    options = "".join(
        _entry(
            rf"\fB\-\-set\fR \fI{_text(option.name)}\fR=\fI{_text(option.kind)}\fR",
            f"{option.help} Default: {option.default}.",
        )
        for option in registry.describe_options(name)
    )
    return _entry(rf"\fB{_text(name)}\fR", f"{registry.PIPELINES[name].summary}.") + (
        f".RS\n{options}.RE\n" if options else ""
    )


def _command_page(title: str, command: Any, context: Any) -> str:
    words = (command.help or "").split("\n\n")
    parts = [_head(title.replace(" ", "-"), words[0])]
    subcommands = getattr(command, "commands", {})
    if subcommands:
        parts.append(_section("SYNOPSIS", rf"\fB{title}\fR \fICOMMAND\fR [\fIOPTIONS\fR]..."))
        for name, sub in subcommands.items():
            inner = typer.Context(sub, info_name=name, parent=context)
            body = f"{_text(_joined(sub.help))}\n" + "".join([*_arguments(sub, inner), *_options(sub, inner)])
            parts.append(_section(_usage(f"{title} {name}", sub, inner), body))
    else:
        parts.append(_section("SYNOPSIS", _usage(title, command, context)))
        if len(words) > 1:
            parts.append(_section("DESCRIPTION", ".PP\n".join(f"{_text(_joined(each))}\n" for each in words[1:])))
        parts.append(_section("ARGUMENTS", "".join(_arguments(command, context))))
        parts.append(_section("OPTIONS", "".join(_options(command, context))))
    parts.append(_exit_status())
    parts.append(_section("SEE ALSO", r"\fBlbvedit\fR(1) for settings, environment and events"))
    return "".join(parts)


def _usage(title: str, command: Any, context: Any) -> str:
    pieces = [rf"\fI{_text(piece)}\fR" for piece in command.collect_usage_pieces(context)]
    return rf"\fB{title}\fR {' '.join(pieces)}"


def _arguments(command: Any, context: Any) -> Iterator[str]:
    for parameter in command.get_params(context):
        if parameter.param_type_name == "argument":
            yield _entry(rf"\fI{_text(parameter.display_name_raw)}\fR", _joined(parameter.help))


def _options(command: Any, context: Any) -> Iterator[str]:
    for parameter in command.get_params(context):
        if parameter.param_type_name != "option" or parameter.hidden:
            continue
        value = "" if parameter.is_flag else rf" \fI{_text(parameter.display_type_rich(context).split(' [')[0])}\fR"
        # The names of --help come from a set, in another order each time.
        opts = sorted(parameter.opts, key=len) if set(parameter.opts) == {"-h", "--help"} else parameter.opts
        names = ", ".join(rf"\fB{_text(name)}\fR" for name in (*opts, *parameter.secondary_opts))
        words = _joined(parameter.help)
        if not parameter.is_flag and parameter.default not in (None, ""):
            words += f" Default: {parameter.default}."
        if parameter.envvar:
            words += f" Setting: {parameter.envvar}."
        yield _entry(names + value, words)


def _settings() -> str:
    return (
        _text("Defaults give way to the config file, the file to the environment, the environment to flags. The file ")
        + _text("is $XDG_CONFIG_HOME/lbvedit/config.toml. Its keys are the names below; in a table such as [batch] ")
        + _text("they hold for that command alone. In the environment a name is written LBVEDIT_NAME. ")
        + _text(f"The commands that take settings are {', '.join(COMMANDS)}; each heeds those that it has a flag for, ")
        + _text("and its own table takes no others.")
        + "\n.PP\n"
        + _text(", ".join(setting_names()))
        + "\n"
    )


def _events() -> str:
    text = (
        f"With --json everything is said on standard output, one JSON object a line, each with event and version "
        f"(now {EVENT_VERSION}). While the output itself goes to standard output the events go to standard error. "
        "Fields may be added; the version rises when one changes its meaning or goes away. The exception is the table "
        "of evaluate --json: one object without event and version, with system, corpus, n, metrics, paper, and others "
        "where there are any."
    )
    return _text(text) + "\n" + "".join(_entry(rf"\fB{name}\fR", meaning) for name, meaning in EVENTS.items())


def _exit_status() -> str:
    return _section("EXIT STATUS", "".join(_entry(rf"\fB{int(code)}\fR", EXIT_CODES[code]) for code in ExitCode))


def _head(name: str, summary: str) -> str:
    line = _joined(summary).rstrip(".")
    title = f'.TH "{name.upper()}" "1" "" "lbvedit {__version__}" "lbvedit"\n'
    return title + _section("NAME", rf"{_text(name)} \- {_text(line)}")


def _section(title: str, body: str) -> str:
    return f'.SH "{title}"\n{body.rstrip()}\n' if body.strip() else ""


def _entry(term: str, words: str) -> str:
    return f".TP\n{term}\n{_text(words)}\n"


def _joined(text: str | None) -> str:
    return " ".join((text or "").split())


def _text(text: str) -> str:
    """Plain text as roff: backslashes, hyphens and a leading dot or quote would mean something."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped, flags=re.MULTILINE)


def main(folder: Path) -> None:
    """Writes every page into a folder, and removes pages of commands that are gone."""
    folder.mkdir(exist_ok=True)
    pages = render()
    for stale in set(folder.glob("*.1")) - {folder / name for name in pages}:
        stale.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "man"))
