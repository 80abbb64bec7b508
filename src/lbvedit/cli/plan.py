"""The instruction as a plan: understood without a model, shown without doing it."""

from __future__ import annotations

import json
from pathlib import Path

from lbvedit.cli import talk
from lbvedit.cli.request import read_plan
from lbvedit.cli.tables import print_table
from lbvedit.errors import UsageError
from lbvedit.pipelines import registry
from lbvedit.types import EditPlan, Job, Step

__all__ = ["show_plan", "tell_plan", "understand"]


def understand(instruction: str | None, plan_file: Path | None, pipeline: str) -> EditPlan | None:
    """The steps that the user asks for; None for a pipeline that takes the words as they are, or none.

    Raises:
        InstructionError: a sentence that is not understood.
        UsageError: no instruction where one is needed, or two.
    """
    from lbvedit.language import parse, validate

    if instruction is not None and plan_file is not None:
        raise UsageError("an instruction and --plan-file exclude each other", hint="lbvedit edit IN --plan-file FILE")
    if plan_file is not None:
        plan = read_plan(plan_file)
        validate(plan)
        return plan
    # A sentence can be understood before the pipeline that will carry it out is there.
    reads = "plan" if pipeline == registry.DEFAULTS["edit"] else registry.find(pipeline, "edit").reads
    if not (instruction or "").strip() and reads != "nothing":
        raise UsageError("edit how?", hint='lbvedit edit IN "make it brighter"; or --plan-file FILE')
    if reads != "plan":
        return None
    return parse(instruction or "")


def show_plan(job: Job) -> None:
    """Prints the plan on stdout: a table, or with ``--json`` one event."""
    from lbvedit.job.estimate import estimate

    plan = job.request.plan or EditPlan(())
    if talk.voice.json:
        talk.emit("plan", {**plan.to_json(), "estimate": estimate(job)})
        return
    _print(plan, stderr=False)
    for note in plan.notes:
        print(f"note: {note}")
    if found := estimate(job):
        print(f"{found['frames']} frames, {found['duration_s']:g} s")


def tell_plan(job: Job) -> None:
    """Says before the work what was understood: an event, a line, or with ``--verbose`` the table."""
    plan = job.request.plan
    if plan is None:
        return
    if talk.voice.json:
        show_plan(job)
    elif talk.voice.verbose:
        _print(plan, stderr=True)
    else:
        talk.say(
            "; ".join(" ".join(part for part in (step.op, _target(step), _how(step)) if part) for step in plan.steps)
        )
    for note in plan.notes if not talk.voice.json else ():
        talk.say(f"note: {note}")


def _print(plan: EditPlan, *, stderr: bool) -> None:
    rows = [
        (number, step.op, _target(step) or None, _how(step), step.engine, step.words)
        for number, step in enumerate(plan.steps, 1)
    ]
    print_table(("", "step", "target", "how", "engine", "from the words"), rows, stderr=stderr)


def _target(step: Step) -> str:
    return f"all but {step.target}" if step.outside else step.target or ""


def _how(step: Step) -> str:
    return ", ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in step.params.items())
