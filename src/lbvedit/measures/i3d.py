"""I3D on RGB, the network of FVD and of VAD on gestures: 400 logits or 1,024 activations a clip.

Carreira and Zisserman, "Quo vadis, action recognition?" (CVPR 2017). Names are those of the public PyTorch port of the
Kinetics-400 weights (``rgb_imagenet.pt``); padding is TensorFlow's ``SAME``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["I3D", "same_padded"]

SIDE = 224
Triple = tuple[int, int, int]


def same_padded(clips: Tensor, kernel: Triple, stride: Triple) -> Tensor:
    """A clip ``(B, C, T, H, W)`` within zeros, so that each side gives ceil(side / stride); the odd one at the end."""
    padding: list[int] = []
    for side, k, s in zip(reversed(clips.shape[-3:]), reversed(kernel), reversed(stride), strict=True):
        total = max(k - (side % s or s), 0)
        padding += [total // 2, total - total // 2]
    return F.pad(clips, padding)


class _Unit(nn.Module):
    """Convolution with ``SAME`` padding and, but for the last one, batch norm and ReLU."""

    def __init__(self, before: int, after: int, kernel: int = 1, stride: int = 1, *, last: bool = False) -> None:
        super().__init__()
        self._kernel, self._stride = (kernel,) * 3, (stride,) * 3
        self.conv3d = nn.Conv3d(before, after, kernel, stride, bias=last)
        self.bn = None if last else nn.BatchNorm3d(after, eps=1e-3)

    def forward(self, clips: Tensor) -> Tensor:
        out: Tensor = self.conv3d(same_padded(clips, self._kernel, self._stride))
        return out if self.bn is None else F.relu(self.bn(out))


def _max_pool(clips: Tensor, kernel: Triple, stride: Triple) -> Tensor:
    return F.max_pool3d(same_padded(clips, kernel, stride), kernel, stride)


class _Mixed(nn.Module):
    def __init__(self, before: int, a: int, b1: int, b2: int, c1: int, c2: int, d: int) -> None:
        super().__init__()
        self.b0 = _Unit(before, a)
        self.b1a, self.b1b = _Unit(before, b1), _Unit(b1, b2, 3)
        self.b2a, self.b2b = _Unit(before, c1), _Unit(c1, c2, 3)
        self.b3b = _Unit(before, d)

    def forward(self, x: Tensor) -> Tensor:
        pooled = self.b3b(_max_pool(x, (3, 3, 3), (1, 1, 1)))
        return torch.cat([self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), pooled], 1)


class I3D(nn.Module):
    """Inflated 3D Inception-v1.

    Args:
        classes: logits; 400 for Kinetics-400.
    """

    def __init__(self, classes: int = 400) -> None:
        super().__init__()
        self.Conv3d_1a_7x7 = _Unit(3, 64, 7, 2)
        self.Conv3d_2b_1x1 = _Unit(64, 64)
        self.Conv3d_2c_3x3 = _Unit(64, 192, 3)
        self.Mixed_3b = _Mixed(192, 64, 96, 128, 16, 32, 32)
        self.Mixed_3c = _Mixed(256, 128, 128, 192, 32, 96, 64)
        self.Mixed_4b = _Mixed(480, 192, 96, 208, 16, 48, 64)
        self.Mixed_4c = _Mixed(512, 160, 112, 224, 24, 64, 64)
        self.Mixed_4d = _Mixed(512, 128, 128, 256, 24, 64, 64)
        self.Mixed_4e = _Mixed(512, 112, 144, 288, 32, 64, 64)
        self.Mixed_4f = _Mixed(528, 256, 160, 320, 32, 128, 128)
        self.Mixed_5b = _Mixed(832, 256, 160, 320, 32, 128, 128)
        self.Mixed_5c = _Mixed(832, 384, 192, 384, 48, 128, 128)
        self.logits = _Unit(1024, classes, last=True)

    def _grid(self, clips: Tensor) -> Tensor:
        """``(B, 1024, T', 1, 1)``: activations over time, the mean over two moments and all places."""
        B, T = clips.shape[:2]
        frames = F.interpolate(clips.flatten(0, 1), (SIDE, SIDE), mode="bilinear", align_corners=False) * 2 - 1
        x = frames.unflatten(0, (B, T)).transpose(1, 2)
        x = _max_pool(self.Conv3d_1a_7x7(x), (1, 3, 3), (1, 2, 2))
        x = _max_pool(self.Conv3d_2c_3x3(self.Conv3d_2b_1x1(x)), (1, 3, 3), (1, 2, 2))
        x = _max_pool(self.Mixed_3c(self.Mixed_3b(x)), (3, 3, 3), (2, 2, 2))
        x = self.Mixed_4f(self.Mixed_4e(self.Mixed_4d(self.Mixed_4c(self.Mixed_4b(x)))))
        x = self.Mixed_5c(self.Mixed_5b(_max_pool(x, (2, 2, 2), (2, 2, 2))))
        return F.avg_pool3d(x, (2, 7, 7), stride=1)

    def features(self, clips: Tensor) -> Tensor:
        """``clips: (B, T, 3, H, W)`` float in [0, 1], T at least 9 -> ``(B, 1024)`` for VAD."""
        return self._grid(clips).mean((2, 3, 4))

    def forward(self, clips: Tensor) -> Tensor:
        """``clips: (B, T, 3, H, W)`` float in [0, 1], T at least 9 -> ``(B, classes)`` mean logits, as FVD wants."""
        return self.logits(self._grid(clips)).mean((2, 3, 4))
