import hashlib
import json

import pytest
import torch

from lbvedit.data.build import BUILDERS, Built, build, split_sizes
from lbvedit.data.shapes import Shapes
from lbvedit.errors import MediaError, UsageError


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    first, again, other = (build("shapes", tmp_path / name, seed, 4) for name, seed in (("a", 5), ("b", 5), ("c", 6)))
    assert digest(first) == digest(again)
    assert digest(first) != digest(other)
    assert "train/000000.npz" in digest(first)


def test_what_was_built_reads_as_the_items_it_was_built_from(tmp_path):
    built = Built(build("shapes", tmp_path / "out", 3, 11))
    assert len(built) == 10
    assert len(Built(tmp_path / "out", "test")) == 1
    item, source = built[2], Shapes("train", 3, 10)[2]
    assert item["text"] == source["text"]
    assert item["meta"] == source["meta"]
    assert torch.equal(item["frames"], source["frames"])
    about = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert about["pairs"] == {"train": 10, "test": 1}


def test_e_clevr_is_built_with_its_ground_truth(tmp_path):
    item = Built(build("e-clevr", tmp_path / "out", 0, 1))[0]
    assert item["source"].shape == (20, 3, 128, 128)
    assert len(item["meta"]["attributes"]) == 2
    assert isinstance(item["instruction"], str)


def test_pairs_are_split_in_the_papers_ratio():
    assert split_sizes("s-mnist") == {"train": 11070, "test": 738}
    assert split_sizes("s-mnist", 160) == {"train": 150, "test": 10}
    assert split_sizes("e-clevr", 1) == {"train": 1, "test": 0}
    for name in BUILDERS:
        assert sum(split_sizes(name, 7).values()) == 7


def test_only_one_split_can_be_asked_for(tmp_path):
    out = build("shapes", tmp_path / "out", 0, 11, split="test")
    assert not (out / "train.jsonl").exists()
    with pytest.raises(MediaError, match="no train data set"):
        Built(out)


def test_wrong_requests_leave_nothing_behind(tmp_path):
    with pytest.raises(UsageError, match="no data set 'mnist'"):
        build("mnist", tmp_path / "out")
    with pytest.raises(UsageError, match="made from MNIST"):
        build("s-mnist", tmp_path / "out")
    with pytest.raises(MediaError, match=r"MNIST is not here: looked for .*train-images-idx3-ubyte\[\.gz\]"):
        build("s-mnist", tmp_path / "out", mnist=tmp_path)
    assert not list(tmp_path.iterdir())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(UsageError, match="exists already"):
        build("shapes", tmp_path / "full", 0, 1)
