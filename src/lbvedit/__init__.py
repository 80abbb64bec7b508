"""lbvedit: a command-line video editor driven by language."""

from __future__ import annotations

from importlib.metadata import version

__version__ = version("lbvedit")
