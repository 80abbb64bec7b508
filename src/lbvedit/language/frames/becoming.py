"""What something becomes: a colour, a quality, a look, another scene or another thing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from lbvedit.language.amounts import split_amount
from lbvedit.language.colors import MODIFIERS, SHADES, colors_alone, is_color
from lbvedit.language.complements import COLORED_THINGS, color, complement
from lbvedit.language.drafts import NOBODY, Draft, graded
from lbvedit.language.frames.phrase import property_in, words_of
from lbvedit.language.imagined import look, new_thing
from lbvedit.language.synonyms import PROPERTIES, QUALITIES, STYLE_NOUNS
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import Token

__all__ = ["BACKGROUND", "STYLES", "become", "compared_property", "fitting", "inverted"]


BACKGROUND = Target("phrase", "background")


STYLES = frozenset({"cinematic", "vintage", "retro", "cartoonish", "noir", "dreamy", "futuristic", "cyberpunk",
    "painterly", "old", "old-fashioned", "animated", "spooky", "gothic", "surreal", "wintry", "rainy", "snowy",
    "foggy", "misty", "stormy", "autumnal", "night", "nighttime", "daytime", "day", "winter", "summer", "autumn",
    "spring", "sunset", "sunrise", "dusk", "dawn", "christmas", "anime", "cartoon", "photorealistic", "realistic",
    "artistic", "scary", "magical", "romantic", "dramatic", "festive", "hand-drawn", "steampunk", "abstract",
    "impressionist", "nostalgic", "modern", "medieval", "post-apocalyptic", "moody", "golden hour", "film noir",
    "pixel art", "watercolor", "lego", "claymation", "origami", "8-bit", "wet", "rusty",
    "dusty", "dirty", "frozen", "burnt", "broken", "abandoned", "haunted", "ancient", "shiny", "glossy", "flooded",
    "overgrown", "ruined", "happy", "sad", "angry", "tired", "scared", "surprised", "muddy", "worn"})  # fmt: skip


_COMPARED = frozenset({"higher", "lower", "stronger", "weaker", "smaller", "bigger", "faster", "slower", "less",
    "more", "greater", "high", "low", "strong", "weak"})  # fmt: skip


def inverted(tokens: list[Token]) -> list[Draft] | None:
    """``make slower the video``, ``make more bright the face``."""
    at = next((at for at, token in enumerate(tokens) if at and token.word in ("the", "my", "this", "that")), 0)
    if at and (found := property_in(tokens[at:])) and found[0] in PROPERTIES:  # "make bigger the contrast"
        return compared_property([*tokens[at:], *tokens[:at]])
    drafts = complement(tokens[:at]) if at else None
    target = noun_phrase(tokens[at:]) if drafts else None
    return [fitting(draft, target) for draft in drafts] if drafts and target else None


def fitting(draft: Draft, target: Target) -> Draft:
    """A step on its target: what becomes transparent is cut out, or removed."""
    if draft.op in ("cutout", "remove") and target == BACKGROUND:
        return Draft("cutout", draft.params, Target("phrase", "background", outside=True))
    if draft.op == "cutout" and target.kind == "rest":  # "keep the man and make the rest transparent"
        return draft.on(Target("pronoun"))
    if draft.op == "cutout" and target.kind == "phrase" and target.outside:
        return draft.on(replace(target, outside=False))
    if draft.op == "cutout" and target.kind == "phrase" and colors_alone(target.phrase):
        return draft.on(replace(target, outside=True))
    if draft.op == "cutout" and target.kind == "phrase":
        return Draft("remove", {}, target).noted("making a thing transparent is read as removing it")
    return draft.on(target)


def compared_property(tokens: list[Token]) -> list[Draft] | None:
    """``make the contrast higher``, ``make the volume a bit lower``."""
    amount, rest = split_amount(tokens)
    for words, said in ((tokens, None), (rest, amount)):
        if len(words) > 1 and words[-1].word in _COMPARED:
            inner, subject = split_amount(words[: -2 if words[-2].word == "more" else -1])  # "the sound more low"
            found = property_in(subject)
            if found and found[0] in PROPERTIES:
                op, direction = PROPERTIES[found[0]]
                down = words[-1].word in ("lower", "weaker", "smaller", "slower", "less", "low", "weak")
                draft = graded(op, -direction if down else direction, said or inner)
                return [draft.on(found[1])] if draft else None
    return None


def become(tokens: list[Token], target: Target) -> list[Draft] | None:
    """What a target turns into: a colour, a quality, a look, another scene or another thing."""
    words = words_of(tokens)
    if words in (["the", "left"], ["the", "right"], ["left"], ["right"]):
        return None  # "turn it to the right" turns the picture
    if colors_alone(target.phrase) and len(tokens) == 1 and is_color(words[0].removesuffix("s")):  # "the reds to blues"
        return [Draft("recolor", {"color": words[0].removesuffix("s")}, target)]
    if drafts := complement(tokens):
        return [fitting(draft, target) for draft in drafts]
    same = target.kind == "phrase" and len(words) > 1 and words[-1] == target.phrase.split()[-1].lower()
    if same and (name := color(tokens[:-1])):  # "turn the blue car into a red car"
        return [Draft("recolor", {"color": name}, target)]
    if words[-1] in STYLE_NOUNS and (style := look(tokens)) and target.kind != "phrase":
        return [Draft("style", {"style": style}, target)]
    if style_of(words) and (style := look(tokens)):
        return [Draft("style", {"style": style}, target)]
    if target == NOBODY and (turned := inverted(tokens)):  # "change to black and white the image"
        return turned
    if not _SHADES_OF.isdisjoint(pairwise(words)):
        return None  # "a darker shade of the colour that the wall has": what that is stands in no sentence
    if words[0] in ("a", "an") and (found := _nearly_a_color(tokens)):
        return [found.on(target)]
    what = new_thing(tokens)
    if what is None:
        return None
    if target.kind == "phrase" and target.phrase.lower() in ("lighting", "daylight", "light"):
        return [Draft("style", {"style": what})]
    if target.kind == "phrase" and target.phrase.lower() in STYLES:  # "turn day into night"
        return [Draft("style", {"style": what})]
    if target == BACKGROUND and not target.outside:
        return [Draft("restyle_background", {"with": what}, target)]
    return [Draft("become", {"with": what}, target)]


_SHADES_OF = frozenset((noun, "of") for noun in ("shade", "tone", "tint", "hue", "color"))


def _nearly_a_color(tokens: list[Token]) -> Draft | None:
    """``a deep orchard red``: the colour without the one word in it that says nothing, if that is no thing's name."""
    words = words_of(tokens)[1:]
    odd = [word for word in words[:-1] if word not in MODIFIERS]
    kept = " ".join(word for word in words if word not in odd)
    if len(odd) != 1 or odd[0] in QUALITIES or words[-1] in COLORED_THINGS or words[-1] not in SHADES:
        return None
    if not is_color(kept) or {"and", "with", "of"} & set(words):
        return None
    return Draft("recolor", {"color": kept}).noted(f"{odd[0]!r} is no colour's name here: read as {kept!r}")


def style_of(words: list[str]) -> bool:
    """Whether some words begin with ``the style of``."""
    return words[:3] in (["the", "style", "of"], ["a", "style", "of"]) or words[:2] == ["style", "of"]
