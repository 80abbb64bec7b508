"""Each equation of the paper against a few lines of NumPy."""

from __future__ import annotations

import importlib
import math
import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import lbvedit.systems.mmvt as paper_map
from lbvedit.nn.coordinates import coordinate_map
from lbvedit.systems.mmvt.backbone import ConvBackbone, ResNet
from lbvedit.systems.mmvt.config import MMVTConfig
from lbvedit.systems.mmvt.decoder import LGFF
from lbvedit.systems.mmvt.losses import align_modalities, align_to_language, alignment_logit
from lbvedit.systems.mmvt.motion import flow_vectors, flow_wheel
from lbvedit.systems.mmvt.transformer import SelfAttention, TransformerLayer

ROWS = re.findall(r"^(3\.\d|4\.4)\s+((?:\(\d+\)(?:, )?)*)\s*(``.*)$", paper_map.__doc__ or "", re.MULTILINE)


def test_the_map_has_every_equation() -> None:
    assert set(re.findall(r"\d+", "".join(row[1] for row in ROWS))) == {str(n) for n in range(1, 15)}


@pytest.mark.parametrize(("section", "equations", "symbols"), ROWS)
def test_every_symbol_of_the_map_names_its_place(section: str, equations: str, symbols: str) -> None:
    for path in re.findall(r"``([\w.]+)``", symbols):
        module, *names = path.split(".")
        found = importlib.import_module(f"lbvedit.systems.mmvt.{module}")
        for name in names:
            found = getattr(found, name)
        if module == "config":
            continue
        said = found.__doc__ or ""
        for number in re.findall(r"\d+", equations):
            said += (
                "".join(getattr(member, "__doc__", None) or "" for member in vars(found).values())
                if isinstance(found, type)
                else ""
            )
            assert re.search(rf"\({number}\)|\(6\)-\(9\)", said), f"{path} does not name Eq. ({number})"
        assert (
            equations
            or f"Sec. {section}" in said
            or "Sec. 3.1" in (importlib.import_module(f"lbvedit.systems.mmvt.{module}").__doc__ or "")
        )


def _softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


def _norm(x: np.ndarray) -> np.ndarray:
    return np.asarray((x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5))


def _attention(z: np.ndarray, module: SelfAttention) -> np.ndarray:
    """z + MSA(LN(z)) for z: (N, C), with fresh norms."""
    qkv = _norm(z) @ module.qkv.weight.detach().numpy().T
    q, k, v = np.split(qkv, 3, axis=-1)
    heads = []
    for part in np.split(np.arange(q.shape[1]), module.heads):
        weights = _softmax(q[:, part] @ k[:, part].T / math.sqrt(len(part)))
        heads.append(weights @ v[:, part])
    return np.asarray(z + np.concatenate(heads, -1) @ module.out.weight.detach().numpy().T)


def test_a_layer_is_equations_2_to_5() -> None:
    torch.manual_seed(0)
    layer = TransformerLayer(8, 2, 4, 6, 0.0, True, True).eval()
    T, N, appearance = 2, 5, 3
    z = torch.randn(1, T, N, 8)
    got = layer(z, torch.ones(1, T, N, dtype=torch.bool), appearance)[0].detach().numpy()

    assert layer.cross is not None
    assert layer.temporal is not None
    z1 = np.stack([_attention(frame, layer.cross) for frame in z[0].numpy()])
    clip = _attention(z1[:, :appearance].reshape(-1, 8), layer.temporal).reshape(T, appearance, 8)
    z2 = np.concatenate([clip, z1[:, appearance:]], axis=1)
    w1, b1, w2, b2 = (p.detach().numpy() for p in (*layer.mlp[1].parameters(), *layer.mlp[4].parameters()))
    hidden = _norm(z2) @ w1.T + b1
    hidden = hidden * 0.5 * (1 + np.vectorize(math.erf)(hidden / math.sqrt(2)))
    np.testing.assert_allclose(got, z2 + hidden @ w2.T + b2, atol=1e-5)


def test_hidden_tokens_are_not_attended_to() -> None:
    torch.manual_seed(0)
    attention = SelfAttention(8, 2, 4).eval()
    z = torch.randn(1, 5, 8)
    keep = torch.tensor([[True, True, True, False, True]])
    short = attention(z[:, keep[0]])
    torch.testing.assert_close(attention(z, keep)[:, keep[0]], short)


