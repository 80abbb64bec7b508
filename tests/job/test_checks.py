"""What is refused before anything is loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lbvedit.errors import UsageError, WeightsError
from lbvedit.job import check
from lbvedit.types import EditPlan, EncodeOptions, Job, Request, Step


@pytest.fixture
def edit(clips, tmp_path):
    request = Request("edit", "make it warmer", EditPlan((Step("temperature", params={"amount": 0.3}),)))
    return Job(str(clips("cfr")), str(tmp_path / "out.mp4"), "compose", request)


@pytest.mark.parametrize(
    ("pipeline", "model", "said"),
    [
        ("compose", "bogus", "no weights 'bogus'"),
        ("passthrough", "bogus", "no weights"),
        ("compose", "m3l-mnist", "mmvt"),
    ],
)
def test_a_model_that_cannot_be_meant_is_refused_whether_or_not_it_is_needed(edit, pipeline, model, said):
    request = replace(edit.request, model=model)
    with pytest.raises(WeightsError, match=said):
        check(replace(edit, pipeline=pipeline, request=request))
    check(replace(edit, request=replace(edit.request, model="mmvt-small-clean")))


def test_a_named_weight_that_may_not_be_sold_is_not_exchanged(edit):
    request = replace(edit.request, model="mmvt-small", commercial_ok=True)
    with pytest.raises(WeightsError, match="commercially") as caught:
        check(replace(edit, request=request))
    assert "--model mmvt-small-clean" in caught.value.hint


@pytest.mark.parametrize("flag", ["report", "manifest", "contact_sheet"])
def test_a_folder_is_no_name_for_what_stands_beside_the_output(edit, tmp_path, flag):
    with pytest.raises(UsageError, match=f"--{flag.replace('_', '-')} .* is a folder"):
        check(replace(edit, overwrite=True, **{flag: tmp_path}))


@pytest.mark.parametrize(
    ("output", "options", "said"),
    [
        ("out.mp4", {"crf": 99}, "libx264 takes --crf from 0 to 51"),
        ("out.mp4", {"preset": "bogus"}, "libx264 has no preset 'bogus'"),
        ("out.gif", {"crf": 20}, "gif has no --crf"),
        ("out.webm", {"crf": 64}, "libvpx-vp9 takes --crf from 0 to 63"),
    ],
)
def test_settings_that_no_default_codec_takes_are_refused(edit, tmp_path, output, options, said):
    with pytest.raises(UsageError, match=said):
        check(replace(edit, output=str(tmp_path / output), encode=EncodeOptions(**options)))


def test_settings_that_some_default_codec_takes_may_be_meant(edit, tmp_path):
    check(replace(edit, output=str(tmp_path / "out.mov"), encode=EncodeOptions(preset="4444")))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("feather", "-4", r"feather must lie in \[0, 100\], got -4$"),
        ("steadiness", "1", r"steadiness must lie in \[0, 1\)"),
    ],
)
def test_an_option_out_of_its_range_is_named_alone(edit, key, value, said):
    with pytest.raises(UsageError, match=said):
        check(replace(edit, request=replace(edit.request, options={key: value})))
