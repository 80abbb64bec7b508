"""What the clips of a corpus look like: one envelope where they are alike, neighbours where scenes are many."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from lbvedit.measures.domain import Envelope, Neighbours, clip_statistics, read_domain
from lbvedit.training.m3l_corpora import open_corpora
from tests.training.tiny_m3l import write_digits


def test_neighbours_let_all_scenes_of_their_kind_in_and_nothing_between() -> None:
    rng = np.random.default_rng(0)
    scenes = [0.2 + 0.6 * number + 0.02 * rng.random(29) for number in (0, 1) for _ in range(30)]
    looks = [torch.tensor(scene) for scene in scenes]
    domain = read_domain(json.loads(json.dumps(Neighbours.fit(looks[::2]).to_json())))
    assert isinstance(domain, Neighbours)
    assert all(domain.distance(each) < 1.5 for each in looks)
    assert domain.distance(torch.full((29,), 0.5)) > 3
    assert Envelope.fit(looks[::2]).distance(torch.full((29,), 0.5)) < 1  # which is why


def test_an_envelope_lets_its_own_kind_in_and_no_other(tmp_path: Path) -> None:
    corpus = open_corpora("s-mnist", "train", mnist=write_digits(tmp_path))["s-mnist"]
    looks = [clip_statistics(corpus[index]["source"] / 255) for index in range(60)]
    envelope = read_domain(json.loads(json.dumps(Envelope.fit(looks[:40]).to_json())))
    assert all(envelope.distance(each) < 1.5 for each in looks[40:])
    torch.manual_seed(0)
    assert envelope.distance(clip_statistics(torch.rand(8, 3, 48, 64))) > 3
