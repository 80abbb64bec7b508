"""3D ResNeXt-101, the network of VAD on E-MNIST and E-CLEVR: 2,048 activations a clip.

Hara, Kataoka and Satoh, "Can spatiotemporal 3D CNNs retrace the history of 2D CNNs and ImageNet?" (CVPR 2018). Names
are those of the public ``resnext-101-kinetics.pth``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["ResNeXt3D"]

SIDE = 112
GROUPS = 32
MEAN = (114.7748, 107.7354, 99.4750)
"""Mean of Kinetics, in [0, 255]; the public weights were trained without division by a deviation."""


class _Bottleneck(nn.Module):
    def __init__(self, before: int, planes: int, stride: int) -> None:
        super().__init__()
        after = 2 * planes
        self.conv1, self.bn1 = nn.Conv3d(before, planes, 1, bias=False), nn.BatchNorm3d(planes)
        self.conv2 = nn.Conv3d(planes, planes, 3, stride, padding=1, groups=GROUPS, bias=False)
        self.bn2 = nn.BatchNorm3d(planes)
        self.conv3, self.bn3 = nn.Conv3d(planes, after, 1, bias=False), nn.BatchNorm3d(after)
        self.downsample: nn.Module | None = None
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(nn.Conv3d(before, after, 1, stride, bias=False), nn.BatchNorm3d(after))

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNeXt3D(nn.Module):
    """ResNeXt with 3D convolutions.

    Args:
        blocks: bottlenecks a stage; (3, 4, 23, 3) is ResNeXt-101.
        classes: logits; 400 for Kinetics-400.
    """

    def __init__(self, blocks: tuple[int, int, int, int] = (3, 4, 23, 3), classes: int = 400) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(3, 64, 7, (1, 2, 2), padding=3, bias=False)
        self.bn1 = nn.BatchNorm3d(64)
        before = 64
        for stage, count in enumerate(blocks):
            planes = 128 << stage
            strides = [1 if stage == 0 else 2] + [1] * (count - 1)
            inputs = [before] + [2 * planes] * (count - 1)
            layer = [_Bottleneck(i, planes, s) for i, s in zip(inputs, strides, strict=True)]
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layer))
            before = 2 * planes
        self.fc = nn.Linear(before, classes)
        self.register_buffer("_mean", torch.tensor(MEAN).reshape(3, 1, 1, 1), persistent=False)

    def features(self, clips: Tensor) -> Tensor:
        """``clips: (B, T, 3, H, W)`` float in [0, 1] -> ``(B, 2048)``."""
        B, T = clips.shape[:2]
        frames = F.interpolate(clips.flatten(0, 1), (SIDE, SIDE), mode="bilinear", align_corners=False) * 255
        x = frames.unflatten(0, (B, T)).transpose(1, 2) - self.get_buffer("_mean")
        x = F.max_pool3d(F.relu(self.bn1(self.conv1(x))), 3, 2, padding=1)
        for stage in range(1, 5):
            x = self.get_submodule(f"layer{stage}")(x)
        return x.mean((2, 3, 4))

    def forward(self, clips: Tensor) -> Tensor:
        """``clips: (B, T, 3, H, W)`` float in [0, 1] -> ``(B, classes)`` logits."""
        return self.fc(self.features(clips))
