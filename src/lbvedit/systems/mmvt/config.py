"""The sizes of MMVT: the paper's, the small one for two CPU cores, and the rows of the paper's ablation tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

__all__ = ["ABLATIONS", "BackboneConfig", "MMVTConfig", "TextConfig"]


@dataclass(frozen=True)
class BackboneConfig:
    """One visual encoder.

    Args:
        kind: ``resnet``, the paper's through transformers, or ``conv``, the small one.
        depths: blocks of the four stages.
        widths: channels of the four stages.
        bottleneck: bottleneck blocks, for ``resnet``.
        stem: channels at stride 2, for ``conv``.
        pyramid: width of the top-down pass over the finer levels, for ``conv``; 0 for none.
    """

    kind: Literal["resnet", "conv"]
    depths: tuple[int, int, int, int]
    widths: tuple[int, int, int, int]
    bottleneck: bool = False
    stem: int = 32
    pyramid: int = 0


@dataclass(frozen=True)
class TextConfig:
    """The BERT that reads the expression.

    Args:
        vocabulary: tokens of its tokenizer.
        width: width of a token.
        layers: transformer layers.
        heads: attention heads.
        mlp_width: hidden width of its MLPs.
        max_tokens: longest expression, with [CLS] and [SEP].
        padding: the number of the padding token.
        dropout: of its hidden states and attention.
    """

    vocabulary: int = 30522
    width: int = 768
    layers: int = 12
    heads: int = 12
    mlp_width: int = 3072
    max_tokens: int = 20
    padding: int = 0
    dropout: float = 0.1


@dataclass(frozen=True)
class MMVTConfig:
    """Everything that shapes an MMVT; the defaults are the paper's (Sec. 4.2).

    Args:
        appearance: the encoder of frames.
        motion: the encoder of flow images, or None for a model without motion.
        text: the encoder of expressions.
        width: C, the width of the fused tokens.
        fusion: ``mmvt``, or ``cat``: concatenation and one convolution, the baseline of Table 3.
        cross_modal_attention: whether MMVT has CMA; without it ``cat`` comes first (Table 4, +CAT+TA).
        temporal_attention: whether MMVT has TA (Table 4).
        depth: layers of MMVT.
        heads: attention heads of MMVT.
        head_width: width of one of them.
        mlp_width: hidden width of MMVT's MLPs.
        dropout: in MMVT's MLPs.
        aspp_dropout: at the end of ASPP.
        aspp_dilations: of its 3x3 branches.
        decoder: ``lgff``, or ``cat``: concatenation and convolution at each level (Table 5).
        decoder_motion: whether motion features reach the decoder.
        decoder_widths: channels of the three decoder blocks, from coarse to fine.
        decoder_norm: whether a decoder block normalises what it gives. Each multiplies its features with the sentence;
            learnt from nothing without a norm, they grow hundreds of times a level, and fp16 loses what they say.
        align_language: the losses between language and both visual features (``l2am`` of Table 6).
        align_modalities: the loss between appearance and motion features (``a2m`` of Table 6).
        align_width: c, the width of the space where they are compared.
        branch_masks: a mask predicted from either branch for two further cross-entropies (``+bce`` of Table 6).
        kinds: kinds of things that a class map from the finest level tells apart, background first; 0 for no map.
        traits: values of each trait that maps from the second level tell apart, such as colours and actions; none for
            no such maps.
        presence: also say whether what the expression names is there at all.
        presence_bar: presence times strongest probability at which a thing is as likely there as not, as measured.
        flow: how flow becomes an image: ``wheel``, the Middlebury colours, or ``vectors``, relative to the camera.
        motion_back: the motion encoder also sees the mean motion since so many frames ago, beside that to the next one:
            who jumps rests for a moment, too. 0 for the next frame alone.
        clip_length: T, the frames that it was trained with; the last is the target, the others its neighbours.
        mean: of the red, green and blue that the appearance encoder was trained on.
        std: likewise.

    Differs: ``presence``, ``kinds``, ``traits``, ``motion_back`` and ``decoder_norm`` are extensions; the paper
    always segments something, and has no maps.
    """

    appearance: BackboneConfig = field(
        default_factory=lambda: BackboneConfig("resnet", (3, 4, 23, 3), (256, 512, 1024, 2048), bottleneck=True)
    )
    motion: BackboneConfig | None = field(
        default_factory=lambda: BackboneConfig("resnet", (3, 4, 6, 3), (64, 128, 256, 512))
    )
    text: TextConfig = field(default_factory=TextConfig)
    width: int = 256
    fusion: Literal["mmvt", "cat"] = "mmvt"
    cross_modal_attention: bool = True
    temporal_attention: bool = True
    depth: int = 4
    heads: int = 4
    head_width: int = 64
    mlp_width: int = 128
    dropout: float = 0.1
    aspp_dropout: float = 0.5
    aspp_dilations: tuple[int, ...] = (3, 5, 7)
    decoder: Literal["lgff", "cat"] = "lgff"
    decoder_motion: bool = True
    decoder_widths: tuple[int, int, int] = (256, 256, 256)
    decoder_norm: bool = False
    align_language: bool = True
    align_modalities: bool = True
    align_width: int = 128
    branch_masks: bool = False
    kinds: int = 0
    traits: tuple[int, ...] = ()
    presence: bool = False
    presence_bar: float = 0.5
    flow: Literal["wheel", "vectors"] = "wheel"
    motion_back: int = 0
    clip_length: int = 3
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        if self.fusion == "mmvt" and not (self.cross_modal_attention or self.temporal_attention):
            raise ValueError("fusion 'mmvt' needs cross-modal or temporal attention; use fusion='cat' for neither")
        if self.motion is None and self.align_modalities:
            raise ValueError("appearance and motion cannot be aligned without a motion encoder")
        if self.motion_back and (self.clip_length > 1 or self.motion is None or self.motion.kind != "conv"):
            raise ValueError("a second flow is seen by a 'conv' motion encoder, in single frames")
        if self.decoder == "cat" and (self.align_language or self.align_modalities or self.branch_masks):
            raise ValueError("alignment reads the features of LGFF; a 'cat' decoder has none")

    @classmethod
    def small(cls, vocabulary: int) -> Self:
        """The configuration of the embedded weights: a few million parameters, one frame in tens of milliseconds."""
        return cls(
            appearance=BackboneConfig("conv", (2, 2, 4, 2), (48, 96, 160, 256), stem=32, pyramid=64),
            motion=BackboneConfig("conv", (1, 1, 1, 1), (16, 24, 48, 64), stem=16),
            text=TextConfig(vocabulary, width=192, layers=2, heads=4, mlp_width=384, max_tokens=24, padding=1),
            width=128,
            depth=2,
            heads=4,
            head_width=32,
            mlp_width=256,
            aspp_dropout=0.1,
            aspp_dilations=(3, 6),
            decoder_widths=(96, 64, 32),
            decoder_norm=True,
            align_width=64,
            kinds=21,
            presence=True,
            flow="vectors",
            motion_back=6,
            clip_length=1,
            mean=(0.45, 0.45, 0.45),
            std=(0.26, 0.26, 0.26),
        )

    def ablated(self, row: str) -> Self:
        """This configuration cut down to one row of Tables 3-6, without the maps of traits, which look at motion.

        Raises:
            KeyError: there is no such row.
        """
        changes: dict[str, Any] = {"align_language": False, "align_modalities": False, "traits": (), **ABLATIONS[row]}
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """A configuration from what ``to_json`` gave.

        Raises:
            TypeError: a key is missing or unknown.
        """
        lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
        motion = values.get("motion")
        return cls(
            **{
                **values,
                **lists,
                "appearance": _backbone(values["appearance"]),
                "motion": None if motion is None else _backbone(motion),
                "text": TextConfig(**values["text"]),
            }
        )


def _backbone(values: Mapping[str, Any]) -> BackboneConfig:
    return BackboneConfig(**{**values, "depths": tuple(values["depths"]), "widths": tuple(values["widths"])})


_CAT_DECODER = {"decoder": "cat", "decoder_motion": False}
_STILL = {"motion": None, "decoder_motion": False, "motion_back": 0}

ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "B": {"fusion": "cat", **_CAT_DECODER, **_STILL},
    "B+M": {"fusion": "cat", **_CAT_DECODER},
    "B+T": {**_CAT_DECODER, **_STILL},
    "B+M+T": {**_CAT_DECODER},
    "B+T+L": {**_STILL},
    "B+M+T+L": {},
    "B+M+T+L+A": {"align_language": True, "align_modalities": True},
    "+CMA": {"temporal_attention": False, **_CAT_DECODER},
    "+CAT+TA": {"cross_modal_attention": False, **_CAT_DECODER},
    "CAT": {"decoder": "cat"},
    "LGFF": {},
    "+bce": {"branch_masks": True},
    "+l2am": {"align_language": True},
}
"""The rows of Tables 3 (B to B+M+T+L+A), 4 (+CMA, +CAT+TA), 5 (CAT, LGFF) and 6 (+bce, +l2am)."""
