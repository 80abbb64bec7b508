"""``lbvedit pipelines``: what can do the work, and what ``--set`` changes in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import TalkFlags, spread
from lbvedit.cli.tables import print_table
from lbvedit.pipelines import registry

__all__ = ["app"]

app = typer.Typer(help="What can do the work.", no_args_is_help=True, add_completion=False)


@app.command("list")
@spread
def list_(*, talking: TalkFlags) -> None:
    """List the pipelines and the tasks that each can do; a star marks a task's default."""
    rows = []
    for name, entry in registry.PIPELINES.items():
        tasks = [f"{task}*" if registry.DEFAULTS[task] == name else task for task in entry.tasks]
        if talking.json:
            talk.emit("pipeline", {"name": name, "tasks": list(entry.tasks), "summary": entry.summary})
        rows.append((name, ", ".join(tasks), entry.summary))
    if not talking.json:
        print_table(("pipeline", "tasks", "what it does"), rows)


@app.command()
@spread
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A pipeline; lbvedit pipelines list names them.")],
    *,
    talking: TalkFlags,
) -> None:
    """Show a pipeline and its --set options."""
    entry = registry.find(name)
    options = registry.describe_options(name)
    if talking.json:
        about = {"name": name, "tasks": list(entry.tasks), "summary": entry.summary}
        talk.emit("pipeline", {**about, "options": [asdict(option) for option in options]})
        return
    print(f"{name}: {entry.summary}\ntasks: {', '.join(entry.tasks)}")
    if options:
        print()
        print_table(
            ("--set", "value", "default", "meaning"),
            [(option.name, option.kind, option.default, option.help) for option in options],
        )
    else:
        print("It has no --set options.")
