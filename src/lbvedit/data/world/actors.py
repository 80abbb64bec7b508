"""The actors: seventeen kinds built from primitives, with joints that actions move.

An actor looks along x, its left is y, up is z, and it stands on z = 0. A part may hang on a joint; what the joint does
is up to the action (:mod:`lbvedit.data.world.actions`), which knows joints by their role only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lbvedit.data.world.scene import Array, Body, Primitive
from lbvedit.data.world.shapes import Shape
from lbvedit.data.world.workshop import Joint, Point, Workshop, moved, scaled, turned

__all__ = ["ACTORS", "assemble"]


def _wheels(make: Workshop, places: Sequence[float], side: float, radius: float) -> None:
    for x in places:
        for y in (-side, side):
            make.wheel((x, y, radius), radius, 0.09)


def _car(make: Workshop) -> None:
    make.box((0, 0, 0.44), (1.05, 0.46, 0.22), "body", 0.14)
    make.box((-0.12, 0, 0.78), (0.58, 0.4, 0.2), "glass", 0.12)
    make.box((-0.12, 0, 0.95), (0.46, 0.38, 0.05), "body", 0.05)
    for y in (-0.3, 0.3):
        make.ball((1.03, y, 0.5), (0.05, 0.09, 0.07), "light")
        make.box((-1.04, y, 0.5), (0.03, 0.1, 0.05), "tail light", 0.02)
    _wheels(make, (-0.64, 0.66), 0.43, 0.24)


def _bus(make: Workshop) -> None:
    make.box((0, 0, 0.92), (1.7, 0.5, 0.66), "body", 0.12)
    make.box((-0.05, 0, 1.18), (1.5, 0.515, 0.2), "glass", 0.03)
    make.box((1.68, 0, 1.12), (0.05, 0.42, 0.28), "glass", 0.04)
    make.box((0, 0, 0.62), (1.66, 0.512, 0.05), "white", 0.02)
    for y in (-0.34, 0.34):
        make.ball((1.7, y, 0.52), (0.04, 0.09, 0.08), "light")
    _wheels(make, (-1.05, 1.05), 0.46, 0.27)


def _truck(make: Workshop) -> None:
    make.box((1.0, 0, 0.8), (0.42, 0.48, 0.5), "body", 0.12)
    make.box((1.14, 0, 1.02), (0.31, 0.495, 0.17), "glass", 0.05)
    make.box((-0.42, 0, 0.98), (0.94, 0.52, 0.6), "white", 0.04)
    make.box((-0.42, 0, 0.95), (0.95, 0.53, 0.1), "body", 0.02)
    make.box((0.1, 0, 0.34), (1.3, 0.38, 0.08), "dark", 0.03)
    _wheels(make, (-0.95, -0.4, 1.0), 0.45, 0.27)


def _bicycle(make: Workshop) -> None:
    for x in (-0.52, 0.52):
        make.wheel((x, 0, 0.36), 0.36, 0.035, hole=0.84)
    crank, seat, head = (-0.08, 0.0, 0.36), (-0.2, 0.0, 0.82), (0.38, 0.0, 0.86)
    for start, end in (
        ((-0.52, 0.0, 0.36), crank), ((-0.52, 0.0, 0.36), seat), (crank, seat), (crank, head), (seat, head),
        (head, (0.52, 0.0, 0.36)),
    ):  # fmt: skip
        make.limb(start, end, 0.035, "body")
    make.limb(head, (0.36, 0, 1.0), 0.03, "chrome")
    make.limb((0.38, -0.22, 1.0), (0.38, 0.22, 1.0), 0.03, "dark")
    make.box((-0.22, 0, 0.88), (0.14, 0.08, 0.035), "dark", 0.03)


def _boat(make: Workshop) -> None:
    make.box((-0.2, 0, 0.24), (0.85, 0.42, 0.22), "body", 0.12)
    make.ball((0.62, 0, 0.26), (0.62, 0.41, 0.22), "body")
    make.box((-0.1, 0, 0.46), (0.8, 0.36, 0.03), "wood", 0.02)
    make.limb((0.1, 0, 0.45), (0.1, 0, 2.0), 0.035, "wood")
    make.add(Shape.FRUSTUM, (0.03,), moved(-0.34, 0, 1.2) @ scaled(0.5, 0.03, 0.68), "white")
    make.box((-0.7, 0, 0.6), (0.22, 0.26, 0.15), "white", 0.05)


def _aeroplane(make: Workshop) -> None:
    make.limb((-1.05, 0, 0.55), (1.05, 0, 0.55), 0.24, "body")
    make.box((0.1, 0, 0.5), (0.28, 1.35, 0.035), "white", 0.03)
    make.box((-1.1, 0, 0.62), (0.16, 0.5, 0.03), "white", 0.02)
    make.box((-1.12, 0, 0.92), (0.18, 0.03, 0.3), "body", 0.03, pitch=-0.35)
    make.box((1.1, 0, 0.66), (0.12, 0.15, 0.08), "glass", 0.06)
    make.box((0.0, 0, 0.62), (0.85, 0.243, 0.04), "glass", 0.02)
    for y in (-0.62, 0.62):
        make.limb((0.12, y, 0.36), (0.42, y, 0.36), 0.11, "chrome")
    _wheels(make, (0.0,), 0.2, 0.1)


def _train(make: Workshop) -> None:
    for x, color in ((1.2, "body"), (-1.1, "deep")):
        make.box((x, 0, 0.82), (1.05, 0.48, 0.5), color, 0.1)
        make.box((x, 0, 1.02), (0.9, 0.495, 0.16), "glass", 0.03)
        make.box((x, 0, 1.34), (1.0, 0.42, 0.04), "dark", 0.03)
        _wheels(make, (x - 0.65, x + 0.65), 0.38, 0.2)
    make.box((2.24, 0, 0.98), (0.04, 0.38, 0.2), "glass", 0.03)
    for y in (-0.28, 0.28):
        make.ball((2.25, y, 0.58), (0.05, 0.08, 0.08), "light")


def _person(make: Workshop) -> None:
    for y, phase in ((-0.11, 0.0), (0.11, 0.5)):
        make.leg((0, y, 0.84), 0.085, "trousers", (0.14, 0.07, 0.06), "dark", phase)
        arm = Joint("arm", (0, 2.35 * y, 1.24), 1, phase + 0.5)
        make.limb((0, 2.35 * y, 1.22), (0.02, 2.6 * y, 0.86), 0.07, "body", arm)
        make.ball((0.03, 2.65 * y, 0.76), (0.065, 0.055, 0.08), "skin", arm)
    make.box((0, 0, 1.03), (0.14, 0.22, 0.31), "body", 0.13)
    make.limb((0, 0, 1.3), (0, 0, 1.42), 0.07, "skin")
    make.ball((0.01, 0, 1.55), (0.14, 0.13, 0.165), "skin")
    make.ball((-0.03, 0, 1.61), (0.145, 0.14, 0.13), "hair")


def _beast(
    make: Workshop,
    *,
    length: float,
    height: float,
    girth: float,
    neck: Point,
    head: Point,
    leg: float,
    leg_color: str = "body",
    head_color: str = "body",
    foot_color: str = "deep",
) -> Joint:
    """Chest, belly, rump, legs, neck and head of something on four legs; the neck runs to where the head is."""
    make.ball((0.55 * length, 0, height + 0.02), (0.45 * length + 0.5 * girth, 0.92 * girth, 1.04 * girth), "body")
    make.limb((-0.6 * length, 0, height), (0.5 * length, 0, height), 0.82 * girth, "body")
    make.ball((-0.6 * length, 0, height + 0.06), (0.4 * length + 0.75 * girth, 0.88 * girth, 0.96 * girth), "body")
    for x, y, phase in ((1, -1, 0.0), (1, 1, 0.5), (-1, -1, 0.55), (-1, 1, 0.05)):
        hip = (x * length * 0.72, y * girth * 0.52, height - 0.1 * girth)
        make.leg(hip, 0.85 * leg, leg_color, (1.5 * leg, 1.05 * leg, 0.75 * leg), foot_color, phase)
    root = (length * 0.8, 0.0, height + 0.3 * girth)
    joint = Joint("head", root, 1)
    make.cone(root, neck, 0.66 * girth, "body", taper=0.55, joint=joint)
    make.ball(neck, head, head_color, joint)
    return joint


def _dog(make: Workshop) -> None:
    h = _beast(make, length=0.42, height=0.48, girth=0.19, neck=(0.62, 0, 0.78), head=(0.17, 0.13, 0.13), leg=0.06)
    make.limb((0.74, 0, 0.74), (0.86, 0, 0.72), 0.07, "body", h)
    make.ball((0.94, 0, 0.74), (0.035, 0.04, 0.035), "dark", h)
    for y in (-0.12, 0.12):
        make.ball((0.56, y, 0.78), (0.06, 0.03, 0.11), "deep", h)
    make.limb((-0.55, 0, 0.56), (-0.78, 0, 0.8), 0.04, "body", Joint("tail", (-0.55, 0, 0.56), 2))


def _cat(make: Workshop) -> None:
    h = _beast(make, length=0.34, height=0.36, girth=0.14, neck=(0.46, 0, 0.56), head=(0.13, 0.13, 0.12), leg=0.045)
    for y in (-0.08, 0.08):
        make.cone((0.46, y, 0.63), (0.45, y * 1.15, 0.76), 0.05, "body", joint=h)
    make.ball((0.58, 0, 0.54), (0.03, 0.03, 0.025), "white", h)
    tail = Joint("tail", (-0.44, 0, 0.4), 2)
    make.limb((-0.44, 0, 0.4), (-0.66, 0, 0.62), 0.035, "body", tail)
    make.limb((-0.66, 0, 0.62), (-0.62, 0, 0.84), 0.035, "deep", tail)


def _horse(make: Workshop) -> None:
    h = _beast(make, length=0.66, height=0.98, girth=0.3, neck=(1.02, 0, 1.6), head=(0.16, 0.12, 0.14), leg=0.08)
    make.limb((1.08, 0, 1.58), (1.3, 0, 1.4), 0.1, "body", h)
    make.limb((0.58, 0, 1.24), (0.92, 0, 1.72), 0.07, "dark", h)
    for y in (-0.07, 0.07):
        make.cone((0.99, y, 1.7), (0.99, y, 1.86), 0.04, "body", joint=h)
    make.limb((-0.86, 0, 1.1), (-1.06, 0, 0.62), 0.07, "dark", Joint("tail", (-0.86, 0, 1.1), 0))


def _cow(make: Workshop) -> None:
    h = _beast(make, length=0.66, height=0.84, girth=0.36, neck=(1.06, 0, 1.16), head=(0.2, 0.16, 0.18), leg=0.09)
    make.ball((1.24, 0, 1.06), (0.11, 0.12, 0.1), "skin", h)
    for y in (-0.14, 0.14):
        make.cone((1.02, y, 1.3), (1.06, y * 1.9, 1.42), 0.035, "white", joint=h)
    for x, y, z in ((0.3, 0.17, 0.95), (-0.35, -0.17, 0.98), (-0.5, 0.14, 0.85), (0.15, -0.18, 0.8)):
        make.ball((x, y, z), (0.24, 0.2, 0.22), "white")
    make.limb((-0.9, 0, 1.0), (-1.0, 0, 0.5), 0.035, "deep", Joint("tail", (-0.9, 0, 1.0), 0))


def _sheep(make: Workshop) -> None:
    h = _beast(
        make, length=0.36, height=0.58, girth=0.29, neck=(0.66, 0, 0.78), head=(0.17, 0.11, 0.12), leg=0.06,
        leg_color="dark", head_color="dark",
    )  # fmt: skip
    for x, z in ((-0.35, 0.66), (0.0, 0.74), (0.32, 0.7), (-0.15, 0.55), (0.2, 0.52)):
        make.ball((x, 0, z), (0.24, 0.3, 0.2), "body")
    make.ball((0.56, 0, 0.88), (0.12, 0.12, 0.1), "body", h)
    for y in (-0.15, 0.15):
        make.ball((0.6, y, 0.8), (0.04, 0.08, 0.04), "dark", h)


def _bird(make: Workshop) -> None:
    make.ball((0, 0, 0.42), (0.34, 0.2, 0.2), "body", pitch=-0.25)
    head = Joint("head", (0.22, 0, 0.52), 1)
    make.ball((0.32, 0, 0.66), (0.15, 0.14, 0.14), "body", head)
    make.cone((0.43, 0, 0.65), (0.62, 0, 0.62), 0.055, "beak", joint=head)
    for y in (-1, 1):
        make.ball((0.4, y * 0.1, 0.71), (0.03, 0.03, 0.03), "dark", head)
        make.ball(
            (-0.04, y * 0.38, 0.48),
            (0.2, 0.34, 0.04),
            "deep",
            Joint("wing", (0, y * 0.12, 0.48), 0, 0.0 if y > 0 else 0.5),
        )
        leg = Joint("leg", (0, y * 0.07, 0.26), 1, 0.25 * y)
        make.limb((0, y * 0.07, 0.26), (0.02, y * 0.07, 0.03), 0.022, "beak", leg)
    make.box((-0.42, 0, 0.38), (0.18, 0.1, 0.025), "deep", 0.02, pitch=-0.3)


def _ball(make: Workshop) -> None:
    spin = Joint("wheel", (0, 0, 0.42), 1)
    make.ball((0, 0, 0.42), (0.42, 0.42, 0.42), "body", spin)
    for axis in (0, 2):
        place = moved(0, 0, 0.42) @ turned(axis, np.pi / 4) @ scaled(0.424, 0.424, 0.05)
        make.add(Shape.FRUSTUM, (1.0,), place, "white", spin)


def _tree(make: Workshop) -> None:
    make.cone((0, 0, 0), (0, 0, 1.1), 0.17, "wood", taper=0.6)
    if make.rng.random() < 0.5:
        for z, r in ((0.8, 0.8), (1.35, 0.62), (1.85, 0.42)):
            make.cone((0, 0, z), (0, 0, z + 0.85), r, "leaf")
    else:
        for x, y, z, r in ((0, 0, 1.7, 0.62), (0.38, 0.1, 1.4, 0.45), (-0.36, 0.12, 1.45, 0.46), (0, -0.3, 1.42, 0.44)):
            make.ball((x, y, z), (r, r, r * 0.9), "leaf")


def _house(make: Workshop) -> None:
    make.box((0, 0, 0.62), (0.85, 0.95, 0.62), "body", 0.03)
    for side in (-1, 1):
        slab = moved(side * 0.48, 0, 1.5) @ turned(1, side * 0.75)
        make.add(Shape.BOX, (0.68, 1.08, 0.05, 0.03), slab, "roof")
    make.box((0, 0, 1.12), (0.54, 0.93, 0.54), "body", 0.02, pitch=np.pi / 4)
    make.box((0.1, 0.4, 1.9), (0.12, 0.12, 0.3), "roof", 0.02)
    for at, half in (
        ((0.86, 0.0, 0.4), (0.02, 0.2, 0.4)), ((0.86, 0.58, 0.72), (0.02, 0.18, 0.2)),
        ((0.86, -0.58, 0.72), (0.02, 0.18, 0.2)), ((0.0, -0.96, 0.72), (0.3, 0.02, 0.2)),
        ((0.0, 0.96, 0.72), (0.3, 0.02, 0.2)),
    ):  # fmt: skip
        make.box(at, half, "wood" if half[2] > 0.3 else "glass", 0.01)


ACTORS: Mapping[str, tuple[Callable[[Workshop], None], float, tuple[str, ...]]] = {
    "car": (_car, 1.15, ()),
    "bus": (_bus, 1.8, ()),
    "truck": (_truck, 1.5, ()),
    "bicycle": (_bicycle, 0.95, ()),
    "boat": (_boat, 1.25, ()),
    "aeroplane": (_aeroplane, 1.5, ()),
    "train": (_train, 2.3, ()),
    "person": (_person, 0.5, ()),
    "dog": (_dog, 0.95, ("brown", "black", "white", "gray", "orange")),
    "cat": (_cat, 0.75, ("black", "white", "gray", "orange", "brown")),
    "horse": (_horse, 1.3, ("brown", "black", "white", "gray")),
    "cow": (_cow, 1.2, ("brown", "black", "gray")),
    "sheep": (_sheep, 0.8, ("white", "gray", "black", "brown")),
    "bird": (_bird, 0.6, ("blue", "red", "yellow", "white", "black", "gray", "brown", "green")),
    "ball": (_ball, 0.45, ()),
    "tree": (_tree, 0.8, ("green",)),
    "house": (_house, 1.35, ("white", "red", "yellow", "gray", "blue", "pink", "brown")),
}
"""Each kind's builder, the radius of the ground it takes, and its colours (empty for all)."""