def test_lgff_is_equations_6_to_9() -> None:
    torch.manual_seed(0)
    block = LGFF(appearance=3, motion=2, above=4, language=5, width=4).eval()
    f_A, f_M, above, f_L = torch.randn(1, 3, 4, 4), torch.randn(1, 2, 4, 4), torch.randn(1, 4, 4, 4), torch.randn(1, 5)
    got = block(f_A, f_M, above, f_L)

    def point(x: np.ndarray, conv: nn.Module) -> np.ndarray:
        weight, bias = (p.detach().numpy() for p in conv.parameters())
        return np.einsum("oc,chw->ohw", weight[:, :, 0, 0], x) + bias[:, None, None]

    def around(x: np.ndarray, conv: nn.Module) -> np.ndarray:
        weight, bias = (p.detach().numpy() for p in conv.parameters())
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        out = sum(
            np.einsum("oc,chw->ohw", weight[:, :, i, j], padded[:, i : i + 4, j : j + 4])
            for i in range(3)
            for j in range(3)
        )
        return np.asarray(out + bias[:, None, None])

    language = (f_L @ block.sentence.weight.T + block.sentence.bias)[0].detach().numpy()[:, None, None]
    rest = np.concatenate([above[0].numpy(), coordinate_map(4, 4).numpy()])
    assert block.reduce_motion is not None
    EA = language * around(np.concatenate([point(f_A[0].numpy(), block.reduce_appearance), rest]), block.mix_appearance)
    EM = language * around(np.concatenate([point(f_M[0].numpy(), block.reduce_motion), rest]), block.mix_motion)
    assert got.appearance is not None
    assert got.motion is not None
    np.testing.assert_allclose(got.appearance[0].detach().numpy(), EA, atol=1e-5)
    np.testing.assert_allclose(got.motion[0].detach().numpy(), EM, atol=1e-5)
    gA = EA + 1 / (1 + np.exp(-point(EA, block.attend_appearance))) * EA
    gM = EM + 1 / (1 + np.exp(-point(EA, block.attend_motion))) * EM
    x = around(np.concatenate([gA, gM]), block.refine.mix)
    x = x + around(np.maximum(around(np.maximum(x, 0), block.refine.first), 0), block.refine.second)
    np.testing.assert_allclose(got.features[0].detach().numpy(), x, atol=1e-4)


def test_alignment_logit_is_the_tangent_and_stays_finite() -> None:
    cosine = torch.tensor([-0.9, -0.3, 0.0, 0.5, 0.94])
    torch.testing.assert_close(alignment_logit(cosine), torch.tan(math.pi / 2 * cosine))
    ends = torch.tensor([-1.0, 1.0], requires_grad=True)
    logits = alignment_logit(ends)
    logits.sum().backward()
    assert logits.isfinite().all()
    assert ends.grad is not None
    assert ends.grad.isfinite().all()
    assert (ends.grad > 0).all()


def _cross_entropy(logit: np.ndarray, label: np.ndarray) -> float:
    p = 1 / (1 + np.exp(-logit))
    return float(-(label * np.log(p) + (1 - label) * np.log(1 - p)).mean())


def test_alignment_losses_are_equations_10_to_13() -> None:
    torch.manual_seed(0)
    f_A, f_M = (nn.functional.normalize(torch.randn(1, 6, 3, 4), dim=1) for _ in range(2))
    f_L = nn.functional.normalize(torch.randn(1, 6), dim=1)
    masks = (torch.rand(1, 1, 3, 4) > 0.5).float()
    A, M, L, side = f_A[0].flatten(1).numpy(), f_M[0].flatten(1).numpy(), f_L[0].numpy(), masks.flatten().numpy()
    want = _cross_entropy(np.tan(np.pi / 2 * (L @ A)), side)
    assert float(align_to_language(f_A, f_L, masks)) == pytest.approx(want, rel=1e-4)
    same = np.outer(side, side) + np.outer(1 - side, 1 - side)
    want = _cross_entropy(np.tan(np.pi / 2 * (A.T @ M)), same)
    assert float(align_modalities(f_A, f_M, masks)) == pytest.approx(want, rel=1e-4)


