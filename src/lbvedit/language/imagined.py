"""What must be imagined, by its name: an action, a look, another thing."""

from __future__ import annotations

from itertools import pairwise

from lbvedit.language.amounts import amount_at
from lbvedit.language.orders import swallows
from lbvedit.language.pronouns import ARTICLES, PRONOUNS, SPEAKERS
from lbvedit.language.synonyms import ACTIONS, STYLE_NOUNS, is_comparative
from lbvedit.language.tokens import Tokens, join

__all__ = ["LIGHT_VERBS", "action", "look", "new_thing"]


_FORMATS = frozenset({"mp", "mkv", "webm", "mov", "gif", "fps", "h264", "h265", "hevc", "av1", "prores", "codec"})
"""What the options set, and no style."""


def action(tokens: Tokens) -> str | None:
    """What something shall do, if the words begin with a verb for it: ``run to the left instead of walking``."""
    words = [token.word for token in tokens]
    while len(words) > 1 and (
        words[0] in ("to", "start", "begin", "starts", "be", "keep", "and")
        or (words[0] == "go" and _action_base(words[1]) is not None)  # "go swimming", not "go out"
    ):
        tokens, words = tokens[1:], words[1:]
    light = words and words[0] in LIGHT_VERBS and len(words) > 2 and words[1] in ("a", "an", "the", "his", "her", "its")
    if not words or (_action_base(words[0]) is None and not light) or any(token.kind == "clock" for token in tokens):
        return None
    if words[0] in ("look", "appear") and words[1:] and words[1] not in _WHERE_TO:  # "look older"
        return None
    end = next(
        (at for at, word in enumerate(words) if word == "instead" or words[at : at + 2] == ["rather", "than"]),
        len(words),
    )
    listed = any(token.kind == "mark" or token.word == "and" for token in tokens[end:])
    listed = listed or any(token.word == "but" for token in tokens)
    another = next((at for at, pair in enumerate(pairwise(words)) if pair[0] == "and" and pair[1] in ARTICLES), end)
    listed = listed or any(word in ACTIONS for word in words[another + 3 :])  # "and the kettle steam"
    return join(tokens[:end]) if end and not listed and not swallows(tokens[:end], actions=_DONE) else None


_WHERE_TO = frozenset({"at", "up", "down", "left", "right", "into", "around", "away", "back", "over", "to", "towards",
    "toward", "behind", "out", "in", "through", "straight", "directly", "from", "suddenly", "slowly", "sideways",
    "forward", "for", "on", "under"})  # fmt: skip


LIGHT_VERBS = frozenset({"do", "take", "give", "perform", "throw", "play", "make"})
"""Verbs that say an action together with what follows: ``do a backflip``, ``take a bow``."""


_DONE = (ACTIONS | LIGHT_VERBS | {"put", "let", "get", "keep", "show"}) - {"make", "take"}


def _action_base(word: str) -> str | None:
    if word in ACTIONS:
        return word
    if word.endswith("ing") and len(word) > 5:
        for stem in (word[:-3], word[:-3] + "e", word[:-4]):
            if stem in ACTIONS:
                return stem
    return None


def look(tokens: Tokens) -> str | None:
    """The style that some words name, without article and the word "style": ``a comic book style`` -> comic book."""
    words = [token.word for token in tokens]
    if words[:3] == ["the", "style", "of"] or words[:3] == ["a", "style", "of"]:
        tokens = tokens[3:]
    elif words[:2] == ["style", "of"]:
        tokens = tokens[2:]
    while len(tokens) > 1 and tokens[0].word in ARTICLES | {"like", "in", "into"}:
        tokens = tokens[1:]
    if any(token.word in _FORMATS for token in tokens) or (tokens and is_comparative(tokens[-1].word)):
        return None
    if swallows(tokens) or any(token.word in _NO_LOOK for token in tokens) or (tokens and tokens[-1].word in ARTICLES):
        return None
    if tokens and _tells_of_one(words[-len(tokens) :]):
        return None
    while len(tokens) > 1 and tokens[-1].word in STYLE_NOUNS | {"styled", "please", "instead"}:
        tokens = tokens[:-1]
    if (
        not tokens
        or tokens[0].word in ARTICLES
        or tokens[0].kind == "mark"
        or [token.word for token in tokens] in (["filter"], ["effect"], ["style"])
        or any(token.kind not in ("word", "quote", "number", "mark") for token in tokens)
    ):
        return None
    if is_comparative(tokens[-1].word) or tokens[-1].word in ("shorter", "longer", "better", "nicer", "higher"):
        return None  # "a darker mood", "a shorter version"
    if _is_multiplied(tokens):
        return None
    return join(tokens).removesuffix("-style").removesuffix("'s")


