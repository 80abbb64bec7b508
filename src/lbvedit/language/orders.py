"""Whether words that should name a thing hold another order: ``a motorbike but mute it``."""

from __future__ import annotations

from lbvedit.language.pronouns import ARTICLES, PRONOUNS
from lbvedit.language.synonyms import PROPERTIES
from lbvedit.language.tokens import Tokens

__all__ = ["ORDERS", "is_order", "swallows"]

ORDERS = frozenset({"bw", "mute", "reverse", "denoise", "sharpen", "stabilize", "grayscale", "sepia", "backwards"})
"""Words that ask for something of the whole video rather than name a thing: ``mute bw`` is two clauses."""
_ONLY_VERBS = frozenset({"put", "give", "let", "get", "bring", "swap", "apply", "add", "write", "increase", "decrease",
    "reduce", "erase", "delete", "rotate", "resize", "pixelate", "sharpen", "darken", "brighten", "lighten", "make",
    "remove", "replace", "convert", "recolor", "do", "take", "stabilize", "unmute", "insert", "keep", "double", "halve",
    "dye", "tint", "mute"})  # fmt: skip
"""Verbs that no thing is called by: ``the background and put gray behind him`` is no thing."""
_VERBS_TOO = frozenset({"turn", "set", "dim", "slow", "speed", "crop", "zoom", "trim", "cut", "blur", "flip",
    "mirror", "reverse", "hide", "paint", "color", "change", "play", "show", "fade", "raise", "lower", "boost", "clean",
    "highlight", "invert", "loop", "freeze", "pause", "fix", "correct", "greenscreen"})  # fmt: skip
"""Verbs that some things are called by, too: ``the dog and mute it`` is no thing, ``the paint and the cut`` is one."""
_JOINING = frozenset({"and", "but", "then", "please", "finally", "also", "next", "afterwards", "plus"})
_ASKING = frozenset({"can", "could", "would", "will"})
_SPEAKING = frozenset({"i", "we", "you", "please", "there"})
_OBJECTS = ARTICLES | PRONOUNS | frozenset({"his", "her", "its", "their", "everything", "everyone", "all", "first",
    "last", "in", "out", "up", "down", "to", "by"})  # fmt: skip


def swallows(tokens: Tokens, *, actions: frozenset[str] = frozenset()) -> bool:
    """Whether some words hold another order: ``a motorbike but mute it``, ``the green, write Tom in the corner``.

    Args:
        tokens: the words.
        actions: verbs that may be meant for a thing in the picture: ``sit down and play the piano``.
    """
    for at, token in enumerate(tokens):
        joined = at and (tokens[at - 1].kind == "mark" or tokens[at - 1].word in _JOINING)
        joined = joined or [one.word for one in tokens[max(at - 2, 0) : at]] == ["after", "that"]
        last = at and tokens[at - 1].kind == "mark" and at + 1 == len(tokens) and token.word in _VERBS_TOO
        if joined and token.word not in actions and (last or is_order(tokens, at)):
            return True
    return False


def is_order(tokens: Tokens, at: int) -> bool:
    """Whether an order begins at a token: at a verb that names nothing, or at any before its object."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    meant = after is not None and (
        after.word in _OBJECTS or after.word in PROPERTIES or after.kind not in ("word", "mark")
    )
    word = tokens[at].word
    asked = word in _ASKING and after is not None and after.word in ARTICLES | PRONOUNS | _SPEAKING
    verb = word in _ONLY_VERBS | _SPEAKING or (word in _VERBS_TOO and meant)
    return tokens[at].kind == "word" and (verb or asked)
