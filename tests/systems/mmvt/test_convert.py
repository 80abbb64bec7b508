"""The authors' names, on a random state dict of their layout."""

from __future__ import annotations

import torch
from torch import Tensor

from lbvedit.systems.mmvt.config import BackboneConfig, MMVTConfig, TextConfig
from lbvedit.systems.mmvt.convert import from_authors, resnet_name
from lbvedit.systems.mmvt.model import MMVT


def _narrow() -> MMVTConfig:
    """The paper's layout at a width that a test can afford."""
    return MMVTConfig(
        appearance=BackboneConfig("resnet", (1, 1, 2, 1), (8, 8, 8, 8), bottleneck=True),
        motion=BackboneConfig("resnet", (1, 1, 1, 1), (8, 8, 8, 8)),
        text=TextConfig(30, 16, 2, 2, 16),
        width=16,
        depth=2,
        heads=2,
        head_width=4,
        mlp_width=8,
        decoder_widths=(16, 16, 16),
        align_width=8,
    )


def _theirs(model: MMVT) -> dict[str, Tensor]:
    """A random checkpoint in the authors' layout with the sizes of ``model``."""
    state = model.state_dict()
    out: dict[str, Tensor] = {}

    def conv(target: str, *sources: str, kernel: int = 1) -> None:
        for source in sources:
            shape = state[f"{source}.weight"].shape
            out[f"{target}.weight"] = torch.randn(*shape, *[1] * (kernel - len(shape)))
            if f"{source}.bias" in state:
                out[f"{target}.bias"] = torch.randn(state[f"{source}.bias"].shape)

    def norm(target: str, source: str) -> None:
        for key in ("weight", "bias", "running_mean", "running_var"):
            out[f"{target}.{key}"] = torch.rand(state[f"{source}.{key}"].shape) + 0.5
        out[f"{target}.num_batches_tracked"] = torch.tensor(1)

    for stream, prefix in (("appearance", "Visionmodel.backbone."), ("motion", "Flowmodel.")):
        back = {name.removeprefix(f"{stream}.network."): t for name, t in state.items() if name.startswith(stream)}
        names = [f"{n}1.{k}" for n, k in (("conv", "weight"), *(("bn", k) for k in _NORM))]
        for level, blocks in enumerate(getattr(model.config, stream).depths, 1):
            for block in range(blocks):
                start = f"layer{level}.{block}"
                for i in (1, 2, 3):
                    names += [f"{start}.conv{i}.weight", *(f"{start}.bn{i}.{k}" for k in _NORM)]
                names += [f"{start}.downsample.0.weight", *(f"{start}.downsample.1.{k}" for k in _NORM)]
        for name in names:
            if resnet_name(name) in back:
                out[prefix + name] = torch.rand(back[resnet_name(name)].shape)
    out.update({name.replace("Visionmodel", "model", 1): t for name, t in out.items() if name.startswith("Vision")})
    for name, tensor in state.items():
        if name.startswith("text.bert."):
            out[name.replace("text.bert", "Languagemodel.Languagemodel", 1)] = torch.randn(tensor.shape)
    out["Languagemodel.Languagemodel.pooler.dense.weight"] = torch.randn(16, 16)

    s = "LanguagemodelGuidedSegmentation."
    conv(f"{s}language_project.conv", "text.project", kernel=3)
    norm(f"{s}language_project.bn", "text.norm")
    for stream, aspp, place in (("appearance", "aspp", "rgb"), ("motion", "flow_aspp", "flow")):
        for i in range(4):
            conv(f"{s}{aspp}.convs.{i}.0", f"{stream}_aspp.branches.{i}.0")
            norm(f"{s}{aspp}.convs.{i}.1", f"{stream}_aspp.branches.{i}.1")
        out[f"{s}{aspp}.convs.4.1.weight"] = torch.randn(state[f"{stream}_aspp.mean.0.weight"].shape)
        norm(f"{s}{aspp}.convs.4.2", f"{stream}_aspp.branches.0.1")
        out[f"{s}{aspp}.embedding_project.0.weight"] = torch.randn(16, 16)
        conv(f"{s}{aspp}.project.0", f"{stream}_aspp.join.0")
        norm(f"{s}{aspp}.project.1", f"{stream}_aspp.join.1")
        for i in (0, 2):
            conv(f"{s}fuse_feature_post_{place}.{i}", f"{stream}_aspp.place.{i}")
    for i in range(2):
        start, ours = f"{s}language_guided_segmentation.transformer.layers.{i}.", f"mmvt.layers.{i}."
        for place, part in ((0, "cross"), (2, "temporal")):
            conv(f"{start}{place}", f"{ours}{part}.norm")
            for name in ("to_q", "to_k", "to_v"):
                out[f"{start}{place + 1}.{name}.weight"] = torch.randn(8, 16, 1)
            out[f"{start}{place + 1}.to_out.weight"] = torch.randn(16, 8, 1)
        conv(f"{start}4", f"{ours}mlp.0")
        conv(f"{start}5.net.0", f"{ours}mlp.1")
        conv(f"{start}5.net.3", f"{ours}mlp.4")
    for i, up in enumerate(("up_16_16", "up_16_8", "up_8_4")):
        for theirs, ours in _BLOCK.items():
            conv(f"{s}{up}.{theirs}", f"blocks.{i}.{ours}", kernel=4)
        out[f"{s}{up}.spatial_pos"] = torch.randn(8, 20, 20)
    conv(f"{s}conv", "head.mix.0")
    norm(f"{s}bn", "head.mix.1")
    conv(f"{s}conv_2", "head.logit")
    for stream, name in (("appearance", "rgb"), ("motion", "flow")):
        for i, level in enumerate((16, 8, 4)):
            conv(f"{s}fuse_{name}.f_{level}.0", f"align_{stream}.reduce.{i}.0")
    conv("contrastive.vision_proj", "align_appearance.join")
    conv("contrastive.flow_proj", "align_motion.join")
    conv("contrastive.language_proj", "align_sentence", kernel=4)
    return {f"module.{name}": tensor for name, tensor in out.items()}


