"""M3L on S-MNIST and D-MNIST: the paper's Tables 2 to 4, the oracle, and whether the instruction was obeyed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lbvedit.data.mnist import DIGIT, DIRECTIONS, DMnist, SMnist, trajectory
from lbvedit.evaluation.editing import score_edits
from lbvedit.evaluation.m3l import ABLATION, EMBEDDED, EMBEDDED_NOTE, OVERALL, ZERO_SHOT
from lbvedit.evaluation.m3l_rivals import editors, figure, protocol
from lbvedit.evaluation.table import Column, Options, Result, Table, sample
from lbvedit.measures.digits import DigitClassifier, digit_under, load_digit_classifier
from lbvedit.measures.embedded import embedded_features

__all__ = [
    "evaluate_d_mnist",
    "evaluate_d_mnist_ablation",
    "evaluate_d_mnist_zero_shot",
    "evaluate_s_mnist",
    "obeyed",
]


def evaluate_s_mnist(options: Options) -> Result:
    """Table 2, S-MNIST."""
    return _evaluate(options, SMnist, "s-mnist", "overall", OVERALL["s-mnist"])


def evaluate_d_mnist(options: Options) -> Result:
    """Table 2, D-MNIST."""
    return _evaluate(options, DMnist, "d-mnist", "overall", OVERALL["d-mnist"])


def evaluate_d_mnist_ablation(options: Options) -> Result:
    """Table 3, whose rows of the paper are on E-JESTER, with ours on D-MNIST."""
    return _evaluate(options, DMnist, "d-mnist", "ablation", ABLATION)


def evaluate_d_mnist_zero_shot(options: Options) -> Result:
    """Table 4, D-MNIST."""
    return _evaluate(options, DMnist, "d-mnist", "zero-shot", ZERO_SHOT["d-mnist"])


def _evaluate(options: Options, kind: type[SMnist] | type[DMnist], corpus: str, which: str, table: Table) -> Result:
    dataset = kind(options.require("mnist"), "test")
    numbers = sample(len(dataset), options.limit, options.seed)
    ours, others = editors(options, protocol(which, "mnist", corpus))
    judge = load_digit_classifier(options.weights)
    asked = iter(numbers)  # the pairs come in this order
    oracle = "oracle: class-mean digit on the true path"
    rows = score_edits(
        dataset,
        numbers,
        ({"ours": ours} if ours is not None else {})
        | {"copy source": lambda pair: pair["source"], oracle: lambda pair: dataset.oracle(next(asked))}
        | {name: edit for name, edit in others.items() if edit is not None},
        features=embedded_features("features-mnist", options.weights),
        options=options,
    )
    for metrics in rows.values():
        metrics["ssim_of_oracle"] = metrics["ssim"] / rows[oracle]["ssim"]
    metrics = rows.pop("ours", {})
    if ours is not None:
        kept = [obeyed(judge, clip, dataset[number]["meta"]) for clip, number in zip(ours.clips, numbers, strict=True)]
        metrics["obeyed"] = sum(kept) / len(kept)
    return Result(
        "m3l",
        corpus if which == "overall" else f"{corpus}-{which}",
        len(numbers),
        metrics,
        table.with_columns(
            *EMBEDDED,
            Column("ssim_of_oracle", "SSIM / oracle's %", 100),
            Column("obeyed", "obeyed %", 100),
            Column("psnr_unchanged", "PSNR unchanged"),
        ),
        {**rows, **{name: {} for name, edit in others.items() if edit is None}},
        (
            "The style of a new digit is not told: the oracle draws its class's mean on the true path, all else exact.",
            "Obeyed: a classifier of MNIST's training digits reads the right digit on the right one of four paths.",
            EMBEDDED_NOTE,
            *(("Rows of the paper are on E-JESTER, ours on D-MNIST.",) if which == "ablation" else ()),
        ),
        figure([dataset[number] for number in numbers[:4]], ours.clips[:4]) if options.picture and ours else None,
    )


@torch.no_grad()
def obeyed(judge: DigitClassifier, clip: Tensor, meta: dict[str, Any]) -> bool:
    """Whether every digit of an edited clip is the one asked for, on the path asked for.

    A digit is tracked along the four paths that its starting place allows; it follows the one on which the judge is
    surest of it. Then the digit read there must be the right one.

    Args:
        judge: reads digits.
        clip: ``(30, 3, 64, 64)`` uint8.
        meta: of the pair, see :class:`~lbvedit.data.mnist.SMnist`.
    """
    frames = clip[:, :1].float() / 255
    for place, (digit, direction) in enumerate(
        zip(meta["digits"][1].tolist(), meta["directions"][1].tolist(), strict=True)
    ):
        x, y = meta["paths"][1, place, 0].tolist()
        speed = int(meta["speeds"][place])
        sure = []
        for candidate in range(len(DIRECTIONS)):
            path = torch.from_numpy(trajectory((x, y), candidate, speed, len(frames)))
            # The first frame is common to all paths and tells nothing of the direction.
            sure.append(digit_under(judge, frames[1:], path[1:].float() + DIGIT / 2).mean(dim=0))
        followed = max(range(len(DIRECTIONS)), key=lambda candidate: float(sure[candidate][digit]))
        if followed != direction or int(sure[direction].argmax()) != digit:
            return False
    return True
