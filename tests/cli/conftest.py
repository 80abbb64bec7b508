from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields

import pytest

from lbvedit.cli import app, talk


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def lbvedit(monkeypatch, capsys, tmp_path) -> Command:
    """Runs the command line in this process, away from the user's own settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(app.signal, "signal", lambda *_: None)

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["lbvedit", *map(str, arguments)])
        talk.configure(**{field.name: False for field in fields(talk.Voice)})
        with pytest.raises(SystemExit) as ended:
            app.main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return call
