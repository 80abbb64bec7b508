"""Verbs whose result must be imagined: replace, stylize, animate."""

from __future__ import annotations

from lbvedit.language.colors import SHADES, colors_alone
from lbvedit.language.complements import COLORED_THINGS, color
from lbvedit.language.drafts import Draft
from lbvedit.language.frames.becoming import BACKGROUND
from lbvedit.language.frames.objects import background_color
from lbvedit.language.frames.phrase import Phrase, object_of, property_in, splits, words_of
from lbvedit.language.frames.properties import set_property
from lbvedit.language.imagined import action, look, new_thing
from lbvedit.language.synonyms import ACTIONS
from lbvedit.language.targets import Target, noun_phrase, screen_in, strip_articles
from lbvedit.language.tokens import Token, ended_by, phrases

__all__ = ["animating", "backing", "replacing", "styling"]

_SO_THAT = frozenset({"so", "that", "it", "he", "she", "they", "to", "with", "as", "is", "are", "doing",
    "and"})  # fmt: skip


def replacing(phrase: Phrase) -> list[Draft] | None:
    """``replace X with Y``, ``swap X for Y``, ``substitute Y for X``."""
    parted = splits(phrase.tokens, frozenset({"with", "by", "for", "to", "into", "and"}))
    # "the man with the hat with a robot": what is new comes with another article.
    for before, mark, behind in sorted(parted, key=lambda part: words_of(part[2][:1]) == ["the"]):
        left, right = list(before), list(behind)
        if mark == "and" and phrase.verb not in ("swap", "exchange"):
            continue
        if mark == "and" and (first := noun_phrase(left)) and (second := noun_phrase(right)):
            one, two = colors_alone(first.phrase), colors_alone(second.phrase)
            # Masks are those of the source: the second step does not undo the first, unless they share pixels.
            if len(one) == len(two) == 1 and not set(SHADES.get(one[0], one)) & set(SHADES.get(two[0], two)):
                return [Draft("recolor", {"color": two[0]}, first), Draft("recolor", {"color": one[0]}, second)]
        if phrase.verb == "substitute" and mark == "for":
            left, right = right, left
        if not right or (mark == "and"):
            continue
        if found := property_in(left) or property_in(_before(left, "from")):
            if drafts := set_property(left, "to", right):
                return drafts
            if found[0] in ("sound", "audio", "music"):
                return [Draft("mute")] if words_of(right) in (["silence"], ["nothing"]) else None
        target = noun_phrase(left)
        if target is None or target.kind == "none":
            continue
        if target == BACKGROUND:
            if name := color(right) or background_color(right):
                return [Draft("cutout", {"background": name}, Target("phrase", "background", outside=True))]
            what = new_thing(right)
            return [Draft("restyle_background", {"with": what}, target)] if what else None
        what = new_thing(right)
        if what and target.kind in ("phrase", "pronoun", "rest"):
            said = strip_articles(right)
            if (rest := screen_in(target)) and (name := color(right)):
                return [Draft("cutout", {"background": name}, rest)]
            another = len(said) > 1 and said[-1].word in ("one", "ones") and color(said[:-1])  # "with a blue one"
            if target.kind == "phrase" and another and phrase.verb in ("replace", "swap"):
                return [Draft("recolor", {"color": another}, target)]
            counted = right[0].word in ("a", "an") and said[0].word in COLORED_THINGS
            if target.kind == "phrase" and color(said) and len(said) == 1 and not counted:
                return [Draft("recolor", {"color": what.lower()}, target)]
            return [Draft("replace", {"with": what}, target)]
    return None


def _before(tokens: list[Token], mark: str) -> list[Token]:
    """The words before a mark; all of them where it does not stand."""
    words = words_of(tokens)
    return tokens[: words.index(mark)] if mark in words else tokens


def styling(phrase: Phrase) -> list[Draft] | None:
    """``stylize it as a pencil sketch``, ``restyle the scene in the style of Monet``, ``cartoonify it``."""
    tokens = phrase.tokens
    if phrase.verb in ("cartoonify", "cartoonize", "animefy"):
        target = object_of(tokens)
        return (
            [Draft("style", {"style": "cartoon" if phrase.verb != "animefy" else "anime"}, target)] if target else None
        )
    parted = splits(tokens, frozenset({"as", "in", "like", "into", "to", "with"}))
    for before, mark, behind in sorted(parted, key=lambda part: part[1] in ("in", "with")):
        target = object_of(before)
        style = look(list(behind)) if behind else None
        if style and target is not None and not (mark == "in" and target.kind == "none" and before):
            return [Draft("style", {"style": style}, target)]
    return None


def backing(phrase: Phrase) -> list[Draft] | None:
    """``use a beach as the background``: another scene behind the things."""
    size = ended_by(phrase.tokens, _AS_BACKGROUND)
    scene = new_thing(phrase.tokens[: len(phrase.tokens) - size]) if size else None
    return [Draft("restyle_background", {"with": scene}, BACKGROUND)] if scene and not phrase.previous else None


_AS_BACKGROUND = phrases(
    "as the background | as a background | as background | as its background | as a backdrop | as the backdrop | "
    "for the background | for a background"
)


def animating(phrase: Phrase) -> list[Draft] | None:
    """``animate the statue so that it waves``, ``animate the man walking away``."""
    tokens = phrase.tokens
    for at in range(1, len(tokens)):
        target = noun_phrase(tokens[:at])
        if target is None or target.kind not in ("phrase", "pronoun"):
            continue
        rest = tokens[at:]
        while rest and rest[0].word in _SO_THAT:
            rest = rest[1:]
        stripped = list(rest)
        if stripped and stripped[0].word.endswith("s") and stripped[0].word[:-1] in ACTIONS:
            stripped[0] = Token(
                "word", stripped[0].text[:-1], stripped[0].word[:-1], stripped[0].start, stripped[0].end - 1
            )
        if stripped and (done := action(stripped)):
            return [Draft("animate", {"action": done}, target)]
    return None
