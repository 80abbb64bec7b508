"""The shape of the project: layers, what start-up may load, and that a wheel works outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

HEAVY = ("torch", "av", "diffusers", "transformers", "cv2", "numpy")

SEEN = f"import sys; print(*sorted(set({HEAVY}) & set(sys.modules)))"


def python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout


def test_imports_point_downwards():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "module", ["lbvedit.types", "lbvedit.errors", "lbvedit.language", "lbvedit.pipelines.registry", "lbvedit.cli.app"]
)
def test_light_modules_load_nothing_heavy(module):
    assert python(f"import {module}; {SEEN}").strip() == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["edit", "--help"],
        ["pipelines", "list"],
        ["pipelines", "show", "passthrough"],
        ["edit", "missing.mp4", "-p", "passthrough"],
        ["edit", "missing.mp4", "-p", "nonesuch"],
    ],
    ids=" ".join,
)
def test_commands_that_need_nothing_heavy_load_nothing_heavy(arguments):
    code = f"""
import sys
from lbvedit.cli.app import main
sys.argv = ["lbvedit", *{arguments!r}]
try:
    main()
except SystemExit:
    pass
print("loaded:", *sorted(set({HEAVY}) & set(sys.modules)))
"""
    assert python(code).splitlines()[-1].strip() == "loaded:"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_package_and_its_weights(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "lbvedit/py.typed" in names
    embedded = {f"lbvedit/_weights/{file.relative_to(ROOT / 'weights')}" for file in (ROOT / "weights").glob("*/*")}
    assert embedded <= set(names)
    assert not [name for name in names if name.startswith("tests")]


def test_the_wheel_works_outside_the_checkout(wheel, tmp_path):
    target = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    code = """
import sys, lbvedit
from lbvedit.cli.app import main
print(lbvedit.__file__)
sys.argv[1:] = ["models", "list", "--json"]
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False,
        env={**os.environ, "PYTHONPATH": str(target)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    where, *models = done.stdout.splitlines()
    assert Path(where).is_relative_to(target)
    assert len(models) == len(list((ROOT / "weights").glob("*/config.json")))
