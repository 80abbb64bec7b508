"""What is kept of clips that come again."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.pairs import Pair
from lbvedit.errors import UsageError
from lbvedit.systems.m3l import M3L, M3LConfig
from lbvedit.training.config import configure
from lbvedit.training.m3l import M3LRecipe
from lbvedit.training.m3l_memory import Glimpses, Memory
from lbvedit.training.m3l_settings import M3LTraining
from lbvedit.training.m3l_squares import signed
from lbvedit.training.recipe import Draw
from tests.training.tiny_m3l import TINY, write_digits


class Clips:
    """Clips of noise, which count how often they are read."""

    def __init__(self, count: int) -> None:
        self.clips = torch.randint(256, (count, 4, 3, 16, 16), dtype=torch.uint8)
        self.read = 0

    def __len__(self) -> int:
        return len(self.clips)

    def __getitem__(self, index: int) -> Pair:
        self.read += 1
        clip = self.clips[index]
        return {"source": clip, "target": clip, "changed": clip[:, :1] > 0, "instruction": "", "meta": {}}


def test_a_clip_is_read_once_and_its_frames_have_seen_those_before_them() -> None:
    torch.manual_seed(0)
    clips = Clips(3)
    text = {"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    editor = M3L(M3LConfig(size=(16, 16), visual_dim=8, text_dim=8, strides=(1, 2, 2), kernel_t=2, heads=1, text=text))
    memory = Memory([clips])
    seen = memory.seen(editor, 0, torch.tensor([2, 0]), slice(1, 3))
    with torch.no_grad():
        whole = editor.resnet(signed(clips.clips[[2, 0]]))
        late = editor.resnet(signed(clips.clips[[2, 0], 1:]))
    torch.testing.assert_close(seen, whole[:, 1:3])
    assert not torch.allclose(seen, late[:, :2])
    assert not seen.requires_grad
    again = memory.seen(editor, 0, torch.tensor([0, 2]), slice(4))
    torch.testing.assert_close(again, whole.flip(0))
    assert clips.read == 2


@pytest.mark.parametrize("world", [ActorEdits(size=4, frames=3, side=32), EClevr(size=4)])
def test_glimpses_are_rendered_once(world: ActorEdits | EClevr) -> None:
    glimpses = Glimpses(world, 2)
    row = glimpses[3]
    assert row["source"].shape[:2] == (2, 3)
    assert set(row) == {"source", "instruction", "meta"}
    assert "feet" in row["meta"]
    assert glimpses[3] is row


def test_seeing_learns_from_further_sources(tmp_path: Path) -> None:
    settings = {"corpus": "e-clevr", "only": "seeing", "frames": 2, "openings": 3}
    recipe = M3LRecipe(configure(M3LTraining(), TINY | settings))
    losses = []
    batch = recipe.batch(Draw(0, 0, 2))
    assert len(batch["source"]) == len(batch["shown"]) == len(batch["places"]) == 2
    assert batch["source"].shape[1] == batch["places"].shape[2] <= 2
    recipe.step(recipe.build(), batch, lambda _, told: losses.append(told["showing"].item()))
    assert losses[0] > 0
    twice = M3LRecipe(configure(M3LTraining(), TINY | settings | {"turns": ["e-clevr", "e-clevr"]}))
    assert twice.batch(Draw(0, 1, 2))["source"].shape[0] == 2
    with pytest.raises(UsageError, match="openings are of the world"):
        M3LRecipe(
            configure(M3LTraining(), TINY | settings | {"corpus": "s-mnist", "mnist": write_digits(tmp_path)})
        ).build()
