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
from lbvedit.data.pairs import Pair
from lbvedit.measures.embedded import FeaturePair
from lbvedit.training.config import TrainingConfig
from lbvedit.training.recipe import Draw, Publication, Recipe

__all__ = ["FeaturesMnist", "FeaturesMnistConfig"]

DIGITS, DIRECTIONS = 10, 4
_VALIDATED = 64


@dataclass(frozen=True)
class FeaturesMnistConfig(TrainingConfig):
    """Settings of :class:`FeaturesMnist`.

    Args:
        mnist: folder of MNIST's four idx files.
        width: channels of the first stages.
        frames: frames of a training clip, from the first on.
        frames_a_clip: frames of each clip that the frame network sees.
    """

    mnist: Path = Path("../shared/data/mnist")
    width: int = 16
    frames: int = 16
    frames_a_clip: int = 2
    steps: int = 2_500
    batch_size: int = 16
    lr: float = 1e-3
    workers: int = 1


class FeaturesMnist(Recipe[FeaturesMnistConfig]):
    """Which digits a frame shows; which digits a clip shows, and in which direction each starts."""

    Config = FeaturesMnistConfig

    def build(self) -> nn.Module:
        """A :class:`~lbvedit.measures.embedded.FeaturePair`."""
        return FeaturePair(self.config.width, DIGITS, DIGITS * DIRECTIONS)

    @functools.cached_property
    def _corpora(self) -> Sequence[SMnist | DMnist]:
        return self._read("train")

    def _read(self, split: str) -> Sequence[SMnist | DMnist]:
        return [kind(self.config.mnist, split, self.config.seed) for kind in (SMnist, DMnist)]

    def batch(self, draw: Draw) -> dict[str, Tensor]:
        """Source and target clips in turn, of both corpora; the brightness varies, as in what a model makes."""
        corpora = self._corpora
        pairs = [corpora[number % 2][(number // 2) % len(corpora[number % 2])] for number in draw.numbers]
        sides = torch.randint(2, (draw.size,)).tolist()
        batch = collate(pairs, sides, self.config.frames)
        clips = batch["clips"] / 255 * (0.6 + 0.4 * torch.rand(draw.size, 1, 1, 1, 1))
        return {**batch, "clips": clips}

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
        figures = {}
        device = next(model.parameters()).device
        for corpus in self._read("test"):
            pairs = [corpus[index] for index in range(min(_VALIDATED, len(corpus)))]
            batch = collate(pairs, [1] * len(pairs), self.config.frames)
            clips = batch["clips"].to(device) / 255
            figures[f"{corpus.name}_frame_accuracy"] = _right(model.frame(clips[:, 0]).cpu(), batch["digits"])
            figures[f"{corpus.name}_clip_accuracy"] = _right(model.clip(clips).cpu(), batch["moves"])
        return figures

    def publish(self, model: nn.Module) -> Publication:
        """The weight ``features-mnist``."""
        return Publication(
            name="features-mnist",
            system="features",
            model=model,
            architecture={"width": self.config.width, "frame_classes": DIGITS, "clip_classes": DIGITS * DIRECTIONS},
            licence="CC-BY-SA-3.0",
            commercial_ok=True,
            data=("S-MNIST and D-MNIST from MNIST's training digits (Y. LeCun, C. Cortes, CC BY-SA 3.0)",),
            metrics=self.validate(model),
            measured_with="lbvedit train features-mnist --resume",
            can="Gives activations of frames and clips of moving digits for `fad-embedded` and `vad-embedded`.",
            cannot="Stand beside the FAD and VAD of the paper, or judge anything but digits on black.",
        )


def collate(pairs: Sequence[Pair], sides: Sequence[int], frames: int) -> dict[str, Tensor]:
    """The source (side 0) or target (side 1) of each pair.

    Returns:
        ``clips`` ``(B, T, 3, 64, 64)`` uint8, ``digits`` ``(B, 10)`` and ``moves`` ``(B, 40)`` zeros and ones: which
        digits are there, and which digit starts in which direction.
    """
    clips = torch.stack(
        [pair["target" if side else "source"][:frames] for pair, side in zip(pairs, sides, strict=True)]
    )
    moves = torch.zeros(len(pairs), DIGITS, DIRECTIONS)
    for row, pair, side in zip(moves, pairs, sides, strict=True):
        row[pair["meta"]["digits"][side], pair["meta"]["directions"][side]] = 1
    return {"clips": clips, "digits": moves.amax(2), "moves": moves.flatten(1)}


def _right(logits: Tensor, labels: Tensor) -> float:
    """The fraction of rows whose k largest logits are the k labels that are set."""
    ranks = logits.argsort(1, descending=True).argsort(1)
    counts = labels.sum(1, keepdim=True)
    return float(((ranks < counts) == (labels > 0)).all(1).double().mean())
