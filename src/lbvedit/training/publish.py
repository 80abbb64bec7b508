"""Finished weights into ``weights/NAME``: fp16 tensors, their config with hash and licence, and the model card."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_model
from torch import nn

from lbvedit.errors import LbveditError
from lbvedit.training import checkpoint
from lbvedit.training.config import to_json
from lbvedit.training.loop import averaged_model
from lbvedit.training.recipe import Publication, Recipe
from lbvedit.weights import CONFIG_FILE, TENSOR_FILE

__all__ = ["publish", "rounded"]

LARGEST_BYTES = 20_000_000

_LARGEST_LOSS = 0.1
"""Share of a matrix's norm that rounding it may cost; what fp16 holds as normal numbers loses a two-thousandth."""


def publish(recipe: Recipe[Any], run: Path, weights: Path, *, command: str) -> Path:
    """Writes the weights of a run's last checkpoint.

    Args:
        recipe: with the configuration of the run.
        run: the run's folder.
        weights: the folder of all weights.
        command: the command that trained it, for the card; changed settings are added.

    Returns:
        ``weights/<name>``.

    Raises:
        UsageError: the run has no checkpoint.
        LbveditError: above 20 MB, or a tensor that fp16 cannot hold.
    """
    model = rounded(averaged_model(recipe, run))  # what is measured is what is written
    torch.manual_seed(recipe.config.seed)
    publication = recipe.publish(model)
    found = checkpoint.latest(run / "checkpoints")
    if found is None:
        raise LbveditError(
            f"the checkpoints of {run} were deleted while they were read",
            hint="put them back, or train again; --run and --out name another run",
        )
    facts = checkpoint.describe(found)

    target = weights / publication.name
    writing = weights / f".writing-{publication.name}"
    if writing.exists():
        shutil.rmtree(writing)
    writing.mkdir(parents=True)
    for name, source in publication.files.items():
        if isinstance(source, str):
            (writing / name).write_text(source, encoding="utf-8")
        else:
            shutil.copyfile(source, writing / name)
    _write_tensors(publication, writing / TENSOR_FILE)
    described = {
        "name": publication.name,
        "system": publication.system,
        "architecture": dict(publication.architecture),
        "licence": publication.licence,
        "commercial_ok": publication.commercial_ok,
        "data": list(publication.data),
        "parameters": sum(parameter.numel() for parameter in publication.model.parameters()),
        "dtype": "float16",
        "sha256": hashlib.sha256((writing / TENSOR_FILE).read_bytes()).hexdigest(),
        "steps": facts["step"],
        "metrics": {name: round(figure, 5) for name, figure in publication.metrics.items()},
        **publication.facts,
    }
    (writing / CONFIG_FILE).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
    (writing / "README.md").write_text(_card(publication, recipe, facts, command, described), encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    return writing.replace(target)


def rounded(model: nn.Module) -> nn.Module:
    """The model, in place, with what fp16 leaves of its weights.

    Raises:
        LbveditError: fp16 cannot hold a tensor, or loses too much of it.
    """
    for name, tensor in model.state_dict().items():
        if not tensor.is_floating_point():
            continue
        left = tensor.half()
        if not torch.isfinite(left).all():
            raise LbveditError(
                f"{name} overflows fp16 or is not finite",
                hint="the training diverged: train again with a lower --set lr=...; fp16 ends at 65504",
            )
        if tensor.ndim > 1 and (left.float() - tensor).norm() > _LARGEST_LOSS * tensor.norm():
            raise LbveditError(
                f"{name} is too small for fp16",
                hint="what goes into it has grown without bounds: normalise it, and train that part again",
            )
    return model.half().float()


def _write_tensors(publication: Publication, file: Path) -> None:
    save_model(rounded(publication.model).half(), str(file))
    file.chmod(0o644)  # safetensors makes files that nobody else can read
    if (size := file.stat().st_size) > LARGEST_BYTES:
        raise LbveditError(
            f"{publication.name} takes {size / 1e6:.1f} MB > {LARGEST_BYTES / 1e6:.0f} MB in fp16",
            hint="embedded weights are small; train a narrower model",
        )


def _card(
    publication: Publication, recipe: Recipe[Any], facts: dict[str, Any], command: str, described: dict[str, Any]
) -> str:
    """The model card, in Markdown."""
    defaults, used = to_json(recipe.Config()), to_json(recipe.config)
    changed = [f"--set {key}={json.dumps(value)}" for key, value in used.items() if value != defaults.get(key)]
    commerce = "commercial use allowed" if publication.commercial_ok else "no commercial use"
    metrics = "\n".join(f"| {name} | {figure:.4g} |" for name, figure in publication.metrics.items())
    data = "\n".join(f"- {line}" for line in publication.data)
    return f"""# {publication.name}

Weights of `{publication.system}`: {described["parameters"]:,} parameters, fp16.
Licence: {publication.licence}, {commerce}.

## What it can do

{publication.can.strip()}

## What it cannot do

{publication.cannot.strip()}

## Measured

| figure | value |
|---|---|
{metrics}

Printed by `{publication.measured_with}`.

## Training

`{" ".join([command, *changed])}`

{facts["step"]:,} steps of {used["batch_size"]} in {facts["seconds"] / 60:.0f} minutes on {facts["extra"]["device"]}.

Data:

{data}
"""
