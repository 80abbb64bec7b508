"""Noun phrases: what a step acts on, as the user said it, without its article."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from lbvedit.language.colors import colors_alone
from lbvedit.language.nouns import conjuncts, may_name
from lbvedit.language.orders import ORDERS
from lbvedit.language.persons import may_be, noun_of
from lbvedit.language.pronouns import ARTICLES, OWNERS, PERSONS, POSSESSIVES, PRONOUNS, SPEAKERS, THINGS
from lbvedit.language.sparing import EXCEPT, SPARED, narrows
from lbvedit.language.synonyms import PROPERTIES, QUALITIES
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, ended_by, phrases
from lbvedit.language.wholes import MEDIA, WHOLE_NOUNS, is_footage, is_placed, is_rest, is_whole, rest_around

__all__ = ["CORNERS", "Target", "noun_phrase", "screen_in", "strip_articles"]


@dataclass(frozen=True)
class Target:
    """What a step acts on, before pronouns are resolved.

    Args:
        kind: ``whole`` frame, a ``phrase``, a ``pronoun`` for the last target, the ``rest`` of the frame around it,
            or ``none`` where nothing was said.
        phrase: the words, for a phrase; a pronoun that tells persons, things or several apart; ``all`` for one that
            stands for all that was named; ``people`` for everyone else; ``audio`` or ``sound`` for the whole of that.
        outside: everything except the phrase.
        owner: the possessive pronoun that stood before the phrase ("his shirt"), or an empty string.
    """

    kind: Literal["whole", "phrase", "pronoun", "rest", "none"]
    phrase: str = ""
    outside: bool = False
    owner: str = ""


_PEOPLE = (["everyone"], ["everybody"], ["all", "people"], ["all", "the", "people"])
_BACKGROUND = frozenset({"background", "backdrop", "surroundings", "backgrounds"})
_ALONE = frozenset({"only", "itself", "themselves", "himself", "herself", "together"})
"""What says of a thing that it is meant and nothing else, or of several that all are."""
_NOUNS_IN_LY = frozenset({"family", "butterfly", "fly", "dragonfly", "firefly", "lily", "belly", "jelly", "bully",
    "ally", "dolly", "assembly", "holly", "elderly", "only"})  # fmt: skip
_COUNTS = frozenset({"to", "first", "last", "the", "and", "only"})
_SILENCES = frozenset({"silence", "silences", "pauses", "ums", "uhs", "ahs", "stutters", "stammering"})
"""Stretches of the sound, which nothing in the picture tells."""
_NO_THINGS = frozenset({"px", "pixels", "fps", "framerate", "codec", "bitrate"}) | _SILENCES
CORNERS = frozenset({"corners", "edges", "borders", "corners of the frame", "edges of the frame", "corners and edges",
    "edges and corners", "frame edges", "edges of the picture", "corners of the picture", "four corners"})  # fmt: skip
"""Where a vignette is dark."""


def noun_phrase(tokens: Tokens) -> Target | None:
    """The target that some words name, or None where they name none."""
    tokens = _without_place(tokens)
    words = [token.word for token in tokens]
    if not words or any(
        token.kind in ("span", "duration", "percent", "hex", "clock", "size", "aspect") for token in tokens
    ):
        return None
    if words[0] in ("half", "most", "part", "many", "several", "few") and words[1:2] == ["of"]:
        return None  # nobody knows which
    if len(words) < 4 and words[-1] in ("bit", "tad"):
        return None  # "rotate a tiny bit"
    adverb = words[-1].endswith("ly") and words[-1] not in _NOUNS_IN_LY and not tokens[-1].text[:1].isupper()
    if adverb and not any(word.endswith("ing") or word in ("who", "that", "which") for word in words):
        return None  # "blur the clown violently"
    if all(token.kind == "number" or token.word in _COUNTS for token in tokens) or words[-1] in _NO_THINGS:
        return None
    if words[-1] in ("twice", "thrice") or any(token.kind == "number" and token.value % 1 for token in tokens):
        return None
    if not _SILENCES.isdisjoint(words[:3]):
        return None
    if words in (["something"], ["nothing"], ["whatever"], ["wait"], ["here"], ["there"]):
        return None
    if len(words) < 3 and words[-1] in ORDERS and words[0] not in ARTICLES:
        return None
    if any(_is_factor(*pair) for pair in pairwise(tokens)):
        return None
    if tokens[-1].kind == "number" and words[-2:-1] in (["first"], ["last"]):
        return None  # "the sign for the last 5"
    if tokens[0].kind == "number" and words[1:2] == [MARK_SOFT]:
        return None  # "sharpen 20, contrast +5"
    if len(words) > 1 and all(word in QUALITIES and word.endswith("er") for word in words):
        return None  # "brighter brighter"
    if words[0] in PROPERTIES and len(tokens) > 1 and tokens[1].kind == "number":
        return None  # "saturation +25"
    if (head := _without_rival(tokens)) is not None:
        return noun_phrase(head)
    if len(words) > 1 and words[-1] in _ALONE:
        return noun_phrase(tokens[:-1])
    if words[0] in ("only", "just", "also") or (words[0] == "both" and words[1:2] and words[1] in OWNERS | {"the"}):
        return noun_phrase(tokens[1:])
    if words in (["both"], ["both", "of", "them"], ["all", "of", "them"], ["them", "all"], ["them", "both"]):
        return Target("pronoun", "all")
    if words in (["this", "one"], ["that", "one"], ["the", "same"], ["these", "ones"], ["the", "same", "thing"]):
        return Target("pronoun")
    if len(words) == 1 and words[0] in PRONOUNS:
        return Target("pronoun", words[0] if words[0] in PERSONS | THINGS else "")
    if len(words) == 1 and words[0] in SPEAKERS:
        return Target("phrase", words[0])
    if len(words) == 2 and words[0] in OWNERS and words[1] in ("color", "colors", "sound", "audio"):
        return Target("pronoun")
    if is_rest(words):
        return Target("rest", "people" if words[0] in ("everyone", "everybody") else "")
    if (
        (at := rest_around(words))
        and (inner := noun_phrase(tokens[at:]))
        and inner.kind == "phrase"
        and not inner.outside
    ):
        return Target("phrase", inner.phrase, outside=True)
    if words[:4] == ["the", "rest", "of", "the"] and (place := noun_phrase(tokens[4:])) and place.kind == "phrase":
        return Target("rest", place.phrase)  # "the rest of the room"
    named = tokens[1:] if words[0] == "the" else tokens
    if named and named[0].word in ("color", "colors") and [one.word for one in named[1:2]] in (["of"], ["in"], ["on"]):
        return noun_phrase(named[2:])
    if inner := _outside(tokens, words):
        return inner
    if words[:3] == ["everything", "in", "the"] and len(words) == 4 and words[3] in _BACKGROUND:
        return Target("phrase", "background")
    if words in _PEOPLE:
        return Target("phrase", "people")
    if words[0] in ("everything", "whole", "anything") and not SPARED.isdisjoint(words) and not is_placed(words[1:3]):
        return None  # "everything a lot except the dog" is the whole, and how much
    if part := _all_but(tokens, words):
        return part
    if is_whole(words) or is_footage(words):
        return Target("whole", words[-1] if words[-1] in ("audio", "sound") else "")
    return _phrase(tokens, words)


def _is_factor(number: Token, unit: Token) -> bool:
    return number.kind == "number" and unit.word in ("x", "times")


def _without_rival(tokens: Tokens) -> Tokens | None:
    """What comes before ``not the woman`` in ``the man, not the woman``; None where nothing is ruled out."""
    words = [token.word for token in tokens]
    if words[0] in ("all", "every", "any") and not any(word.endswith(("'s", "s'")) for word in words[:-1]):
        return None
    for at in range(len(words) - 2, 0, -1):
        if (words[at], words[at + 1]) in _RULED_OUT:
            head = tokens[: at - (words[at - 1] == MARK_SOFT)]
            whole = not head or is_whole([token.word for token in head])
            return None if whole or noun_phrase(tokens[at + 2 :]) is None else head
        if words[at] == "not" and words[at - 1] in (MARK_SOFT, "and"):
            head = tokens[: at - 1]
            owner = words[-1].endswith(("'s", "s'"))  # "the kids' faces, not the teacher's"
            named = owner or noun_phrase(tokens[at + 1 :]) is not None
            return head if named and not is_whole([token.word for token in head]) else None
    return None


_RULED_OUT = frozenset({("instead", "of"), ("rather", "than")})


def _outside(tokens: Tokens, words: list[str]) -> Target | None:
    """``everything except X``, ``all but X``, ``the area around X``, ``the whole frame apart from X``."""
    for at in range(len(words)):
        for phrase in EXCEPT:
            if tuple(words[at : at + len(phrase)]) != phrase or (phrase == ("but",) and narrows(words, at)):
                continue
            head = [word for word in words[:at] if word != MARK_SOFT]
            around = phrase[0] in ("around", "outside")
            place = head in (["the", "area"], ["area"], ["the", "space"], ["the", "region"], ["everything"], ["all"],
                             ["the", "background"], ["the", "parts"], ["anything"], [])  # fmt: skip
            if around and not place:
                return None
            background = head and head[-1] in _BACKGROUND and not head[:-1]
            background = background or (len(head) == 2 and head[0] == "the" and head[1] in _BACKGROUND)
            bare = not head and phrase[0] in (
                "except",
                "excluding",
                "besides",
                "apart",
                "aside",
            )  # "sepia except the car"
            if background and not around:
                return None  # it has parts, too: see _all_but
            if not (background or (around and place) or bare or (head and is_whole(head))):
                return None
            inner = noun_phrase(tokens[at + len(phrase) :])
            if inner is None or inner.outside or inner.kind in ("whole", "none"):
                return None
            if head == ["all"] and inner.phrase.startswith("one of "):
                return None  # "all but one of the balloons"
            if inner.kind == "rest":
                return Target("pronoun")
            if inner.kind == "pronoun":
                return Target("rest")
            return Target("phrase", inner.phrase, outside=True)
    return None


def _all_but(tokens: Tokens, words: list[str]) -> Target | None:
    """``everyone except the speaker``, ``the cars apart from the taxi``: the one without the other."""
    for at in range(1, len(words) - 1):
        for phrase in EXCEPT:
            if tuple(words[at : at + len(phrase)]) != phrase or narrows(words, at):
                continue
            people = words[:at] in _PEOPLE
            clear = people or phrase[0] in SPARED or phrase[:2] in _CLEARLY
            if not clear and (phrase[0] != "but" or words[0] not in ("all", "every")):
                continue
            head, inner = noun_phrase(tokens[:at]), noun_phrase(tokens[at + len(phrase) :])
            if inner and inner.phrase in POSSESSIVES:
                return None  # "all faces except hers": nothing says whose
            if head and head.phrase.partition("'s ")[1] and words[-1].endswith("'s") and " ".join(phrase) == "but not":
                return head  # "the woman's face, but not the man's"
            if head and inner and head.kind == inner.kind == "phrase" and not (head.outside or inner.outside):
                noun = head.phrase.split()[-1]  # "the cars except the red one"
                if words[at + len(phrase)] in _THOSE:  # "the people in the back but not those in front"
                    return Target(
                        "phrase", f"{head.phrase} except {noun_of(head.phrase)} {inner.phrase.split(' ', 1)[1]}"
                    )
                spared = re.sub(r"\bone\b", noun.removesuffix("s"), re.sub(r"\bones\b", noun, inner.phrase))
                return Target("phrase", f"{head.phrase} except {spared}")
    return None


_THOSE = frozenset({"those", "these"})
_BEHIND_THOSE = frozenset({"in", "on", "at", "with", "who", "that", "behind", "near", "under", "wearing", "next", "to",
    "from", "by", "above", "below", "beside", "sitting", "standing", "holding", "walking", "running"})  # fmt: skip
"""What "those" is no article before: ``blur those in the back``."""
_CLEARLY = (("but", "not"), ("though", "not"), ("although", "not"), ("with", "the"), ("save", "for"))


def screen_in(target: Target) -> Target | None:
    """All but what actors are filmed before, if a target is that: ``green screen``, ``white background``."""
    if target.kind != "phrase" or target.outside:
        return None
    if found := _SCREEN.fullmatch(target.phrase.lower()):
        return Target("phrase", target.phrase[: found.end("screen")], outside=True)
    ground = target.phrase.rpartition(" ")[2].lower() in ("background", "backdrop")
    return replace(target, outside=True) if ground and colors_alone(target.phrase) else None


_SCREEN = re.compile(r"(?P<screen>(green|blue)[ -]?screens?)( (behind|in|from|around|of|on) .*)?")


def strip_articles(tokens: Tokens) -> list[Token]:
    """The words without the articles before them."""
    tokens = list(tokens)
    if len(tokens) > 1 and tokens[0].word in _THOSE and tokens[1].word in _BEHIND_THOSE:
        return tokens
    while len(tokens) > 1 and tokens[0].kind == "word" and (
        tokens[0].word in ARTICLES or tuple(token.word for token in tokens[:2]) in {("all", "the"), ("all", "of")}
    ):  # fmt: skip
        tokens = tokens[2 if tokens[0].word == "all" else 1 :]
    if len(tokens) == 1 and tokens[0].kind == "quote":
        lead, _, name = tokens[0].text.partition(" ")
        return [replace(tokens[0], text=name)] if name and lead.lower() in ARTICLES else tokens
    return tokens


def _without_place(tokens: Tokens) -> list[Token]:
    """The words without ``in the video`` or ``that you can see`` behind them."""
    tokens = list(tokens[: len(tokens) - ended_by(tokens, _IN_SIGHT)] or tokens)
    while tokens and tokens[-1].word == MARK_SOFT:
        tokens.pop()
    words = [token.word for token in tokens]
    for at in range(1, len(words) - 1):
        if words[at] in ("in", "from", "throughout") and words[at - 1] not in ("everything", "rest"):
            place = words[at + 1 :]
            if is_whole(place) and place[-1] in WHOLE_NOUNS - {"scene", "color", "colors", "sound", "audio"}:
                return tokens[:at]
        of_video = words[at] == "of" and words[at - 1] not in ("everything", "rest") and words[-1] in MEDIA
        if of_video and is_whole(words[at + 1 :]):
            return tokens[:at]
    return tokens


_IN_SIGHT = phrases(
    "that you can see | you can see | that you see | you see | that you find | you can find | in view | in here"
)


def _phrase(tokens: Tokens, words: list[str]) -> Target | None:
    if words[0] in PERSONS and words[1:2] == [MARK_SOFT]:  # "him, the man on the left"
        meant = noun_phrase(tokens[2:])
        return meant if meant and meant.kind == "phrase" and may_be(words[0], meant.phrase) else None
    if not may_name(tokens):
        return None
    owner = words[0] if words[0] in OWNERS and len(words) > 1 else ""
    if any(token.text == ":" for token in tokens):
        return None
    said = strip_articles(tokens[1:] if owner else tokens)
    if not said or (len(said) == 1 and said[0].word in ARTICLES | PRONOUNS):
        return None
    bare = [token.word for token in said]
    if bare[0] == "of":  # "some of the people": nobody knows whom
        return None
    if bare[0] in _BACKGROUND and (len(bare) == 1 or bare[1] in ("of", "behind", "around", "in", "from")):
        return Target("phrase", "background")
    return Target("phrase", conjuncts(said), owner=owner)
