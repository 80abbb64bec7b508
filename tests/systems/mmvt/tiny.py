"""A tiny MMVT that keeps every part of the paper's."""

from __future__ import annotations

import torch
from torch import Tensor

from lbvedit.systems.mmvt.config import BackboneConfig, MMVTConfig, TextConfig
from lbvedit.systems.mmvt.model import MMVT

CONV = BackboneConfig("conv", (1, 1, 1, 1), (4, 6, 8, 8), stem=4, pyramid=6)
RESNET = BackboneConfig("resnet", (1, 1, 1, 2), (8, 16, 16, 16), bottleneck=True)


def tiny_config(appearance: BackboneConfig = CONV) -> MMVTConfig:
    return MMVTConfig(
        appearance=appearance,
        motion=BackboneConfig("conv", (1, 1, 1, 1), (4, 4, 4, 4), stem=4),
        text=TextConfig(vocabulary=40, width=16, layers=1, heads=2, mlp_width=16, max_tokens=12),
        width=16,
        depth=2,
        heads=2,
        head_width=8,
        mlp_width=8,
        aspp_dilations=(2,),
        decoder_widths=(16, 12, 8),
        align_width=8,
        kinds=5,
        traits=(3, 2),
        presence=True,
    )


def tiny_model(config: MMVTConfig | None = None, seed: int = 0) -> MMVT:
    torch.manual_seed(seed)
    return MMVT(config or tiny_config())


def tiny_batch(B: int = 2, T: int = 3, height: int = 48, width: int = 64) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    frames = torch.randn((B, T, 3, height, width), generator=generator)
    flow = torch.rand((B, T, 3, height, width), generator=generator)
    tokens = torch.randint(4, 40, (B, 7), generator=generator)
    keep = torch.arange(7) < torch.tensor([5, 7] * B)[:B, None]
    return frames, flow, tokens, keep
