"""``lbvedit train``: run a recipe, resume it, publish its weights."""

from __future__ import annotations

import signal
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import Debug
from lbvedit.errors import UsageError
from lbvedit.types import Event

if TYPE_CHECKING:
    from lbvedit.training.loop import Outcome

__all__ = ["app", "train"]

app = typer.Typer(add_completion=False)


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help="Name of the recipe; --list shows them.", show_default=False)] = "",
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Minutes for this sitting; then save and stop.", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="TOML file with settings of the recipe.", show_default=False)
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting; may come several times.")
    ] = None,
    run: Annotated[
        str | None, typer.Option(help="Name of the run; the recipe's own by default.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of all runs.")] = Path("runs"),
    publish: Annotated[
        bool, typer.Option("--publish", help="Write the last checkpoint to weights/NAME, with its model card.")
    ] = False,
    weights: Annotated[Path, typer.Option(help="Folder that --publish writes to.")] = Path("weights"),
    listing: Annotated[bool, typer.Option("--list", help="List the recipes and their settings.")] = False,
    debug: Debug = False,
) -> None:
    """Train a model.

    Checkpoints lie in runs/NAME and survive a kill at any time; a resumed run has the losses of an undisturbed one.
    """
    if listing or not recipe:
        _print_recipes(recipe)
        if not listing:
            raise UsageError("train what?", hint="lbvedit train RECIPE")
        return
    from lbvedit.training import checkpoint
    from lbvedit.training.config import configure, from_json, parse_assignments, read_toml
    from lbvedit.training.recipes import recipe_class

    kind = recipe_class(recipe)
    folder = out / (run or recipe)
    found = checkpoint.latest(folder / "checkpoints")
    chosen = kind.Config()
    if found is not None and (resume or publish):
        saved = checkpoint.describe(found)["config"]
        known = {field.name for field in fields(chosen)}
        if gone := sorted(set(saved) - known):
            talk.warn(f"the recipe no longer has {', '.join(gone)}; goes on without")
        chosen = from_json(chosen, {name: value for name, value in saved.items() if name in known})
    if config is not None:
        chosen = configure(chosen, read_toml(config))
    chosen = configure(chosen, parse_assignments(settings or ()))
    trainee = kind(chosen)
    if resume or not publish or found is None:
        from lbvedit.training.loop import train as run_training

        outcome = run_training(trainee, folder, minutes=minutes, resume=resume, report=_print_event)
        _print_outcome(outcome, folder)
        if outcome.stopped_by is not None:
            signal.raise_signal(outcome.stopped_by)
    if publish:
        from lbvedit.training.publish import publish as publish_run

        written = publish_run(trainee, folder, weights, command=f"lbvedit train {recipe}")
        talk.say(f"wrote {written}; now enter it in {weights / 'README.md'}")


def _print_recipes(name: str) -> None:
    from lbvedit.training.recipes import RECIPES, recipe_class

    if not name:
        for known in sorted(RECIPES):
            print(known)
        return
    from lbvedit.training.config import to_json

    for key, value in to_json(recipe_class(name).Config()).items():
        print(f"{key} = {value}")


def _print_event(event: Event) -> None:
    seconds = event.data.get("seconds")
    clock = f" {seconds / 60:.1f} min" if seconds is not None else ""
    talk.say(f"{event.stage} {event.done}/{event.total}{clock}: {event.message}")


def _print_outcome(outcome: Outcome, folder: Path) -> None:
    state = "finished" if outcome.finished else "stopped; --resume goes on"
    talk.say(f"{folder}: step {outcome.step}, {outcome.seconds / 60:.1f} min on {outcome.device}, {state}")
