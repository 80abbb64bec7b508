"""The columns of "Edit Temporal-Consistent Videos with Image Diffusion Model" (ACM TOMM 2024).

Tables I to III exist, but their numbers could not be read; the columns stand for our own rows.
"""

from __future__ import annotations

from lbvedit.evaluation.table import Column, Table

__all__ = ["LOVEU"]

LOVEU = Table(
    "LOVEU-TGVE-2023",
    "Wang et al., ACM TOMM 2024, arXiv 2308.09091: the numbers of its tables could not be read",
    (
        Column("frame_consistency", "Frame consistency", 100, 2),
        Column("textual_alignment", "Textual alignment", 1, 2),
        Column("pick_score", "PickScore", 1, 2),
    ),
    notes=(
        "Frame consistency: mean cosine over all pairs of frames, times 100, frames resized to 480x480.",
        "Textual alignment: 100 times the mean cosine of frames and prompt. Both with CLIP ViT-L/14.",
    ),
)
