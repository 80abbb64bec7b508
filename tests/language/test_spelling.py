"""Slips of the finger are mended, and words of English are none."""

from __future__ import annotations

import pytest

from lbvedit.language.ordinary import ORDINARY
from lbvedit.language.spelling import COMMON_SLIPS
from lbvedit.language.tokens import tokenize
from lbvedit.language.vocabulary import vocabulary, with_known_words


def read(word: str) -> str:
    """What a word is read as."""
    tokens, _ = with_known_words(tokenize(word, vocabulary()))
    return " ".join(token.word for token in tokens)


@pytest.mark.parametrize(
    "word",
    [
        "fist",
        "frost",
        "woods",
        "font",
        "status",
        "works",
        "sits",
        "fame",
        "worlds",
        "sine",
        "singe",
        "caches",
        "states",
        "hoses",
        "proto",
        "coroner",
        "act",
        "art",
    ],
)
def test_an_ordinary_word_is_no_slip_of_another(word: str) -> None:
    assert read(word) == word


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("fisrt", "first"), ("frotn", "front"), ("wrods", "words"), ("hous", "house"), ("vidoe", "video")],
)
def test_what_is_no_word_is_mended(slip: str, meant: str) -> None:
    assert read(slip) == meant


def test_the_list_of_words_holds_words_alone() -> None:
    assert all(word.isalpha() and word.islower() for word in ORDINARY)
    assert not COMMON_SLIPS.keys() & ORDINARY
