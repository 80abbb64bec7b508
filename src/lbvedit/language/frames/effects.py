"""Effects and looks by their names: ``a strong blur``, ``a red tint``, ``a vignette of 0.4``, ``cinematic look``."""

from __future__ import annotations

from lbvedit.language.amounts import Amount, amount_at, split_amount
from lbvedit.language.complements import color, complement
from lbvedit.language.drafts import NOBODY, Draft, graded
from lbvedit.language.frames.objects import background_color
from lbvedit.language.frames.phrase import Phrase, splits, words_of
from lbvedit.language.frames.timing import fading
from lbvedit.language.imagined import look
from lbvedit.language.operators import OPERATORS
from lbvedit.language.pronouns import ARTICLES
from lbvedit.language.synonyms import COLORED, EFFECTS, PROPERTIES, QUALITIES, STATES, STYLE_NOUNS
from lbvedit.language.targets import Target, noun_phrase
from lbvedit.language.tokens import Token, join

__all__ = ["ON", "effect", "named_look", "styled"]

ON = frozenset({"to", "on", "onto", "in", "into", "over", "for", "upon", "of", "with"})
"""What may stand between an effect and what it is on."""
_NO_LOOK = frozenset({"by", "when", "it", "them", "is", "i", "you", "what", "if", "once", "while", "color", "colors"})
_SLOW = frozenset({"slow", "gradual", "smooth", "steady", "gentle", "subtle"})
_EFFECT_TAIL = frozenset({"effect", "filter", "tone", "look", "feel", "toning", "grade", "overlay", "mode", "style",
    "treatment", "tint", "tinge", "cast"})  # fmt: skip
_OLD = frozenset({"old", "timey", "old-timey", "old-time", "oldschool", "old-school", "old-fashioned", "classic",
    "vintage", "retro", "nostalgic", "antique", "simple", "plain"})  # fmt: skip
"""What sepia and black and white are anyway."""


_TINTS = frozenset({"tint", "tone", "toning", "hue", "tinge", "cast", "look", "filter", "color", "colors"})


def effect(tokens: list[Token]) -> list[Draft] | None:
    """The steps of an effect's name: ``a strong blur``, ``some contrast``, ``a red tint``, ``a 2 second fade in``."""
    words = words_of(tokens)
    if "fade" in words:
        at = words.index("fade")
        return fading(Phrase([*tokens[:at], *tokens[at + 1 :]], "fade"))
    toned = STATES.get(words[-2] if words[-1] in _EFFECT_TAIL and len(words) > 1 else words[-1], ("",))[0]
    hollow = ARTICLES | {"effect", "nice"} | (_OLD if toned in ("sepia", "grayscale") else frozenset())
    while words and words[0] in hollow and len(words) > 1 and amount_at(tokens, 0) is None:
        tokens, words = tokens[1:], words[1:]
        if len(words) > 1 and words[0] == "of":  # "an effect of sepia"
            tokens, words = tokens[1:], words[1:]
    if words[0] in _SLOW and EFFECTS.get(" ".join(words[1:]), ("",))[0] == "zoom":
        zoomed = effect(tokens[1:]) or []
        return [draft.noted("the zoom is the same from the beginning to the end") for draft in zoomed]
    if len(words) > 1 and words[0] in ("light", "soft") and _leveled(tokens[1:]):  # "a soft vignette of 0.3"
        return effect(tokens[1:])
    if len(words) > 1 and words[0] in ("light", "soft") and " ".join(words[1:]) in EFFECTS:  # "a light blur"
        return _named_effect(" ".join(words[1:]), Amount("degree", 0))
    tail = list(words)
    while len(tail) > 1 and tail[-1] in _EFFECT_TAIL:
        tail = tail[:-1]
    named = tokens[: len(tail)]
    amount, rest = _leveled(named) or split_amount(named)
    while rest and rest[0].word in ARTICLES and len(rest) > 1:
        rest = rest[1:]
        more, rest_again = split_amount(rest)
        amount, rest = amount or more, rest_again if more else rest
    for words_left, said in ((named, None), (rest, amount)):
        if drafts := _named_effect(" ".join(words_of(words_left)), said):
            return drafts
    if words[-1] in _TINTS and _OLD & set(words) and set(words[:-1]) <= _OLD | ARTICLES | {"brown", "brownish"}:
        return [Draft("sepia")] if {"brown", "brownish"} & set(words) else None
    if words[-1] in ("tint", "tone", "color", "filter", "paint", "overlay", "hue", "job", "colors", "finish") and (
        name := color(_plain_tint(tokens[:-1] if words[-1] != "job" else tokens[:-2]))
    ):
        return [Draft("recolor", {"color": name})]
    if words[0] in ("more", "less", "extra", "additional", "some") or words[-1] == "version":  # "a square version"
        return complement(tokens)
    return None


