from __future__ import annotations

import pytest

from lbvedit.language import parse
from lbvedit.language.lexicon import KINDS, LOOK_ALIKES, PARTS, kinds_of, nearest_words, owner_of, thing_words


@pytest.mark.parametrize(
    ("word", "near"),
    [("wolf", ["dog"]), ("wolves", ["dog"]), ("Rabbit", ["cat"]), ("guinea pig", ["cat"]), ("xylophone", [])],
)
def test_an_unknown_thing_is_nearest_to_what_looks_like_it(word: str, near: list[str]) -> None:
    assert nearest_words(word) == near


def test_a_slip_of_the_pen_is_nearest_to_what_was_meant() -> None:
    assert nearest_words("hors")[0] == "horse"
    assert "car" in nearest_words("cra")


@pytest.mark.parametrize("word", ["faces", "sky", "license"])
def test_a_chance_likeness_is_none(word: str) -> None:
    assert nearest_words(word) == []


@pytest.mark.parametrize(
    ("word", "owner"),
    [("faces", "person"), ("teeth", "person"), ("T-shirt", "person"), ("number plates", "car"), ("sky", None)],
)
def test_a_part_has_an_owner(word: str, owner: str | None) -> None:
    assert owner_of(word) == owner


def test_parts_are_no_things() -> None:
    assert PARTS.keys() <= KINDS.keys()
    assert not [part for parts in PARTS.values() for part in parts if kinds_of(part)]


def test_what_looks_like_a_kind_is_none() -> None:
    assert LOOK_ALIKES.keys() <= KINDS.keys()
    assert not [thing for things in LOOK_ALIKES.values() for thing in things if kinds_of(thing)]


def test_no_known_thing_is_taken_for_a_slip_of_another_word() -> None:
    said = {word: parse(f"remove the {word} on the left").steps[0].target for word in sorted(thing_words())}
    assert {word: target for word, target in said.items() if target != f"{word} on the left"} == {}
