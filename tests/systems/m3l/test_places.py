"""Places: found in features, led over the floor, and shown to the generator."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.systems.m3l.test_model import TINY, batch

from lbvedit.data.e_clevr import EClevr
from lbvedit.systems.m3l import M3L, M3LConfig, Past, Places
from lbvedit.systems.m3l.places import (
    as_looks,
    fixed_eye,
    in_frame,
    nearness,
    on_floor,
    on_the_way,
    spread,
    steadied,
    told_at,
    told_path,
    told_place,
    view,
)

HORIZON = -1.66
PLACED = replace(TINY, layers=1, warp_gate=False, skips=True, sentence_norm=True, horizon=HORIZON)


def stands(here: torch.Tensor, there: torch.Tensor, looks: torch.Tensor | None = None) -> Places:
    """Places under the horizon of solids."""
    return Places(here, there, fixed_eye(HORIZON, here), looks)


def placing() -> M3L:
    torch.manual_seed(0)
    model = M3L(PLACED).eval()
    assert model.locator is not None
    torch.nn.init.normal_(model.locator.tell.weight)
    torch.nn.init.ones_(model.locator.sent.bias)
    torch.nn.init.zeros_(model.locator.sent.weight)  # so that all is sent somewhere
    return model


def test_what_is_spread_over_cells_is_told_again() -> None:
    places = torch.tensor([[-0.31, 0.42], [0.9, -0.77], [0.0, 0.05]])
    shares = spread(places, 8, 16)
    assert torch.allclose(shares.sum(dim=(1, 2)), torch.ones(3))
    assert torch.allclose(told_place(shares.clamp(min=1e-9).log()), places, atol=1e-5)
    outside = told_place(spread(torch.tensor([[1.0, -1.0]]), 8, 16).clamp(min=1e-9).log())
    assert torch.allclose(outside, torch.tensor([[1 - 1 / 16, -1 + 1 / 8]]), atol=1e-5)


def test_a_place_is_the_best_one_not_the_mean_of_two() -> None:
    logits = 9 * spread(torch.tensor([[-0.5, -0.5]]), 8, 8) + 8 * spread(torch.tensor([[0.5, 0.5]]), 8, 8)
    assert torch.allclose(told_place(logits), torch.tensor([[-0.5, -0.5]]), atol=0.05)


def test_a_path_keeps_to_one_thing() -> None:
    there = torch.tensor([[-0.625, 0.125], [-0.375, 0.125], [-0.125, 0.125], [0.125, 0.375]])
    logits = 9 * spread(there, 8, 8) + 8 * spread(torch.tensor([[0.875, -0.875]]), 8, 8)
    logits[2] += 2 * spread(torch.tensor([0.875, -0.875]), 8, 8)  # for one frame the other one looks right
    apart, together = told_place(logits), told_path(logits[None])[0]
    assert apart[2, 0] > 0.5
    assert (together - there).abs().max() < 0.05
    assert torch.equal(together[[0, 1, 3]], apart[[0, 1, 3]])


def test_steady_paths_stay_and_trembling_ones_calm_down() -> None:
    torch.manual_seed(0)
    line = torch.linspace(-0.5, 0.5, 12)[None, :, None] * torch.tensor([1.0, 0.4])
    assert torch.allclose(steadied(line), line, atol=1e-5)
    assert torch.equal(steadied(line[:, :1]), line[:, :1])
    trembling = line + 0.02 * torch.randn_like(line)
    calmed = (steadied(trembling) - line).diff(dim=1).abs().mean()
    assert calmed < 0.4 * (trembling - line).diff(dim=1).abs().mean()


def test_features_are_looked_up_at_their_places() -> None:
    features = torch.arange(16.0).view(1, 1, 1, 4, 4)
    assert told_at(features, torch.tensor([[[0.75, -0.25]]])).item() == pytest.approx(7)


@pytest.mark.parametrize("index", range(3))
def test_the_way_over_the_floor_is_that_of_the_world(index: int) -> None:
    sent = [meta for number in range(40) if (meta := EClevr("train").said(number)["meta"])["kind"] == "position"]
    here, there = 2 * sent[index]["feet"][:, 0] / 128 - 1
    way = on_the_way(here[None], here[None, 0], there[None, -1], fixed_eye(HORIZON, here[None]))[0]
    assert (way - there).norm(dim=-1).max() * 64 < 1.5  # pixels; the camera's own horizon is not quite this one
    straight = torch.lerp(here[0], there[-1], torch.linspace(0, 1, 20)[:, None])
    assert (way - there).norm(dim=-1).mean() < (straight - there).norm(dim=-1).mean()


def test_the_floor_and_the_frame_are_two_ways_to_tell_a_place() -> None:
    places, eye = torch.rand(3, 5, 2), torch.tensor([-0.5, 0.8]).expand(3, 5, 2)
    assert torch.allclose(in_frame(on_floor(places, eye), eye), places, atol=1e-5)
    assert nearness(torch.tensor([0.3, 0.3]), eye[0, 0]).item() == pytest.approx(1)
    above = torch.tensor([0.3, -0.9])  # where no floor is
    assert 0 < nearness(above, eye[0, 0]).item() < 0.1
    assert torch.allclose(nearness(places, fixed_eye(HORIZON, places)), 1 - places[..., 1:] / HORIZON)


def test_what_rests_is_sent_evenly() -> None:
    here = torch.zeros(1, 5, 2) + 0.001 * torch.randn(1, 5, 2)
    way = on_the_way(here, torch.tensor([[-0.5, 0.0]]), torch.tensor([[0.5, 0.0]]), fixed_eye(HORIZON, here))
    assert torch.allclose(way[0, :, 0], torch.linspace(-0.5, 0.5, 5), atol=1e-5)
    assert way[..., 1].abs().max() < 1e-5


def test_what_is_here_is_carried_there_and_nearer_is_larger() -> None:
    source = torch.zeros(1, 1, 3, 64, 64)
    source[..., 30:34, 14:18] = 1.0  # around (-0.5, 0)
    seen = view(source, stands(torch.tensor([[[-0.5, 0.0]]]), torch.tensor([[[0.5, 0.0]]])))
    assert torch.allclose(seen.carried[..., 30:34, 46:50], torch.ones(4, 4), atol=1e-4)
    assert seen.carried.sum() == pytest.approx(48, abs=1e-2)
    near = view(source, stands(torch.tensor([[[-0.5, 0.0]]]), torch.tensor([[[0.5, 0.8]]])))
    scale = (0.8 - HORIZON) / (0 - HORIZON)
    assert near.carried.sum() == pytest.approx(48 * scale**2, rel=0.1)
    assert seen.bearings[0, 0, 2:4, 31:33, 47:49].mean().abs() < 1e-6  # least where it belongs
    same = view(source, stands(torch.zeros(1, 1, 2), torch.zeros(1, 1, 2)))
    assert torch.allclose(same.carried, source, atol=1e-4)


def test_frame_by_frame_is_being_told_its_own_places() -> None:
    model, (source, _, ids, present) = placing(), batch(H=8, W=8)
    text, past = model.read(ids, present), Past()
    edited = torch.stack(list(model.edit(source, text, past=past)), dim=1)
    with torch.no_grad():
        f = model.encode(source, text)
        assert model.locator is not None
        places = model.locator.places(f, text.sentence)
        assert torch.allclose(model.paint(f, source, edited, text).frames, edited, atol=1e-4)
        elsewhere = model.paint(f, source, edited, text, places=stands(places.here, -places.there)).frames
    assert past.there is not None
    assert torch.equal(past.there, places.there)
    assert not torch.allclose(elsewhere, edited, atol=1e-2)


def test_an_edit_goes_on_from_where_its_thing_was_put() -> None:
    model, (source, _, ids, present) = placing(), batch(H=8, W=8)
    text, past = model.read(ids, present), Past()
    first = torch.stack(list(model.edit(source[:, :3], text, past=past)), dim=1)
    assert past.there is not None
    left = past.there[:, 1:]
    onward = Past(first[:, 1:], there=left)
    assert len(list(model.edit(source[:, 1:], text, past=onward))) == 1
    assert onward.there is not None
    assert torch.allclose(onward.there[:, 0], left[:, 0], atol=1e-5)


def test_values_are_ones_among_zeros() -> None:
    assert as_looks(torch.tensor([[1, 0], [0, 2]]), (2, 3)).tolist() == [[0, 1, 1, 0, 0], [1, 0, 0, 0, 1]]


def test_what_a_thing_is_to_be_is_told_once_for_all_frames_and_windows() -> None:
    torch.manual_seed(0)
    model = M3L(replace(PLACED, attributes=(2, 3))).eval()
    source, _, ids, present = batch(H=8, W=8)
    text, past = model.read(ids, present), Past()
    first = torch.stack(list(model.edit(source[:, :3], text, past=past)), dim=1)
    assert past.looks is not None
    assert past.looks.shape == (len(source), 5)
    assert torch.equal(past.looks.sum(dim=1), torch.full((len(source),), 2.0))
    assert past.there is not None
    assert model.generator.close_up is not None
    for layer in (model.generator.close_up.out, model.generator.close_up.norm.told):
        torch.nn.init.normal_(layer.weight)
    edits, kept = [], past.looks
    for looks in (kept, 1 - kept):
        onward = Past(first[:, 1:], there=past.there[:, 1:], looks=looks)
        edits.append(torch.stack(list(model.edit(source[:, 1:], text, past=onward)), dim=1))
        assert onward.looks is not None
        assert torch.equal(onward.looks, looks)
    assert not torch.allclose(*edits, atol=1e-3)


def test_places_take_a_sentence_and_skips() -> None:
    for lacking in ({"skips": False}, {"sentence_norm": False}, {"horizon": 0.2}):
        with pytest.raises(ValueError, match="horizon"):
            replace(PLACED, **lacking)
    assert M3LConfig.from_json(PLACED.to_json()) == PLACED


def test_all_of_it_learns() -> None:
    model, (source, target, ids, present) = placing().train(), batch(H=8, W=8)
    text = model.read(ids, present)
    f = model.encode(source, text)
    places = stands(torch.zeros(*source.shape[:2], 2), torch.full((*source.shape[:2], 2), 0.3))
    assert model.locator is not None
    located = model.locator(f, text.sentence)
    painted = model.paint(f, source, target, text, places=places).frames
    (painted.square().sum() + sum(each.square().sum() for each in located)).backward()
    assert model.generator.tint is not None
    for part in (model.locator, model.generator.tint.tell):
        assert all(each.grad is not None and each.grad.any() for each in part.parameters())
