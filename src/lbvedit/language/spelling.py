"""British and American spelling, and words with one slip of the finger."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

__all__ = ["COMMON_SLIPS", "american", "candidates", "is_stutter", "is_sure_slip", "lacks_letter"]

_BRITISH = {
    "colour": "color", "grey": "gray", "greyscale": "grayscale", "centre": "center", "tyre": "tire", "favour": "favor",
    "aeroplane": "airplane", "colourful": "colorful", "colourize": "colorize", "sceptre": "scepter", "metre": "meter",
    "theatre": "theater", "centred": "centered", "jewellery": "jewelry", "mould": "mold", "plough": "plow",
    "catalogue": "catalog", "whilst": "while",
    "watercolour": "watercolor", "greyish": "grayish", "pixellate": "pixelate", "anticlockwise": "counterclockwise",
    "anti-clockwise": "counterclockwise", "counter-clockwise": "counterclockwise",
    "gray-scale": "grayscale", "grey-scale": "grayscale", "colourise": "colorize",
}  # fmt: skip
_ISE = (
    "stabil", "anonym", "pixel", "emphas", "styl", "color", "monochrom", "animat", "normal", "minim", "maxim", "equal",
    "final", "dramat", "neutral", "optim", "real", "brutal", "vital", "harmon", "recogn", "visual", "cartoon",
    "desatur",
    "decolor", "recolor", "italic", "crystall", "summar", "custom", "apolog",
)  # fmt: skip


@cache
def american(word: str) -> str:
    """A lower-case word in American spelling; unknown words stay."""
    if word in _BRITISH:
        return _BRITISH[word]
    for british in ("colour", "grey", "centre", "pixellat"):
        if british in word:
            word = word.replace(
                british, {"colour": "color", "grey": "gray", "centre": "center"}.get(british, "pixelat")
            )
    for stem in _ISE:
        for tail in ("ise", "ised", "ises", "ising", "iser", "isation", "isable"):
            if word == stem + tail:
                return stem + tail.replace("is", "iz", 1)
    for ending in ("lled", "lling"):
        if word in {"cancelled", "cancelling", "labelled", "labelling", "levelled", "levelling"}:
            return word.replace(ending, ending[1:])
    return word


_COMMON = {
    "the": "thee tha tte tne tse tht thi ths thu tre tae thr thw rhe yhe ghe fhe te hte teh",
    "and": "adn nad aad anf amd abd snd annd",
    "make": "mak amke mke",
    "from": "fom frm fron frmo rfom feom ftom grom",
    "then": "thn hten tehn thne",
    "into": "int itno inot ino imto",
    "down": "donw dwon dowm doen dpwn",
    "left": "lft elft lefy leftt letf",
    "right": "rigth rihgt rght riht irght",
    "dark": "drk drak dakr darl",
    "light": "lght lihgt ligth ligt ilght",
    "clip": "clp cilp clpi",
    "with": "wiht whit wih wth",
    "three": "thre htree trhee",
    "first": "fisrt frist frst firts",
    "last": "lsat alst lst",
    "like": "lke liek lik ilke",
    "black": "blck blak balck",
    "but": "btu bt",
    "out": "ot uot oout otu",
    "highlight": "hilight hilite highlite",
    "everyone's": "everyones", "everybody's": "everybodys", "someone's": "someones",
}  # fmt: skip
COMMON_SLIPS = {slip: word for word, slips in _COMMON.items() for slip in slips.split()}
"""What hasty fingers make of the short words that every sentence has -> the word."""


def is_stutter(word: str, meant: str) -> bool:
    """Whether a word is another with one letter typed twice."""
    return any(word == meant[: at + 1] + meant[at:] for at in range(len(meant)))


def lacks_letter(word: str, meant: str) -> bool:
    """Whether a word is a longer one without one vowel, or with one of two equal letters: ``hous``, ``botle``."""
    lacking = (
        meant[:at] + meant[at + 1 :]
        for at in range(1, len(meant) if len(meant) >= 5 else 0)
        if meant[at] in "aeiou" or meant[at] == meant[at - 1]
    )
    return word in lacking


def _one_slip(first: str, second: str) -> bool:
    """Whether two words differ by exactly one insertion, deletion, substitution or swap of neighbours.

    That is a Damerau-Levenshtein distance of 1.
    """
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    if len(first) > len(second):
        first, second = second, first
    at = next((k for k, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), len(first))
    if len(first) < len(second):
        return first[at:] == second[at + 1 :]
    swapped = first[at : at + 2] == second[at : at + 2][::-1] and first[at + 2 :] == second[at + 2 :]
    return first[at + 1 :] == second[at + 1 :] or swapped


def is_sure_slip(word: str, meant: str) -> bool:
    """Whether one slip between two words can hardly be anything else: neighbours swapped, or a slip inside a long word.

    Another first letter makes another word (``flower``, lower), and another last one a form of the same.
    """
    if sorted(word) == sorted(meant):
        return len(meant) >= 4
    if is_stutter(word, meant):
        return len(meant) >= 3
    long = len(meant) >= 6 or meant in _UNMISTAKABLE
    return long and word[:1] == meant[:1] and word[-1:] == meant[-1:]


_UNMISTAKABLE = frozenset({"thing", "scene", "frame", "right", "light", "third", "twice", "photo", "ratio", "words",
    "where", "since", "first", "whole", "front", "sepia", "image"})  # fmt: skip
"""Short words of the grammar that are mended like long ones: what lies near them and is a word is an ordinary one."""


def candidates(word: str, vocabulary: Iterable[str]) -> list[str]:
    """The words that one slip turns into ``word``, the likeliest first; with three letters if two swap or one doubles.

    Swaps of neighbours come first, then a doubled or missing letter, then a wrong one; a first letter that stays is
    likelier than one that changes.
    """
    found = [
        other
        for other in vocabulary
        if _one_slip(word, other)
        and (len(other) >= 4 or (len(other) == 3 and (sorted(other) == sorted(word) or is_stutter(word, other))))
    ]
    return sorted(found, key=lambda other: (sorted(other) != sorted(word), other[0] != word[0], other))
