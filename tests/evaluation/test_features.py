from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lbvedit.data.e_clevr import EClevr
from lbvedit.data.labels import CLIP_GROUPS, FRAME_GROUPS, GROUPS
from lbvedit.data.pairs import Pair
from lbvedit.evaluation import features
from lbvedit.evaluation.features import label_accuracy, labelled_clips
from lbvedit.evaluation.table import Options
from lbvedit.measures.embedded import FeaturePair


def pair(digits: list[list[int]], directions: list[list[int]]) -> Pair:
    clip = torch.zeros(9, 3, 64, 64, dtype=torch.uint8)
    meta = {"digits": torch.tensor(digits), "directions": torch.tensor(directions)}
    changed = torch.zeros(9, 1, 64, 64, dtype=torch.bool)
    return {"source": clip, "target": clip + 255, "instruction": "", "changed": changed, "meta": meta}


def test_labels_are_those_of_the_side() -> None:
    batch = labelled_clips([pair([[3, 7], [5, 7]], [[0, 1], [0, 2]])] * 2, [0, 1])
    assert batch["clips"].shape == (2, 8, 3, 64, 64)
    assert batch["clips"].float().mean((1, 2, 3, 4)).tolist() == [0, 255]
    assert [row.nonzero()[:, 0].tolist() for row in batch["digits"]] == [[3, 7], [5, 7]]
    assert [row.nonzero()[:, 0].tolist() for row in batch["moves"]] == [[12, 29], [20, 30]]


def test_all_labels_must_be_on_top() -> None:
    class Fixed(nn.Module):
        def __init__(self, *top: int) -> None:
            super().__init__()
            self.scale, self.top = nn.Parameter(torch.ones(())), list(top)

        def forward(self, clips: Tensor) -> Tensor:
            logits = torch.zeros(len(clips), 40)
            logits[:, self.top] = 1
            return logits[:, : 10 if clips.ndim == 4 else 40]

    class Both(nn.Module):
        def __init__(self, frame: nn.Module, clip: nn.Module) -> None:
            super().__init__()
            self.frame, self.clip = frame, clip

    networks = Both(Fixed(5, 7), Fixed(20, 31))
    assert label_accuracy(networks, [pair([[3, 7], [5, 7]], [[0, 1], [0, 2]])]) == (1.0, 0.0)
    networks = Both(Fixed(5, 6), Fixed(20, 30))
    assert label_accuracy(networks, [pair([[3, 7], [5, 7]], [[0, 1], [0, 2]])]) == (0.0, 1.0)


def test_a_judge_must_find_the_right_edit_nearer_than_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [EClevr("test", size=1)[0]]
    networks = FeaturePair(2, sum(FRAME_GROUPS.values()), sum(CLIP_GROUPS.values())).eval()
    monkeypatch.setattr(features, "world_pairs", lambda corpus, limit, seed: iter(pairs))
    monkeypatch.setattr(features, "load_feature_pair", lambda name, weights: networks)
    judges = {
        "fad-embedded": lambda video: video.float().flatten(1) / 1000,
        "vad-embedded": lambda video: 0 * video.float().flatten(1),
    }
    monkeypatch.setattr(features, "pair_features", lambda networks: judges)
    metrics = features.evaluate_e_clevr(Options()).metrics
    assert metrics.keys() > {f"e-clevr_{group}" for group in GROUPS["e-clevr"]}
    frames = zip(pairs[0]["source"].float() / 1000, pairs[0]["target"].float() / 1000, strict=True)
    away = torch.stack([(source - target).norm() for source, target in frames]).mean()
    assert metrics["e-clevr_fad-embedded_of_source"] == pytest.approx(float(away), rel=1e-4)
    assert metrics["e-clevr_vad-embedded_of_source"] == metrics["e-clevr_vad-embedded_in_order"] == 0
