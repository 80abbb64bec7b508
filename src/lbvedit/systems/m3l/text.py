"""Word embeddings e_w and the sentence embedding e_X. Eq. (1)."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

__all__ = ["TextEncoder"]


class TextEncoder(nn.Module):
    """RoBERTa, in any size: the public one, or a small one that is trained with the system. Eq. (1).

    Args:
        options: keyword arguments of ``transformers.RobertaConfig``.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        # transformers takes a second to import and only systems with a text encoder of their own need it.
        from transformers import RobertaConfig, RobertaModel

        self.roberta = RobertaModel(RobertaConfig(**options), add_pooling_layer=False)

    def forward(self, ids: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Embeds instructions.

        Args:
            ids: ``(B, 1 + L)`` token numbers, the sentence token first.
            present: ``(B, 1 + L)`` bool, False for padding.

        Returns:
            Words ``(B, L, C_x)`` and sentence ``(B, C_x)``.
        """
        hidden = self.roberta(input_ids=ids, attention_mask=present.long()).last_hidden_state
        return hidden[:, 1:], hidden[:, 0]
