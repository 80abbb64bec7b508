"""What it takes to train an M3L within a second: a tiny system, some drawn digits, pairs in the layout of the world."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

TINY = {
    "device": "cpu",
    "precision": "fp32",
    "steps": 2,
    "batch_size": 2,
    "frames": 6,
    "checkpoint_minutes": 10,
    "model": {
        "visual_dim": 8,
        "text_dim": 8,
        "strides": [4, 2, 2],
        "kernel_t": 2,
        "heads": 2,
        "window": 2,
        "discriminator_dim": 4,
        "text": {
            "hidden_size": 8,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 8,
            "max_position_embeddings": 64,
        },
    },
}
"""Settings of ``M3LTraining``."""


def write_digits(folder: Path) -> Path:
    """MNIST's four files with twenty strokes each instead of digits."""
    rng = np.random.default_rng(0)
    for name in ("train", "t10k"):
        images = np.zeros((20, 28, 28), np.uint8)
        for number, image in enumerate(images):
            x, y = rng.integers(4, 20, 2)
            image[4 + number % 3 : 24, x : x + 3] = 255
            image[y : y + 3, 4:24] = 255
        _write_idx(folder / f"{name}-images-idx3-ubyte.gz", images)
        _write_idx(folder / f"{name}-labels-idx1-ubyte.gz", (np.arange(20) % 10).astype(np.uint8))
    return folder


def _write_idx(path: Path, values: np.ndarray) -> None:
    header = np.array([0x800 + values.ndim, *values.shape], dtype=">i4").tobytes()
    path.write_bytes(gzip.compress(header + values.tobytes(), 1))


def write_pairs(folder: Path, solids: Sequence[Sequence[int]]) -> None:
    """A built data set whose pairs show one square of each of some solids, in both splits."""
    rng = np.random.default_rng(0)
    for split in ("train", "test"):
        (folder / split).mkdir(parents=True)
        lines = []
        for number, solid in enumerate(solids):
            source = np.full((5, 3, 32, 32), 128, np.uint8)
            target = source.copy()
            for t in range(5):
                source[t, :, 8:16, 4 + t : 12 + t] = target[t, :2, 8:16, 4 + t : 12 + t] = rng.integers(256)
            file = f"{split}/{number:06}.npz"
            changed = (source != target).any(axis=1, keepdims=True)
            np.savez_compressed(folder / file, source=source, target=target, changed=changed)
            meta = {"kind": "property", "solid": 0, "reference": -1, "relation": ""} | {
                "attributes": [[list(solid)], [list(solid)]],
                "centres": [[[[8 + t, 12] for t in range(5)]]] * 2,
                "feet": [[[[8 + t, 15] for t in range(5)]]] * 2,
            }
            lines.append(json.dumps({"file": file, "instruction": "make the cube blue", "meta": meta}))
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "dataset.json").write_text(json.dumps({"seed": 0}))
