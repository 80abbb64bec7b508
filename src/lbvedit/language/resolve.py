"""From drafts to steps, one by one: what begins later, what is taken back, what is left alone, what bounds a trim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lbvedit.errors import InstructionError, UsageError
from lbvedit.language.colors import is_color
from lbvedit.language.drafts import MOVING, NOBODY, TAKING, Draft, tidy
from lbvedit.language.merging import agree, merged
from lbvedit.language.operators import OPERATORS, validate
from lbvedit.language.persons import named_in
from lbvedit.language.referents import NoTargetError, Referents
from lbvedit.language.remarks import REMARK
from lbvedit.language.sharing import shared
from lbvedit.language.steps import step_of
from lbvedit.language.targets import Target
from lbvedit.types import EditPlan, Step

__all__ = ["resolve"]


def resolve(clauses: Sequence[tuple[Sequence[Draft], bool]], text: str) -> EditPlan:
    """The plan that some clauses make.

    Args:
        clauses: the drafts of each clause, and whether a soft separator joins it to the next.
        text: the sentence, for messages.

    Raises:
        InstructionError: a pronoun or verb lacks its object, or one target is given two colours.
    """
    return _Resolver(text).run(shared(clauses))


_ONE = re.compile(r"((?:\w+ )?)one\b")
_SHOWING = frozenset({"cutout", "crop", "highlight"})
"""What leaves alone what it acts on."""
_DRAINING = frozenset({"grayscale", "sepia", "saturation"})
_IN_COLOR = re.compile(r"\b(in|its|their) (full |original )?colou?rs?\b", re.IGNORECASE)
_PITCH = frozenset({"pitch", "key"})
_FRAMING = frozenset({"crop", "zoom", "flip", "rotate", "resize", "add"})


def _refers(draft: Draft, named: Target) -> bool:
    """Whether a draft is about what one before it has named."""
    return draft.target.kind in ("pronoun", "rest") or bool(draft.target.owner) or draft.target == named


def _may_spare(step: Step) -> bool:
    """Whether the operator of a step can act on a part of the picture."""
    entry = OPERATORS[step.op]
    return entry.domain == "picture" and entry.takes_target == "may"


class _Resolver:
    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.referents = Referents(self.notes)
        self.vague: Step | None = None
        self.complaints: list[Step] = []

    def run(self, drafts: Sequence[Draft]) -> EditPlan:
        bound = False
        for at, draft in enumerate(drafts):
            named = draft.op == "focus" and draft.target.kind == "phrase"
            if named and not any(_refers(later, draft.target) for later in drafts[at + 1 :]):
                self.notes.append(f"{draft.words!r:.80} names a thing but asks for nothing")
            if draft.op == "remove" and draft.target.kind == "rest" and self.steps and self.steps[-1].op == "trim":
                continue  # "keep the first 10 seconds and drop the rest"
            self.notes += draft.notes
            if at and draft.rather:
                self._take_back(drafts[at - 1].words, draft)
            draft = self._begun_later(draft)
            try:
                outside, target = draft.target.outside, self.referents.target(draft, self.steps)
            except NoTargetError:
                if draft.op != "spare" or not self.steps or self.steps[-1].target is None or self.steps[-1].outside:
                    raise
                self.notes.append(f"{draft.words!r:.80} asks for nothing: no step acts on whom it means")
                continue
            outside = outside or (draft.target.kind == "pronoun" and self.referents.spared and target is not None)
            if draft.op == "cutout" and draft.target.kind == "pronoun" and target == "background" and not draft.params:
                outside = True  # "remove the background and make it transparent"
            if draft.target.kind == "rest":
                outside = not (draft.target.phrase and target)
            if draft.op == "bound":
                self._bound(draft, joins=bound)
                bound = True
                continue
            bound = False
            if draft.op == "spare" and draft.target.outside:
                pass  # "do not touch anything except the car, paint it green" names the car
            elif draft.op == "spare" and not self.steps and target:
                self.referents.spare(
                    target, untouched="of" in draft.params
                )  # "leave the man alone and blur everything"
            elif draft.op == "spare":
                if not self._spare(target, draft.words, of_all="of" in draft.params):
                    self.referents.pass_over(target)
                    continue
            elif draft.op not in ("focus", REMARK):
                self._add(draft, target, outside)
            self.referents.remember(draft, target)
        if self.referents.kept:
            self.steps = [self._without_kept(step) for step in self.steps]
        if drafts and drafts[-1].op == "focus" and drafts[-1].target.kind == "phrase" and self.steps:
            raise InstructionError(
                f"{drafts[-1].words!r:.80} names a thing but asks for nothing", hint="say what to do with it"
            )
        if not self.steps:
            raise InstructionError(
                f"{self.text!r:.80} names a thing but asks for nothing", hint="say what to do with it"
            )
        plan = EditPlan(tuple(self.steps), tuple(dict.fromkeys(self.notes)))
        try:
            validate(plan)
        except UsageError as error:  # understood, and yet nothing that can be: "speed it up 1000 times"
            raise InstructionError(error.message, hint=error.hint) from error
        return plan

    def _take_back(self, words: str, draft: Draft) -> None:
        """Takes back the steps that some words asked for, if a second thought is about the same."""
        taken = [step for step in self.steps if step.words == words]
        if not taken:
            return
        if draft.rather == "maybe":
            same = draft.op == taken[-1].op or taken[-1].op in TAKING
            about = draft.target.kind in ("pronoun", "none") or draft.target.phrase == taken[-1].target
            if not (same and about):
                return
        self.steps = [step for step in self.steps if step.words != words]
        if draft.target.kind == "phrase":
            self.referents.forget([step.target for step in taken])
        self.referents.gone, self.referents.rival, self.vague = False, None, None
        self.notes.append(f"{words!r:.80} is taken back")

    def _begun_later(self, draft: Draft) -> Draft:
        """The draft from where the step before ends: ``red until 0:04 and blue after that``, ``and mute the rest``.

        Raises:
            InstructionError: its operator holds from the beginning to the end, or the step before has two ends.
        """
        before = self.steps[-1] if self.steps else None
        times = {name: before.params[name] for name in ("start", "end") if before and name in before.params}
        rest = draft.target.kind == "rest" and (self.referents.last is None or draft.op not in OPERATORS or (
            OPERATORS[draft.op].takes_target == "no"
        ))  # fmt: skip
        all_later = before and before.op == "cut" and draft.later and draft.target.kind == "whole"
        fixed = MOVING - ({"speed", "reverse", "cut"} if all_later else {"speed", "reverse"})
        if not times or before is None or before.op in fixed or not (draft.later or rest):
            return draft
        if draft.op not in OPERATORS or {"start", "end"} & set(draft.params):
            return draft
        if rest and len(times) > 1:
            raise InstructionError(f"the rest of {before.words!r:.60} is two stretches", hint="say them one by one")
        if draft.later and "end" not in times:
            return draft
        begins = {"start": times["end"]} if "end" in times else {"end": times["start"]}
        if before.op == "cut":  # what came after it begins there now
            begins = {"start": times.get("start", 0)}
        if not set(begins) <= set(OPERATORS[draft.op].params):
            if not rest:
                return draft
            raise InstructionError(
                f"{draft.words!r:.60} has no time of its own", hint="cut the video into two, and edit each"
            )
        name, moment = next(iter(begins.items()))
        if before.op == "speed" and (moment > 0) == (name == "start"):  # it counts in what that step has made
            begins = {name: tidy(round(moment / before.params["factor"], 6))}
        return replace(draft, params={**draft.params, **begins}, target=NOBODY if rest else draft.target)

    def _add(self, draft: Draft, target: str | None, outside: bool) -> None:
        step = step_of(draft, target, outside, self.notes)
        if not draft.vague:
            self._take_up_complaints(step)
        if self.steps:
            before, new = merged(self.steps[-1], step, draft, self.vague)
            self.steps[-1:] = [] if before is None else [before]
            if new is None:
                return
            step = new
        self._note_moved_time(step)
        self.steps.append(step)
        self.vague = step if draft.vague else None
        self.complaints = [*self.complaints, step] if draft.vague else []

    def _take_up_complaints(self, step: Step) -> None:
        """Drops what several complaints ask for, where a step on all they name does: ``..., brighten them both``."""
        told = [one.target or "" for one in self.complaints]
        agrees = all(agree(one, step) for one in self.complaints if one.op == step.op)
        same = all(one.op == step.op for one in self.complaints) and self.complaints == self.steps[-len(told) :]
        if len(told) > 1 and same and agrees and step.target == " and ".join(told):
            del self.steps[-len(told) :]
            self.vague = None

    def _note_moved_time(self, step: Step) -> None:
        """Notes that times are those of the output so far, where an earlier step has moved them."""
        moved = next((one for one in self.steps if one.op in MOVING), None)
        start = step.params.get("start", 0)
        if moved is not None and start > 0 and moved.words != step.words:
            self.notes.append(f"{start:g} s in {step.words!r} counts after {moved.words!r}")

    def _spare(self, target: str | None, words: str, *, of_all: bool) -> bool:
        """Takes a target out of the whole-frame step before: ``black and white, but keep the balloon red``.

        Args:
            target: what is left out.
            words: what asks for it.
            of_all: whether of all the steps right before that act on the whole frame: ``leave the sky alone``.

        Returns:
            Whether it was part of what the step acts on, so far as words tell.
        """
        before = self.steps[-1] if self.steps else None
        if before is None or target is None or before.target == target:
            return True
        if before.outside and before.target != "background" and OPERATORS[before.op].takes_target != "no":
            self.steps[-1] = replace(before, target=f"{before.target} and {target}")  # "all but the car, keep the sign"
            return True
        if before.target == "background":
            self.notes.append(f"{target!r} is spared so far as it is no part of the background")
            return True
        if before.op == "speed" and target.partition(" ")[0] in _PITCH:
            return False  # which stays as it is anyway
        if before.target is None and self._spare_of_whole(target, words, of_all=of_all):
            return True
        parts = named_in(before.target or "")
        if target in parts and len(parts) > 1:  # "blur the man and the woman, but leave her alone"
            self.steps[-1] = replace(before, target=" and ".join(part for part in parts if part != target))
            return True
        if before.target and _ONE.match(target):  # "the cars, but keep the one on the left"
            noun = before.target.split()[-1].removesuffix("s")
            kept = _ONE.sub(rf"\1{noun}", target)
            self.steps[-1] = replace(before, target=f"{before.target} except {kept}")
            return True
        if before.target and before.op in _SHOWING:  # "cut out the dog but keep its shadow"
            self.steps[-1] = replace(before, target=f"{before.target} and {target}")
            return True
        said = f"{target!r} cannot be left out of {before.words!r:.60}"
        hues = [{word for word in named.split() if is_color(word)} for named in (target, before.target or "")]
        if all(hues) and hues[0].isdisjoint(hues[1]):
            return False  # "delete the red balloons but leave the blue ones"
        if before.target is None or target.endswith((" one", " ones")):
            raise InstructionError(said, hint="say what is meant without it, as in 'blur everything except the dog'")
        self.notes.append(said)
        return False

    def _spare_of_whole(self, target: str, words: str, *, of_all: bool) -> bool:
        """Takes a target out of the last steps, if they act on the whole frame."""
        drained = [at for at, step in enumerate(self.steps) if step.op in _DRAINING and step.target is None]
        if _IN_COLOR.search(words) and drained:  # "make it gray, crop it to 1:1, but keep the man in color"
            self.steps[drained[-1]] = replace(self.steps[drained[-1]], target=target, outside=True)
            return True
        before = self.steps[-1]
        if before.op in ("crop", "zoom"):  # "crop to 16:9 but keep the man in the frame"
            self.steps[-1] = replace(before, target=target)
            return True
        if before.op in ("resize", "rotate") or not _may_spare(before):
            return False
        for at in range(len(self.steps) - 1, -1 if of_all else len(self.steps) - 2, -1):
            if self.steps[at].target is not None or not _may_spare(self.steps[at]):
                break
            self.steps[at] = replace(self.steps[at], target=target, outside=True)
        return True

    def _without_kept(self, step: Step) -> Step:
        """The step without what is left alone, if it acts on all of the picture."""
        whole = step.target is None and _may_spare(step)
        return replace(step, target=self.referents.kept, outside=True) if whole and step.op not in _FRAMING else step

    def _bound(self, draft: Draft, *, joins: bool) -> None:
        params = {name: tidy(value) for name, value in draft.params.items()}
        if joins and not set(params) & set(self.steps[-1].params):
            before = self.steps.pop()
            params = {**before.params, **params}
            draft = replace(draft, words=f"{before.words} and {draft.words}")
        self.steps.append(Step("trim", None, params, words=draft.words))
