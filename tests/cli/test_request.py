"""Flags read into a job."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from lbvedit.cli.flags import EditFlags, MediaFlags, OnceFlags, RunFlags
from lbvedit.cli.request import default_output, make_job
from lbvedit.errors import UsageError


@pytest.mark.parametrize(
    ("source", "task", "expected"),
    [
        ("film.mp4", "edit", "film-edited.mp4"),
        ("a/film.MOV", "segment", "a/film-segmented.mov"),
        ("film.wmv", "edit", "film-edited.mkv"),
        ("film", "edit", "film-edited.mkv"),
        ("photo.png", "edit", "photo-edited.png"),
    ],
)
def test_a_name_is_derived_that_is_not_the_inputs(source, task, expected):
    assert default_output(source, task) == expected


def test_folders_and_patterns_of_images_become_a_film_of_their_name(tmp_path):
    folder = tmp_path / "shots.v2"
    folder.mkdir()
    expected = str(tmp_path / "shots.v2-edited.mkv")
    assert default_output(str(folder), "edit") == expected
    assert default_output(str(folder / "%04d.png"), "edit") == expected
    assert default_output(str(folder / "*.png"), "edit") == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12.5", Fraction(25, 2)),
        ("1:02.5", Fraction(125, 2)),
        ("1:00:00", 3600),
        ("-2", -2),
        ("3s", 3),
        (".5", Fraction(1, 2)),
    ],
)
def test_times(text, seconds):
    job = make_job("edit", "in.mp4", "", OnceFlags(start=text), RunFlags(), MediaFlags())
    assert job.start_s == seconds


def test_rates_sizes_masks_and_options(tmp_path):
    mask = tmp_path / "a=b.png"
    mask.touch()
    job = make_job(
        "edit",
        "in.mp4",
        "",
        OnceFlags(set_=["blend-mode=a=b"]),
        RunFlags(pipeline="passthrough"),
        MediaFlags(fps="30000/1001", size="1280x-1"),
        EditFlags(mask=[str(mask), f"red car={mask}"]),
    )
    assert (job.fps, job.size) == (Fraction(30000, 1001), (1280, -1))
    assert dict(job.request.options) == {"blend_mode": "a=b"}
    assert [(each.target, each.path) for each in job.request.masks] == [(None, mask), ("red car", mask)]


@pytest.mark.parametrize("size", ["0x5", "-1x-1", "5", "5x", "axb"])
def test_sizes_that_are_none(size):
    with pytest.raises(UsageError, match="is not a size"):
        make_job("edit", "in.mp4", "", OnceFlags(), RunFlags(), MediaFlags(size=size))


def test_force_is_the_pipelines_to_understand(tmp_path):
    clip = tmp_path / "in.mp4"
    clip.touch()
    run = RunFlags(pipeline="m3l")
    job = make_job("edit", str(clip), "head upper left", OnceFlags(), run, MediaFlags(), EditFlags(force=True))
    assert job.request.options == {"force": "true"}


@pytest.mark.parametrize(("flags", "has"), [({"force": True}, "-p m3l"), ({"background": Path("b.png")}, "-p compose")])
def test_a_flag_of_another_pipeline_is_called_by_its_name(flags, has):
    with pytest.raises(UsageError, match=f"'passthrough' has no --{next(iter(flags))}") as caught:
        make_job("edit", "in.mp4", "", OnceFlags(), RunFlags(pipeline="passthrough"), MediaFlags(), EditFlags(**flags))
    assert has in caught.value.hint
