"""Data sets on disk, the same bytes for the same seed on one machine.

::

    OUT/dataset.json          name, seed, pairs of each split, version of the layout
    OUT/train.jsonl           an item a line: "file", its words, and "meta"
    OUT/train/000000.npz      the item's arrays, uint8 or bool frames ``(T, C, H, W)`` among them, compressed losslessly
    OUT/test.jsonl, OUT/test/

A folder is written under another name beside OUT and renamed when it is complete.
"""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from lbvedit.data import actor_edits, actors, e_clevr, mnist, shapes, world_captions
from lbvedit.data.pairs import Split
from lbvedit.data.scenery import scenery
from lbvedit.errors import MediaError, UsageError

__all__ = ["BUILDERS", "Builder", "Built", "build", "made", "split_sizes"]

LAYOUT = 1
"""Version of the layout."""


class Items(Protocol):
    """Items by number, each a mapping of tensors and JSON values."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Builder:
    """A data set that can be built.

    Args:
        summary: one line about it.
        sizes: pairs of train and test by default.
        make: the items of a split: split, seed, size, MNIST's folder, the photos' folder.
        needs_mnist: whether MNIST's folder has to be given.
    """

    summary: str
    sizes: Mapping[str, int]
    make: Callable[[Split, int, int, Path | None, Path | None], Items]
    needs_mnist: bool = False


def _scenes(photos: Path | None, split: str) -> Any:
    return scenery(photos, split) if photos is not None else ()


def _digits(kind: type[mnist.SMnist] | type[mnist.DMnist], *, zero_shot: bool = False) -> Callable[..., Items]:
    def make(split: Split, seed: int, size: int, folder: Path | None, photos: Path | None) -> Items:
        assert folder is not None
        return kind(folder, split, seed, size, zero_shot)

    return make


BUILDERS: dict[str, Builder] = {
    "s-mnist": Builder("one moving digit, replaced or redirected", mnist.SIZES, _digits(mnist.SMnist), True),
    "d-mnist": Builder("two moving digits, one replaced, one redirected", mnist.SIZES, _digits(mnist.DMnist), True),
    "e-clevr": Builder(
        "solids whose properties or final positions change",
        e_clevr.SIZES,
        lambda split, seed, size, folder, photos: e_clevr.EClevr(split, seed, size),
    ),
    "s-mnist-zero-shot": Builder(
        "s-mnist; training never shows 10 of the 40 pairs of digit and direction",
        mnist.SIZES,
        _digits(mnist.SMnist, zero_shot=True),
        True,
    ),
    "d-mnist-zero-shot": Builder(
        "d-mnist; training never shows 10 of the 40 pairs of digit and direction",
        mnist.SIZES,
        _digits(mnist.DMnist, zero_shot=True),
        True,
    ),
    "e-clevr-zero-shot": Builder(
        "e-clevr; training never shows 12 of the 96 kinds of solids",
        e_clevr.SIZES,
        lambda split, seed, size, folder, photos: e_clevr.EClevr(split, seed, size, zero_shot=True),
    ),
    "actors": Builder(
        "clips of actors with referring expressions, masks and flow",
        actors.SIZES,
        lambda split, seed, size, folder, photos: actors.Actors(
            split, seed, size, annotated="some", photos=_scenes(photos, split)
        ),
    ),
    "actor-edits": Builder(
        "actors that do, are or look something else after the edit",
        actor_edits.SIZES,
        lambda split, seed, size, folder, photos: actor_edits.ActorEdits(
            split, seed, size, photos=_scenes(photos, split)
        ),
    ),
    "shapes": Builder(
        "flat moving shapes with text, image, mask, drawing and partial controls",
        shapes.SIZES,
        lambda split, seed, size, folder, photos: shapes.Shapes(split, seed, size),
    ),
    "world-captions": Builder(
        "frames of the world with a sentence each",
        world_captions.SIZES,
        lambda split, seed, size, folder, photos: world_captions.WorldCaptions(
            split, seed, size, photos=_scenes(photos, split)
        ),
    ),
}
"""The data sets by name."""


def split_sizes(name: str, size: int | None = None) -> dict[Split, int]:
    """How many of ``size`` pairs in all go to train and to test: in the paper's ratio, at least one to train."""
    usual = BUILDERS[name].sizes
    if size is None:
        return {"train": usual["train"], "test": usual["test"]}
    if size < 1:
        raise UsageError(f"{size} pairs cannot be built", hint="--size takes at least 1")
    test = min(size - 1, round(size * usual["test"] / (usual["train"] + usual["test"])))
    return {"train": size - test, "test": test}


