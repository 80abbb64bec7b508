"""What every verb frame is given, and the pieces that several of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lbvedit.errors import InstructionError
from lbvedit.language.drafts import NOBODY, Draft
from lbvedit.language.durations import number_at
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.sparing import reorder_except, reorder_only, split_exception
from lbvedit.language.synonyms import PROPERTIES
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import MARK_SOFT, Token, Tokens, join

__all__ = [
    "SPARING",
    "UNHURRIED",
    "Frame",
    "Phrase",
    "object_of",
    "property_in",
    "refuse_frames",
    "spared",
    "splits",
    "with_reordering",
    "words_of",
]

SPARING = (("except", "for"), ("apart", "from"), ("except",), ("but",), ("excluding",), ("besides",), ("but", "not"))
"""What stands before the time that is left out."""

UNHURRIED = frozenset({"slowly", "gradually", "smoothly", "progressively", "gently"})
"""How something shall come about, where the operators do all of it at once."""

_NOUNS_TOO = frozenset({"color", "colors", "light", "lights", "sound", "music", "focus", "lighting", "detail",
    "details", "grain"})  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """What follows a verb.

    Args:
        tokens: the words after the verb and its particle.
        verb: the verb's base form.
        particle: ``up``, ``down``, ``out`` ... or an empty string.
        previous: the steps of the clause before, where this one goes on with the same verb ("and the truck blue").
        before: the words of that clause.
    """

    tokens: list[Token]
    verb: str
    particle: str = ""
    previous: tuple[Draft, ...] = ()
    before: tuple[Token, ...] = ()

    @property
    def last_target(self) -> Target:
        """The target of the clause before, when this one goes on with its verb."""
        return self.previous[-1].target if self.previous else NOBODY


Frame = Callable[[Phrase], list[Draft] | None]


def words_of(tokens: Tokens) -> list[str]:
    """The words for comparing."""
    return [token.word for token in tokens]


def object_of(tokens: Tokens) -> Target | None:
    """The target that some words name; nothing said is nobody."""
    return noun_phrase(tokens) if tokens else NOBODY


def refuse_frames(tokens: Tokens) -> None:
    """Refuses a time that is counted in frames, which no operator takes.

    Raises:
        InstructionError: ``frames 10 to 50`` are named.
    """
    for at, token in enumerate(tokens):
        every = "every" in words_of(tokens[max(at - 2, 0) : at])
        if token.word in ("frame", "frames") and (every or _is_counted(tokens[at + 1 :])):
            raise InstructionError(
                f"{join(tokens[at:])!r:.80} counts frames, and times are told in seconds",
                hint="as in 'cut from 0.4 s to 2 s'",
            )


def _is_counted(tokens: Tokens) -> bool:
    """Whether numbers without a unit begin some words, alone or as a stretch: ``10 to 50``, ``from 10 to 50``."""
    found = number_at(tokens, 0)
    if found:
        return words_of(tokens[found[1] : found[1] + 1]) in ([], ["to"], ["and"], ["through"], [MARK_SOFT])
    return bool(tokens) and tokens[0].kind == "span" and _UNITLESS.fullmatch(tokens[0].text.lower()) is not None


_UNITLESS = re.compile(r"(from|between) \d+ ?(to|and|until|-|–) ?\d+")


def spared(tokens: Tokens) -> Token | None:
    """The time that ``everything but the last 3 seconds`` leaves out, if that is what some words say."""
    words = words_of(tokens)
    if not tokens or tokens[-1].kind != "span" or words[:1] not in (["all"], ["everything"]):
        return None
    return tokens[-1] if tuple(word for word in words[1:-1] if word != "the") in SPARING else None


def splits(tokens: Tokens, marks: frozenset[str]) -> Iterator[tuple[Tokens, str, Tokens]]:
    """Every way to part some words at one of the marks: what is before it, the mark, what is behind it."""
    for at, token in enumerate(tokens):
        beside = token.word == "to" and at and tokens[at - 1].word in ("next", "close")
        if token.word in marks and token.kind == "word" and not beside:
            yield tokens[:at], token.word, tokens[at + 1 :]


def property_in(tokens: Tokens, *, loose: bool = False) -> tuple[str, Target] | None:
    """A property and whose it is: ``the brightness of the sky``, ``the car's color``, ``contrast``.

    Args:
        tokens: the words.
        loose: whether ``the lady's scarf color`` may mean the color of the scarf; else it may be a thing of that name.
    """
    words = words_of(tokens)
    start = 1 if words and words[0] in ARTICLES | {"its", "their", "his", "her"} else 0
    own = bool(words) and words[0] in ("its", "their", "his", "her")
    for size in (3, 2, 1):
        name = " ".join(words[start : start + size])
        if name not in PROPERTIES and name not in _NAMES:
            continue
        rest = tokens[start + size :]
        if not rest:
            return name, Target("pronoun") if own else NOBODY
        rest = rest[rest[0].word == "out" :]  # "half of the color out of the street"
        if len(rest) > 1 and rest[0].word in ("of", "in", "on", "for", "from") and (target := noun_phrase(rest[1:])):
            return name, target
    if loose and "color" in words[1:-2]:  # "the hair color of the man"
        at = words.index("color", 1)
        owned = noun_phrase([*tokens[:at], *tokens[at + 1 :]])
        if owned and words[at + 1] == "of":
            return "color", owned
    for size in (2, 1):  # "the car's color", "the sky brightness"
        name = " ".join(words[-size:])
        if (name in PROPERTIES or name in _NAMES) and len(words) > size:
            owner = list(tokens[:-size])
            last = owner[-1]
            if last.word.endswith(("'s", "'")) and len(last.word) > 2:
                cut = 2 if last.word.endswith("'s") else 1
                owner[-1] = Token("word", last.text[:-cut], last.word[:-cut], last.start, last.end - cut)
            elif not loose and name in _NOUNS_TOO:
                continue
            if target := noun_phrase(owner):
                return name, target
    return None


_NAMES = frozenset({"hue", "style", "look", "appearance", "resolution", "aspect ratio", "format", "orientation",
    "aspect", "angle", "weather", "season", "time of day", "mood", "atmosphere", "action", "frame rate", "length",
    "duration", "tint", "shade"})  # fmt: skip


def with_reordering(tokens: list[Token], attempt: Callable[[list[Token]], list[Draft] | None]) -> list[Draft] | None:
    """Tries the words as they stand, then with a trailing ``except X`` moved to the whole that it restricts."""
    if found := attempt(tokens):
        return found
    moved = reorder_except(tokens) or reorder_only(tokens)
    if moved:
        return attempt(moved)
    head, exception = split_exception(tokens)
    for at in range(len(head) - 1 if exception else 0, 0, -1):  # "all the cars red except the taxi"
        drafts = attempt([*head[:at], *exception, *head[at:]])
        if drafts and all(draft.target.phrase.count(" except ") == 1 for draft in drafts):
            return drafts
    return None
