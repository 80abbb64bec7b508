"""Whom a pronoun may mean: ``him`` is no car and no bride, and ``it`` is rather the hat than the man who wears it."""

from __future__ import annotations

import re

from lbvedit.language.lexicon import ABSENT_THINGS, HYPERNYMS, KINDS, LOOK_ALIKES, kinds_of, owner_of, plural

__all__ = ["is_living", "is_person", "is_plural", "may_be", "named_in", "noun_of"]

_MEN = frozenset({"man", "boy", "guy", "gentleman", "groom", "father", "dad", "husband", "brother", "son",
    "grandfather", "grandpa", "uncle", "king", "prince", "waiter", "actor", "lad", "dude", "policeman",
    "fisherman", "fireman", "cameraman", "businessman", "salesman", "snowman", "boyfriend"})  # fmt: skip
_WOMEN = frozenset({"woman", "girl", "lady", "bride", "mother", "mom", "mum", "wife", "sister", "daughter",
    "grandmother", "grandma", "aunt", "queen", "princess", "waitress", "actress", "ballerina", "bridesmaid",
    "policewoman", "businesswoman", "girlfriend"})  # fmt: skip
_CHILDREN = frozenset({"baby", "child", "kid", "toddler"})
"""Persons of whom "it" is said."""
_OTHER_THINGS = frozenset({"sky", "background", "foreground", "wall", "ceiling", "floor", "grass", "ground", "road",
    "street", "sign", "logo", "watermark", "text", "door", "window", "water", "sea", "ocean", "lake", "river", "sun",
    "moon", "box", "bag", "book", "flower", "plate", "cup", "curtain", "carpet", "roof", "fence", "bridge", "mountain",
    "field", "garden", "room", "kitchen", "picture", "poster", "balloon", "candle", "light", "shadow", "cable", "wire",
    "bin", "stain", "timestamp", "subtitle", "caption", "cake", "snow", "sand", "beach", "forest"})  # fmt: skip
"""Everyday things that the lexicon has no kind of."""
_LIVING = frozenset({"person", *HYPERNYMS["animal"]})
_JOINT = re.compile(r",? and |, ")
_AFTER_NOUN = frozenset({"in", "on", "at", "with", "behind", "of", "near", "by", "from", "under", "over", "next",
    "beside", "between", "who", "that", "which", "wearing", "holding", "carrying", "standing", "sitting", "walking",
    "running", "above", "below", "inside", "outside", "to", "except", "around", "is", "are"})  # fmt: skip


def named_in(phrase: str) -> list[str]:
    """The things of a phrase, one by one: ``car and man in the hat`` -> car, man in the hat."""
    return [phrase] if " except " in phrase else [part for part in _JOINT.split(phrase) if part]


def noun_of(phrase: str) -> str:
    """The noun of a phrase, without what stands before and behind it: ``two men on the left`` -> men."""
    words = phrase.lower().split()
    end = next((at for at, word in enumerate(words) if at and word in _AFTER_NOUN), len(words))
    return words[end - 1]


def _is_one_of(noun: str, names: frozenset[str]) -> bool:
    return noun in names or any(noun == plural(name) for name in names)


def is_plural(phrase: str) -> bool:
    """Whether a phrase names several: ``glasses``, ``two men on the left``."""
    noun = noun_of(phrase)
    several = len(named_in(phrase)) > 1 or (noun.endswith("s") and not noun.endswith(("ss", "us")))
    return several or noun in ("people", "men", "women", "children")


def is_person(phrase: str) -> bool:
    """Whether a phrase names one of whom nobody says "it"."""
    noun = noun_of(phrase)
    known = kinds_of(noun) == {"person"} or _is_one_of(noun, _MEN | _WOMEN)
    return known and not _is_one_of(noun, _CHILDREN)


def is_living(phrase: str) -> bool:
    """Whether a phrase names a person, an animal, or something that nobody knows to be neither."""
    noun = noun_of(phrase)
    if kinds := kinds_of(noun):
        return not _LIVING.isdisjoint(kinds)
    if _is_one_of(noun, _alive()) or _is_one_of(noun, _MEN | _WOMEN):
        return True
    return owner_of(noun) is None and not _is_one_of(noun, _lifeless())


def _alive() -> frozenset[str]:
    return frozenset(name for kind in _LIVING for name in LOOK_ALIKES.get(kind, ()))


def _lifeless() -> frozenset[str]:
    named = {name for kind in set(KINDS) - _LIVING for name in LOOK_ALIKES.get(kind, ())}
    return frozenset({*named, *ABSENT_THINGS, *_OTHER_THINGS} - {*_alive(), *_ANIMALS})


_ANIMALS = frozenset({"dragon", "dinosaur", "kangaroo", "snake", "frog", "turtle", "crocodile", "dolphin", "whale",
    "shark", "bear", "fox", "goat", "tiger", "lion", "rabbit", "deer", "pig"})  # fmt: skip
"""What lives among the look-alikes of things."""


def may_be(pronoun: str, phrase: str) -> bool:
    """Whether ``him`` or ``her`` may mean what a phrase names: somebody alone, and not of the other sex."""
    noun = noun_of(phrase)
    if pronoun in ("her", "she") and "boat" in kinds_of(noun):
        return True  # as sailors say
    others = _WOMEN if pronoun in ("him", "he") else _MEN
    return is_living(phrase) and not is_plural(phrase) and noun not in others
