"""What a step does with the one before it: ``make a square crop, centred on the man`` is one step, not two."""

from __future__ import annotations

import re
from dataclasses import replace

from lbvedit.errors import InstructionError
from lbvedit.language.colors import is_color
from lbvedit.language.drafts import HIDING, SPAN, Draft
from lbvedit.types import Step

__all__ = ["agree", "merged"]


def merged(before: Step, step: Step, draft: Draft, vague: Step | None) -> tuple[Step | None, Step | None]:
    """What becomes of the step before, and of the new one; None for one that the other takes up.

    Args:
        before: the step before.
        step: the new one.
        draft: what the new one is made from.
        vague: the step that another of its kind may say better.

    Raises:
        InstructionError: both paint one target.
    """
    params = step.params
    same = before.op == step.op
    cleared = before.op == "cutout" and (before.target, before.outside) == ("background", True) and not before.params
    filled = (params.get("color") or params.get("with")) if len(params) == 1 else None  # one with a time stays a step
    if cleared and (step.target, step.outside) == ("background", False) and is_color(str(filled)):
        return replace(before, params={"background": filled}), None  # "remove the background, make it white"
    worn = before.op == "add" and step.op == "recolor" and step.target == before.params["what"]
    if worn and params.keys() == {"color"}:  # "a hat, make it red"
        what = f"{params['color']} {step.target}"
        words = f"{before.words} {step.words}"
        return replace(before, params={**before.params, "what": what}, words=words), None
    if same and (before.target, before.outside) == (step.target, step.outside):
        if step.op == "recolor" and {**before.params, "color": ""} == {**params, "color": ""}:
            one, two = before.params["color"], params["color"]
            raise InstructionError(
                f"{one} and {two} are two colours for {step.target or 'the frame'!r}", hint="name one"
            )
        if before is vague and draft.target.kind in ("pronoun", "none"):  # "it is too loud at 3 s, turn it down"
            step = replace(step, params={**{name: before.params[name] for name in SPAN & set(before.params)}, **params})
        again = draft.target.kind == "pronoun" and step.op in HIDING  # "... unreadable, so blur it"
        if (step.op in _ONCE or again) and before.params == params and "scale" not in params:
            return before, None
        if step.op == "resize" and {*before.params, *step.params} == {"width", "height"}:
            return replace(step, params={**before.params, **step.params}), None
        if draft.vague and not vague and agree(step, before):
            return before, None  # "rotate it, it is sideways"
        if step.op == "speed" and _NAMED_SPEED.search(before.words) and agree(before, step):
            return step, None  # "a time lapse, 16x": how fast the name means
        if (step.op == "cutout" and not before.params) or (before is vague and agree(before, step)):
            return step, None
    gone = step.op == "remove" and step.outside != before.outside and step.target == before.target
    if before.op == "cutout" and gone and not params:
        return before, None  # "keep just the two penguins and throw away the rest"
    on_same = (before.target, before.outside) == (step.target, step.outside)
    if before.op == "remove" and step.op in HIDING and on_same and before.target is not None:
        return step, None  # "hide the tags, they should be unreadable"
    if before.op == "grayscale" and step.op == "sepia" and on_same and step.outside:
        return step, None  # "only the boat in color, the rest sepia"
    if same and step.op == "crop" and before.target is None and not step.params:
        return replace(step, params=before.params), None  # "a square, centered on the man"
    if same and step.op == "crop" and not before.params and step.target is None and {*step.params} == {"aspect"}:
        return replace(before, params=step.params), None  # "crop to the man, 1:1"
    narrowed = same and before is vague and agree(before, step)
    if narrowed and step.target and _ONLY.search(draft.words):  # "the man is too dark, brighten only his face"
        return None, step
    return before, step


def agree(vague: Step, step: Step) -> bool:
    """Whether two steps of one operator go the same way, at the time of the vague one if it has any."""
    if any(vague.params.get(name) not in (None, step.params.get(name)) for name in SPAN):
        return False
    if "factor" in vague.params:
        return (vague.params["factor"] < 1) == (step.params["factor"] < 1)
    return (vague.params.get("amount", 1) < 0) == (step.params.get("amount", 1) < 0)


_NAMED_SPEED = re.compile(r"\b(time|hyper)[ -]?lapse\b(?!.*\d)", re.IGNORECASE)
_ONCE = frozenset(
    {"sharpen", "denoise", "crop", "grayscale", "sepia", "mute", "stabilize", "cutout", "remove", "resize"}
)
"""What a second time does no more: "make it vertical (9:16)"."""
_ONLY = re.compile(r"\b(only|just)\b", re.IGNORECASE)