def _tells_of_one(words: list[str]) -> bool:
    """Whether some words tell what somebody or something is (``he is happy``, ``it is wet``), which is no look.

    ``it is snowing`` tells of the scene, and ``it was shot at night`` how a picture was made.
    """
    if words[0] != "it":
        return words[0] in ("he", "she", "they")
    return ARTICLES.isdisjoint(words[2:3]) and (_SCENE | _MADE).isdisjoint(words)


_SCENE = frozenset({"snowing", "raining", "storming", "hailing", "rains", "snows", "sunny", "cloudy", "rainy", "foggy",
    "misty", "stormy", "windy", "snowy", "night", "day", "nighttime", "daytime", "midnight",
    "noon", "dawn", "dusk", "sunrise", "sunset", "morning", "evening", "late", "winter", "summer", "spring", "autumn",
    "christmas", "halloween"})  # fmt: skip
"""What ``it is`` says of no thing: weather, the time of the day and of the year."""
_MADE = frozenset({"made", "shot", "filmed", "taken", "recorded", "captured", "drawn", "painted", "sketched", "built",
    "carved", "knitted", "woven", "came", "comes"})  # fmt: skip
"""What tells how a picture or a thing has come about."""
_NO_LOOK = frozenset({"but", "could", "should", "would", "must", "have", "has", "had"})


_FELT = frozenset({"drama", "mood", "emotion", "tension", "energy", "personality", "spirit", "punch", "vibe", "oomph",
    "excitement", "charm", "elegance", "mystery", "romance"})  # fmt: skip
"""What nobody can put into a picture as a thing."""


def _only_tells_how_much(tokens: Tokens) -> bool:
    """Whether some words are a degree and no thing: ``strong``, ``double``."""
    found = amount_at(tokens, 0)
    return found is not None and found[1] == len(tokens)


def _is_multiplied(tokens: Tokens) -> bool:
    """Whether some words hold a factor, which is part of no name: ``a timelapse at 20x``."""
    return any(one.kind == "number" and two.word in ("x", "times") for one, two in pairwise(tokens))


_NO_THING = frozenset({"but", "should", "must", "except", "excluding", "rather", "instead"})


_POINTED_AT = frozenset({"there", "here"})
"""What tells a place by what was named before, and is part of no name: ``a tree there``."""


def new_thing(tokens: Tokens) -> str | None:
    """A thing that shall come, without its article: ``a golden retriever`` -> golden retriever."""
    counted = [token.word for token in tokens[:1]] in (["a"], ["an"])
    if counted and _only_tells_how_much(tokens):
        return None  # "temperature down a notch"
    while len(tokens) > 1 and tokens[0].word in ARTICLES:
        tokens = tokens[1:]
    if (
        not tokens
        or tokens[0].word in ARTICLES | PRONOUNS
        or (tokens[0].word in SPEAKERS and len(tokens) == 1)
        or any(token.kind not in ("word", "quote", "number") for token in tokens)
    ):
        return None
    if (counted and _only_tells_how_much(tokens)) or _is_multiplied(tokens) or tokens[-1].word in _POINTED_AT:
        return None
    if tokens[0].word in ("and", "or"):
        return None
    if tokens[0].word in ("to", "with", "of", "from", "by", "at", "on", "in", "onto", "into") and len(tokens) > 1:
        return None
    if tokens[0].word in ("everything", "everyone", "everybody", "anything", "not", "never", "same"):
        return None  # is there already
    if swallows(tokens) or any(token.word in _NO_THING for token in tokens):
        return None
    if tokens[-1].word in ("the", "a", "an", "of", "with", "to", "on", "in", "and", "more", "less"):
        return None
    if any(token.word in ("more", "less") for token in tokens[1:]) or tokens[-1].word in ("lower", "higher"):
        return None
    if any(token.word in _FORMATS for token in tokens) or tokens[0].word in ("bit", "little", "lot", "tad", "touch"):
        return None
    if is_comparative(tokens[-1].word) or tokens[-1].word in _FELT:
        return None  # "a third slower" is no thing, nor is "some drama"
    kept = [
        token for at, token in enumerate(tokens) if not (at and tokens[at - 1].word == "and" and token.word in ARTICLES)
    ]
    return join(kept)
