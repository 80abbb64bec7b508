"""An M3L weight that is ready to edit: loaded, on its device, from uint8 frames and words to uint8 frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from lbvedit.nn.words import encode, load_tokenizer, unknown_words
from lbvedit.systems.m3l import M3L, Attention, Instruction, M3LConfig
from lbvedit.weights import load_state, locate

__all__ = ["M3LEditor"]


class M3LEditor:
    """Loads a weight and edits clips of the size that it was trained on.

    Args:
        name: a name among the weights, a folder, or a hub id.
        folder: a folder that is searched first.
        device: where to run.
        dtype: of the features; frames and softmaxes stay in fp32.

    Attributes:
        size: height and width that the weight was trained at.

    Raises:
        WeightsError: the weight is missing or does not check.
    """

    def __init__(
        self,
        name: str,
        folder: Path | None = None,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        found = locate(name, folder)
        self.name = found.name
        self.tokenizer = load_tokenizer(found.folder / "tokenizer.json")
        config = M3LConfig.from_json(found.config["architecture"])
        self.size = config.size
        model = M3L(config)
        load_state(model, found)
        self.device, self.dtype = torch.device(device), dtype
        self.model = model.eval().to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def unknown_words(self, instruction: str) -> list[str]:
        """The words of an instruction that the weight never saw."""
        return unknown_words(self.tokenizer, instruction)

    def frames(self, source: Tensor, instruction: str, attention: Attention | None = None) -> Iterator[Tensor]:
        """The edited frames one by one, ``(3, H, W)`` uint8.

        Args:
            source: ``(T, 3, H, W)`` uint8, best of :attr:`size`.
            instruction: what to do.
            attention: is filled with the weights of the last decoder layer, if given.
        """
        signed = source.to(self.device).float()[None] / 127.5 - 1
        with torch.inference_mode(), torch.autocast(self.device.type, self.dtype, self.dtype != torch.float32):
            text = self._read(instruction)
            for frame in self.model.edit(signed, text, attention):
                yield ((frame[0].float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).cpu()

    def edit(self, source: Tensor, instruction: str) -> Tensor:
        """The whole edited clip, ``(T, 3, H, W)`` uint8; see :meth:`frames`."""
        return torch.stack(list(self.frames(source, instruction)))

    def _read(self, instruction: str) -> Instruction:
        ids, present = encode(self.tokenizer, [instruction])
        return self.model.read(ids.to(self.device), present.to(self.device))
