"""What DeepLab saw in the photos, for distillation: ``python -m lbvedit.training.teacher DATA OUT``.

Reads ``DATA/teachers/deeplabv3_mnv2_pascal_quant.tflite`` and writes to OUT, for every photo, the network's class
logits and its features, the latter in their 128 principal components. Needs ``ai-edge-litert`` and ``flatbuffers``,
which lbvedit itself does not. Only what is learnt from these files enters a weight, never the network.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lbvedit.data.corpus import optional_module
from lbvedit.data.photos import Photos

__all__ = ["Teacher", "watch"]

SIDE_PX = 513
CELLS = 33
COMPONENTS = 128
SAMPLE = 260
"""Photos from which the principal components are found."""

DEEPEST, POOLED, LOGITS = 170, 180, 182
"""Numbers of the tensors: the last block of MobileNetV2, what DeepLab joins for its classes, and these."""


class Teacher:
    """DeepLabv3 on MobileNetV2, cut before its logits are enlarged."""

    def __init__(self, model: Path, threads: int = 2) -> None:
        schema = optional_module("ai_edge_litert.schema_py_generated", "distillation")
        runtime = optional_module("ai_edge_litert.interpreter", "distillation")
        builder = optional_module("flatbuffers", "distillation").Builder(1 << 20)
        network = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model.read_bytes(), 0))
        graph = network.subgraphs[0]
        graph.outputs = [DEEPEST, POOLED, LOGITS]
        graph.operators = [operator for operator in graph.operators if max(operator.outputs) <= LOGITS]
        network.signatureDefs = network.metadata = None
        builder.Finish(network.Pack(builder), b"TFL3")
        self._interpreter: Any = runtime.Interpreter(model_content=bytes(builder.Output()), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self.scales = {d["index"]: d["quantization"] for d in self._interpreter.get_output_details()}

    def __call__(self, image: NDArray[np.uint8]) -> dict[int, NDArray[np.uint8]]:
        """The three tensors, ``(33, 33, C)`` uint8 each, of ``(H, W, 3)`` whose longer side spans all cells."""
        picture = Image.fromarray(image)
        factor = SIDE_PX / max(picture.size)
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        canvas = np.full((1, SIDE_PX, SIDE_PX, 3), 127, dtype=np.uint8)
        canvas[0, : size[1], : size[0]] = np.asarray(picture.resize(size, Image.Resampling.BILINEAR))
        self._interpreter.set_tensor(self._input, canvas)
        self._interpreter.invoke()
        return {number: self._interpreter.get_tensor(number)[0] for number in self.scales}

    def real(self, number: int, tensor: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A tensor's values."""
        step, zero = self.scales[number]
        return (tensor.astype(np.float32) - zero) * step


def watch(data: Path, out: Path) -> None:
    """Writes ``features.npy``, ``logits.npy`` and ``scales.json``."""
    teacher = Teacher(data / "teachers" / "deeplabv3_mnv2_pascal_quant.tflite")
    photos = Photos(data / "photos", side=SIDE_PX)
    drawn = np.random.default_rng(0).choice(len(photos), min(SAMPLE, len(photos)), replace=False)
    blocks: dict[int, list[NDArray[np.float32]]] = {DEEPEST: [], POOLED: []}
    for index in drawn:
        image = photos[int(index)].image
        rows, columns = (side * CELLS // max(image.shape) for side in image.shape[:2])
        seen = teacher(image)
        for number, found in blocks.items():
            inside = teacher.real(number, seen[number])[: rows + 1, : columns + 1]
            found.append(inside.reshape(-1, inside.shape[-1]))
    joined = {number: np.concatenate(found) for number, found in blocks.items()}
    means = {number: values.mean(axis=0) for number, values in joined.items()}
    spreads = {number: float(np.sqrt(values.var(axis=0).sum())) for number, values in joined.items()}
    sample = np.concatenate([(joined[n] - means[n]) / spreads[n] for n in joined], axis=1)
    _, vectors = np.linalg.eigh(sample.T @ sample)
    components = vectors[:, ::-1][:, :COMPONENTS]
    scale = np.abs(sample @ components).max(axis=0) / 127 * 0.9

    out.mkdir(parents=True, exist_ok=True)
    shape = (len(photos), CELLS, CELLS)
    features = np.lib.format.open_memmap(out / "features.npy", "w+", np.int8, (*shape, COMPONENTS))
    logits = np.lib.format.open_memmap(out / "logits.npy", "w+", np.uint8, (*shape, 21))
    for index in range(len(photos)):
        seen = teacher(photos[index].image)
        whole = np.concatenate([(teacher.real(n, seen[n]) - means[n]) / spreads[n] for n in blocks], axis=-1)
        features[index] = np.clip(np.round(whole @ components / scale), -127, 127)
        logits[index] = seen[LOGITS]
    scales = {
        "features": [float(value) for value in scale],
        "logits": [float(teacher.scales[LOGITS][0]), int(teacher.scales[LOGITS][1])],
        "names": {photos.name(index): index for index in range(len(photos))},
    }
    (out / "scales.json").write_text(json.dumps(scales), encoding="utf-8")


if __name__ == "__main__":
    watch(Path(sys.argv[1]), Path(sys.argv[2]))
