"""Edits of actors: what changes, where everybody is, other instructions, single moments, sources alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lbvedit.data.actor_edits import MOST, ActorEdits


@pytest.fixture(scope="module")
def corpus() -> ActorEdits:
    return ActorEdits(size=8, frames=3, side=64)


def test_edits_change_one_actor_and_say_so(corpus: ActorEdits) -> None:
    for index in range(8):
        item = corpus[index]
        meta, text = item["meta"], item["instruction"]
        before, after, number = meta["source"], meta["target"], meta["actor"]
        assert item["changed"].any()
        if meta["kind"] == "remove":
            assert after == before[:number] + before[number + 1 :]
        elif meta["kind"] == "add":
            assert after[:-1] == before
            assert after[-1]["color"] in text
        else:
            assert [a for place, a in enumerate(after) if place != number] == [
                b for place, b in enumerate(before) if place != number
            ]
            if meta["kind"] == "recolor":
                assert text.endswith(after[number]["color"])
            if meta["kind"] == "act":
                assert after[number]["act"] != before[number]["act"]
            if meta["kind"] == "replace":
                assert after[number]["kind"] != before[number]["kind"]


def test_everybody_stands_where_the_pictures_show_it(corpus: ActorEdits) -> None:
    for index in range(8):
        item = corpus[index]
        meta = item["meta"]
        feet, centres, eye = meta["feet"], meta["centres"], meta["eye"]
        assert feet.shape == centres.shape == (2, MOST, 3, 2)
        for side, cast in enumerate((meta["source"], meta["target"])):
            assert (feet[side, len(cast) :] == -1).all()
            assert (feet[side, : len(cast), :, 1] > eye[:, 0]).all()  # the floor is below the horizon
            assert (centres[side, : len(cast), :, 1] < feet[side, : len(cast), :, 1]).all()
        side = int(meta["kind"] == "add")
        where = centres[side, meta["actor"]].round().long().clamp(0, 63)
        near = [item["changed"][t, 0, y - 4 : y + 5, max(0, x - 4) : x + 5].any() for t, (x, y) in enumerate(where)]
        assert all(near)


def test_what_is_twice_as_near_is_twice_as_large(corpus: ActorEdits) -> None:
    meta = corpus[0]["meta"]
    stage = corpus._kept.get(0) or corpus._again(0, meta["tries"])
    for y in (-2.0, 0.0, 3.0):
        line = np.array([[-0.5, y, 0.0], [0.5, y, 0.0]])
        ends = np.stack([64 * stage.projected(np.repeat(end[None], 3, axis=0)) for end in line])
        row, (horizon, height) = ends[0, 0, 1], meta["eye"][0].tolist()
        span = np.hypot(*(ends[1, 0] - ends[0, 0]))
        assert span == pytest.approx((row - horizon) / height, rel=0.05)


def test_a_source_has_other_instructions(corpus: ActorEdits) -> None:
    meta = corpus[2]["meta"]
    told = [corpus.retold(2, meta["tries"], np.random.default_rng(seed)) for seed in range(12)]
    assert len({each["instruction"] for each in told}) > 6
    assert len({each["meta"]["kind"] for each in told}) > 2
    for each in told:
        assert each["meta"]["source"] == meta["source"]
        assert torch.equal(each["meta"]["feet"][0], meta["feet"][0])


def test_a_moment_shows_what_is_behind_whom_an_edit_is_about(corpus: ActorEdits) -> None:
    kinds = set()
    for index in range(8):
        pair, without = corpus.moment(index)
        kind = pair["meta"]["kind"]
        kinds.add(kind)
        number, length = pair["meta"]["moment"]
        assert 0 <= number < length == 3
        assert pair["source"].shape == without.shape == (1, 3, 64, 64)
        assert pair["meta"]["feet"].shape == (2, MOST, 1, 2)
        assert torch.equal(without, pair["target"]) == (kind == "remove")
        assert torch.equal(without, pair["source"]) == (kind == "add")
        assert torch.equal(corpus.moment(index).without, without)
    assert len(kinds) > 2


def test_a_glimpse_shows_some_frames_of_a_source_and_tells_of_these(corpus: ActorEdits) -> None:
    whole, some = (corpus.glimpse(5, count) for count in (3, 2))
    assert whole["source"].shape == (3, 3, 64, 64)
    assert some["instruction"] == whole["instruction"]
    start = next(start for start in range(2) if torch.equal(some["source"], whole["source"][start : start + 2]))
    for name in ("feet", "centres", "eye"):
        assert torch.equal(some["meta"][name], whole["meta"][name][..., start : start + 2, :])
    assert not torch.equal(corpus.glimpse(6, 3)["source"], whole["source"])
