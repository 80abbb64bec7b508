"""What the networks behind ``fad-embedded`` and ``vad-embedded`` can tell: labels, and right edits from wrong ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.labels import CLIP_GROUPS, FRAME_GROUPS, GROUPS, Corpus, all_on_top, groups_right, label_rows
from lbvedit.data.mnist import DMnist, SMnist
from lbvedit.data.pairs import Pair
from lbvedit.data.world.augment import augment
from lbvedit.evaluation.table import Options, Result, sample
from lbvedit.measures.activation_distance import activation_distance
from lbvedit.measures.embedded import FeaturePair, load_feature_pair, pair_features

__all__ = [
    "CLIP_FRAMES",
    "evaluate_actor_edits",
    "evaluate_e_clevr",
    "evaluate_mnist",
    "label_accuracy",
    "labelled_clips",
    "world_accuracy",
    "world_figures",
    "world_pairs",
]

DIGITS, DIRECTIONS = 10, 4
CLIP_FRAMES = 8
"""Frames of a labelled clip: few, so that most digits have not bounced yet and move as they started."""


def labelled_clips(pairs: Sequence[Pair], sides: Sequence[int], frames: int = CLIP_FRAMES) -> dict[str, Tensor]:
    """The source (side 0) or target (side 1) of each pair, with what it shows.

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


@torch.no_grad()
def label_accuracy(networks: FeaturePair, pairs: Sequence[Pair]) -> tuple[float, float]:
    """How often the first frame's digits, and the target clip's moves, are exactly the labels on top."""
    batch = labelled_clips(pairs, [1] * len(pairs))
    clips = batch["clips"].to(next(networks.parameters()).device) / 255
    return (
        all_on_top(networks.frame(clips[:, 0]).cpu(), batch["digits"]),
        all_on_top(networks.clip(clips).cpu(), batch["moves"]),
    )


def evaluate_mnist(options: Options) -> Result:
    """Label accuracy on S-MNIST and D-MNIST, and the distances of the unedited source and of the oracle."""
    networks = load_feature_pair(options.model or "features-mnist", options.weights)
    features = pair_features(networks)
    metrics: dict[str, float] = {}
    total = 0
    for kind in (SMnist, DMnist):
        corpus = kind(options.require("mnist"), "test")
        numbers = sample(len(corpus), options.limit, options.seed)
        pairs = [corpus[number] for number in numbers]
        right = [label_accuracy(networks, pairs[start : start + 64]) for start in range(0, len(pairs), 64)]
        sizes = [len(pairs[start : start + 64]) for start in range(0, len(pairs), 64)]
        for place, name in enumerate(("frame", "clip")):
            mean = sum(score[place] * size for score, size in zip(right, sizes, strict=True)) / len(pairs)
            metrics[f"{corpus.name}_{name}_accuracy"] = mean
        for name, network in features.items():
            for rival in ("source", "oracle"):
                metrics[f"{corpus.name}_{name}_of_{rival}"] = sum(
                    activation_distance(
                        network(pair["source"] if rival == "source" else corpus.oracle(number)), network(pair["target"])
                    )
                    for pair, number in zip(pairs, numbers, strict=True)
                ) / len(pairs)
        total += len(pairs)
        options.progress(total, 2 * len(pairs))
    return Result("features", "mnist", total, metrics)


def world_pairs(corpus: Corpus, limit: int | None, seed: int = 0) -> Iterator[Pair]:
    """Test pairs of a corpus of the world: all of them, or the same ``limit`` in every run."""
    pairs = EClevr("test") if corpus == "e-clevr" else ActorEdits("test", size=1_000)
    for number in sample(len(pairs), limit, seed):
        yield pairs[number]


@torch.no_grad()
def world_accuracy(networks: FeaturePair, corpus: Corpus, pairs: Sequence[Pair]) -> dict[str, float]:
    """How often, group by group, exactly the right labels are on top: in targets' first frames, and in targets."""
    device = next(networks.parameters()).device
    clips = torch.stack([pair["target"] for pair in pairs]).to(device) / 255
    labels = label_rows([(corpus, pair) for pair in pairs], [1] * len(pairs))
    right = groups_right(networks.frame(clips[:, 0]).cpu(), labels["frame"], FRAME_GROUPS, GROUPS[corpus])
    right |= groups_right(networks.clip(clips).cpu(), labels["clip"], CLIP_GROUPS, GROUPS[corpus])
    return {f"{corpus}_{group}": share for group, share in right.items()}


def evaluate_e_clevr(options: Options) -> Result:
    """What the networks of the world can tell on E-CLEVR."""
    return _evaluate_world("e-clevr", options)


def evaluate_actor_edits(options: Options) -> Result:
    """What the networks of the world can tell on edits of actors."""
    return _evaluate_world("actor-edits", options)


def _evaluate_world(corpus: Corpus, options: Options) -> Result:
    networks = load_feature_pair(options.model or "features-world", options.weights)
    done = 0

    def counted() -> Iterator[Pair]:
        nonlocal done
        for done, pair in enumerate(world_pairs(corpus, options.limit, options.seed), start=1):
            yield pair
            options.progress(done, max(done, options.limit or 0))

    metrics = world_figures(networks, corpus, counted())
    return Result("features", corpus, done, metrics)


def world_figures(networks: FeaturePair, corpus: Corpus, pairs: Iterable[Pair]) -> dict[str, float]:
    """Label accuracy, and the distances to the target of the unedited source and of the target through a poor camera.

    A judge must find the second nearer: it obeys the instruction, and the first does not. ``in_order`` is how often.
    """
    features = pair_features(networks)
    sums: dict[str, float] = {}
    done = 0
    for done, pair in enumerate(pairs, start=1):
        scores = world_accuracy(networks, corpus, [pair])
        camera = torch.Generator().manual_seed(done)
        poor = augment(pair["target"][None], camera, 0.5)[0]
        for metric, network in features.items():
            target = network(pair["target"])
            source_away, poor_away = (activation_distance(network(clip), target) for clip in (pair["source"], poor))
            scores[f"{corpus}_{metric}_of_source"] = source_away
            scores[f"{corpus}_{metric}_of_poor_camera"] = poor_away
            scores[f"{corpus}_{metric}_in_order"] = float(poor_away < source_away)
        for key, score in scores.items():
            sums[key] = sums.get(key, 0.0) + score
    return {key: total / done for key, total in sums.items()}
