"""The committed man pages are those of the command line as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import lbvedit
from lbvedit.cli import app, manpage
from lbvedit.cli.flags import setting_names
from lbvedit.errors import ExitCode

MAN = Path(__file__).parents[2] / "man"


@pytest.fixture(scope="module")
def pages():
    return manpage.render()


def test_the_committed_pages_are_current(pages):
    assert {file.name: file.read_text() for file in MAN.glob("*.1")} == pages, "python -m lbvedit.cli.manpage"


def test_every_command_has_a_page_with_its_flags_and_the_exit_codes(pages):
    assert set(pages) == {"lbvedit.1", *(f"lbvedit-{name}.1" for name in app.COMMANDS)}
    for name, text in pages.items():
        assert not re.search(r"\.TP\n.*\n\s*\n", text), f"{name} leaves something undescribed"
        assert all(rf"\fB{int(code)}\fR" in text for code in ExitCode)
    for flag in (r"\-\-output", r"\-\-plan\-file", r"\-\-resume", r"\-\-pixel\-format", "LBVEDIT_CRF"):
        assert flag in pages["lbvedit-edit.1"]
    assert all(name in pages["lbvedit.1"] for name in setting_names())


def test_the_readme_says_what_pipelines_list_says(lbvedit):
    said = "".join(f"    {line}\n" for line in lbvedit("pipelines", "list").out.splitlines())
    assert f"\n\n{said}\n" in (MAN.parent / "README.md").read_text()


def test_every_event_is_described():
    sources = [file.read_text() for file in Path(lbvedit.__file__).parent.rglob("*.py")]
    sent = {kind for text in sources for kind in re.findall(r'(?:\bEvent|talk\.emit|\bemit)\(\s*"(\w+)"', text)}
    assert sent == set(manpage.EVENTS)


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
def test_groff_reads_them_without_a_warning(pages, tmp_path):
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
        done = subprocess.run(["groff", "-man", "-ww", "-z", tmp_path / name], capture_output=True, check=False)
        assert done.stderr == b"", name
