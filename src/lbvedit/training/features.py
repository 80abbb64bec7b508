"""The networks behind ``fad-embedded`` and ``vad-embedded``: what their recipes share, and ``features-mnist``."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.data.mnist import DMnist, SMnist
from lbvedit.evaluation.features import label_accuracy, labelled_clips
from lbvedit.evaluation.table import sample
from lbvedit.measures.embedded import FeaturePair
from lbvedit.training.config import TrainingConfig
from lbvedit.training.recipe import Draw, Publication, Recipe

__all__ = ["Features", "FeaturesConfig", "FeaturesMnist", "FeaturesMnistConfig"]

_VALIDATED = 64


@dataclass(frozen=True)
class FeaturesConfig(TrainingConfig):
    """Settings of every recipe for feature networks.

    Args:
        width: channels of the first stages.
        frames_a_clip: frames that the frame network sees for each clip that the clip network sees.
    """

    width: int = 16
    frames_a_clip: int = 2
    batch_size: int = 16
    lr: float = 1e-3


FeaturesConfigT = TypeVar("FeaturesConfigT", bound=FeaturesConfig)


class Features(Recipe[FeaturesConfigT]):
    """Both networks, told what frames and clips show.

    A batch has ``frames`` ``(N, 3, H, W)`` and ``clips`` ``(B, T, 3, H, W)`` float in [0, 1], and what they show,
    ``frame`` ``(N, F)`` and ``clip`` ``(B, C)`` zeros and ones; ``frame_known`` and ``clip_known``, if there, are zero
    where nobody knows.
    """

    classes: ClassVar[tuple[int, int]]
    """Labels of a frame, F, and of a clip, C."""

    def build(self) -> nn.Module:
        """A :class:`~lbvedit.measures.embedded.FeaturePair`."""
        return FeaturePair(**self.architecture)

    @property
    def architecture(self) -> dict[str, int]:
        """The arguments that build the networks."""
        frame, clip = self.classes
        return {"width": self.config.width, "frame_classes": frame, "clip_classes": clip}

    def loss(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """Binary cross entropy of both networks."""
        assert isinstance(model, FeaturePair)

        def error(part: str, logits: Tensor) -> Tensor:
            known = batch.get(f"{part}_known")
            weights = None if known is None else known / known.mean()
            return F.binary_cross_entropy_with_logits(logits, batch[part], weights)

        return {
            "frame": error("frame", model.frame(batch["frames"])),
            "clip": error("clip", model.clip(batch["clips"])),
        }


@dataclass(frozen=True)
class FeaturesMnistConfig(FeaturesConfig):
    """Settings of :class:`FeaturesMnist`.

    Args:
        mnist: folder of MNIST's four idx files.
        noise: largest deviation of the noise on a clip, as a fraction of white: what a model makes is never clean.
    """

    mnist: Path = Path("../shared/data/mnist")
    noise: float = 0.1
    steps: int = 2_500
    workers: int = 1


class FeaturesMnist(Features[FeaturesMnistConfig]):
    """Which digits a frame shows; which digits a clip shows, and in which direction each starts."""

    Config = FeaturesMnistConfig
    classes = (10, 40)

    @functools.cached_property
    def _corpora(self) -> Sequence[SMnist | DMnist]:
        return self._read("train")

    def _read(self, split: str) -> Sequence[SMnist | DMnist]:
        return [kind(self.config.mnist, split, self.config.seed) for kind in (SMnist, DMnist)]

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Source and target clips in turn, of both corpora; light and noise vary, as in what a model makes."""
        corpora = self._corpora
        pairs = [corpora[number % 2][(number // 2) % len(corpora[number % 2])] for number in draw.numbers]
        sides = torch.randint(2, (draw.size,)).tolist()
        batch = labelled_clips(pairs, sides)
        light, noise = torch.rand(2, draw.size, 1, 1, 1, 1)
        clips = batch["clips"] / 255 * (0.6 + 0.4 * light)
        grain = self.config.noise * noise * torch.randn_like(clips[:, :, :1])
        clips = (clips + grain).clamp(0, 1)
        often = self.config.frames_a_clip
        return {
            "frames": clips[:, torch.randint(clips.shape[1], (often,))].flatten(0, 1),
            "frame": batch["digits"].repeat_interleave(often, 0),
            "clips": clips,
            "clip": batch["moves"],
        }

    def validate(self, model: nn.Module) -> Mapping[str, float]:
        """How often exactly the right labels are on top, on test clips of both corpora."""
        assert isinstance(model, FeaturePair)
        figures: dict[str, float] = {}
        for corpus in self._read("test"):
            pairs = [corpus[number] for number in sample(len(corpus), _VALIDATED)]
            frame, clip = label_accuracy(model, pairs)
            figures |= {f"{corpus.name}_frame_accuracy": frame, f"{corpus.name}_clip_accuracy": clip}
        return figures

    def publish(self, model: nn.Module) -> Publication:
        """The weight ``features-mnist``."""
        return Publication(
            name="features-mnist",
            system="features",
            model=model,
            architecture=self.architecture,
            licence="CC-BY-SA-3.0",
            commercial_ok=True,
            data=("S-MNIST and D-MNIST from MNIST's training digits (Y. LeCun, C. Cortes, CC BY-SA 3.0)",),
            metrics=self.validate(model),
            measured_with="lbvedit evaluate features --mnist DIR --limit 64",
            can="Gives activations of frames and clips of moving digits for `fad-embedded` and `vad-embedded`.",
            cannot="Stand beside the FAD and VAD of the paper, or judge anything but digits on black.",
        )
