"""How things are, told beside a wish and asking for nothing: ``the car is red now, I want it in silver``."""

from __future__ import annotations

from itertools import pairwise

from lbvedit.language.drafts import NOBODY, Draft
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.frames.phrase import property_in
from lbvedit.language.manners import without_manners
from lbvedit.language.sparing import SPARED
from lbvedit.language.synonyms import ACTIONS, base_form
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import Tokens, begun_by, join, phrases

__all__ = ["IS", "REMARK", "THERE_IS", "WISHING", "remark"]

REMARK = "remark"
"""The ``op`` of a draft that only says what pronouns behind it may mean."""

_SPEAKERS = frozenset({"i", "we", "you", "they", "he", "she", "nobody", "everybody", "everyone", "people"})
WISHING = frozenset({"want", "wants", "wish", "would", "like", "love", "need", "needs", "should", "must", "shall",
    "ought", "prefer", "please", "will", "let", "if", "instead", "only"})  # fmt: skip
"""Words of clauses that ask for something, or say when to do it."""
IS = frozenset({"is", "are", "was", "were", "looks", "look", "seems", "seem", "sounds", "sound", "feels", "came",
    "comes", "got", "gets", "keeps", "stands", "says", "reads", "bothers", "annoys",
    "distracts", "hangs", "ruins", "spoils", "disturbs", "blocks", "hurt", "hurts", "moves", "goes",
    "starts", "ends", "begins", "lasts", "drags"})  # fmt: skip
_HAS = frozenset({"has", "have", "had", "shows", "wears"})
"""Verbs behind which rather their object is spoken of."""
_WEARING = frozenset({"wearing", "holding", "carrying"})
THERE_IS = phrases(
    "there is | there are | there was | there were | here is | here are | this is | that is | i have got | i have | "
    "i can hardly see | i can barely see | you can hardly see | you can barely see | we can hardly see | "
    "we can barely see | one can hardly see | "
    "we have got | we have | i got | i can see | you can see | we can see | we see | i see | you see"
)
_MANY = frozenset({"a", "an", "lot", "lots", "of", "some", "many", "several", "so", "too", "few"})
_SHOWN = phrases("video of | clip of | footage of | film of | movie of | shot of | recording of | scene with")


def remark(tokens: Tokens) -> Draft | None:
    """The remark that a clause makes, noted and without a step; None where the clause may ask for something."""
    said = without_manners(tokens)
    words = tuple(token.word for token in said)
    if len(words) < 2 or not WISHING.isdisjoint(words) or any(token.kind in ("quote", "mark") for token in said):
        return None
    if not SPARED.isdisjoint(words) or any(token.kind == "span" for token in said):  # which would be lost
        return None
    orders = [words[0], *(after for joint, after in pairwise(words) if joint in ("and", "but"))]
    if any(base_form(word, VERB_BASES) == word for word in orders):  # "do whatever looks best"
        return None
    about = _subject(said, words)
    if about is None:
        return None
    return Draft(REMARK, {}, about, (f"{join(said)!r} is taken as a remark, and asks for nothing",))


def _subject(said: Tokens, words: tuple[str, ...]) -> Target | None:
    """What a remark is about; nobody where it names nothing, None where it is no remark."""
    lead = begun_by(said, THERE_IS)
    if 0 < lead < len(words):
        return _named(said[lead:])
    if words[0] == "why" and words[1] in IS:  # "why is the car blue?"
        asked = (noun_phrase(said[2:end]) for end in range(len(said) - 1, 2, -1))
        return next((target for target in asked if target and target.kind == "phrase"), NOBODY)
    if words[0] == "why" or words[0] in _SPEAKERS:
        return NOBODY
    for at in range(1, len(words)):
        named = property_in(said[:at], loose=True)
        colored = named is not None and named[0] == "color" and named[1].kind == "phrase"  # "the wall color is awful"
        subject = named[1] if named and colored else noun_phrase(said[:at])
        does = words[at].endswith("s") and words[at][:-1] in ACTIONS
        if subject is None or subject.kind in ("rest", "none") or not (does or words[at] in IS | _HAS):
            continue
        if at + 1 == len(words) and not does:
            continue
        worn = words[at + 1 : at + 2] != () and words[at + 1] in _WEARING
        owned = _named(said[at + 1 + worn :]) if worn or words[at] in _HAS else NOBODY
        return owned if owned.kind == "phrase" else subject
    return None


def _named(tokens: Tokens) -> Target:
    """The thing that some words introduce: ``a dog on the left``, ``this clip of my cat``."""
    while tokens and tokens[0].word in _MANY:
        tokens = tokens[1:]
    shown = next((at + 2 for at in range(len(tokens)) if begun_by(tokens[at:], _SHOWN)), 0)
    target = noun_phrase(tokens[shown:]) if tokens[shown:] else None
    return target if target and target.kind == "phrase" else NOBODY
