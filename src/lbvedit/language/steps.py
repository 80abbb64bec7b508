"""The step that a draft makes with its target: the operator that the target decides on, and what none can do."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.errors import InstructionError
from lbvedit.language.drafts import SPAN, Draft, tidy
from lbvedit.language.lexicon import thing_words
from lbvedit.language.operators import OPERATORS
from lbvedit.language.persons import noun_of
from lbvedit.language.referents import NoTargetError
from lbvedit.language.targets import CORNERS
from lbvedit.language.unseen import EDGE, HAPPENINGS, HEARD
from lbvedit.language.wholes import WHOLE_NOUNS
from lbvedit.types import Step

__all__ = ["step_of"]


def step_of(draft: Draft, target: str | None, outside: bool, notes: list[str]) -> Step:
    """The step that a draft asks for.

    Args:
        draft: what a clause asks for.
        target: what it acts on; None for the whole frame.
        outside: whether on everything else.
        notes: where a doubt is written down.

    Raises:
        InstructionError: no operator does that, or not to such a target.
    """
    draft = _decided(draft, target, outside, notes)
    entry = OPERATORS[draft.op]
    if draft.op == "restyle_background" and (target or "").startswith(_BEHIND):
        target = "background"
    timed = draft.op in _TONES and not SPAN.isdisjoint(draft.params)
    if timed and target and not outside and noun_of(target) in HAPPENINGS:
        notes.append(f"{target!r} is read as what happens then, and the whole picture is meant")
        target = None
    if draft.op == "animate" and target == "camera":
        raise InstructionError(
            f"{draft.words!r:.80} is about how it was filmed, and no operator moves the camera",
            hint="as in 'zoom in on the face' or 'stabilize the footage'",
        )
    if draft.op == "vignette" and target in CORNERS:  # where every vignette is
        target, outside = None, False
    heard = draft.target.phrase if draft.target.kind == "whole" else target
    if heard in HEARD and entry.domain == "picture":
        raise InstructionError(
            f"{draft.words!r:.80} asks for another sound, and no operator makes any",
            hint="sound can be made louder or quieter, or muted: 'mute it', 'turn the volume down by 20%'",
        )
    if entry.domain == "time" and draft.target.kind == "whole" and draft.target.phrase in HEARD:
        raise InstructionError(
            f"{draft.words!r:.80} is about the sound alone, and {draft.op} takes picture and sound together",
            hint=f"as in {entry.example!r}",
        )
    voice = draft.op == "mute" and noun_of(target or "sound") in HEARD - {
        "audio",
        "sound",
        "soundtrack",
        "music",
        "song",
    }
    if entry.domain == "sound" and ((target or "").endswith(" channel") or voice):
        raise InstructionError(
            f"{target!r} is a part of the sound, and {draft.op} acts on all of it", hint=f"as in {entry.example!r}"
        )
    if entry.takes_target == "no":
        if draft.target.kind == "phrase" and target:
            lead, _, stray = target.partition(" ")
            if lead.lower() in WHOLE_NOUNS and stray and not thing_words() & set(stray.split()):
                raise InstructionError(
                    f"{stray!r} in {draft.words!r:.80} is not understood; understood: {draft.op}",
                    hint=f"as in {entry.example!r}",
                )
            notes.append(f"{draft.op} acts on the whole video, not only on {target!r}")
        target, outside = None, False
    if entry.takes_target == "must" and target is None:
        raise NoTargetError(f"{draft.op} what? {draft.words!r:.80} names no thing", hint=f"as in {entry.example!r}")
    if draft.op in ("crop", "cutout", "remove") and target and not outside and EDGE.fullmatch(target.lower()):
        raise InstructionError(
            f"{target!r} is an edge of the picture, and no thing", hint="say what is kept: 'crop to 16:9'"
        )
    if draft.op in ("crop", "zoom") and target and outside:
        raise InstructionError(
            f"{draft.words!r:.80} leaves nothing to {draft.op} to", hint=f"say what is kept, as in {entry.example!r}"
        )
    if draft.op == "crop" and target is None and draft.params.keys() <= {"start", "end"}:
        raise InstructionError(
            f"crop to what? {draft.words!r:.80} names no shape", hint="as in 'crop to 16:9' or 'crop to the dog'"
        )
    params = {name: tidy(value) if isinstance(value, float) else value for name, value in draft.params.items()}
    start, end = params.get("start", 0), params.get("end")
    if isinstance(end, (int, float)) and 0 <= end <= start:
        raise InstructionError(
            f"{draft.words!r:.60} ends at {end:g} s, before it begins", hint="say the earlier time first"
        )
    if draft.op == "recolor" and target is None:
        notes.append(f"the whole picture is painted {params['color']}")
    return Step(draft.op, target, params, entry.engine, outside and target is not None, draft.words)


_BEHIND = ("everything behind ", "whatever is behind ")


_TONES = frozenset({"grayscale", "sepia", "brightness", "contrast", "saturation", "temperature", "sharpen", "denoise",
    "vignette", "invert"})  # fmt: skip
"""What a stretch of time is given whole."""


def _decided(draft: Draft, target: str | None, outside: bool, notes: list[str]) -> Draft:
    """The draft with the operator that its target decides on."""
    if draft.op == "become":
        what = draft.params["with"]
        if target is None:
            return replace(draft, op="style", params={"style": what})
        if target == "background" and not outside:
            return replace(draft, op="restyle_background")
        draft = replace(draft, op="replace")
    if draft.op == "replace" and not outside and (target or "").startswith(_BEHIND):
        return replace(draft, op="restyle_background")
    if draft.op == "recolor" and draft.params["color"] == "gray":
        if target is None or outside or target == "background" or " except " in target:
            return replace(
                draft, op="grayscale", params={key: value for key, value in draft.params.items() if key != "color"}
            )
        notes.append(f"gray is read as painting {target!r} gray; say 'black and white' to take its colour away")
    heard = draft.target.phrase if draft.target.kind == "whole" else target
    if draft.op == "remove" and heard in ("audio", "sound", "soundtrack"):
        return replace(draft, op="mute")
    all_of_it = draft.target.kind == "whole" or (target is None and draft.target.kind == "pronoun")
    if draft.op == "highlight" and all_of_it and "pop" in draft.words.lower().split():
        return replace(draft, op="saturation", params={"amount": 0.3, **draft.params})
    if draft.op == "cutout" and "background" in draft.params and target == "background" and not outside:
        return replace(draft, op="recolor", params={"color": draft.params["background"]})
    return draft
