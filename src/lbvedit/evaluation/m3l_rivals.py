"""Who edits in an evaluation of M3L: our system, and our own baselines and ablations where they have been trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lbvedit.data.pairs import Pair
from lbvedit.evaluation.editing import Edit
from lbvedit.evaluation.table import Options
from lbvedit.pipelines.m3l_editor import M3LEditor
from lbvedit.report.contact_sheet import grid
from lbvedit.runtime import pick_device
from lbvedit.weights import listing

__all__ = ["Keeper", "Protocol", "editors", "figure", "protocol"]

_SHOWN = 4
_MOMENTS = 6


@dataclass(frozen=True)
class Protocol:
    """Which weights an evaluation compares.

    Args:
        default: the weight of our row.
        others: further rows of ours, by name, with their weights; one that is not there is n/a.
        required: whether our row must be there.
        rather: a weight that takes the place of the default where it is there.
    """

    default: str
    others: Mapping[str, str]
    required: bool = True
    rather: str = ""


def protocol(kind: str, subject: str, part: str = "") -> Protocol:
    """The weights of Table 2 (``overall``), 3 (``ablation``) or 4 (``zero-shot``).

    Args:
        kind: which table.
        subject: what weights are about, such as ``mnist``.
        part: the part of it that is evaluated, such as ``d-mnist``, which may have a weight of its own.
    """
    if kind == "ablation":
        others = {"no instruction, no MLF (ours)": f"m3l-{subject}-none"}
        return Protocol(f"m3l-{subject}", others | {"instruction, no MLF (ours)": f"m3l-{subject}-concat"})
    if kind == "zero-shot":
        others = {"no MLF (ours)": f"m3l-{subject}-concat-zero-shot"}
        return Protocol(f"m3l-{subject}-zero-shot", others, required=False)
    others = {f"{name} (ours)": f"{name}-{subject}" for name in ("pix2pix", "vid2vid")}
    return Protocol(f"m3l-{subject}", others, rather=f"m3l-{part or subject}")


class Keeper:
    """An edit that keeps what it made, in the order in which it was asked."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self.clips: list[Tensor] = []

    def __call__(self, pair: Pair) -> Tensor:
        """The edited clip."""
        self.clips.append(self._edit(pair))
        return self.clips[-1]


def editors(options: Options, which: Protocol) -> tuple[Keeper | None, dict[str, Edit | None]]:
    """Our row's edit, None where it is allowed to be missing, and the other rows'.

    Raises:
        WeightsError: a weight that must be there is not, or does not check.
    """
    there = {weights.name for weights in listing(options.weights)}
    name = options.model or (which.rather if which.rather in there else which.default)
    wanted = options.model is not None or which.required or name in there
    ours = Keeper(_edit(name, options)) if wanted else None
    return ours, {row: _edit(weight, options) if weight in there else None for row, weight in which.others.items()}


def _edit(name: str, options: Options) -> Edit:
    editor = M3LEditor(name, options.weights, device=pick_device(options.device))
    return lambda pair: editor.edit(pair["source"], pair["instruction"])


def figure(pairs: list[Pair], edited: list[Tensor]) -> Tensor:
    """Source, target and ours of some pairs, each under its instruction: the paper's Figure 4; ``(3, H, W)`` uint8."""
    cards = []
    for pair, ours in list(zip(pairs, edited, strict=True))[:_SHOWN]:
        places = torch.linspace(0, len(ours) - 1, min(_MOMENTS, len(ours))).round().long().tolist()
        rows = [[clip[t] for t in places] for clip in (pair["source"], pair["target"], ours)]
        cards.append(
            grid(
                rows,
                row_labels=["source", "target", "ours"],
                column_labels=[f"frame {t + 1}" for t in places],
                title=pair["instruction"],
                cell_width=128,
            )
        )
    sheet = Image.new("RGB", (max(card.width for card in cards), sum(card.height for card in cards)), (250, 250, 250))
    y = 0
    for card in cards:
        sheet.paste(card, (0, y))
        y += card.height
    return torch.from_numpy(np.asarray(sheet).copy()).permute(2, 0, 1)
