"""An M3L weight that is ready to edit: loaded, on its device, from uint8 frames and words to uint8 frames."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from lbvedit.errors import WeightsError
from lbvedit.measures.domain import Domain, read_domain
from lbvedit.nn.words import encode, load_tokenizer, unknown_words
from lbvedit.systems.m3l import Attention, Instruction, M3LConfig, Past
from lbvedit.systems.m3l.baselines import SYSTEMS, make_system
from lbvedit.weights import Weights, load_state, locate

__all__ = ["M3LEditor", "domains"]


class M3LEditor:
    """Loads a weight, of M3L or of one of its baselines, and edits clips of the size that it was trained on.

    Args:
        name: a name among the weights, a folder, or a hub id.
        folder: a folder that is searched first.
        device: where to run.
        dtype: of the features; frames and softmaxes stay in fp32.
        commercial_ok: refuse a weight that may not be used commercially.

    Attributes:
        size: height and width that the weight was trained at.
        frame_count: frames of the longest clips that it was trained on.

    Raises:
        WeightsError: the weight is missing, does not check, or is another system's.
    """

    def __init__(
        self,
        name: str | Path,
        folder: Path | None = None,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
        commercial_ok: bool = False,
    ) -> None:
        found = locate(name, folder, commercial_ok=commercial_ok)
        if found.system not in SYSTEMS:
            raise WeightsError(
                f"{found.name} is for {found.system or 'another system'}, not m3l", hint="lbvedit models list"
            )
        self.name = found.name
        self.sha256 = str(found.config.get("sha256", ""))
        self.tokenizer = load_tokenizer(found.folder / "tokenizer.json")
        config = M3LConfig.from_json(found.config["architecture"])
        self.size = config.size
        self.frame_count = int(found.config["frames"])
        model = make_system(found.system, config)
        load_state(model, found)
        self.device, self.dtype = torch.device(device), dtype
        self.model = model.eval().to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def unknown_words(self, instruction: str) -> list[str]:
        """The words of an instruction that the weight never saw."""
        return unknown_words(self.tokenizer, instruction)

    def edit(
        self, source: Tensor, instruction: str, attention: Attention | None = None, past: Past | None = None
    ) -> Tensor:
        """The edited frames, ``(T, 3, H, W)`` uint8; only those after what they go on from.

        Args:
            source: ``(T, 3, H, W)`` uint8, best of :attr:`size` and no longer than :attr:`frame_count`.
            instruction: what to do.
            attention: is filled with the weights of the last decoder layer, if given.
            past: what to go on from, if the video does not begin here; its sprites move on.
        """
        with torch.inference_mode(), torch.autocast(self.device.type, self.dtype, self.dtype != torch.float32):
            text = self._read(instruction)
            edited = torch.cat(list(self.model.edit(self.signed(source), text, attention, past)))
        return ((edited.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu()

    def tokens(self, instruction: str) -> list[str]:
        """The words as the weight reads them, in the order of the attention's last axis."""
        return [str(token) for token in self.tokenizer.encode(instruction).tokens[1:]]

    def words(self) -> list[str]:
        """The words that the weight knows, from a to z."""
        return sorted(word for word in self.tokenizer.get_vocab() if word.isalnum())

    def signed(self, frames: Tensor) -> Tensor:
        """Frames ``(T, 3, H, W)`` uint8 as the system takes them, ``(1, T, 3, H, W)`` in [-1, 1]."""
        return frames.to(self.device).float()[None] / 127.5 - 1

    def _read(self, instruction: str) -> Instruction:
        ids, present = encode(self.tokenizer, [instruction])
        return self.model.read(ids.to(self.device), present.to(self.device))


def domains(weights: Weights) -> list[Domain]:
    """What the clips look like that a weight was trained on, a corpus each; none where its config does not say."""
    return [read_domain(each) for each in weights.config.get("domain", ())]
