"""Settings from the config file: defaults < file < ``LBVEDIT_*`` < flags.

The file is TOML. Keys at the top hold for every command, keys in a table for the command of that name::

    crf = 20
    device = "cpu"

    [batch]
    quiet = true
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lbvedit.cli.flags import TalkFlags, setting_names
from lbvedit.errors import UsageError

__all__ = ["COMMANDS", "load", "taken_by"]

COMMANDS: dict[str, tuple[str, ...]] = {
    "edit": (),
    "segment": (),
    "synth": (),
    "batch": (),
    "redo": (),
    "pipelines": ("list", "show"),
    "models": ("list", "show", "verify"),
    "doctor": (),
}
"""The commands that take settings, and for a group of commands those inside."""

_FEW: dict[str, tuple[str, ...]] = {"redo": ("yes",), "pipelines": (), "models": ("weights",), "doctor": ("weights",)}
"""Of the commands that do not take every setting, those that they take beside the ones on messages."""


def taken_by(command: str) -> tuple[str, ...]:
    """The settings that a command has a flag for."""
    return (*_FEW[command], *setting_names(TalkFlags)) if command in _FEW else setting_names()


def load(path: Path) -> dict[str, dict[str, Any]]:
    """The defaults of each command, as the file says them; empty without a file.

    Raises:
        UsageError: not TOML, a key that is no setting, or in a command's table one that the command has no flag for.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}", hint="the config file is TOML: key = value") from error
    tables = {name: found.pop(name) for name in COMMANDS if isinstance(found.get(name), dict)}
    shared = _checked(found, setting_names(), f"{path}", "the file")
    values = {
        name: shared | _checked(tables.get(name, {}), taken_by(name), f"{path}: [{name}]", f"lbvedit {name}")
        for name in COMMANDS
    }
    return {name: values[name] | dict.fromkeys(inner, values[name]) for name, inner in COMMANDS.items()}


def _checked(values: dict[str, Any], known: tuple[str, ...], place: str, taker: str) -> dict[str, Any]:
    """The values under their flags' names, if all of them are settings that are known there."""
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in known and isinstance(value, dict):
            near = " or ".join(f"[{each}]" for each in get_close_matches(key, COMMANDS))
            tables = ", ".join(f"[{each}]" for each in COMMANDS)
            hint = f"did you mean {near}?" if near else f"tables are {tables}"
            raise UsageError(f"{place}: there is no command {key!r} that takes settings", hint=hint)
        if name not in known:
            near = " or ".join(map(repr, get_close_matches(name.lower(), known)))
            hint = f"did you mean {near}?" if near else f"{taker} takes {', '.join(known)}"
            raise UsageError(f"{place}: there is no setting {key!r}", hint=hint)
        if isinstance(value, (dict, list)):
            raise UsageError(f"{place}: {key} is one value, got {value!r:.60}", hint=f"{key} = VALUE")
    return {key.replace("-", "_"): value for key, value in values.items()}
