"""What an instruction asks for and what a video shows, in facts such as ``new digit 3``.

Where RoBERTa and a ResNet come trained, they tell words and things apart already. Small ones that learn from nothing
but repainted pixels get stuck: all words are alike, all things are, and the mean of what could be meant is painted. The
facts come from what the corpora's pairs tell in ``meta``, so they are sure, and one that is left open stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.data.actor_edits import MOST
from lbvedit.data.e_clevr import PROPERTIES, VALUES
from lbvedit.data.mnist import DIGIT, DIGIT_WORDS
from lbvedit.language.lexicon import KINDS
from lbvedit.systems.m3l.model import Instruction, Looks

__all__ = [
    "Meaning",
    "Showing",
    "asked",
    "centres",
    "grounding_loss",
    "names",
    "pointing_loss",
    "shown",
    "wanted",
]


def asked(meta: Mapping[str, Any]) -> frozenset[str]:
    """The facts of a pair of S-MNIST, D-MNIST, E-CLEVR or of actors, by its ``meta``."""
    if "digits" in meta:
        return frozenset(_of_digits(meta))
    if "attributes" in meta:
        return frozenset(_of_solids(meta))
    return frozenset(_of_actors(meta))


def shown(meta: Mapping[str, Any]) -> list[frozenset[str]]:
    """What the source of such a pair shows: a set a thing where :func:`centres` tells places, else one for all."""
    if "digits" in meta:
        return [frozenset({f"digit {digit}"}) for digit in torch.as_tensor(meta["digits"])[0].tolist()]
    if "attributes" in meta:
        return [
            frozenset(f"{name} {value}" for name, value in zip(PROPERTIES, solid, strict=True))
            for solid in torch.as_tensor(meta["attributes"])[0][_slots(meta)].tolist()
        ]
    return [_of_actor(meta["source"][slot]) for slot in _slots(meta)]


def wanted(meta: Mapping[str, Any]) -> list[frozenset[str]]:
    """What is :func:`asked` of each thing of the source, where :func:`centres` tells places; else nothing."""
    if "attributes" in meta:
        asks = frozenset(_of_solids(meta))
        about = {meta["reference"]: frozenset(fact for fact in asks if fact.startswith("beside"))}
        about[meta["solid"]] = frozenset(fact for fact in asks if not fact.startswith(("beside", "old")))
        return [about.get(solid, frozenset()) for solid in _slots(meta)]
    if "feet" in meta:
        asks = frozenset(fact for fact in _of_actors(meta) if not fact.startswith("old"))
        meant = -1 if meta["kind"] == "add" else meta["actor"]
        return [asks if slot == meant else frozenset() for slot in _slots(meta)]
    if "paths" not in meta:
        return []
    old, new = torch.as_tensor(meta["digits"]).tolist()
    before, after = torch.as_tensor(meta["directions"]).tolist()
    return [
        frozenset(
            fact
            for fact, holds in (
                (f"new digit {new[place]}", old[place] != new[place]),
                (f"to direction {after[place]}", before[place] != after[place]),
            )
            if holds
        )
        for place in range(len(old))
    ]


def names(meta: Mapping[str, Any]) -> list[frozenset[str]]:
    """The words that may name each thing of the source, where :func:`centres` tells places; else nothing.

    Of solids, those that name what is edited and what stands where, and not both.
    """
    if "attributes" in meta:
        solids = torch.as_tensor(meta["attributes"])[0].tolist()
        words = {
            solid: {values[value] for values, value in zip(VALUES, solids[solid], strict=True)}
            for solid in (meta["solid"], meta["reference"])
            if solid >= 0
        }
        both = set.intersection(*words.values()) if len(words) > 1 else set()
        return [frozenset(words.get(solid, set()) - both) for solid in _slots(meta)]
    if "feet" in meta:
        return [_names_of_actor(meta, slot) for slot in _slots(meta)]
    if "paths" not in meta:
        return []
    return [frozenset({str(digit), DIGIT_WORDS[digit]}) for digit in torch.as_tensor(meta["digits"])[0].tolist()]


def centres(meta: Mapping[str, Any], side: int) -> Tensor | None:
    """Where the things of a source are, ``(things, T, 2)``, x before y, -1 to 1 from border to border, if that is told.

    Actors may be beyond the border.

    Args:
        meta: of the pair.
        side: of its frames, pixels.
    """
    if "feet" in meta:
        return 2 * torch.as_tensor(meta["centres"])[0][_slots(meta)] / side - 1
    if "paths" not in meta:
        return None
    return 2 * (torch.as_tensor(meta["paths"])[0] + DIGIT / 2) / side - 1


def _slots(meta: Mapping[str, Any]) -> list[int]:
    """The numbers of the things of a pair, as many for every pair: those of few come again from the first on."""
    if "attributes" not in meta:
        return [slot % len(meta["source"]) for slot in range(MOST)]
    solids = torch.as_tensor(meta["attributes"])[0]
    return [slot % int((solids[:, 0] >= 0).sum()) for slot in range(len(solids))]


def _of_digits(meta: Mapping[str, Any]) -> Iterable[str]:
    old, new = torch.as_tensor(meta["digits"]).tolist()
    before, after = torch.as_tensor(meta["directions"]).tolist()
    for place in range(len(old)):
        if old[place] != new[place]:
            yield from (f"old digit {old[place]}", f"new digit {new[place]}")
        if before[place] != after[place]:
            yield from (f"digit {old[place]} goes elsewhere", f"to direction {after[place]}")


def _of_solids(meta: Mapping[str, Any]) -> Iterable[str]:
    old, new = (side[meta["solid"]] for side in torch.as_tensor(meta["attributes"]).tolist())
    for name, before, after in zip(PROPERTIES, old, new, strict=True):
        yield f"old {name} {before}"
        if before != after:
            yield f"new {name} {after}"
    if meta["relation"]:
        yield str(meta["relation"])
        reference = torch.as_tensor(meta["attributes"])[0, meta["reference"]].tolist()
        yield from (f"beside {name} {value}" for name, value in zip(PROPERTIES, reference, strict=True))


def _of_actors(meta: Mapping[str, Any]) -> Iterable[str]:
    yield str(meta["kind"])
    sides = (("old", meta["source"], meta["kind"] != "add"), ("new", meta["target"], meta["kind"] != "remove"))
    for side, actors, there in sides:
        if there:
            actor = actors[meta["actor"]]
            yield from (f"{side} kind {actor['kind']}", f"{side} color {actor['color']}")
            if side == "new" and meta["kind"] == "act":
                yield from (f"does {actor['act']['action']}", f"goes {actor['act']['direction']}")


def _of_actor(actor: Mapping[str, Any]) -> frozenset[str]:
    act = actor["act"]
    told = {"kind": actor["kind"], "color": actor["color"], "does": act["action"], "goes": act["direction"]}
    return frozenset(f"{name} {value}" for name, value in told.items())


def _names_of_actor(meta: Mapping[str, Any], slot: int) -> frozenset[str]:
    """The words that may name an actor, if it is the edited one; what it becomes may have names as well, not these."""
    if meta["kind"] == "add" or slot != meta["actor"]:
        return frozenset()
    old, new = (meta[side][slot] for side in ("source", "target")) if meta["kind"] != "remove" else (None, None)
    actor = meta["source"][slot]
    names = {word for name in KINDS[actor["kind"]] for word in name.split()} | {actor["color"]}
    if old is None or new is None or old["kind"] == new["kind"]:
        return frozenset(names)
    return frozenset(names - {word for name in KINDS[new["kind"]] for word in name.split()} - {new["color"]})


class Meaning(nn.Module):
    """Tells the facts from an instruction's words, and from its sentence.

    Args:
        facts: how many may be asked.
        text_dim: C_x.
    """

    def __init__(self, facts: int, text_dim: int) -> None:
        super().__init__()
        self.from_words = nn.Linear(text_dim, facts)
        self.from_sentence = nn.Linear(text_dim, facts)

    def loss(self, text: Instruction, facts: Tensor) -> Tensor:
        """Binary cross-entropy, summed over the facts, of the mean of the words and of the sentence.

        Args:
            text: the instructions.
            facts: ``(B, facts)`` in {0, 1}, those that each asks for.
        """
        present = text.present.unsqueeze(2)
        words = text.words.masked_fill(~present, 0).sum(dim=1) / present.sum(dim=1)
        told = torch.stack((self.from_words(words), self.from_sentence(text.sentence)))
        return _telling(told, facts)

    def naming_loss(self, text: Instruction, named: Tensor, facts: Tensor) -> Tensor:
        """Likewise of each word that names a thing, which tells what is asked of that.

        Args:
            text: the instructions.
            named: ``(B, things, L)`` bool.
            facts: ``(B, things, facts)`` in {0, 1}, what is asked of each thing.
        """
        told = self.from_words(text.words)[:, None].float().expand(-1, named.shape[1], -1, -1)
        each = F.binary_cross_entropy_with_logits(told, facts[:, :, None].expand_as(told), reduction="none")
        return (each.sum(dim=-1) * named).sum() / named.sum().clamp(min=1)


class Showing(nn.Module):
    """Tells from the features of frames what is in them.

    Args:
        facts: how many may be shown.
        visual_dim: C_v.
    """

    def __init__(self, facts: int, visual_dim: int) -> None:
        super().__init__()
        self.told = nn.Linear(visual_dim, facts)

    def loss(self, v: Tensor, facts: Tensor, places: Tensor | None = None) -> Tensor:
        """Binary cross-entropy, summed over the facts, of the cell where each thing is, or of the mean of a frame's.

        Args:
            v: ``(B, N, C_v, h, w)`` features of the 3D ResNet.
            facts: ``(B, things, facts)`` in {0, 1}, what each thing is; one thing stands for all without ``places``.
            places: ``(B, things, N, 2)`` their :func:`centres`, if they are told. Then it need not find out what the
                facts are about.
        """
        if places is None:
            return _telling(self.told(v.mean(dim=(3, 4))[:, None]), facts[:, :, None])
        grid = places.transpose(1, 2).flatten(0, 1).unsqueeze(2)  # (B * N, things, 1, 2)
        cells = F.grid_sample(v.flatten(0, 1).float(), grid.float(), align_corners=False)
        seen = cells.squeeze(3).unflatten(0, v.shape[:2]).permute(0, 3, 1, 2)
        return _telling(self.told(seen.to(v.dtype)), facts[:, :, None], (places.abs() < 1).all(dim=3))


def _telling(told: Tensor, facts: Tensor, known: Tensor | None = None) -> Tensor:
    """The mean of the binary cross-entropy of logits ``(..., facts)``, summed over the facts, where these are known."""
    each = F.binary_cross_entropy_with_logits(told.float(), facts.expand_as(told), reduction="none").sum(dim=-1)
    return each.mean() if known is None else (each * known).sum() / known.sum().clamp(min=1)


def grounding_loss(told: Tensor, changed: Tensor) -> Tensor:
    """Binary cross-entropy of ``(B * T, 1, h, w)`` logits against what changes in each cell of ``(B, T, 1, H, W)``."""
    cells = F.adaptive_max_pool2d(changed.flatten(0, 1).float(), told.shape[-2:])
    return F.binary_cross_entropy_with_logits(told.float(), cells)


def pointing_loss(looks: Looks, named: Tensor, places: Tensor, width: int) -> Tensor:
    """Cross-entropy between where the words that name a thing look and where it is, and the other way round.

    Args:
        looks: of words and positions.
        named: ``(B, things, L)`` bool, the words that name each thing.
        places: ``(B, things, N, 2)`` their :func:`centres`.
        width: w.
    """
    cells = ((places.transpose(1, 2) + 1) / 2 * width).long().clamp(0, width - 1)  # as high as wide
    cell = (cells[..., 1] * width + cells[..., 0])[..., None]  # (B, N, things, 1)
    L, heads = looks.positions.shape[2], looks.words.shape[2]
    there = looks.positions.log_softmax(dim=-1).transpose(2, 3).gather(2, cell.expand(-1, -1, -1, L))
    meant = named[:, None].expand_as(there)
    at_thing = cell[:, :, None].expand(-1, -1, heads, -1, L)
    back = (looks.words.gather(3, at_thing) * meant[:, :, None]).sum(dim=4)  # (B, N, heads, things)
    some = meant.any(dim=3)[:, :, None].expand_as(back)
    known = meant.sum().clamp(min=1), some.sum().clamp(min=1)
    return -(there * meant).sum() / known[0] - ((back + 1e-12).log() * some).sum() / known[1]
