"""Expressions, captions and instructions about a stage; each is checked against what everybody on it really does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lbvedit.data.drawn import pick
from lbvedit.data.world.actions import KIND_ACTIONS, Act
from lbvedit.data.world.actors import ACTORS
from lbvedit.data.world.stage import Actor
from lbvedit.data.world.workshop import COLORS
from lbvedit.language.lexicon import ABSENT_THINGS, KINDS

__all__ = ["MODES", "Description", "absent", "article", "caption", "describe", "imperative", "noun_phrase", "tell_act"]

MODES = ("appearance", "action", "both", "relation")
"""What an expression tells its target by."""

_VEHICLES = frozenset(("car", "bus", "truck", "bicycle", "train", "boat", "aeroplane"))
_VERBS: dict[str, tuple[tuple[str, str], ...]] = {
    "drive": (("driving", "drive"), ("going", "go")),
    "roll": (("rolling", "roll"),),
    "slide": (("sliding", "slide"),),
    "fly": (("flying", "fly"),),
    "walk": (("walking", "walk"),),
    "run": (("running", "run"),),
    "jump": (("jumping", "jump"), ("hopping", "hop"), ("jumping up and down", "jump up and down")),
    "spin": (("spinning", "spin"), ("turning around", "turn around"), ("spinning in place", "spin in place")),
    "wave": (("waving", "wave"), ("waving an arm", "wave an arm"), ("raising a hand", "raise a hand")),
    "fall": (("falling over", "fall over"), ("falling", "fall"), ("tipping over", "tip over")),
    "stand": (("standing still", "stand still"), ("not moving", "stop moving"), ("staying in place", "stay in place")),
    "eat": (("eating", "eat"), ("lowering its head to eat", "lower its head to eat")),
}
_OWN_VERBS: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("boat", "slide"): (("sailing", "sail"),),
    ("bicycle", "roll"): (("riding", "ride"), ("rolling", "roll")),
    ("train", "drive"): (("travelling", "travel"), ("going", "go")),
    ("ball", "jump"): (("bouncing", "bounce"),),
    ("cow", "eat"): (("grazing", "graze"), ("eating", "eat")),
    ("sheep", "eat"): (("grazing", "graze"), ("eating", "eat")),
    ("horse", "eat"): (("grazing", "graze"), ("eating", "eat")),
    ("person", "wave"): (("waving", "wave"), ("waving an arm", "wave an arm")),
}
_WAYS: dict[str, tuple[str, ...]] = {
    "left": ("to the left", "left", "towards the left"),
    "right": ("to the right", "right", "towards the right"),
    "toward": ("towards the camera", "towards us", "closer"),
    "away": ("away from the camera", "away", "into the distance"),
    "up": ("up", "upwards"),
    "down": ("down", "downwards"),
}
_RELATIONS: dict[str, tuple[float, float]] = {
    "behind": (0.0, 1.0),
    "in front of": (0.0, -1.0),
    "to the left of": (-1.0, 0.0),
    "to the right of": (1.0, 0.0),
}


@dataclass(frozen=True)
class Description:
    """What an expression says; None where it says nothing.

    Args:
        text: the expression.
        mode: one of :data:`MODES`, or ``absent``.
        kind: of the actor.
        color: its name.
        action: what it does; ``move`` means any action that travels.
        direction: where to.
        relation: such as ``behind``.
        other: the number, from 0, of the actor that the relation is to.
    """

    text: str
    mode: str
    kind: str | None = None
    color: str | None = None
    action: str | None = None
    direction: str | None = None
    relation: str | None = None
    other: int = -1

    def fits(self, actors: Sequence[Actor], number: int, *, loosely: bool = False) -> bool:
        """Whether it is true of an actor; ``loosely`` counts near misses of a relation too."""
        actor = actors[number]
        act = actor.act
        travels = self.action == "move" and bool(act.direction)
        if self.relation is not None:
            near = 0.35 if loosely else 0.8
            if number == self.other or not _related(actor, actors[self.other], self.relation, near):
                return False
        return (
            (self.kind is None or actor.kind == self.kind)
            and (self.color is None or actor.color == self.color)
            and (self.action is None or act.action == self.action or travels)
            and (self.direction is None or act.direction == self.direction)
        )


def _related(actor: Actor, other: Actor, relation: str, least: float) -> bool:
    x, y = (a - b for a, b in zip(actor.place, other.place, strict=True))
    across, along = _RELATIONS[relation]
    ahead, aside = across * x + along * y, abs(along * x) + abs(across * y)
    return ahead > least and aside < (1.4 if least > 0.5 else 2.2)


def article(phrase: str) -> str:
    """The phrase behind "a" or "an"."""
    return f"{'an' if phrase[0] in 'aeio' else 'a'} {phrase}"


def noun_phrase(rng: np.random.Generator, kind: str, color: str | None = None, *, plain: bool = False) -> str:
    """A noun with its colour, without an article."""
    names = KINDS[kind]
    noun = names[0] if plain or rng.random() < 0.65 else pick(rng, names)
    if color is None:
        return noun
    if kind == "person":
        return f"{noun} in {color}"
    return f"{color} {noun}"


def tell_act(rng: np.random.Generator, kind: str, act: Act, *, base: bool = False) -> str:
    """What somebody does, as "driving to the left" or, ``base``, "drive to the left"."""
    verbs = _OWN_VERBS.get((kind, act.action), _VERBS[act.action])
    if act.action == "stand" and kind in _VEHICLES and rng.random() < 0.4 and not base:
        return "parked" if kind != "boat" else "at anchor"
    verb = verbs[int(rng.integers(len(verbs)))][base]
    return f"{verb} {pick(rng, _WAYS[act.direction])}" if act.direction else verb


def describe(rng: np.random.Generator, actors: Sequence[Actor], number: int, mode: str) -> Description | None:
    """An expression that is true of one actor only, or None when this mode has none.

    Args:
        rng: the random stream.
        actors: who is there.
        number: the target, from 0.
        mode: one of :data:`MODES`.
    """
    for _ in range(8):
        found = _try(rng, actors, number, mode)
        if found is not None and found.fits(actors, number):
            alike = [place for place in range(len(actors)) if found.fits(actors, place, loosely=True)]
            if alike == [number]:
                return found
    return None


def _try(rng: np.random.Generator, actors: Sequence[Actor], number: int, mode: str) -> Description | None:
    actor = actors[number]
    color = actor.color if rng.random() < 0.6 else None
    the = pick(rng, ("the ", "the ", "a ", ""))
    if mode == "appearance":
        return Description(_with(the, noun_phrase(rng, actor.kind, color)), mode, actor.kind, color)
    if mode == "action":
        words, action, direction = _tell(rng, actor)
        if rng.random() < 0.35:
            who = pick(rng, ("the one", "the thing", "whatever is", "the one that is", "something"))
            return Description(f"{who} {words}", mode, None, None, action, direction)
        noun = noun_phrase(rng, actor.kind)
        return Description(f"{_with(the, noun)} {words}", mode, actor.kind, None, action, direction)
    if mode == "both":
        words, action, direction = _tell(rng, actor)
        noun = noun_phrase(rng, actor.kind, actor.color)
        return Description(f"{_with(the, noun)} {words}", mode, actor.kind, actor.color, action, direction)
    others = [place for place in range(len(actors)) if place != number]
    if not others:
        return None
    other = int(rng.choice(others))
    whom = describe(rng, actors, other, "appearance")
    if whom is None:
        return None
    relation = pick(rng, tuple(_RELATIONS))
    plain = rng.random() < 0.4
    noun = "one" if plain else noun_phrase(rng, actor.kind, color)
    anchor = noun_phrase(rng, actors[other].kind, whom.color)
    kind, told = (None, None) if plain else (actor.kind, color)
    return Description(f"the {noun} {relation} the {anchor}", mode, kind, told, None, None, relation, other)


def _with(the: str, noun: str) -> str:
    return f"{the}{noun}" if the != "a " else article(noun)


def _tell(rng: np.random.Generator, actor: Actor) -> tuple[str, str, str | None]:
    act = actor.act
    if act.direction and rng.random() < 0.25:
        return f"moving {pick(rng, _WAYS[act.direction])}", "move", act.direction
    if act.direction and rng.random() < 0.15:
        verbs = _OWN_VERBS.get((actor.kind, act.action), _VERBS[act.action])
        return verbs[0][0], act.action, None
    return tell_act(rng, actor.kind, act), act.action, act.direction or None


def absent(rng: np.random.Generator, actors: Sequence[Actor]) -> Description:
    """An expression that is true of nobody: a wrong kind, colour, action or direction."""
    while True:
        actor = actors[int(rng.integers(len(actors)))]
        draw = rng.random()
        if draw < 0.15:
            return Description(f"the {pick(rng, ABSENT_THINGS)}", "absent", "nothing")
        kind, color, act = actor.kind, None, None
        if draw < 0.4:
            kind = pick(rng, sorted(ACTORS))
        elif draw < 0.65 or len(KIND_ACTIONS[kind]) == 1:
            color = pick(rng, sorted(COLORS))
        else:
            act = Act.draw(rng, kind, unlike=actor.act)
        noun = noun_phrase(rng, kind, color)
        text = f"the {noun}" if act is None else f"the {noun} {tell_act(rng, kind, act)}"
        said = Description(
            text, "absent", kind, color, act.action if act else None, (act.direction or None) if act else None
        )
        if not any(said.fits(actors, place) for place in range(len(actors))):
            return said


def caption(rng: np.random.Generator, actors: Sequence[Actor]) -> str:
    """One sentence about the one or two that matter most."""
    parts = [
        f"{article(noun_phrase(rng, actor.kind, actor.color))} {tell_act(rng, actor.kind, actor.act)}"
        for actor in actors[:2]
    ]
    return " and ".join(parts)


def imperative(rng: np.random.Generator, what: str, kind: str, act: Act) -> str:
    """An instruction to do something: "make the red car drive to the left"."""
    verb = pick(rng, ("make", "let"))
    return f"{verb} {what} {tell_act(rng, kind, act, base=True)}"
