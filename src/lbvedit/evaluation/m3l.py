"""The tables of "M3L: Language-based Video Editing via Multi-Modal Multi-Level Transformers" (CVPR 2022)."""

from __future__ import annotations

from lbvedit.evaluation.table import Column, Row, Table

__all__ = ["ABLATION", "EMBEDDED", "EMBEDDED_NOTE", "HUMAN", "OVERALL", "ZERO_SHOT"]

SOURCE = "Fu et al., CVPR 2022, arXiv 2104.01122"
_SSIM = "Our SSIM: 7x7 windows, data range 1, times 100; the paper does not state its settings."
_DISTANCES = "FAD and VAD need Inception-v3 and 3D-ResNeXt or I3D; ours from other networks carry other names."


EMBEDDED = (
    Column("fad-embedded", "FAD, embedded", digits=2),
    Column("vad-embedded", "VAD, embedded", digits=2),
)
EMBEDDED_NOTE = "FAD and VAD, embedded: paired distances by small networks of our own, which name what such clips show."


def _columns(digits: int, *more: Column) -> tuple[Column, ...]:
    return (
        Column("ssim", "SSIM", digits=digits),
        Column("fad", "FAD", digits=2),
        Column("vad", "VAD", digits=2),
        *more,
    )


_GA = Column("gesture_accuracy", "GA %", 100)

OVERALL = {
    "s-mnist": Table(
        "Table 2, S-MNIST",
        f"{SOURCE}, Table 2",
        _columns(1),
        (
            Row("pix2pix", (86.0, 1.31, 2.06)),
            Row("vid2vid", (90.0, 0.96, 1.30)),
            Row("E3D-LSTM", (91.8, 0.80, 1.29)),
            Row("M3L, the paper's", (93.2, 0.80, 1.28)),
        ),
        (_SSIM, _DISTANCES),
    ),
    "d-mnist": Table(
        "Table 2, D-MNIST",
        f"{SOURCE}, Table 2",
        _columns(1),
        (
            Row("pix2pix", (63.7, 2.13, 3.05)),
            Row("vid2vid", (82.0, 1.51, 2.30)),
            Row("E3D-LSTM", (84.0, 1.41, 2.10)),
            Row("M3L, the paper's", (87.9, 1.24, 1.90)),
        ),
        (_SSIM, _DISTANCES),
    ),
    "e-clevr": Table(
        "Table 2, E-CLEVR",
        f"{SOURCE}, Table 2",
        _columns(1),
        (
            Row("pix2pix", (80.1, 2.05, 2.84)),
            Row("vid2vid", (94.0, 1.45, 2.21)),
            Row("E3D-LSTM", (94.2, 1.44, 2.11)),
            Row("M3L, the paper's", (96.8, 1.32, 1.96)),
        ),
        (_SSIM, _DISTANCES),
    ),
    "e-jester": Table(
        "Table 2, E-JESTER",
        f"{SOURCE}, Table 2",
        _columns(1, _GA),
        (
            Row("pix2pix", (74.6, 1.62, 2.00, 8.6)),
            Row("vid2vid", (82.0, 1.50, 1.62, 82.0)),
            Row("E3D-LSTM", (88.6, 1.10, 1.55, 83.6)),
            Row("M3L, the paper's", (91.7, 1.04, 1.44, 89.3)),
        ),
        (_SSIM, _DISTANCES),
    ),
}
"""Table 2 by corpus."""

ABLATION = Table(
    "Table 3, without instruction or multi-level fusion, E-JESTER",
    f"{SOURCE}, Table 3",
    _columns(1, _GA),
    (
        Row("no instruction, no MLF", (78.8, 1.49, 1.99, 4.7)),
        Row("instruction, no MLF", (89.6, 1.16, 1.50, 85.4)),
        Row("instruction and MLF", (91.7, 1.04, 1.44, 89.3)),
    ),
    (_SSIM, _DISTANCES),
)

ZERO_SHOT = {
    "d-mnist": Table(
        "Table 4, zero-shot generalization, D-MNIST (10 of 40 combinations held out)",
        f"{SOURCE}, Table 4",
        _columns(2),
        (Row("no MLF", (72.89, 1.91, 2.64)), Row("MLF", (77.84, 1.75, 2.35))),
        (_SSIM, _DISTANCES),
    ),
    "e-clevr": Table(
        "Table 4, zero-shot generalization, E-CLEVR (12 of 96 combinations held out)",
        f"{SOURCE}, Table 4",
        _columns(2),
        (Row("no MLF", (86.61, 1.70, 2.32)), Row("MLF", (90.07, 1.51, 2.29))),
        (_SSIM, _DISTANCES),
    ),
}
"""Table 4 by corpus."""

HUMAN = Table(
    "Table 5, human judges, E-JESTER (75 samples, three workers each)",
    f"{SOURCE}, Table 5",
    (Column("with_mlf", "with MLF %"), Column("without_mlf", "without %"), Column("tie", "tie %")),
    (
        Row("video quality", (67.1, 27.1, 5.8)),
        Row("video-instruction alignment", (53.3, 35.1, 11.6)),
        Row("similarity to the ground truth", (59.6, 28.9, 11.6)),
    ),
)
