"""Words for things whose kind, colour, place, size and motion are known, and questions that nothing fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lbvedit.data.drawn import pick
from lbvedit.language.lexicon import ABSENT_THINGS, HYPERNYMS, KINDS, kinds_of, plural
from lbvedit.measures.color_names import BASIC_COLORS

__all__ = ["MOTION_WORDS", "MOVERS", "Query", "Thing", "absent_query", "caption_query", "present_query", "with_article"]

MOTION_WORDS: dict[str, tuple[str, ...]] = {
    "left": ("moving to the left", "going left", "moving left", "{verb} to the left", "heading left"),
    "right": ("moving to the right", "going right", "moving right", "{verb} to the right", "heading right"),
    "up": ("moving up", "going up", "rising", "moving upwards"),
    "down": ("moving down", "going down", "falling", "moving downwards"),
    "toward": ("coming closer", "moving towards the camera", "approaching", "{verb} towards us"),
    "away": ("moving away", "going away", "moving away from the camera", "{verb} into the distance"),
    "still": ("standing still", "that is not moving", "at rest", "that stays where it is", "{rest}"),
}
"""How a motion is told; ``{verb}`` and ``{rest}`` depend on the kind."""

_VERBS: dict[str, tuple[str, str]] = {
    "aeroplane": ("flying", "parked"), "bicycle": ("riding", "parked"), "bird": ("flying", "sitting"),
    "boat": ("sailing", "anchored"), "bus": ("driving", "parked"), "car": ("driving", "parked"),
    "cat": ("walking", "sitting"), "cow": ("walking", "standing"), "dog": ("running", "sitting"),
    "horse": ("running", "standing"), "motorbike": ("driving", "parked"), "person": ("walking", "standing"),
    "sheep": ("walking", "standing"), "train": ("driving", "waiting"), "truck": ("driving", "parked"),
}  # fmt: skip

MOVERS = frozenset(_VERBS)
"""Kinds that move by themselves."""


@dataclass(frozen=True, eq=False)
class Thing:
    """Something in a clip, as far as words care; what cannot be told is None.

    Args:
        kind: a kind of the lexicon.
        motion: a key of :data:`MOTION_WORDS`.
        color: its colour's name.
        color_shares: share of its pixels that has each of ``BASIC_COLORS``.
        x: centre in [0, 1] from the left.
        area: visible share of the picture.
    """

    kind: str
    motion: str | None
    color: str | None
    color_shares: NDArray[np.float64]
    x: float
    area: float


@dataclass(frozen=True)
class Query:
    """An expression and what it means.

    Args:
        expression: the words.
        chosen: places in the list of things that fit.
        doubtful: places of things that may fit; nothing is learnt from their pixels.
        kinds: the kinds that the noun means.
        whole_kind: whether everything of these kinds fits.
    """

    expression: str
    chosen: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()
    kinds: frozenset[str] = field(default_factory=frozenset)
    whole_kind: bool = False


Fits = Callable[[Thing], bool | None]


def with_article(rng: np.random.Generator, phrase: str) -> str:
    """The phrase behind "the", "a" or nothing."""
    draw = rng.random()
    if draw < 0.6:
        return f"the {phrase}"
    if draw < 0.8:
        return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"
    return phrase


def _noun(rng: np.random.Generator, kind: str) -> str:
    names = KINDS[kind]
    return names[0] if rng.random() < 0.6 else pick(rng, names)


def _tell_motion(rng: np.random.Generator, kind: str, motion: str) -> str:
    verb, rest = _VERBS.get(kind, ("moving", "standing"))
    return pick(rng, MOTION_WORDS[motion]).format(verb=verb, rest=rest)


def _tell_color(rng: np.random.Generator, kind: str, noun: str, color: str) -> str:
    if kind == "person":
        return pick(rng, (f"{noun} in {color}", f"{noun} wearing {color}", f"{noun} in {color} clothes"))
    return pick(rng, (f"{color} {noun}", f"{color} {noun}", f"{noun} that is {color}"))


def _has_color(color: str) -> Fits:
    def fits(thing: Thing) -> bool | None:
        share = thing.color_shares[BASIC_COLORS.index(color)]
        return True if thing.color == color else (False if share < 0.12 else None)

    return fits


def _moves(motion: str) -> Fits:
    return lambda thing: None if thing.motion is None else thing.motion == motion


def _asked(things: Sequence[Thing], kind: str, expression: str, *tests: Fits) -> Query:
    chosen, doubtful = [], []
    for place, thing in enumerate(things):
        if thing.kind != kind:
            continue
        answers = [test(thing) for test in tests]
        if all(answers):
            chosen.append(place)
        elif False not in answers:
            doubtful.append(place)
    return Query(expression, tuple(chosen), tuple(doubtful), frozenset({kind}))


def present_query(rng: np.random.Generator, things: Sequence[Thing], kinds: Collection[str]) -> Query:
    """An expression that something fits.

    Args:
        rng: the random stream.
        things: what can be told apart; may be empty.
        kinds: all kinds in the picture, with those that are in no thing; at least one.
    """
    if not things or rng.random() < 0.1:
        return _whole_kind(rng, things, pick(rng, sorted(kinds)))
    thing = pick(rng, things)
    kind, same = thing.kind, [other for other in things if other.kind == thing.kind]
    told: list[tuple[float, Callable[[], Query]]] = [(0.35, lambda: _whole_kind(rng, things, kind))]
    if thing.color:
        told.append((0.2, lambda: _by_color(rng, things, thing)))
    if thing.motion:
        told.append((0.25 if len(same) == 1 else 0.45, lambda: _by_motion(rng, things, thing)))
    if thing.color and thing.motion:
        told.append((0.1, lambda: _by_both(rng, things, thing)))
    if _side(thing, same):
        told.append((0.2, lambda: _by_place(rng, things, thing, same)))
    if len(same) > 1:
        told.append((0.1, lambda: _by_size(rng, things, thing, same)))
    weights = np.array([weight for weight, _ in told])
    return told[int(rng.choice(len(told), p=weights / weights.sum()))][1]()


def _whole_kind(rng: np.random.Generator, things: Sequence[Thing], kind: str) -> Query:
    kinds = frozenset({kind})
    count = sum(thing.kind == kind for thing in things)
    above = [name for name, under in HYPERNYMS.items() if kind in under]
    if above and rng.random() < 0.15:
        noun = pick(rng, above)
        kinds = frozenset(HYPERNYMS[noun])
        count = sum(thing.kind in kinds for thing in things)
    else:
        noun = _noun(rng, kind)
    if count > 1 and rng.random() < 0.6:
        number = {2: "two", 3: "three", 4: "four"}.get(count, "all")
        many = plural(noun)
        phrase = pick(rng, (f"the {many}", many, f"all {many}", f"the {number} {many}" if count < 5 else many))
    else:
        phrase = with_article(rng, noun)
    chosen = tuple(place for place, thing in enumerate(things) if thing.kind in kinds)
    return Query(phrase, chosen, (), kinds, whole_kind=True)


def _by_color(rng: np.random.Generator, things: Sequence[Thing], thing: Thing) -> Query:
    color = str(thing.color)
    phrase = _tell_color(rng, thing.kind, _noun(rng, thing.kind), color)
    return _asked(things, thing.kind, with_article(rng, phrase), _has_color(color))


def _by_motion(rng: np.random.Generator, things: Sequence[Thing], thing: Thing) -> Query:
    motion = str(thing.motion)
    phrase = f"{with_article(rng, _noun(rng, thing.kind))} {_tell_motion(rng, thing.kind, motion)}"
    return _asked(things, thing.kind, phrase, _moves(motion))


def _by_both(rng: np.random.Generator, things: Sequence[Thing], thing: Thing) -> Query:
    color, motion = str(thing.color), str(thing.motion)
    what = with_article(rng, _tell_color(rng, thing.kind, _noun(rng, thing.kind), color))
    phrase = f"{what} {_tell_motion(rng, thing.kind, motion)}"
    return _asked(things, thing.kind, phrase, _has_color(color), _moves(motion))


def _side(thing: Thing, same: Sequence[Thing]) -> str | None:
    others = [other.x for other in same if other is not thing]
    if not others:
        return "left" if thing.x < 0.38 else "right" if thing.x > 0.62 else "middle" if 0.44 < thing.x < 0.56 else None
    if thing.x < min(others) - 0.12:
        return "left"
    return "right" if thing.x > max(others) + 0.12 else None


_PLACE_WORDS = {
    "left": ("{} on the left", "left {}", "{} on the left side", "leftmost {}"),
    "right": ("{} on the right", "right {}", "{} on the right side", "rightmost {}"),
    "middle": ("{} in the middle", "{} in the center"),
}


def _by_place(rng: np.random.Generator, things: Sequence[Thing], thing: Thing, same: Sequence[Thing]) -> Query:
    words = _PLACE_WORDS[str(_side(thing, same))]
    phrase = with_article(rng, pick(rng, words).format(_noun(rng, thing.kind)))
    return _asked(things, thing.kind, phrase, lambda other: other is thing)


def _by_size(rng: np.random.Generator, things: Sequence[Thing], thing: Thing, same: Sequence[Thing]) -> Query:
    by_area = sorted(same, key=lambda other: other.area)
    if by_area[-1].area > 1.8 * by_area[-2].area:
        meant, adjective = by_area[-1], pick(rng, ("big", "bigger", "larger", "biggest", "large"))
    elif by_area[0].area < by_area[1].area / 1.8:
        meant, adjective = by_area[0], pick(rng, ("small", "smaller", "smallest", "little"))
    else:
        return _whole_kind(rng, things, thing.kind)
    phrase = with_article(rng, f"{adjective} {_noun(rng, thing.kind)}")
    return _asked(things, thing.kind, phrase, lambda other: other is meant)


def caption_query(
    rng: np.random.Generator, captions: Sequence[str], things: Sequence[Thing], *, mirrored: bool
) -> Query | None:
    """A caption as an expression that means its first noun, or None where that is not in the picture exactly once."""
    words = pick(rng, captions).lower().rstrip(" .").replace(" ,", ",").split()
    if mirrored and {"left", "right"} & set(words):
        return None
    for place, word in enumerate(words):
        kinds = kinds_of(" ".join(words[place : place + 2])) or kinds_of(word)
        if kinds:
            chosen = tuple(number for number, thing in enumerate(things) if thing.kind in kinds)
            return Query(" ".join(words), chosen, (), kinds, whole_kind=True) if len(chosen) == 1 else None
    return None


def absent_query(rng: np.random.Generator, things: Sequence[Thing], kinds: Collection[str]) -> Query:
    """An expression that nothing fits: another kind, or a thing that is there with a wrong colour, side or motion.

    Args:
        rng: the random stream.
        things: what can be told apart.
        kinds: all kinds that may be in the picture.
    """
    if things and rng.random() < 0.6:
        query = _wrong_attribute(rng, things, pick(rng, things))
        if query is not None:
            return query
    others = [kind for kind in KINDS if kind not in kinds]
    noun = pick(rng, ABSENT_THINGS) if rng.random() < 0.3 else _noun(rng, pick(rng, others))
    phrase = with_article(rng, noun)
    draw = rng.random()
    if draw < 0.2:
        phrase = f"{phrase} {_tell_motion(rng, '', pick(rng, sorted(MOTION_WORDS)))}"
    elif draw < 0.35:
        phrase = with_article(rng, f"{pick(rng, BASIC_COLORS)} {noun}")
    return Query(phrase)


def _wrong_attribute(rng: np.random.Generator, things: Sequence[Thing], thing: Thing) -> Query | None:
    kind = thing.kind
    same = [other for other in things if other.kind == kind]
    way, noun = pick(rng, ("color", "motion", "motion", "side")), _noun(rng, kind)
    if way == "color":
        shares = np.max([other.color_shares for other in same], axis=0)
        wrong = [color for color, share in zip(BASIC_COLORS, shares, strict=True) if share < 0.06]
        return Query(with_article(rng, _tell_color(rng, kind, noun, pick(rng, wrong)))) if wrong else None
    if way == "motion":
        motions = {other.motion for other in same}
        wrong_motions = [motion for motion in MOTION_WORDS if motion not in motions]
        if None in motions or kind not in MOVERS:
            return None
        return Query(f"{with_article(rng, noun)} {_tell_motion(rng, kind, pick(rng, wrong_motions))}")
    if all(other.x < 0.35 for other in same):
        return Query(with_article(rng, f"{noun} on the right"))
    if all(other.x > 0.65 for other in same):
        return Query(with_article(rng, f"{noun} on the left"))
    return None
