"""The figures of "Show Me What and Tell Me How" (CVPR 2022).

The paper's tables could not be read; the two rows here are those of the authors' released code.
"""

from __future__ import annotations

from lbvedit.evaluation.table import Column, Row, Table

__all__ = ["VOXCELEB"]

VOXCELEB = Table(
    "Multimodal VoxCeleb, text to video",
    "Han et al., CVPR 2022, arXiv 2203.02573, README of the released code",
    (
        Column("fvd", "FVD", digits=2),
        Column("prd_f8", "F8", digits=3),
        Column("prd_f1/8", "F1/8", digits=3),
        Column("clip_score", "CLIP", digits=3),
    ),
    (Row("ART-V", (70.95, None, None, None)), Row("MMVID, the paper's (100k steps)", (59.46, None, None, None))),
    (
        "FVD needs the I3D of TF-Hub (400 logits, 2,048 clips); ours from another network carries another name.",
        "The released code prints F8 and F1/8 in each other's place; here F8 weighs recall.",
    ),
)
