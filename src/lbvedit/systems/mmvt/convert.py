"""The names of other people's weights: the authors' released checkpoint and torchvision's ResNets."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

__all__ = ["from_authors", "resnet_name"]

_RENAMED = (
    (r"^language_project\.conv\.", "text.project."),
    (r"^language_project\.bn\.", "text.norm."),
    (r"^(flow_)?aspp\.convs\.([0-3])\.", r"\1aspp.branches.\2."),
    (r"^(flow_)?aspp\.project\.", r"\1aspp.join."),
    (r"^fuse_feature_post_rgb\.", "aspp.place."),
    (r"^fuse_feature_post_flow\.", "flow_aspp.place."),
    (r"^flow_aspp\.", "motion_aspp."),
    (r"^aspp\.", "appearance_aspp."),
    (r"^up_16_16\.", "blocks.0."),
    (r"^up_16_8\.", "blocks.1."),
    (r"^up_8_4\.", "blocks.2."),
    (r"\.vision_f\.", ".reduce_appearance."),
    (r"\.flow_f\.", ".reduce_motion."),
    (r"\.enhance_vision_f\.", ".mix_appearance."),
    (r"\.enhance_flow_f\.", ".mix_motion."),
    (r"\.language_f\.", ".sentence."),
    # The authors multiply each stream by the attention that they named after the other one.
    (r"\.flow_to_attention\.", ".attend_appearance."),
    (r"\.vision_to_attention\.", ".attend_motion."),
    (r"\.fuse\.", ".refine.mix."),
    (r"\.out_conv\.conv1\.", ".refine.first."),
    (r"\.out_conv\.conv2\.", ".refine.second."),
    (r"^conv\.", "head.mix.0."),
    (r"^bn\.", "head.mix.1."),
    (r"^conv_2\.", "head.logit."),
    (r"^fuse_rgb\.f_16\.", "align_appearance.reduce.0."),
    (r"^fuse_rgb\.f_8\.", "align_appearance.reduce.1."),
    (r"^fuse_rgb\.f_4\.", "align_appearance.reduce.2."),
    (r"^fuse_flow\.f_16\.", "align_motion.reduce.0."),
    (r"^fuse_flow\.f_8\.", "align_motion.reduce.1."),
    (r"^fuse_flow\.f_4\.", "align_motion.reduce.2."),
)
_LINEAR = re.compile(r"^(text\.project|align_sentence|blocks\.\d\.sentence)\.weight$")
_LAYER = re.compile(r"^language_guided_segmentation\.transformer\.layers\.(\d+)\.(\d)\.(.*)$")
_SUBLAYERS = ("cross.norm", "cross", "temporal.norm", "temporal", "mlp.0", "mlp")


def from_authors(checkpoint: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of a paper-sized ``MMVT`` from the authors' checkpoint.

    Unused tensors (BERT's pooler, a projection in each ASPP) and buffers of fixed coordinates are left out. The batch
    norm of ASPP's mean branch is folded into its convolution, which gives the same numbers outside training.

    Args:
        checkpoint: their state dict, with or without the prefix of data parallelism.
    """
    theirs = {name.removeprefix("module."): tensor for name, tensor in checkpoint.items()}
    ours: dict[str, Tensor] = {}
    attention: dict[str, dict[str, Tensor]] = {}
    for name, tensor in theirs.items():
        if name.startswith("model.") or _unused(name):  # `model` is `Visionmodel` under a second name
            continue
        for prefix, stream in (("Visionmodel.backbone.", "appearance"), ("Flowmodel.", "motion")):
            if name.startswith(prefix):
                ours[f"{stream}.network.{resnet_name(name.removeprefix(prefix))}"] = tensor
        if name.startswith("Languagemodel.Languagemodel."):
            ours[f"text.bert.{name.removeprefix('Languagemodel.Languagemodel.')}"] = tensor
        elif name.startswith("contrastive."):
            stream, _, kind = name.removeprefix("contrastive.").partition("_proj.")
            target = {"vision": "align_appearance.join", "flow": "align_motion.join", "language": "align_sentence"}
            ours[f"{target[stream]}.{kind}"] = tensor
        elif name.startswith("LanguagemodelGuidedSegmentation."):
            _segmentation(name.removeprefix("LanguagemodelGuidedSegmentation."), tensor, ours, attention)
    for layer, parts in attention.items():
        ours[f"{layer}.qkv.weight"] = torch.cat([parts["to_q"], parts["to_k"], parts["to_v"]])
        ours[f"{layer}.out.weight"] = parts["to_out"]
    for stream, prefix in (("appearance", "aspp"), ("motion", "flow_aspp")):
        ours.update(_folded_mean(theirs, f"LanguagemodelGuidedSegmentation.{prefix}.convs.4", f"{stream}_aspp.mean.0"))
    return {name: t.flatten(1) if _LINEAR.match(name) else t for name, t in ours.items()}


def _unused(name: str) -> bool:
    return any(part in name for part in ("spatial_pos", "embedding_project", "pooler", "position_ids", "convs.4."))


def _segmentation(name: str, tensor: Tensor, ours: dict[str, Tensor], attention: dict[str, dict[str, Tensor]]) -> None:
    if (found := _LAYER.match(name)) is None:
        for pattern, replacement in _RENAMED:
            name = re.sub(pattern, replacement, name)
        ours[name] = tensor
        return
    number, place, rest = found.groups()
    layer = f"mmvt.layers.{number}.{_SUBLAYERS[int(place)]}"
    if place in "13":
        attention.setdefault(layer, {})[rest.removesuffix(".weight")] = tensor.flatten(1)
    elif place == "5":
        index, _, kind = rest.removeprefix("net.").partition(".")
        ours[f"{layer}.{int(index) + 1}.{kind}"] = tensor
    else:
        ours[f"{layer}.{rest}"] = tensor


def _folded_mean(theirs: Mapping[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    norm = {key: theirs[f"{source}.2.{key}"] for key in ("weight", "bias", "running_mean", "running_var")}
    scale = norm["weight"] / torch.sqrt(norm["running_var"] + 1e-5)
    return {
        f"{target}.weight": theirs[f"{source}.1.weight"] * scale[:, None, None, None],
        f"{target}.bias": norm["bias"] - norm["running_mean"] * scale,
    }


def resnet_name(name: str) -> str:
    """A tensor's name in transformers' ResNetBackbone from its name in torchvision's ResNets.

    >>> resnet_name("layer2.0.downsample.1.weight")
    'encoder.stages.1.layers.0.shortcut.normalization.weight'
    """
    parts = name.split(".")
    kind = {"0": "convolution", "1": "normalization"}
    if not parts[0].startswith("layer"):
        part = "convolution" if parts[0] == "conv1" else "normalization"
        return f"embedder.embedder.{part}.{parts[1]}"
    block = f"encoder.stages.{int(parts[0].removeprefix('layer')) - 1}.layers.{parts[1]}"
    if parts[2] == "downsample":
        return f"{block}.shortcut.{kind[parts[3]]}.{parts[4]}"
    part = "convolution" if parts[2].startswith("conv") else "normalization"
    return f"{block}.layer.{int(parts[2][-1]) - 1}.{part}.{parts[3]}"
