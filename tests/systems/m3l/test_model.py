"""The contract that every system keeps, and what is M3L's own: causality, caching, ablations, the dual game."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import lbvedit.systems.m3l as system
from lbvedit.systems.m3l import M3L, Attention, DualDiscriminator, Instruction, M3LConfig
from lbvedit.systems.m3l.losses import discrimination_loss, editing_loss, quality_loss

TEXT = {
    "vocab_size": 20,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 32,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
TINY = M3LConfig(visual_dim=16, text_dim=16, heads=2, layers=2, copy_gate=True, warp_gate=True, window=3, text=TEXT)


def build(config: M3LConfig = TINY, seed: int = 0) -> M3L:
    torch.manual_seed(seed)
    model = M3L(config).eval()
    # Both start at zero, which would hide a fault behind them.
    torch.nn.init.normal_(model.start)
    torch.nn.init.ones_(model.generator.attention.gamma)
    return model


def batch(
    B: int = 2, N: int = 4, H: int = 8, W: int = 12
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    source, target = torch.rand(2, B, N, 3, H, W) * 2 - 1
    ids = torch.randint(3, 20, (B, 6))
    present = torch.ones(B, 6, dtype=torch.bool)
    present[-1, 4:] = False
    return source, target, ids.masked_fill(~present, 1), present


def test_shapes_and_range() -> None:
    model, (source, target, ids, present) = build(), batch()
    out = model(source, target, model.read(ids, present))
    assert out.shape == source.shape
    assert out.abs().max() <= 1


def test_bfloat16_stays_near_float32() -> None:
    model, (source, target, ids, present) = build(), batch()
    exact = model(source, target, model.read(ids, present))
    with torch.autocast("cpu", torch.bfloat16):
        near = model(source, target, model.read(ids, present))
    assert (exact - near.float()).abs().mean() < 0.02


def test_same_seed_same_weights_and_output() -> None:
    source, target, ids, present = batch()
    outs = [model(source, target, model.read(ids, present)) for model in (build(), build())]
    assert torch.equal(*outs)


def test_save_and_load(tmp_path: Path) -> None:
    model, (source, target, ids, present) = build(), batch()
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    other = build(M3LConfig.from_json(TINY.to_json()), seed=5)
    other.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert torch.equal(model(source, target, model.read(ids, present)), other(source, target, other.read(ids, present)))


@pytest.mark.parametrize("conditioning", ["mlf", "concat"])
def test_every_parameter_learns(conditioning: str) -> None:
    config = M3LConfig.from_json(TINY.to_json() | {"conditioning": conditioning})
    model, (source, target, ids, present) = build(config), batch()
    editing_loss(model(source, target, model.read(ids, present)), target).backward()
    still = {name for name, weight in model.named_parameters() if weight.grad is None or not weight.grad.any()}
    assert still == set()


def test_a_frame_depends_on_the_frames_before_it_only() -> None:
    model, (source, target, ids, present) = build(), batch(B=1)
    text = model.read(ids, present)
    before = model(source, target, text)
    changed = target.clone()
    changed[:, 2] = -changed[:, 2]
    after = model(source, changed, text)
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3], after[:, 3])


def test_the_whole_source_is_seen_by_every_frame() -> None:
    model, (source, target, ids, present) = build(), batch(B=1)
    text = model.read(ids, present)
    changed = source.clone()
    changed[:, -1] = -changed[:, -1]
    assert not torch.allclose(model(source, target, text)[:, 0], model(changed, target, text)[:, 0])


def test_padding_changes_nothing() -> None:
    model, (source, target, ids, present) = build(), batch()
    short = model.read(ids[1:, :4], present[1:, :4])
    padded = model.read(ids[1:], present[1:])
    np.testing.assert_allclose(
        model(source[1:], target[1:], short).detach(), model(source[1:], target[1:], padded).detach(), atol=1e-5
    )


@pytest.mark.parametrize("conditioning", ["mlf", "concat", "none"])
def test_step_by_step_is_teacher_forcing_on_its_own_frames(conditioning: str) -> None:
    config = M3LConfig.from_json(TINY.to_json() | {"conditioning": conditioning})
    model, (source, _, ids, present) = build(config), batch(N=6)
    text = model.read(ids, present)
    with torch.no_grad():
        edited = torch.stack(list(model.edit(source, text)), dim=1)
        again = model(source, edited, text)
    np.testing.assert_allclose(edited, again, atol=1e-5)


def test_without_instruction_words_do_not_matter() -> None:
    model, (source, target, ids, present) = (
        build(M3LConfig.from_json(TINY.to_json() | {"conditioning": "none"})),
        batch(),
    )
    other = ids.roll(1, dims=0)
    assert torch.equal(
        model(source, target, model.read(ids, present)), model(source, target, model.read(other, present))
    )


def test_attention_can_be_looked_at() -> None:
    model, (source, _, ids, present) = build(), batch(N=3)
    seen = Attention()
    list(model.edit(source, model.read(ids, present), seen))
    assert [tuple(weights.shape) for weights in seen.words] == [(2, 2, 6, 5)] * 3
    assert [tuple(weights.shape) for weights in seen.frames] == [(2, 2, 6, i) for i in (1, 2, 3)]
    assert seen.words[0][1, :, :, 3:].eq(0).all()  # padding gets no attention
    assert torch.allclose(seen.words[0].sum(-1), torch.ones(2, 2, 6))


def test_closed_gate_copies_the_source() -> None:
    model, (source, target, ids, present) = build(), batch()
    with torch.no_grad():
        model.generator.out.weight[3:].zero_()
        model.generator.out.bias[3:] = torch.tensor([100.0, -100.0])  # the source, and the moved frame
    assert torch.equal(model(source, target, model.read(ids, present)), source)


def test_embeddings_from_outside() -> None:
    model, (source, target, ids, present) = build(M3LConfig.from_json(TINY.to_json() | {"text": {}})), batch()
    with pytest.raises(ValueError, match="no text encoder"):
        model.read(ids, present)
    text = Instruction(torch.randn(2, 5, 16), torch.randn(2, 16), present[:, 1:])
    assert model(source, target, text).shape == source.shape


def test_losses_by_hand() -> None:
    assert editing_loss(torch.zeros(1, 1, 3, 1, 1), torch.full((1, 1, 3, 1, 1), 2.0)).item() == 4
    zero = torch.zeros(1, 1)
    # D = 1/2 everywhere: L_G = 2 log(1/2), L_D = 4 log(1/2)
    assert quality_loss(zero, zero).item() == pytest.approx(2 * np.log(0.5))
    assert discrimination_loss(zero, zero, zero, zero).item() == pytest.approx(-4 * np.log(0.5))
    sure = torch.full((1, 1), 1000.0)
    assert quality_loss(sure, sure).isfinite()


def test_discriminators_judge_frames_and_windows() -> None:
    torch.manual_seed(0)
    D = DualDiscriminator(8, 3).eval()
    frames = torch.rand(2, 5, 3, 16, 16)
    by_frame, by_window = D(frames)
    assert by_frame.shape == (2, 5)
    assert by_window.shape == (2, 3)
    changed = frames.clone()
    changed[:, 4] = 0
    again_frame, again_window = D(changed)
    assert torch.equal(by_frame[:, :4], again_frame[:, :4])
    assert torch.equal(by_window[:, :2], again_window[:, :2])
    assert not torch.allclose(by_window[:, 2], again_window[:, 2])
    with pytest.raises(ValueError, match="2 frames < K = 3"):
        D.temporal(frames[:, :2])


def test_paper_sizes_are_the_defaults() -> None:
    config = M3LConfig()
    assert (config.visual_dim, config.text_dim, config.strides[0], len(config.strides)) == (256, 1024, 1, 3)


@pytest.mark.parametrize("wrong", [{"heads": 3}, {"conditioning": "both"}, {"visual_dim": 6, "heads": 2}])
def test_impossible_configs_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"multiple|conditioning|halved"):
        M3LConfig.from_json(M3LConfig().to_json() | wrong)


def test_every_symbol_of_the_map_names_its_equation() -> None:
    rows = re.findall(r"^\S+ +(Eqs?\. \(\d+\)|Algorithm 1) +:\w+:`([\w.]+)`", system.__doc__ or "", flags=re.M)
    assert len(rows) == 15
    for equation, symbol in rows:
        module, *names = symbol.split(".")
        found: object = importlib.import_module(f"lbvedit.systems.m3l.{module}")
        for name in names:
            found = getattr(found, name)
        assert equation in (found.__doc__ or ""), symbol