def assemble(
    kind: str,
    color: str,
    size: float,
    instance: int,
    root: Array,
    joints: Mapping[str, Callable[[Joint], Array]],
    rng: np.random.Generator,
) -> Body:
    """An actor in motion.

    Args:
        kind: a key of :data:`ACTORS`.
        color: a key of :data:`COLORS`.
        size: factor on all its measures.
        instance: its number.
        root: ``(T + 1, 4, 4)`` from the actor's space into the world.
        joints: for each role, the joint's angle over time ``(T + 1,)``; a role that is missing rests.
        rng: decides on details such as hair.
    """
    make = Workshop(color, rng)
    ACTORS[kind][0](make)
    places = []
    for part in make.parts:
        place = np.broadcast_to(part.place, root.shape)
        joint = part.joint
        while joint is not None:
            if joint.role in joints:
                turn = turned(joint.axis, joints[joint.role](joint))
                place = moved(*joint.point) @ turn @ moved(*(-value for value in joint.point)) @ place
            joint = joint.above
        # Rigid shapes measure in world units, so the size goes into their parameters and only shifts them here.
        rigid = part.primitive.shape in (Shape.BOX, Shape.CAPSULE)
        enlarged = scaled(size, size, size) @ place
        if rigid:
            enlarged = enlarged @ scaled(1 / size, 1 / size, 1 / size)
        places.append(root @ enlarged)
    primitives = tuple(_sized(part.primitive, size) for part in make.parts)
    return Body(instance, primitives, np.stack(places, axis=1))


def _sized(primitive: Primitive, size: float) -> Primitive:
    if primitive.shape not in (Shape.BOX, Shape.CAPSULE):
        return primitive
    a, b, c, d = (value * size for value in primitive.params)
    return Primitive(primitive.shape, (a, b, c, d), primitive.color, primitive.metal, primitive.gloss, primitive.glow)
