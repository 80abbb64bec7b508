"""Tiny folders of photos and sequences in the layout that ``lbvedit.data.photos`` reads."""

import io
import json
import tarfile

import numpy as np
from PIL import Image


def _png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def _write(path, files):
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def photo(number, *, size=96):
    """A red dog on the left and a blue dog on the right, on green: ``image`` and ``labels``."""
    rng = np.random.default_rng(number)
    image = np.full((size, size + 32, 3), (40, 160, 40), np.uint8)
    image += rng.integers(0, 40, size=image.shape, dtype=np.uint8)
    labels = np.zeros(image.shape[:2], np.uint8)
    for x, color in ((10, (200, 20, 20)), (80, (20, 30, 200))):
        image[30:70, x : x + 34] = color
        labels[30:70, x : x + 34] = 12
    labels[:4] = 255
    return image, labels


def photos(folder, count=40):
    """Photos in ``000.tar``; in every second one a person's mask beats an empty machine's."""
    files, rows = {}, []
    for number in range(count):
        image, labels = photo(number)
        by_hand = number % 2 == 0
        files[f"{number}.webp"] = _png(image)
        files[f"{number}.png"] = _png(np.zeros_like(labels) if by_hand else labels)
        row = {"file": f"{number}.webp", "mask": f"{number}.png", "gt": None, "classes": {"dog": 0.2}}
        if by_hand:
            files[f"{number}.gt.png"] = _png(labels)
            row |= {"gt": f"{number}.gt.png", "gt_classes": {"dog": 0.2, "ignore": 0.04}}
        rows.append(row)
    files["index.jsonl"] = "\n".join(map(json.dumps, rows)).encode()
    _write(folder / "000.tar", files)
    return folder


def sequences(folder, name="davis-train", sequence="bear", frames=6):
    """One sequence of a square that moves to the right."""
    files = {}
    for number in range(frames):
        image, mask = np.full((60, 90, 3), 90, np.uint8), np.zeros((60, 90), np.uint8)
        box = (slice(20, 40), slice(10 + 4 * number, 30 + 4 * number))
        image[box], mask[box] = (200, 40, 40), 1
        files[f"{sequence}/{number:05}.jpg"] = _png(image)
        files[f"{sequence}/{number:05}.png"] = _png(mask)
    about = {"noun": "the red square", "sentence": "a red square sliding to the right", "voc": None}
    (folder / f"{name}.index.json").write_text(json.dumps({"sequences": {sequence: about}}))
    _write(folder / f"{name}.tar", files)
    return folder
