"""Frechet distance, PRD, and what rests on CLIP."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torchmetrics.image.fid import _compute_fid

from lbvedit.errors import WeightsError
from lbvedit.measures.clip import CLIP_LARGE, ClipEmbedder
from lbvedit.measures.embedded import embedded_features
from lbvedit.measures.frame_consistency import all_pairs_consistency, consecutive_consistency
from lbvedit.measures.frechet import frechet_distance
from lbvedit.measures.fvd import fvd, fvd_clip
from lbvedit.measures.prd import f_beta, kmeans, prd_curve, prd_f8
from lbvedit.measures.textual_alignment import clip_score, frame_accuracy, pick_score, textual_alignment


def test_frechet_distance_of_axis_aligned_gaussians_by_hand() -> None:
    points = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]], dtype=torch.float64)
    # Covariances 4/3 I and diag(4, 1) 4/3: |shift|^2 + 4/3 ((1-2)^2 + (1-1)^2).
    other = points * torch.tensor([2.0, 1.0]) + torch.tensor([3.0, 4.0])
    assert frechet_distance(points, other) == pytest.approx(25 + 4 / 3)
    assert frechet_distance(points, points) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_agrees_with_torchmetrics() -> None:
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(50, 6, generator=generator, dtype=torch.float64)
    b = torch.randn(60, 6, generator=generator, dtype=torch.float64) @ torch.randn(
        6, 6, generator=generator, dtype=torch.float64
    )
    expected = float(_compute_fid(a.mean(0), torch.cov(a.T), b.mean(0), torch.cov(b.T)))
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_fvd_sees_sixteen_frames_or_mirrors_fewer() -> None:
    def seen(frames: int) -> list[int]:
        return [int(frame) for frame in fvd_clip(torch.arange(frames).reshape(-1, 1, 1, 1)).flatten()]

    assert seen(8) == [0, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1, 0]
    assert seen(16) == seen(30) == list(range(16))
    assert seen(12) == [*range(12), 10, 9, 8, 7]
    with pytest.raises(ValueError, match="FVD needs 5 frames, got 4"):
        seen(4)


def test_fvd_by_hand() -> None:
    # One feature, the mean: 0.1 and 0.3 against 0.5 and 0.9; means 0.2 and 0.7, deviations 0.02^.5 and 0.08^.5.
    shown, real = ([torch.full((16, 3, 4, 4), tone) for tone in tones] for tones in ((0.1, 0.3), (0.5, 0.9)))
    distance = fvd(shown, real, lambda video: video.mean().reshape(1, 1))
    assert distance == pytest.approx(0.5**2 + (math.sqrt(0.02) - math.sqrt(0.08)) ** 2, abs=1e-6)


def test_the_embedded_fvd_finds_videos_that_move_alike_nearer() -> None:
    features = embedded_features()["vad-embedded"]

    def moving(step: int, start: int) -> torch.Tensor:
        video = torch.zeros(8, 3, 64, 64, dtype=torch.uint8)
        for t in range(8):
            video[t, :, 20:40, start + step * t : start + step * t + 5] = 255
        return video

    right, also_right = ([moving(3, start) for start in range(first, 18, 2)] for first in (4, 5))
    left = [moving(-3, start) for start in range(30, 44, 2)]
    assert fvd(right, right, features) == pytest.approx(0, abs=1e-4)
    assert fvd(right, also_right, features) < 0.2 * fvd(right, left, features)


def test_prd_of_known_distributions() -> None:
    even, half = torch.tensor([0.5, 0.5, 0.0]), torch.tensor([1.0, 0.0, 0.0])
    precision, recall = prd_curve(half, even)
    # Whatever is generated is real, and half of what is real is generated.
    assert float(precision.max()) == pytest.approx(1, abs=1e-6)
    assert float(recall.max()) == pytest.approx(0.5, abs=1e-6)
    assert f_beta(*prd_curve(even, even), 8.0) == pytest.approx(1, abs=1e-3)
    # F8 weighs recall, F1/8 precision.
    assert f_beta(precision, recall, 8.0) < 0.52
    assert f_beta(precision, recall, 1 / 8) > 0.97


def test_prd_sees_lost_modes_and_invented_ones() -> None:
    generator = torch.Generator().manual_seed(0)
    centres = 40 * torch.randn(10, 4, generator=generator)

    def samples(modes: int) -> torch.Tensor:
        return centres[torch.arange(300) % modes] + torch.randn(300, 4, generator=generator)

    full, lost = samples(10), samples(5)
    f8, f8_inverse = prd_f8(lost, full)
    assert (f8 < 0.65, f8_inverse > 0.8) == (True, True)
    f8, f8_inverse = prd_f8(full, lost)
    assert (f8 > 0.8, f8_inverse < 0.65) == (True, True)
    assert prd_f8(lost, full, seed=1) == prd_f8(lost, full, seed=1)


def test_kmeans_finds_separate_clouds() -> None:
    generator = torch.Generator().manual_seed(0)
    points = torch.cat([100.0 * k + torch.randn(20, 2, generator=generator) for k in range(4)])
    labels = kmeans(points, 4, seed=1).reshape(4, 20)
    assert len({int(row[0]) for row in labels}) == 4
    assert (labels == labels[:, :1]).all()
    assert len(kmeans(torch.zeros(5, 2), 4, seed=0).unique()) == 1


def test_consistency_and_alignment_by_hand() -> None:
    root = math.sqrt(0.5)
    images = torch.tensor([[2.0, 0.0], [root, root], [0.0, 5.0]])
    assert all_pairs_consistency(images) == pytest.approx((2 * root + 2 * root + 0) / 6)
    assert consecutive_consistency(images) == pytest.approx(root)
    prompt = torch.tensor([0.0, 3.0])
    assert textual_alignment(images, prompt) == pytest.approx(100 * (0 + root + 1) / 3)
    assert clip_score(images, prompt) == pytest.approx(1)
    assert pick_score(images, prompt, math.log(20)) == pytest.approx(20 * (0 + root + 1) / 3)
    assert frame_accuracy(images, prompt, torch.tensor([1.0, 0.0])) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="two frames or more"):
        all_pairs_consistency(images[:1])


def test_an_absent_clip_says_which_command_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match=r"looked in .*hub cache") as caught:
        ClipEmbedder(CLIP_LARGE)
    assert caught.value.hint == "`hf download openai/clip-vit-large-patch14` fetches it"


def test_clip_embeds_frames_and_prompts(tmp_path: Path) -> None:
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    tiny = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    vocabulary = {token: index for index, token in enumerate(["<|startoftext|>", "<|endoftext|>", "a</w>", "b</w>"])}
    config = CLIPConfig(
        text_config={**tiny, "vocab_size": 4, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1},
        vision_config={**tiny, "image_size": 8, "patch_size": 4},
        projection_dim=6,
    )
    torch.manual_seed(0)
    CLIPModel(config).save_pretrained(tmp_path)
    CLIPImageProcessor(size={"shortest_edge": 8}, crop_size={"height": 8, "width": 8}).save_pretrained(tmp_path)
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "CLIPTokenizer"}')
    embedder = ClipEmbedder(str(tmp_path), side=12)
    frames = torch.rand(3, 3, 10, 14, generator=torch.Generator().manual_seed(0))
    images, texts = embedder.images(frames), embedder.texts(["a b", "b"])
    assert (images.shape, texts.shape) == ((3, 6), (2, 6))
    assert torch.allclose(images.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.allclose(embedder.images((frames * 255).to(torch.uint8)), images, atol=0.05)
    assert not torch.allclose(texts[0], texts[1])