_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_BLOCK = {
    "vision_f": "reduce_appearance",
    "flow_f": "reduce_motion",
    "enhance_vision_f": "mix_appearance",
    "enhance_flow_f": "mix_motion",
    "language_f": "sentence",
    "flow_to_attention": "attend_appearance",
    "vision_to_attention": "attend_motion",
    "fuse": "refine.mix",
    "out_conv.conv1": "refine.first",
    "out_conv.conv2": "refine.second",
}


def test_the_authors_checkpoint_fills_every_tensor() -> None:
    torch.manual_seed(0)
    model = MMVT(_narrow()).eval()
    theirs = _theirs(model)
    model.load_state_dict(from_authors(theirs), strict=True)

    s = "module.LanguagemodelGuidedSegmentation."
    layer = f"{s}language_guided_segmentation.transformer.layers.1."
    assert model.mmvt is not None
    assert torch.equal(model.mmvt.layers[1].temporal.qkv.weight[8:16], theirs[f"{layer}3.to_k.weight"][..., 0])
    crossed = theirs[f"{s}up_8_4.flow_to_attention.weight"]
    assert torch.equal(model.blocks[2].attend_appearance.weight, crossed)

    mean = torch.randn(2, 8, 1, 1)
    w = theirs[f"{s}aspp.convs.4.1.weight"]
    folded = model.appearance_aspp.mean(mean)
    norm = torch.nn.BatchNorm2d(16).eval()
    norm.load_state_dict({k: theirs[f"{s}aspp.convs.4.2.{k}"] for k in _NORM})
    torch.testing.assert_close(folded, norm(torch.nn.functional.conv2d(mean, w)).relu(), atol=1e-5, rtol=1e-4)
