"""Verbs that turn the picture: ``flip it``, ``mirror it vertically``, ``rotate it 90 degrees to the left``."""

from __future__ import annotations

from lbvedit.language.drafts import NOBODY, Draft, tidy
from lbvedit.language.durations import number_at
from lbvedit.language.frames.phrase import Phrase, object_of, property_in, words_of
from lbvedit.language.pronouns import ARTICLES, PRONOUNS
from lbvedit.language.targets import Target
from lbvedit.language.tokens import Token

__all__ = ["flipping", "rotating"]


_AXES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("from", "left", "to", "right"), "horizontal"), (("left", "to", "right"), "horizontal"),
    (("left", "and", "right"), "horizontal"), (("right", "to", "left"), "horizontal"),
    (("left", "right"), "horizontal"),
    (("around",), "horizontal"), (("upside", "down"), "vertical"), (("top", "to", "bottom"), "vertical"),
    (("top", "and", "bottom"), "vertical"),
)  # fmt: skip


_AXIS_WORDS = {
    **dict.fromkeys(("horizontally", "horizontal", "sideways", "h", "horiz", "x", "lr"), "horizontal"),
    **dict.fromkeys(("vertically", "vertical", "v", "vert", "y", "ud"), "vertical"),
}


_TURN_WORDS = frozenset({"gently", "smoothly", "degrees", "degree", "deg", "by", "of", "to", "turn", "a", "around",
    "direction", "wise", "way", "full"})  # fmt: skip


def flipping(phrase: Phrase) -> list[Draft] | None:
    """``flip it horizontally``, ``mirror the video``, ``flip the picture upside down``."""
    tokens = phrase.tokens
    words = words_of(tokens)
    axes: list[str] = []
    notes: tuple[str, ...] = ()
    drop: set[int] = set()
    turned = next((at for at, word in enumerate(words) if word in ("around", "about") and "axis" in words[at:]), None)
    for at, word in enumerate(words):
        if turned is not None and turned <= at <= words.index("axis", turned):  # about it, left and right change sides
            if word in _AXIS_WORDS:
                axes.append("horizontal" if _AXIS_WORDS[word] == "vertical" else "vertical")
            drop.add(at)
            continue
        if word in _AXIS_WORDS:
            axes.append(_AXIS_WORDS[word])
            drop.add(at)
        for phrase_words, axis in _AXES:
            if tuple(words[at : at + len(phrase_words)]) == phrase_words and at not in drop:
                axes.append(axis)
                drop |= set(range(at, at + len(phrase_words)))
    kept = [
        token
        for at, token in enumerate(tokens)
        if at not in drop
        and token.word
        not in ("both", "axis", "axes", "ways", "along", "and", "over", "direction", "directions", "mirror", "flip")
    ]
    while kept and kept[-1].word in ("the", "in", "on", "a", "along", "ly"):
        kept.pop()
    if "both" in words and not axes:
        axes = ["horizontal", "vertical"]
    target = object_of(kept)
    if target is None or {"half", "to"} <= set(words_of(kept)):
        return None  # "mirror the top half to the bottom": no operator doubles a half
    if phrase.previous and (not axes or kept):
        return None
    if not axes:
        axes = ["horizontal"]
        notes = (
            ("flip is read as swapping left and right; say 'vertically' for top and bottom",)
            if phrase.verb == "flip"
            else ()
        )
    if "axis" in words:
        notes = ("vertically swaps top and bottom, horizontally left and right",)
    if phrase.previous:
        target = phrase.last_target
    return [Draft("flip", {"axis": axis}, target, notes) for axis in axes]


def _turns(tokens: list[Token], at: int) -> bool:
    """Whether a small word says how something is turned, and is no part of its name: ``by 90``, ``to the left``."""
    behind = [token.word for token in tokens[at + 1 : at + 3] if token.word != "the"]
    match tokens[at].word:
        case "by" | "of":
            return number_at(tokens, at + 1) is not None
        case "to":
            return bool(behind) and behind[0] in ("left", "right", "clockwise", "counterclockwise")
        case "a":
            return bool(behind) and behind[0] in ("quarter", "half", "full", "bit", "little")
        case _:
            return True


def rotating(phrase: Phrase) -> list[Draft] | None:
    """``rotate the video 90 degrees counterclockwise``, ``turn it to the left``, ``rotate by 180``."""
    tokens = phrase.tokens
    if phrase.previous:
        return None
    angle: float | None = None
    sign = 1
    kept: list[Token] = []
    at = 0
    words = words_of(tokens)
    directed = False
    counted = tokens[-1].end if tokens else 0
    while at < len(tokens):
        word = words[at]
        number = number_at(tokens, at)
        if number and angle is None:
            angle, at = number[0], number[1]
            counted = tokens[at - 1].end
            continue
        if word in ("left", "counterclockwise", "ccw", "counter", "anti"):
            sign, directed = -1, True
        elif word in ("right", "clockwise", "cw"):
            directed = True
        elif word == "half" or words[at : at + 2] == ["upside", "down"]:
            angle, at = 180.0, at + (word != "half")
        elif word == "quarter" or word == "sideways":
            angle = 90.0
        elif words[at : at + 3] == ["on", "its", "head"]:
            angle, at = 180.0, at + 2
        elif words[at : at + 3] == ["on", "its", "side"]:
            angle, at = 90.0, at + 2
        elif word not in _TURN_WORDS or not _turns(tokens, at):
            kept.append(tokens[at])
        at += 1
    if "the" in words_of(kept[-1:]) or "in" in words_of(kept[-1:]):
        kept = kept[:-1]
    while kept and kept[-1].word in ("the", "in", "on", "through"):
        kept = kept[:-1]
    behind = [token for token in kept if token.start >= counted]
    if behind and (len(behind) < len(kept) or behind[0].word not in ARTICLES | PRONOUNS | {"everything"}):
        return None  # "rotate 90 degrees blah"
    target = object_of(kept)
    if target == Target("phrase", "horizon"):  # which is straight where the picture is
        target = NOBODY
    if target is None or (angle is None and not directed and phrase.verb != "rotate"):
        return None
    if phrase.verb == "turn" and target.kind == "phrase" and (angle is None or property_in(kept)):
        return None
    draft = Draft("rotate", {"angle": tidy(sign * (90.0 if angle is None else angle))}, target)
    if abs(draft.params["angle"]) > 360:
        return None
    if phrase.verb == "straighten":
        return None if angle is None else [draft if directed else draft.noted("turned clockwise; say 'to the left'")]
    return (
        [draft.noted("rotated a quarter turn clockwise; say how many degrees")]
        if angle is None and not directed
        else [draft]
    )
