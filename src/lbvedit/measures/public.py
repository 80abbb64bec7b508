"""The public networks of FAD, VAD and FVD: converted once from their checkpoints, then loaded like any weight.

::

    python -m lbvedit.measures.public inception-v3 inception_v3_google-0cc3c7bd.pth weights/inception-v3
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors.torch import save_model
from torch import Tensor, nn

from lbvedit.errors import WeightsError
from lbvedit.measures.i3d import I3D
from lbvedit.measures.inception import InceptionV3
from lbvedit.measures.resnext3d import ResNeXt3D
from lbvedit.measures.ssim import unit
from lbvedit.weights import CONFIG_FILE, TENSOR_FILE, listing, load_state, locate

__all__ = ["NETWORKS", "convert", "features_at_hand", "frame_features", "video_features"]

NETWORKS: dict[str, type[InceptionV3] | type[I3D] | type[ResNeXt3D]] = {
    "inception-v3": InceptionV3,
    "i3d-kinetics400": I3D,
    "resnext3d-101": ResNeXt3D,
}
_LEFT_OUT = ("AuxLogits.",)


def convert(name: str, checkpoint: Path, folder: Path) -> None:
    """Writes a public PyTorch checkpoint as a weight of ours: safetensors and a config.

    Args:
        name: one of :data:`NETWORKS`.
        checkpoint: a state dict, or a dict with one under ``state_dict``.
        folder: where the weight goes; its name should be ``name``.

    Raises:
        WeightsError: the checkpoint cannot be read, or is of another network.
    """
    if name not in NETWORKS:
        raise WeightsError(f"no network {name!r}", hint=f"networks are {', '.join(NETWORKS)}")
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, UnpicklingError) as error:
        raise WeightsError(
            f"{checkpoint} cannot be read: {str(error).splitlines()[0]}",
            hint="a state dict as torch.save writes it, without code: save it again, or download it again",
        ) from error
    state = state.get("state_dict", state)
    state = {key.removeprefix("module."): value for key, value in state.items() if not key.startswith(_LEFT_OUT)}
    network = NETWORKS[name]()
    # Checkpoints older than batch norm's step counter lack it; it plays no part in evaluation.
    expected = network.state_dict()
    state |= {key: expected[key] for key in expected if key.endswith("num_batches_tracked") and key not in state}
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise WeightsError(
            f"{checkpoint} is not {name}: {str(error).splitlines()[1].strip()}",
            hint=f"give the checkpoint of {name}, or the network that it is of: {', '.join(NETWORKS)}",
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    save_model(network, str(folder / TENSOR_FILE))
    (folder / TENSOR_FILE).chmod(0o644)
    sha256 = hashlib.sha256((folder / TENSOR_FILE).read_bytes()).hexdigest()
    described = {"name": name, "system": name, "architecture": {}, "licence": "unknown", "sha256": sha256}
    (folder / CONFIG_FILE).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


def _loaded(name: str, weights: Path | None, device: str) -> nn.Module:
    found = locate(name, weights)
    network = NETWORKS[name]()
    load_state(network, found)
    return network.eval().to(device)


def frame_features(weights: Path | None = None, device: str = "cpu") -> Callable[[Tensor], Tensor]:
    """FAD's network: a video ``(T, 3, H, W)`` uint8 -> ``(T, 2048)``.

    Raises:
        WeightsError: Inception-v3 is not on this machine.
    """
    network = _loaded("inception-v3", weights, device)
    assert isinstance(network, InceptionV3)

    @torch.no_grad()
    def features(video: Tensor) -> Tensor:
        return torch.cat([network.features(unit(part).to(device)).cpu() for part in video.split(16)])

    return features


def video_features(
    name: str = "resnext3d-101", weights: Path | None = None, device: str = "cpu", *, logits: bool = False
) -> Callable[[Tensor], Tensor]:
    """VAD's or FVD's network: a video ``(T, 3, H, W)`` uint8 -> ``(1, D)``.

    Args:
        name: ``resnext3d-101`` or ``i3d-kinetics400``.
        weights: folder searched first.
        device: where to run.
        logits: the logits, as FVD wants, instead of the activations before them.

    Raises:
        WeightsError: the network is not on this machine.
    """
    network = _loaded(name, weights, device)
    assert isinstance(network, I3D | ResNeXt3D)

    @torch.no_grad()
    def features(video: Tensor) -> Tensor:
        clip = unit(video)[None].to(device)
        return (network(clip) if logits else network.features(clip)).cpu()

    return features


def features_at_hand(
    weights: Path | None = None, device: str = "cpu", *, video_network: str = "resnext3d-101"
) -> dict[str, Callable[[Tensor], Tensor]]:
    """``fad`` and ``vad``, each only if its network is on this machine; see :func:`convert`.

    Args:
        weights: folder searched first.
        device: where to run.
        video_network: of ``vad``: ``resnext3d-101``, or ``i3d-kinetics400`` for gestures.

    Raises:
        WeightsError: a network is here, but damaged.
    """
    here = {found.name for found in listing(weights)}
    found: dict[str, Callable[[Tensor], Tensor]] = {}
    if "inception-v3" in here:
        found["fad"] = frame_features(weights, device)
    if video_network in here:
        found["vad"] = video_features(video_network, weights, device)
    return found


if __name__ == "__main__":
    convert(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
