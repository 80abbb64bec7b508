"""What something shall be or look like: ``dark red``, ``a bit brighter``, ``twice as fast``, ``black and white``."""

from __future__ import annotations

import re
from dataclasses import replace

from lbvedit.language.amounts import PLAIN, Amount, amount_at, fraction_at, split_amount
from lbvedit.language.colors import MODIFIERS, NEUTRAL, is_color
from lbvedit.language.drafts import Draft, graded
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.synonyms import COLORED, PROPERTIES, QUALITIES, STATES, STYLE_NOUNS, is_comparative
from lbvedit.language.targets import noun_phrase
from lbvedit.language.tokens import Token, Tokens, join, phrases

__all__ = ["CINEMATIC", "COLORED_THINGS", "NAMED_HEIGHTS", "color", "complement"]

_LINKS = frozenset({"look", "looks", "looking", "appear", "appears", "be", "become", "becomes", "get", "go", "seem",
    "feel", "sound", "all", "being", "turn", "with", "both", "into", "in", "as", "appearing", "have", "has", "having",
    "to", "bit", "colored", "painted", "dyed", "play", "plays", "played", "run", "ran", "at", "totally", "even",
    "nice", "and", "fit", "fits", "for", "ready", "suitable",
    "gets", "turns", "goes", "last", "only", "just"})  # fmt: skip
_SHADES = frozenset({"shade", "tone", "tint", "kind", "hue", "sort", "variant", "version", "nuance", "color", "coat",
    "layer"})  # fmt: skip
_NICE = frozenset({"fresh", "nice", "lovely", "beautiful", "certain", "different", "new", "striking", "warm", "cool",
    "clean", "strong", "cosy", "cozy", "clear"})  # fmt: skip
_SHADED = frozenset({"slightly", "somewhat", "bit", "little", "much", "really"})
COLORED_THINGS = frozenset({"orange", "lime", "rose", "violet", "peach", "lemon", "cherry", "plum", "olive", "salmon",
    "tangerine", "apricot", "raspberry", "strawberry", "avocado", "ruby", "sapphire", "emerald", "coffee",
    "sand", "wine", "lilac", "sunflower", "grass", "snow", "straw"})  # fmt: skip
"""What colours are called after, and is a thing where somebody counts or points at it: ``an orange``, ``the rose``."""
_FRUITS = frozenset({"orange", "peach", "lemon", "cherry", "plum", "tangerine", "apricot", "raspberry",
    "strawberry", "avocado", "lime"})  # fmt: skip
"""What is a colour only where nobody counts it."""
_COLOR_NOUNS = frozenset({"color", "colored", "one", "ones", "tint", "tone", "paint", "shade", "hue", "instead",
    "paintwork", "now", "job"})  # fmt: skip
_QUALIFIED = frozenset({"colors", "color", "tones", "tone", "light", "lighting", "look", "image", "sound", "picture",
    "video", "clip", "edges", "details", "shade", "audio", "volume", "feel", "mood", "vibe", "atmosphere"})  # fmt: skip
_MEDIA = frozenset({"video", "clip", "format", "picture", "mode", "crop", "speed", "orientation", "frame", "film",
    "movie", "footage", "version"})  # fmt: skip
NAMED_HEIGHTS = {"4k": 2160, "uhd": 2160, "2k": 1440, "qhd": 1440, "fullhd": 1080, "hd": 720, "8k": 4320, "sd": 480}
"""Lines of a resolution that goes by a name."""
CINEMATIC = frozenset({"cinematic", "anamorphic"})
"""What is said of a shape that is told in numbers."""
_ASPECT = re.compile(r"(?!0+:|\d+:0)\d{1,2}(?:\.\d+)?:\d{1,2}(?:\.\d+)?")
_TRAILERS = phrases(
    "than before | than it is | than now | as before | as now | as it is | than they are | as possible | in color | "
    "than normal | as normal | instead | as well | too | again | now | overall | as it was | than it was | than usual "
    "| speed | mode | format | please"
)
_TWO_SENSES = {"soft": "less sharp; for less loud say quieter", "softer": "less sharp; for less loud say quieter",
    "light": "brighter", "cool": "colder in its colours"}  # fmt: skip
_BEFORE_STATE = frozenset({"a", "an", "the", "in", "completely", "fully", "totally", "entirely", "all", "really",
    "truly", "only"})  # fmt: skip
_MORE_OR_LESS = frozenset({"more", "less", "no", "fewer", "extra", "additional", "any"})


def complement(tokens: Tokens) -> list[Draft] | None:
    """The steps that make something so, without a target; None where the words say no such thing."""
    for skip in range(min(4, len(tokens))):
        if skip and tokens[skip - 1].word not in _LINKS:
            break
        if drafts := _plain_complement(list(tokens[skip:])):
            return drafts
    return None


