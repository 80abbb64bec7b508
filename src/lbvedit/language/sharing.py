"""What joined clauses share: the object that only the last one names, and the time that leads the first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lbvedit.errors import InstructionError
from lbvedit.language.drafts import MOVING, NOBODY, Draft
from lbvedit.language.operators import OPERATORS
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
    leading: dict[str, float] = {}
    begin = 0  # where the clauses begin that are joined to the leading one
    for drafts, joined in clauses:
        new = list(drafts)
        if leading:
            new = [_within(draft, leading, strict=out[begin][0][0].op not in MOVING) for draft in new]
        elif new[0].op not in MOVING - {"speed", "reverse"} and _LEADS.match(new[0].words):
            leading = {name: new[0].params[name] for name in ("start", "end") if name in new[0].params}
            begin = len(out)
        out.append((new, joined))
        if not joined:
            out[begin:] = _speed_last(out[begin:], leading) if leading else out[begin:]
            leading = {}
    return out


def _speed_last(
    clauses: Sequence[tuple[Sequence[Draft], bool]], times: Mapping[str, float]
) -> list[tuple[Sequence[Draft], bool]]:
    """A change of speed put behind the steps that share its time: behind it, other times hold."""
    (first, joined), *others = clauses
    drafts = [draft for one, _ in others for draft in one]
    shared = any(times.items() <= draft.params.items() for draft in drafts)
    if first[0].op != "speed" or not shared or any(draft.op in MOVING for draft in drafts):
        return list(clauses)
    return [*others[:-1], (others[-1][0], joined), (first, False)]


def _within(draft: Draft, times: Mapping[str, float], *, strict: bool) -> Draft:
    if draft.op not in OPERATORS or not {"start", "end"}.isdisjoint(draft.params):
        return draft
    if not strict and not set(times) <= set(OPERATORS[draft.op].params):
        return draft
    if not set(times) <= set(OPERATORS[draft.op].params) or draft.op in ("trim", "cut"):
        raise InstructionError(f"{draft.words!r:.60} has no time of its own", hint="say it in a run of its own")
    return replace(draft, params={**draft.params, **times})


_ADDING = re.compile(r"(add|put|place|insert|give|include|draw)\b", re.IGNORECASE)
_LEADS = re.compile(r"(in|during|from|between|for|over|within|until|after|before|(the )?(first|last))\b", re.IGNORECASE)
