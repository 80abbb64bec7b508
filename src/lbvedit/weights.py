"""Weights on disk: locate the folder, check its hash, load it strictly.

A weight is a folder in the Hugging Face layout::

    weights/NAME/
        config.json         what builds the model, and what may be done with it (see :class:`Weights`)
        model.safetensors   fp16
        tokenizer.json      where the model reads words
        README.md           the model card

Folders are looked for in ``--weights DIR``, in ``$LBVEDIT_WEIGHTS``, among the weights that come with the package, and
in the hub cache. Nothing is ever downloaded here, and nothing runs on random weights: a miss says where was looked and
which command mends it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lbvedit.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = [
    "CLEAN_SUFFIX",
    "Weights",
    "embedded_folder",
    "fetching",
    "listing",
    "load_state",
    "locate",
    "locate_default",
    "read_tensors",
    "verified",
    "verify",
]

CONFIG_FILE = "config.json"
TENSOR_FILE = "model.safetensors"
CLEAN_SUFFIX = "-clean"
"""What the name of a variant ends with that learnt from free data alone."""


@dataclass(frozen=True)
class Weights:
    """A weight that was found.

    Args:
        name: its name, such as ``mmvt-small``, or the hub id.
        folder: where it lies.
        config: ``config.json``. Ours hold ``system``, ``architecture``, ``licence``, ``commercial_ok``, ``data``,
            ``sha256``, ``parameters`` and ``metrics``; those of the hub hold what their model needs.
    """

    name: str
    folder: Path
    config: Mapping[str, Any]

    @property
    def system(self) -> str:
        """The code that loads it; empty for a hub model, whose config says ``model_type`` instead."""
        return str(self.config.get("system", ""))

    @property
    def licence(self) -> str:
        """Name or SPDX id of the licence; ``unknown`` where the config does not say."""
        return str(self.config.get("licence", "unknown"))

    @property
    def commercial_ok(self) -> bool:
        """Whether commercial use is allowed; what does not say so is not allowed."""
        return self.config.get("commercial_ok") is True

    @property
    def size_bytes(self) -> int:
        """Size of the tensors on disk."""
        return sum(file.stat().st_size for file in self.folder.glob("*.safetensors"))


def embedded_folder() -> Path | None:
    """The weights that come with the package: ``_weights`` when installed, ``weights`` in a checkout."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_weights", package.parent.parent / "weights"):
        if folder.is_dir():
            return folder
    return None


def locate(
    name_or_path: str | Path,
    weights_dir: Path | None = None,
    *,
    commercial_ok: bool = False,
    systems: Collection[str] = (),
) -> Weights:
    """The folder of a weight.

    Args:
        name_or_path: a name such as ``mmvt-small``, a folder, or a hub id such as ``owner/model``.
        weights_dir: the folder of ``--weights``, searched first.
        commercial_ok: take only what may be used commercially.
        systems: take only a weight of one of these; any without them.

    Raises:
        WeightsError: nowhere to be found, without a readable config, of another system, or not for commercial use.
    """
    name = str(name_or_path)
    tried: list[str] = []
    found = _find(name, weights_dir, tried)
    if found is None:
        raise _missing(name, weights_dir, tried)
    if systems and found.system not in systems:
        fitting = [weights.name for weights in listing(weights_dir) if weights.system in systems]
        raise WeightsError(
            f"{found.name} is for {found.system or 'another system'}, not {' or '.join(systems)}",
            hint=f"--model {', '.join(fitting)}" if fitting else "lbvedit models list",
            setting="model",
        )
    if commercial_ok and not found.commercial_ok:
        clean = _clean(found, weights_dir)
        raise WeightsError(
            f"{found.name} may not be used commercially: its licence is {found.licence}",
            hint=f"--model {clean.name} may be"
            if clean
            else "choose another with --model; `lbvedit models list` shows their licences",
            setting="model",
        )
    return found


def locate_default(name: str, weights_dir: Path | None = None, *, commercial_ok: bool = False) -> Weights:
    """The weight to use where the user names none: where ``name`` may not be used commercially, its clean variant.

    Raises:
        WeightsError: as :func:`locate` does.
    """
    found = locate(name, weights_dir)
    clean = _clean(found, weights_dir) if commercial_ok and not found.commercial_ok else None
    return clean or locate(name, weights_dir, commercial_ok=commercial_ok)


def _clean(weights: Weights, weights_dir: Path | None) -> Weights | None:
    """The variant of a weight that learnt from free data alone."""
    found = _find(f"{weights.name}{CLEAN_SUFFIX}", weights_dir, [])
    return found if found is not None and found.commercial_ok else None