def test_pairs_are_compared_in_slices_without_changing_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    f_A, f_M = (nn.functional.normalize(torch.randn(2, 6, 3, 5), dim=1) for _ in range(2))
    masks = (torch.rand(2, 1, 3, 5) > 0.5).float()
    whole = align_modalities(f_A, f_M, masks)
    monkeypatch.setattr("lbvedit.systems.mmvt.losses.ROWS", 4)
    torch.testing.assert_close(align_modalities(f_A, f_M, masks), whole)


@pytest.mark.parametrize("kind", ["resnet", "conv"])
def test_strides_are_4_8_16_and_16(kind: str) -> None:
    backbone = (
        ResNet((1, 1, 1, 2), (8, 8, 8, 8), bottleneck=True)
        if kind == "resnet"
        else ConvBackbone(3, 4, (8, 8, 8, 8), (1, 1, 1, 1))
    )
    levels = backbone.eval()(torch.randn(1, 3, 64, 96))
    assert [tuple(level.shape) for level in levels] == [(1, 8, 16, 24), (1, 8, 8, 12), (1, 8, 4, 6), (1, 8, 4, 6)]


def test_the_held_stage_sees_as_far_as_the_strided_one() -> None:
    """At every second cell, the held stage gives what the strided network would have given."""
    from transformers import ResNetBackbone, ResNetConfig

    torch.manual_seed(0)
    ours = ResNet((1, 1, 1, 2), (8, 8, 8, 8), bottleneck=False).eval()
    config = ResNetConfig(depths=[1, 1, 1, 2], hidden_sizes=[8] * 4, layer_type="basic", out_features=["stage4"])
    strided = ResNetBackbone(config).eval()
    strided.load_state_dict(ours.network.state_dict())
    images = torch.randn(1, 3, 128, 128)
    torch.testing.assert_close(ours(images)[3][:, :, ::2, ::2], strided(images).feature_maps[0], atol=1e-5, rtol=1e-4)


def test_the_papers_sizes() -> None:
    c = MMVTConfig()
    assert c.appearance.widths == (256, 512, 1024, 2048)
    assert c.motion is not None
    assert c.motion.widths == (64, 128, 256, 512)
    assert (c.width, c.depth, c.heads, c.head_width, c.mlp_width) == (256, 4, 4, 64, 128)


def test_the_wheel_has_the_benchmarks_colours() -> None:
    right, still = torch.zeros(2, 1, 2), torch.zeros(2, 2, 2)
    right[0, 0, 0] = 5.0
    image = flow_wheel(right)
    assert image[:, 0, 0].tolist() == pytest.approx([1, 0, 0], abs=0.02)  # to the right is red
    assert image[:, 0, 1].tolist() == pytest.approx([1, 1, 1])  # at rest is white
    assert flow_wheel(still).eq(1).all()


def test_vectors_are_relative_to_the_camera() -> None:
    flow = torch.full((2, 8, 100), 7.0)
    assert flow_vectors(flow).abs().max() == 0
    flow[0, 2:4, 10:20] += 3
    vectors = flow_vectors(flow)
    assert vectors[:, 3, 15].tolist() == pytest.approx([1, 0, math.tanh(3)])
    assert vectors[:, 6, 50].tolist() == pytest.approx([0, 0, 0])


def test_cells_that_nobody_labelled_teach_nothing() -> None:
    torch.manual_seed(0)
    f_A, f_M = (F.normalize(torch.randn(2, 5, 4, 4), dim=1).requires_grad_() for _ in range(2))
    f_L = F.normalize(torch.randn(2, 5), dim=1)
    masks, known = (torch.rand(2, 1, 4, 4) > 0.5).float(), torch.ones(2, 1, 4, 4)
    known[:, :, :2] = 0
    loss = align_to_language(f_A, f_L, masks, known) + align_modalities(f_A, f_M, masks, known=known)
    loss.backward()
    for features in (f_A, f_M):
        assert features.grad is not None
        assert features.grad[:, :, :2].abs().max() == 0
        assert features.grad[:, :, 2:].abs().max() > 0
    every = torch.ones_like(known)
    assert torch.allclose(align_modalities(f_A, f_M, masks, known=every), align_modalities(f_A, f_M, masks))
    assert torch.allclose(align_to_language(f_A, f_L, masks, every), align_to_language(f_A, f_L, masks))
