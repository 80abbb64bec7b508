"""The memory of what a frozen 3D ResNet sees of clips."""

from __future__ import annotations

import torch

from lbvedit.data.pairs import Pair
from lbvedit.systems.m3l import M3L, M3LConfig
from lbvedit.training.m3l_memory import Memory
from lbvedit.training.m3l_squares import signed


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
    seen = memory.seen(editor, 0, [2, 0], slice(1, 3))
    with torch.no_grad():
        whole = editor.resnet(signed(clips.clips[[2, 0]]))
        late = editor.resnet(signed(clips.clips[[2, 0], 1:]))
    torch.testing.assert_close(seen, whole[:, 1:3])
    assert not torch.allclose(seen, late[:, :2])
    assert not seen.requires_grad
    again = memory.seen(editor, 0, [0, 2], slice(4))
    torch.testing.assert_close(again, whole.flip(0))
    assert clips.read == 2
