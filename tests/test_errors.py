"""Every error carries one line, one hint and the exit code."""

from __future__ import annotations

import pickle

import pytest

from lbvedit.errors import ExitCode, MediaError, UsageError


def test_an_error_has_a_hint():
    with pytest.raises(ValueError, match="needs a hint: no such file"):
        MediaError("no such file", hint="")


def test_an_error_comes_whole_out_of_another_process():
    error = pickle.loads(pickle.dumps(UsageError("edit how?", hint="say it", setting="fps")))
    assert isinstance(error, UsageError)
    assert (str(error), error.message, error.hint, error.setting, error.exit_code) == (
        "edit how?",
        "edit how?",
        "say it",
        "fps",
        ExitCode.USAGE,
    )