def made(
    name: str, split: Split, seed: int, mnist: Path | None, photos: Path | None, *, size: int | None = None
) -> Items:
    """The items of a data set, each made when it is asked for.

    Args:
        name: a key of :data:`BUILDERS`.
        split: train or test.
        seed: the seed of everything.
        mnist: folder of MNIST's idx files, for s-mnist and d-mnist.
        photos: folder of photos for backdrops, for the sets made of actors.
        size: items; the split's usual number by default.

    Raises:
        UsageError: no such data set, or MNIST's folder not given.
        MediaError: MNIST or the photos cannot be read.
    """
    builder = _builder(name, mnist)
    return builder.make(split, seed, builder.sizes[split] if size is None else size, mnist, photos)


def _builder(name: str, mnist: Path | None) -> Builder:
    if name not in BUILDERS:
        raise UsageError(f"no data set {name!r}", hint=f"data sets are {', '.join(BUILDERS)}")
    if BUILDERS[name].needs_mnist and mnist is None:
        raise UsageError(f"{name} is made from MNIST", hint="--mnist DIR names the folder of its idx files")
    return BUILDERS[name]


def build(
    name: str,
    out: Path,
    seed: int = 0,
    size: int | None = None,
    mnist: Path | None = None,
    photos: Path | None = None,
    *,
    split: Split | None = None,
    report: Callable[[str, int, int], None] = lambda split, done, total: None,
) -> Path:
    """Writes a data set and returns its folder.

    Args:
        name: a key of :data:`BUILDERS`.
        out: the folder to make; it must not exist, or be empty.
        seed: the seed of everything.
        size: pairs in all; the paper's number by default.
        mnist: folder of MNIST's idx files, for s-mnist and d-mnist.
        photos: folder of photos for backdrops, for the sets made of actors.
        split: only this split.
        report: called with the split, the items done and the items in all.

    Raises:
        UsageError: no such data set, a folder that is not empty, MNIST's folder not given.
        MediaError: MNIST or the photos cannot be read, or the folder cannot be written.
    """
    _builder(name, mnist)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists already", hint="give a new folder to --out")
    sizes = {part: count for part, count in split_sizes(name, size).items() if split in (None, part)}
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        for part, count in sizes.items():
            _write_split(draft, part, made(name, part, seed, mnist, photos, size=count), report)
        about = {"name": name, "seed": seed, "pairs": sizes, "photos": photos is not None, "layout": LAYOUT}
        (draft / "dataset.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        if out.exists():
            out.rmdir()
        draft.rename(out)
    except OSError as error:
        raise MediaError(
            f"{out} cannot be written: {error.strerror or error}",
            hint="check that there is room and that its folder may be written to; --out names another",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return out


def _write_split(folder: Path, split: Split, items: Items, report: Callable[[str, int, int], None]) -> None:
    (folder / split).mkdir()
    with (folder / f"{split}.jsonl").open("w", encoding="utf-8") as lines:
        for index in range(len(items)):
            file = f"{split}/{index:06}.npz"
            arrays: dict[str, Any] = {}
            row: dict[str, Any] = {"file": file}
            for key, value in items[index].items():
                if isinstance(value, Tensor):
                    arrays[key] = value.numpy()
                else:
                    row[key] = _plain(value)
            with (folder / file).open("wb") as target:
                np.savez_compressed(target, **arrays)
            lines.write(json.dumps(row) + "\n")
            report(split, index + 1, len(items))


def _plain(value: Any) -> Any:
    """The value in what JSON knows."""
    if isinstance(value, Tensor | np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


class Built:
    """A built data set, read again: items are as the builder's, with ``meta`` in JSON's types.

    Args:
        folder: what :func:`build` wrote.
        split: train or test.

    Raises:
        MediaError: there is no such split in the folder.
    """

    def __init__(self, folder: Path | str, split: Split = "train") -> None:
        self.folder = Path(folder)
        try:
            text = (self.folder / f"{split}.jsonl").read_text(encoding="utf-8")
        except OSError as error:
            raise MediaError(f"no {split} data set in {folder}", hint="lbvedit data build NAME --out DIR") from error
        self._rows = [json.loads(line) for line in text.splitlines()]

    @property
    def seed(self) -> int:
        """Of what was drawn."""
        return int(self.about["seed"])

    @functools.cached_property
    def about(self) -> dict[str, Any]:
        """What ``dataset.json`` tells."""
        about: dict[str, Any] = json.loads((self.folder / "dataset.json").read_text(encoding="utf-8"))
        return about

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> dict[str, Any]:
        """An item's words and ``meta``, without reading its arrays."""
        return dict(self._rows[index])

    def __getitem__(self, index: int) -> dict[str, Any]:
        row = self.row(index)
        with np.load(self.folder / row.pop("file")) as arrays:
            return row | {key: torch.from_numpy(arrays[key]) for key in arrays.files}
