from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import pytest

from lbvedit.errors import MediaError
from lbvedit.manifest import Manifest, hash_input, installed_versions
from lbvedit.types import EditPlan, EncodeOptions, Job, MaskFile, Request, Step

JOB = Job(
    input="a b.mov",
    output="out.mp4",
    pipeline="compose",
    request=Request(
        "edit",
        "make the car red",
        EditPlan((Step("recolor", "car", {"color": "red"}),)),
        (MaskFile(Path("car.png"), "car"),),
        {"feather": "3"},
        weights=Path("w"),
        seed=7,
    ),
    encode=EncodeOptions("h264", 20.0),
    start_s=Fraction(1, 3),
    fps=Fraction(30000, 1001),
    size=(64, -1),
    command=("lbvedit", "edit", "a b.mov"),
)


def test_a_manifest_survives_json():
    made = Manifest(JOB, installed_versions(), "abc", {"car.png": "def"}, {"mmvt": "012"})
    assert Manifest.from_json(made.to_json(), "out.mp4") == made


def test_the_same_job_gives_the_same_bytes():
    assert Manifest(JOB, {"b": "1", "a": "2"}).to_json() == Manifest(JOB, {"a": "2", "b": "1"}).to_json()


def test_a_manifest_whose_plan_is_none_is_refused_by_its_name():
    values = json.loads(Manifest(JOB, {}).to_json())
    values["request"]["plan"] = {"steps": []}
    with pytest.raises(MediaError, match=r"out\.mp4 cannot be read: a plan is an object") as caught:
        Manifest.from_json(json.dumps(values), "out.mp4")
    assert "can be redone" in caught.value.hint


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"manifest": 1}', "null"])
def test_what_is_no_manifest_is_refused(text):
    with pytest.raises(MediaError, match=r"out\.mp4 cannot be read"):
        Manifest.from_json(text, "out.mp4")


def test_a_later_manifest_is_refused_by_its_version():
    values = json.loads(Manifest(JOB, {"lbvedit": "9.0"}).to_json())
    with pytest.raises(MediaError, match=r"later lbvedit \(9\.0\)"):
        Manifest.from_json(json.dumps(values | {"manifest": 2}), "out.mp4")


def test_hashes_are_those_of_sha256sum_and_a_folder_has_one_too(tmp_path):
    (tmp_path / "b").write_bytes(b"xyz")
    assert hash_input(tmp_path / "b") == hashlib.sha256(b"xyz").hexdigest()
    whole = hash_input(tmp_path)
    (tmp_path / "b").rename(tmp_path / "c")
    assert hash_input(tmp_path) != whole
    assert hash_input("-") is None
