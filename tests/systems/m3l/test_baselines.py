"""The baselines of Table 2 keep M3L's methods: what is generated frame by frame is what teacher forcing gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.systems.m3l.test_model import TINY, batch

from lbvedit.systems.m3l import Past
from lbvedit.systems.m3l.baselines import SYSTEMS, Pix2Pix, make_system


@pytest.mark.parametrize("name", SYSTEMS)
def test_generation_is_teacher_forcing_on_its_own_frames(name: str) -> None:
    torch.manual_seed(0)
    system = make_system(name, replace(TINY, layers=1)).eval()
    source, _, ids, present = batch(H=8, W=8)
    text = system.read(ids, present)
    edited = torch.stack(list(system.edit(source, text)), dim=1)
    assert torch.allclose(system(source, edited, text), edited, atol=1e-4)


@pytest.mark.parametrize("name", SYSTEMS)
def test_an_edit_goes_on_from_given_frames(name: str) -> None:
    torch.manual_seed(0)
    system = make_system(name, replace(TINY, layers=1)).eval()
    source, _, ids, present = batch(H=8, W=8)
    text = system.read(ids, present)
    whole = torch.stack(list(system.edit(source, text)), dim=1)
    rest = torch.stack(list(system.edit(source, text, past=Past(whole[:, :3]))), dim=1)
    assert torch.allclose(rest, whole[:, 3:], atol=1e-5)


def test_every_parameter_of_a_baseline_learns() -> None:
    for name in ("pix2pix", "vid2vid"):
        torch.manual_seed(0)
        system = make_system(name, TINY)
        torch.nn.init.ones_(system.generator.attention.gamma)
        source, target, ids, present = batch(H=8, W=8)
        (system(source, target, system.read(ids, present)) - target).square().sum().backward()
        still = [name for name, each in system.named_parameters() if each.grad is None or not each.grad.any()]
        assert not [each for each in still if "roberta" not in each], still


def test_pix2pix_sees_one_frame_only() -> None:
    torch.manual_seed(0)
    system = Pix2Pix(TINY).eval()
    source, _, ids, present = batch(H=8, W=8)
    text = system.read(ids, present)
    alone = system(source[:, 2:3], source[:, 2:3], text)
    assert torch.allclose(system(source, source, text)[:, 2:3], alone, atol=1e-5)
