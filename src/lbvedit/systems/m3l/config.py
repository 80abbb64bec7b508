"""The sizes of an M3L-Transformer; the defaults are the paper's where it states them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

__all__ = ["Conditioning", "M3LConfig"]

Conditioning = Literal["mlf", "concat", "none"]

_TOLD = ("what a thing is", "its colour", "its action", "its direction")


@dataclass(frozen=True)
class M3LConfig:
    """Configuration of :class:`~lbvedit.systems.m3l.model.M3L`.

    Args:
        size: height and width of the frames it is trained on; others work if they are multiples of ``stride``.
        visual_dim: C_v, channels of a frame feature. Paper: 256 (App. A).
        text_dim: C_x, width of the word and sentence embeddings. Paper: 1024, RoBERTa-large (App. A).
        strides: spatial stride of each ResBlock of the 3D ResNet, mirrored by the generator. Paper: three blocks, the
            first with stride 1; the others are not given.
        kernel_t: temporal kernel of the 3D ResNet. Paper: 3.
        heads: attention heads. Not given.
        layers: how many times the encoder and the decoder are stacked. Not given.
        conditioning: ``mlf`` as in the paper; ``concat`` and ``none`` are the ablations of Table 3: features
            concatenated with the sentence embedding instead of fused, and no instruction at all.
        copy_gate: an extension. The generator also gives a matte in [0, 1] that mixes its pixels into the source frame
            of the same moment, so that what the instruction leaves alone is copied, not repainted.
        warp_gate: an extension. The generator also gives a flow and the matte of a third layer, the previous edited
            frame moved along that flow, so that what moves on is carried along, not repainted at every frame.
        sprites: an extension. The generator also paints so many pictures with opacity in the first frame, which then
            move over what it paints, each as one; see :mod:`~lbvedit.systems.m3l.sprites`.
        sentence_norm: an extension. The sentence scales and shifts what the generator's blocks normalise, as a class
            does in the ResBlocks that the paper takes them from: what is new in a picture is told by the words alone,
            and takes hours to find its way through the features.
        skips: an extension. The generator also sees the source frame of the same moment at every size that it passes,
            so that mattes and what is painted anew can have borders and shading as sharp as those.
        horizon: an extension, for things on a floor; needs ``skips`` and ``sentence_norm``. The generator is also told
            where the edited thing is and where it belongs, by the row of the horizon, -1 for the frame's upper border
            and 1 for the lower one; see :mod:`~lbvedit.systems.m3l.places`.
        attributes: an extension; needs ``horizon``. How many values each attribute of a thing may have. The system also
            finds which of them the edited thing is to have, and the generator, which is told, paints where it belongs
            once more, in a square around it; see :mod:`~lbvedit.systems.m3l.closeup`.
        acting: an extension; needs ``attributes``, four of them. Things act, each clip before a camera of its own,
            which is found as well, whatever ``horizon`` is; see :mod:`~lbvedit.systems.m3l.acting`. Frames are the
            source's own but for squares around the thing: there is no decoder, and no frame waits for another.
        discriminator_dim: channels of the first ResBlock of both discriminators. Not given.
        window: K, consecutive frames that the temporal discriminator sees. Not given.
        text: keyword arguments of ``transformers.RobertaConfig`` for a text encoder that is trained with the system,
            or empty when the embeddings come from outside.
    """

    size: tuple[int, int] = (128, 128)
    visual_dim: int = 256
    text_dim: int = 1024
    strides: tuple[int, ...] = (1, 2, 2)
    kernel_t: int = 3
    heads: int = 8
    layers: int = 1
    conditioning: Conditioning = "mlf"
    copy_gate: bool = False
    warp_gate: bool = False
    sprites: int = 0
    sentence_norm: bool = False
    skips: bool = False
    horizon: float | None = None
    attributes: tuple[int, ...] = ()
    acting: bool = False
    discriminator_dim: int = 64
    window: int = 4
    text: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.visual_dim % self.heads:
            raise ValueError(f"visual_dim {self.visual_dim} is not a multiple of {self.heads} heads")
        if self.visual_dim % (2 ** (len(self.strides) - 1)):
            raise ValueError(f"visual_dim {self.visual_dim} cannot be halved {len(self.strides) - 1} times")
        if self.conditioning not in ("mlf", "concat", "none"):
            raise ValueError(f"conditioning {self.conditioning!r} is none of mlf, concat, none")
        if self.horizon is not None and not (self.skips and self.sentence_norm and self.horizon < -1):
            raise ValueError(
                f"horizon {self.horizon} takes skips and sentence_norm, and lies above the frame, under -1"
            )
        if self.attributes and self.horizon is None:
            raise ValueError("attributes take a horizon")
        if self.acting and len(self.attributes) != len(_TOLD):
            raise ValueError(f"acting takes {len(_TOLD)} attributes: {', '.join(_TOLD)}")
        if any(side % self.stride for side in self.size):
            raise ValueError(f"size {self.size} is not a multiple of the stride {self.stride}")
        object.__setattr__(self, "size", tuple(self.size))
        object.__setattr__(self, "strides", tuple(self.strides))
        object.__setattr__(self, "attributes", tuple(self.attributes))

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels after each ResBlock of the 3D ResNet, doubling up to ``visual_dim``."""
        depth = len(self.strides)
        return tuple(self.visual_dim >> (depth - 1 - block) for block in range(depth))

    @property
    def generator(self) -> dict[str, Any]:
        """The arguments of the generator."""
        own = ("strides", "copy_gate", "warp_gate", "sprites", "skips")
        told = {"sentence_dim": self.text_dim if self.sentence_norm else 0, "looks": sum(self.attributes)}
        told["placed"] = self.horizon is not None
        return {"widths": self.widths, **{name: getattr(self, name) for name in own}, **told}

    @property
    def stride(self) -> int:
        """Pixels a feature cell covers along one side."""
        total = 1
        for stride in self.strides:
            total *= stride
        return total

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The configuration read back.

        Raises:
            TypeError: an unknown key.
            ValueError: sizes that do not fit together.
        """
        return cls(**value)
