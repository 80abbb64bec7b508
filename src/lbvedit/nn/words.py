"""A word-level tokenizer for text encoders that are trained with their system.

Small corpora have small vocabularies, so a word is a token. The files are the ``tokenizer.json`` of the tokenizers
library and the special tokens have RoBERTa's numbers, so transformers reads both without knowing where they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor

__all__ = ["UNKNOWN_ID", "encode", "load_tokenizer", "train_tokenizer", "unknown_words"]

START, PADDING, END, UNKNOWN = "<s>", "<pad>", "</s>", "<unk>"

UNKNOWN_ID = 3
"""Number of the last special token; those of words follow."""


def train_tokenizer(sentences: Iterable[str], *, size: int = 8192, min_frequency: int = 1) -> Tokenizer:
    """A tokenizer whose vocabulary is the words of some sentences, lower case, punctuation apart.

    Args:
        sentences: the corpus.
        size: the most words to keep, the frequent first.
        min_frequency: how often a word must occur.
    """
    tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordLevelTrainer(
        vocab_size=size, min_frequency=min_frequency, special_tokens=[START, PADDING, END, UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator(sentences, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, 0), (END, 2)]
    )
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a ``tokenizer.json``."""
    return Tokenizer.from_file(str(path))


def encode(tokenizer: Tokenizer, sentences: Sequence[str], longest: int | None = None) -> tuple[Tensor, Tensor]:
    """Token numbers of sentences, padded to the longest.

    Args:
        tokenizer: from this module, or any other of the tokenizers library.
        sentences: B sentences.
        longest: the most tokens to keep, special ones included.

    Returns:
        Numbers ``(B, L)`` int64 and presence ``(B, L)`` bool, False for padding.

    Raises:
        ValueError: the tokenizer knows no padding.
    """
    rows = [encoding.ids for encoding in tokenizer.encode_batch(list(sentences))]
    if longest is not None:
        rows = [row if len(row) <= longest else [*row[: longest - 1], row[-1]] for row in rows]
    length = max(map(len, rows), default=0)
    padding = tokenizer.token_to_id(PADDING)
    if padding is None:
        raise ValueError(f"the tokenizer has no {PADDING} token")
    ids = torch.full((len(rows), length), padding, dtype=torch.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
    lengths = torch.tensor([len(row) for row in rows])
    return ids, torch.arange(length) < lengths[:, None]


def unknown_words(tokenizer: Tokenizer, sentence: str) -> list[str]:
    """The words of a sentence that the vocabulary lacks, in their order and lower case."""
    encoding = tokenizer.encode(sentence)
    unknown = tokenizer.token_to_id(UNKNOWN)
    spans = [span for number, span in zip(encoding.ids, encoding.offsets, strict=True) if number == unknown]
    return [sentence[start:end].lower() for start, end in spans]
