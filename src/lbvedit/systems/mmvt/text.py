"""Sec. 3.1: the linguistic encoder, BERT and its projection."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from lbvedit.systems.mmvt.config import TextConfig

__all__ = ["Language", "TextEncoder"]


class Language(NamedTuple):
    """An expression as features.

    Attributes:
        tokens: z_L, ``(B, L, C)``.
        sentence: the [CLS] token of z_L, ``(B, C)``.
        raw: BERT's own [CLS] token, ``(B, D)``, which the alignment loss compares.
        keep: ``(B, L)`` bool, False for padding.
    """

    tokens: Tensor
    sentence: Tensor
    raw: Tensor
    keep: Tensor

    def select(self, index: Tensor) -> Language:
        """The expressions at ``index``."""
        return Language(*(part[index] for part in self))


class TextEncoder(nn.Module):
    """BERT, then a 1x1 convolution and batch norm to the common width.

    Differs: any tokenizer of BERT's layout, so unknown words are split into pieces where it can; the authors turn each
    unknown word into [UNK]. Batch norm sees the tokens that are there and not the padding, so a longer batch does not
    change its statistics.
    """

    def __init__(self, config: TextConfig, width: int) -> None:
        super().__init__()
        self.bert = BertModel(
            BertConfig(
                vocab_size=config.vocabulary,
                hidden_size=config.width,
                num_hidden_layers=config.layers,
                num_attention_heads=config.heads,
                intermediate_size=config.mlp_width,
                max_position_embeddings=max(config.max_tokens, 512 if config.width == 768 else 0),
                pad_token_id=config.padding,
                hidden_dropout_prob=config.dropout,
                attention_probs_dropout_prob=config.dropout,
            ),
            add_pooling_layer=False,
        )
        self.project = nn.Linear(config.width, width)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, tokens: Tensor, keep: Tensor) -> Language:
        """``tokens: (B, L)`` ids with [CLS] first; ``keep: (B, L)`` bool, False for padding."""
        keep = keep.bool()
        hidden = self.bert(input_ids=tokens, attention_mask=keep.long()).last_hidden_state
        projected = self.project(hidden)
        z_L = torch.zeros_like(projected)
        z_L[keep] = self.norm(projected[keep]).to(z_L.dtype)
        return Language(z_L, z_L[:, 0], hidden[:, 0], keep)
