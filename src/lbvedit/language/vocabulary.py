"""The words that the grammar knows, and the slips that can be nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from lbvedit.language.amounts import DEGREE_WORDS
from lbvedit.language.colors import MODIFIERS, color_words
from lbvedit.language.frames import PARTICLES, VERB_BASES
from lbvedit.language.lexicon import thing_words
from lbvedit.language.manners import FILLERS
from lbvedit.language.ordinary import ORDINARY
from lbvedit.language.spelling import (
    COMMON_SLIPS,
    american,
    candidates,
    is_stutter,
    is_sure_slip,
    lacks_letter,
)
from lbvedit.language.synonyms import ACTIONS, COLORED, EFFECTS, PROPERTIES, QUALITIES, STATES, STYLE_NOUNS, forms
from lbvedit.language.times import TIME_WORDS
from lbvedit.language.tokens import MARK_HARD, Token, black_and_white
from lbvedit.language.wholes import WHOLE_NOUNS

__all__ = ["vocabulary", "with_known_words"]

_LONG_NOUNS = frozenset({"video", "background", "everything", "everyone", "footage", "second", "seconds", "minute",
    "minutes", "vertically", "horizontally", "degrees", "clockwise", "percent", "slightly", "square", "except",
    "audio", "noise", "volume", "brightness", "contrast", "saturation", "color", "person", "people"})  # fmt: skip
_JOINTS = (
    "the and from then all down left right three with into but out instead together across during between since where "
    "exactly strength intensity format negative heading letters words thing light photo ratio twice "
    "around tightly whole first redder greener bluer behind outside inside effect filter slowly everywhere throughout "
    "corner corners backdrop front sepia neither nobody shade"
)
_SHOWN = frozenset({"caption", "title", "subtitle", "text", "saying", "says", "write", "label", "heading"})
_BRITISH = frozenset({"colour", "colours", "stabilise", "stabilised", "centre", "pixellate", "greyscale", "recolour"})
_PLAIN_COLORS = frozenset({"black", "white", "yellow", "green", "orange", "purple", "brown", "violet"})


@cache
def vocabulary() -> frozenset[str]:
    """Every word that the grammar itself knows: what a slip of the finger may be corrected to."""
    words = {form for verb in VERB_BASES for form in forms(verb)}
    for table in (QUALITIES, STATES, PROPERTIES, EFFECTS, COLORED):
        words |= {word for phrase in table for word in phrase.split()}
    words |= {word for phrase in FILLERS for word in phrase} | {word for phrase in PARTICLES for word in phrase.split()}
    words |= color_words() | DEGREE_WORDS | TIME_WORDS | WHOLE_NOUNS | STYLE_NOUNS | _LONG_NOUNS
    return frozenset(words | {"except", "apart", "with", "into", "horizontally", "vertically", "clockwise",
    "degrees", "percent",
        "counterclockwise", "twice", "double", "times", "bottom", "center", "middle", "corner", "saying", "caption",
        "title", "text",
        "subtitle", "around", "color", "than", "look", "like", "them", "this", "that", "their", "only", "else",
        "rest", "should",
        "more", "less", "style", "left", "right", "top"})  # fmt: skip


def with_known_words(tokens: list[Token]) -> tuple[list[Token], tuple[str, ...]]:
    """Corrects slips in the few words that are hardly ever slips of others: ``vidoe``, ``backgroud``, ``yelow``."""
    out, notes = [], []
    shown = False  # the words of a caption are the user's own, where no quotes end them
    for token in tokens:
        shown = (shown and token.word != MARK_HARD and token.kind != "quote") or token.word in _SHOWN
        meant = _slip_of(token) if token.kind == "word" and not shown else None
        if meant is not None:
            notes.append(f"read {token.text!r} as {meant!r}")
            token = replace(token, word=american(meant), text=meant)
        out.append(token)
    return black_and_white(out), tuple(notes)


def _slip_of(token: Token) -> str | None:
    """The word that a token is surely a slip of, or None."""
    return COMMON_SLIPS.get(token.text.lower()) or _meant_by(token.word)


@cache
def _meant_by(word: str) -> str | None:
    """The word of the grammar, or the thing, that another word is surely a slip of, or None."""
    if word in thing_words() or word.endswith("'s"):
        return None
    if word in vocabulary() or word in ORDINARY or word in ACTIONS:
        return None
    plain = candidates(word, _LONG_NOUNS | _PLAIN_COLORS)
    sure = next((other for other in candidates(word, _plain_words()) if is_sure_slip(word, other)), "")
    if plain and word != f"{plain[0]}s" and not (sure and plain[0][0] != word[0]):  # "dnoise" is no noise
        return plain[0]
    return sure or next((name for name in candidates(word, thing_words() | WHOLE_NOUNS) if _misspelt(word, name)), None)


def _misspelt(word: str, name: str) -> bool:
    """Whether a word that is in no list can hardly be anything but a thing's name."""
    return sorted(name) == sorted(word) or is_stutter(word, name) or lacks_letter(word, name)


@cache
def _plain_words() -> frozenset[str]:
    """The grammar's words that are hardly anybody's own: no forms of verbs, and no colours but their modifiers."""
    words = {word for table in (QUALITIES, STATES, PROPERTIES, EFFECTS) for phrase in table for word in phrase.split()}
    words |= set(_JOINTS.split())
    words |= {"please", "counterclockwise", "anticlockwise", "bottom", "center", "middle", "caption", "subtitle"}
    words |= {word for word in DEGREE_WORDS if word.endswith("ly")}
    return frozenset(words | VERB_BASES | TIME_WORDS | WHOLE_NOUNS | _LONG_NOUNS | _BRITISH | MODIFIERS.keys())
