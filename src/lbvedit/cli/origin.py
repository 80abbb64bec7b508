"""Where a setting's value came from: the config file, the environment, or a flag."""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer

__all__ = ["config_path", "given_by"]


def config_path() -> Path:
    """``$XDG_CONFIG_HOME/lbvedit/config.toml``, whether or not it is there."""
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "lbvedit" / "config.toml"


def given_by(context: typer.Context, name: str) -> str:
    """What gave an option its value, if no flag did: ``LBVEDIT_FPS=25`` or ``.../config.toml: fps = 25``; else nothing.

    Args:
        context: of the command that was called.
        name: the option's, such as ``fps``.
    """
    source = context.get_parameter_source(name)
    if source is None or source.name not in ("ENVIRONMENT", "DEFAULT_MAP"):
        return ""
    if source.name == "ENVIRONMENT":
        variable = next(str(option.envvar) for option in context.command.params if option.name == name)
        return f"{variable}={os.environ[variable]}"
    value = json.dumps(context.lookup_default(name), ensure_ascii=False, default=str)
    return f"{config_path()}: {name} = {value}"
