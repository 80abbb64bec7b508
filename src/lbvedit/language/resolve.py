"""From drafts to steps: pronouns, shared objects, what only the target decides, and notes on every doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lbvedit.errors import InstructionError, UsageError
from lbvedit.language.drafts import NOBODY, Draft, tidy
from lbvedit.language.lexicon import thing_words
from lbvedit.language.operators import OPERATORS, validate
from lbvedit.language.persons import is_person, is_plural, may_be, named_in
from lbvedit.language.remarks import REMARK
from lbvedit.language.targets import CORNERS, PERSONS, WHOLE_NOUNS, Target
from lbvedit.language.unseen import EDGE, ENDS, HEARD, SCENE, TIME
from lbvedit.types import EditPlan, Step

__all__ = ["NoTargetError", "resolve"]


class NoTargetError(InstructionError):
    """A step that needs a thing has none: some word may be a slip that hides it."""


def resolve(clauses: Sequence[tuple[Sequence[Draft], bool]], text: str) -> EditPlan:
    """The plan that some clauses make.

    Args:
        clauses: the drafts of each clause, and whether a soft separator joins it to the next.
        text: the sentence, for messages.

    Raises:
        InstructionError: a pronoun or verb lacks its object, or one target is given two colours.
    """
    return _Resolver(text).run(_shared(clauses))


def _shared(clauses: Sequence[tuple[Sequence[Draft], bool]]) -> list[Draft]:
    """The drafts with bare verbs given the object of the clause they are joined to: ``blur and darken the sky``."""
    out: list[Draft] = []
    following: Target | None = None
    adds = ""  # "a hat and glasses on the man": the operator of a clause that has no verb of its own
    for drafts, joined in reversed(_timed(clauses)):
        new = list(drafts)
        for at, draft in enumerate(new):
            shares = draft.bare or (draft.op == adds == "add" and draft.target == NOBODY)
            if shares and joined and following is not None and OPERATORS[draft.op].takes_target != "no":
                new[at] = draft.on(following)
        first = new[0]
        picture = first.op in OPERATORS and OPERATORS[first.op].takes_target != "no"
        following = first.target if picture and first.target != NOBODY else None
        adds = "" if _ADDING.match(first.words) else first.op
        out[:0] = new
    return out


def _timed(clauses: Sequence[tuple[Sequence[Draft], bool]]) -> list[tuple[Sequence[Draft], bool]]:
    """The clauses with a time that leads given to those joined to it: ``in the first 3 s darken it and blur it``."""
    out: list[tuple[Sequence[Draft], bool]] = []
    leading: dict[str, float] = {}
    for drafts, joined in clauses:
        new = list(drafts)
        if leading:
            new = [_within(draft, leading) for draft in new]
        elif new[0].op not in _MOVING and _LEADS.match(new[0].words):
            leading = {name: new[0].params[name] for name in ("start", "end") if name in new[0].params}
        out.append((new, joined))
        if not joined:
            leading = {}
    return out


def _within(draft: Draft, times: Mapping[str, float]) -> Draft:
    if draft.op not in OPERATORS or not {"start", "end"}.isdisjoint(draft.params):
        return draft
    if not set(times) <= set(OPERATORS[draft.op].params) or draft.op in ("trim", "cut"):
        raise InstructionError(f"{draft.words!r:.60} has no time of its own", hint="say it in a run of its own")
    return replace(draft, params={**draft.params, **times})


_OF = re.compile(r"^.+? of (the|my|our|your|this|that|these|those) ")
_ONE = re.compile(r"((?:\w+ )?)one\b")
_PLURAL = re.compile(r"[^su]s$")
_ADDING = re.compile(r"(add|put|place|insert|give|include|draw)\b", re.IGNORECASE)
_LEADS = re.compile(r"(in|during|from|between|for|over|within|until|after|before|the (first|last))\b", re.IGNORECASE)


def _agree(vague: Step, step: Step) -> bool:
    """Whether two steps of one operator go the same way, at the time of the vague one if it has any."""
    if any(vague.params.get(name) not in (None, step.params.get(name)) for name in _SPAN):
        return False
    if "factor" in vague.params:
        return (vague.params["factor"] < 1) == (step.params["factor"] < 1)
    return (vague.params.get("amount", 1) < 0) == (step.params.get("amount", 1) < 0)


_ONCE = frozenset({"crop", "grayscale", "sepia", "mute", "stabilize", "cutout", "remove", "resize"})
"""What a second time does no more: "make it vertical (9:16)"."""

_TAKING = frozenset({"remove", "cutout", "cut", "trim"})
_SPAN = frozenset({"start", "end"})
_HIDING = frozenset({"blur", "pixelate"})

_ONLY = re.compile(r"\b(only|just)\b", re.IGNORECASE)
_FRAMING = frozenset({"crop", "zoom", "flip", "rotate", "resize", "add"})
_OF_ALL = frozenset({"flip", "rotate", "vignette", "denoise"})
"""What hardly anybody does to a thing alone."""
_MOVING = frozenset({"trim", "cut", "speed", "reverse", "loop", "freeze"})


def _refers(draft: Draft, named: Target) -> bool:
    """Whether a draft is about what one before it has named."""
    return draft.target.kind in ("pronoun", "rest") or draft.target.owner or draft.target == named


class _Resolver:
    def __init__(self, text: str) -> None:
        self.text = text
        self.last: str | None = None
        self.owner: str | None = None
        self.gone = False
        self.spared = False  # whether the last target was named as what is left out: "all but the boat: blur it"
        self.named: list[str] = []
        self.vague: Step | None = None
        self.rival: str | None = None
        self.kept: str | None = None  # what all steps leave out, named before them
        self.untouched = False  # whether no pronoun means it: "leave the man alone, make it gray"
        self.steps: list[Step] = []
        self.notes: list[str] = []

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
            outside, target = draft.target.outside, self._target(draft)
            outside = outside or (draft.target.kind == "pronoun" and self.spared and target is not None)
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
                self.kept, self.untouched = target, "of" in draft.params  # "leave the man alone and blur everything"
            elif draft.op == "spare":
                self._spare(target, of_all="of" in draft.params)
            elif draft.op not in ("focus", REMARK):
                self._add(self._decided(draft, target, outside), target, outside)
            self._remember(draft, target)
        if self.kept:
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
            same = draft.op == taken[-1].op or taken[-1].op in _TAKING
            about = draft.target.kind in ("pronoun", "none") or draft.target.phrase == taken[-1].target
            if not (same and about):
                return
        self.steps = [step for step in self.steps if step.words != words]
        if draft.target.kind == "phrase":
            self.named = [name for name in self.named if name not in {step.target for step in taken}]
        self.gone, self.vague, self.rival = False, None, None
        self.notes.append(f"{words!r:.80} is taken back")

    def _begun_later(self, draft: Draft) -> Draft:
        """The draft from where the step before ends: ``red until 0:04 and blue after that``, ``and mute the rest``.

        Raises:
            InstructionError: its operator holds from the beginning to the end, or the step before has two ends.
        """
        before = self.steps[-1] if self.steps else None
        times = {name: before.params[name] for name in ("start", "end") if before and name in before.params}
        rest = draft.target.kind == "rest" and (self.last is None or draft.op not in OPERATORS or (
            OPERATORS[draft.op].takes_target == "no"
        ))  # fmt: skip
        all_later = before and before.op == "cut" and draft.later and draft.target.kind == "whole"
        fixed = _MOVING - ({"speed", "reverse", "cut"} if all_later else {"speed", "reverse"})
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

    def _target(self, draft: Draft) -> str | None:
        named = self._named(draft)
        held = draft.op in OPERATORS and OPERATORS[draft.op].takes_target == "no"  # "play the ending backwards, 3 s"
        taken = draft.op in _TAKING and not draft.target.outside
        late = named and (
            TIME.search(named)
            or (ENDS.fullmatch(named) and not held)
            or (taken and SCENE.match(named.lower()))  # "the middle is boring, cut it"
        )
        if late and draft.op not in ("focus", REMARK):  # "the end is boring, blur it"
            raise InstructionError(
                f"{named!r} is a time, and no thing", hint="say it in seconds: 'reverse it from 0:02 to 0:05'"
            )
        return named or draft.tint or None

    def _named(self, draft: Draft) -> str | None:
        target = draft.target
        if target.kind == "phrase":
            taken = draft.op in _TAKING and not target.outside
            if taken and (TIME.search(target.phrase) or SCENE.match(target.phrase.lower())):
                raise InstructionError(
                    f"{target.phrase!r} is a time, and no thing",
                    hint="say it in seconds: 'reverse it from 0:02 to 0:05'",
                )
            if target.owner and self.owner:
                if " " in self.owner:
                    return f"{target.phrase} of the {self.owner}"
                own = "'" if _PLURAL.search(self.owner) else "'s"
                return f"{self.owner}{own} {target.phrase}"
            return target.phrase
        whole = draft.op in OPERATORS and OPERATORS[draft.op].takes_target == "no"
        person = target.kind == "pronoun" and target.phrase in PERSONS
        if person and self.owner and self.last and self.last.startswith(f"{self.owner}'s "):
            return self.owner  # "remove the man's hat and make him gray"
        exact = draft.op in OPERATORS and OPERATORS[draft.op].engine == "exact"
        if person and self.last is None and exact and not whole:
            raise NoTargetError(
                f"who is {target.phrase!r}? {draft.words!r:.80} names nobody before", hint="as in 'blur the man'"
            )
        timed = draft.op == "focus" and bool(self.steps) and not _SPAN.isdisjoint(self.steps[-1].params)
        if target.kind == "rest" and self.last is None and not whole and not timed:
            raise InstructionError(
                f"the rest of what? {draft.words!r:.80} names nothing before", hint="say 'everything except ...'"
            )
        if person and self.last and not whole:
            return self._person(target.phrase, draft)
        if target.kind == "pronoun" and target.phrase == "it" and self.untouched and self.last == self.kept:
            return None
        acted = bool(self.steps) and self.steps[-1].target == self.last
        if target == Target("pronoun", "it") and self.last and acted and self._frames_all(draft):
            self.notes.append(f"'it' is read as the whole video, not as {self.last!r}")
            return None
        kept, _, spared = (self.last or "").partition(" except ")
        if target.kind == "pronoun" and spared and self.steps and self.steps[-1].op == draft.op:
            self.notes.append(f"the pronoun is read as {spared!r}, not as {kept!r}")
            return spared  # "darken the room but not the lamp, and make that one brighter"
        if target.kind == "pronoun" and self.rival and self.last:
            worn = self._means_worn(target.phrase)
            meant, other = (self.rival, self.last) if worn else (self.last, self.rival)
            self.notes.append(f"the pronoun is read as {meant!r}, not as {other!r}")
            if worn:
                return self.rival
        named = " and ".join(self.named) if len(self.named) > 1 else self.last
        if target.kind == "rest" and target.phrase and named:
            return f"{target.phrase} except {named}"
        if (target.kind == "rest" or target == Target("pronoun", "all")) and len(self.named) > 1:
            return named
        if self.gone and target.kind == "pronoun" and draft.op not in ("replace", "become", "add", "animate"):
            return None  # "remove the cable and turn it to sepia"
        return self.last if target.kind in ("pronoun", "rest") else None

    def _frames_all(self, draft: Draft) -> bool:
        """Whether a step is rather one on the whole picture: ``make the car red and crop it to 16:9``."""
        shaped = not {"aspect", "width", "height"}.isdisjoint(draft.params)
        return draft.op in _OF_ALL or (draft.op in ("crop", "resize") and shaped)

    def _person(self, pronoun: str, draft: Draft) -> str:
        """Whom a pronoun means: who was named last of those who can be meant.

        Raises:
            InstructionError: nobody was named, but a thing, or somebody of the other sex.
        """
        named = [name for phrase in (*self.named, self.last or "") for name in named_in(phrase)]
        meant = list(dict.fromkeys(name for name in reversed(named) if may_be(pronoun, name)))
        if not meant or (self.gone and meant[0] == self.last):
            raise NoTargetError(
                f"who is {pronoun!r}? {draft.words!r:.80} names nobody before", hint="as in 'blur the man'"
            )
        if len(named_in(self.last or "")) > 1 and len(meant) > 1 and meant[1] in named_in(self.last or ""):
            self.notes.append(f"the pronoun is read as {meant[0]!r}, not as {meant[1]!r}")
        elif self.rival and self.rival != meant[0]:
            self.notes.append(f"the pronoun is read as {meant[0]!r}, not as {self.rival!r}")
        return meant[0]

    def _means_worn(self, pronoun: str) -> bool:
        """Whether ``it`` means what was just given to somebody: ``put a hat on the man and make it red``."""
        last, rival = self.last or "", self.rival or ""
        if self.steps[-1].op != "add" or is_person(rival):
            return False
        several = pronoun in ("them", "they") and is_plural(rival) and not is_plural(last)
        return several or (pronoun == "it" and is_person(last) and not is_plural(rival))

    def _decided(self, draft: Draft, target: str | None, outside: bool) -> Draft:
        """The draft with the operator that its target decides on."""
        if draft.op == "become":
            what = draft.params["with"]
            if target is None:
                return replace(draft, op="style", params={"style": what})
            if target == "background" and not outside:
                return replace(draft, op="restyle_background")
            return replace(draft, op="replace")
        if draft.op == "recolor" and draft.params["color"] == "gray":
            if target is None or outside or target == "background" or " except " in target:
                return replace(
                    draft, op="grayscale", params={key: value for key, value in draft.params.items() if key != "color"}
                )
            self.notes.append(
                f"gray is read as painting {target!r} gray; say 'black and white' to take its colour away"
            )
        heard = draft.target.phrase if draft.target.kind == "whole" else target
        if draft.op == "remove" and heard in ("audio", "sound", "soundtrack"):
            return replace(draft, op="mute")
        if draft.op == "highlight" and draft.target.kind == "whole" and draft.words.lower().endswith("pop"):
            return replace(draft, op="saturation", params={"amount": 0.3})
        if draft.op == "cutout" and "background" in draft.params and target == "background" and not outside:
            return replace(draft, op="recolor", params={"color": draft.params["background"]})
        return draft

    def _add(self, draft: Draft, target: str | None, outside: bool) -> None:
        entry = OPERATORS[draft.op]
        if draft.op == "vignette" and target in CORNERS:  # where every vignette is
            target, outside = None, False
        heard = draft.target.phrase if draft.target.kind == "whole" else target
        if heard in HEARD and entry.domain == "picture":
            raise InstructionError(
                f"{draft.words!r:.80} asks for another sound, and no operator makes any",
                hint="sound can be made louder or quieter, or muted: 'mute it', 'turn the volume down by 20%'",
            )
        if entry.takes_target == "no":
            if draft.target.kind == "phrase" and target:
                lead, _, stray = target.partition(" ")
                if lead.lower() in WHOLE_NOUNS and stray and not thing_words() & set(stray.split()):
                    raise InstructionError(
                        f"{stray!r} in {draft.words!r:.80} is not understood; understood: {draft.op}",
                        hint=f"as in {entry.example!r}",
                    )
                self.notes.append(f"{draft.op} acts on the whole video, not only on {target!r}")
            target, outside = None, False
        if entry.takes_target == "must" and target is None:
            raise NoTargetError(f"{draft.op} what? {draft.words!r:.80} names no thing", hint=f"as in {entry.example!r}")
        if draft.op in ("crop", "cutout", "remove") and target and not outside and EDGE.fullmatch(target.lower()):
            raise InstructionError(
                f"{target!r} is an edge of the picture, and no thing", hint="say what is kept: 'crop to 16:9'"
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
            self.notes.append(f"the whole picture is painted {params['color']}")
        step = Step(draft.op, target, params, entry.engine, outside and target is not None, draft.words)
        before = self.steps[-1] if self.steps else None
        worn = before is not None and before.op == "add" and target is not None and target == before.params["what"]
        if before is not None and worn and step.op == "recolor" and params.keys() == {"color"}:  # "a hat, make it red"
            what = f"{params['color']} {target}"
            self.steps[-1] = replace(
                before, params={**before.params, "what": what}, words=f"{before.words} {step.words}"
            )
            return
        if before is not None and (before.op, before.target, before.outside) == (step.op, step.target, step.outside):
            if step.op == "recolor" and {**before.params, "color": ""} == {**params, "color": ""}:
                one, two = before.params["color"], params["color"]
                raise InstructionError(
                    f"{one} and {two} are two colours for {target or 'the frame'!r}", hint="name one"
                )
            if before is self.vague and draft.target.kind in (
                "pronoun",
                "none",
            ):  # "it is too loud at 3 s, turn it down"
                params = {**{name: before.params[name] for name in _SPAN & set(before.params)}, **params}
                step = replace(step, params=params)
            again = draft.target.kind == "pronoun" and step.op in _HIDING  # "... unreadable, so blur it"
            if (step.op in _ONCE or again) and before.params == step.params:
                return
            if step.op == "resize" and {*before.params, *step.params} == {"width", "height"}:
                self.steps[-1] = replace(step, params={**before.params, **step.params})
                return
            if draft.vague and not self.vague and _agree(step, before):
                return  # "rotate it, it is sideways"
            if (step.op == "cutout" and not before.params) or (before is self.vague and _agree(before, step)):
                self.steps[-1] = step
                return
        if before is not None and before.op == step.op == "crop" and before.target is None and not params:
            self.steps[-1] = replace(step, params=before.params)  # "a square, centered on the man"
            return
        shaped = before is not None and before.op == step.op == "crop" and not {**before.params}
        if before is not None and shaped and step.target is None and {*step.params} == {"aspect"}:
            self.steps[-1] = replace(before, params=step.params)  # "crop to the man, 1:1"
            return
        narrowed = before is self.vague and before is not None and before.op == step.op and _agree(before, step)
        if narrowed and target and _ONLY.search(draft.words):  # "the man is too dark, brighten only his face"
            self.steps.pop()
        self._note_moved_time(step)
        self.steps.append(step)
        self.vague = step if draft.vague else None

    def _note_moved_time(self, step: Step) -> None:
        """Notes that times are those of the output so far, where an earlier step has moved them."""
        moved = next((one for one in self.steps if one.op in _MOVING), None)
        start = step.params.get("start", 0)
        if moved is not None and start > 0 and moved.words != step.words:
            self.notes.append(f"{start:g} s in {step.words!r} counts after {moved.words!r}")

    def _spare(self, target: str | None, *, of_all: bool) -> None:
        """Takes a target out of the whole-frame step before: ``black and white, but keep the balloon red``.

        Args:
            target: what is left out.
            of_all: whether of all the steps right before that act on the whole frame: ``leave the sky alone``.
        """
        before = self.steps[-1] if self.steps else None
        if before is None or target is None or before.outside or before.target in ("background", target):
            return
        entry = OPERATORS[before.op]
        if before.target is None and entry.domain == "picture" and entry.takes_target == "may":
            for at in range(len(self.steps) - 1, -1 if of_all else len(self.steps) - 2, -1):
                step, kind = self.steps[at], OPERATORS[self.steps[at].op]
                if step.target is not None or kind.domain != "picture" or kind.takes_target != "may":
                    break
                self.steps[at] = replace(step, target=target, outside=True)
            return
        if before.target and _ONE.match(target):  # "the cars, but keep the one on the left"
            noun = before.target.split()[-1].removesuffix("s")
            kept = _ONE.sub(rf"\1{noun}", target)
            self.steps[-1] = replace(before, target=f"{before.target} except {kept}")
            return
        said = f"{target!r} cannot be left out of {before.words!r:.60}"
        if before.target is None or target.endswith((" one", " ones")):
            raise InstructionError(said, hint="say what is meant without it, as in 'blur everything except the dog'")
        self.notes.append(said)

    def _without_kept(self, step: Step) -> Step:
        """The step without what is left alone, if it acts on all of the picture."""
        entry = OPERATORS[step.op]
        whole = step.target is None and entry.domain == "picture" and entry.takes_target == "may"
        return replace(step, target=self.kept, outside=True) if whole and step.op not in _FRAMING else step

    def _bound(self, draft: Draft, *, joins: bool) -> None:
        params = {name: tidy(value) for name, value in draft.params.items()}
        if joins and not set(params) & set(self.steps[-1].params):
            before = self.steps.pop()
            params = {**before.params, **params}
            draft = replace(draft, words=f"{before.words} and {draft.words}")
        self.steps.append(Step("trim", None, params, words=draft.words))

    def _remember(self, draft: Draft, target: str | None) -> None:
        kind = draft.target.kind
        if kind in ("phrase", "whole"):
            self.spared = draft.op == "focus" and draft.target.outside
        if draft.op in ("become", "replace") and target is not None and target != "background":
            self.last, self.rival, self.gone = str(draft.params["with"]), target, False
            self.owner = self.last
            return
        if draft.op == "add":
            what = str(draft.params["what"])
            self.last, self.rival = (what, None) if target is None else (target, what)
            self.owner, self.gone = self.last, False
            return
        if kind == "phrase" and target is not None:
            self.last = target
            self.gone = draft.op == "remove" and not draft.target.outside
            if not draft.target.owner:
                # "the man's tie and his jacket", "the shirts of the players and their shorts"
                self.owner = _OF.sub("", target.partition("'s ")[0])
            if not draft.target.outside and target not in self.named:
                self.named.append(target)
        elif kind == "whole":
            heard = draft.op == REMARK and draft.target.phrase in HEARD  # "the sound is horrible, remove it"
            self.last, self.owner, self.named = draft.target.phrase if heard else None, None, []
        if kind != "pronoun":
            self.rival = None
