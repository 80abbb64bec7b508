"""The command ``lbvedit``: its sub-commands, and the one place where an error becomes text and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from lbvedit.cli import settings, talk
from lbvedit.cli.origin import config_path, given_by
from lbvedit.errors import ExitCode, LbveditError

__all__ = ["COMMANDS", "app", "main"]

COMMANDS: dict[str, tuple[str, str]] = {
    "edit": ("lbvedit.cli.edit", "Change a video as a sentence says."),
    "segment": ("lbvedit.cli.segment", "Find what a phrase means and give its mask."),
    "synth": ("lbvedit.cli.synth", "Make a video from words and pictures."),
    "batch": ("lbvedit.cli.batch", "Edit many videos; one that fails does not stop the others."),
    "redo": ("lbvedit.cli.redo", "Make a result again from what it remembers."),
    "pipelines": ("lbvedit.cli.pipelines", "What can do the work."),
    "models": ("lbvedit.cli.models", "Weights: what is there, from where, under which licence."),
    "train": ("lbvedit.cli.train", "Train a model: run a recipe, resume it, publish its weights."),
    "evaluate": ("lbvedit.cli.evaluate", "Make a paper's table with our row beside the paper's."),
    "data": ("lbvedit.cli.data", "Data sets made by rule: list them, look at one, build one."),
    "doctor": ("lbvedit.cli.doctor", "What this machine has: versions, CUDA, ffmpeg, weights."),
}
"""Each command's module, imported when it is called, and its line in ``lbvedit --help``."""

DESCRIPTION = "edit videos with words; what they leave alone stays as it is"


class Terminated(BaseException):
    """SIGTERM arrived; raised in the main thread so that everything is closed on the way out."""


class LazyGroup(TyperGroup):
    """Imports a command when it is called, so that ``--help`` and ``--version`` import none."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments begin with, imported now."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load(command.name or ""), rest


def load(name: str) -> Any:
    """The Typer command of that name, imported now."""
    command = typer.main.get_command(import_module(COMMANDS[name][0]).app)
    command.name = name
    return command


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        for package in ("lbvedit", "torch", "av", "diffusers", "transformers"):
            try:
                print(package, version(package))
            except PackageNotFoundError:
                print(package, "not installed")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    name="lbvedit",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the installed versions and stop.")
    ] = False,
    no_config: Annotated[
        bool, typer.Option("--no-config", metavar="", help="Take no settings from the config file.")
    ] = False,
) -> None:
    """Edit videos with words; what they leave alone stays as it is."""
    defaults = {} if no_config else settings.load(config_path())
    context.default_map = dict(defaults)
    called = context.invoked_subcommand
    talk.configure(json=_json_wanted(defaults.get(called, {}) if called in settings.COMMANDS else None))


def command() -> TyperGroup:
    """The whole command line as one object, its sub-commands still to be imported."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for name, (_, summary) in COMMANDS.items():
        group.add_command(TyperCommand(name, help=summary), name)
    return group


def main() -> NoReturn:
    """Runs the command line; ends with one of ``errors.ExitCode``."""
    signal.signal(signal.SIGTERM, _terminate)
    talk.configure(json=_json_wanted({}))
    # Torch's threads otherwise wait for each other by spinning, which beside other work takes several times as long.
    # Read when torch is loaded, which has not happened yet.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        code = command().main(prog_name="lbvedit", standalone_mode=False) or ExitCode.DONE
        if code == ExitCode.INTERRUPTED:
            # Typer makes a silent exit of Ctrl-C.
            talk.error("interrupted", "", code)
        sys.stdout.flush()
    except LbveditError as error:
        talk.error(error.message, error.hint, code := error.exit_code, error)
    except typer.TyperException as error:
        code = ExitCode(error.exit_code)
        message, hint = _said_of_setting(error) or (error.format_message().rstrip("."), f"{_called(error)} --help")
        # Without arguments a group has shown its help already, and has nothing to add.
        if message:
            talk.error(message, hint, code)
    except (KeyboardInterrupt, typer.Abort):
        talk.error("interrupted", "", code := ExitCode.INTERRUPTED)
    except Terminated:
        talk.error("terminated", "", code := ExitCode.TERMINATED)
    except BrokenPipeError:
        # The reader went away; nothing may be written any more, not even by the interpreter as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.FAILED
    except OSError as error:
        code = ExitCode.MEDIA if error.filename else ExitCode.FAILED
        message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        talk.error(message, "check the name and its permissions", code, error)
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        talk.error(message, "this is a fault of lbvedit; --debug shows where", code := ExitCode.FAILED, error)
    sys.exit(int(code))


def _json_wanted(defaults: Mapping[str, Any] | None) -> bool:
    """Whether ``--json`` holds, known before flags are read: one that is not understood is said as JSON, too.

    Args:
        defaults: the command's values in the config file; None for a command that takes no settings.
    """
    setting = "" if defaults is None else os.environ.get("LBVEDIT_JSON") or defaults.get("json", "")
    return "--json" in sys.argv[1:] or str(setting).lower() in ("1", "true", "t", "yes", "y", "on")


def _called(error: typer.TyperException) -> str:
    """The command as far as it was understood, such as ``lbvedit edit``."""
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context else "lbvedit"


def _said_of_setting(error: typer.TyperException) -> tuple[str, str] | None:
    """Message and hint for a value that no flag gave but the environment or the config file, which are to be named."""
    context, option = getattr(error, "ctx", None), getattr(error, "param", None)
    if context is None or option is None:
        return None
    if not (where := given_by(context, option.name)):
        return None
    return f"{where}: {str(error.message).rstrip('.')}", f"it sets {option.opts[0]}; {_called(error)} --help"


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated
