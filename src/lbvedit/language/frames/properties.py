"""Verbs on a property: ``increase the contrast by 20%``, ``turn the volume down``, ``set the speed to 2x``."""

from __future__ import annotations

import re
from dataclasses import replace

from lbvedit.language.amounts import Amount, amount_at, fraction_at, split_amount
from lbvedit.language.colors import NEUTRAL, SHADES, colors_alone
from lbvedit.language.complements import complement
from lbvedit.language.drafts import NOBODY, Draft, graded
from lbvedit.language.durations import number_at
from lbvedit.language.frames.phrase import Frame, Phrase, property_in, words_of
from lbvedit.language.imagined import action, look, new_thing
from lbvedit.language.synonyms import PROPERTIES
from lbvedit.language.targets import Target, noun_phrase, strip_articles
from lbvedit.language.tokens import MARK_SOFT, Token, join

__all__ = ["cutting_back", "more_or_less", "multiplying", "set_property", "setting", "silencing", "tuned", "turning"]

_NUMBERED = frozenset({"brightness", "contrast", "saturation", "temperature", "volume"})
_STRENGTHS = frozenset({"blur", "sharpen", "pixelate", "vignette"})
_PERCENTED = frozenset({"brightness", "contrast", "saturation", "temperature"})
_STYLES = frozenset({"style", "look", "appearance", "weather", "season", "time of day", "mood", "atmosphere"})


_IN_SOMETHING = re.compile(r" (?:in|of|on) ")
_BANDS = frozenset({"shadows", "highlights", "midtones"})
"""Parts of the picture that are told by their brightness."""
_OF_WHAT_IT_IS = frozenset({"the", "its", "of", "original", "normal", "value", "a", "level", "current", "usual"})


def more_or_less(direction: int) -> Frame:
    """The frame of a verb that raises or lowers properties: ``boost the contrast and the colours a lot``."""

    def frame(phrase: Phrase) -> list[Draft] | None:
        tokens = phrase.tokens
        if phrase.previous and split_amount(phrase.before)[0] is None:
            return None  # "contrast and saturation by 20%" share the amount: read as one list
        amount, rest = split_amount(tokens)
        if tokens and tokens[-1].kind == "number" and tokens[-1].text[0] == "+" and direction > 0:
            return tuned(strip_articles(tokens))  # "bump the warmth +8"
        bare = len(tokens) > 1 and tokens[-1].kind == "number" and tokens[-1].text.isdigit() and tokens[-1].value >= 5
        if bare and property_in(tokens[:-1]):  # "boost contrast 15"
            return _raised([*tokens[:-1], replace(tokens[-1], kind="word", word="by"), tokens[-1]], direction)
        it = words_of(rest) == ["it"]  # nothing but sound is turned up and down
        if it and phrase.verb in ("turn", "crank", "pump"):
            return _one(graded("volume", direction, amount))
        return _raised(tokens, direction)

    return frame


def cutting_back(phrase: Phrase) -> list[Draft] | None:
    """``cut the volume by half``, ``take 10% off the contrast``, ``remove half of the saturation``.

    Without an amount most properties can be cut: ``cut the sound`` is another wish.
    """
    tokens = [token for token in phrase.tokens if token.word != "off"]
    if phrase.previous or words_of(tokens[-2:]) == ["in", "half"]:
        return None
    amount: Amount | None = None
    if part := fraction_at(tokens, 0):
        amount, tokens = Amount("by", part[0]), tokens[part[1] :]
    elif found := amount_at(tokens, 0):
        amount, tokens = found[0], tokens[found[1] :]
    if amount is not None:
        names = _property_list(tokens[1:] if words_of(tokens[:1]) == ["of"] else tokens)
        return _grade_all(names, -1, amount) if names else None
    said, rest = split_amount(tokens)
    names = _property_list(rest if said else tokens)
    if not names:  # "to a third"
        return _raised(tokens, -1) if phrase.particle == "down" else None
    if said is None and not {PROPERTIES[name][0] for name, _ in names} <= {"contrast", "brightness", "speed"}:
        return None
    return None if any(name in ("light", "lights") for name, _ in names) else _raised(tokens, -1)


def _one(draft: Draft | None) -> list[Draft] | None:
    return [draft] if draft else None


def _raised(tokens: list[Token], direction: int) -> list[Draft] | None:
    for at, token in enumerate(tokens):
        if token.word in ("to", "from", "until") and at and (right := tokens[at + 1 :]) and token.word == "to":
            names = _property_list(tokens[:at])
            if names and len(names) == 1 and names[0][0] == "resolution":  # "lower the resolution to 720p"
                return set_property(tokens[:at], "to", right)
            if names and (value := _level(right)):
                return _set_to(names, value, right)
    for amount, rest in (split_amount(tokens), (None, tokens)):
        if names := _property_list(rest):
            return _grade_all(names, direction, amount)
        if found := _deepened(rest, direction, amount):
            return [found]
    for at in range(1, len(tokens)):  # "boost by 20% the contrast", "reduce a lot the noise"
        amount, rest = split_amount(tokens[:at])
        if amount and not rest and (names := _property_list(tokens[at:])):
            return _grade_all(names, direction, amount)
    for at in range(1, len(tokens)):  # "increase contrast by 20% in the sky"
        if tokens[at].word in ("in", "on", "of", "for") and (target := noun_phrase(tokens[at + 1 :])):
            amount, rest = split_amount(tokens[:at])
            if amount and (names := _property_list(rest)):
                drafts = _grade_all(names, direction, amount)
                return [draft.on(target) for draft in drafts] if drafts else None
    return None


def _deepened(tokens: list[Token], direction: int, amount: Amount | None) -> Draft | None:
    """``boost the blues``, ``lower the blacks``: more or less of a colour; of one without a hue, of its light."""
    target = noun_phrase(tokens) if tokens else None
    colors = colors_alone(_IN_SOMETHING.split(target.phrase)[0]) if target and target.kind == "phrase" else ()
    if target and target.phrase in _BANDS:  # "lift the shadows"
        lit = graded("brightness", direction, amount)
        return lit.on(target) if lit else None
    if target is None or not colors or any(name.split()[-1] not in SHADES for name in colors):
        return None
    without_hue = [name.split()[-1] in NEUTRAL for name in colors]
    if any(without_hue) and not all(without_hue):
        return None
    draft = graded("brightness" if any(without_hue) else "saturation", direction, amount)
    return draft.on(target) if draft else None


def _grade_all(names: list[tuple[str, Target]], direction: int, amount: Amount | None) -> list[Draft] | None:
    out: list[Draft] = []
    for name, target in names:
        op, sense = PROPERTIES[name]
        draft = graded(op, direction * sense if direction else (0 if sense > 0 else -1), amount)
        if draft is None:
            return None
        out.append(draft.on(target))
    return out


def _property_list(tokens: list[Token]) -> list[tuple[str, Target]] | None:
    """``contrast``, ``the contrast, brightness and saturation of the sky``: a target said once holds for all."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.word in ("and", MARK_SOFT) and token.kind in ("word", "mark"):
            parts.append([])
        else:
            parts[-1].append(token)
    found = [property_in(part) for part in parts if part]
    if not found or any(one is None or one[0] not in PROPERTIES for one in found):
        whole = property_in(tokens)
        return [whole] if whole and whole[0] in PROPERTIES else None
    named = [one for one in found if one is not None]
    last = named[-1][1]
    return [(name, last if target == NOBODY else target) for name, target in named]


def _level(tokens: list[Token]) -> Amount | None:
    """What a property is set to: ``50%``, ``1.5x``, ``half``, ``0.8``, ``the maximum``, ``twice``."""
    words = [word for word in words_of(tokens) if word not in _OF_WHAT_IT_IS]
    if words in (["maximum"], ["max"], ["full"]):
        return Amount("degree", 3)
    if words in (["half"], ["halve"]):
        return Amount("to", 0.5)
    if words in (["double"], ["twice"]):
        return Amount("to", 2.0)
    if words and (part := fraction_at(tokens, 0)) and part[1] == len(tokens):
        return Amount("to", part[0])
    if words == ["zero"] or words == ["0"]:
        return Amount("to", 0.0)
    if tokens and tokens[0].kind == "percent" and len(words) == 1:
        return Amount("by" if tokens[0].text[0] in "+-" else "to", tokens[0].value)
    if found := number_at(tokens, 0):
        value, after = found
        if tokens[0].text[0] in "+-" and abs(value) > 1 and after == len(tokens):  # the -10 of a slider
            return Amount("by", value / 100)
        unit = words_of(tokens)[after:] or [""]
        unit = [word for word in unit if word not in _OF_WHAT_IT_IS] or [""]
        if unit in ([""], ["x"], ["times"]):
            return Amount("to", value)
    return None


def set_property(left: list[Token], mark: str, right: list[Token]) -> list[Draft] | None:
    """``the color of the car`` to ``red``, ``the volume`` to ``50%``, ``the style`` to ``anime``."""
    if mark == "by" and right:
        amount, rest = split_amount([left[0].corrected("by"), *right]) if left else (None, right)
        found = property_in(left)
        if amount and not rest and found and found[0] in PROPERTIES:
            return _grade_all([found], 1, amount)
        return None
    cut = next((at for at, token in enumerate(left) if at and token.word == "from"), len(left))
    found = property_in(left, loose=True) or property_in(left[:cut], loose=True)
    if found is None or mark not in ("to", "into", "as", "with", "for"):
        return None
    name, target = found
    if name in ("color", "colors", "hue", "tint", "shade"):
        drafts = complement(right)
        return (
            [draft.on(target) for draft in drafts]
            if drafts and drafts[0].op in ("recolor", "grayscale", "sepia")
            else None
        )
    if name in _STYLES:
        style = look(right)
        return [Draft("style", {"style": style}, target)] if style else None
    if name == "action":
        done = action(right)
        return [Draft("animate", {"action": done}, target)] if done and target.kind == "phrase" else None
    if name in ("aspect ratio", "aspect", "format", "orientation", "resolution", "size", "dimensions", "frame"):
        from lbvedit.language.frames.geometry import framed

        return framed(right, target)
    if name in ("light", "lighting") and new_thing(right) and _level(right) is None:
        return None
    if name in PROPERTIES:
        level = _level(right)
        if level is None:
            drafts = complement(right)
            return [draft.on(target) for draft in drafts] if drafts and drafts[0].op == PROPERTIES[name][0] else None
        op, sense = PROPERTIES[name]
        none = op == "saturation" and level.value == 0  # as far down as it goes; 0 of the others changes nothing
        if op in ("brightness", "contrast", "saturation", "temperature") and _unit_less(right) and not none:
            value = max(-1.0, min(1.0, level.value * sense))
            return [Draft(op, {"amount": value}, target)]
        return _set_to([found], level, right)
    return None


def _set_to(names: list[tuple[str, Target]], level: Amount, tokens: list[Token]) -> list[Draft] | None:
    """Properties at a level; ``50`` of the sound is what a volume control calls so, and not fifty times as loud."""
    bare = len(tokens) == 1 and tokens[0].kind == "number" and tokens[0].text.isdigit() and level.value >= 10
    if not bare or any(PROPERTIES[name][0] != "volume" for name, _ in names):
        return _grade_all(names, 0, level)
    drafts = _grade_all(names, 0, Amount("to", level.value / 100))
    return [draft.noted(f"{tokens[0].text} is read as percent") for draft in drafts] if drafts else None


def _unit_less(tokens: list[Token]) -> bool:
    """Whether a level is a bare number, which is the operator's own amount: ``set the contrast to 0.2``."""
    return len(tokens) == 1 and tokens[0].kind == "number" and abs(tokens[0].value) <= 1


def setting(phrase: Phrase) -> list[Draft] | None:
    """``set the volume to 50%``, ``adjust the brightness by -10%``, ``set the width to 640``."""
    sides = [token for token in phrase.tokens if token.word not in ("the", "to", "its", "px", "pixels")]
    if len(sides) == 2 and sides[0].word in ("width", "height") and sides[1].kind == "number":
        return [Draft("resize", {sides[0].word: int(sides[1].value)})]
    for at, token in enumerate(phrase.tokens):
        if token.word in ("to", "at", "as", "by") and at:
            mark = "to" if token.word == "at" else token.word
            if drafts := set_property(phrase.tokens[:at], mark, phrase.tokens[at + 1 :]):
                return drafts
            target = noun_phrase(phrase.tokens[:at]) if mark == "to" else None
            if target and (drafts := complement(phrase.tokens[at + 1 :])):  # "set the sky to blue"
                return [draft.on(target) for draft in drafts]
            scene = new_thing(phrase.tokens[at + 1 :]) if target == Target("phrase", "background") else None
            if scene:
                return [Draft("restyle_background", {"with": scene}, target or NOBODY)]
    return None


def multiplying(times: float) -> Frame:
    """The frame of ``double``, ``halve``, ``triple``."""

    def frame(phrase: Phrase) -> list[Draft] | None:
        names = _property_list(phrase.tokens)
        if not names:
            return None
        if any(PROPERTIES[name][0] in ("speed", "volume", "resize", "zoom") for name, _ in names):
            return _grade_all(names, 0, Amount("to", times))
        return (
            _grade_all(names, 1, Amount("times", times))
            if times > 1
            else _grade_all(names, -1, Amount("by", 1 - times))
        )

    return frame


def tuned(tokens: list[Token]) -> list[Draft] | None:
    """A property on its own with where it goes: ``volume up 20%``, ``brightness +10%``, ``contrast up``."""
    named = ((property_in(tokens[:size]), size) for size in range(min(len(tokens), 6), 0, -1))
    found, size = next(((one, size) for one, size in named if one and one[0] in PROPERTIES), (None, 0))
    if found is None and len(tokens) > 1 and tokens[0].word in _BANDS:  # "shadows up, highlights down a bit"
        found, size = ("brightness", Target("phrase", tokens[0].word)), 1
    if found is None:
        return None
    drafts = _tuned(tokens, found[0], size)
    return [draft.on(found[1]) for draft in drafts] if drafts else None


def _tuned(tokens: list[Token], name: str, size: int) -> list[Draft] | None:
    """Where the property goes that the first tokens name."""
    rest = tokens[size:]
    if rest and rest[0].word == "to":  # "saturation to 0"
        return set_property(tokens[: -len(rest)], "to", rest[1:]) if len(rest) > 1 else None
    op, sense = PROPERTIES[name]
    if words_of(rest) in (["way", "up"], ["way", "down"]):
        return _one(graded(op, sense * (1 if rest[-1].word == "up" else -1), Amount("degree", 2)))
    way = {"up": 1, "down": -1}.get(rest[0].word if rest else "", 0)
    amount, left = split_amount(rest[1:] if way else rest)
    if way and amount is None and len(left) == 1 and left[0].kind == "number" and op in _PERCENTED:
        amount, left = Amount("by", left[0].value / (100 if left[0].value > 1 else 1)), []  # "brightness up 25"
    if len(rest) == 1 and rest[0].kind == "number" and rest[0].text[0] not in "+-":  # "brightness 0.2", "blur 0.3"
        return set_property(tokens[:-1], "to", rest) if op in _NUMBERED and abs(rest[0].value) <= 1 else None
    if len(rest) == 1 and rest[0].kind == "percent" and rest[0].text[0] not in "+-" and op in _PERCENTED:
        more = rest[0].value <= 1
        level = graded(op, sense if more else 0, Amount("by" if more else "to", rest[0].value))
        meant = f"{rest[0].text} {'more than now' if more else 'of what it is'}"
        return _one(level and level.noted(f"{join(tokens)!r} is read as {meant}"))
    if len(rest) == 1 and rest[0].kind == "percent" and rest[0].text[0] not in "+-" and op in _STRENGTHS:
        return _one(graded(op, sense, Amount("by", rest[0].value)))  # "background blur 60%"
    if len(rest) == 1 and rest[0].kind == "number" and op in ("speed", "volume", "resize", "zoom"):
        return None
    if len(rest) == 1 and rest[0].kind == "number":  # "contrast +15"
        amount, left = Amount("by", rest[0].value / (100 if abs(rest[0].value) > 1 else 1)), []
    said = bool(rest) and (way or (rest[0].kind in ("percent", "number") and rest[0].text[0] in "+-"))
    return _one(graded(op, (way or 1) * sense, amount)) if said and not left else None


def turning(phrase: Phrase) -> list[Draft] | None:
    """``turn the volume +6dB``."""
    return tuned(strip_articles(phrase.tokens)) if phrase.tokens and not phrase.previous else None


def silencing(phrase: Phrase) -> list[Draft] | None:
    """``turn off the sound``, ``switch the audio off``."""
    found = property_in(phrase.tokens)
    if found and PROPERTIES.get(found[0], ("",))[0] == "volume":
        return [Draft("mute")]
    if found and found[0] in ("color", "colors"):
        return [Draft("grayscale", {}, found[1])]
    return None
