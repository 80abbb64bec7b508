from __future__ import annotations

from pathlib import Path

from lbvedit.nn.words import encode, load_tokenizer, train_tokenizer, unknown_words


def test_round_trip_through_the_file(tmp_path: Path) -> None:
    tokenizer = train_tokenizer(["make the Car red", "a red car, jumping"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    again = load_tokenizer(tmp_path / "tokenizer.json")
    ids, present = encode(again, ["Make the car RED", "car"])
    assert ids.shape == present.shape == (2, 6)
    assert ids[:, 0].tolist() == [0, 0]
    assert ids[1].tolist() == [0, again.token_to_id("car"), 2, 1, 1, 1]
    assert present.sum(1).tolist() == [6, 3]


def test_long_sentences_keep_their_end() -> None:
    tokenizer = train_tokenizer(["one two three four five"])
    ids, present = encode(tokenizer, ["one two three four five"], longest=4)
    assert ids.shape == (1, 4)
    assert ids[0, -1] == 2
    assert present.all()


def test_unknown_words_are_named() -> None:
    tokenizer = train_tokenizer(["a man jumping"])
    assert unknown_words(tokenizer, "A Giraffe jumping, quickly") == ["giraffe", ",", "quickly"]
    assert unknown_words(tokenizer, "man") == []
