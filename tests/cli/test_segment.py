"""``lbvedit segment``: what is refused before anything is loaded."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("form", ["png", "rle", "boxes"])
def test_a_codec_is_no_wish_for_data_but_may_be_a_setting(lbvedit, clips, tmp_path, monkeypatch, form):
    config = tmp_path / "config" / "lbvedit" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('codec = "x265"')
    monkeypatch.setenv("LBVEDIT_CRF", "30")
    call = ("segment", clips("cfr"), "dog", "--format", form, "-o", tmp_path / "nowhere" / "out")
    ended = lbvedit(*call)
    assert (ended.code, "there is no folder" in ended.err) == (2, True), ended.err
    ended = lbvedit(*call, "--codec", "x265")
    assert (ended.code, "--codec is for a video" in ended.err) == (2, True), ended.err


@pytest.mark.parametrize("expression", ["", "  ", "!?"])
def test_no_words_are_refused_at_once(lbvedit, clips, expression):
    ended = lbvedit("segment", clips("cfr"), expression)
    assert (ended.code, "segment what?" in ended.err) == (2, True), ended.err
