from __future__ import annotations

import pytest

from lbvedit.language.lexicon import KINDS, LOOK_ALIKES, kinds_of, nearest_words


@pytest.mark.parametrize(
    ("word", "near"),
    [("wolf", ["dog"]), ("wolves", ["dog"]), ("Rabbit", ["cat"]), ("guinea pig", ["cat"]), ("xylophone", [])],
)
def test_an_unknown_thing_is_nearest_to_what_looks_like_it(word: str, near: list[str]) -> None:
    assert nearest_words(word) == near


def test_a_slip_of_the_pen_is_nearest_to_what_was_meant() -> None:
    assert nearest_words("hors")[0] == "horse"
    assert "car" in nearest_words("cra")


def test_what_looks_like_a_kind_is_none() -> None:
    assert LOOK_ALIKES.keys() <= KINDS.keys()
    assert not [thing for things in LOOK_ALIKES.values() for thing in things if kinds_of(thing)]
