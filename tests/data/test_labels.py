import numpy as np
import pytest
import torch

from lbvedit.data.actor_edits import ActorEdits
from lbvedit.data.e_clevr import COLORS, SHAPES, EClevr
from lbvedit.data.labels import CLIP_GROUPS, FRAME_GROUPS, groups_right, label_rows
from lbvedit.data.world import actors as world
from lbvedit.data.world.actions import ACTIONS


@pytest.fixture(scope="module")
def rows():
    pairs = [("e-clevr", EClevr(size=2)[1]), ("actor-edits", ActorEdits(size=1, side=48)[0])]
    return pairs, [label_rows(pairs, [side, side]) for side in (0, 1)]


def group(rows, part, name, number):
    """One group's labels and what is known of it."""
    sizes = list((FRAME_GROUPS if part == "frame" else CLIP_GROUPS).items())
    first = sum(size for _, size in sizes[: [key for key, _ in sizes].index(name)])
    found = slice(first, first + dict(sizes)[name])
    return rows[part][number, found], rows[f"{part}_known"][number, found]


def test_solids_are_labelled_by_what_the_pair_says_of_each_side(rows):
    pairs, sides = rows
    meta = pairs[0][1]["meta"]
    for side, found in enumerate(sides):
        attributes = [row.tolist() for row in meta["attributes"][side] if row[0] >= 0]
        labels, known = group(found, "frame", "solids", 0)
        assert known.all()
        wanted = {(color, shape) for _, color, _, shape in attributes}
        assert {divmod(place, len(SHAPES)) for place in labels.nonzero()[:, 0].tolist()} == wanted
        mover, _ = group(found, "clip", "mover_color", 0)
        assert mover.nonzero()[:, 0].tolist() == [attributes[0][1]]
        assert len(mover) == len(COLORS)
        x, y = (meta["places"][side, 0, -1] - meta["places"][side, 0, 0]).tolist()
        heading, _ = group(found, "clip", "heading", 0)
        angle = np.pi / 4 * int(heading.argmax())
        assert (x * np.cos(angle) + y * np.sin(angle)) / np.hypot(x, y) > np.cos(np.pi / 8) - 1e-6


def test_actors_are_labelled_and_each_corpus_knows_its_own_groups(rows):
    pairs, sides = rows
    for name, found in zip(("source", "target"), sides, strict=True):
        told = pairs[1][1]["meta"][name]
        kinds, known = group(found, "frame", "kinds", 1)
        assert known.all()
        assert {tuple(world.ACTORS)[place] for place in kinds.nonzero()[:, 0]} == {actor["kind"] for actor in told}
        actions, _ = group(found, "clip", "actions", 1)
        assert {ACTIONS[place] for place in actions.nonzero()[:, 0]} == {actor["act"]["action"] for actor in told}
        for part, missing, number in (("frame", "kinds", 0), ("frame", "solids", 1), ("clip", "heading", 1)):
            labels, known = group(found, part, missing, number)
            assert not labels.any()
            assert not known.any()


def test_a_group_is_right_when_exactly_its_labels_are_on_top():
    labels = torch.tensor([[1.0, 1, 0, 0, 1], [0, 1, 0, 1, 0]])
    logits = torch.tensor([[2.0, 3, 1, -9, -8], [5, 4, 1, -3, -4]])
    right = groups_right(logits, labels, {"first": 3, "second": 2}, ("first", "second"))
    assert right == {"first": 0.5, "second": 1.0}
    assert groups_right(logits, labels, {"first": 3, "second": 2}, ("second",)) == {"second": 1.0}
