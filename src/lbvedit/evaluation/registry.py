"""The evaluations by system and corpus, as strings: listing them imports no torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from lbvedit.errors import UsageError

if TYPE_CHECKING:
    from lbvedit.evaluation.table import Options, Result

__all__ = ["EVALUATIONS", "evaluation"]

EVALUATIONS: dict[str, dict[str, str]] = {
    "digits": {"mnist": "lbvedit.evaluation.digits:evaluate_mnist"},
    "features": {
        "mnist": "lbvedit.evaluation.features:evaluate_mnist",
        "e-clevr": "lbvedit.evaluation.features:evaluate_e_clevr",
        "actor-edits": "lbvedit.evaluation.features:evaluate_actor_edits",
    },
    "footage": {"davis": "lbvedit.evaluation.footage:evaluate_footage"},
    "m3l": {
        "s-mnist": "lbvedit.evaluation.m3l_mnist:evaluate_s_mnist",
        "d-mnist": "lbvedit.evaluation.m3l_mnist:evaluate_d_mnist",
        "d-mnist-ablation": "lbvedit.evaluation.m3l_mnist:evaluate_d_mnist_ablation",
        "d-mnist-zero-shot": "lbvedit.evaluation.m3l_mnist:evaluate_d_mnist_zero_shot",
        "e-clevr": "lbvedit.evaluation.m3l_world:evaluate_e_clevr",
        "e-clevr-ablation": "lbvedit.evaluation.m3l_world:evaluate_e_clevr_ablation",
        "e-clevr-zero-shot": "lbvedit.evaluation.m3l_world:evaluate_e_clevr_zero_shot",
        "actors": "lbvedit.evaluation.m3l_world:evaluate_actors",
    },
    "mmvt": {
        "davis": "lbvedit.evaluation.mmvt:evaluate_davis",
        "a2d": "lbvedit.evaluation.mmvt:evaluate_a2d",
        "jhmdb": "lbvedit.evaluation.mmvt:evaluate_jhmdb",
        "absent": "lbvedit.evaluation.mmvt:evaluate_absent",
        "actors": "lbvedit.evaluation.mmvt:evaluate_actors",
        "actors-parts": "lbvedit.evaluation.mmvt:evaluate_parts",
        "actors-transformer": "lbvedit.evaluation.mmvt:evaluate_transformer",
        "actors-decoder": "lbvedit.evaluation.mmvt:evaluate_decoder",
        "actors-losses": "lbvedit.evaluation.mmvt:evaluate_losses",
    },
}
"""The first corpus of a system is its default."""


def evaluation(system: str, corpus: str | None) -> tuple[str, Callable[[Options], Result]]:
    """The name of the corpus and the function that evaluates a system on it.

    Raises:
        UsageError: no such system, or none of its corpora.
    """
    if system not in EVALUATIONS:
        raise UsageError(f"no evaluation of {system!r}", hint=f"systems are {', '.join(sorted(EVALUATIONS))}")
    corpora = EVALUATIONS[system]
    corpus = corpus or next(iter(corpora))
    if corpus not in corpora:
        raise UsageError(f"{system} has no table for corpus {corpus!r}", hint=f"corpora are {', '.join(corpora)}")
    module, _, function = corpora[corpus].partition(":")
    found: Callable[[Options], Result] = getattr(importlib.import_module(module), function)
    return corpus, found
