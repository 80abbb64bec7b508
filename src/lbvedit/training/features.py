"""``features-mnist``: the networks behind ``fad-embedded`` and ``vad-embedded`` on moving digits."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.data.mnist import DMnist, SMnist
from lbvedit.evaluation.features import label_accuracy, labelled_clips
from lbvedit.evaluation.table import sample
from lbvedit.measures.embedded import FeaturePair
from lbvedit.training.config import TrainingConfig
from lbvedit.training.recipe import Draw, Publication, Recipe

__all__ = ["FeaturesMnist", "FeaturesMnistConfig"]

_VALIDATED = 64


@dataclass(frozen=True)
class FeaturesMnistConfig(TrainingConfig):
    """Settings of :class:`FeaturesMnist`.

    Args:
        mnist: folder of MNIST's four idx files.
        width: channels of the first stages.
        frames_a_clip: frames of each clip that the frame network sees.
        noise: largest deviation of the noise on a clip, as a fraction of white: what a model makes is never clean.
    """

    mnist: Path = Path("../shared/data/mnist")
    width: int = 16
    frames_a_clip: int = 2
    noise: float = 0.1
    steps: int = 2_500
    batch_size: int = 16
    lr: float = 1e-3
    workers: int = 1


class FeaturesMnist(Recipe[FeaturesMnistConfig]):
    """Which digits a frame shows; which digits a clip shows, and in which direction each starts."""

    Config = FeaturesMnistConfig

    def build(self) -> nn.Module:
        """A :class:`~lbvedit.measures.embedded.FeaturePair`."""
        return FeaturePair(self.config.width)

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
        return {**batch, "clips": (clips + grain).clamp(0, 1)}

    def loss(self, model: nn.Module, batch: Any) -> Mapping[str, Tensor]:
        """Binary cross entropy of both networks."""
        assert isinstance(model, FeaturePair)
        clips = batch["clips"]
        chosen = torch.randint(clips.shape[1], (self.config.frames_a_clip,))
        frames = clips[:, chosen].flatten(0, 1)
        shown = batch["digits"].repeat_interleave(self.config.frames_a_clip, 0)
        return {
            "frame": F.binary_cross_entropy_with_logits(model.frame(frames), shown),
            "clip": F.binary_cross_entropy_with_logits(model.clip(clips), batch["moves"]),
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
            architecture={"width": self.config.width},
            licence="CC-BY-SA-3.0",
            commercial_ok=True,
            data=("S-MNIST and D-MNIST from MNIST's training digits (Y. LeCun, C. Cortes, CC BY-SA 3.0)",),
            metrics=self.validate(model),
            measured_with="lbvedit evaluate features --mnist DIR --limit 64",
            can="Gives activations of frames and clips of moving digits for `fad-embedded` and `vad-embedded`.",
            cannot="Stand beside the FAD and VAD of the paper, or judge anything but digits on black.",
        )
