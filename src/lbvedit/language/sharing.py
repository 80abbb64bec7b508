"""What joined clauses share: the object that only the last one names, and the time that leads the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lbvedit.errors import InstructionError
from lbvedit.language.drafts import MOVING, NOBODY, Draft
from lbvedit.language.frames import VERB_BASES
from lbvedit.language.operators import OPERATORS
from lbvedit.language.synonyms import base_form
from lbvedit.language.targets import Target

__all__ = ["shared"]


def shared(clauses: Sequence[tuple[Sequence[Draft], bool]]) -> list[Draft]:
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
    group: list[tuple[Sequence[Draft], bool]] = []
    for clause in clauses:
        group.append(clause)
        if not clause[1]:
            out += _sharing_time(group)
            group = []
    return [*out, *_sharing_time(group)] if group else out


def _sharing_time(clauses: list[tuple[Sequence[Draft], bool]]) -> list[tuple[Sequence[Draft], bool]]:
    """Joined clauses with the time that leads one of them given to those behind it.

    A change of speed comes last, for behind it other times hold; where what follows moves times, nothing is shared.
    """
    at = next((at for at, (drafts, _) in enumerate(clauses) if _leads(drafts[0]) or _is_of_a_time(drafts[0])), -1)
    rest, others = clauses[at + 1 :] if at >= 0 else [], []
    if rest and not _leads(clauses[at][0][0]):
        size = next((place for place, (drafts, _) in enumerate(rest) if not _goes_on(drafts[0])), len(rest))
        rest, others = rest[:size], rest[size:]
    if not rest:
        return clauses
    clauses = clauses[: len(clauses) - len(others)]
    first = clauses[at][0][0]
    leading = {name: first.params[name] for name in ("start", "end") if name in first.params}
    moved = any(draft.op in MOVING - {"speed", "reverse"} for drafts, _ in rest for draft in drafts)
    if first.op in MOVING and moved:
        return [*clauses, *others]
    strict = first.op not in MOVING
    shared = [([_within(draft, leading, strict=strict) for draft in drafts], joined) for drafts, joined in rest]
    slowed = [drafts for drafts, _ in (clauses[at], *shared) if _is_speed(drafts, leading)]
    timed = any(leading.items() <= draft.params.items() for drafts, _ in shared for draft in drafts)
    if len(slowed) != 1 or not timed or moved:
        return [*clauses[: at + 1], *shared, *others]
    ordered = [drafts for drafts, _ in (clauses[at], *shared) if drafts is not slowed[0]]
    ends = clauses[-1][1]
    return [*clauses[:at], *((drafts, True) for drafts in ordered), (slowed[0], ends), *others]


def _leads(draft: Draft) -> bool:
    """Whether a time leads a step that goes on behind it: ``in the first 3 s darken it``."""
    goes_on = draft.op not in MOVING - {"speed", "reverse"} and _LEADS.match(draft.words)
    return bool(goes_on) and not {"start", "end"}.isdisjoint(draft.params)


def _is_of_a_time(draft: Draft) -> bool:
    """Whether a step is one on a stretch of time, and on nothing else: ``make the first 3 seconds gray``."""
    timed = draft.op not in MOVING - {"speed", "reverse"} and not {"start", "end"}.isdisjoint(draft.params)
    return timed and draft.target.kind in ("none", "whole") and _OF_A_TIME.match(draft.words) is not None


def _goes_on(draft: Draft) -> bool:
    """Whether a step without an order of its own, or on ``them``, is one on the stretch of time before it."""
    first = draft.words.lower().split(" ")[0]
    alone = base_form(first, VERB_BASES) is None and draft.target.kind in ("none", "whole")
    return alone or draft.target == Target("pronoun", "them")


def _is_speed(drafts: Sequence[Draft], times: Mapping[str, float]) -> bool:
    return len(drafts) == 1 and drafts[0].op == "speed" and times.items() <= drafts[0].params.items()


def _within(draft: Draft, times: Mapping[str, float], *, strict: bool) -> Draft:
    if draft.op not in OPERATORS or not {"start", "end"}.isdisjoint(draft.params):
        return draft
    if not strict and not set(times) <= set(OPERATORS[draft.op].params):
        return draft
    if not set(times) <= set(OPERATORS[draft.op].params) or draft.op in ("trim", "cut"):
        raise InstructionError(f"{draft.words!r:.60} has no time of its own", hint="say it in a run of its own")
    return replace(draft, params={**draft.params, **times})


_ADDING = re.compile(r"(add|put|place|insert|give|include|draw)\b", re.IGNORECASE)
_OF_A_TIME = re.compile(r"(\w+ ){1,2}(the |its )?(first|last|opening|final|initial) ", re.IGNORECASE)
_LEADS = re.compile(r"(in|during|from|between|for|over|within|until|after|before|(the )?(first|last))\b", re.IGNORECASE)
