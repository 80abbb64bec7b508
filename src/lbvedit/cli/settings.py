"""Settings from the config file: defaults < file < ``LBVEDIT_*`` < flags.

The file is TOML. Keys at the top hold for every command, keys in a table for the command of that name::

    crf = 20
    device = "cpu"

    [batch]
    quiet = true
"""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lbvedit.cli.flags import setting_names
from lbvedit.errors import UsageError

__all__ = ["COMMANDS", "config_path", "load"]

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


def config_path() -> Path:
    """``$XDG_CONFIG_HOME/lbvedit/config.toml``, whether or not it is there."""
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "lbvedit" / "config.toml"


def load(path: Path) -> dict[str, dict[str, Any]]:
    """The defaults of each command, as the file says them; empty without a file.

    Raises:
        UsageError: not TOML, or a key that is no setting.
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
    shared = _checked(found, path)
    values = {name: shared | _checked(tables.get(name, {}), path) for name in COMMANDS}
    return {name: values[name] | dict.fromkeys(inner, values[name]) for name, inner in COMMANDS.items()}


def _checked(values: dict[str, Any], path: Path) -> dict[str, Any]:
    known = setting_names()
    for key in values:
        if key.replace("-", "_") not in known:
            near = get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"settings: {', '.join(known)}"
            raise UsageError(f"{path}: there is no setting {key!r}", hint=hint)
        if isinstance(values[key], (dict, list)):
            raise UsageError(f"{path}: {key} is one value, got {values[key]!r:.60}", hint=f"{key} = VALUE")
    return {key.replace("-", "_"): value for key, value in values.items()}