def _leveled(tokens: list[Token]) -> tuple[Amount, list[Token]] | None:
    """The level behind an effect's name, and that name: ``blur 0.4``, ``vignette of 0.6``."""
    if len(tokens) < 2 or tokens[-1].kind != "number" or not 0 < tokens[-1].value <= 1:
        return None
    name = tokens[:-1]
    return Amount("number", tokens[-1].value), name[:-1] if name[-1].word in ("of", "at", "by") else name


def _plain_tint(tokens: list[Token]) -> list[Token]:
    """``a pinkish`` tint -> ``a pink``."""
    plain = COLORED.get(tokens[-1].word, "") if tokens and tokens[-1].word.endswith("ish") else ""
    return [*tokens[:-1], tokens[-1].corrected(plain)] if plain else tokens


def _named_effect(name: str, amount: Amount | None) -> list[Draft] | None:
    extra = name.removeprefix("more ").removeprefix("extra ").removeprefix("additional ")
    sign = -1 if name.startswith("less ") else 1
    extra = extra.removeprefix("less ")
    if extra in EFFECTS and sign > 0:
        op, params = EFFECTS[extra]
        if op in ("vignette",):
            scaled = graded(op, 1, amount) if amount else None
            return [Draft(op, dict(scaled.params) if scaled else {})]
        if op in ("temperature", "zoom", "speed") and amount is None:
            return [Draft(op, params)]
        draft = graded(op, -1 if params.get("amount", 0) == -0.3 else 1, amount)
        return (
            [Draft(op, {**params, **(draft.params if draft and not (params and not amount) else {})})]
            if draft
            else None
        )
    if extra in PROPERTIES:
        op, direction = PROPERTIES[extra]
        draft = graded(op, 0 if amount and amount.mode == "to" else direction * sign, amount)
        return [draft] if draft else None
    op, direction = QUALITIES.get(extra, ("", 0))
    if op in ("brightness", "contrast", "saturation", "temperature"):
        draft = graded(op, direction * sign, amount)
        return [draft] if draft else None
    return None


def named_look(tokens: list[Token]) -> list[Draft] | None:
    """An effect or a look on its own: ``heavy blur on the background``, ``2 second fade in``, ``cinematic look``."""
    amount, named = split_amount(tokens)
    measured = amount and amount.mode in ("by", "number") and named and tokens[0] is named[0]
    if words_of(tokens[-3:]) == ["in", "the", "colors"]:  # "more pop in the colours"
        return named_look(tokens[:-3]) if len(tokens) > 3 else None
    words = words_of(named if measured else tokens)
    if measured:  # "blur on the sky by 40%"
        tokens = [*tokens[len(named) :], *named]
    if words[0] == "the":  # names a thing, and asks for nothing
        return None
    faint = words[0] == "light" and " ".join(words[1:]) in EFFECTS  # "light vignette"
    unsaid = [word for at, word in enumerate(words) if not (at and words[at - 1] in ("more", "less"))]
    if not _NO_LOOK.isdisjoint(unsaid) or (words[0] in PROPERTIES and not faint) or " ".join(words[:2]) in PROPERTIES:
        return None
    if name := background_color(tokens):  # "white background"
        return [Draft("cutout", {"background": name}, Target("phrase", "background", outside=True))]
    if words in (["transparent", "background"], ["no", "background"]):
        return [Draft("cutout", {}, Target("phrase", "background", outside=True))]
    for before, mark, behind in [*splits(tokens, ON), (tokens, "", [])]:
        target = noun_phrase(behind) if mark else NOBODY
        said = list(before)
        look_alone = ARTICLES.isdisjoint(words_of(said)) and len(said) < 5
        drafts = (effect(said) or (look_alone and styled(said)) or None) if said and target is not None else None
        if not drafts or target is None or drafts[0].op == "recolor":
            continue
        if mark == "with" and drafts[0].op == "style":
            return styled(tokens)
        if measured and "amount" not in drafts[0].params:
            return None  # "grayscale by 50%"
        if target == NOBODY or OPERATORS[drafts[0].op].takes_target != "no":
            return [draft.on(target) for draft in drafts]
    return None


def styled(tokens: list[Token]) -> list[Draft] | None:
    """A look by its name: ``a comic book style``, ``the style of Monet on the sky``."""
    words = words_of(tokens)
    if words[:3] == ["the", "style", "of"]:
        for before, _, behind in splits(tokens, frozenset({"to", "on"})):
            style, target = look(list(before)), noun_phrase(behind)
            if style and target is not None:
                return [Draft("style", {"style": style}, target)]
        style = look(tokens)
        return [Draft("style", {"style": style})] if style else None
    if len(words) > 1 and words[-1] in STYLE_NOUNS and effect(tokens) is None and (style := look(tokens)):
        return [Draft("style", {"style": style})]
    for before, _, behind in splits(tokens, frozenset({"with"})):  # "a comic style with bold outlines"
        if len(before) > 1 and behind and (named := styled(list(before))):
            return [Draft("style", {"style": f"{named[0].params['style']} with {join(behind)}"})]
    return None
