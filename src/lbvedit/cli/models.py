"""``lbvedit models``: which weights are here, where they came from, and whether they are whole."""

from __future__ import annotations

from typing import Annotated

import typer

from lbvedit import weights as store
from lbvedit.cli import talk
from lbvedit.cli.flags import TalkFlags, WeightsDir, spread
from lbvedit.cli.tables import print_table
from lbvedit.errors import ExitCode, WeightsError

__all__ = ["app"]

app = typer.Typer(
    help="Weights: what is there, from where, under which licence.", no_args_is_help=True, add_completion=False
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name, a folder or a hub id.")]


@app.command("list")
@spread
def list_(*, weights: WeightsDir = None, talking: TalkFlags) -> None:
    """List the weights that can be had by name."""
    found = store.listing(weights)
    if talking.json:
        for one in found:
            talk.emit("model", _described(one))
        return
    if not found:
        talk.say("no weights here; lbvedit doctor shows where they are looked for")
        return
    rows = [
        (one.name, one.system or one.config.get("model_type"), f"{one.size_bytes / 1e6:.1f} MB", one.licence,
         "yes" if one.commercial_ok else "no", one.folder)
        for one in found
    ]  # fmt: skip
    print_table(("name", "system", "size", "licence", "commercial use", "folder"), rows)


@app.command()
@spread
def show(name: Name, *, weights: WeightsDir = None, talking: TalkFlags) -> None:
    """Show one weight: where it lies, its licence, and its model card; with --json its configuration, too."""
    found = store.locate(name, weights)
    if talking.json:
        talk.emit("model", _described(found) | {"config": dict(found.config)})
        return
    print_table(("key", "value"), _described(found).items())
    card = found.folder / "README.md"
    print(f"\n{card.read_text(encoding='utf-8').strip()}" if card.is_file() else "\nIt has no model card.")


@app.command()
@spread
def verify(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="All of them without a name.")] = None,
    *,
    weights: WeightsDir = None,
    talking: TalkFlags,
) -> None:
    """Check weights against their recorded hashes; exit code 4 if one does not fit."""
    found = [store.locate(name, weights) for name in names] if names else store.listing(weights)
    bad = 0
    for one in found:
        try:
            store.verify(one)
            problem = None
        except WeightsError as error:
            problem, bad = error.message, bad + 1
        if talking.json:
            talk.emit("verified", {"name": one.name, "ok": problem is None, "problem": problem})
        else:
            print(f"{one.name}: {problem or 'whole'}")
    if bad:
        raise typer.Exit(int(ExitCode.MISSING))


def _described(one: store.Weights) -> dict[str, object]:
    return {
        "name": one.name,
        "system": one.system or None,
        "size_bytes": one.size_bytes,
        "licence": one.licence,
        "commercial_ok": one.commercial_ok,
        "folder": str(one.folder),
    }
