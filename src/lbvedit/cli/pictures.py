"""A picture that a command draws of its result: whether it can be written is asked before the work, not after."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from lbvedit.errors import UsageError
from lbvedit.job.checks import PICTURES

__all__ = ["check_picture"]


def check_picture(flag: str, path: Path, suffixes: Collection[str] = PICTURES) -> None:
    """Refuses a name that no picture can be written to.

    Args:
        flag: what gave the name, such as ``--plot``.
        path: the name.
        suffixes: the kinds of pictures that can be written.

    Raises:
        UsageError: there is no such folder, it may not be written to, or the name is that of no picture.
    """
    if path.is_dir():
        raise UsageError(f"{flag} {path} is a folder", hint="name a picture in it")
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{flag} {path}: lbvedit draws no {path.suffix or 'file without a suffix'}", hint="FILE.png")
    if not path.parent.is_dir():
        raise UsageError(f"{flag} {path}: there is no folder {path.parent}", hint="make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"{flag} {path}: {path.parent} may not be written to", hint="choose another folder")
