"""The contract of every system, with a tiny configuration."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Literal

import pytest
import torch
from safetensors.torch import load_model, save_model

from lbvedit.systems.mmvt.config import ABLATIONS, MMVTConfig
from lbvedit.systems.mmvt.losses import mmvt_loss
from lbvedit.systems.mmvt.model import MMVT, Kinds
from tests.systems.mmvt.tiny import RESNET, tiny_batch, tiny_config, tiny_model


@pytest.mark.parametrize(("T", "height", "width"), [(1, 32, 48), (3, 48, 64), (4, 50, 35)])
def test_any_size_and_length_gives_one_logit_a_pixel(T: int, height: int, width: int) -> None:
    out = tiny_model().eval()(*tiny_batch(T=T, height=height, width=width))
    assert out.logits.shape == (2, 1, height, width)
    assert out.presence is not None
    assert out.presence.shape == (2,)


def test_bf16_agrees_with_fp32() -> None:
    model, batch = tiny_model().eval(), tiny_batch()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        rough = model(*batch).logits.float()
    with torch.no_grad():
        exact = model(*batch).logits
    assert (rough - exact).abs().max() < 0.05 * (exact.amax() - exact.amin()) + 0.02


def test_a_batch_is_its_members() -> None:
    model, batch = tiny_model().eval(), tiny_batch()
    together = model(*batch).logits
    alone = torch.cat([model(*(part[i : i + 1] for part in batch)).logits for i in range(2)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("decoder", ["lgff", "cat"])
def test_a_normed_decoder_does_not_grow_with_the_sentence(decoder: Literal["lgff", "cat"]) -> None:
    still = {"align_language": False, "align_modalities": False} if decoder == "cat" else {}
    config = dataclasses.replace(tiny_config(), decoder=decoder, decoder_norm=True, decoder_widths=(16, 16, 8), **still)
    model, batch = tiny_model(config).eval(), tiny_batch()
    with torch.no_grad():
        for block in model.blocks:
            block.sentence.weight.mul_(1000)
    seen = []
    model.head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    model(*batch)
    assert 0.5 < float(seen[0].detach().std()) < 2


def test_padding_of_the_expression_changes_nothing() -> None:
    model, (frames, flow, tokens, keep) = tiny_model().eval(), tiny_batch()
    noise = torch.where(keep, tokens, torch.randint_like(tokens, 4, 40))
    torch.testing.assert_close(model(frames, flow, tokens, keep).logits, model(frames, flow, noise, keep).logits)


def test_several_expressions_share_one_encoding() -> None:
    model, (frames, flow, tokens, keep) = tiny_model().eval(), tiny_batch()
    visual, language = model.encode(frames[:1], flow[:1]), model.read(tokens, keep)
    shared = model.refer(visual.select(torch.tensor([0, 0])), language).logits
    apart = model(frames[[0, 0]], flow[[0, 0]], tokens, keep).logits
    torch.testing.assert_close(shared, apart, atol=1e-5, rtol=1e-4)


def test_saved_and_loaded_it_says_the_same(tmp_path: Path) -> None:
    model, batch = tiny_model().eval(), tiny_batch()
    save_model(model, str(tmp_path / "model.safetensors"))
    config = MMVTConfig.from_json(json.loads(json.dumps(model.config.to_json())))
    again = MMVT(config).eval()
    load_model(again, tmp_path / "model.safetensors", strict=True)
    assert config == model.config
    assert torch.equal(again(*batch).logits, model(*batch).logits)


def test_a_seed_decides_everything() -> None:
    def logits(seed: int) -> torch.Tensor:
        model = tiny_model(seed=seed)
        torch.manual_seed(seed)
        out: torch.Tensor = model(*tiny_batch()).logits
        return out

    assert torch.equal(logits(3), logits(3))
    assert not torch.equal(logits(3), logits(4))


@pytest.mark.parametrize("row", [*ABLATIONS, "resnet"])
def test_every_row_of_the_tables_trains_all_its_parameters(row: str) -> None:
    if row == "resnet":
        config = tiny_config(RESNET)
    else:
        config = dataclasses.replace(tiny_config(), kinds=0, presence=False).ablated(row)
    model, (frames, flow, tokens, keep) = tiny_model(config), tiny_batch()
    out = model(frames, None if config.motion is None else flow, tokens, keep)
    masks = torch.zeros_like(out.logits)
    masks[..., 10:30, 10:40] = 1
    mmvt_loss(out, masks).total().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None] == []
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)


def test_rows_differ_in_the_parts_they_name() -> None:
    base = tiny_config()
    assert base.ablated("B").motion is None
    assert base.ablated("B+M").fusion == "cat"
    assert base.ablated("B+M+T").decoder == "cat"
    assert not base.ablated("B+M+T+L").align_language
    assert base.ablated("B+M+T+L+A").align_modalities
    assert not base.ablated("+CMA").temporal_attention
    assert not base.ablated("+CAT+TA").cross_modal_attention


def test_motion_reaches_the_mask_and_is_missed() -> None:
    model, (frames, flow, tokens, keep) = tiny_model().eval(), tiny_batch()
    assert not torch.equal(model(frames, flow, tokens, keep).logits, model(frames, flow.flip(-1), tokens, keep).logits)
    with pytest.raises(ValueError, match="flow"):
        model(frames, None, tokens, keep)


@pytest.mark.parametrize(
    "changes",
    [{"motion": None}, {"decoder": "cat"}, {"cross_modal_attention": False, "temporal_attention": False}],
)
def test_a_configuration_that_means_nothing_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        dataclasses.replace(tiny_config(), **changes)  # type: ignore[arg-type]


def test_the_class_map_speaks_for_the_kinds_that_are_named() -> None:
    kinds = Kinds(features=4, language=3, kinds=5)
    with torch.no_grad():
        kinds.named.weight.zero_()
        kinds.named.bias.copy_(torch.tensor([-20.0, -20, 20, 20, -20]))
    logits = torch.full((1, 5, 1, 3), -20.0)
    for place, kind in enumerate((2, 3, 1)):
        logits[0, kind, 0, place] = 20
    assert (kinds(logits, torch.zeros(1, 3))[0, 0, 0] > 0).tolist() == [True, True, False]


def test_a_sure_class_map_stays_finite_in_bf16() -> None:
    kinds = Kinds(features=4, language=3, kinds=2)
    with torch.no_grad():
        kinds.named.weight.zero_()
        kinds.named.bias.copy_(torch.tensor([-20.0, 20]))
    logits = torch.tensor([-20.0, 20]).reshape(1, 2, 1, 1)
    with torch.autocast("cpu", torch.bfloat16):
        assert kinds(logits, torch.zeros(1, 3)).isfinite().all()