def _plain_complement(tokens: list[Token]) -> list[Draft] | None:
    if not tokens:
        return None
    if exact := _fixed(tokens):
        return [exact]
    if name := color(tokens):
        return [Draft("recolor", {"color": name})]
    if drafts := _compared(tokens):
        return drafts
    if parted := _without_rival(tokens):
        drafts = _plain_complement(parted[0])
        return [draft.noted(parted[1]) for draft in drafts] if drafts and parted[1] else drafts
    for trailer in _TRAILERS:
        if len(tokens) > len(trailer) and tuple(token.word for token in tokens[-len(trailer) :]) == trailer:
            return _plain_complement(tokens[: -len(trailer)])
    amount, rest = split_amount(tokens)
    if amount is not None and rest:
        while len(rest) > 1 and rest[0].word in ("the", "as", "a"):
            rest = rest[1:]
        return _graded_words(rest, amount) or _sized(rest, amount)
    if amount is not None and amount.mode in ("times", "by") and not rest and tokens[-1].word == "x":
        return _one(graded("speed", 1, Amount("times", amount.value)))
    return _graded_words(tokens, None)


def _without_rival(tokens: list[Token]) -> tuple[list[Token], str] | None:
    """What comes before ``instead of blue``, ``rather than blue`` or ``, not the shirt``, and a note on a thing."""
    words = [token.word for token in tokens]
    if words[0] == "not" and "but" in words[2:-1]:  # "not red but blue"
        return tokens[words.index("but") + 1 :], ""
    for at in range(1, len(words) - 1):
        size = 2 if words[at : at + 2] in (["instead", "of"], ["rather", "than"], ["and", "not"], [",", "not"]) else 0
        size = size or words[at] == "not" or (words[at] == "than" and words[at + 1] in ("in", "a") and 2)
        if size:
            rival = tokens[at + size :]
            if len(rival) == 1 and words[at] in ("instead", "rather") and color(tokens[:at]):
                return tokens[:at], ""  # "cherry red instead of nude"
            if rival and (color(rival) or _fixed(rival) or _graded_words(rival, None)):
                return tokens[:at], ""
            thing = noun_phrase(rival) if rival and rival[0].word in ARTICLES else None
            said = thing and thing.kind == "phrase" and words[at] != "instead"
            return (tokens[:at], f"{join(rival)!r} is left as it is") if said else None
    return None


def _one(draft: Draft | None) -> list[Draft] | None:
    return [draft] if draft else None


def _fixed(tokens: Tokens) -> Draft | None:
    words = [token.word for token in tokens]
    while len(words) > 1 and words[0] in _BEFORE_STATE:
        if " ".join(words) in STATES:
            break
        words = words[1:]
    if tokens[0].kind == "size" and len(tokens) == 1:
        width, _, height = tokens[0].word.partition("x")
        return Draft("resize", {"width": int(width), "height": int(height)})
    if tokens[0].kind == "number" and words[1:] == ["p"] and tokens[0].value >= 16:
        return Draft("resize", {"height": int(tokens[0].value)})
    if len(words) == 1 and words[0] in NAMED_HEIGHTS:
        return Draft("resize", {"height": NAMED_HEIGHTS[words[0]]})
    if words in (["full", "hd"], ["ultra", "hd"]):
        return Draft("resize", {"height": 1080 if words[0] == "full" else 2160})
    if words in (["4", "k"], ["8", "k"], ["2", "k"]):
        return Draft("resize", {"height": {"4": 2160, "8": 4320, "2": 1440}[words[0]]})
    if (
        len(tokens) <= 2
        and tokens[-1].kind in ("clock", "aspect")
        and _ASPECT.fullmatch(tokens[-1].text)
        and len(words) == 1
    ):
        return Draft("crop", {"aspect": tokens[-1].text})
    if len(words) == 2 and words[0] in CINEMATIC and tokens[1].kind in ("clock", "aspect"):
        return _fixed(tokens[1:])
    if len(words) == 2 and tokens[1].kind in ("clock", "aspect") and STATES.get(words[0], ("",))[0] == "crop":
        named, exact = _fixed(tokens[:1]), _fixed(tokens[1:])
        return exact if named and exact and _tall(named) == _tall(exact) else None  # "vertical 9:16"
    if len(words) > 1 and words[-1] in _MEDIA:
        shorter = _fixed(tokens[:-1])
        if shorter and shorter.op in ("crop", "speed", "reverse", "grayscale"):
            return shorter
    if found := STATES.get(" ".join(words)):
        return Draft(found[0], dict(found[1]), vague=found[0] == "speed")
    if len(words) > 1 and words[-1] in STYLE_NOUNS:
        shorter = _fixed(tokens[:-1])
        if shorter and shorter.op in ("grayscale", "sepia"):
            return shorter
    return None


