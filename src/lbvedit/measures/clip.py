"""CLIP embeddings through transformers, from weights that are already on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lbvedit.errors import WeightsError
from lbvedit.measures.ssim import unit
from lbvedit.weights import fetching, locate

__all__ = ["CLIP_BASE", "CLIP_LARGE", "PICK_SCORE", "ClipEmbedder"]

CLIP_BASE = "openai/clip-vit-base-patch32"
"""CLIP score of MMVID; consecutive consistency and frame accuracy of FateZero."""

CLIP_LARGE = "openai/clip-vit-large-patch14"
"""Frame consistency and textual alignment of LOVEU-TGVE-2023."""

PICK_SCORE = "yuvalkirstain/PickScore_v1"
"""PickScore; its processor is that of laion/CLIP-ViT-H-14-laion2B-s32B-b79K."""

_PROCESSORS = {PICK_SCORE: "laion/CLIP-ViT-H-14-laion2B-s32B-b79K"}


class ClipEmbedder:
    """Embeds frames and prompts with a CLIP model.

    Args:
        model: a hub id or a folder in the Hugging Face layout.
        weights_dir: searched first.
        device: where to run.
        side: frames are resized to ``side`` x ``side`` before CLIP's own processing, as LOVEU's protocol does.

    Raises:
        WeightsError: the weights are not on this machine.
    """

    def __init__(
        self, model: str, weights_dir: Path | None = None, *, device: str = "cpu", side: int | None = None
    ) -> None:
        from transformers import CLIPImageProcessor, CLIPModel, CLIPTokenizerFast

        found = locate(model, weights_dir)
        words = locate(_PROCESSORS[model], weights_dir) if model in _PROCESSORS else found
        try:
            self._model = CLIPModel.from_pretrained(found.folder, local_files_only=True).to(device).eval()
            self._images: Any = CLIPImageProcessor.from_pretrained(words.folder, local_files_only=True)
            self._tokens: Any = CLIPTokenizerFast.from_pretrained(words.folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise WeightsError(
                f"{found.folder} is incomplete: {str(error).splitlines()[0]}", hint=fetching(model)
            ) from error
        self._device, self._side = device, side

    @property
    def logit_scale(self) -> float:
        """The model's temperature, before the exponential."""
        return float(self._model.logit_scale)

    @torch.no_grad()
    def images(self, frames: Tensor, batch: int = 16) -> Tensor:
        """``frames: (T, 3, H, W)`` uint8 or float in [0, 1] -> ``(T, D)`` unit vectors."""
        frames = unit(frames)
        if self._side is not None:
            frames = torch.nn.functional.interpolate(frames, (self._side, self._side), mode="bicubic", antialias=True)
        embedded = []
        for part in frames.clamp(0, 1).split(batch):
            inputs = self._images(images=list(part), do_rescale=False, return_tensors="pt").to(self._device)
            embedded.append(_pooled(self._model.get_image_features(**inputs)))
        return torch.cat(embedded).float().cpu()

    @torch.no_grad()
    def texts(self, prompts: Sequence[str]) -> Tensor:
        """Prompts, cut at CLIP's 77 tokens -> ``(N, D)`` unit vectors."""
        inputs = self._tokens(list(prompts), padding=True, truncation=True, max_length=77, return_tensors="pt")
        return _pooled(self._model.get_text_features(**inputs.to(self._device))).float().cpu()


def _pooled(output: Any) -> Tensor:
    # transformers 5 wraps the projected features, earlier versions gave the tensor itself.
    features: Tensor = output if isinstance(output, Tensor) else output.pooler_output
    return torch.nn.functional.normalize(features, dim=-1)
