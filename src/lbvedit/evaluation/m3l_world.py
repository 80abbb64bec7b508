"""M3L on E-CLEVR and on edits of the world's actors: SSIM beside the unedited source's, and obedience by the world.

The world can render what an instruction could have been mistaken for; an edit obeys if the clip nearest to it among
those is the one that was asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.build import Built
from lbvedit.data.e_clevr import EClevr
from lbvedit.data.pairs import Pair
from lbvedit.errors import UsageError
from lbvedit.evaluation.editing import Pairs, score_edits
from lbvedit.evaluation.m3l import ABLATION, EMBEDDED, EMBEDDED_NOTE, OVERALL, ZERO_SHOT
from lbvedit.evaluation.m3l_rivals import editors, figure, protocol
from lbvedit.evaluation.table import Column, Options, Result, Table, sample
from lbvedit.measures.embedded import embedded_features
from lbvedit.runtime import pick_device
from lbvedit.weights import listing

__all__ = [
    "WorldPairs",
    "evaluate_actors",
    "evaluate_e_clevr",
    "evaluate_e_clevr_ablation",
    "evaluate_e_clevr_zero_shot",
    "obeys",
]

FEATURES = "features-world"
"""The networks behind the embedded distances, where they are."""

ACTORS = Table(
    "Edits of the world's actors, of which the paper has no table",
    "none",
    (Column("ssim", "SSIM"),),
    (),
    ("Our SSIM: 7x7 windows, data range 1, times 100.",),
)

_COLUMNS = (
    Column("ssim_gain", "(SSIM - copy's) / (100 - copy's)", digits=2),
    Column("obeyed", "obeyed %", 100),
    Column("psnr_unchanged", "PSNR unchanged"),
    Column("psnr_changed", "PSNR changed"),
)


class WorldPairs:
    """Test pairs of a corpus of the world, read where they are built and rendered where not.

    Args:
        kind: ``EClevr`` or ``ActorEdits``.
        folder: what ``lbvedit data build`` wrote, or the folder around it; None renders.
        device: where to render.

    Raises:
        MediaError: there is no built data set in the folder.
    """

    def __init__(self, kind: type[EClevr] | type[ActorEdits], folder: Path | None, device: torch.device) -> None:
        self._built: Built | None = None
        seed = 0
        if folder is not None:
            folder = folder / kind.name if (folder / kind.name).is_dir() else folder
            self._built = Built(folder, "test")
            if self._built.about.get("photos"):
                raise UsageError(
                    f"{folder} has photos behind its actors: what else an instruction could mean cannot be rendered",
                    hint="build the test split without --photos",
                )
            seed = self._built.seed
        size = len(self._built) if self._built is not None else None
        self._world = kind("test", seed, size, device=device)

    def __len__(self) -> int:
        return len(self._world)

    def __getitem__(self, index: int) -> Pair:
        return self._world[index] if self._built is None else cast(Pair, self._built[index])

    def alternatives(self, index: int) -> tuple[list[str], Tensor, int]:
        """What a pair's instruction could have been mistaken for."""
        return self._world.alternatives(index)


def obeys(edited: Tensor, clips: Tensor, right: int) -> bool:
    """Whether the nearest of some clips is the right one.

    Args:
        edited: ``(T, 3, H, W)`` uint8.
        clips: ``(K, T, 3, H, W)`` uint8.
        right: the place of the clip that was asked for.
    """
    away = (clips.float() - edited.float()).square().mean(dim=(1, 2, 3, 4))
    return int(away.argmin()) == right


def evaluate_e_clevr(options: Options) -> Result:
    """Table 2, E-CLEVR."""
    return _evaluate(options, EClevr, "e-clevr", "overall", OVERALL["e-clevr"])


def evaluate_e_clevr_ablation(options: Options) -> Result:
    """Table 3, whose rows of the paper are on E-JESTER, with ours on E-CLEVR."""
    return _evaluate(options, EClevr, "e-clevr", "ablation", ABLATION)


def evaluate_e_clevr_zero_shot(options: Options) -> Result:
    """Table 4, E-CLEVR."""
    return _evaluate(options, EClevr, "e-clevr", "zero-shot", ZERO_SHOT["e-clevr"])


def evaluate_actors(options: Options) -> Result:
    """Edits of the world's actors."""
    return _evaluate(options, ActorEdits, "actors", "overall", ACTORS)


def _evaluate(
    options: Options, kind: type[EClevr] | type[ActorEdits], subject: str, which: str, table: Table
) -> Result:
    ours, others = editors(options, protocol(which, subject))
    corpus = WorldPairs(kind, options.data, pick_device(options.device))
    numbers = sample(len(corpus), options.limit, options.seed)
    watched = _Watched(corpus, numbers)
    edits = {name: edit for name, edit in others.items() if edit is not None}
    copy = "copy source"
    there = any(weights.name == FEATURES for weights in listing(options.weights))
    features = embedded_features(FEATURES, options.weights) if there else {}
    rows = score_edits(
        watched,
        range(len(numbers)),
        ({"ours": ours} if ours is not None else {}) | {copy: lambda pair: pair["source"]} | edits,
        features=features,
        options=options,
    )
    for name, metrics in rows.items():
        if name != copy:
            metrics["ssim_gain"] = (metrics["ssim"] - rows[copy]["ssim"]) / max(1e-9, 100 - rows[copy]["ssim"])
    metrics = rows.pop("ours", {})
    metrics |= {"changed_share": watched.changed_share}
    if ours is not None:
        metrics |= _obedience(corpus, numbers, ours.clips, watched.kinds)
    return Result(
        "m3l",
        subject if which == "overall" else f"{subject}-{which}",
        len(numbers),
        metrics,
        table.with_columns(*(EMBEDDED if there else ()), *_COLUMNS),
        {**rows, **{name: {} for name, edit in others.items() if edit is None}},
        (
            "Obeyed: of the source, the target and other readings of the instruction, the target is the nearest clip.",
            f"The average pair changes {100 * watched.changed_share:.1f} % of its pixels.",
            *((EMBEDDED_NOTE,) if there else ()),
            *(("Rows of the paper are on E-JESTER, ours on E-CLEVR.",) if which == "ablation" else ()),
        ),
        figure([corpus[number] for number in numbers[:4]], ours.clips[:4]) if options.picture and ours else None,
    )


class _Watched:
    """Pairs by their place in a sample, and what was seen of them."""

    def __init__(self, corpus: Pairs, numbers: list[int]) -> None:
        self._corpus, self._numbers = corpus, numbers
        self.kinds: list[str] = []
        self._changed = 0.0

    @property
    def changed_share(self) -> float:
        """Pixels that the average pair changes, as a share."""
        return self._changed / max(1, len(self.kinds))

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, place: int) -> Pair:
        pair = self._corpus[self._numbers[place]]
        self.kinds.append(str(pair["meta"]["kind"]))
        self._changed += float(pair["changed"].float().mean())
        return pair


def _obedience(corpus: WorldPairs, numbers: list[int], clips: list[Tensor], kinds: list[str]) -> dict[str, float]:
    """The share of edits that obey, in all and by kind."""
    kept: dict[str, list[bool]] = {"obeyed": []}
    for number, clip, kind in zip(numbers, clips, kinds, strict=True):
        _, rivals, right = corpus.alternatives(number)
        obeyed = obeys(clip, rivals, right)
        kept["obeyed"].append(obeyed)
        kept.setdefault(f"obeyed_{kind}", []).append(obeyed)
    return {name: sum(values) / len(values) for name, values in kept.items()}