def _tall(crop: Draft) -> int:
    """1 where a shape is higher than wide, -1 where it is wider, 0 for a square."""
    width, height = map(float, crop.params["aspect"].split(":"))
    return (height > width) - (height < width)


def color(tokens: Tokens) -> str | None:
    """The colour that all of some words name, in lower case: ``a nice shade of dark red`` -> dark red."""
    words = [token.word for token in tokens]
    if any(token.kind not in ("word", "hex", "quote") for token in tokens):
        return None
    if tokens and tokens[0].kind == "quote":
        words[0] = tokens[0].text.lower()
    if len(words) > 1 and words[0] in ("the", "my", "our", "your") and words[1] in COLORED_THINGS:
        return None  # "the rose", "the peach red"
    if len(words) == 2 and words[0] in ("a", "an") and words[1] in _FRUITS:
        return None  # "make the apple an orange"
    while len(words) > 1 and (words[0] in ARTICLES | _NICE | _SHADED):
        words = words[1:]
    if len(words) > 2 and words[0] in _SHADES and words[1] == "of":
        words = words[2:]
    if len(words) > 2 and words[0] in ("with", "in") and words[1] == "color":
        words = words[2:]
    if len(words) > 2 and words[:2] == ["of", "color"]:
        words = words[2:]
    if len(words) > 2 and (words[0] == "color" or (words[0] == "of" and words[-1] == "color")):
        words = words[1:]
    while len(words) > 1 and words[-1] in _COLOR_NOUNS:
        words = words[:-1]
    if len(words) > 2 and words[1] in _SHADES and words[2] == "of":
        if words[0] not in MODIFIERS:
            return None
        words = [words[0], *words[3:]]
    if len(words) > 2 and words[0] == "more" and words[1] == "of":
        return None
    if len(words) == 2 and words[0] in ("completely", "all", "fully", "totally", "entirely", "bit"):
        words = words[1:]
    name = " ".join(words).removeprefix("color ").removesuffix("-colored")
    return name if 0 < len(words) <= 5 and is_color(name) else None


def _compared(tokens: Tokens) -> list[Draft] | None:
    """``twice as fast``, ``half as loud``, ``20% brighter``, ``three times slower``, ``half the speed``."""
    words = [token.word for token in tokens]
    if words[0] in ("half", "quarter") and words[1:2] == ["as"]:
        amount, rest = Amount("to", {"half": 0.5, "quarter": 0.25}[words[0]]), list(tokens[2:])
        return _as_much(rest, amount)
    if words[:2] in (["a", "third"], ["a", "quarter"], ["one", "third"]) and words[2:3] == ["as"]:
        return _as_much(list(tokens[3:]), Amount("to", 1 / 3 if words[1] == "third" else 0.25))
    share = tokens[0].kind == "number" and 0 < tokens[0].value < 1 and words[1:] == ["speed"]  # "0.75 speed"
    if part := (tokens[0].value, 1) if share else fraction_at(tokens, 0):
        value, after = part
        if words[after:] == ["speed"]:
            return _sized(list(tokens[after:]), Amount("to", value))
        if words[after:] in (["resolution"], ["res"], ["size"]):
            return _one(graded("resize", 0, Amount("to", value)))
        if words[after : after + 1] in (["of"], ["the"], ["its"]):
            return _sized(list(tokens[after + 1 :]), Amount("to", value))  # "three quarters of the speed"
        if len(words) == after + 1 and is_comparative(words[after]):
            return _graded_words(list(tokens[after:]), Amount("by", value))  # "a third darker"
    found = amount_at(tokens, 0)
    if found is None or found[0].mode not in ("times", "by"):
        return None
    amount, after = found
    if after < len(tokens) and tokens[after].word == "as":
        as_much = Amount("to" if amount.mode == "by" else "times", amount.value)
        return _as_much(list(tokens[after + 1 :]), as_much)
    if after + 1 < len(tokens) and tokens[after].word in ("the", "its") and amount.mode == "times":
        return _sized(list(tokens[after + 1 :]), amount)
    if after < len(tokens) and tokens[after].word in ("speed", "size", "volume", "zoom"):
        return _sized(list(tokens[after:]), amount)
    return None


def _as_much(rest: list[Token], amount: Amount) -> list[Draft] | None:
    words = [token.word for token in rest]
    if words and words[0] in ("much", "many") and len(words) > 1:
        return _property(" ".join(words[1:]), 1, amount)
    if words in (["long"], ["long", "as"]):
        return _one(graded("speed", 0, Amount("to", 1 / amount.value)))
    quality = QUALITIES.get(" ".join(words))
    if quality is None and words[-1:] == ["as"]:
        quality = QUALITIES.get(" ".join(words[:-1]))
    return _one(graded(quality[0], quality[1], amount)) if quality else None


