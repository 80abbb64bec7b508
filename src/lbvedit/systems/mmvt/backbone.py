"""Sec. 3.1: the appearance and motion encoders, each giving four levels of features.

Every backbone here keeps one interface: ``forward(images) -> [level 1, ..., level 4]`` and ``channels``, the widths
of the four. The paper's strides are 4, 8, 16 and 16.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F
from transformers import ResNetBackbone, ResNetConfig

__all__ = ["ConvBackbone", "ConvStage", "Pyramid", "ResNet", "ResidualBlock", "hold_stride"]

LEVELS = 4


def hold_stride(stage: nn.Module) -> None:
    """Makes a ResNet stage keep its input's resolution: stride 1 and dilation 2, as for a feature stride of 16.

    The first 3x3 convolution of the stage carried the stride, so it stays undilated; all later ones are dilated by 2
    and see as far as they did in the strided network whose weights are loaded.
    """
    for name, layer in stage.named_modules():
        if not isinstance(layer, nn.Conv2d):
            continue
        held = layer.stride != (1, 1)
        layer.stride = (1, 1)
        if layer.kernel_size == (3, 3) and not (held and name.startswith("layers.0.")):
            layer.dilation = layer.padding = (2, 2)


class ResNet(nn.Module):
    """Sec. 3.1: ResNet-101 for appearance or ResNet-34 for motion, at output stride 16.

    Args:
        depths: blocks a stage.
        widths: channels a stage gives.
        bottleneck: bottleneck blocks (ResNet-50 and deeper) instead of basic ones.

    Differs: the paper writes the strides of the four stages as 2, 2, 2 and 1; its code's features have strides 4, 8, 16
    and 16, and so do these.
    """

    def __init__(self, depths: Sequence[int], widths: Sequence[int], *, bottleneck: bool) -> None:
        super().__init__()
        config = ResNetConfig(
            depths=list(depths),
            hidden_sizes=list(widths),
            layer_type="bottleneck" if bottleneck else "basic",
            out_features=[f"stage{i + 1}" for i in range(LEVELS)],
        )
        self.network = ResNetBackbone(config)
        hold_stride(self.network.encoder.stages[LEVELS - 1])
        self.channels = tuple(widths)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Four levels of ``images: (B, 3, H, W)`` at strides 4, 8, 16 and 16."""
        return list(self.network(images).feature_maps)


def _convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    padding = dilation * (size // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, padding, dilation, bias=False), nn.BatchNorm2d(outputs)
    )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch norm around an identity, or around a 1x1 projection where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.first = _convolution(inputs, outputs, 3, stride, dilation)
        self.second = _convolution(outputs, outputs, 3, 1, dilation)
        same = inputs == outputs and stride == 1
        self.skip = nn.Identity() if same else _convolution(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """``(B, inputs, H, W)`` to ``(B, outputs, H / stride, W / stride)``."""
        return F.relu(self.second(F.relu(self.first(x))) + self.skip(x))


class ConvStage(nn.Sequential):
    """A run of residual blocks, the first of which changes width and resolution."""

    def __init__(self, inputs: int, outputs: int, depth: int, stride: int, dilation: int) -> None:
        super().__init__(
            *(
                ResidualBlock(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1, dilation)
                for i in range(depth)
            )
        )


class Pyramid(nn.Module):
    """Carries what the deepest level knows down to the finer ones, so that each of them tells kinds of things apart.

    Args:
        channels: widths of the four levels that come in.
        width: width of the three finer levels that go out; the fourth goes out as it came.
    """

    def __init__(self, channels: Sequence[int], width: int) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(nn.Conv2d(c, width, 1) for c in channels)
        self.scene = nn.Linear(channels[-1], width)
        self.smooth = nn.ModuleList(_convolution(width, width) for _ in channels[:-1])
        self.channels = (*(width,) * (LEVELS - 1), channels[-1])

    def forward(self, levels: Sequence[Tensor]) -> list[Tensor]:
        """Four levels to four levels of the same resolutions."""
        scene = self.scene(levels[-1].mean(dim=(2, 3)))[:, :, None, None]
        above = self.laterals[-1](levels[-1]) + scene
        out = [levels[-1]]
        for lateral, smooth, level in zip(
            reversed(self.laterals[:-1]), reversed(self.smooth), reversed(levels[:-1]), strict=True
        ):
            if above.shape[-2:] != level.shape[-2:]:
                above = F.interpolate(above, level.shape[-2:], mode="bilinear", align_corners=False)
            above = F.relu(smooth(above + lateral(level)))
            out.insert(0, above)
        return out


class ConvBackbone(nn.Module):
    """A small residual network with the same four levels, for two CPU cores.

    Dense 3x3 convolutions are kept on purpose: training on a CPU, depthwise ones cost more time for a fraction of the
    arithmetic.

    Args:
        inputs: channels of the input.
        stem: channels at stride 2.
        widths: channels of the four levels.
        depths: residual blocks of the four levels.
        pyramid: width of the finer levels after a top-down pass, or 0 for none.

    Differs: from scratch and a few million parameters, instead of the paper's ImageNet-trained ResNets.
    """

    def __init__(self, inputs: int, stem: int, widths: Sequence[int], depths: Sequence[int], pyramid: int = 0) -> None:
        super().__init__()
        self.stem = _convolution(inputs, stem, 3, 2)
        strides, dilations = (2, 2, 2, 1), (1, 1, 1, 2)
        before = (stem, *widths)
        self.stages = nn.ModuleList(
            ConvStage(before[i], widths[i], depths[i], strides[i], dilations[i]) for i in range(LEVELS)
        )
        self.pyramid = Pyramid(widths, pyramid) if pyramid else None
        self.channels = self.pyramid.channels if self.pyramid else tuple(widths)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for name, parameter in self.named_parameters():
            if name.endswith("second.1.weight"):  # residual branches start small
                nn.init.constant_(parameter, 0.2)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Four levels of ``images: (B, inputs, H, W)`` at strides 4, 8, 16 and 16."""
        x = F.relu(self.stem(images))
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        return levels if self.pyramid is None else self.pyramid(levels)
