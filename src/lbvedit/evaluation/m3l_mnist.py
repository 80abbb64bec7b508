"""M3L on S-MNIST and D-MNIST: the paper's Table 2, the oracle, and whether the instruction was obeyed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lbvedit.data.mnist import DIGIT, DIRECTIONS, DMnist, SMnist, trajectory
from lbvedit.data.pairs import Pair
from lbvedit.evaluation.editing import score_edits
from lbvedit.evaluation.m3l import OVERALL
from lbvedit.evaluation.table import Column, Options, Result, sample
from lbvedit.measures.digits import DigitClassifier, digit_under, load_digit_classifier
from lbvedit.pipelines.m3l_editor import M3LEditor
from lbvedit.runtime import pick_device

__all__ = ["evaluate_d_mnist", "evaluate_s_mnist", "obeyed"]

DEFAULT_MODEL = "m3l-mnist"


def evaluate_s_mnist(options: Options) -> Result:
    """Table 2, S-MNIST."""
    return _evaluate(options, SMnist, "s-mnist")


def evaluate_d_mnist(options: Options) -> Result:
    """Table 2, D-MNIST."""
    return _evaluate(options, DMnist, "d-mnist")


def _evaluate(options: Options, kind: type[SMnist] | type[DMnist], corpus: str) -> Result:
    dataset = kind(options.require("mnist"), "test")
    numbers = sample(len(dataset), options.limit, options.seed)
    editor = M3LEditor(options.model or DEFAULT_MODEL, options.weights, device=pick_device(options.device))
    judge = load_digit_classifier(options.weights)
    edited: list[Tensor] = []

    def ours(pair: Pair) -> Tensor:
        edited.append(editor.edit(pair["source"], pair["instruction"]))
        return edited[-1]

    asked = iter(numbers)  # the pairs come in this order
    rows = score_edits(
        dataset,
        numbers,
        {
            "ours": ours,
            "copy source": lambda pair: pair["source"],
            "oracle: class-mean digit on the true path": lambda pair: dataset.oracle(next(asked)),
        },
        features={"fad-embedded": lambda frames: judge.features(_middle(frames))},
        options=options,
    )
    metrics, *others = rows.values()
    metrics["ssim_of_oracle"] = metrics["ssim"] / others[-1]["ssim"]
    kept = [obeyed(judge, clip, dataset[number]["meta"]) for clip, number in zip(edited, numbers, strict=True)]
    metrics["obeyed"] = sum(kept) / len(kept)
    table = OVERALL[corpus].with_columns(
        Column("fad-embedded", "FAD, embedded", digits=2),
        Column("ssim_of_oracle", "SSIM / oracle's %", 100),
        Column("obeyed", "obeyed %", 100),
        Column("psnr_unchanged", "PSNR unchanged"),
    )
    notes = (
        "The style of a new digit is not told: the oracle draws the class-mean digit on the true path, all else exact.",
        "Obeyed: a classifier of MNIST's training digits reads the right digit on the right one of four paths.",
        "FAD, embedded: paired distance of that classifier's activations; not the paper's Inception-v3.",
    )
    rows.pop("ours")
    return Result("m3l", corpus, len(numbers), metrics, table, rows, notes)


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


def _middle(frames: Tensor) -> Tensor:
    """Frames as one grey digit each, ``(T, 1, 28, 28)``, for the judge's activations."""
    grey = frames[:, :1].float() / 255
    return torch.nn.functional.interpolate(grey, size=(DIGIT, DIGIT), mode="area")