def _sized(rest: list[Token], amount: Amount) -> list[Draft] | None:
    """``half the size``, ``2x speed``, ``50% of the volume``."""
    words = [token.word for token in rest if token.word not in ("of", "the", "its", "original", "normal", "playback")]
    if words in (["length"], ["duration"]):
        return _one(graded("speed", 0, Amount("to", 1 / amount.value)))
    if len(words) == 1 and PROPERTIES.get(words[0], ("",))[0] in ("speed", "resize", "volume", "zoom"):
        change = amount.mode == "by" and not amount.relative  # "volume +20%"
        value = Amount("to", amount.value) if amount.mode in ("to", "by", "times") and not change else amount
        op, direction = PROPERTIES[words[0]]
        return _one(graded(op, direction, value))
    return None


_CASTS = {"blue": 1, "yellow": -1, "orange": -1, "red": -1}
"""A tint that there is too much of -> where to move the temperature."""


def _graded_words(tokens: Tokens, amount: Amount | None) -> list[Draft] | None:
    """``brighter``, ``less blurry``, ``more contrast``, ``warmer colors``, each with the amount already taken out."""
    words = [token.word for token in tokens]
    sign = 1
    if len(tokens) > 2 and words[0] in ("a", "an", "the"):  # "a darker color"
        return _graded_words(tokens[1:], amount) if words[-1] in _QUALIFIED else None
    while words and words[0] in ("more", "less", "not", "too", "no", "fewer", "additional", "extra", "any", "most",
    "even", "as",
                                 "overly", "so"):  # fmt: skip
        if words[0] == "not" and words[1:2] not in (["so"], ["as"], ["too"]):
            return None
        if words[0] in ("less", "too", "no", "fewer", "not", "overly"):
            sign = -1 if words[0] != "too" or sign == 1 else sign
        words = words[1:]
    if words[:1] == ["of"] and " ".join(words[1:]) in PROPERTIES:  # "more of light"
        words = words[1:]
    inner, _ = split_amount(tokens[len(tokens) - len(words) :]) if len(words) > 1 else (None, [])
    if inner is not None and amount is None and " ".join(words) not in QUALITIES:
        rest = split_amount(tokens[len(tokens) - len(words) :])[1]
        words, amount = [token.word for token in rest], inner
    if not words:
        return None
    phrase = " ".join(words)
    if phrase in COLORED and sign > 0:
        painted = COLORED[phrase]
        return [Draft("recolor", {"color": painted}).noted(f"{phrase!r} is read as painting it {painted}")]
    explicit = len(words) < len(tokens) and tokens[0].word in _MORE_OR_LESS
    if phrase in QUALITIES:
        op, direction = QUALITIES[phrase]
        return _with_doubt(graded(op, direction * sign, amount), phrase)
    if phrase in ("high", "higher", "low", "lower"):
        return None
    if len(words) > 1 and words[0] in ("high", "higher", "low", "lower"):
        return _property(" ".join(words[1:]), 1 if words[0].startswith("high") else -1, amount)
    if len(words) > 1 and words[-1] in _QUALIFIED:
        quality = QUALITIES.get(" ".join(words[:-1]))
        if words[-1] in ("sound", "audio", "volume") and words[:-1] in (["soft"], ["softer"]):
            quality = ("volume", -1)
        if quality:
            return _one(graded(quality[0], quality[1] * sign, amount))
    if explicit or tokens[0].word in ("more", "less", "no"):
        no = tokens[0].word == "no"
        if no and phrase in ("color", "colors"):
            return [Draft("grayscale")]
        if no and PROPERTIES.get(phrase, ("",))[0] == "volume":
            return [Draft("mute")]
        name = None if no else color(tokens[len(tokens) - len(words) :])
        if name and sign > 0:
            return [Draft("recolor", {"color": name}).noted(f"'more {name}' is read as painting it {name}")]
        if name in _CASTS:
            remedy = "warmer" if _CASTS[name] > 0 else "cooler"
            draft = graded("temperature", _CASTS[name], amount or PLAIN)
            return _one(draft and draft.noted(f"'less {name}' is read as {remedy}"))
        if name and not no and name not in NEUTRAL:
            draft = graded("saturation", -1, amount or PLAIN)
            return _one(draft and replace(draft, tint=name).noted(f"'less {name}' is read as less saturated"))
        return _property(phrase, sign, amount)
    return None


def _with_doubt(draft: Draft | None, phrase: str) -> list[Draft] | None:
    if draft is not None and phrase in _TWO_SENSES:
        draft = draft.noted(f"'{phrase}' is read as {_TWO_SENSES[phrase]}")
    return _one(draft)


def _property(phrase: str, sign: int, amount: Amount | None) -> list[Draft] | None:
    if phrase not in PROPERTIES:
        return None
    op, direction = PROPERTIES[phrase]
    return _one(graded(op, direction * sign, amount or PLAIN))