def _find(name: str, weights_dir: Path | None, tried: list[str]) -> Weights | None:
    """The first place that has the weight; every place looked at is added to ``tried``."""
    direct = Path(name).expanduser()
    if (direct / CONFIG_FILE).is_file():
        return _opened(direct.name, direct)
    if direct.is_absolute() or name.startswith(("./", "../", "~")):
        tried.append(str(direct))
        return None
    for root in _roots(weights_dir):
        tried.append(str(root / name))
        if (root / name / CONFIG_FILE).is_file():
            return _opened(name, root / name)
    if _is_hub_id(name):
        return _cached(name, tried)
    return None


def _roots(weights_dir: Path | None) -> list[Path]:
    environment = os.environ.get("LBVEDIT_WEIGHTS")
    roots = [weights_dir, Path(environment).expanduser() if environment else None, embedded_folder()]
    return [root for root in roots if root is not None]


def _cached(hub_id: str, tried: list[str]) -> Weights | None:
    from huggingface_hub import constants, try_to_load_from_cache

    tried.append(f"hub cache {constants.HF_HUB_CACHE}")
    for file in (CONFIG_FILE, "model_index.json"):
        path = try_to_load_from_cache(hub_id, file)
        if isinstance(path, str):
            return Weights(hub_id, Path(path).parent, _read_json(Path(path)))
    return None


def _opened(name: str, folder: Path) -> Weights:
    return Weights(name, folder, _read_json(folder / CONFIG_FILE))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read: {error}", hint="copy or pull these weights again") from error
    if not isinstance(value, dict):
        raise WeightsError(f"{path} is not a JSON object", hint="copy or pull these weights again")
    return value


def _missing(name: str, weights_dir: Path | None, tried: Sequence[str]) -> WeightsError:
    """The error of a weight that is nowhere, with what can be done about it."""
    direct = Path(name).expanduser()
    if direct.is_dir():
        return WeightsError(
            f"{direct} has no {CONFIG_FILE}",
            hint=f"a weight is a folder with {CONFIG_FILE} and {TENSOR_FILE}",
            setting="model",
        )
    known = ", ".join(weights.name for weights in listing(weights_dir))
    hint = f"weights here are: {known}" if known else "point --weights or LBVEDIT_WEIGHTS at the folder that has them"
    if _is_hub_id(name):
        hint = fetching(name)
    return WeightsError(f"no weights {name!r}; looked in {'; '.join(tried)}", hint=hint, setting="model")


def fetching(hub_id: str) -> str:
    """The command that brings a hub's model into its cache; lbvedit itself downloads nothing."""
    return f"`hf download {hub_id}` fetches it"


def _is_hub_id(name: str) -> bool:
    return name.count("/") == 1 and not name.startswith(("/", ".", "~"))


def listing(weights_dir: Path | None = None) -> list[Weights]:
    """The manifest: every weight that can be had by name, in the order of the search, each name once.

    Raises:
        WeightsError: a config cannot be read.
    """
    found: dict[str, Weights] = {}
    for root in _roots(weights_dir):
        for config in sorted(root.glob(f"*/{CONFIG_FILE}")):
            found.setdefault(config.parent.name, _opened(config.parent.name, config.parent))
    return list(found.values())


def verify(weights: Weights) -> None:
    """Checks the tensors against the hash in the config.

    Raises:
        WeightsError: no hash, no tensors, or others than recorded.
    """
    file = weights.folder / TENSOR_FILE
    recorded = weights.config.get("sha256")
    if not recorded:
        raise WeightsError(f"{weights.folder / CONFIG_FILE} records no sha256", hint="publish these weights again")
    try:
        with file.open("rb") as stream:
            got = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{file}: {error.strerror}", hint="copy or pull these weights again") from error
    if got != recorded:
        raise WeightsError(
            f"{file} is damaged or incomplete: sha256 {got[:12]}... != {recorded[:12]}...",
            hint="copy or pull these weights again",
        )
    _verified[weights.name] = got


def verified() -> dict[str, str]:
    """The hashes of the weights that this process has verified, as it does before it uses any: name -> SHA-256."""
    return dict(_verified)


_verified: dict[str, str] = {}


def read_tensors(weights: Weights) -> dict[str, Tensor]:
    """The tensors by name, as stored, after :func:`verify`.

    Raises:
        WeightsError: missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    verify(weights)
    try:
        return load_file(weights.folder / TENSOR_FILE)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{weights.folder / TENSOR_FILE}: {error}", hint="publish these weights again") from error


def load_state(model: nn.Module, weights: Weights) -> None:
    """Loads the tensors into a model, every one and no other; they take the model's dtype and device.

    Raises:
        WeightsError: missing, damaged, or of another architecture.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_model

    verify(weights)
    try:
        load_model(model, weights.folder / TENSOR_FILE, strict=True)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"{weights.folder} does not fit {type(model).__name__}: {str(error).splitlines()[0]}",
            hint="these weights are for another version of lbvedit",
        ) from error
