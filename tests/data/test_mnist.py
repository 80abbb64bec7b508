import gzip
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from lbvedit.data.build import made
from lbvedit.data.mnist import (
    DIRECTIONS,
    HELD_OUT,
    SIZES,
    DMnist,
    SMnist,
    class_mean_digit,
    read_mnist,
    render_digits,
    trajectory,
)
from lbvedit.errors import MediaError, UsageError

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SETS = [SMnist, DMnist]


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """A tiny MNIST: every training image is odd, every test image even, so that their pixels tell them apart."""
    folder = tmp_path_factory.mktemp("mnist")
    rng = np.random.default_rng(0)
    for prefix, odd in (("train", 1), ("t10k", 0)):
        labels = np.arange(40, dtype=np.uint8) % 10
        images = (rng.integers(20, 120, size=(40, 28, 28)) * 2 + odd).astype(np.uint8)
        for name, array in ((f"{prefix}-images-idx3-ubyte", images), (f"{prefix}-labels-idx1-ubyte", labels)):
            header = np.array([0x800 + array.ndim, *array.shape], dtype=">i4").tobytes()
            (folder / f"{name}.gz").write_bytes(gzip.compress(header + array.tobytes()))
    return folder


def read_instruction(text):
    """What a sentence asks for, read without the generator's templates."""
    text = text.replace("top", "upper").replace("bottom", "lower")
    digits = [WORDS.index(word) if word in WORDS else int(word) for word in re.findall("|".join([r"\d", *WORDS]), text)]
    names = [index for index, (name, _, _) in enumerate(DIRECTIONS) if name in text]
    return digits, names


@pytest.mark.parametrize("corpus", SETS)
def test_an_item_is_a_function_of_its_seed(corpus, mnist):
    first, again, other = corpus(mnist)[7], corpus(mnist, size=8)[7], corpus(mnist, seed=1)[7]
    assert first["instruction"] == again["instruction"]
    assert torch.equal(first["target"], again["target"])
    assert not torch.equal(first["source"], other["source"])


@pytest.mark.parametrize("corpus", SETS)
def test_shapes_sizes_and_the_changed_pixels(corpus, mnist):
    item = corpus(mnist)[0]
    assert item["source"].shape == item["target"].shape == (30, 3, 64, 64)
    assert item["source"].dtype == torch.uint8
    assert torch.equal(item["changed"], (item["source"] != item["target"]).any(1, keepdim=True))
    assert len(corpus(mnist)) == SIZES["train"] == 11070
    assert len(corpus(mnist, "test")) == SIZES["test"] == 738


@pytest.mark.parametrize("corpus", SETS)
def test_digits_of_train_and_test_never_mix(corpus, mnist):
    for split, odd in (("train", 1), ("test", 0)):
        for index in range(20):
            pixels = corpus(mnist, split)[index]["source"]
            assert (pixels[pixels > 0] % 2 == odd).all()


def test_average_words_are_the_papers(mnist):
    for corpus, words in ((SMnist, 5.5), (DMnist, 16.0)):
        items = corpus(mnist)
        counts = [len(items[index]["instruction"].split()) for index in range(800)]
        assert np.mean(counts) == pytest.approx(words, abs=0.25)
        assert len({items[index]["instruction"] for index in range(200)}) > 120


def test_s_mnist_says_what_happens(mnist):
    items, kinds = SMnist(mnist), []
    for index in range(150):
        item = items[index]
        meta, (digits, directions) = item["meta"], read_instruction(item["instruction"])
        kinds.append(meta["kind"])
        if meta["kind"] == "replace":
            assert digits == meta["digits"].flatten().tolist()
            assert not directions
            assert torch.equal(meta["paths"][0], meta["paths"][1])
        else:
            assert directions == [int(meta["directions"][1, 0])]
            assert set(digits) <= {int(meta["digits"][0, 0])}
            assert meta["images"][0] == meta["images"][1]
            assert torch.equal(meta["paths"][0, :, 0], meta["paths"][1, :, 0])
    assert 0.35 < kinds.count("replace") / len(kinds) < 0.65


def test_d_mnist_says_which_digit_is_replaced_and_which_redirected(mnist):
    items = DMnist(mnist)
    for index in range(100):
        meta, (digits, directions) = items[index]["meta"], read_instruction(items[index]["instruction"])
        (replaced, redirected), (new, same) = meta["digits"].tolist()
        assert redirected == same
        assert digits in ([replaced, new, redirected], [redirected, replaced, new])
        assert directions == [int(meta["directions"][1, 1])]
        assert meta["directions"][0, 0] == meta["directions"][1, 0]


def test_a_digit_starts_in_its_direction_and_bounces():
    for direction, (_, x_sign, y_sign) in enumerate(DIRECTIONS):
        path = trajectory((12, 20), direction, 4)
        assert (path[1:4] - path[:3] == [4 * x_sign, 4 * y_sign]).all()
        assert path.min() >= 0
        assert path.max() <= 36
    assert trajectory((30, 6), 3, 4)[:5, 0].tolist() == [30, 34, 34, 30, 26]


def test_the_zero_shot_split_hides_ten_combinations(mnist):
    assert len(HELD_OUT) == 10
    for corpus in SETS:
        seen = set()
        for index in range(150):
            meta = corpus(mnist, zero_shot=True)[index]["meta"]
            seen |= set(zip(meta["digits"].flatten().tolist(), meta["directions"].flatten().tolist(), strict=True))
        assert not seen & HELD_OUT
        assert len(seen) == 30


def test_the_zero_shot_sets_can_be_built(mnist):
    for name in ("s-mnist", "d-mnist"):
        train, test = (made(f"{name}-zero-shot", split, 0, mnist, None, size=60) for split in ("train", "test"))
        shown = [
            {*zip(meta["digits"].flatten().tolist(), meta["directions"].flatten().tolist(), strict=True)}
            for meta in (train[index]["meta"] for index in range(60))
        ]
        assert not set.union(*shown) & HELD_OUT
        assert torch.equal(test[3]["source"], made(name, "test", 0, mnist, None, size=60)[3]["source"])


def test_the_oracle_differs_only_in_style(mnist):
    items = DMnist(mnist, "test")
    meta, oracle = items[0]["meta"], items.oracle(0)
    assert torch.equal(oracle > 0, items[0]["target"] > 0)
    kept = items._images[int(meta["images"][1, 1])]
    mean = class_mean_digit(Path(mnist), int(meta["digits"][1, 0]))
    assert torch.equal(oracle, render_digits([mean, torch.from_numpy(kept)], list(meta["paths"][1])))


def test_a_missing_or_damaged_mnist_is_told(mnist, tmp_path):
    with pytest.raises(MediaError, match=r"MNIST is not here: looked for .*train-images-idx3-ubyte\[\.gz\]") as caught:
        SMnist(tmp_path)
    assert "https://" in caught.value.hint
    assert "CC BY-SA 3.0" in caught.value.hint
    assert "--set mnist=DIR" in caught.value.hint
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03\0\0\0\x05")
    with pytest.raises(MediaError, match="not an idx file"):
        read_mnist(tmp_path, "train")
    with pytest.raises(UsageError, match="validation"):
        SMnist(mnist, "validation")
