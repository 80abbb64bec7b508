from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from lbvedit.data.corpus import Referral
from lbvedit.data.pairs import Pair
from lbvedit.evaluation.digits import evaluate_mnist
from lbvedit.evaluation.editing import score_edits
from lbvedit.evaluation.referring import Found, score_referrals, score_sequences
from lbvedit.evaluation.table import Options
from lbvedit.measures import public
from lbvedit.measures.resnext3d import ResNeXt3D

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"


def referral(video: str, *columns: int) -> Referral:
    """A square that covers the first columns of ten in each annotated frame."""
    masks = torch.zeros(len(columns), 10, 10, dtype=torch.bool)
    for mask, count in zip(masks, columns, strict=True):
        mask[:, :count] = True
    frames = torch.zeros(len(columns), 3, 10, 10, dtype=torch.uint8)
    places = torch.arange(len(columns))
    return {"frames": frames, "masks": masks, "annotated": places, "expression": "it", "meta": {"video": video}}


def left_half(item: Referral) -> Found:
    masks = torch.zeros_like(item["masks"])
    masks[:, :, :5] = True
    return Found(masks)


def test_every_annotated_frame_is_a_sample() -> None:
    metrics = score_referrals([referral("a", 5, 4), referral("b", 10)], [0, 1], left_half)
    # IoUs 1, .8 and .5
    assert metrics["p@0.5"] == 1
    assert metrics["p@0.6"] == metrics["p@0.8"] == pytest.approx(2 / 3)
    assert metrics["p@0.9"] == pytest.approx(1 / 3)
    assert metrics["mean_iou"] == pytest.approx(2.3 / 3, abs=1e-6)
    assert metrics["overall_iou"] == pytest.approx((50 + 40 + 50) / (50 + 50 + 100))
    assert metrics["map"] == pytest.approx((1 + 6 * 2 / 3 + 3 * 1 / 3) / 10)
    assert "coco_map" not in metrics
    assert score_referrals([referral("a", 5), referral("b", 10)], [1], left_half)["mean_iou"] == pytest.approx(0.5)


def test_candidates_give_cocos_map_beside_the_papers() -> None:
    def candidates(item: Referral) -> Found:
        right, wrong = item["masks"], ~item["masks"]
        return Found(wrong, torch.stack([wrong, right]), torch.tensor([0.9, 0.8]))

    metrics = score_referrals([referral("a", 3)], [0], candidates)
    assert (metrics["map"], metrics["coco_map_top1"], metrics["coco_map"]) == (0.0, 0.0, 0.5)


def test_sequences_weigh_the_same_however_long_and_often_named() -> None:
    metrics, each = score_sequences(
        [referral("a", 5, 5, 5, 5), referral("b", 10), referral("b", 5)], [0, 1, 2], left_half
    )
    assert each["b"]["j"] == pytest.approx(0.75)
    assert metrics["j_mean"] == pytest.approx((1 + 0.75) / 2)
    assert metrics["jf_mean"] == pytest.approx((metrics["j_mean"] + metrics["f_mean"]) / 2)


def test_masks_of_another_size_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="do not answer"):
        score_referrals([referral("a", 5)], [0], lambda item: Found(item["masks"][:, :5]))


def pair() -> Pair:
    source = torch.zeros(2, 3, 10, 10, dtype=torch.uint8)
    target = source.clone()
    target[:, :, :5] = 255
    changed = (source != target).any(1, keepdim=True)
    return {"source": source, "target": target, "instruction": "", "changed": changed, "meta": {}}


def test_edits_are_judged_by_target_and_by_what_was_to_stay() -> None:
    def careless(item: Pair) -> torch.Tensor:
        edited = item["target"].clone()
        edited[:, :, -1, -1] = 51
        return edited

    scores = score_edits(
        [pair()],
        [0],
        {"oracle": lambda item: item["target"], "copy": lambda item: item["source"], "careless": careless},
        features={"fad-embedded": lambda frames: frames.float().mean((2, 3)) / 255},
    )
    assert scores["oracle"] == {"ssim": 100.0, "psnr_unchanged": 99.0, "psnr_changed": 99.0, "fad-embedded": 0.0}
    assert scores["copy"]["psnr_unchanged"] == 99.0
    assert scores["copy"]["ssim"] < 60
    assert scores["copy"]["fad-embedded"] == pytest.approx(0.5 * 3**0.5)
    assert scores["careless"]["psnr_unchanged"] == pytest.approx(10 * math.log10(50 / 0.04), abs=1e-3)
    with pytest.raises(ValueError, match="an edit gave"):
        score_edits([pair()], [0], {"float": lambda item: item["target"] / 255})


def test_vad_is_there_where_its_network_is_and_fad_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Small(ResNeXt3D):
        def __init__(self) -> None:
            super().__init__((1, 1, 1, 1), 5)

    monkeypatch.setitem(public.NETWORKS, "resnext3d-101", Small)
    torch.manual_seed(0)
    torch.save(Small().state_dict(), tmp_path / "public.pth")
    public.convert("resnext3d-101", tmp_path / "public.pth", tmp_path / "resnext3d-101")
    edits = {"oracle": lambda item: item["target"], "copy": lambda item: item["source"]}
    scores = score_edits([pair()], [0], edits, options=Options(weights=tmp_path, device="cpu"))
    assert set(scores["copy"]) == {"ssim", "psnr_unchanged", "psnr_changed", "vad"}
    assert scores["oracle"]["vad"] == 0
    network = public.video_features("resnext3d-101", tmp_path)
    expected = (network(pair()["source"]) - network(pair()["target"])).norm()
    assert scores["copy"]["vad"] == pytest.approx(float(expected), rel=1e-5)
    absent = score_edits([pair()], [0], edits, options=Options(weights=tmp_path / "none", device="cpu"))
    assert set(absent["copy"]) == {"ssim", "psnr_unchanged", "psnr_changed"}


@pytest.mark.skipif(not MNIST.is_dir(), reason="no optional data folder")
def test_the_digit_classifier_keeps_what_its_card_says() -> None:
    result = evaluate_mnist(Options(mnist=MNIST, limit=2000))
    assert result.metrics["test_accuracy"] >= 0.99
